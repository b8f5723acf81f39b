"""Valences of words in, the arc of a story out: twenty points and the shape that fits them best. It reads no text.

The six shapes are those of Reagan et al. 2016 (arXiv 1606.07772): rise, fall, man in a hole, Icarus, Cinderella,
Oedipus. Their modes, found by singular value decomposition, are close to half, one and one and a half waves of a
cosine, and those are used here, so that a single story has a shape without any others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POINTS = 20
_REACH = 0.1  # half a window, as a part of the story: a fifth of it is averaged around every point
_TIME = (np.arange(POINTS) + 0.5) / POINTS
SHAPES: dict[str, NDArray[np.float64]] = {
    "rise": -np.cos(np.pi * _TIME), "fall": np.cos(np.pi * _TIME),
    "man in a hole": np.cos(2 * np.pi * _TIME), "Icarus": -np.cos(2 * np.pi * _TIME),
    "Cinderella": -np.cos(3 * np.pi * _TIME), "Oedipus": np.cos(3 * np.pi * _TIME),
}
FLAT = "flat"


@dataclass(frozen=True, kw_only=True)
class Arc:
    """points: mean valence, -1 to 1, of the words with a valence in 20 evenly spaced windows of a fifth of the story;
    shape: a key of SHAPES, or "flat"; strength, 0 to 1: how much of the ups and downs the shape explains, what chance
    would make taken off."""

    points: tuple[float, ...]
    shape: str
    strength: float


def arc_of(valence: NDArray[np.float64]) -> Arc:
    """The arc of a story, given the valence of each of its words in order (0: none)."""
    told = np.flatnonzero(valence)
    flat = Arc(points=(0.0,) * POINTS, shape=FLAT, strength=0.0)
    if len(told) < 2 * POINTS:
        return flat
    values, size = valence[told], len(valence)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    middle = np.linspace(_REACH, 1 - _REACH, POINTS)  # so that every window is whole
    low, high = (np.searchsorted(told, (middle + side * _REACH) * size) for side in (-1, 1))
    counts = high - low
    # Five words of the story's own mean are added to every window, so that one word alone makes no peak.
    points = (sums[high] - sums[low] + 5 * values.mean()) / (counts + 5)
    centred = points - points.mean()
    spread = float((centred**2).mean())
    if spread < 1e-9:
        return flat
    lengths = {name: np.sqrt((wave @ wave) * (centred @ centred)) for name, wave in SHAPES.items()}
    fits = {name: float((wave @ centred) / lengths[name]) for name, wave in SHAPES.items()}
    shape = max(fits, key=lambda name: fits[name])
    chance = float(values.var() * (counts / (counts + 5) ** 2).mean())
    strength = fits[shape] ** 2 * max(0.0, 1 - chance / spread)
    rounded = tuple(round(float(point), 4) for point in points)
    return Arc(points=rounded, shape=shape if strength > 0 else FLAT, strength=round(strength, 4))
