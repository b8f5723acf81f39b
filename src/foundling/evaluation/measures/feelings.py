"""Whether a model's states tell feelings apart: a subject and GoEmotions flow in, macro-F1 beside baselines flows out.

GoEmotions (Demszky et al. 2020, arXiv 2005.00547) by its authors' grouping into Ekman's six feelings and none; remarks
that hold two of these are left out, so that every one has one answer. A logistic head on mean hidden states (a probe:
Alain and Bengio 2016, arXiv 1610.01644) is fitted on rows of the training split and asked about rows of the test split,
with the majority class and a bag of words fitted on the same rows. It is a probe of states: nobody asks the being.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from foundling.corpus.portrait.feelings import read_split
from foundling.evaluation.downstream.fitting import Foretold, head, majority, needs_sklearn, words
from foundling.evaluation.downstream.reading import mean_states
from foundling.evaluation.measures.classes import accuracy, gain, macro_f1
from foundling.evaluation.subject import Subject
from foundling.records import Score

FOLDER = "goemotions"
EKMAN = {  # ekman_mapping.json of the published data; what it does not name is neutral
    "anger": "anger annoyance disapproval", "disgust": "disgust", "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
}
CLASSES = (*EKMAN, "neutral")
_OF = {label: feeling for feeling, labels in EKMAN.items() for label in labels.split()}
TEST_SHARE = 3  # of the rows that are drawn one in three is of the test split
Rows = list[tuple[str, str]]


def remarks(folder: Path, split: str) -> Rows:
    """(text, feeling) of every remark that has one feeling only. Raises BadInput when the folder lacks the split."""
    labels, texts, truth = read_split(folder, split)
    rows = []
    for text, marks in zip(texts, truth, strict=True):
        found = {_OF.get(labels[i], "neutral") for i in np.flatnonzero(marks)}
        if len(found) == 1:
            rows.append((text, found.pop()))
    return rows


def draw(rows: Rows, count: int, rng: random.Random) -> Rows:
    """`count` rows, 0 for all."""
    return rng.sample(rows, min(count or len(rows), len(rows)))


def table(truth: Sequence[str], told: Sequence[Foretold], *, seed: int) -> tuple[Score, ...]:
    """Accuracy and macro-F1 of each, and how far the first is above the better of the others in each figure, by
    item."""
    names = ("feelings", "feelings.majority", "feelings.bag_of_words")
    f1 = [macro_f1(f"{name}.macro_f1", truth, one.guesses, seed=seed) for name, one in zip(names, told, strict=True)]
    right = [accuracy(f"{name}.accuracy", truth, one.guesses) for name, one in zip(names, told, strict=True)]
    gains = []
    for place, figures in enumerate((right, f1)):  # in the order of `gain`
        values = [score.value for score in figures[1:]]
        best = told[1 + values.index(max(values))]
        gains.append(gain("feelings.gain", truth, told[0].guesses, best.guesses, seed=seed)[place])
    return *f1, *right, *gains


def feelings_scores(subject: Subject, folder: Path, *, count: int, seed: int) -> tuple[Score, ...]:
    """The probe on `count` remarks (0: all), a third of them unseen in fitting. Raises BadInput without scikit-learn or
    the set."""
    needs_sklearn()
    rng = random.Random(f"feelings {seed}")
    asked = draw(remarks(folder, "test"), count // TEST_SHARE, rng)
    fitted = draw(remarks(folder, "train"), count - count // TEST_SHARE, rng)
    rows = [*fitted, *asked]
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    states = np.array([state for _, state in sorted(mean_states(subject, texts))])
    split = [(np.arange(len(fitted)), np.arange(len(fitted), len(rows)))]
    told = [
        head(states, labels, CLASSES, split, seed), majority(labels, CLASSES, split),
        words(texts, labels, CLASSES, split, seed),
    ]
    return table(labels[len(fitted):], [
        Foretold(name=one.name, guesses=one.guesses[len(fitted):], odds=one.odds[len(fitted):]) for one in told
    ], seed=seed)
