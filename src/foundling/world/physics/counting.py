"""Kinds whose answer is a number or a share: poured balls, sieves, funnels, an hourglass, a row stopped by a block."""

from foundling.world.chance import Dice
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Ask, Change, Kind, Run, Setup, one_ask
from foundling.world.physics.space import World

GRAIN = 0.05


def draw_pour(dice: Dice) -> Setup:
    """A vessel with room for so many side by side and so many layers; so many are poured."""
    draft = Draft(dice).thing("X", "counted").thing("Y", "container").count("row", dice.one((2, 3)))
    n = dice.one((2, 3, 4, 5, 6, 8, 9, 11, 13, 15))
    return draft.count("layers", dice.one((2, 3))).count("n", n).count("top", n).setup()


def run_pour(setup: Setup) -> Run:
    """They drop in one after the other."""
    world, whole = World(setup), setup.whole
    wide, high, n = whole["row"] * GRAIN * 1.06, (whole["layers"] - 0.2) * GRAIN, whole["n"]
    world.floor(y=-0.5)
    world.line("left", (-0.01, 0.0), (-0.01, high), thick=0.01, friction=0.2)
    world.line("right", (wide + 0.01, 0.0), (wide + 0.01, high), thick=0.01, friction=0.2)
    world.line("bottom", (-0.01, -0.01), (wide + 0.01, -0.01), thick=0.01, friction=0.2)
    for i in range(n):
        column = i % whole["row"]
        world.ball(f"grain{i + 1}", ((column + 0.5) * wide / whole["row"] + 0.002 * (-1) ** i, 0.1 + high + 0.06 * i),
                   GRAIN / 2, 0.02, friction=0.2)
    world.run(1.0 + 0.1 * n)
    kept = sum(world.y(f"grain{i + 1}") > -0.05 for i in range(n))
    truth = {"main": "all" if kept == n else "some"}
    if kept == min(n, whole["row"] * whole["layers"]):  # where a heap stays on top, nobody could tell from the words
        truth["count"] = str(n - kept)
    return world.done(truth)


def changes_pour(setup: Setup, dice: Dice) -> list[Change]:
    """More or fewer."""
    return [Draft(dice, setup).count("n", n).change("n") for n in (2, 17)]


def draw_sieve(dice: Dice) -> Setup:
    """Two sorts of round things and a sieve whose holes let one sort through, both or none."""
    draft = Draft(dice).thing("A", "counted").thing("B", "counted").count("n_a", dice.one((1, 2, 3, 4)))
    draft.count("n_b", dice.one((1, 2, 3, 4))).length("size_a", dice.one((0.03, 0.04, 0.05)))
    draft.length("size_b", dice.one((0.03, 0.04, 0.06, 0.07)))
    draft.length("hole", dice.one((0.02, 0.035, 0.045, 0.055, 0.08)))
    draft.count("top", draft.whole["n_a"] + draft.whole["n_b"])
    return draft.setup()


def run_sieve(setup: Setup) -> Run:
    """Each falls on a hole of its own."""
    world, num, whole = World(setup), setup.num, setup.whole
    sizes = [num["size_a"]] * whole["n_a"] + [num["size_b"]] * whole["n_b"]
    for i in range(len(sizes) + 1):
        world.fixed(f"bar{i + 1}", [
            (i * 0.2 + num["hole"] / 2, 0.0), ((i + 1) * 0.2 - num["hole"] / 2, 0.0),
            ((i + 1) * 0.2 - num["hole"] / 2, 0.05), (i * 0.2 + num["hole"] / 2, 0.05)])
    for i, size in enumerate(sizes):
        world.ball(f"grain{i + 1}", ((i + 1) * 0.2, 0.06 + size / 2), size / 2, 0.02, friction=0.3)
    world.run(0.7)
    return world.done({"main": str(sum(world.y(f"grain{i + 1}") < -0.2 for i in range(len(sizes))))})


def changes_sieve(setup: Setup, dice: Dice) -> list[Change]:
    """Other holes."""
    return [Draft(dice, setup).length("hole", h).change("hole") for h in (0.015, 0.035, 0.055, 0.09)]


def draw_funnel(dice: Dice) -> Setup:
    """A round thing and a funnel with a neck."""
    draft = Draft(dice).thing("X", "ball")
    size = draft.things["X"].height
    return draft.length("size", size).length("neck", round(size * dice.one((0.5, 0.7, 0.8, 1.2, 1.5, 2.0)), 2)).setup()


def run_funnel(setup: Setup) -> Run:
    """It rolls down the cone to the neck."""
    world, half, size = World(setup), setup.num["neck"] / 2, setup.num["size"]
    for side in (-1, 1):
        x = side * (half + 0.025)
        world.line(f"cone{side:+d}", (x, 0.0), (side * (half + 0.5), 0.5), thick=0.02, friction=0.2)
        world.line(f"neck{side:+d}", (x, 0.0), (x, -0.3), thick=0.02, friction=0.2)
    world.ball("X", (half * 0.5, 0.5 + size), size / 2, setup.things["X"].mass, friction=0.2)
    world.run(2.5, lambda: world.y("X") < -0.5)
    return world.done({"main": "through" if world.y("X") < -0.3 else "stuck"})


def changes_funnel(setup: Setup, dice: Dice) -> list[Change]:
    """Another neck."""
    size = setup.num["size"]
    return [Draft(dice, setup).length("neck", round(size * share, 2)).change("neck") for share in (0.6, 1.7)]


def draw_hourglass(dice: Dice) -> Setup:
    """Two glasses with one neck; so many grains in each."""
    few, many = dice.one((3, 4, 5)), dice.one((9, 10, 12))
    a, b = dice.mixed((few, many))
    return Draft(dice).count("a", a).count("b", b).hidden("neck", 0.085).setup()


def run_hourglass(setup: Setup) -> Run:
    """Which is empty first."""
    world, half = World(setup), setup.num["neck"] / 2
    for slot, x in (("a", 0.0), ("b", 3.0)):
        for side in (-1, 1):
            world.line(f"glass_{slot}{side:+d}", (x + side * (half + 0.02), 0.0), (x + side * (half + 0.2), 0.5),
                       thick=0.02, friction=0.05)
        for i in range(setup.whole[slot]):
            world.ball(f"{slot}{i + 1}", (x + 0.02 * (-1) ** i, 0.1 + 0.055 * i), GRAIN / 2, 0.01, friction=0.05)
    left = {"a": 0.0, "b": 0.0}

    def empty() -> bool:
        for slot in "ab":
            if not left[slot] and all(world.y(f"{slot}{i + 1}") < -0.05 for i in range(setup.whole[slot])):
                left[slot] = world.time
        return max(left.values()) > 0
    world.run(3.0, empty)
    return world.done({"main": "a" if left["a"] else "b" if left["b"] else "none"})


def changes_hourglass(setup: Setup, dice: Dice) -> list[Change]:
    """More or fewer grains in the one or the other."""
    return [Draft(dice, setup).count(s, n).change(s) for s in ("a", "b") for n in (2, 15)]


def draw_blocked(dice: Dice) -> Setup:
    """Round things on a sloping shelf, in the middle of their row a block, or none."""
    k, m = dice.one((1, 2, 3, 4)), dice.one((1, 2, 3))
    draft = Draft(dice).thing("X", "counted").thing("Y", "block").count("k", k).count("m", m).count("top", k + m)
    return barrier(draft, dice.chance(0.7)).hidden("slope", 0.12).setup()


def barrier(draft: Draft, nailed: bool) -> Draft:
    """What holds the block."""
    texts = ("nailed down", "screwed to the shelf", "fixed in its place") if nailed else (
        "lifted away just before", "taken out again", "already put away")
    return draft.switch("nailed", nailed).say("block", draft.dice.one(texts))


def run_blocked(setup: Setup) -> Run:
    """How many roll off."""
    world, k, m = World(setup), setup.whole["k"], setup.whole["m"]
    long = (k + m + 2) * 0.12
    rise = setup.num["slope"] * long
    world.fixed("shelf", [(0.0, -0.1), (long, -0.1), (long, rise), (0.0, 0.0)], friction=0.8)
    if setup.whole["nailed"]:
        world.fixed("Y", [((k + 0.6) * 0.12, -0.1), ((k + 1.0) * 0.12, -0.1), ((k + 1.0) * 0.12, rise + 0.1),
                          ((k + 0.6) * 0.12, rise + 0.1)])
    for i in range(k + m):
        x = (i + 0.5) * 0.12 + (0.12 if i >= k else 0.0)
        world.ball(f"round{i + 1}", (x, x * setup.num["slope"] + 0.028), 0.025, 0.02, friction=0.8)
    world.run(3.0)
    return world.done({"main": str(sum(world.y(f"round{i + 1}") < -0.2 for i in range(k + m)))})


def changes_blocked(setup: Setup, dice: Dice) -> list[Change]:
    """With or without the block; more of them."""
    k, m = dice.one((1, 2, 3, 4)), setup.whole["m"]
    return [barrier(Draft(dice, setup), not setup.whole["nailed"]).change("nailed"),
            Draft(dice, setup).count("m", m + 1).count("top", setup.whole["k"] + m + 1).change("m"),
            Draft(dice, setup).count("k", k).count("top", k + m).change("k")]


KINDS = (
    Kind(name="pour", asks=(Ask(name="main", family="falls_or_stays", keys=("all", "some")),
                            Ask(name="count", family="how_many")), draw=draw_pour, run=run_pour, changes=changes_pour),
    one_ask("sieve", "how_many", (), draw_sieve, run_sieve, changes_sieve),
    one_ask("funnel", "falls_or_stays", ("through", "stuck"), draw_funnel, run_funnel, changes_funnel),
    one_ask("hourglass", "which_first", ("a", "b"), draw_hourglass, run_hourglass, changes_hourglass),
    one_ask("blocked", "how_many", (), draw_blocked, run_blocked, changes_blocked),
)
