"""Points and classes against numbers by hand and against scikit-learn: shares, F1, calibration, Brier, differences."""

import math

import numpy as np
import pytest

from foundling.evaluation.intervals import wilson
from foundling.evaluation.measures.classes import accuracy, brier, calibration, calibration_error, gain, macro_f1
from foundling.evaluation.measures.points import mean_score, point, share_score, strata_score

TRUTH = ["a", "a", "a", "b", "b", "c", "c", "c", "c", "c"]
GUESS = ["a", "a", "b", "b", "a", "c", "c", "c", "c", "a"]


def test_a_tie_is_half_and_no_number_is_wrong() -> None:
    assert (point(1.0, 2.0), point(2.0, 1.0), point(1.5, 1.5)) == (1.0, 0.0, 0.5)
    for good, bad in ((math.nan, 1.0), (1.0, math.nan), (math.inf, math.inf), (1.0, math.inf), (-math.inf, 1.0)):
        assert point(good, bad) == 0.0


def test_a_share_has_wilsons_interval_and_half_points_widen_it() -> None:
    whole = share_score("x", [1.0, 1.0, 0.0, 1.0])
    assert (whole.value, whole.n, (whole.low, whole.high)) == (0.75, 4, wilson(3, 4))
    half = share_score("x", [1.0, 0.5, 0.0, 1.0])
    assert half.value == 0.625 and (half.low, half.high) == (wilson(2, 4)[0], wilson(3, 4)[1])
    assert (share_score("x", []).value, share_score("x", []).n) == (0.0, 0)


def test_a_mean_of_equal_values_claims_no_interval() -> None:
    assert mean_score("x", [0.2] * 9, seed=0).low is None and mean_score("x", [0.0, 1.0], seed=0).low is None
    spread = mean_score("x", [0.0, 1.0] * 50, seed=0)
    assert spread.low == pytest.approx(0.40, abs=0.02) and spread.high == pytest.approx(0.60, abs=0.02)


def test_strata_count_alike_and_are_drawn_by_themselves() -> None:
    found = strata_score("x", [[1.0, 1.0, 0.0, 1.0], [0.0, 1.0]], seed=1)
    assert found.value == pytest.approx((0.75 + 0.5) / 2) and found.n == 6
    # 67 strata of 8: the standard error of a mean of strata means, with n - 1 below the line.
    rng = np.random.default_rng(0)
    groups = [rng.integers(0, 2, 8).astype(float).tolist() for _ in range(67)]
    error = math.sqrt(sum(np.var(g) / 7 for g in groups)) / 67
    many = strata_score("x", groups, seed=1)
    assert many.low is not None and many.high is not None
    assert (many.high - many.low) / 2 == pytest.approx(1.96 * error, rel=0.06)
    right = strata_score("x", [[1.0] * 4] * 5, seed=1)  # nothing varies: Wilson, not a claim of certainty
    assert right.value == 1.0 and (right.low, right.high) == wilson(20, 20)


def test_macro_f1_is_scikit_learns_and_accuracy_the_share() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = macro_f1("f", TRUTH, GUESS, seed=0)
    assert found.value == pytest.approx(metrics.f1_score(TRUTH, GUESS, average="macro"))
    assert found.value == pytest.approx((2 * 2 / 7 + 2 * 1 / 4 + 2 * 4 / 9) / 3)
    assert accuracy("a", TRUTH, GUESS).value == 0.7
    assert found.low is not None and found.high is not None and found.low < found.value < found.high
    assert accuracy("a", ["a", "b"], [None, "b"]).value == 0.5


def test_a_guess_of_none_is_nobodys_class() -> None:
    assert macro_f1("f", ["a", "a", "b"], [None, "a", "b"], seed=0).value == pytest.approx((2 / 3 + 1) / 2)


def test_brier_by_hand() -> None:
    odds = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [math.nan, 0.5, 0.5]])
    found = brier("b", ["a", "c", "a"], odds, ["a", "b", "c"], seed=0)
    assert found.value == pytest.approx(((0.09 + 0.04 + 0.01) + 2.0 + 2.0) / 3)


def test_calibration_error_by_hand_in_bins_of_equal_mass() -> None:
    sure, hits = np.array([0.9, 0.6, 0.8, 0.5]), np.array([1.0, 0.0, 1.0, 1.0])
    assert calibration_error(sure, hits, 1) == pytest.approx(abs(0.7 - 0.75))
    assert calibration_error(sure, hits, 2) == pytest.approx(0.5 * abs(0.55 - 0.5) + 0.5 * abs(0.85 - 1.0))
    found = calibration("c", [1.0] * 20, [True] * 10 + [False] * 10, seed=0)
    assert found.value == pytest.approx(0.5) and found.unit == "share, 4 bins of equal mass"
    assert calibration("c", [math.nan] * 10, [True] * 10, seed=0).value == 1.0


def test_a_guesser_that_is_right_as_often_as_it_is_sure_has_little_error() -> None:
    rng = np.random.default_rng(3)
    sure = rng.uniform(0.3, 1.0, 4000)
    right = (rng.uniform(size=4000) < sure).tolist()
    assert calibration("c", sure.tolist(), right, seed=0).value < 0.03
    assert calibration("c", (sure ** 3).tolist(), right, seed=0).value > 0.15


def test_a_difference_is_paired_and_has_a_sign() -> None:
    truth = ["a", "b"] * 30
    better, f1 = gain("g", truth, truth, ["a", "a"] * 30, seed=0)
    assert better.value == 0.5 and better.low is not None and better.low > 0.3
    assert f1.value == pytest.approx(1.0 - (2 * 30 / 90) / 2)
    worse, _ = gain("g", truth, ["a", "a"] * 30, truth, seed=0)
    assert worse.value == -0.5 and worse.high is not None and worse.high < -0.3
    same, _ = gain("g", truth, truth, truth, seed=0)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
