"""Classifiers in the same folds: features or texts and labels flow in, every row's class as others tell it out.

k folds with every class's share kept (Kohavi 1995); the strength of a logistic regression is chosen inside each fold's
own training rows, in the same way for the being's states and for the bag of words. scikit-learn fits; it is optional.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from foundling.evaluation.measures.points import Figures, Places
from foundling.records import BadInput

STRENGTHS = (0.1, 1.0, 10.0, 100.0)  # of C, the inverse of the penalty
_GRAMS = 30_000
_INNER = 0.2  # of a fold's training rows, held back to choose the strength


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """What was foretold of every row by a classifier that had not seen it: classes, and their probabilities (N, C).

    A tie at the top is no guess, and so wrong; only the majority class, which knows no more, names one of the tied.
    """

    name: str
    guesses: tuple[str | None, ...]
    odds: Figures


def needs_sklearn() -> None:
    """Raises BadInput where scikit-learn is missing."""
    if find_spec("sklearn") is None:
        raise BadInput("Folds and baselines need the package scikit-learn: install foundling[measures].")


def split(labels: Sequence[str], folds: int, seed: int) -> list[tuple[Places, Places]]:
    """(training rows, rows to foretell) of each fold. Raises BadInput without scikit-learn."""
    needs_sklearn()
    from sklearn.model_selection import StratifiedKFold

    kept = StratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
    return [(np.asarray(a), np.asarray(b)) for a, b in kept.split(np.zeros(len(labels)), list(labels))]


def majority(labels: Sequence[str], classes: Sequence[str], folds: Sequence[tuple[Places, Places]]) -> Foretold:
    """The most frequent class of each fold's training rows, with the classes' shares among them."""
    odds = np.zeros((len(labels), len(classes)))
    for train, test in folds:
        counts = Counter(labels[i] for i in train)
        odds[test] = [counts[name] / len(train) for name in classes]
    return Foretold(name="the majority class", guesses=tuple(classes[i] for i in odds.argmax(axis=1)), odds=odds)


def words(
    texts: Sequence[str], labels: Sequence[str], classes: Sequence[str], folds: Sequence[tuple[Places, Places]],
    seed: int,
) -> Foretold:
    """A bag of words: tf-idf of words and pairs of them, as each fold's training rows have them, and a logistic
    regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    def made(strength: float) -> Any:
        signs = r"(?u)\w+|[^\w\s]"
        bag = TfidfVectorizer(token_pattern=signs, ngram_range=(1, 2), sublinear_tf=True, max_features=_GRAMS)
        return make_pipeline(bag, _regression(strength))

    rows = np.array(list(texts), dtype=object)
    return _named("a bag of words", _folded(rows, labels, classes, folds, made, seed), classes)


def head(
    states: Figures, labels: Sequence[str], classes: Sequence[str], folds: Sequence[tuple[Places, Places]], seed: int
) -> Foretold:
    """A logistic regression on the being's mean hidden states, each coordinate scaled by the training rows'."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def made(strength: float) -> Any:
        return make_pipeline(StandardScaler(), _regression(strength / 100))  # hundreds of coordinates of variance 1

    return _named("the being's head", _folded(states, labels, classes, folds, made, seed), classes)


def told(odds: Figures, classes: Sequence[str]) -> Foretold:
    """What the being says by likelihood alone; nothing is fitted, so folds change nothing."""
    return _named("the being's likelihood", odds, classes)


def _regression(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=300)


def _named(name: str, odds: Figures, classes: Sequence[str]) -> Foretold:
    alone = (odds == odds.max(axis=1, keepdims=True)).sum(axis=1) == 1  # one at the top; where there is no number, none
    guesses = tuple(classes[i] if one else None for i, one in zip(odds.argmax(axis=1), alone, strict=True))
    return Foretold(name=name, guesses=guesses, odds=odds)


def _folded(
    rows: Any, labels: Sequence[str], classes: Sequence[str], folds: Sequence[tuple[Places, Places]],
    made: Callable[[float], Any], seed: int,
) -> Figures:
    """Probabilities (N, classes) of every row, each by the fold that was not fitted on it."""
    truth, odds = np.array(list(labels), dtype=object), np.zeros((len(labels), len(classes)))
    places = {name: place for place, name in enumerate(classes)}
    for train, test in folds:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a regression that has not quite converged is still a classifier
            fitted = made(_strength(rows[train], truth[train], made, seed)).fit(rows[train], truth[train])
            known = np.array([places[name] for name in fitted.classes_], dtype=np.int64)
            odds[np.ix_(test, known)] = fitted.predict_proba(rows[test])
    return odds


def _strength(rows: Any, truth: Any, made: Callable[[float], Any], seed: int) -> float:
    """The strength under which a fifth of the training rows are likeliest by the others; 1 where a class is too rare to
    be on both sides. Likelihood and not accuracy, which on few rows is the same for all."""
    from sklearn.model_selection import train_test_split

    counts = Counter(truth)
    if min(counts.values()) < 2 or round(_INNER * len(truth)) < len(counts):
        return 1.0
    a, b, told_a, told_b = train_test_split(rows, truth, test_size=_INNER, random_state=seed, stratify=truth)

    def likely(strength: float) -> float:
        fitted = made(strength).fit(a, told_a)
        odds, places = fitted.predict_proba(b), list(fitted.classes_)
        return float(np.log([max(1e-6, row[places.index(one)]) for row, one in zip(odds, told_b, strict=True)]).mean())

    return max(STRENGTHS, key=likely)
