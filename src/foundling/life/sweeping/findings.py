"""What a sweep found: trials as rows in; what mattered, best ranges and plain sentences out. Pure functions.

Draws are few and not independent (later ones crowd where earlier ones were good), so these are hints with their sizes
in bits per byte, held against how much two runs of one recipe differ by their seed alone.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from foundling.evaluation.seeds import Mean
from foundling.life.sweeping.space import Dimension, Range

_SHUFFLES = 400


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A trial: its draw, the judge's bits per byte (None where it was ended early or failed), and the trainer's own
    looks by percent of the run. state: "done", "early" or "failed"."""

    number: int
    draw: Mapping[str, Any]
    state: str
    bits: float | None = None
    course: Mapping[int, float] = field(default_factory=dict)
    steps: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Effect:
    """How much one dimension did: the mean expected bits of each group of its values, lowest values first.

    spread: the worst group's mean less the best one's; chance: what 95% of shuffles of its values over the trials stay
    below. low, high: the values of the best quarter of all trials.
    """

    name: str
    groups: tuple[tuple[str, float, int], ...]
    spread: float
    chance: float
    low: float
    high: float


def expected_bits(trials: Sequence[Tried]) -> dict[int, float]:
    """The judge's figure of finished trials; for those ended early, what they would have come to, had they gone on
    falling as the finished ones did from that point (the median of it). Failed ones are left out."""
    done = [trial for trial in trials if trial.bits is not None]
    found = {trial.number: trial.bits for trial in trials if trial.bits is not None}
    for trial in trials:
        if trial.state == "early" and trial.course:
            percent = max(trial.course)
            falls = [other.bits - other.course[percent] for other in done
                     if other.bits is not None and percent in other.course]
            if falls:
                found[trial.number] = trial.course[percent] + statistics.median(falls)
    return found


def _grouped(dimension: Dimension, pairs: Sequence[tuple[float, float]]) -> list[tuple[str, list[float]]]:
    """The values' bits by group: each choice of a choice, thirds of a range."""
    if not isinstance(dimension, Range):
        return [(f"{value:,}", [bits for x, bits in pairs if x == value]) for value in dimension.values]
    to = math.log if dimension.log else float
    first, last = to(dimension.low), to(dimension.high)
    back = math.exp if dimension.log else float
    edges = [first + (last - first) * k / 3 for k in range(4)]
    groups = []
    for k in range(3):
        inside = [bits for x, bits in pairs if edges[k] <= to(x) < edges[k + 1] or (k == 2 and to(x) >= edges[3])]
        groups.append((f"{back(edges[k]):.2g} to {back(edges[k + 1]):.2g}", inside))
    return groups


def _spread(groups: Sequence[tuple[str, list[float]]]) -> float:
    """The distance of the worst group's mean from the best one's; groups of one count where there are no others."""
    means = [statistics.fmean(bits) for _, bits in groups if len(bits) > 1]
    means = means or [statistics.fmean(bits) for _, bits in groups if bits]
    return max(means) - min(means)


def _by_chance(dimension: Dimension, pairs: Sequence[tuple[float, float]]) -> float:
    """The 95% point of the spread when the values are shuffled over the trials (a permutation test, Fisher 1935)."""
    rng, bits = np.random.default_rng(0), np.array([b for _, b in pairs])
    shuffles = (rng.permutation(bits).tolist() for _ in range(_SHUFFLES))
    return float(np.quantile([
        _spread(_grouped(dimension, [(x, b) for (x, _), b in zip(pairs, drawn, strict=True)])) for drawn in shuffles
    ], 0.95))


def effects(space: Sequence[Dimension], trials: Sequence[Tried]) -> list[Effect]:
    """Every dimension's effect, the largest first; nothing where fewer than four trials can be counted."""
    expected = expected_bits(trials)
    counted = [trial for trial in trials if trial.number in expected]
    if len(counted) < 4:
        return []
    best = sorted(counted, key=lambda trial: expected[trial.number])[:max(3, len(counted) // 4)]
    found = []
    for dimension in space:
        pairs = [(float(trial.draw[dimension.name]), expected[trial.number]) for trial in counted]
        groups = _grouped(dimension, pairs)
        values = [float(trial.draw[dimension.name]) for trial in best]
        means = tuple((words, statistics.fmean(bits), len(bits)) for words, bits in groups if bits)
        found.append(Effect(
            name=dimension.name, groups=means, spread=_spread(groups), chance=_by_chance(dimension, pairs),
            low=min(values), high=max(values),
        ))
    return sorted(found, key=lambda effect: -effect.spread)


def noise_of(runs: Sequence[Sequence[float]]) -> float | None:
    """The standard deviation of a recipe's bits per byte over seeds, pooled over recipes; None where none has two."""
    known = [values for values in runs if len(values) > 1]
    if not known:
        return None
    squares = sum((x - statistics.fmean(values)) ** 2 for values in known for x in values)
    return math.sqrt(squares / sum(len(values) - 1 for values in known))


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 1 else f"{value:.2g}"


def draw_words(draw: Mapping[str, Any]) -> str:
    """A draw in one line."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in draw.items())


def sentences(
    trials: Sequence[Tried], found: Sequence[Effect], noise: float | None, difference: Mean | None
) -> list[str]:
    """What a person should take from the sweep. difference: the best recipe less the default one, over seeds."""
    early, failed = (sum(trial.state == state for trial in trials) for state in ("early", "failed"))
    words = [f"{len(trials)} recipes were tried: {early} ended early, behind the others, {failed} failed."]
    done = [trial for trial in trials if trial.bits is not None]
    if done:
        best = min(done, key=lambda trial: trial.bits or 0.0)
        words.append(f"Best of them, {best.bits:.3f} bits per byte on the text to choose by: {draw_words(best.draw)}.")
    if noise is not None:
        words.append(f"Runs of one recipe differ by {noise:.3f} bits per byte (standard deviation over seeds): smaller "
                     "differences between two trials mean nothing.")
    if difference is not None:
        sure = difference.low is not None and difference.high is not None
        band = f" ({difference.low:+.3f} to {difference.high:+.3f})" if sure else ""
        told = "better than" if sure and (difference.high or 0.0) < 0 else "not told apart from"
        words.append("On text that nothing was chosen by, over other seeds, the best recipe lies "
                     f"{difference.value:+.3f}{band} bits per byte from the default one: {told} it.")
    mattered = [e for e in found if e.spread > max(e.chance, 2 * (noise or 0.0))]
    rest = [e for e in found if e not in mattered]
    if mattered:
        words.append("What mattered, by the distance of its best group of values from its worst: " + ", ".join(
            f"{e.name.replace('_', ' ')} ({e.spread:.3f}; the best quarter has {_number(e.low)} to {_number(e.high)})"
            for e in mattered) + ".")
    if rest:
        names = ", ".join(effect.name.replace("_", " ") for effect in rest)
        words.append(f"With so few trials not told apart from chance or noise: {names}.")
    return words
