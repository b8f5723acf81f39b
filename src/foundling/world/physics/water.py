"""Kinds of things in water: what floats, what sinks, how deep it lies, what a boat can carry."""

from foundling.world.chance import Dice
from foundling.world.physics.draft import Draft
from foundling.world.physics.pool import fill
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import WATER, World

DEEP = 1.0


def pool(setup: Setup) -> World:
    """A basin with a bottom, not yet filled."""
    world = World(setup)
    world.floor()
    return world


def settle(world: World, seconds: float) -> None:
    """Let time pass until nothing moves any more."""
    world.run(seconds, lambda: world.time > 0.8 and world.steps % 10 == 0 and all(
        body.velocity.length < 0.01 for body in world.bodies.values()))


def solid(world: World, slot: str, at: tuple[float, float], density: float) -> None:
    """A thing of the setup as a solid body of so many kg per cubic metre."""
    thing = world.setup.things[slot]
    if thing.form == "circle":
        world.ball(slot, at, thing.width / 2, density * 3.1416 * thing.width**2 / 4)
    else:
        world.box(slot, at, (thing.width, thing.height), density * thing.width * thing.height)


def matter(draft: Draft, slot: str, role: str) -> Draft:
    """A solid thing with its density and its material."""
    thing = draft.thing(slot, role).things[slot]
    return draft.hidden(f"density_{slot.lower()}", thing.density).say(f"stuff_{slot.lower()}", thing.material)


def draw_float(dice: Dice) -> Setup:
    """Something solid that is dropped in or let go at the bottom."""
    draft = Draft(dice).length("depth", dice.one((0.5, 0.8, 1.0, 1.5)))
    return matter(draft, "X", dice.one(("floater", "sinker"))).setup()


def _swim(setup: Setup, start: float) -> Run:
    world, depth = pool(setup), setup.num["depth"]
    solid(world, "X", (0.0, depth * start + 0.12), setup.num["density_x"])
    fill(world, depth)
    settle(world, 6.0)
    return world.done({"main": "floats" if world.y("X") > 0.3 else "sinks"})


def run_float(setup: Setup) -> Run:
    """From above the water."""
    return _swim(setup, 1.0)


def run_release(setup: Setup) -> Run:
    """From the bottom."""
    return _swim(setup, 0.0)


def changes_float(setup: Setup, dice: Dice) -> list[Change]:
    """Something else instead."""
    return [matter(Draft(dice, setup), "X", role).change("other") for role in ("floater", "sinker")]


def draw_float_two(dice: Dice) -> Setup:
    """Two things, of which one floats."""
    roles = dice.mixed(("floater", "sinker"))
    return matter(matter(Draft(dice), "A", roles[0]), "B", roles[1]).length("depth", dice.one((0.5, 0.8, 1.0))).setup()


def run_two(setup: Setup) -> Run:
    """Both are laid on the water; which lies higher in the end?"""
    world, depth = pool(setup), setup.num["depth"]
    for slot, x in (("A", -0.6), ("B", 0.6)):
        solid(world, slot, (x, depth + 0.12), setup.num[f"density_{slot.lower()}"])
    fill(world, depth, drag=5.0)
    settle(world, 3.0)
    return world.done({"main": "a" if world.y("A") > world.y("B") else "b"})


def changes_two(setup: Setup, dice: Dice) -> list[Change]:
    """Stones tied to the one, corks to the other."""
    found = []
    for slot in ("a", "b"):
        found.append(Draft(dice, setup).hidden(f"density_{slot}", 3000.0).change(f"stone_{slot}"))
        found.append(Draft(dice, setup).hidden(f"density_{slot}", 200.0).change(f"cork_{slot}"))
    return found


WOODS = (("cork", 240), ("balsa", 150), ("bamboo", 400), ("pine", 500), ("cedar", 480), ("birch", 650), ("oak", 720),
         ("beech", 740), ("wet oak", 950), ("beeswax", 960), ("ice", 917))


def draw_deeper(dice: Dice) -> Setup:
    """Two cubes that float, of different stuff."""
    first, second = dice.one(WOODS[:5]), dice.one(WOODS[5:])
    a, b = dice.mixed((first, second))
    return (Draft(dice).say("stuff_a", a[0]).say("stuff_b", b[0]).hidden("density_a", a[1]).hidden("density_b", b[1])
            .length("size", dice.one((0.1, 0.2, 0.3))).setup())


def run_deeper(setup: Setup) -> Run:
    """How much of each is under water when it is at rest."""
    world, size = pool(setup), setup.num["size"]
    for slot, x in (("A", -0.6), ("B", 0.6)):
        world.box(slot, (x, DEEP), (size, size), setup.num[f"density_{slot.lower()}"] * size * size)
    fill(world, DEEP, drag=8.0)
    settle(world, 4.0)
    return world.done({"main": "a" if world.y("A") < world.y("B") else "b"})


def draw_boat(dice: Dice) -> Setup:
    """A boat that displaces so many litres, its weight, and stones put into it."""
    litres = dice.one((50.0, 80.0, 100.0, 150.0, 200.0, 300.0))
    return (Draft(dice).amount("litres", litres, "litre").weight("hull", round(litres * dice.one((0.1, 0.2, 0.3))))
            .count("n", dice.one((2, 3, 4, 5, 6, 8)))
            .weight("stone", dice.one((5.0, 10.0, 15.0, 20.0, 30.0, 40.0))).setup())


def run_boat(setup: Setup) -> Run:
    """Hull and load as one body as large as what the boat can displace."""
    world, num = pool(setup), setup.num
    size = (1.0, num["litres"] / WATER)
    world.box("boat", (0.0, DEEP), size, num["hull"] + setup.whole["n"] * num["stone"])
    fill(world, DEEP, drag=8.0)
    settle(world, 5.0)
    return world.done({"main": "floats" if world.y("boat") > DEEP * 0.7 else "sinks"})


def changes_boat(setup: Setup, dice: Dice) -> list[Change]:
    """More stones or fewer."""
    return [Draft(dice, setup).count("n", n).change("n") for n in (1, dice.one((12, 15, 19)))]


KINDS = (
    one_ask("float", "floats", ("floats", "sinks"), draw_float, run_float, changes_float),
    one_ask("release", "floats", ("floats", "sinks"), draw_float, run_release, changes_float),
    one_ask("float_two", "floats", ("a", "b"), draw_float_two, run_two, changes_two),
    one_ask("deeper", "floats", ("a", "b"), draw_deeper, run_deeper),
    one_ask("boat", "floats", ("floats", "sinks"), draw_boat, run_boat, changes_boat),
)
