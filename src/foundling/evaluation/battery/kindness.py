"""Moments by hand in (kindness.txt), filled moments with a kind and an unkind end out.

The order is ours, written down with the moment: a judgement of whoever wrote it, which no compiler can hold. It tells
of a child's world, in one language, and only of what is plain there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from foundling.evaluation.battery.pair import Half, Pair
from foundling.world.chance import Dice

_PEOPLE: dict[Half, tuple[str, ...]] = {
    "scored": (
        "Magnus", "Tilde", "Oriel", "Bastian", "Runa", "Casper", "Ilse", "Fenja", "Jorin", "Ottilie", "Lorcan", "Mirte",
    ),
    "taught": (
        "Ada", "Ben", "Nora", "Emil", "Greta", "Hugo", "Ida", "Jonas", "Klara", "Leo", "Mina", "Oskar",
    ),
}
_THINGS: dict[Half, tuple[str, ...]] = {
    "scored": ("lantern", "drum", "wooden horse", "telescope", "kettle", "fiddle"),
    "taught": ("kite", "blue jug", "toy cart", "music box", "whistle", "clock"),
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What happened, and two ways in which somebody may answer it; {a}, {b} and {t} are open."""

    what: str
    kind: str
    unkind: str


@lru_cache(maxsize=1)
def moments() -> tuple[Moment, ...]:
    """All moments, in the order of the file."""
    text = files("foundling.evaluation.battery").joinpath("kindness.txt").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(Moment(what=a.strip(), kind=b.strip(), unkind=c.strip()) for a, b, c in rows)


def kindnesses(half: Half, seed: int) -> Iterator[Pair]:
    """Pairs without end, the moments of the half in turn; the second time round they are filled anew."""
    mine = [(i, moment) for i, moment in enumerate(moments()) if (i % 2 == 0) == (half == "scored")]
    number = 0
    while True:
        place, moment = mine[number % len(mine)]
        dice = Dice(seed, "battery", half, "kindness", number)
        one, other = dice.sample(_PEOPLE[half], 2)
        filled = {"a": one, "b": other, "t": dice.one(_THINGS[half])}
        what, kind, unkind = (words.format(**filled) for words in (moment.what, moment.kind, moment.unkind))
        yield Pair(
            id=f"kindness.{number}", cls="kindness", better=f"{what} {kind}", worse=f"{what} {unkind}",
            source="templates", group=f"moment.{place}",
        )
        number += 1
