"""Kinds of pushes, pulls and blows: sliding, billiards, wind, carts, tug of war."""

from foundling.world.chance import Dice
from foundling.world.physics import words
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import World

LANE = 600.0
AIR = 0.6


def slide(world: World, name: str, x: float, mass: float, speed: float) -> None:
    """A low box that slides off to the right."""
    world.box(name, (x, 0.1), (0.4, 0.2), mass, friction=1.0).velocity = (speed, 0.0)


def draw_push(dice: Dice) -> Setup:
    """A heavy and a light thing, the same push for each."""
    roles = dice.mixed(("heavy", "block"))
    draft = Draft(dice).thing("A", roles[0]).thing("B", roles[1]).ground(words.surface(dice, "slick", "hard"))
    for slot in "AB":
        draft.weight(f"mass_{slot.lower()}", draft.things[slot].mass)
    return draft.hidden("push", dice.one((4.0, 6.0))).setup()


def run_push(setup: Setup) -> Run:
    """A blow of one strength for both."""
    world, num = World(setup), setup.num
    world.floor(right=3 * LANE, friction=num["friction"])
    for slot, x in (("A", 0.0), ("B", LANE)):
        slide(world, slot, x, num[f"mass_{slot.lower()}"], num["push"] / num[f"mass_{slot.lower()}"])
    world.run(3.0)
    return world.done({"main": "a" if world.x("A") > world.x("B") - LANE else "b"})


def changes_push(setup: Setup, dice: Dice) -> list[Change]:
    """The one or the other heavier or lighter."""
    return [Draft(dice, setup).weight(f"mass_{s}", m).change(f"mass_{s}") for s in ("a", "b") for m in (0.1, 90.0)]


def draw_slide(dice: Dice) -> Setup:
    """One thing, one speed, two grounds."""
    kinds = dice.mixed(("slick", "rough"))
    return (Draft(dice).thing("X", dice.one(("block", "heavy"))).ground(words.surface(dice, kinds[0]), "s", "_a")
            .ground(words.surface(dice, kinds[1]), "t", "_b")
            .amount("speed", dice.one((1.0, 1.5, 2.0, 3.0)), "metre").setup())


def run_slide(setup: Setup) -> Run:
    """Once on each."""
    world, num = World(setup), setup.num
    for name, mark, x in (("X", "_a", 0.0), ("X2", "_b", LANE)):
        world.floor(left=x - 2, right=x + LANE - 5, friction=num[f"friction{mark}"], name=f"floor{mark}")
        slide(world, name, x, setup.things["X"].mass, num["speed"])
    world.run(4.0, lambda: min(world.bodies[n].velocity.x for n in ("X", "X2")) < 0.01 and world.time > 1.5)
    return world.done({"main": "a" if world.x("X") > world.x("X2") - LANE else "b"})


def draw_stuck(dice: Dice) -> Setup:
    """A steady push against something on some ground."""
    draft = Draft(dice).thing("X", "heavy").ground(words.surface(dice, "slick", "rough"))
    share = dice.one((2.0, 3.0, 4.0, 15.0))  # newtons for a kilogram: a weak push, or one that moves it on any ground
    return (draft.weight("mass", draft.things["X"].mass)
            .amount("force", draft.things["X"].mass * share, "newton").setup())


def run_stuck(setup: Setup) -> Run:
    """For two seconds."""
    world, num = World(setup), setup.num
    world.floor(friction=num["friction"])
    slide(world, "X", 0.0, num["mass"], 0.0)
    world.push("X", (num["force"], 0.0))
    world.run(2.0, lambda: world.x("X") > 0.5)
    return world.done({"main": "moved" if world.x("X") > 0.1 else "stayed"})


def changes_stuck(setup: Setup, dice: Dice) -> list[Change]:
    """Another ground, another push."""
    return [
        *(Draft(dice, setup).ground(words.surface(dice, kind)).change("below") for kind in ("slick", "rough")),
        *(Draft(dice, setup).amount("force", f, "newton").change("force") for f in (2.0, 600.0)),
    ]


def draw_billiard(dice: Dice) -> Setup:
    """A ball that rolls at another at rest."""
    draft = Draft(dice).thing("X", "ball").thing("Y", "ball")
    return (draft.weight("mass_x", draft.things["X"].mass).weight("mass_y", draft.things["Y"].mass)
            .amount("speed", dice.one((0.5, 1.0, 2.0, 3.0)), "metre").setup())


def run_billiard(setup: Setup) -> Run:
    """They meet head on, without spin."""
    world, num = World(setup), setup.num
    world.floor(friction=0.0)
    world.ball("X", (-0.3, 0.1), 0.1, num["mass_x"], friction=0.0, bounce=0.9).velocity = (num["speed"], 0.0)
    world.ball("Y", (0.1, 0.1), 0.1, num["mass_y"], friction=0.0, bounce=0.9)
    world.run(1.5)
    speed = world.bodies["X"].velocity.x
    return world.done({"main": "on" if speed > 0.0 else "back"})


def changes_billiard(setup: Setup, dice: Dice) -> list[Change]:
    """Another weight."""
    return [Draft(dice, setup).weight(f"mass_{s}", m).change(f"mass_{s}") for s in ("x", "y") for m in (0.01, 10.0)]


def breeze(world: World, slot: str, speed: float) -> None:
    """Wind (m/s) on a thing: half the density of air times area times speed squared."""
    thing, body = world.setup.things[slot], world.bodies[slot]

    def blow() -> None:
        faster = max(0.0, speed - body.velocity.x)
        body.apply_force_at_world_point((AIR * thing.width * thing.height * faster**2, 0.0), body.position)
    world.hooks.append(blow)


def draw_wind(dice: Dice) -> Setup:
    """A light and a heavy thing in a wind."""
    roles = dice.mixed(("light", "heavy"))
    return Draft(dice).thing("A", roles[0]).thing("B", roles[1]).amount(
        "wind", dice.one((7.0, 8.0, 10.0, 12.0)), "metre").setup()


def run_wind(setup: Setup) -> Run:
    """Which is blown farther."""
    world = World(setup)
    world.floor(right=400.0, friction=0.4)
    for slot, x in (("A", 0.0), ("B", 200.0)):
        thing = setup.things[slot]
        world.box(slot, (x, thing.height / 2), (thing.width, thing.height), thing.mass, friction=1.0)
        breeze(world, slot, setup.num["wind"])
    world.run(1.2)
    far = {"A": world.x("A"), "B": world.x("B") - 200.0}
    return world.done({"main": "a" if far["A"] > far["B"] + 0.1 else "b" if far["B"] > far["A"] + 0.1 else "none"})


def draw_gust(dice: Dice) -> Setup:
    """One thing in a wind."""
    return Draft(dice).thing("X", dice.one(("light", "heavy"))).amount(
        "wind", dice.one((0.5, 1.0, 8.0, 10.0)), "metre").setup()


def run_gust(setup: Setup) -> Run:
    """It moves or stays."""
    world, thing = World(setup), setup.things["X"]
    world.floor(right=400.0, friction=0.4)
    world.box("X", (0.0, thing.height / 2), (thing.width, thing.height), thing.mass, friction=1.0)
    breeze(world, "X", setup.num["wind"])
    world.run(1.0)
    return world.done({"main": "moved" if world.x("X") > 0.1 else "stayed"})


def changes_gust(setup: Setup, dice: Dice) -> list[Change]:
    """Something else; another wind."""
    return [*(Draft(dice, setup).thing("X", role).change("other") for role in ("light", "heavy")),
            Draft(dice, setup).amount("wind", 0.3, "metre").change("wind")]


def ride(setup: Setup, speeds: tuple[float, float], change: float) -> World:
    """A cart that goes from one speed to another in so many seconds, with a thing on its middle."""
    world, now, then = World(setup), speeds[0], speeds[1]
    world.floor(right=200.0, friction=0.0)
    cart = world.box("cart", (0.0, 0.15), (1.0, 0.3), 2000.0, friction=setup.num["friction"])
    thing = setup.things["X"]
    high = min(thing.height, 0.2)
    box = world.box("X", (0.0, 0.3 + high / 2), (0.2, high), thing.mass, friction=1.0)
    cart.velocity = box.velocity = (now, 0.0)

    def drive() -> None:
        share = min(1.0, world.time / change)
        cart.velocity = (now + (then - now) * share, 0.0)
    world.hooks.append(drive)
    world.run(change + 1.2, lambda: world.y("X") < 0.2)
    return world


def draw_cart(dice: Dice) -> Setup:
    """Something on the bed of a cart that is pulled off gently or hard."""
    return (Draft(dice).thing("X", "block").ground(words.surface(dice, "slick", "rough"))
            .amount("speed", dice.one((2.0, 3.0)), "metre")
            .amount("seconds", dice.one((0.5, 1.0, 20.0, 30.0)), "second").setup())


def run_cart(setup: Setup) -> Run:
    """From rest."""
    world = ride(setup, (0.0, setup.num["speed"]), setup.num["seconds"])
    return world.done({"main": "fell" if world.y("X") < 0.28 else "stayed"})


def run_brake(setup: Setup) -> Run:
    """To rest."""
    world = ride(setup, (setup.num["speed"], 0.0), setup.num["seconds"])
    return world.done({"main": "fell" if world.y("X") < 0.28 else "stayed"})


def changes_cart(setup: Setup, dice: Dice) -> list[Change]:
    """Another bed, another jerk."""
    return [
        *(Draft(dice, setup).ground(words.surface(dice, kind)).change("below") for kind in ("slick", "rough")),
        *(Draft(dice, setup).amount("seconds", t, "second").change("seconds") for t in (0.25, 10.0)),
    ]


def draw_tug(dice: Dice) -> Setup:
    """Two teams on one rope."""
    draft = Draft(dice)
    for s in ("a", "b"):
        draft.count(f"n_{s}", dice.one((2, 3, 4, 5, 6)))
        draft.amount(f"force_{s}", dice.one((100.0, 150.0, 200.0, 300.0)), "newton")
    return draft.setup()


def run_tug(setup: Setup) -> Run:
    """The knot in the rope moves to the stronger side."""
    world = World(setup)
    world.floor(friction=0.05)
    slide(world, "knot", 0.0, 100.0, 0.0)
    left, right = (setup.whole[f"n_{s}"] * setup.num[f"force_{s}"] for s in ("a", "b"))
    world.push("knot", (right - left, 0.0))
    world.run(2.0, lambda: abs(world.x("knot")) > 1.0)
    x = world.x("knot")
    return world.done({"main": "b" if x > 0.1 else "a" if x < -0.1 else "none"})


def changes_tug(setup: Setup, dice: Dice) -> list[Change]:
    """More or fewer."""
    return [Draft(dice, setup).count(f"n_{s}", n).change(f"n_{s}") for s in ("a", "b") for n in (1, 14)]


KINDS = (
    one_ask("push", "which_farther", ("a", "b"), draw_push, run_push, changes_push),
    one_ask("slide", "which_farther", ("a", "b"), draw_slide, run_slide),
    one_ask("stuck", "moves_or_stays", ("moved", "stayed"), draw_stuck, run_stuck, changes_stuck),
    one_ask("billiard", "which_way", ("on", "back"), draw_billiard, run_billiard, changes_billiard),
    one_ask("wind", "which_farther", ("a", "b"), draw_wind, run_wind),
    one_ask("gust", "moves_or_stays", ("moved", "stayed"), draw_gust, run_gust, changes_gust),
    one_ask("cart", "falls_or_stays", ("fell", "stayed"), draw_cart, run_cart, changes_cart),
    one_ask("brake", "falls_or_stays", ("fell", "stayed"), draw_cart, run_brake, changes_cart),
    one_ask("tug", "which_way", ("a", "b"), draw_tug, run_tug, changes_tug),
)
