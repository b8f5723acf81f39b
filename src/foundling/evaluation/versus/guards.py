"""What must not get worse: differences with intervals and margins flow in, vetoes in words flow out.

A guard vetoes only when its whole interval says that B is worse than A by more than the margin: twenty guards that each
asked for "not significantly worse" at 5% would veto 64% of honest candidates (judging.md section 9). What cannot be
measured vetoes too: a crash or a NaN is never a pass.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from foundling.evaluation.intervals import LEAST_CLUSTERS
from foundling.evaluation.versus.figures import number
from foundling.evaluation.versus.paired import Rows, difference, ordered, wrong_pair
from foundling.records import BadInput, Score

_REST = "all small slices"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """How much worse B is than A (positive: worse), its 95% interval, and by how much it may be.

    low and high are None where too little was counted for an interval; such a guard can tell nothing and does not veto.
    """

    name: str
    difference: float
    low: float | None
    high: float | None
    margin: float

    def veto(self) -> str:
        """Why the candidate may not be promoted, in a sentence; "" where it may. Raises BadInput for a bad margin."""
        margin = number(self.margin)
        if margin is None or margin < 0:
            raise BadInput(f"Guard {self.name} has the margin {self.margin}: give a number of 0 or more.")
        value = number(self.difference)
        if value is None:
            return f"Guard {self.name} has no number."
        if self.low is None and self.high is None:
            return ""
        low, high = number(self.low), number(self.high)
        if low is None or high is None or not low <= value <= high:
            return f"Guard {self.name} has no interval around its figure."
        if low > margin:
            return f"Guard {self.name} is worse by {value:.4g} [{low:.4g}, {high:.4g}], and {margin:.4g} is allowed."
        return ""


def vetoes(guards: Sequence[Guard]) -> tuple[str, ...]:
    """The sentences of all guards that veto."""
    return tuple(words for guard in guards if (words := guard.veto()))


def guard_of_scores(a: Score, b: Score, *, better: Literal["lower", "higher"], margin: float) -> Guard:
    """A guard from two scores with intervals of their own, by MOVER (Newcombe 1998; Zou and Donner 2008).

    It takes the two as independent, which is too wide for paired figures: it vetoes too seldom, never too often.
    Raises BadInput where the two are not one figure.
    """
    if (a.name, a.unit) != (b.name, b.unit):
        raise BadInput(f"{a.name} in {a.unit} cannot be held against {b.name} in {b.unit}: give one figure of both.")
    sign = 1.0 if better == "lower" else -1.0
    values = [number(one) for one in (a.value, b.value)]
    if values[0] is None:
        raise BadInput(f"The incumbent's {a.name} is no number: measure it again.")
    if values[1] is None:
        return Guard(name=b.name, difference=math.nan, low=None, high=None, margin=margin)
    gap = values[1] - values[0]
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Guard(name=b.name, difference=sign * gap, low=None, high=None, margin=margin)
    ends = [math.nan if (end := number(one)) is None else end for one in (a.low, a.high, b.low, b.high)]
    down = gap - math.hypot(values[1] - ends[2], ends[1] - values[0])
    up = gap + math.hypot(ends[3] - values[1], values[0] - ends[0])
    low, high = (down, up) if better == "lower" else (-up, -down)
    return Guard(name=b.name, difference=sign * gap, low=low, high=high, margin=margin)


def slice_guards(a: Rows, b: Rows, slices: Mapping[str, str], *, margin: float) -> tuple[Guard, ...]:
    """A guard on bits per byte for every slice of the documents, with intervals that hold for all slices at once.

    Each interval is at 1 - 5% / number of slices (Bonferroni), for the worst of many is always bad. Slices of fewer
    than six documents are one together. Raises BadInput where the documents are not those of the slices.
    """
    if wrong_pair(a, b):
        raise BadInput("Slices need the same documents of A and B: judge the checkpoints first.")
    if missing := [row.id for row in a if row.id not in slices]:
        raise BadInput(f"Document {missing[0][:12]} belongs to no slice: name a slice for every document.")
    sizes: dict[str, int] = {}
    for row in a:
        sizes[slices[row.id]] = sizes.get(slices[row.id], 0) + 1
    names = {name: name if size >= LEAST_CLUSTERS else _REST for name, size in sizes.items()}
    count, found = len(set(names.values())), []
    for name in sorted(set(names.values())):
        sides = [ordered([row for row in rows if names[slices[row.id]] == name]) for rows in (a, b)]
        gap = difference(sides[0], sides[1])
        low, high = gap.interval(1 - 0.05 / count)
        found.append(Guard(name=f"slice {name}", difference=gap.value, low=low, high=high, margin=margin))
    return tuple(found)
