"""Classification: true and guessed classes and their probabilities flow in, figures with intervals flow out. No model.

Accuracy (Wilson), macro-F1, the Brier score (Brier 1950, summed over classes: 0 to 2), and the expected calibration
error (Guo et al. 2017, arXiv 1706.04599) in bins of equal mass (Nixon et al. 2019, arXiv 1904.01685). A guess of None,
and probabilities that are no numbers, are wrong with full confidence.
"""

from collections.abc import Callable, Sequence

import numpy as np

from foundling.evaluation.measures.points import Figures, Places, resampled, share_score
from foundling.records import Score

DRAWS = 2000
BINS = 10
LEAST_IN_BIN = 5


def accuracy(name: str, truth: Sequence[str], guesses: Sequence[str | None]) -> Score:
    """The share of right guesses with Wilson's interval."""
    return share_score(name, [float(a == b) for a, b in zip(truth, guesses, strict=True)])


def macro_f1(name: str, truth: Sequence[str], guesses: Sequence[str | None], *, seed: int) -> Score:
    """The mean of the classes' F1, over every class that is true or guessed anywhere, with a bootstrap over items."""
    true, guessed, count = coded(truth, guesses)
    return _drawn(name, len(truth), lambda rows: mean_f1(true[rows], guessed[rows], count), seed=seed)


def coded(truth: Sequence[str], guesses: Sequence[str | None]) -> tuple[Places, Places, int]:
    """Classes as numbers, and how many there are; None is -1."""
    places = {key: place for place, key in enumerate(sorted({*truth, *(g for g in guesses if g is not None)}))}
    true = np.array([places[key] for key in truth], dtype=np.int64)
    return true, np.array([-1 if key is None else places[key] for key in guesses], dtype=np.int64), len(places)


def mean_f1(true: Places, guessed: Places, count: int) -> float:
    """The mean of 2 hits / (true + guessed) over classes; in a draw that holds nothing of a class it is left out."""
    hits = np.bincount(true[true == guessed], minlength=count)
    both = np.bincount(true, minlength=count) + np.bincount(guessed[guessed >= 0], minlength=count)
    there = both > 0
    return float((2 * hits[there] / both[there]).mean()) if there.any() else 0.0


def brier(name: str, truth: Sequence[str], probabilities: Figures, classes: Sequence[str], *, seed: int) -> Score:
    """The mean over items of the squared distance of probabilities (N, classes) from the truth, 0 at best."""
    hits = np.array([[float(key == one) for one in classes] for key in truth]).reshape(probabilities.shape)
    rows = ((probabilities - hits) ** 2).sum(axis=1)
    rows = np.where(np.isfinite(probabilities).all(axis=1), rows, 2.0)
    return _drawn(name, len(truth), lambda picked: float(rows[picked].mean()), seed=seed, unit="0 to 2")


def calibration(name: str, confidences: Sequence[float], right: Sequence[bool], *, seed: int) -> Score:
    """The expected calibration error of the guesses: |mean confidence - share right| over bins of equal mass.

    There are at most 10 bins with at least 5 guesses each; the unit says how many. It is never below 0, so a small
    sample of a perfect guesser has an error too, and the bootstrap lies a little high.
    """
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    broken = ~np.isfinite(sure)
    sure, hits = np.where(broken, 1.0, sure), np.where(broken, 0.0, hits)
    bins = max(1, min(BINS, len(sure) // LEAST_IN_BIN))
    return _drawn(
        name, len(sure), lambda rows: calibration_error(sure[rows], hits[rows], bins), seed=seed,
        unit=f"share, {bins} bins of equal mass",
    )


def calibration_error(sure: Figures, hits: Figures, bins: int) -> float:
    """The error itself: guesses in order of confidence, cut into bins whose sizes differ by one at most."""
    order = np.argsort(sure, kind="stable")
    return float(sum(
        abs(float(sure[part].mean()) - float(hits[part].mean())) * len(part) / len(order)
        for part in np.array_split(order, bins) if len(part)
    ))


def _drawn(name: str, n: int, figure: Callable[[Places], float], *, seed: int, unit: str = "share") -> Score:
    """A figure of items with its interval over items drawn again; of no item 0."""
    value = figure(np.arange(n)) if n else 0.0
    return resampled(name, value, n, figure, seed=seed, draws=DRAWS, unit=unit)


def gain(
    name: str, truth: Sequence[str], ours: Sequence[str | None], theirs: Sequence[str | None], *, seed: int
) -> tuple[Score, Score]:
    """How much more often ours are right, and by how much our macro-F1 is higher, on the same items: paired."""
    true, first, count = coded(truth, ours)
    again, second, other = coded(truth, theirs)
    right = (true == first).astype(np.float64) - (again == second).astype(np.float64)
    return (
        _drawn(f"{name}.accuracy", len(truth), lambda rows: float(right[rows].mean()), seed=seed),
        _drawn(
            f"{name}.macro_f1", len(truth), lambda rows: mean_f1(true[rows], first[rows], count)
            - mean_f1(again[rows], second[rows], other), seed=seed,
        ),
    )
