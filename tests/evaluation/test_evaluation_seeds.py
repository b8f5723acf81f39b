"""Intervals over a few seeds, held against figures worked out by hand."""

import math
import random

import pytest

from foundling.evaluation.seeds import mean_over, share_below


def test_the_interval_of_three_runs_is_students() -> None:
    mean = mean_over([1.0, 2.0, 3.0])
    half = 4.302652729696142 * 1.0 / math.sqrt(3)
    assert (mean.value, mean.n) == (2.0, 3)
    assert mean.low == pytest.approx(2 - half) and mean.high == pytest.approx(2 + half)


def test_one_run_has_no_interval() -> None:
    assert mean_over([1.5]).low is None and share_below([1.0], [2.0]).low is None
    with pytest.raises(ValueError, match="at least one"):
        mean_over([])
    with pytest.raises(ValueError, match="positive"):
        share_below([1.0], [0.0])


def test_a_tenth_lower_is_a_tenth_lower() -> None:
    share = share_below([0.9, 0.91, 0.89], [1.0, 1.01, 0.99])
    assert share.value == pytest.approx(0.1) and share.low is not None and share.high is not None
    assert share.low < 0.1 < share.high and share.low > 0.05


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """300 pairs of three runs each, the second truly 8% above: about 95% of the intervals hold 0.08 / 1.08."""
    rng, truth, held = random.Random(3), 1 - 1 / 1.08, 0
    for _ in range(300):
        share = share_below([rng.gauss(1.7, 0.02) for _ in range(3)], [rng.gauss(1.7 * 1.08, 0.02) for _ in range(3)])
        assert share.low is not None and share.high is not None
        held += share.low <= truth <= share.high
    assert 0.9 <= held / 300 <= 0.985
