"""Kinds of things that roll: down boards, off tables, over ice and carpet, against walls, across gaps, over hills."""

import math
from itertools import pairwise

import pymunk

from foundling.world.chance import Dice
from foundling.world.physics import words
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import World

SPEEDS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)


def roll(world: World, slot: str, at: tuple[float, float], speed: float, grip: float = 0.8) -> None:
    """A ball of the setup that already rolls; `at` is its lowest point."""
    thing = world.setup.things[slot]
    radius = thing.height / 2
    body = world.ball(slot, (at[0], at[1] + radius), radius, thing.mass, friction=grip)
    body.velocity, body.angular_velocity = (speed, 0.0), -speed / radius


def draw_slope_race(dice: Dice) -> Setup:
    """Two boards of one length, one raised higher; a ball on each."""
    heights = dice.mixed((dice.one((0.1, 0.2, 0.3)), dice.one((0.5, 0.6, 0.8))))
    return (Draft(dice).thing("A", "ball").thing("B", "ball").length("a", heights[0]).length("b", heights[1])
            .length("long", dice.one((1.5, 2.0, 2.5))).setup())


def run_slope_race(setup: Setup) -> Run:
    """Which ball is at the foot of its board first."""
    world, long = World(setup), setup.num["long"]
    feet: dict[str, float] = {}
    for slot, x in (("A", 0.0), ("B", 10.0)):
        high = setup.num[slot.lower()]
        wide = math.sqrt(long**2 - high**2)
        radius = setup.things[slot].height / 2
        world.fixed(f"board_{slot}", [(x, -0.5), (x + wide, -0.5), (x + wide, 0.0), (x, high)], friction=0.9)
        steep = math.atan2(high, wide)
        world.ball(slot, (x + radius * math.sin(steep), high + radius * math.cos(steep)), radius,
                   setup.things[slot].mass, friction=0.9)
        feet[slot] = x + wide
    times: dict[str, float] = {}

    def arrived() -> bool:
        for slot in "AB":
            if world.x(slot) > feet[slot]:
                times.setdefault(slot, world.time)
        return bool(times) and len(times) == 2
    world.run(4.0, arrived)
    return world.done({"main": "a" if times.get("A", 9.0) < times.get("B", 9.0) else "b"})


def changes_slope_race(setup: Setup, dice: Dice) -> list[Change]:
    """One board raised more or less."""
    return [Draft(dice, setup).length(slot, dice.one((0.05, 0.9, 1.0))).change(slot) for slot in ("a", "b", "a")]


def rim(draft: Draft, high: float) -> Draft:
    """The rim of a table, or none."""
    if high:
        return draft.hidden("rim", high).say("rim", f"a rim {words.length(draft.dice, high)} high")
    bare = draft.dice.one(("no rim", "no rim at all", "a smooth edge without a rim"))
    return draft.hidden("rim", 0.0).say("rim", bare)


def draw_roll_off(dice: Dice) -> Setup:
    """A ball on a table that leans a little, with a rim or without."""
    return rim(Draft(dice).thing("X", "ball").length("lift", dice.one((0.02, 0.03, 0.04, 0.05))),
               dice.one((0.0, 0.0, 0.02, 0.03, 0.04))).setup()


def run_roll_off(setup: Setup) -> Run:
    """It rolls down to the edge."""
    world, lift, high = World(setup), setup.num["lift"], setup.num["rim"]
    world.floor()
    world.fixed("table", [(-0.6, 0.6), (0.6, 0.6), (0.6, 0.8), (-0.6, 0.8 + lift)])
    if high:
        world.fixed("rim", [(0.57, 0.7), (0.6, 0.7), (0.6, 0.8 + high), (0.57, 0.8 + high)])
    size = setup.things["X"].height / 2
    world.ball("X", (0.1, 0.8 + lift * 0.45 + size), size, setup.things["X"].mass)
    world.run(5.0, lambda: world.y("X") < 0.5)
    return world.done({"main": "fell" if world.y("X") < 0.6 else "stayed"})


def changes_roll_off(setup: Setup, dice: Dice) -> list[Change]:
    """Another rim."""
    return [*(rim(Draft(dice, setup), high).change("rim") for high in (0.0, dice.one((0.03, 0.05)))),
            *(Draft(dice, setup).length("lift", lift).change("lift") for lift in (0.025, 0.06))]


def draw_roll_far(dice: Dice) -> Setup:
    """One ball, one push, two grounds."""
    kinds = dice.mixed((("slick", "hard"), ("rough",)))
    return (Draft(dice).thing("X", "ball").ground(words.surface(dice, *kinds[0]), "s", "_a")
            .ground(words.surface(dice, *kinds[1]), "t", "_b")
            .amount("speed", dice.one((1.0, 1.5, 2.0)), "metre").setup())


def run_roll_far(setup: Setup) -> Run:
    """The same ball on each, in two lanes."""
    world = World(setup)
    world.floor(right=100.0)
    size, speed = setup.things["X"].height / 2, setup.num["speed"]
    for name, x in (("X", 0.0), ("X2", 40.0)):
        body = world.ball(name, (x, size), size, setup.things["X"].mass)
        body.velocity, body.angular_velocity = (speed, 0.0), -speed / size
    world.rolling("X", setup.num["drag_a"])
    world.rolling("X2", setup.num["drag_b"])
    world.run(5.0, lambda: min(world.bodies[name].velocity.x for name in ("X", "X2")) < 0.02)
    return world.done({"main": "a" if world.x("X") > world.x("X2") - 40.0 else "b"})


def draw_wall(dice: Dice) -> Setup:
    """A ball that rolls towards a low or a high wall."""
    return (Draft(dice).thing("X", "ball").amount("speed", dice.one(SPEEDS), "metre")
            .length("high", dice.one((0.01, 0.01, 0.02, 0.1, 0.2, 0.4, 0.6))).setup())


def run_wall(setup: Setup) -> Run:
    """It meets the wall."""
    world, high = World(setup), setup.num["high"]
    world.floor()
    world.fixed("wall", [(1.0, -0.1), (1.3, -0.1), (1.3, high), (1.0, high)])
    roll(world, "X", (0.3, 0.0), setup.num["speed"])
    world.run(3.0, lambda: world.x("X") > 1.6)
    return world.done({"main": "over" if world.x("X") > 1.25 else "stopped"})


def changes_wall(setup: Setup, dice: Dice) -> list[Change]:
    """Another wall, another speed."""
    return [
        *(Draft(dice, setup).length("high", high).change("high") for high in (0.01, dice.one((0.3, 0.5)))),
        Draft(dice, setup).amount("speed", dice.one((0.3, 5.0)), "metre").change("speed"),
    ]


def draw_gap(dice: Dice) -> Setup:
    """A ball that rolls towards a gap whose far side lies lower."""
    speeds, gaps = dice.one(((SPEEDS[4:], (0.2, 0.3, 0.4)), (SPEEDS[:3], (0.6, 0.8, 1.0))))
    return (Draft(dice).thing("X", "ball").amount("speed", dice.one(speeds), "metre")
            .length("wide", dice.one(gaps)).length("drop", dice.one((0.1, 0.2, 0.3))).setup())


def run_gap(setup: Setup) -> Run:
    """It flies across or falls in."""
    world, num = World(setup), setup.num
    top, size = num["drop"], setup.things["X"].height / 2
    world.fixed("near", [(-2.0, -3.0), (0.0, -3.0), (0.0, top), (-2.0, top)])
    end = num["wide"] + 30.0
    world.fixed("far", [(num["wide"], -3.0), (end, -3.0), (end, 0.0), (num["wide"], 0.0)])
    world.line("bottom", (-1.0, -2.0), (7.0, -2.0), thick=0.3)
    roll(world, "X", (-0.3, top), num["speed"])
    world.run(2.5, lambda: world.y("X") < -0.4)
    return world.done({"main": "across" if world.y("X") > size * 0.5 else "in"})


def changes_gap(setup: Setup, dice: Dice) -> list[Change]:
    """Wider, faster, slower."""
    return [
        Draft(dice, setup).length("wide", dice.one((1.2, 1.5))).change("wide"),
        *(Draft(dice, setup).amount("speed", v, "metre").change("speed") for v in (dice.one((0.3, 0.4)), 6.0)),
    ]


def draw_hill(dice: Dice) -> Setup:
    """A ball that rolls towards a hill."""
    speeds, heights = dice.one((((3.0, 4.0, 5.0), (0.1, 0.2, 0.3)), ((1.0, 1.5, 2.0), (0.5, 0.8, 1.0, 1.5))))
    return (Draft(dice).thing("X", "ball").amount("speed", dice.one(speeds), "metre")
            .length("high", dice.one(heights)).setup())


def run_hill(setup: Setup) -> Run:
    """Up it goes as far as its speed carries it."""
    world, high = World(setup), setup.num["high"]
    foot = high * 2.5
    world.fixed("hill", [(0.0, -1.0), (2 * foot, -1.0), (2 * foot, 0.0), (foot, high), (0.0, 0.0)], friction=0.9)
    world.floor(right=0.01, friction=0.9)
    speed, steep = setup.num["speed"], math.atan2(high, foot)
    roll(world, "X", (0.0, 0.0), speed)
    world.bodies["X"].velocity = (speed * math.cos(steep), speed * math.sin(steep))
    world.run(5.0, lambda: world.x("X") > foot * 1.05 or world.x("X") < -0.2)
    return world.done({"main": "over" if world.x("X") > foot else "back"})


def changes_hill(setup: Setup, dice: Dice) -> list[Change]:
    """Another hill, another speed."""
    return [
        *(Draft(dice, setup).amount("speed", v, "metre").change("speed") for v in (0.5, 7.0)),
        *(Draft(dice, setup).length("high", h).change("high") for h in (0.05, 2.0)),
    ]


def draw_valley(dice: Dice) -> Setup:
    """A ball let go on one side of a hollow with a lip on the other side."""
    lip = dice.one((0.2, 0.3, 0.4, 0.5, 0.6))
    start = round(lip * dice.one((0.4, 0.6, 0.7, 1.5, 1.8, 2.2)), 2)  # some of its height it loses on the way
    return Draft(dice).thing("X", "ball").length("start", start).length("lip", lip).setup()


def run_valley(setup: Setup) -> Run:
    """It rolls down and up again as high as it comes."""
    world, start, lip = World(setup), setup.num["start"], setup.num["lip"]

    def height(x: float) -> float:
        return 1.2 * x * x
    left, right = -math.sqrt((start + 0.3) / 1.2), math.sqrt(lip / 1.2)
    points = [left + (right - left) * i / 16 for i in range(17)]
    for i, (one, two) in enumerate(pairwise(points)):
        world.line(f"hollow{i + 1}", (one, height(one)), (two, height(two)), thick=0.03, friction=1.0)
    x = -math.sqrt(start / 1.2)
    steep = math.atan(2.4 * x)
    size = setup.things["X"].height / 2 + 0.035
    world.ball("X", (x - size * math.sin(steep), height(x) + size * math.cos(steep)), size - 0.035,
               setup.things["X"].mass, friction=1.0)
    world.run(2.5, lambda: world.x("X") > right + 0.15)
    return world.done({"main": "out" if world.x("X") > right + 0.05 else "stayed"})


def changes_valley(setup: Setup, dice: Dice) -> list[Change]:
    """Let go higher or lower; another lip."""
    return [
        *(Draft(dice, setup).length("start", h).change("start") for h in (0.1, 1.3)),
        *(Draft(dice, setup).length("lip", h).change("lip") for h in (0.1, 1.4)),
    ]


def draw_hole(dice: Dice) -> Setup:
    """A ball that rolls slowly over a slit in the floor."""
    draft = Draft(dice).thing("X", "ball")
    size = draft.things["X"].height
    return draft.length("size", size).length("wide", dice.one((0.02, 0.03, 0.05, 0.09, 0.1, 0.12, 0.15, 0.25))).setup()


def run_hole(setup: Setup) -> Run:
    """It rolls over the slit or drops into it."""
    world, wide = World(setup), setup.num["wide"]
    world.fixed("near", [(-2.0, -0.5), (0.0, -0.5), (0.0, 0.0), (-2.0, 0.0)])
    world.fixed("far", [(wide, -0.5), (wide + 3.0, -0.5), (wide + 3.0, 0.0), (wide, 0.0)])
    world.line("cellar", (-1.0, -1.5), (2.0, -1.5), thick=0.3)
    size = setup.num["size"] / 2
    body = world.ball("X", (-0.1, size), size, setup.things["X"].mass, friction=0.8)
    body.velocity, body.angular_velocity = (0.4, 0.0), -0.4 / size
    world.run(2.0, lambda: world.x("X") > wide + 0.2 or world.y("X") < -0.4)
    return world.done({"main": "fell" if world.y("X") < -size else "stayed"})


def changes_hole(setup: Setup, dice: Dice) -> list[Change]:
    """Another slit."""
    return [Draft(dice, setup).length("wide", w).change("wide") for w in (0.01, dice.one((0.3, 0.4)))]


def latch(draft: Draft, shut: bool) -> Draft:
    """A gate shut or not."""
    text = ("latched", "bolted", "locked") if shut else ("not latched", "on the swing", "left unbolted")
    return draft.switch("shut", shut).say("latch", draft.dice.one(text))


def draw_gate(dice: Dice) -> Setup:
    """A flap gate, latched or not, and a ball that rolls at it fast or slowly."""
    draft = Draft(dice).thing("X", "ball")
    mass = draft.things["X"].mass
    draft.weight("gate", round(mass * dice.one((0.5, 0.7, 1.0)), 3)).weight("ball", mass)
    return latch(draft, dice.chance(0.5)).amount(
        "speed", dice.one((2.0, 3.0, 4.0)), "metre").setup()


def run_gate(setup: Setup) -> Run:
    """It strikes the gate, which hangs from above and swings unless it is latched."""
    world = World(setup)
    world.floor()
    gate = world.box("gate", (1.0, 0.31), (0.04, 0.6), setup.num["gate"])
    world.join(pymunk.PivotJoint(world.space.static_body, gate, (1.0, 0.6)))
    if setup.whole["shut"]:
        world.join(pymunk.RotaryLimitJoint(world.space.static_body, gate, 0.0, 0.0))
    size, speed = setup.things["X"].height / 2, setup.num["speed"]
    body = world.ball("X", (0.3, size), size, setup.num["ball"])
    body.velocity, body.angular_velocity = (speed, 0.0), -speed / size
    world.run(4.0, lambda: world.x("X") > 1.8 or world.x("X") < 0.0)
    return world.done({"main": "through" if world.x("X") > 1.2 else "stopped"})


def changes_gate(setup: Setup, dice: Dice) -> list[Change]:
    """The latch, the speed."""
    return [latch(Draft(dice, setup), not setup.whole["shut"]).change("latch"),
            Draft(dice, setup).amount("speed", dice.one((0.1, 6.0)), "metre").change("speed")]


KINDS = (
    one_ask("slope_race", "which_first", ("a", "b"), draw_slope_race, run_slope_race, changes_slope_race),
    one_ask("roll_off", "falls_or_stays", ("fell", "stayed"), draw_roll_off, run_roll_off, changes_roll_off),
    one_ask("roll_far", "which_farther", ("a", "b"), draw_roll_far, run_roll_far),
    one_ask("wall", "which_side", ("over", "stopped"), draw_wall, run_wall, changes_wall),
    one_ask("gap", "falls_or_stays", ("across", "in"), draw_gap, run_gap, changes_gap),
    one_ask("hill", "which_side", ("over", "back"), draw_hill, run_hill, changes_hill),
    one_ask("valley", "falls_or_stays", ("out", "stayed"), draw_valley, run_valley, changes_valley),
    one_ask("hole", "falls_or_stays", ("fell", "stayed"), draw_hole, run_hole, changes_hole),
    one_ask("gate", "which_side", ("through", "stopped"), draw_gate, run_gate, changes_gate),
)
