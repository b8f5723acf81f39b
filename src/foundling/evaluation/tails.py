"""Tails and points of Student's t, chi-square and Fisher's F: a figure flows in, a probability or a quantile flows out.

By the continued fractions and series of the incomplete beta and gamma functions (Abramowitz and Stegun 1964, 26.5.8 and
6.5.29); tails are computed as tails, so that p values of 1e-12 keep their digits. No data, no decision.
"""

import math
from collections.abc import Callable
from functools import lru_cache

_TINY, _NEAR, _STEPS = 1e-300, 1e-15, 1000


def student_tail(x: float, freedom: float) -> float:
    """P(T > x) of Student's t."""
    half = 0.5 * _beta_share(freedom / (freedom + x * x), freedom / 2, 0.5)
    return half if x >= 0 else 1.0 - half


@lru_cache(maxsize=4096)
def student_point(tail: float, freedom: float) -> float:
    """The x with P(T > x) = tail, for a tail from 0 to 1, both left out."""
    if not 0 < tail < 1:
        raise ValueError(f"no point of Student's t has the tail {tail}")
    if tail > 0.5:
        return -student_point(1 - tail, freedom)
    return _crossing(lambda x: student_tail(x, freedom) <= tail)


def fisher_tail(x: float, over: float, under: float) -> float:
    """P(F > x) of Fisher's F, a ratio of two variances with `over` and `under` degrees of freedom."""
    return 1.0 if x <= 0 else _beta_share(under / (under + over * x), under / 2, over / 2)


@lru_cache(maxsize=4096)
def chi_square_point(share: float, freedom: float) -> float:
    """The x with P(chi-square <= x) = share, for a share from 0 to 1, both left out."""
    if not 0 < share < 1:
        raise ValueError(f"no point of chi-square has the share {share}")
    return _crossing(lambda x: _gamma_share(freedom / 2, x / 2) >= share)


def _crossing(beyond: Callable[[float], bool]) -> float:
    """The least positive x beyond which `beyond` holds, by halving."""
    high = 1.0
    while not beyond(high):
        high *= 2
    low = 0.0
    while high - low > _NEAR * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return high


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1.0 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1.0 / _kept(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1.0 / _kept(1 + term * d), _kept(1 + term / c)
            value *= d * c
        if abs(d * c - 1) < _NEAR:
            break
    return value


def _gamma_share(a: float, x: float) -> float:
    """The regularised lower incomplete gamma function P(a, x)."""
    if x <= 0:
        return 0.0
    front = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, 10 * _STEPS):
            term *= x / (a + n)
            total += term
            if term < total * _NEAR:
                break
        return front * total
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for n in range(1, 10 * _STEPS):
        b += 2
        d, c = 1 / _kept(n * (a - n) * d + b), _kept(b + n * (a - n) / c)
        value *= d * c
        if abs(d * c - 1) < _NEAR:
            break
    return 1.0 - front * value


def _kept(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
