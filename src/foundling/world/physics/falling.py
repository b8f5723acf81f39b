"""Kinds of things that fall: onto hard and soft, from high and low, two at once, off an edge, onto each other."""

import math

from foundling.world.chance import Dice
from foundling.world.physics import words
from foundling.world.physics.draft import Draft, put
from foundling.world.physics.records import Change, Run, Setup, one_ask
from foundling.world.physics.space import GRAVITY, World

LOW = (0.02, 0.03, 0.04, 0.05)
HIGH = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 1.8, 2.0, 2.5, 3.0)


def draw_drop(dice: Dice) -> Setup:
    """A fragile thing above something hard or soft."""
    height = dice.one(HIGH if dice.chance(0.7) else LOW)
    below = words.surface(dice, "hard", "soft")
    return Draft(dice).thing("X", "fragile").ground(below).length("height", height).setup()


def run_drop(setup: Setup) -> Run:
    """It falls."""
    world = World(setup)
    world.floor(friction=setup.num["friction"], bounce=0.2, hard=setup.num["hard"])
    put(world, "X", (0.0, setup.num["height"]))
    world.run(math.sqrt(2 * setup.num["height"] / GRAVITY) + 0.5)
    return world.done({"main": "broke" if "X" in world.broken else "whole"})


def changes_drop(setup: Setup, dice: Dice) -> list[Change]:
    """Another ground, another height."""
    grounds = [words.surface(dice, kind) for kind in ("hard", "soft")]
    return [
        *(Draft(dice, setup).ground(below).change("below") for below in grounds if below.name != setup.words["below"]),
        *(Draft(dice, setup).length("height", h).change("height") for h in (dice.one(LOW), dice.one(HIGH[4:]))),
    ]


def draw_bounce(dice: Dice) -> Setup:
    """Two balls, one that springs and one that does not, or two that spring from different heights."""
    low, high = dice.one((0.5, 0.6, 0.8)), dice.one((1.2, 1.5, 1.8, 2.0))
    heights, stuffs = [low, high], ["bouncy", "bouncy"]
    if dice.chance(0.5):
        heights, stuffs = [low, low], dice.mixed(("bouncy", "clay"))
    draft = Draft(dice).say("below", words.surface(dice, "hard").name)
    for slot, height, stuff in zip(("a", "b"), dice.mixed(heights), stuffs, strict=True):
        spring = 0.75 if stuff == "bouncy" else 0.1
        draft.thing(slot.upper(), stuff).length(slot, height).hidden(f"spring_{slot}", spring)
    return draft.setup()


def run_bounce(setup: Setup) -> Run:
    """Both fall, and each comes up as high as its stuff throws it."""
    world = World(setup)
    world.floor(bounce=1.0)
    for slot, x in (("A", -1.0), ("B", 1.0)):
        size = setup.things[slot].height / 2
        world.ball(slot, (x, setup.num[slot.lower()] + size), size, 0.2, bounce=setup.num[f"spring_{slot.lower()}"])
    best, down = {"A": 0.0, "B": 0.0}, dict.fromkeys("AB", False)

    def watch() -> None:
        for slot in "AB":
            foot = world.y(slot) - setup.things[slot].height / 2
            down[slot] = down[slot] or foot < 0.03
            if down[slot] and world.bodies[slot].velocity.y > 0:
                best[slot] = max(best[slot], foot)
    world.hooks.append(watch)
    world.run(1.6)
    return world.done({"main": "a" if best["A"] > best["B"] else "b"})


def draw_fall_race(dice: Dice) -> Setup:
    """A heavy and a lighter thing, let go together from two heights."""
    roles = dice.mixed(("heavy", "ball"))
    heights = dice.mixed((dice.one((0.5, 0.8, 1.0, 1.2)), dice.one((1.6, 2.0, 2.5, 3.0, 4.0))))
    return (Draft(dice).thing("A", roles[0]).thing("B", roles[1])
            .length("a", heights[0]).length("b", heights[1]).setup())


def run_fall_race(setup: Setup) -> Run:
    """Which is down first."""
    world = World(setup)
    landed: dict[str, float] = {}
    world.floor()
    for slot, x in (("A", -1.0), ("B", 1.0)):
        put(world, slot, (x, setup.num[slot.lower()]))

    def down() -> bool:
        for slot in "AB":
            if world.y(slot) - setup.things[slot].height / 2 < 0.02:
                landed.setdefault(slot, world.time)
        return len(landed) == 2
    world.run(2.0, down)
    return world.done({"main": "a" if landed["A"] < landed["B"] else "b"})


def changes_heights(setup: Setup, dice: Dice) -> list[Change]:
    """The one or the other from lower or from higher still."""
    return [Draft(dice, setup).length(slot, h).change(slot) for slot in ("a", "b") for h in (0.3, dice.one((5.0, 6.0)))]


def draw_throw(dice: Dice) -> Setup:
    """A ball that leaves a table at some speed, and a mark some way off."""
    speeds, marks = dice.one((((3.0, 4.0), (0.3, 0.5, 0.8)), ((0.5, 1.0, 1.5), (1.0, 1.5, 2.0))))
    return (Draft(dice).thing("X", "ball").length("height", dice.one((0.5, 0.8, 1.0, 1.2, 1.5, 2.0)))
            .amount("speed", dice.one(speeds), "metre").length("far", dice.one(marks)).setup())


def run_throw(setup: Setup) -> Run:
    """It flies until it is down."""
    world, num = World(setup), setup.num
    size = setup.things["X"].height / 2
    world.floor()
    world.fixed("table", [(-1.0, 0.0), (0.0, 0.0), (0.0, num["height"]), (-1.0, num["height"])])
    world.ball("X", (0.0, num["height"] + size), size, setup.things["X"].mass).velocity = (num["speed"], 0.0)
    world.run(2.0, lambda: world.y("X") < size + 0.05)
    return world.done({"main": "beyond" if world.x("X") > num["far"] else "short"})


def changes_throw(setup: Setup, dice: Dice) -> list[Change]:
    """Faster, slower, higher."""
    return [
        *(Draft(dice, setup).amount("speed", v, "metre").change("speed")
          for v in (dice.one((0.3, 0.5)), dice.one((5.0, 6.0, 8.0)))),
        Draft(dice, setup).length("height", dice.one((2.5, 3.0, 4.0))).change("height"),
    ]


def draw_packed(dice: Dice) -> Setup:
    """A fragile thing in a crate, on padding or on the bare boards."""
    draft = Draft(dice).thing("X", "fragile").length("height", dice.one(HIGH))
    return pad(draft, dice.chance(0.5)).say("below", words.surface(dice, "hard").name).setup()


def pad(draft: Draft, soft: bool) -> Draft:
    """What lies in the crate."""
    names = ("straw", "wood shavings", "old blankets", "wool", "crumpled newspaper", "hay") if soft else (
        "nothing but bare boards", "bare wood and no padding", "a bare stone slab", "a sheet of iron, and no padding")
    return draft.hidden("pad", 0.05 if soft else 1.0).say("pad", draft.dice.one(names)).switch("soft", soft)


def run_packed(setup: Setup) -> Run:
    """The crate falls; what is in it strikes what it lies on."""
    world, height = World(setup), setup.num["height"]
    world.floor()
    world.box("crate", (0.0, height + 0.03), (0.8, 0.06), 4.0)
    world.soft("crate", setup.num["pad"])
    put(world, "X", (0.0, height + 0.061))
    world.run(math.sqrt(2 * height / GRAVITY) + 0.4)
    return world.done({"main": "broke" if "X" in world.broken else "whole"})


def changes_packed(setup: Setup, dice: Dice) -> list[Change]:
    """Other padding; hardly any height."""
    return [
        pad(Draft(dice, setup), not setup.whole["soft"]).change("pad"),
        Draft(dice, setup).length("height", dice.one(LOW)).change("height"),
        Draft(dice, setup).length("height", dice.one((3.5, 4.0))).change("height"),
    ]


def draw_fall_on(dice: Dice) -> Setup:
    """Something heavy or soft above something fragile."""
    role = dice.one(("heavy", "soft"))
    return (Draft(dice).thing("X", "fragile").thing("Y", role).hidden("hard", 1.0 if role == "heavy" else 0.15)
            .length("height", dice.one((0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2))).setup())


def run_fall_on(setup: Setup) -> Run:
    """It comes down on the fragile one; what the floor below gives back is no harder than the blow it came from."""
    world = World(setup)
    world.floor(hard=setup.num["hard"])
    put(world, "X", (0.0, 0.0))
    put(world, "Y", (0.0, setup.num["height"] + setup.things["X"].height))
    world.soft("Y", setup.num["hard"])
    world.run(0.9)
    return world.done({"main": "broke" if "X" in world.broken else "whole"})


def changes_fall_on(setup: Setup, dice: Dice) -> list[Change]:
    """Something else falls."""
    return [
        Draft(dice, setup).thing("Y", role).hidden("hard", 1.0 if role == "heavy" else 0.15).change("other")
        for role in ("heavy", "soft")
    ]


def draw_eggs(dice: Dice) -> Setup:
    """A row of eggs on a board that tips; under a part of it lies something soft."""
    n = dice.one((4, 5, 6, 7, 8))
    k = dice.one(range(1, n))
    return (Draft(dice).count("top", n).count("bare", k).count("over", n - k)
            .ground(words.surface(dice, "soft")).say("hard_ground", words.surface(dice, "hard").name)
            .length("height", dice.one((0.03, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2))).setup())


def run_eggs(setup: Setup) -> Run:
    """They fall side by side."""
    world, n, bare = World(setup), setup.whole["top"], setup.whole["bare"]
    edge = (bare - 0.5) * 0.2
    world.floor(left=-3.0, right=edge)
    world.floor(left=edge, right=5.0, hard=setup.num["hard"], name="soft")
    for i in range(n):
        world.ball(f"egg{i + 1}", (i * 0.2, setup.num["height"] + 0.025), 0.025, 0.06)
        world.fragile(f"egg{i + 1}", 1.0)
    world.run(math.sqrt(2 * setup.num["height"] / GRAVITY) + 0.2)
    return world.done({"main": str(len(world.broken))})


def changes_eggs(setup: Setup, dice: Dice) -> list[Change]:
    """The soft thing under more or fewer of them."""
    n = setup.whole["top"]
    more = dice.one([k for k in range(1, n) if k != setup.whole["bare"]])
    return [Draft(dice, setup).count("bare", more).count("over", n - more).change("bare"),
            Draft(dice, setup).length("height", 0.03).change("height")]


KINDS = (
    one_ask("drop", "breaks", ("broke", "whole"), draw_drop, run_drop, changes_drop),
    one_ask("bounce", "which_farther", ("a", "b"), draw_bounce, run_bounce, changes_heights),
    one_ask("fall_race", "which_first", ("a", "b"), draw_fall_race, run_fall_race, changes_heights),
    one_ask("throw", "which_side", ("beyond", "short"), draw_throw, run_throw, changes_throw),
    one_ask("packed", "breaks", ("broke", "whole"), draw_packed, run_packed, changes_packed),
    one_ask("fall_on", "breaks", ("broke", "whole"), draw_fall_on, run_fall_on, changes_fall_on),
    one_ask("eggs", "how_many", (), draw_eggs, run_eggs, changes_eggs),
)
