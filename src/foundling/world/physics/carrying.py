"""Kinds of things that weigh and carry: see-saws, scales, levers, planks, ropes, beams on posts, keystones."""

import math

import pymunk

from foundling.world.chance import Dice
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import DT, GRAVITY, World


def weigh(setup: Setup, left: tuple[float, float], right: tuple[float, float]) -> World:
    """A plank on a pivot, a weight (kg) so far (m) from its middle on either side; let go level, run until it tips."""
    world = World(setup)
    world.floor(y=-0.6)
    arm = max(left[1], right[1]) + 0.2
    plank = world.box("plank", (0.0, 0.0), (2 * arm, 0.06), 4.0, friction=1.0)
    world.join(pymunk.PivotJoint(world.space.static_body, plank, (0.0, 0.0)))
    for slot, (mass, far), side in (("A", left, -1), ("B", right, 1)):
        thing = setup.things.get(slot)
        size = 0.2 if thing is None else min(0.3, thing.width)
        world.box(slot, (side * far, 0.03 + size / 2), (size, size), mass, friction=1.0)
    world.run(3.0, lambda: abs(plank.angle) > 0.1)
    return world


def tipped(world: World) -> str:
    """To which side."""
    angle = world.bodies["plank"].angle
    return "level" if abs(angle) < 0.02 else "a" if angle > 0 else "b"


def draw_seesaw(dice: Dice) -> Setup:
    """Two things on a see-saw."""
    draft = Draft(dice).thing("A", "weight").thing("B", "weight")
    arms = (dice.one((0.5, 0.8, 1.0)), dice.one((1.2, 1.5, 2.0)))  # the heavier one sits farther out
    for s, far in zip(("a", "b"), sorted(arms, reverse=draft.things["A"].mass > draft.things["B"].mass), strict=True):
        draft.weight(f"mass_{s}", draft.things[s.upper()].mass).length(f"far_{s}", far)
    return draft.setup()


def run_seesaw(setup: Setup) -> Run:
    """It tips."""
    num = setup.num
    world = weigh(setup, (num["mass_a"], num["far_a"]), (num["mass_b"], num["far_b"]))
    return world.done({"main": tipped(world)})


def changes_seesaw(setup: Setup, dice: Dice) -> list[Change]:
    """One of them nearer or farther, lighter or heavier."""
    return [
        *(Draft(dice, setup).length(f"far_{s}", dice.one((0.2, 2.5))).change(f"far_{s}") for s in ("a", "b")),
        *(Draft(dice, setup).weight(f"mass_{s}", dice.one((1.0, 20.0))).change(f"mass_{s}") for s in ("a", "b")),
    ]


def draw_scale(dice: Dice) -> Setup:
    """So many of one and so many of another in the pans."""
    draft = Draft(dice).thing("A", "counted").thing("B", "counted")
    for s in ("a", "b"):
        draft.count(f"n_{s}", dice.one((2, 3, 4, 5, 6, 8))).weight(f"mass_{s}", draft.things[s.upper()].mass)
    return draft.setup()


def run_scale(setup: Setup) -> Run:
    """The pans hang at equal distances."""
    left, right = (setup.whole[f"n_{s}"] * setup.num[f"mass_{s}"] for s in ("a", "b"))
    world = weigh(setup, (20 * left, 0.5), (20 * right, 0.5))
    return world.done({"main": tipped(world)})


def changes_scale(setup: Setup, dice: Dice) -> list[Change]:
    """More or fewer."""
    return [Draft(dice, setup).count(f"n_{s}", dice.one((2, 12, 15))).change(f"n_{s}") for s in ("a", "b", "a", "b")]


def draw_lever(dice: Dice) -> Setup:
    """A bar under a heavy thing, and somebody's weight on its other end."""
    short, long = dice.one((((0.2, 0.3), (1.5, 2.0)), ((0.4, 0.5), (0.5, 0.6))))
    return (Draft(dice).thing("X", "load").weight("mass", dice.one((80.0, 100.0, 120.0, 150.0)))
            .length("short", dice.one(short)).length("long", dice.one(long))
            .weight("person", dice.one((30.0, 40.0, 50.0, 60.0, 70.0))).setup())


def run_lever(setup: Setup) -> Run:
    """The bar tips to the one side or the other."""
    num = setup.num
    world = weigh(setup, (num["mass"], num["short"]), (num["person"], num["long"]))
    return world.done({"main": "lifted" if tipped(world) == "b" else "lay"})


def changes_lever(setup: Setup, dice: Dice) -> list[Change]:
    """A longer arm, a shorter one, another person."""
    return [*(Draft(dice, setup).length("long", far).change("long") for far in (0.4, 4.0)),
            Draft(dice, setup).weight("person", dice.one((20.0, 90.0))).change("person")]


def pull(world: World, name: str) -> float:
    """The weight in kg that other moving bodies lay on a body, as a mean over a third of a second."""
    body, sums = world.bodies[name], [0.0]

    def add(arbiter: pymunk.Arbiter) -> None:
        if all(shape.body is not world.space.static_body for shape in arbiter.shapes):
            sums[0] += abs(arbiter.total_impulse.y)
    for _ in range(40):
        world.run(DT)
        body.each_arbiter(add)
    return sums[0] / (40 * DT) / GRAVITY


def draw_plank(dice: Dice) -> Setup:
    """A plank over a ditch, which bears so much, and what is laid on it."""
    draft = Draft(dice).thing("X", "heavy").thing("Y", "heavy")
    x, y = draft.things["X"].mass, draft.things["Y"].mass
    limit = float(math.ceil((x + y) * dice.one((0.5, 0.6, 0.8, 1.2, 1.5, 2.0))))
    return draft.weight("limit", limit).weight("mass_x", x).weight("mass_y", y).setup()


def run_plank(setup: Setup) -> Run:
    """It bends and bears, or breaks."""
    world, num = World(setup), setup.num
    world.floor(y=-1.0)
    for side in (-1.0, 1.0):
        world.fixed(f"bank{side:+.0f}", [(side * 0.9, -1.0), (side * 2, -1.0), (side * 2, 0.0), (side * 0.9, 0.0)])
    world.box("plank", (0.0, 0.02), (2.2, 0.04), 5.0, friction=0.8)
    for slot, x in (("X", -0.25), ("Y", 0.25)):
        world.box(slot, (x, 0.19), (0.3, 0.3), num[f"mass_{slot.lower()}"], friction=0.8)
    world.run(0.6)
    broken = pull(world, "plank") > num["limit"]
    if broken:
        world.remove("plank")
        for side in (-1, 1):
            world.box(f"half{side:+d}", (side * 0.55, 0.01), (1.1, 0.04), 2.5)
    world.run(0.7)
    return world.done({"main": "broke" if world.y("X") < -0.3 else "held"})


def changes_plank(setup: Setup, dice: Dice) -> list[Change]:
    """More or less of a load; a stronger plank."""
    return [
        *(Draft(dice, setup).weight("mass_x", m).change("mass_x") for m in (2.0, 70.0)),
        Draft(dice, setup).weight("limit", dice.one((10.0, 120.0))).change("limit"),
    ]


def draw_rope(dice: Dice) -> Setup:
    """A load on a rope that bears so much."""
    draft = Draft(dice).thing("X", "heavy")
    mass = draft.things["X"].mass
    limit = float(math.ceil(mass * dice.one((0.3, 0.5, 0.7, 1.3, 1.6, 2.0))))
    return (draft.weight("limit", limit).weight("mass", mass)
            .length("high", dice.one((0.5, 1.0, 2.0, 3.0))).setup())


def run_rope(setup: Setup) -> Run:
    """The rope takes the load; where it is too much, it is gone."""
    world, num = World(setup), setup.num
    world.floor()
    size = 0.3
    body = world.box("X", (0.0, num["high"] + size / 2), (size, size), num["mass"])
    hook = (0.0, num["high"] + size + 1.0)
    rope = world.join(pymunk.SlideJoint(world.space.static_body, body, hook, (0.0, size / 2), 0, 1.0))
    world.run(0.3)
    pulls = 0.0
    for _ in range(30):
        world.run(DT)
        pulls += rope.impulse
    if pulls / (30 * DT) / GRAVITY > num["limit"]:
        world.space.remove(rope)
    world.run(1.0)
    return world.done({"main": "snapped" if world.y("X") < size / 2 + num["high"] * 0.5 else "held"})


def changes_rope(setup: Setup, dice: Dice) -> list[Change]:
    """Another load, another rope."""
    return [*(Draft(dice, setup).weight("mass", m).change("mass") for m in (1.0, 90.0)),
            Draft(dice, setup).weight("limit", dice.one((1.0, 150.0))).change("limit")]


def draw_posts(dice: Dice) -> Setup:
    """A beam on two posts."""
    return Draft(dice).thing("X", "beam").length("long", 2.0).length("p", dice.one((0.1, 0.2, 0.3, 0.4))).length(
        "q", dice.one((0.5, 0.6, 0.7, 0.8, 1.2, 1.3, 1.5, 1.7, 1.9))).setup()


def run_posts(setup: Setup) -> Run:
    """It stays while its middle lies between the posts."""
    world, num = World(setup), setup.num
    world.floor()
    for name in ("p", "q"):
        x = num[name]
        world.fixed(f"post_{name}", [(x - 0.02, 0.0), (x + 0.02, 0.0), (x + 0.02, 1.0), (x - 0.02, 1.0)])
    world.box("X", (num["long"] / 2, 1.02), (num["long"], 0.04), setup.things["X"].mass)
    world.run(1.8)
    return world.done({"main": "stayed" if world.y("X") > 0.95 else "fell"})


def changes_posts(setup: Setup, dice: Dice) -> list[Change]:
    """The right-hand post elsewhere."""
    return [Draft(dice, setup).length("q", far).change("q") for far in (0.55, 1.8)]


def draw_keystone(dice: Dice) -> Setup:
    """A wedge between the two halves of an arch: broad above or broad below."""
    up = dice.chance(0.5)
    draft = Draft(dice).length("gap", dice.one((0.2, 0.3, 0.4)))
    return wedge(draft, up).length("broad", round(draft.num["gap"] * dice.one((1.0, 1.2)) + 0.1, 2)).length(
        "narrow", round(draft.num["gap"] * dice.one((0.5, 0.6, 0.7)), 2)).setup()


def wedge(draft: Draft, up: bool) -> Draft:
    """Which way it is put in."""
    return draft.switch("up", up).say("end", "broad end upwards" if up else "narrow end upwards").say(
        "way", "narrow end down" if up else "broad end down")


def run_keystone(setup: Setup) -> Run:
    """The gap narrows downwards where the wedge does, as masons cut it."""
    world, num, up = World(setup), setup.num, setup.whole["up"]
    world.floor(y=-1.5)
    above, below = (num["broad"], num["narrow"]) if up else (num["narrow"], num["broad"])
    top, foot = num["gap"] / 2 + 0.02, num["gap"] / 2 - 0.02
    for side in (-1, 1):
        world.fixed(f"half{side:+d}", [(side * foot, 0.0), (side * top, 0.3), (side * 1.2, 0.3), (side * 1.2, 0.0)])
    corners = [(-below / 2, -0.15), (below / 2, -0.15), (above / 2, 0.15), (-above / 2, 0.15)]
    world.poly("keystone", (0.0, 0.5 if up else -0.2), corners, 8.0, friction=0.4)
    world.run(1.4)
    return world.done({"main": "held" if world.y("keystone") > -0.2 else "fell"})


def changes_keystone(setup: Setup, dice: Dice) -> list[Change]:
    """Turned over, or broader."""
    return [wedge(Draft(dice, setup), not setup.whole["up"]).change("up"),
            Draft(dice, setup).length("broad", round(setup.num["broad"] * dice.one((1.1, 1.3)), 2)).change("broad")]


KINDS = (
    one_ask("seesaw", "which_heavier", ("a", "b"), draw_seesaw, run_seesaw, changes_seesaw),
    one_ask("scale", "which_heavier", ("a", "b"), draw_scale, run_scale, changes_scale),
    one_ask("lever", "moves_or_stays", ("lifted", "lay"), draw_lever, run_lever, changes_lever),
    one_ask("plank", "breaks", ("broke", "held"), draw_plank, run_plank, changes_plank),
    one_ask("rope", "falls_or_stays", ("snapped", "held"), draw_rope, run_rope, changes_rope),
    one_ask("posts", "falls_or_stays", ("fell", "stayed"), draw_posts, run_posts, changes_posts),
    one_ask("keystone", "falls_or_stays", ("fell", "held"), draw_keystone, run_keystone, changes_keystone),
)
