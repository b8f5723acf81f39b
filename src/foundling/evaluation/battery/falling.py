"""Scenes of the physics library in, what fell or stayed and the opposite out: minimal pairs, simulated and not said.

They are the kinds whose question in the world is whether something falls, and two, `plank` and `packed`, that ask
whether something breaks. The scored half has kinds of scenes that no corpus tells beside those that one does; the
taught half has not. All scenes of a kind are one group, for they rise and fall together; so are two kinds that are
drawn alike.
"""

from collections.abc import Iterator

from foundling.evaluation.battery.pair import Half, Pair
from foundling.world.chance import Dice
from foundling.world.physics.scene import HELD_OUT, make_scene

KINDS = (
    "overhang", "stack", "ladder", "tower", "tilt", "push_top", "plank", "posts", "keystone", "roll_off", "gap",
    "packed", "rope", "hole", "pour", "funnel", "cart", "brake", "valley",
)
_ALIKE = {"brake": "cart"}  # a cart that starts and one that stops: the same load, bed, speed and time
_LONGEST = 420  # bytes


def group_of(kind: str) -> str:
    """What the scenes of a kind count as in intervals."""
    return f"scene.{_ALIKE.get(kind, kind)}"


def fallings(half: Half, seed: int) -> Iterator[Pair]:
    """Pairs without end, the kinds in turn."""
    kinds = [kind for kind in KINDS if half == "scored" or kind not in HELD_OUT]
    number = 0
    while True:
        dice = Dice(seed, "battery", half, "falls", number)
        kind = kinds[number % len(kinds)]
        made = dice.one(make_scene(kind, dice.randrange(2**31)).pairs)
        if len((made.context + made.right).encode("utf-8")) <= _LONGEST:
            yield Pair(
                id=f"falls_stays.{number}", cls="falls_stays", better=made.context + made.right,
                worse=made.context + made.wrong, source="world", group=group_of(kind),
            )
        number += 1
