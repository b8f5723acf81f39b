"""How much runs of one recipe differ by their seed alone: A/A runs flow in, a noise floor with its interval flows out.

Without it nobody can tell a better recipe from a lucky seed (judging.md section 2), so fewer than five runs are
refused. It trains nothing and judges nothing.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundling.evaluation.intervals import Z
from foundling.evaluation.versus.figures import numbers
from foundling.evaluation.versus.tails import chi_square_point
from foundling.records import BadInput

LEAST_RUNS = 5


@dataclass(frozen=True, kw_only=True)
class Noise:
    """The standard deviation between seeds, its 95% chi-square interval, its degrees of freedom, and rho of pairs.

    rho is the correlation of paired runs (same seed, other recipe) that may be counted on: 0 until it is measured.
    """

    sigma: float
    low: float
    high: float
    freedom: int
    rho: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Correlation:
    """Pearson's correlation of paired runs with Fisher's 95% interval (Fisher 1921)."""

    value: float
    low: float
    high: float
    pairs: int


def variance(values: Sequence[float]) -> float:
    """The sample variance, by exact sums of floats."""
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def noise_floor(runs: Mapping[int, float], pairs: Correlation | None = None) -> Noise:
    """The noise of A/A runs: one recipe, a score for each seed. Raises BadInput for fewer than five, or for equal ones.

    Of a measured correlation the lower end of its interval counts, so that few pairs promise nothing.
    """
    values = numbers(runs.values())
    if values is None:
        raise BadInput("A run of the incumbent has no number as its score: train and score it again.")
    if len(values) < LEAST_RUNS:
        raise BadInput(
            f"{len(values)} A/A runs do not tell how much the seed alone changes: train the incumbent with at least "
            f"{LEAST_RUNS} seeds before any recipe is judged."
        )
    sigma, freedom = math.sqrt(variance(values)), len(values) - 1
    if max(values) == min(values):
        raise BadInput("All A/A runs have the same score, so they shared a seed: train the incumbent with other seeds.")
    low, high = (sigma * math.sqrt(freedom / chi_square_point(share, freedom)) for share in (0.975, 0.025))
    rho = 0.0 if pairs is None else max(0.0, pairs.low)
    return Noise(sigma=sigma, low=low, high=high, freedom=freedom, rho=rho)


def correlation(pairs: Sequence[tuple[float, float]]) -> Correlation:
    """rho of (A, B) scores under equal seeds. Raises BadInput for fewer than five pairs or scores without spread."""
    first, second = numbers(a for a, _ in pairs), numbers(b for _, b in pairs)
    if first is None or second is None or len(pairs) < LEAST_RUNS:
        raise BadInput(f"{len(pairs)} pairs of runs do not tell rho: give at least {LEAST_RUNS} pairs of numbers.")
    if len(set(first)) < 2 or len(set(second)) < 2:
        raise BadInput("One side of the pairs has the same score in every run: train with other seeds.")
    value = max(-1.0, min(1.0, statistics.correlation(first, second)))
    if abs(value) >= 1:
        return Correlation(value=value, low=value, high=value, pairs=len(pairs))
    middle, half = math.atanh(value), Z / math.sqrt(len(pairs) - 3)
    return Correlation(value=value, low=math.tanh(middle - half), high=math.tanh(middle + half), pairs=len(pairs))
