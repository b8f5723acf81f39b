"""The shape of a decoder: the few integers that fix every weight. It counts parameters; it builds no model."""

from dataclasses import dataclass

from foundling.recipe.attention import FULL, Attention, SlidingWithFull, attention_from


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A Qwen3 decoder: `heads` query heads share `kv_heads` key-value ones (a divisor), each `head_dim` wide (even).

    `attention` may be given in its plain form, as JSON has it.
    """

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
    attention: Attention = FULL

    def __post_init__(self) -> None:
        object.__setattr__(self, "attention", attention_from(self.attention))
        if self.heads % self.kv_heads or self.head_dim % 2:
            raise ValueError("heads must be a multiple of kv_heads, and head_dim even")
        if isinstance(self.attention, SlidingWithFull) and self.attention.every > self.layers:
            raise ValueError(f"of {self.layers} layers none is the {self.attention.every}th, which would be full")

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
        """Floating-point operations to train on one token: 6 per matrix weight, and 6*L*d*T for full causal attention.

        Source: Kaplan et al. 2020 (arXiv 2001.08361), section 2.1; the same rule as notes on performance use.
        """
        seen = sum(self.attention.of_layer(layer).seen(self.context) for layer in range(self.layers))
        attention = int(12 * self.heads * self.head_dim * seen)
        return 6 * (self.parameters - self.layers * (2 * self.width + 2 * self.head_dim)) + attention
