"""Scenes of the physics library in, what fell or stayed and the opposite out: minimal pairs, simulated and not said.

The scored half has kinds of scenes that no corpus tells beside those that one does; the taught half has not. All scenes
of a kind are one group, for they rise and fall together.
"""

from collections.abc import Iterator

from foundling.evaluation.battery.pair import Half, Pair
from foundling.world.chance import Dice
from foundling.world.physics.scene import HELD_OUT, make_scene

KINDS = (
    "overhang", "stack", "ladder", "tower", "tilt", "push_top", "plank", "posts", "keystone", "roll_off", "gap",
    "packed", "rope", "hole",
)
_LONGEST = 420  # bytes


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
                worse=made.context + made.wrong, source="world", group=f"scene.{kind}",
            )
        number += 1
