"""Bias pairs: a subject and CrowS-Pairs or WinoBias flow in, how often the stereotype is the likelier flows out.

The pairs and their figures are `bias`'s (Nangia et al. 2020, arXiv 2010.00133; Zhao et al. 2018, arXiv 1804.06876);
what is said there of their faults holds here. One half is no leaning; pairs of one occupation are drawn again together.
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path

from foundling.evaluation.bias import Pair, read_crows_pairs, read_winobias, score_pairs
from foundling.evaluation.bias.table import LEANING, Outcome, View, clustered, preference, views
from foundling.evaluation.intervals import ratio_bootstrap
from foundling.evaluation.measures.points import unless_varied
from foundling.evaluation.subject import Subject
from foundling.records import Score


def _score(view: View, outcomes: Sequence[Outcome], name: str, seed: int) -> Score:
    """The share of the pairs of a view in which the stereotype is likelier, ties a half."""
    mine = [outcomes[place] for place in view.places]
    points = [preference(view.sign(outcome) * outcome.difference) for outcome in mine]
    found = ratio_bootstrap(*clustered(points, [outcome.cluster for outcome in mine]), seed=seed)
    return unless_varied(
        Score(name=name, value=found.value, n=len(mine), low=found.low, high=found.high), found.clusters)


def table(outcomes: Sequence[Outcome], *, seed: int) -> tuple[Score, ...]:
    """`bias.crows_pairs`, `bias.winobias`, each by type as well, and `bias.he_or_she`: how often he is likelier."""
    made = []
    for view in views(outcomes):
        words = (view.measure,) if view.family == "all" or view.measure == LEANING else (view.measure, view.family)
        name = ".".join(re.sub(r"[^a-z0-9]+", "_", word.lower()) for word in ("bias", *words))
        made.append(_score(view, outcomes, name, seed))
    return tuple(made)


def _drawn(pairs: Sequence[Pair], count: int, seed: int) -> list[Pair]:
    return random.Random(f"bias {seed}").sample(list(pairs), min(count or len(pairs), len(pairs)))


def crows_scores(subject: Subject, path: Path, *, count: int, seed: int) -> tuple[Score, ...]:
    """`count` of CrowS-Pairs, 0 for all. Raises BadInput for a faulty file."""
    pairs = _drawn(read_crows_pairs(path), count, seed)
    return table(score_pairs(subject.model, subject.tokenizer, pairs), seed=seed)


def winobias_scores(subject: Subject, folder: Path, *, count: int, seed: int) -> tuple[Score, ...]:
    """`count` of WinoBias's pairs, 0 for all. Raises BadInput for a faulty folder."""
    pairs = _drawn(read_winobias(folder), count, seed)
    return table(score_pairs(subject.model, subject.tokenizer, pairs), seed=seed)
