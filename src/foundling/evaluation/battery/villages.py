"""A half and a seed in, villages to tell of out, without end: the scored half has names that no narrated corpus holds.

Tellings become passages, scenes become talk. Nothing is spoilt here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from foundling.evaluation.battery.pair import Half
from foundling.records import Turn
from foundling.world.chance import Dice
from foundling.world.narrator.plot import Plot, cut, plots
from foundling.world.narrator.talk import scene
from foundling.world.narrator.tell import Telling, tell
from foundling.world.questions.exam import new_names
from foundling.world.questions.truth import Truth
from foundling.world.village import Village

_DAYS = 5
_PEOPLE = range(12, 24)
_VOICES = ("teller", "teller", "teller", "child", "letter", "plain")


@lru_cache(maxsize=24)
def _lived(half: Half, seed: int, number: int) -> tuple[tuple[Plot, ...], Truth]:
    """The plots of a village, in an order drawn by the seed, and what was so in it; several classes tell of it."""
    dice = Dice(seed, "battery", half, "village", number)
    names = new_names() if half == "scored" else ()
    history = Village(dice.randrange(2**31), people=dice.choice(_PEOPLE), names=names).run(_DAYS)
    return tuple(dice.mixed(list(plots(history)))), Truth(history)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A plot of a village; `number` tells it from all others of the half and seed."""

    plot: Plot
    truth: Truth
    number: int
    dice: Dice


def tales(half: Half, seed: int) -> Iterator[Told]:
    """Plots of one village after the other, in an order drawn by the seed."""
    found = 0
    for number in count():
        lived, truth = _lived(half, seed, number)
        for plot in lived:
            yield Told(plot=plot, truth=truth, number=found, dice=Dice(seed, "battery", half, "tale", found))
            found += 1


def telling_of(tale: Told) -> Telling:
    """The tale in one of the voices that tell in whole sentences."""
    return tell(tale.plot, tale.dice.one(_VOICES), tale.dice.randrange(2**31))


def plain_telling(tale: Told) -> Telling:
    """A few events of the tale in a row, each in one clause."""
    return tell(cut(tale.plot, tale.dice), "plain", tale.dice.randrange(2**31))


def scene_of(tale: Told) -> tuple[Turn, ...]:
    """What was said aloud in it."""
    return scene(tale.plot, tale.dice.randrange(2**31))
