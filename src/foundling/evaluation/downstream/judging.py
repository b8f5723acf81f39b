"""How well a being tells a person's labels apart: a subject and a table flow in, progress and a finding flow out.

The being's way (a head on its mean hidden states, or its likelihood of the labels' words) is always held against the
majority class and a bag of words in the same folds, row by row. A result below its baseline is called just that.
Intervals are over rows: how much a fit would change with other training rows they do not hold.
"""

import random
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from foundling.evaluation.downstream import fitting
from foundling.evaluation.downstream.fitting import Foretold
from foundling.evaluation.downstream.reading import label_odds, mean_states
from foundling.evaluation.downstream.table import Labelled
from foundling.evaluation.measures.classes import accuracy, brier, calibration, gain, macro_f1
from foundling.evaluation.measures.points import Figures
from foundling.evaluation.subject import Subject
from foundling.records import Progress, Score

Method = Literal["head", "likelihood"]
MOST_ROWS = 5000
_STEPS = 4.0
_NAMES = {"accuracy": "Accuracy", "macro_f1": "Macro-F1"}
FIGURES = tuple(_NAMES)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of foretelling the labels, in words, and its figures."""

    name: str
    scores: tuple[Score, ...]

    def score(self, figure: str) -> Score:
        """The figure of this name: accuracy, macro_f1, calibration_error or brier."""
        return next(score for score in self.scores if score.name.endswith(figure))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """All that was found. gains: by how much the being is above the better baseline; against: which that is.

    sentences: the same in plain words, one for each figure; notes: what was left out or drawn.
    """

    method: Method
    rows: int
    classes: tuple[str, ...]
    folds: int
    being: Way
    baselines: tuple[Way, ...]
    gains: tuple[Score, ...]
    against: tuple[str, ...]
    sentences: tuple[str, ...]
    notes: tuple[str, ...]


def sampled(data: Labelled, folds: int, seed: int) -> Labelled:
    """At most 5,000 rows, drawn by the seed in every class by itself, and at least `folds` of each."""
    if len(data.labels) <= MOST_ROWS:
        return data
    rng, share, chosen = random.Random(f"rows {seed}"), MOST_ROWS / len(data.labels), list[int]()
    for name in data.classes:
        mine = [i for i, label in enumerate(data.labels) if label == name]
        chosen += rng.sample(mine, max(folds, round(share * len(mine))))
    chosen.sort()
    note = f"{len(chosen):,} of {len(data.labels):,} rows were drawn, each class by its share"
    return Labelled(
        texts=tuple(data.texts[i] for i in chosen), labels=tuple(data.labels[i] for i in chosen),
        left_out=(*data.left_out, note),
    )


def evaluate_on(
    subject: Subject, data: Labelled, *, method: Method, folds: int, seed: int
) -> Iterator[Progress | Finding]:
    """Progress, then the Finding. Raises BadInput without scikit-learn or for a label that likelihood cannot tell."""
    fitting.needs_sklearn()
    data = sampled(data, folds, seed)
    truth, classes = data.labels, data.classes
    yield _progress("dealing the rows into folds", 0)
    parts = fitting.split(truth, folds, seed)
    if method == "head":
        room = np.zeros((len(data.texts), subject.model.shape.width))
        states = yield from _filled(mean_states(subject, data.texts), room, "reading the texts")
        yield _progress("fitting the head", 2)
        being = fitting.head(states, truth, classes, parts, seed)
    else:
        room = np.zeros((len(data.texts), len(classes)))
        odds = yield from _filled(enumerate(label_odds(subject, data.texts, classes)), room, "weighing the labels")
        being = fitting.told(odds, classes)
    yield _progress("fitting a bag of words", 3)
    others = (fitting.majority(truth, classes, parts), fitting.words(data.texts, truth, classes, parts, seed))
    yield judge(data, classes, being, others, (method, folds, seed))


def judge(
    data: Labelled, classes: Sequence[str], being: Foretold, others: Sequence[Foretold], how: tuple[Method, int, int]
) -> Finding:
    """Every way's figures, and the being's against the better baseline. how: method, folds and seed."""
    method, folds, seed = how
    ours = _way(being, data.labels, classes, seed)
    ways = [_way(other, data.labels, classes, seed) for other in others]
    gains, against = [], []
    for figure in FIGURES:
        best = max(range(len(ways)), key=lambda i: ways[i].score(figure).value)
        pair = gain("downstream.gain", data.labels, being.guesses, others[best].guesses, seed=seed)
        gains.append(next(score for score in pair if score.name.endswith(figure)))
        against.append(others[best].name)
    return Finding(
        method=method, rows=len(data.labels), classes=tuple(classes), folds=folds, being=ours, baselines=tuple(ways),
        gains=tuple(gains), against=tuple(against), notes=data.left_out,
        sentences=tuple(
            sentence(figure, ours, next(way for way in ways if way.name == name), more)
            for figure, name, more in zip(FIGURES, against, gains, strict=True)
        ),
    )


def _way(foretold: Foretold, truth: Sequence[str], classes: Sequence[str], seed: int) -> Way:
    right = [a == b for a, b in zip(truth, foretold.guesses, strict=True)]
    scores = (
        accuracy("downstream.accuracy", truth, foretold.guesses),
        macro_f1("downstream.macro_f1", truth, foretold.guesses, seed=seed),
        calibration("downstream.calibration_error", foretold.odds.max(axis=1).tolist(), right, seed=seed),
        brier("downstream.brier", truth, foretold.odds, classes, seed=seed),
    )
    return Way(name=foretold.name, scores=scores)


def sentence(figure: str, ours: Way, other: Way, more: Score) -> str:
    """The being's figure beside its better baseline's, in plain words. more: ours minus theirs."""
    told = f"{_NAMES[figure]} {_bounds(ours.score(figure))}"
    theirs = f"{other.name} has {_bounds(other.score(figure))}, difference {more.value:+.3f}"
    if more.low is None or more.high is None:
        below = "is below its baseline" if more.value < 0 else "is not below its baseline"
        return f"{told} {below}: {theirs}; there are too few rows to rule out chance."
    theirs += f" [{more.low:+.3f}, {more.high:+.3f}]"
    if more.value < 0:
        sure = "beyond chance" if more.high < 0 else "which may be chance"
        return f"{told} is below its baseline: {theirs}, {sure}."
    if more.low <= 0:
        return f"{told} is not above its baseline beyond chance: {theirs}."
    return f"{told} is above its baseline: {theirs}."


def _bounds(score: Score) -> str:
    between = "" if score.low is None or score.high is None else f" [{score.low:.3f}, {score.high:.3f}]"
    return f"{score.value:.3f}{between}"


def _filled(
    rows: Iterable[tuple[int, Figures | list[float]]], table: Figures, word: str
) -> Generator[Progress, None, Figures]:
    """The table with its rows put in as they come, and a Progress now and then."""
    for done, (place, row) in enumerate(rows, 1):
        table[place] = row
        if done % 64 == 0 or done == len(table):
            text = f"{word}: {done:,} of {len(table):,}"
            yield replace(_progress(text, 1), done=1 + done / len(table))
    return table


def _progress(text: str, done: float) -> Progress:
    return Progress(station="evaluate-on", text=text, done=done, total=_STEPS)
