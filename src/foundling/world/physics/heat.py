"""Kinds of warmth and wet, as small equations of state stepped in time: no body moves, so there are no frames."""

import math

from foundling.world.chance import Dice
from foundling.world.physics.draft import Draft
from foundling.world.physics.records import Change, Run, Setup, one_ask

CONDUCTS = (("wooden", 0.15), ("bone", 0.5), ("horn", 0.3), ("bamboo", 0.17), ("plastic", 0.2),
            ("silver", 430.0), ("copper", 390.0), ("brass", 120.0), ("aluminium", 230.0), ("iron", 70.0))
MELTS = (("butter", 34.0), ("chocolate", 34.0), ("candle wax", 60.0), ("beeswax", 63.0), ("lard", 40.0), ("tin", 232.0),
         ("lead", 327.0), ("copper", 1085.0), ("ice", 0.0), ("cheese", 66.0), ("tallow", 45.0), ("silver", 962.0))
CELLS = 6
Values = tuple[tuple[float, ...], tuple[float, ...]]


def handle(conducts: float, minutes: float) -> float:
    """How warm (0 to 1) the far end of a spoon is whose other end stands in boiling soup: heat flow along a rod."""
    rod, share = [0.0] * CELLS, min(0.45, conducts / 1000)
    for _ in range(round(minutes * 60)):
        warm = [1.0, *rod, rod[-1]]
        rod = [w + share * (left - 2 * w + right) - 0.002 * w
               for left, w, right in zip(warm, warm[1:], warm[2:], strict=False)]
    return rod[-1]


def draw_spoon(dice: Dice) -> Setup:
    """Two spoons of different stuff in one pot."""
    a, b = dice.mixed((dice.one(CONDUCTS[:5]), dice.one(CONDUCTS[5:])))
    return (Draft(dice).say("a", a[0]).say("b", b[0]).hidden("a", a[1]).hidden("b", b[1])
            .amount("minutes", dice.one((2.0, 3.0, 5.0)), "minute").setup())


def run_spoon(setup: Setup) -> Run:
    """Whose handle is hotter."""
    a, b = (handle(setup.num[s], setup.num["minutes"]) for s in ("a", "b"))
    return Run(truth={"main": "a" if a > b else "b"})


def sides(dice: Dice, one: Values, other: Values) -> list[tuple[str, tuple[float, ...], tuple[float, ...]]]:
    """Two sorts of values, shared out between a and b; in the one both causes hasten, in the other both delay."""
    return [(s, *values) for s, values in zip(("a", "b"), dice.mixed((one, other)), strict=True)]


def draw_melt(dice: Dice) -> Setup:
    """Two lumps of ice, one larger or in a warmer place."""
    draft = Draft(dice)
    for s, sizes, warm in sides(dice, ((0.02, 0.03, 0.04), (20.0, 25.0, 30.0)), ((0.06, 0.08, 0.1), (2.0, 5.0, 10.0))):
        draft.length(s, dice.one(sizes)).amount(f"warm_{s}", dice.one(warm), "degree")
    return draft.setup()


def melting(size: float, degrees: float) -> float:
    """Minutes until a cube of ice (edge in m) is gone in air of so many degrees; its surface shrinks as it melts."""
    minutes, rate = 0.0, 10.0 * degrees * 60 / (917.0 * 334000.0)
    while size > 0.001 and minutes < 10000:
        size -= 2 * rate * 10
        minutes += 10
    return minutes + size / (2 * rate)


def run_melt(setup: Setup) -> Run:
    """Which is gone first."""
    num = setup.num
    a, b = (melting(num[s], num[f"warm_{s}"]) for s in ("a", "b"))
    return Run(truth={"main": "none" if abs(a - b) < 0.1 * a else "a" if a < b else "b"})


def changes_melt(setup: Setup, dice: Dice) -> list[Change]:
    """Colder or warmer."""
    return [Draft(dice, setup).amount(f"warm_{s}", w, "degree").change(f"warm_{s}")
            for s in ("a", "b") for w in (1.0, 40.0)]


def draw_soften(dice: Dice) -> Setup:
    """A lump of something in a pan that is so warm."""
    stuff, point = dice.one(MELTS)
    warm = dice.one((-10.0, 10.0, 20.0, 50.0, 80.0, 100.0, 200.0, 280.0, 400.0))
    return Draft(dice).say("stuff", stuff).hidden("point", point + 273.0).say("warm", degrees(dice, warm)).hidden(
        "warm", warm + 273.0).setup()


def degrees(dice: Dice, warm: float) -> str:
    """A temperature in words."""
    return f"{abs(warm):g} degrees" + (" below zero" if warm < 0 else "")


def run_soften(setup: Setup) -> Run:
    """It warms up to the warmth of the pan; does it get to the point where it melts?"""
    warm = 273.0 + min(10.0, setup.num["warm"] - 273.0)
    for _ in range(60):
        warm += 0.15 * (setup.num["warm"] - warm)
    return Run(truth={"main": "melted" if warm > setup.num["point"] else "firm"})


def changes_soften(setup: Setup, dice: Dice) -> list[Change]:
    """Colder or warmer."""
    return [Draft(dice, setup).say("warm", degrees(dice, w)).hidden("warm", w + 273.0).change("warm")
            for w in (-15.0, 25.0, 120.0, 500.0, 1300.0)]


def draw_cool(dice: Dice) -> Setup:
    """Two pots of one soup."""
    draft = Draft(dice)
    for s, litres, air in sides(dice, ((0.5, 1.0), (2.0, 5.0)), ((4.0, 6.0, 8.0), (15.0, 20.0))):
        draft.amount(f"litres_{s}", dice.one(litres), "litre").amount(f"air_{s}", dice.one(air), "degree")
    return draft.setup()


def cooling(litres: float, air: float) -> int:
    """Minutes until soup of ninety degrees is down to forty (Newton's law; the surface grows as volume to 2/3)."""
    warm, minutes = 90.0, 0
    while warm > 40.0 and minutes < 2000:
        warm -= 0.02 * litres ** (-1 / 3) * (warm - air)
        minutes += 1
    return minutes


def run_cool(setup: Setup) -> Run:
    """Which can be eaten first."""
    a, b = (cooling(setup.num[f"litres_{s}"], setup.num[f"air_{s}"]) for s in ("a", "b"))
    return Run(truth={"main": "none" if abs(a - b) <= 0.08 * a else "a" if a < b else "b"})


def changes_cool(setup: Setup, dice: Dice) -> list[Change]:
    """More or less of it."""
    return [Draft(dice, setup).amount(f"litres_{s}", v, "litre").change(f"litres_{s}")
            for s in ("a", "b") for v in (0.25, 20.0)]


def draw_drip(dice: Dice) -> Setup:
    """A drip into a bowl for some hours."""
    return (Draft(dice).amount("rate", dice.one((0.1, 0.2, 0.5, 1.0, 2.0)), "litre")
            .amount("hours", dice.one((2.0, 3.0, 5.0, 8.0)), "hour")
            .amount("bowl", dice.one((0.5, 1.0, 2.0, 3.0, 5.0, 8.0)), "litre").setup())


def run_drip(setup: Setup) -> Run:
    """Minute by minute."""
    num, inside, spilled = setup.num, 0.0, 0.0
    for _ in range(round(num["hours"] * 60)):
        inside += num["rate"] / 60
        spilled += max(0.0, inside - num["bowl"])
        inside = min(inside, num["bowl"])
    return Run(truth={"main": "wet" if spilled > 0 else "dry"})


def changes_drip(setup: Setup, dice: Dice) -> list[Change]:
    """Longer, shorter, a larger bowl."""
    return [*(Draft(dice, setup).amount("hours", h, "hour").change("hours") for h in (0.5, 40.0)),
            Draft(dice, setup).amount("bowl", dice.one((0.1, 30.0)), "litre").change("bowl")]


def draw_umbrella(dice: Dice) -> Setup:
    """Rain on a slant, an umbrella, a thing on the ground to windward under it."""
    return (Draft(dice).thing("X", "light").length("wide", dice.one((0.8, 1.0, 1.2, 1.4)))
            .length("high", dice.one((1.0, 1.5, 2.0)))
            .length("slant", dice.one((0.1, 0.2, 0.3, 0.6, 0.8, 1.0))).setup())


def run_umbrella(setup: Setup) -> Run:
    """The drop that just clears the windward edge: does it reach the middle?"""
    num, x, y = setup.num, -setup.num["wide"] / 2, setup.num["high"]
    fall = 8.0
    while y > 0:
        x, y = x + num["slant"] * fall / 1000, y - fall / 1000
    return Run(truth={"main": "wet" if x > 0 else "dry"})


def changes_umbrella(setup: Setup, dice: Dice) -> list[Change]:
    """Another slant."""
    return [Draft(dice, setup).length("slant", s).change("slant") for s in (0.05, 1.5)]


def draw_cloth(dice: Dice) -> Setup:
    """Two wet cloths on lines with more or less wind and sun."""
    draft = Draft(dice)
    for s, wet, warm in sides(dice, ((0.2, 0.5), (20.0, 30.0)), ((1.0, 2.0), (5.0, 10.0))):
        draft.amount(f"wet_{s}", dice.one(wet), "litre").amount(f"warm_{s}", dice.one(warm), "degree")
    return draft.setup()


def drying(water: float, warm: float) -> float:
    """Hours until a cloth has lost its water; the warmer, the more the air takes up (Magnus formula)."""
    takes = 0.08 * math.exp(17.6 * warm / (243.0 + warm))
    return water / takes


def run_cloth(setup: Setup) -> Run:
    """Which is dry first."""
    a, b = (drying(setup.num[f"wet_{s}"], setup.num[f"warm_{s}"]) for s in ("a", "b"))
    return Run(truth={"main": "none" if abs(a - b) < 0.15 * a else "a" if a < b else "b"})


def changes_cloth(setup: Setup, dice: Dice) -> list[Change]:
    """Wetter or less wet."""
    return [Draft(dice, setup).amount(f"wet_{s}", v, "litre").change(f"wet_{s}")
            for s in ("a", "b") for v in (0.1, 6.0)]


KINDS = (
    one_ask("spoon", "which_hotter", ("a", "b"), draw_spoon, run_spoon),
    one_ask("melt", "which_first", ("a", "b"), draw_melt, run_melt, changes_melt),
    one_ask("soften", "melts_or_stays", ("melted", "firm"), draw_soften, run_soften, changes_soften),
    one_ask("cool", "which_first", ("a", "b"), draw_cool, run_cool, changes_cool),
    one_ask("drip", "wet_or_dry", ("wet", "dry"), draw_drip, run_drip, changes_drip),
    one_ask("umbrella", "wet_or_dry", ("wet", "dry"), draw_umbrella, run_umbrella, changes_umbrella),
    one_ask("cloth", "which_first", ("a", "b"), draw_cloth, run_cloth, changes_cloth),
)
