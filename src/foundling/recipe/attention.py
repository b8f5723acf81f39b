"""Kinds of attention as values: which earlier positions a position looks at. Numbers in, numbers out; no tensor.

A kind is part of a `Shape` and goes through JSON as a plain mapping with its name under `kind`. Nothing here attends:
that is `model.attention`, which has for each kind a definition and a faster way that is held to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


def _within(least: int, most: int, **given: int) -> None:
    """Raises ValueError for a figure that is no whole number from `least` to `most`; it may come from a file."""
    for name, value in given.items():
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{name} of an attention must be a whole number from {least} to {most}, and is {value!r}")


@dataclass(frozen=True, kw_only=True)
class Full:
    """Every earlier position (Vaswani et al. 2017, arXiv 1706.03762)."""

    kind: str = field(default="full", init=False)

    def of_layer(self, layer: int) -> "Full":
        """The same in every layer."""
        return self

    def seen(self, context: int) -> float:
        """Positions that one of a context looks at, on average."""
        return context / 2


@dataclass(frozen=True, kw_only=True)
class Sliding:
    """The last `window` positions, itself among them (Longformer, arXiv 2004.05150; the count is transformers')."""

    window: int
    kind: str = field(default="sliding", init=False)

    def __post_init__(self) -> None:
        _within(1, 2**24, window=self.window)

    def of_layer(self, layer: int) -> "Sliding":
        """The same in every layer."""
        return self

    def seen(self, context: int) -> float:
        """Positions that one of a context looks at, on average."""
        window = min(self.window, context)
        return window * (1 - window / (2 * context))


@dataclass(frozen=True, kw_only=True)
class SlidingWithFull:
    """Sliding layers, and every `every`th layer full, counted from the first (5 to 1 in Gemma 3, arXiv 2503.19786)."""

    window: int
    every: int
    kind: str = field(default="sliding_with_full", init=False)

    def __post_init__(self) -> None:
        _within(1, 2**24, window=self.window)
        _within(2, 2**24, every=self.every)

    def of_layer(self, layer: int) -> Full | Sliding:
        """The kind of one layer, counted from 0."""
        return Full() if (layer + 1) % self.every == 0 else Sliding(window=self.window)


@dataclass(frozen=True, kw_only=True)
class BlockSparse:
    """Blocks of positions that look at the last `local_blocks` blocks (their own among them), at the `global_blocks`
    with which their document begins and at `random_blocks` of those between (BigBird, arXiv 2007.14062, made causal).
    Which ones is a function of `seed`, layer and place alone.
    """

    block: int = 64
    local_blocks: int = 3
    global_blocks: int = 1
    random_blocks: int = 2
    seed: int = 0
    kind: str = field(default="block_sparse", init=False)

    def __post_init__(self) -> None:
        _within(1, 2**14, block=self.block)
        _within(1, 256, local_blocks=self.local_blocks)
        _within(0, 256, global_blocks=self.global_blocks, random_blocks=self.random_blocks)
        _within(0, 2**31, seed=self.seed)

    def of_layer(self, layer: int) -> "BlockSparse":
        """The same with random blocks of this layer's own."""
        return replace(self, seed=(self.seed * 1_000_003 + layer * 7_919 + 1) % 2**31)

    def seen(self, context: int) -> float:
        """Positions that one of a context looks at, on average, at most."""
        blocks = self.local_blocks - 0.5 + self.global_blocks + self.random_blocks
        return min(context / 2, self.block * blocks)


@dataclass(frozen=True, kw_only=True)
class Linear:
    """No softmax: a state of fixed size that fades (retention, arXiv 2307.08621). `chunk` is how many positions are
    worked out at a time, which decides speed and not the result."""

    chunk: int = 64
    kind: str = field(default="linear", init=False)

    def __post_init__(self) -> None:
        _within(1, 2**14, chunk=self.chunk)

    def of_layer(self, layer: int) -> "Linear":
        """The same in every layer."""
        return self

    def seen(self, context: int) -> float:
        """Positions whose work equals that of one here: half a chunk, and a state of about one head's width."""
        return min(context / 2, self.chunk / 2 + 64)


FULL = Full()
Layered = Full | Sliding | BlockSparse | Linear  # what one layer can be
Attention = Layered | SlidingWithFull
KINDS: dict[str, type[Attention]] = {
    "full": Full, "sliding": Sliding, "sliding_with_full": SlidingWithFull, "block_sparse": BlockSparse,
    "linear": Linear,
}


def attention_from(given: Any) -> Attention:
    """A kind from its plain form (or itself). Raises ValueError for an unknown kind or figures that cannot be."""
    if isinstance(given, Full | Sliding | SlidingWithFull | BlockSparse | Linear):
        return given
    if not isinstance(given, Mapping):
        raise ValueError(f"an attention is a mapping with its kind, and not {given!r}")
    figures = dict(given)
    made = KINDS.get(str(figures.pop("kind", "")))
    if made is None:
        raise ValueError(f"an attention is one of {', '.join(KINDS)}, and not {given.get('kind')!r}")
    try:
        return made(**figures)
    except TypeError as fault:
        raise ValueError(f"an attention of kind {given['kind']} cannot be read: {fault}") from fault
