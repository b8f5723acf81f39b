"""Points in, a score out: right is one, a tie a half, wrong nothing, and no number is wrong. No model, no text.

Intervals of a share are Wilson's; with half points among them its bounds are those of the next whole counts, which is
a little too wide. Where points come in strata (BLiMP's paradigms) each stratum is drawn again by itself.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foundling.evaluation.intervals import LEAST_CLUSTERS, ratio_bootstrap, wilson
from foundling.records import Score

DRAWS = 4000
Places = NDArray[np.int64]
Figures = NDArray[np.float64]


def point(good: float, bad: float) -> float:
    """1 where the good text costs fewer nats than the bad one, 0.5 where as many, 0 where more or where either is no
    number."""
    if not (math.isfinite(good) and math.isfinite(bad)):
        return 0.0
    return 1.0 if good < bad else 0.5 if good == bad else 0.0


def bounds(total: float, n: int) -> tuple[float, float]:
    """Wilson's bounds of a sum of points among n, at the next whole counts."""
    return wilson(math.floor(total + 1e-9), n)[0], wilson(math.ceil(total - 1e-9), n)[1]


def share_score(name: str, points: Sequence[float]) -> Score:
    """The mean of points, or the share of what is true, with Wilson's interval; an empty one is 0 of 0."""
    total, n = sum(points), len(points)
    low, high = bounds(total, n)
    return Score(name=name, value=total / n if n else 0.0, n=n, low=low, high=high)


def unless_varied(score: Score, clusters: int) -> Score:
    """A share of all or of nothing with Wilson's interval over its clusters: drawing what does not vary again shows
    nothing. Any other score as it is."""
    if score.value not in (0.0, 1.0):
        return score
    low, high = wilson(round(score.value) * clusters, clusters)
    return replace(score, low=low, high=high)


def resampled(
    name: str, value: float, n: int, figure: Callable[[Places], float], *, seed: int, draws: int, unit: str = "share"
) -> Score:
    """A figure of n items with its 95% percentile interval over items drawn again (Efron 1979), which holds the figure
    itself even where draws are slanted; none for fewer than six."""
    if n < LEAST_CLUSTERS:
        return Score(name=name, value=value, n=n, unit=unit)
    rng = np.random.default_rng(seed)
    low, high = np.quantile([figure(rng.integers(0, n, n)) for _ in range(draws)], [0.025, 0.975])
    return Score(name=name, value=value, n=n, low=min(value, float(low)), high=max(value, float(high)), unit=unit)


def pairs_won(ours: Figures, theirs: Figures) -> float:
    """In how many pairs of one of ours and one of theirs ours is the greater, ties a half (Mann and Whitney 1947)."""
    ordered = np.sort(theirs)
    below, upto = np.searchsorted(ordered, ours, "left"), np.searchsorted(ordered, ours, "right")
    return float((below + upto).sum() / 2)


def mean_score(name: str, values: Sequence[float], *, seed: int, unit: str = "share") -> Score:
    """The mean of values with a bootstrap interval over them; none with fewer than six, or where all are equal, for
    drawing equal values again shows nothing."""
    if not values:
        return Score(name=name, value=0.0, n=0, unit=unit)
    found = ratio_bootstrap(values, [1.0] * len(values), seed=seed)
    alike = min(values) == max(values)
    return Score(
        name=name, value=found.value, n=len(values), low=None if alike else found.low,
        high=None if alike else found.high, unit=unit,
    )


def strata_score(name: str, strata: Iterable[Sequence[float]], *, seed: int) -> Score:
    """The mean of the strata's means of points, with a bootstrap that draws in every stratum by itself.

    Of n points n - 1 are drawn, or the interval would be too narrow by a factor sqrt((n - 1) / n) (Rao and Wu 1988).
    A stratum with one point tells nothing of how much it varies: then, and without any spread, there is no interval.
    """
    groups = [list(points) for points in strata]
    if not groups:
        return Score(name=name, value=0.0, n=0)
    value, n = sum(sum(g) / len(g) for g in groups) / len(groups), sum(map(len, groups))
    if min(map(len, groups)) < 2 or all(min(g) == max(g) for g in groups):
        low, high = bounds(value * n, n)
        return Score(name=name, value=value, n=n, low=low, high=high)
    rng, sums = np.random.default_rng(seed), np.zeros(DRAWS)
    for group in groups:
        kinds, counts = np.unique(group, return_counts=True)
        drawn = rng.multinomial(len(group) - 1, counts / len(group), size=DRAWS)
        sums += drawn @ kinds / (len(group) - 1)
    low, high = (float(x) for x in np.quantile(sums / len(groups), [0.025, 0.975]))
    return Score(name=name, value=value, n=n, low=low, high=high)
