"""How sure a figure of few groups is: the figure without each group in turn flows in, its 95% interval flows out.

For figures that are no ratio of sums: different n-grams among all of them, areas under a curve of pairs. Drawing groups
again with replacement would copy them, and copies make a text repeat itself; leaving one out does not (Tukey 1958). The
variance is too large rather than too small (Efron and Stein 1981).
"""

import math
from collections.abc import Sequence

from foundling.evaluation.intervals import LEAST_CLUSTERS
from foundling.evaluation.tails import student_point

_BEYOND = 0.025


def interval(value: float, without: Sequence[float]) -> tuple[float | None, float | None]:
    """(low, high) of a figure between 0 and 1, with Student's t; none for fewer than six groups, or where leaving
    any of them out changes nothing, for then nothing is known of how much it varies."""
    count = len(without)
    if count < LEAST_CLUSTERS or max(without) == min(without):
        return None, None
    mean = sum(without) / count
    error = math.sqrt((count - 1) / count * sum((one - mean) ** 2 for one in without))
    half = student_point(_BEYOND, count - 1) * error
    return max(0.0, value - half), min(1.0, value + half)
