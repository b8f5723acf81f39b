"""The judge's own test: a secret and past verdicts flow in, where canaries are planted and how they fared flows out.

A no-op (the incumbent's own recipe under a new name) must hardly ever be kept, a known harmful edit never, a known good
one mostly (judging.md section 8). Where they are planted follows from the judge's secret, so that a proposer cannot
tell a canary from a candidate; how they fared is read off the ledger. It plants nothing itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.intervals import wilson
from foundling.evaluation.versus.lots import lot
from foundling.evaluation.versus.past import Canary, Grade, Past

NO_OP_EVERY = 8  # one slot of every eight: 12.5%, so that part of a block still leaves a tenth
OTHERS_EVERY = 40  # one harmful and one good among forty
_KINDS: tuple[Canary, ...] = ("no_op", "harmful", "good")
_GRADES: tuple[Grade, ...] = ("none", "provisional", "confirmed")


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many of the planted were kept, at a grade or a higher one, with Wilson's 95% interval, and what was expected.

    `expected` is the rate that the gates were designed for; alarm: the interval lies wholly on its wrong side.
    """

    canary: Canary
    grade: Grade
    kept: int
    n: int
    low: float
    high: float
    expected: float
    alarm: bool


def planted(secret: bytes, slot: int) -> Canary | None:
    """What stands at the slot, from 0: a canary, or None for the proposer's own candidate."""
    if slot < 0:
        raise ValueError("slots are counted from 0")
    block, place = divmod(slot, OTHERS_EVERY)
    groups = range(OTHERS_EVERY // NO_OP_EVERY)
    empty = {
        group * NO_OP_EVERY + lot(secret, "no-op", block * len(groups) + group, NO_OP_EVERY) for group in groups
    }
    if place in empty:
        return "no_op"
    free = [one for one in range(OTHERS_EVERY) if one not in empty]
    harmful = free.pop(lot(secret, "harmful", block, len(free)))
    good = free.pop(lot(secret, "good", block, len(free)))
    return "harmful" if place == harmful else "good" if place == good else None


def canary_rates(past: Sequence[Past], *, provisional: float, confirmed: float, power: float) -> tuple[Rate, ...]:
    """How the planted fared, for each kind and both grades.

    provisional, confirmed: the rates at which a no-op may be kept; power: at which a good one should be, provisionally.
    Rows of one candidate are one canary, kept at the highest grade that any of them gave.
    """
    found = []
    for kind in _KINDS:
        best: dict[str, int] = {}
        for row in past:
            if row.canary == kind:
                best[row.candidate] = max(best.get(row.candidate, 0), _GRADES.index(row.grade))
        wanted = {"no_op": (provisional, confirmed), "harmful": (0.0, 0.0), "good": (power, 0.0)}[kind]
        for least, expected in enumerate(wanted, start=1):
            kept, n = sum(one >= least for one in best.values()), len(best)
            low, high = wilson(kept, n)
            wrong = high < expected if kind == "good" else low > expected
            found.append(Rate(canary=kind, grade=_GRADES[least], kept=kept, n=n, low=low, high=high, expected=expected,
                              alarm=n > 0 and wrong))
    return tuple(found)
