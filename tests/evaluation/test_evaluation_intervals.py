"""Wilson's interval at the values the notes give, and how often the bootstrap covers the truth."""

import numpy as np
import pytest

from foundling.evaluation.intervals import ratio_bootstrap, wilson


@pytest.mark.parametrize(("hits", "n", "low", "high"), [
    (24, 24, 0.86, 1.0), (12, 12, 0.76, 1.0), (11, 12, 0.65, 0.99), (4, 24, 0.07, 0.36), (0, 36, 0.0, 0.10),
    (73, 73, 0.95, 1.0), (0, 24, 0.0, 0.14), (0, 0, 0.0, 1.0),
])
def test_wilson_at_the_values_of_the_notes(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (round(found[0], 2), round(found[1], 2)) == (low, high)


def test_seventy_three_is_the_least_number_that_supports_the_bar() -> None:
    assert wilson(73, 73)[0] >= 0.95 > wilson(72, 72)[0]
    assert wilson(0, 73)[1] <= 0.05 < wilson(0, 72)[1]


def test_wilson_is_symmetrical_and_refuses_nonsense() -> None:
    low, high = wilson(7, 30)
    assert wilson(23, 30) == pytest.approx((1 - high, 1 - low))
    for hits, n in ((5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="cannot be"):
            wilson(hits, n)


def test_ratio_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    rng, covered = np.random.default_rng(4), 0
    for trial in range(300):
        sizes = rng.integers(50, 500, 60).astype(float)
        found = ratio_bootstrap(list(1.5 * sizes + rng.normal(0, 30, 60)), list(sizes), seed=trial, draws=400)
        assert found.low is not None and found.high is not None
        covered += found.low <= 1.5 <= found.high
    assert 0.90 <= covered / 300 <= 0.98


def test_ratio_bootstrap_draws_whole_clusters() -> None:
    """Ten templates that are all hit or all missed say as little as ten answers, however often each was asked."""
    tops, bottoms = [20.0, 0.0] * 5, [20.0] * 10
    found = ratio_bootstrap(tops, bottoms, seed=0)
    assert found.value == 0.5 and found.low is not None and found.high is not None
    assert found.high - found.low > 0.5 > 2 * (wilson(100, 200)[1] - wilson(100, 200)[0])


def test_ratio_bootstrap_refuses_what_is_no_ratio_and_lives_with_empty_clusters() -> None:
    with pytest.raises(ValueError, match="different clusters"):
        ratio_bootstrap([1.0], [1.0, 2.0], seed=0)
    with pytest.raises(ValueError, match="below the line"):
        ratio_bootstrap([1.0, 1.0], [0.0, 0.0], seed=0)
    found = ratio_bootstrap([1.0] + [0.0] * 6, [2.0] + [0.0] * 6, seed=0)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
