"""What counts as a number: whatever somebody hands over flows in, a finite float or None flows out.

OpenEvolve once took `True` as a score of 1.0 (its PR 446): here a truth value, a NaN, an infinity, a text and an object
that only behaves like a number are no numbers at all, and whoever hands one over has lost.
"""

import math
from collections.abc import Iterable

import numpy as np

_KINDS = (int, np.float64, np.float32, np.int64, np.int32)


def number(value: object) -> float | None:
    """The value as a float when it is a finite number of a plain kind, else None."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) not in _KINDS or not isinstance(value, int | float | np.floating | np.integer):
        return None
    try:
        plain = float(value)
    except OverflowError:
        return None
    return plain if math.isfinite(plain) else None


def numbers(values: Iterable[object]) -> list[float] | None:
    """All of them as floats, or None when one is no number."""
    found: list[float] = []
    for value in values:
        plain = number(value)
        if plain is None:
            return None
        found.append(plain)
    return found
