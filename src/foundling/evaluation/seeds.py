"""How sure a figure over a few runs is: one number per seed flows in, a mean and its 95% interval flow out.

Runs of one recipe differ by their seed alone, so the seeds are the sample; Student's t carries how few they are.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.tails import student_point

_BEYOND = 0.025


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean over `n` runs with its 95% interval; low and high are None where one run cannot give any."""

    value: float
    low: float | None
    high: float | None
    n: int


def mean_over(values: Sequence[float]) -> Mean:
    """The mean with Student's interval. Raises ValueError when there is no value."""
    if not values:
        raise ValueError("a mean needs at least one run")
    value, n = statistics.fmean(values), len(values)
    if n < 2:
        return Mean(value=value, low=None, high=None, n=n)
    half = student_point(_BEYOND, n - 1) * statistics.stdev(values) / math.sqrt(n)
    return Mean(value=value, low=value - half, high=value + half, n=n)


def share_below(ours: Sequence[float], theirs: Sequence[float]) -> Mean:
    """By what share the mean of `ours` lies below that of `theirs` (0.1: a tenth lower), with its 95% interval.

    Both groups' logarithms are taken to spread alike (pooled variance). Raises ValueError for a group without runs or
    a figure that is not positive.
    """
    if not ours or not theirs or min(*ours, *theirs) <= 0:
        raise ValueError("a comparison needs positive figures on both sides")
    value = 1.0 - statistics.fmean(ours) / statistics.fmean(theirs)
    first, second = [math.log(x) for x in ours], [math.log(x) for x in theirs]
    freedom = len(first) + len(second) - 2
    if freedom < 1:
        return Mean(value=value, low=None, high=None, n=len(ours) + len(theirs))
    squares = sum((x - statistics.fmean(side)) ** 2 for side in (first, second) for x in side)
    half = student_point(_BEYOND, freedom) * math.sqrt(squares / freedom * (1 / len(first) + 1 / len(second)))
    middle = statistics.fmean(first) - statistics.fmean(second)
    return Mean(
        value=value, low=1.0 - math.exp(middle + half), high=1.0 - math.exp(middle - half), n=len(ours) + len(theirs),
    )
