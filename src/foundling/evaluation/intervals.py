"""How sure a figure is: counts or sums flow in, 95% intervals flow out. No model, no text, no decision.

Wilson's interval is for shares of independent prompts; where several samples or fillings hang together, whole clusters
(documents, templates) are drawn again instead, and both sums of a ratio are redone in every draw.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054  # the 97.5% point of the normal distribution
# With five clusters even an exact sign test cannot reach 5% on two sides (2/2^5), so a bootstrap must not claim to.
LEAST_CLUSTERS = 6
_BLOCK = 2_000_000  # indices drawn at once, so that memory stays bounded


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A ratio of two sums over `clusters` clusters; low and high are None with fewer than LEAST_CLUSTERS of them."""

    value: float
    low: float | None
    high: float | None
    clusters: int


def wilson(hits: int, n: int, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of the share hits / n (Wilson 1927); (0, 1) when nothing was counted.

    Raises ValueError when hits lie outside 0..n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} hits among {n} cannot be")
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == n else min(1.0, middle + half)


def ratio_bootstrap(top: Sequence[float], bottom: Sequence[float], *, seed: int, draws: int = 4000) -> Ratio:
    """sum(top) / sum(bottom) with its 95% percentile interval over clusters drawn with replacement (Efron 1979).

    top, bottom: one number per cluster, bottom never negative. Raises ValueError when the lengths differ or the bottom
    sums to nothing.
    """
    over, under = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    if over.shape != under.shape or over.ndim != 1:
        raise ValueError("the two sums run over different clusters")
    if not under.sum() > 0:
        raise ValueError("a ratio needs something below the line")
    value, count = float(over.sum() / under.sum()), len(over)
    if count < LEAST_CLUSTERS:
        return Ratio(value=value, low=None, high=None, clusters=count)
    low, high = np.quantile(_drawn(over, under, np.random.default_rng(seed), draws), [0.025, 0.975])
    return Ratio(value=value, low=float(low), high=float(high), clusters=count)


def _drawn(
    over: NDArray[np.float64], under: NDArray[np.float64], rng: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    """The ratio in each draw; a draw that happens to hold only empty clusters is left out."""
    count, parts = len(over), []
    for start in range(0, draws, max(1, _BLOCK // count)):
        rows = min(max(1, _BLOCK // count), draws - start)
        picked = rng.integers(0, count, size=(rows, count))
        tops, bottoms = over[picked].sum(axis=1), under[picked].sum(axis=1)
        parts.append(tops[bottoms > 0] / bottoms[bottoms > 0])
    return np.concatenate(parts)
