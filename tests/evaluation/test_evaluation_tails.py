"""Tails and points of t, chi-square and F, held against figures of the tables and against SciPy where it is there."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.evaluation.tails import chi_square_point, fisher_tail, student_point, student_tail


def test_the_points_are_those_of_the_tables() -> None:
    """Two-sided 95% of Student, both ends of chi-square, the 5% of Fisher: as every textbook prints them."""
    for freedom, point in ((1, 12.706), (4, 2.776), (9, 2.262), (30, 2.042), (1e6, 1.960)):
        assert student_point(0.025, freedom) == pytest.approx(point, abs=6e-4)
    assert chi_square_point(0.025, 4) == pytest.approx(0.484, abs=6e-4)
    assert chi_square_point(0.975, 4) == pytest.approx(11.143, abs=6e-4)
    assert fisher_tail(3.633, 4, 9) == pytest.approx(0.05, abs=1e-4)


def test_the_tails_of_one_degree_of_freedom_are_cauchys() -> None:
    for x in (-3.0, -0.5, 0.0, 0.25, 7.0, 1e4):
        assert student_tail(x, 1) == pytest.approx(0.5 - math.atan(x) / math.pi, rel=1e-9)


def test_scipy_says_the_same() -> None:
    stats = pytest.importorskip("scipy.stats")
    for x, freedom in ((0.3, 2.5), (4.0, 13.0), (25.0, 6.0), (-1.7, 40.0)):
        assert student_tail(x, freedom) == pytest.approx(float(stats.t.sf(x, freedom)), rel=1e-10)
        assert fisher_tail(abs(x), 4, freedom) == pytest.approx(float(stats.f.sf(abs(x), 4, freedom)), rel=1e-10)
    for share in (0.001, 0.3, 0.999):
        for freedom in (1, 7, 120):
            assert chi_square_point(share, freedom) == pytest.approx(float(stats.chi2.ppf(share, freedom)), rel=1e-9)


@given(st.floats(1e-9, 0.999), st.floats(1, 500))
def test_point_and_tail_are_each_others_inverse(tail: float, freedom: float) -> None:
    assert student_tail(student_point(tail, freedom), freedom) == pytest.approx(tail, rel=1e-7)


def test_a_tail_that_is_none_is_refused() -> None:
    for tail in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError):
            student_point(tail, 3)
        with pytest.raises(ValueError):
            chi_square_point(tail, 3)
