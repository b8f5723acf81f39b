"""The small-data record: what is trained on each track, as functions of the steps that its minutes buy.

Every number that tuning may change stands here, and no result of it: `life.record` measures, runs and judges.
"""

from collections.abc import Callable
from dataclasses import dataclass

from foundling.recipe.shape import Shape
from foundling.recipe.training import TrainRecipe


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one run of a track is made of; all its seeds share it."""

    shape: Shape
    train: TrainRecipe


@dataclass(frozen=True, kw_only=True)
class Track:
    """A track: minutes of training, entries of its byte-level BPE, how the text is cut, and the recipe.

    validation: the share of the training text, in bytes, that the trainer keeps for its own looks; part: bytes of a
    document that a book is cut into, between paragraphs. recipe: (steps, vocabulary) to an Entry; a measurement asks
    it for a few steps.
    """

    name: str
    minutes: float
    vocabulary: int
    recipe: Callable[[int, int], Entry]
    validation: float = 0.02
    part: int = 12_000


def sprint(steps: int, vocabulary: int) -> Entry:
    """Ten minutes on two cores: few layers and few rows, as did best in a quarter of the time (LOG.md, sprint).

    That a few readings of the text need little regularisation was taken for granted, not measured.
    """
    shape = Shape(
        layers=4, width=256, heads=4, kv_heads=4, head_dim=64, hidden=688, vocabulary=vocabulary, context=256,
    )
    train = TrainRecipe(
        steps=steps, rows=8, optimiser="muon", rate=3e-3, matrix_rate=0.02, weight_decay=0.1, dropout=0.0,
        warmup=0.05, decay=0.8, final=0.02, average=0.98, look=max(1, steps // 8), save_seconds=120.0,
    )
    return Entry(shape=shape, train=train)


def marathon(steps: int, vocabulary: int) -> Entry:
    """Four hours on two cores: many readings, so heavy decay, dropout and a long moving average of the weights."""
    shape = Shape(
        layers=8, width=384, heads=6, kv_heads=6, head_dim=64, hidden=1024, vocabulary=vocabulary, context=256,
    )
    train = TrainRecipe(
        steps=steps, rows=32, optimiser="muon", rate=3e-3, matrix_rate=0.02, weight_decay=0.8, dropout=0.2,
        warmup=0.02, decay=0.8, final=0.02, average=0.995, look=max(1, steps // 40), patience=10, save_seconds=300.0,
    )
    return Entry(shape=shape, train=train)


TRACKS = {
    "sprint": Track(name="sprint", minutes=10.0, vocabulary=2048, recipe=sprint),
    "marathon": Track(name="marathon", minutes=240.0, vocabulary=2048, recipe=marathon),
}
