"""Kinds of things that stand and lean: edges, stacks, ladders, towers, dominoes."""

import math

from foundling.world.chance import Dice
from foundling.world.physics import words
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import GRAVITY, World


def draw_overhang(dice: Dice) -> Setup:
    """A board over the edge of a table, maybe with a weight on its inner end."""
    draft = Draft(dice).thing("X", "board")
    long = draft.things["X"].width
    share = dice.one((0.2, 0.3, 0.35, 0.4, 0.6, 0.65, 0.7, 0.8))
    return draft.length("long", long).length("out", round(long * share, 2)).setup()


def run_overhang(setup: Setup) -> Run:
    """It is let go."""
    world, long = World(setup), setup.num["long"]
    world.floor(y=-1.0)
    world.fixed("table", [(-3.0, -0.5), (0.0, -0.5), (0.0, 0.0), (-3.0, 0.0)])
    world.box("X", (setup.num["out"] - long / 2, 0.015), (long, 0.03), setup.things["X"].mass)
    world.run(1.5)
    return world.done({"main": "fell" if world.y("X") < -0.3 else "stayed"})


def changes_overhang(setup: Setup, dice: Dice) -> list[Change]:
    """Pushed farther out or less far."""
    long = setup.num["long"]
    return [Draft(dice, setup).length("out", round(long * share, 2)).change("out") for share in (0.25, 0.75)]


def draw_stack(dice: Dice) -> Setup:
    """Blocks, each set a little farther out than the one below."""
    return (Draft(dice).thing("X", "block").count("n", dice.one((3, 4, 5, 6)))
            .length("wide", 0.2).length("shift", dice.one((0.01, 0.02, 0.03, 0.06, 0.08, 0.09, 0.12))).setup())


def run_stack(setup: Setup) -> Run:
    """It stands or topples."""
    world, num, n = World(setup), setup.num, setup.whole["n"]
    world.floor()
    for i in range(n):
        world.box(f"block{i + 1}", (i * num["shift"], 0.05 + i * 0.1), (num["wide"], 0.1), 1.0, friction=0.9)
    world.run(1.5)
    stands = world.y(f"block{n}") > (n - 0.7) * 0.1
    return world.done({"main": "stood" if stands else "fell"})


def changes_stack(setup: Setup, dice: Dice) -> list[Change]:
    """Set more or less straight."""
    return [Draft(dice, setup).length("shift", s).change("shift") for s in (0.005, 0.01, 0.13)]


def draw_ladder(dice: Dice) -> Setup:
    """A ladder against a smooth wall, its foot so far out, on some ground."""
    return (Draft(dice).ground(words.surface(dice, "slick", "hard", "rough")).length("long", 4.0)
            .length("foot", dice.one((0.8, 1.0, 1.5, 2.0))).setup())


def run_ladder(setup: Setup) -> Run:
    """It is let go."""
    world, long, foot = World(setup), setup.num["long"], setup.num["foot"]
    world.floor(friction=setup.num["friction"])
    angle = math.acos(foot / long)
    half = 0.03
    world.fixed("wall", [(0.0, -1.0), (0.0, 6.0), (-0.5, 6.0), (-0.5, -1.0)], friction=0.0)
    middle = (long / 2 * math.cos(angle) + half * math.sin(angle), long / 2 * math.sin(angle) + half * math.cos(angle))
    start = (middle[0] - 0.0, middle[1])
    world.box("ladder", start, (long, 2 * half), 10.0, angle=math.pi - angle, friction=1.0)
    world.run(2.0, lambda: world.y("ladder") < middle[1] * 0.7)
    return world.done({"main": "slid" if world.y("ladder") < middle[1] * 0.8 else "stood"})


def changes_ladder(setup: Setup, dice: Dice) -> list[Change]:
    """Steeper or flatter; another ground."""
    return [
        *(Draft(dice, setup).length("foot", far).change("foot") for far in (0.2, 3.5)),
        *(Draft(dice, setup).ground(words.surface(dice, kind)).change("below") for kind in ("slick", "rough")),
    ]


def draw_tower(dice: Dice) -> Setup:
    """A tower of blocks and a ball that strikes it near the top."""
    draft = Draft(dice).thing("X", "ball").count("n", dice.one((4, 5, 6, 7)))
    mass, hard = draft.things["X"].mass, dice.chance(0.5)
    block = round(mass * dice.one((0.5, 0.7) if hard else (2.0, 4.0, 8.0)), 3)
    return (draft.weight("ball", mass).weight("block", block)
            .amount("speed", dice.one((2.0, 3.0) if hard else (0.5, 1.0)), "metre").setup())


def run_tower(setup: Setup) -> Run:
    """The ball flies at the uppermost block."""
    world, n = World(setup), setup.whole["n"]
    world.floor()
    for i in range(n):
        world.box(f"block{i + 1}", (0.0, 0.05 + i * 0.1), (0.12, 0.1), setup.num["block"], friction=0.8)
    speed = setup.num["speed"]
    away = -0.07 - setup.things["X"].height / 2
    world.ball("X", (away - 0.01 * speed, n * 0.1 - 0.05), setup.things["X"].height / 2,
               setup.num["ball"]).velocity = (speed, 0.0)
    world.run(1.5)
    return world.done({"main": "stood" if world.y(f"block{n}") > (n - 0.8) * 0.1 else "fell"})


def changes_tower(setup: Setup, dice: Dice) -> list[Change]:
    """Heavier, lighter, faster."""
    return [
        *(Draft(dice, setup).weight("ball", m).change("ball") for m in (0.01, 5.0)),
        Draft(dice, setup).amount("speed", dice.one((0.2, 6.0)), "metre").change("speed"),
    ]


def draw_tilt(dice: Dice) -> Setup:
    """Something on a rough board that is raised to an angle."""
    draft = Draft(dice).thing("X", "tall")
    high = draft.things["X"].height
    shares, angles = dice.one((((0.12, 0.16, 0.2, 0.25), (20.0, 25.0, 30.0)), ((0.4, 0.5, 0.6), (5.0, 8.0, 10.0))))
    return (draft.length("high", high).length("wide", round(high * dice.one(shares), 2))
            .amount("angle", dice.one(angles), "degree").setup())


def run_tilt(setup: Setup) -> Run:
    """It stands on the slope or tips over."""
    world, num = World(setup), setup.num
    world.floor(friction=1.2)
    angle = math.radians(num["angle"])
    world.space.gravity = (GRAVITY * math.sin(angle), -GRAVITY * math.cos(angle))
    world.box("X", (0.0, num["high"] / 2), (num["wide"], num["high"]), setup.things["X"].mass, friction=1.2)
    world.run(2.0, lambda: abs(world.bodies["X"].angle) > 0.9)
    return world.done({"main": "tipped" if abs(world.bodies["X"].angle) > 0.3 else "stood"})


def changes_tilt(setup: Setup, dice: Dice) -> list[Change]:
    """Steeper, flatter, on a broader foot."""
    return [
        *(Draft(dice, setup).amount("angle", a, "degree").change("angle") for a in (3.0, 35.0)),
        Draft(dice, setup).length("wide", round(setup.num["high"] * dice.one((0.1, 0.9)), 2)).change("wide"),
    ]


def draw_domino(dice: Dice) -> Setup:
    """A row of dominoes with one gap too wide."""
    n = dice.one((5, 6, 7, 8, 9))
    k = dice.one(range(1, n))
    return (Draft(dice).count("top", n).count("k", k).count("rest", n - k).length("high", 0.2)
            .length("near", dice.one((0.08, 0.1, 0.12))).length("wide", dice.one((0.1, 0.12, 0.3, 0.4, 0.5))).setup())


def run_domino(setup: Setup) -> Run:
    """The first is tipped."""
    world, n, k, num = World(setup), setup.whole["top"], setup.whole["k"], setup.num
    world.floor(friction=1.0)
    x = 0.0
    for i in range(n):
        world.box(f"domino{i + 1}", (x, num["high"] / 2), (0.03, num["high"]), 0.2, friction=0.7)
        x += num["wide"] if i + 1 == k else num["near"]
    body = world.bodies["domino1"]
    body.apply_impulse_at_local_point((0.08, 0.0), (0.0, num["high"] / 2))
    world.run(0.6 + 0.22 * n)
    fallen = sum(abs(world.bodies[f"domino{i + 1}"].angle) > 0.35 for i in range(n))
    return world.done({"main": str(fallen)})


def changes_domino(setup: Setup, dice: Dice) -> list[Change]:
    """The gap closed, or elsewhere."""
    n = setup.whole["top"]
    k = dice.one([i for i in range(1, n) if i != setup.whole["k"]])
    return [Draft(dice, setup).length("wide", 0.1 if setup.num["wide"] > 0.2 else 0.45).change("wide"),
            Draft(dice, setup).count("k", k).count("rest", n - k).change("k")]


def draw_push_top(dice: Dice) -> Setup:
    """A push at the top of something tall or low, on rough or slippery ground."""
    draft = Draft(dice).thing("X", dice.one(("tall", "tall", "block"))).ground(words.surface(dice, "slick", "rough"))
    return draft.length("wide", draft.things["X"].width).length("high", draft.things["X"].height).setup()


def run_push_top(setup: Setup) -> Run:
    """A force grows until it moves."""
    world, num = World(setup), setup.num
    world.floor(friction=num["friction"])
    mass = setup.things["X"].mass
    body = world.box("X", (0.0, num["high"] / 2), (num["wide"], num["high"]), mass, friction=1.0)

    def press() -> None:
        body.apply_force_at_world_point((mass * GRAVITY * 0.6 * world.time, 0.0),
                                        body.local_to_world((-num["wide"] / 2, num["high"] / 2)))
    world.hooks.append(press)
    world.run(4.0, lambda: abs(body.angle) > 0.6 or body.position.x > 1.0)
    return world.done({"main": "tipped" if abs(body.angle) > 0.4 else "slid"})


def changes_push_top(setup: Setup, dice: Dice) -> list[Change]:
    """Another ground; something else on it."""
    other = Draft(dice, setup).thing("X", dice.one(("tall", "block")))
    other.length("wide", other.things["X"].width).length("high", other.things["X"].height)
    grounds = [words.surface(dice, kind) for kind in ("slick", "rough")]
    return [other.change("other"), *(Draft(dice, setup).ground(below).change("below") for below in grounds)]


KINDS = (
    one_ask("overhang", "falls_or_stays", ("fell", "stayed"), draw_overhang, run_overhang, changes_overhang),
    one_ask("stack", "falls_or_stays", ("fell", "stood"), draw_stack, run_stack, changes_stack),
    one_ask("ladder", "falls_or_stays", ("slid", "stood"), draw_ladder, run_ladder, changes_ladder),
    one_ask("tower", "falls_or_stays", ("fell", "stood"), draw_tower, run_tower, changes_tower),
    one_ask("tilt", "falls_or_stays", ("tipped", "stood"), draw_tilt, run_tilt, changes_tilt),
    one_ask("domino", "how_many", (), draw_domino, run_domino, changes_domino),
    one_ask("push_top", "falls_or_stays", ("tipped", "slid"), draw_push_top, run_push_top, changes_push_top),
)
