"""A part of a suite: one measure with the number of items it takes, as a value. It runs nothing by itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from foundling.evaluation.subject import Subject
from foundling.records import BadInput, Score, Story


@dataclass(frozen=True, kw_only=True)
class Materials:
    """What measures may read: stories that were held out and trained on, test sets, a seed, and how many items.

    sets: the folder of test sets, None when the person has none; a part that needs one raises BadInput then, and the
    suite says so and leaves it out. count: items to draw (documents, pairs, prompts), 0 for all that there are.
    """

    heldout: tuple[Story, ...]
    train: tuple[Story, ...]
    sets: Path | None
    seed: int
    count: int

    def set_at(self, name: str) -> Path:
        """The test set of this name. Raises BadInput when there is none."""
        if self.sets is None or not (self.sets / name).exists():
            raise BadInput(f"There is no {name} among the test sets: give the folder that has it by --sets.")
        return self.sets / name


@dataclass(frozen=True, kw_only=True)
class Part:
    """One measure of a suite. `version` is raised when its figures would change, so that no stale one is reused.

    quick and full: how many items each suite gives it; 0 means all, None leaves it out of that suite. sets: the names
    of the test sets that it reads, so that it is measured again when one of them changes; None stands for every set
    there is, () for none. kept: whether its figures may be reused; False where they hang on files that nobody lists.
    """

    name: str
    version: int
    run: Callable[[Subject, Materials], tuple[Score, ...]]
    quick: int | None
    full: int | None
    sets: tuple[str, ...] | None = None
    kept: bool = True


def no_doubles(parts: Iterable[Part]) -> None:
    """Raises BadInput when two parts have one name, for each would take the other's figures for its own."""
    names = [part.name for part in parts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"Two parts of the suite are called {twice[0]}: give each a name of its own.")
