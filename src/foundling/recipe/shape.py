"""The shape of a decoder: the few integers that fix every weight. It counts parameters; it builds no model."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A Qwen3 decoder: `heads` query heads share `kv_heads` key-value ones (a divisor), each `head_dim` wide (even)."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    vocabulary: int
    context: int
    rope_base: float = 10_000.0
    eps: float = 1e-6

    def __post_init__(self) -> None:
        if self.heads % self.kv_heads or self.head_dim % 2:
            raise ValueError("heads must be a multiple of kv_heads, and head_dim even")

    @property
    def block_parameters(self) -> int:
        """Parameters outside the embedding: attention, SwiGLU and norms of every layer, and the last norm."""
        attention = 2 * self.width * self.head_dim * (self.heads + self.kv_heads)
        norms = 2 * self.width + 2 * self.head_dim
        return self.layers * (attention + 3 * self.width * self.hidden + norms) + self.width

    @property
    def parameters(self) -> int:
        """All parameters; the embedding is tied to the output and counted once."""
        return self.block_parameters + self.vocabulary * self.width

    @property
    def flops_per_token(self) -> int:
        """Floating-point operations to train on one token: 6 per matrix weight, and 6*L*d*T for causal attention.

        Source: Kaplan et al. 2020 (arXiv 2001.08361), section 2.1; the same rule as notes on performance use.
        """
        attention = 6 * self.layers * self.heads * self.head_dim * self.context
        return 6 * (self.parameters - self.layers * (2 * self.width + 2 * self.head_dim)) + attention
