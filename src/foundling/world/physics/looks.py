"""A setup in, what anybody sees of it without a ruler out: high or low, more than half or less, heavier or lighter.

A look compares numbers of the setup with each other or with what people call large; it reads no outcome. In the word
files `{high:a long way down|hardly any way down}` says the first where the look `high` of the kind holds, the second
where not. A small being reads no law out of figures alone (LOG.md, what decides is named).
"""

from collections.abc import Callable, Mapping

from foundling.world.physics.records import Setup

Look = Callable[[Setup], bool]
HARD, SLICK = 0.5, 0.2


def above(slot: str, limit: float) -> Look:
    """A number above a limit."""
    return lambda setup: setup.num[slot] > limit


def below(slot: str, limit: float) -> Look:
    """A number below a limit."""
    return lambda setup: setup.num[slot] < limit


def more(slot: str, than: str) -> Look:
    """One number above another."""
    return lambda setup: setup.num[slot] > setup.num[than]


def on(switch: str) -> Look:
    """A switch that is on."""
    return lambda setup: bool(setup.whole[switch])


_FLOATS = {"heavy": above("density_x", 1000.0)}
_CART = {"slick": below("friction", SLICK), "sudden": below("seconds", 1.5)}

LOOKS: Mapping[str, Mapping[str, Look]] = {
    "drop": {"high": above("height", 0.2), "hard": above("hard", HARD)},
    "bounce": {
        "springs_a": above("spring_a", 0.5), "springs_b": above("spring_b", 0.5),
        "high_a": above("a", 1.0), "high_b": above("b", 1.0),
    },
    "fall_race": {"less": more("b", "a")},
    "throw": {"fast": above("speed", 2.0), "near": below("far", 0.9)},
    "packed": {"soft": on("soft")},
    "fall_on": {"heavy": above("hard", HARD)},
    "eggs": {"high": above("height", 0.2)},
    "slope_race": {"steep": more("a", "b")},
    "roll_off": {"rim": above("rim", 0.0)},
    "roll_far": {"smooth": more("drag_b", "drag_a")},
    "wall": {"low": below("high", 0.05)},
    "gap": {"fast": above("speed", 2.2), "narrow": below("wide", 0.5)},
    "hill": {"fast": above("speed", 2.5), "low": below("high", 0.4)},
    "valley": {"higher": more("start", "lip")},
    "hole": {"wider": more("wide", "size")},
    "gate": {"shut": on("shut")},
    "overhang": {"most": lambda setup: setup.num["out"] > setup.num["long"] / 2},
    "stack": {"leans": lambda setup: setup.whole["n"] * setup.num["shift"] > setup.num["wide"]},
    "ladder": {"slick": below("friction", SLICK)},
    "tower": {"heavy": more("ball", "block"), "fast": above("speed", 1.5)},
    "tilt": {"steep": above("angle", 12.0), "narrow": lambda setup: setup.num["wide"] < 0.3 * setup.num["high"]},
    "domino": {"far": above("wide", 0.2)},
    "push_top": {"slick": below("friction", SLICK), "tall": more("high", "wide")},
    "seesaw": {"heavy": more("mass_a", "mass_b"), "out": more("far_a", "far_b")},
    "scale": {"more": lambda setup: (
        setup.whole["n_a"] * setup.num["mass_a"] > setup.whole["n_b"] * setup.num["mass_b"])},
    "lever": {"long": lambda setup: setup.num["long"] > 2 * setup.num["short"]},
    "plank": {"over": lambda setup: setup.num["mass_x"] + setup.num["mass_y"] > setup.num["limit"]},
    "rope": {"over": more("mass", "limit")},
    "posts": {"between": lambda setup: setup.num["q"] > setup.num["long"] / 2},
    "keystone": {"up": on("up")},
    "swing": {"deep": lambda setup: setup.num["cord"] > setup.num["hook"] - setup.num["high"]},
    "pendulum_race": {"short": more("b", "a")},
    "catapult": {"heavy": above("mass", 3.0), "low": below("branch", 1.2)},
    "pour": {"fits": lambda setup: setup.whole["n"] <= setup.whole["row"] * setup.whole["layers"]},
    "sieve": {"wide_a": more("hole", "size_a"), "wide_b": more("hole", "size_b")},
    "funnel": {"wider": more("neck", "size")},
    "hourglass": {"few": lambda setup: setup.whole["a"] < setup.whole["b"]},
    "blocked": {"shut": on("nailed")},
    "spoon": {"metal": more("a", "b")},
    "melt": {"small": more("b", "a"), "warm": more("warm_a", "warm_b")},
    "soften": {"hot": more("warm", "point")},
    "cool": {"little": more("litres_b", "litres_a"), "cold": more("air_b", "air_a")},
    "drip": {"over": lambda setup: setup.num["rate"] * setup.num["hours"] > setup.num["bowl"]},
    "umbrella": {"far": lambda setup: setup.num["slant"] * setup.num["high"] > setup.num["wide"] / 2},
    "cloth": {"little": more("wet_b", "wet_a"), "warm": more("warm_a", "warm_b")},
    "push": {"light": more("mass_b", "mass_a")},
    "slide": {"smooth": more("friction_b", "friction_a")},
    "stuck": {
        "slick": below("friction", SLICK), "strong": lambda setup: setup.num["force"] > 10.0 * setup.num["mass"]},
    "billiard": {"heavy": more("mass_x", "mass_y")},
    "wind": {"light": lambda setup: setup.things["A"].mass < setup.things["B"].mass},
    "gust": {"light": lambda setup: setup.things["X"].mass < 1.0, "strong": above("wind", 5.0)},
    "cart": _CART,
    "brake": _CART,
    "tug": {"strong": lambda setup: (
        setup.whole["n_a"] * setup.num["force_a"] > setup.whole["n_b"] * setup.num["force_b"])},
    "float": _FLOATS,
    "release": _FLOATS,
    "float_two": {"light": more("density_b", "density_a")},
    "deeper": {"heavy": more("density_a", "density_b")},
    "boat": {"over": lambda setup: (
        setup.num["hull"] + setup.whole["n"] * setup.num["stone"] > setup.num["litres"])},
}
