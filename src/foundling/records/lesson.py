"""What a being is taught beside its stories: lessons (turns to imitate), preferences (this turn rather than that)."""

from dataclasses import dataclass

from foundling.records.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A short conversation; only the turns whose index is in `taught` are trained on, the rest is context."""

    turns: tuple[Turn, ...]
    taught: tuple[int, ...]
    kind: str


@dataclass(frozen=True, kw_only=True)
class Preference:
    """After `context`, the turn `chosen` is better than the turn `rejected`. Whoever speaks in them is part of them."""

    context: tuple[Turn, ...]
    chosen: Turn
    rejected: Turn
    kind: str
