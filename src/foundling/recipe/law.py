"""The law of bits per byte: finished trainings flow in, a fitted curve with an honest band flows out.

    L = floor + A (N0/N)^a + B (D0/D)^b + C (S0/S)^c

N: parameters; S: optimiser steps; D: effective bytes read, where repeats count for less and less (Muennighoff et al.
2023, arXiv 2305.16264): D = U (1 + R* (1 - exp(-(E - 1) / R*))) for U different bytes read E times. The shape is
Hoffmann et al. 2022's (arXiv 2203.15556) with a term for a run that ended before it had settled. Eight constants are
more than a handful of runs can tell apart, so each begins at a prior belief and moves as far as the runs push it; what
they leave open widens the band. It trains nothing and reads no file.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

N0, D0, S0 = 2.0e6, 4.0e6, 100.0  # where A, B and C are the bits per byte that each term costs
CONSTANTS = ("floor", "size", "data", "haste", "size_power", "data_power", "repeats", "haste_power")

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One finished training. unique_bytes: different bytes of training text; read_bytes: with repeats.

    bits_per_byte: of the weights that were kept, on text held out. turned: epochs after which validation rose (None:
    it did not). Times in seconds of the wall, memory in MB; `promised_*` were said before the run began (0: nothing).
    """

    size: str
    parameters: int
    unique_bytes: int
    read_bytes: float
    steps: int
    seed: int
    bits_per_byte: float
    turned: float | None = None
    seconds: float = 0.0
    promised_seconds: float = 0.0
    memory_mb: float = 0.0
    promised_memory_mb: float = 0.0

    @property
    def epochs(self) -> float:
        """How often the text was read."""
        return self.read_bytes / self.unique_bytes


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The law with its doubt: means and covariance of the constants' logarithms, the spread of single runs around it.

    spread: standard deviation of the logarithm of bits per byte, seed noise included; freedom: of the t distribution.
    """

    means: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    spread: float
    freedom: float
    runs: int = 0

    @property
    def constants(self) -> dict[str, float]:
        """The eight constants by name, in bits per byte, powers and repeats."""
        return dict(zip(CONSTANTS, np.exp(self.means).tolist(), strict=True))


@dataclass(frozen=True, kw_only=True)
class Band:
    """An expected figure and the ends between which 90% of runs should fall."""

    value: float
    low: float
    high: float

    def holds(self, figure: float) -> bool:
        """Whether the figure lies in the band, its ends included."""
        return self.low <= figure <= self.high


# Beliefs before any run: powers after Hoffmann et al. 2022 (0.34, 0.28) and R* after Muennighoff et al. 2023 (15.4);
# the levels are roughly those of small models on English stories. Spreads are of logarithms;
# that of single runs holds the luck of the seed (0.8%, by hand) and what the law's shape misses.
PRIOR = Fit(
    means=tuple(float(x) for x in np.log([0.6, 0.4, 0.8, 0.05, 0.34, 0.28, 15.4, 1.0])),
    covariance=tuple(
        tuple(float(x) for x in row) for row in np.diag(np.square([0.25, 0.5, 0.4, 0.7, 0.25, 0.25, 0.5, 0.25]))
    ),
    spread=0.016, freedom=6.0,
)


def effective_bytes(unique: float, read: float, repeats: float) -> float:
    """Bytes of fresh text that `read` bytes, `unique` of them different, are worth (arXiv 2305.16264, equation 5)."""
    if read <= unique:
        return read
    return unique * (1.0 + repeats * (1.0 - math.exp(-(read / unique - 1.0) / repeats)))


def _value(logs: Vector, trial: Trial) -> float:
    floor, size, data, haste, a, b, repeats, c = np.exp(np.clip(logs, -20.0, 20.0)).tolist()
    seen = effective_bytes(trial.unique_bytes, trial.read_bytes, repeats)
    return float(
        floor + size * (N0 / trial.parameters) ** a + data * (D0 / seen) ** b + haste * (S0 / trial.steps) ** c
    )


def _slopes(logs: Vector, trial: Trial) -> Vector:
    """How the logarithm of the law moves with each constant's logarithm, by central differences."""
    out = np.empty(len(logs))
    for index in range(len(logs)):
        shift = np.zeros(len(logs))
        shift[index] = 1e-4
        out[index] = (math.log(_value(logs + shift, trial)) - math.log(_value(logs - shift, trial))) / 2e-4
    return out


def expected(fit: Fit, trial: Trial) -> float:
    """Bits per byte that the law gives for a training like this one (its own figure is not looked at)."""
    return _value(np.array(fit.means), trial)


def quantile(freedom: float) -> float:
    """The t quantile that leaves 5% on either side, by its expansion around the normal one (Abramowitz 26.7.5)."""
    z, v = 1.6448536269514722, max(2.5, freedom)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3


def band(fit: Fit, trial: Trial) -> Band:
    """The expected figure with its 90% band: the doubt about the constants and the spread of single runs together."""
    slopes, value = _slopes(np.array(fit.means), trial), expected(fit, trial)
    doubt = math.sqrt(float(slopes @ np.array(fit.covariance) @ slopes) + fit.spread**2)
    reach = quantile(fit.freedom) * doubt
    return Band(value=value, low=value * math.exp(-reach), high=value * math.exp(reach))


def fit_law(trials: Sequence[Trial], prior: Fit = PRIOR) -> Fit:
    """The constants that the trials and the prior agree on (Gauss-Newton with damping), and what stays in doubt.

    The spread is the prior's and the residuals' weighed by their degrees of freedom. No trials: the prior itself.
    """
    if not trials:
        return prior
    start = np.array(prior.means)
    precision = np.linalg.inv(np.array(prior.covariance))
    logs, spread, freedom = start.copy(), prior.spread, prior.freedom
    targets = np.log([trial.bits_per_byte for trial in trials])

    def misses(at: Vector) -> Vector:
        return np.asarray(targets - np.log([_value(at, trial) for trial in trials]))

    def cost(at: Vector) -> float:
        return float(np.sum(misses(at) ** 2) / spread**2 + (at - start) @ precision @ (at - start))

    curvature = precision
    for _ in range(3):  # the spread is not known beforehand: fit, weigh the residuals, fit again
        damping = 1e-3
        for _ in range(60):
            slopes = np.array([_slopes(logs, trial) for trial in trials])
            curvature = slopes.T @ slopes / spread**2 + precision
            pull = slopes.T @ misses(logs) / spread**2 - precision @ (logs - start)
            move = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), pull)
            if cost(logs + move) <= cost(logs):
                logs, damping = logs + move, max(1e-9, damping / 5)
                if float(np.abs(move).max()) < 1e-7:
                    break
            else:
                damping *= 8
                if damping > 1e9:
                    break
        # Constants that the trials settled use up freedom; those that the prior held did not.
        settled = len(logs) - float(np.trace(np.linalg.solve(curvature, precision)))
        left = max(0.0, len(trials) - settled)
        total = prior.freedom * prior.spread**2 + float(np.sum(misses(logs) ** 2))
        spread, freedom = math.sqrt(total / (prior.freedom + left)), prior.freedom + left
    covariance = np.linalg.inv(curvature)
    return Fit(
        means=tuple(logs.tolist()), covariance=tuple(tuple(row) for row in covariance.tolist()), spread=spread,
        freedom=freedom, runs=prior.runs + len(trials),
    )


def for_other_text(fit: Fit, surprise: float = 0.10) -> Fit:
    """The fit as a belief about a corpus that it was not made on: each level may differ by about `surprise`."""
    covariance = np.array(fit.covariance) + np.diag(np.square([surprise, 0, surprise, 0, 0, 0, 0, 0]))
    return Fit(
        means=fit.means, covariance=tuple(tuple(row) for row in covariance.tolist()), spread=fit.spread,
        freedom=min(fit.freedom, 8.0), runs=fit.runs,
    )


def trial_from(data: Mapping[str, Any]) -> Trial:
    """A trial from its JSON form; unknown fields are not an error. Raises TypeError when one is missing."""
    known = {field.name for field in fields(Trial)}
    return Trial(**{key: value for key, value in data.items() if key in known})


def trial_data(trial: Trial) -> dict[str, object]:
    """A trial in its JSON form."""
    return asdict(trial)
