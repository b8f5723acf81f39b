"""Kinds of things that swing and are flung: pendulums, a ball on a rope and what stands below, a catapult."""

import math

import pymunk

from foundling.world.chance import Dice
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import World


def hang(
    world: World, name: str, hook: tuple[float, float], long: float, angle: float, mass: float = 1.0,
) -> pymunk.Body:
    """A bob on a cord from a hook, drawn aside by an angle (rad, to the left)."""
    at = (hook[0] - long * math.sin(angle), hook[1] - long * math.cos(angle))
    body = world.ball(name, at, 0.05, mass, friction=0.3)
    world.join(pymunk.PinJoint(world.space.static_body, body, hook, (0.0, 0.0)))
    return body


def draw_swing(dice: Dice) -> Setup:
    """A hook so high, a cord so long, and something that stands below the hook."""
    draft = Draft(dice).thing("Y", "fragile").length("hook", dice.one((1.0, 1.2, 1.5, 1.8, 2.0)))
    high = round(draft.things["Y"].height, 2)
    free = draft.num["hook"] - high
    return draft.length("high", high).length("cord", round(free + dice.one((-0.4, -0.3, -0.2, 0.02, 0.05, 0.1)) * min(
        1.0, high / 0.1), 2)).setup()


def run_swing(setup: Setup) -> Run:
    """The cord ends at the underside of the bob."""
    world, num = World(setup), setup.num
    world.floor()
    thing = setup.things["Y"]
    world.box("Y", (0.0, num["high"] / 2), (min(thing.width, 0.12), num["high"]), thing.mass)
    hang(world, "bob", (0.0, num["hook"]), num["cord"] - 0.05, 1.0, 1.5)
    world.run(1.6)
    moved = abs(world.x("Y")) > 0.03 or abs(world.bodies["Y"].angle) > 0.3
    return world.done({"main": "hit" if moved else "missed"})


def changes_swing(setup: Setup, dice: Dice) -> list[Change]:
    """A longer or shorter cord."""
    free = setup.num["hook"] - setup.num["high"]
    cords = [round(free + part * setup.num["high"], 2) for part in (-0.9, 0.6)]
    return [Draft(dice, setup).length("cord", cord).change("cord") for cord in cords]


def draw_pendulum_race(dice: Dice) -> Setup:
    """Two pendulums of different length; what hangs on them does not matter."""
    cords = dice.mixed((dice.one((0.3, 0.4, 0.5)), dice.one((0.8, 1.0, 1.5, 2.0))))
    return Draft(dice).thing("A", "weight").thing("B", "weight").length("a", cords[0]).length("b", cords[1]).setup()


def run_pendulum_race(setup: Setup) -> Run:
    """Which is on the other side first and turns there."""
    world = World(setup)
    bodies = {}
    for slot, x in (("A", 0.0), ("B", 6.0)):
        bodies[slot] = hang(world, slot, (x, 3.0), setup.num[slot.lower()], 0.5, setup.things[slot].mass)
    turned: dict[str, float] = {}

    def turn() -> bool:
        for slot, hook in (("A", 0.0), ("B", 6.0)):
            if bodies[slot].position.x > hook and bodies[slot].velocity.x < 0:
                turned.setdefault(slot, world.time)
        return bool(turned)
    world.run(3.0, turn)
    return world.done({"main": "a" if turned.get("A", 9.0) < turned.get("B", 9.0) else "b"})


def changes_pendulum_race(setup: Setup, dice: Dice) -> list[Change]:
    """Another cord."""
    return [Draft(dice, setup).length(s, long).change(s) for s in ("a", "b") for long in (0.2, 2.5)]


def draw_catapult(dice: Dice) -> Setup:
    """A plank on a stone, a ball on one end, something heavy that drops on the other, a branch above the ball."""
    draft, hard = Draft(dice).thing("X", "ball"), dice.chance(0.5)
    draft.weight("mass", dice.one((4.0, 6.0, 8.0) if hard else (0.5, 1.0, 2.0))).weight("ball", draft.things["X"].mass)
    draft.length("height", dice.one((0.8, 1.0, 1.5) if hard else (0.2, 0.3, 0.4)))
    return draft.length("branch", dice.one((0.8, 1.0) if hard else (1.5, 2.0, 3.0))).setup()


def run_catapult(setup: Setup) -> Run:
    """How high the ball is flung."""
    world, num = World(setup), setup.num
    world.floor()
    plank = world.box("plank", (0.0, 0.3), (2.0, 0.05), 1.0, angle=0.25, friction=0.8)
    world.join(pymunk.PivotJoint(world.space.static_body, plank, (0.0, 0.3)))
    world.box("weight", (0.85, 0.62 + num["height"]), (0.2, 0.2), num["mass"])
    world.ball("X", (-0.85, 0.16), 0.05, num["ball"])
    best = [0.0]

    def watch() -> None:
        best[0] = max(best[0], world.y("X"))
    world.hooks.append(watch)
    world.run(1.6)
    return world.done({"main": "above" if best[0] > num["branch"] else "below"})


def changes_catapult(setup: Setup, dice: Dice) -> list[Change]:
    """A weight that is heavier or lighter, from higher up or lower down."""
    return [
        *(Draft(dice, setup).weight("mass", m).change("mass") for m in (0.2, 15.0)),
        *(Draft(dice, setup).length("height", h).change("height") for h in (0.1, 2.5)),
    ]


KINDS = (
    one_ask("swing", "moves_or_stays", ("hit", "missed"), draw_swing, run_swing, changes_swing),
    one_ask("pendulum_race", "which_first", ("a", "b"), draw_pendulum_race, run_pendulum_race, changes_pendulum_race),
    one_ask("catapult", "which_side", ("above", "below"), draw_catapult, run_catapult, changes_catapult),
)
