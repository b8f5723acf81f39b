"""Pairs of both halves in, how far a reader who understands nothing comes out: by length, and by words alone.

The reader of words has a weight for each word, mark and pair of neighbours, fitted on the pairs that are taught
(Bradley and Terry 1952); it is asked about those that are scored. Where it is right, what a being is right about there
may be no more than that. No reader of this module may vote.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from foundling.evaluation.battery.classes import NAMES
from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.battery.skill import Skill, table

_SIGNS = re.compile(r"\w+|[^\w\s]")
_STEPS, _RATE, _PULL = 300, 1.0, 0.01  # of the fit; pull: towards no weight
_TIE = 1e-9

Weights = dict[str, float]


def signs(text: str) -> Counter[str]:
    """Words and marks, each by itself and each with the next, as often as they stand in a text."""
    found = _SIGNS.findall(text.casefold())
    return Counter(found) + Counter(f"{one} {other}" for one, other in pairwise(found))


def apart(pair: Pair) -> Weights:
    """What stands more often in the better text, and, below zero, in the worse one; all together of length 1."""
    better, worse = signs(pair.better), signs(pair.worse)
    differs = {sign: better[sign] - worse[sign] for sign in {*better, *worse} if better[sign] != worse[sign]}
    size = sum(n * n for n in differs.values()) ** 0.5
    return {sign: n / size for sign, n in differs.items()}


def fitted(shown: Sequence[Pair]) -> Weights:
    """The weights under which the better texts of the pairs weigh more, by logistic regression."""
    rows = [apart(pair) for pair in shown]
    words = sorted({sign for row in rows for sign in row})
    place = {sign: i for i, sign in enumerate(words)}
    matrix, weights = np.zeros((len(rows), len(words))), np.zeros(len(words))
    for i, row in enumerate(rows):
        for sign, n in row.items():
            matrix[i, place[sign]] = n
    for _ in range(_STEPS if rows else 0):
        wrong = 1 / (1 + np.exp(matrix @ weights))
        weights += _RATE * (matrix.T @ wrong / len(rows) - _PULL * weights)
    return dict(zip(words, weights.tolist(), strict=True))


def _sign(value: float) -> int:
    return 0 if abs(value) < _TIE else 1 if value > 0 else -1


def surface_skills(scored: Sequence[Pair], shown: Sequence[Pair]) -> tuple[Skill, ...]:
    """The skill of the reader who takes the shorter text, of the one who takes the longer, and of the one of words."""
    weights = {cls: fitted([pair for pair in shown if pair.cls == cls]) for cls in NAMES}
    shorter = [_sign(len(pair.worse.encode("utf-8")) - len(pair.better.encode("utf-8"))) for pair in scored]
    by_words = [_sign(sum(n * weights[p.cls].get(sign, 0.0) for sign, n in apart(p).items())) for p in scored]
    found = {"shorter": shorter, "longer": [-way for way in shorter], "words": by_words}
    return tuple(
        Skill(judge=name, subject="", rows=table([(p, way, None) for p, way in zip(scored, ways, strict=True)]))
        for name, ways in found.items()
    )
