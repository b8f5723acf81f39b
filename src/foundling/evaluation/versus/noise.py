"""How much runs of one recipe differ by their seed alone: A/A runs flow in, a noise floor with its interval flows out.

Without it nobody can tell a better recipe from a lucky seed (judging.md section 2), so fewer than five runs are
refused. It trains nothing and judges nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundling.evaluation.tails import chi_square_point
from foundling.evaluation.versus.figures import numbers
from foundling.records import BadInput

LEAST_RUNS = 5


@dataclass(frozen=True, kw_only=True)
class Noise:
    """The standard deviation between seeds, its 95% chi-square interval, its degrees of freedom."""

    sigma: float
    low: float
    high: float
    freedom: int


def variance(values: Sequence[float]) -> float:
    """The sample variance, by exact sums of floats."""
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def noise_floor(runs: Mapping[int, float]) -> Noise:
    """The noise of A/A runs: one recipe, a score for each seed. Raises BadInput for fewer than five, and for equal
    ones."""
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
    return Noise(sigma=sigma, low=low, high=high, freedom=freedom)
