"""Sentences with labels in, a small classifier of feelings out: a logistic model over words and their pairs, in numpy.

It is a measuring instrument: trained on GoEmotions (Demszky et al. 2020, arXiv 2005.00547) where the folder is given,
and no sentence of that set enters a corpus. GoEmotions holds remarks from a web forum, so on old books it is a rough
guide.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.portrait.lexicon import lexicon
from foundling.records import BadInput

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[!?]+|[:;]-?[()D]")
_SENTENCE = re.compile(r"(?:[^.!?\n]|\n(?![ \t]*\n))+[.!?]*")  # a line may end within a sentence, a paragraph not
_LONGEST = 60  # tokens of a sentence that are looked at: beyond that it is no sentence
_LEAST, _BATCH, _EPOCHS, _RATE = 3, 512, 6, 0.35
# Which of Foundling's feelings a label of GoEmotions counts as; the labels left out tell of opinions, or of nothing.
KIN = {
    "joy": "joy", "excitement": "joy", "amusement": "amusement", "sadness": "sadness", "grief": "sadness",
    "disappointment": "sadness", "fear": "fear", "nervousness": "fear", "anger": "anger", "annoyance": "anger",
    "love": "love", "caring": "compassion", "desire": "longing", "embarrassment": "shame", "remorse": "guilt",
    "pride": "pride", "gratitude": "gratitude", "surprise": "wonder", "disgust": "disgust", "optimism": "hope",
    "relief": "relief",
}
Rows = list[tuple[str, tuple[int, ...]]]


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """One-vs-rest logistic model: `weights` (features, labels), the first row being the bias; `features`: word or pair
    -> row; a label holds where its score (log-odds) reaches its threshold."""

    labels: tuple[str, ...]
    features: dict[str, int]
    weights: NDArray[np.float32]
    thresholds: NDArray[np.float32]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Log-odds of every label for every text, shape (texts, labels)."""
        if not texts:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        rows = [_row(text, self.features) for text in texts]
        return _forward(rows, self.weights)[0]

    def holds(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Which labels hold for every text, shape (texts, labels)."""
        return self.scores(texts) >= self.thresholds

    def count(self, text: str) -> dict[str, int]:
        """For each of Foundling's feelings that it knows, in how many sentences of the text it holds before all others.

        Thresholds alone, set for remarks on the web, say too much of books: there the strongest label must be it too.
        """
        names, sentences = _groups(self.labels), _SENTENCE.findall(text)
        counts = np.zeros(len(names), dtype=np.int64)
        for start in range(0, len(sentences), _BATCH):  # in batches, so that a long book needs no more memory
            scores = self.scores(sentences[start:start + _BATCH])
            first = scores == scores.max(axis=1, keepdims=True)
            counts += _group(first & (scores >= self.thresholds), self.labels).sum(axis=0)
        return dict(zip(names, counts.tolist(), strict=True))

    def _grouped(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        return _group(self.holds(texts), self.labels)

    def save(self, path: Path) -> None:
        """Write one .npz of plain numbers and text, nothing pickled; the same classifier gives the same bytes."""
        held = io.BytesIO()
        words = json.dumps({"labels": self.labels, "features": list(self.features)}, ensure_ascii=False).encode("utf-8")
        np.savez_compressed(
            held, words=np.frombuffer(words, dtype=np.uint8), weights=self.weights, thresholds=self.thresholds)
        path.write_bytes(held.getvalue())


def load(path: Path) -> Classifier:
    """A classifier that `save` wrote. Raises BadInput when the file holds none."""
    try:
        # Read as a whole first: numpy leaves the file open when what it holds is broken.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            words = json.loads(held["words"].tobytes())
            weights, thresholds = held["weights"].astype(np.float32), held["thresholds"].astype(np.float32)
        labels, features = tuple(map(str, words["labels"])), list(map(str, words["features"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, IndexError) as fault:
        raise BadInput(f"{path} holds no classifier of feelings: train it again.") from fault
    if weights.shape != (len(features) + 1, len(labels)) or thresholds.shape != (len(labels),):
        raise BadInput(f"The classifier in {path} does not fit together: train it again.")
    return Classifier(
        labels=labels, features={word: i for i, word in enumerate(features, 1)}, weights=weights, thresholds=thresholds)


def _groups(labels: Sequence[str]) -> list[str]:
    return [name for name in lexicon().feelings if name in {KIN.get(label) for label in labels}]


def _group(holds: NDArray[np.bool_], labels: Sequence[str]) -> NDArray[np.bool_]:
    """From labels to Foundling's feelings: one holds where any of its labels does."""
    columns = [[i for i, label in enumerate(labels) if KIN.get(label) == name] for name in _groups(labels)]
    return np.stack([holds[:, column].any(axis=1) for column in columns], axis=1)


def _tokens(text: str) -> list[str]:
    words = _TOKEN.findall(text.replace("’", "'").lower())[:_LONGEST]
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def _row(text: str, features: dict[str, int]) -> NDArray[np.int64]:
    """The features of a text, each once, the bias (row 0) first."""
    known = {features[token] for token in _tokens(text) if token in features}
    return np.array([0, *sorted(known)], dtype=np.int64)


def _forward(
    rows: Sequence[NDArray[np.int64]], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Scores of rows; and the flat features, the row of each, and its value (rows have length one, the bias is 1)."""
    sizes = np.array([len(row) for row in rows])
    flat, owner = np.concatenate(rows), np.repeat(np.arange(len(rows)), sizes)
    values = np.where(flat == 0, 1.0, 1.0 / np.sqrt(np.maximum(1, sizes[owner] - 1))).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.add.reduceat(weights[flat] * values[:, None], starts, axis=0), flat, owner, values


def _read(path: Path, labels: int) -> Rows:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [(f[0], tuple(map(int, f[1].split(",")))) for line in lines if len(f := line.split("\t")) >= 2]
    except (OSError, ValueError) as fault:
        raise BadInput(f"{path} is no file of GoEmotions (text, tab, label numbers a line): {fault}.") from fault


def read_split(folder: Path, name: str) -> tuple[tuple[str, ...], list[str], NDArray[np.float32]]:
    """Labels of GoEmotions, the texts of one split (train, dev or test), and which labels each has, (texts, labels).

    Raises BadInput when the folder lacks them.
    """
    path = folder / "original_labels.txt"
    if not path.is_file():
        raise BadInput(f"{folder} has no original_labels.txt: give the folder of GoEmotions.")
    labels = tuple(path.read_text(encoding="utf-8").split())
    rows = _read(folder / f"{name}.tsv", len(labels))
    if not rows or max(max(numbers) for _, numbers in rows) >= len(labels):
        raise BadInput(f"{folder / name}.tsv has no rows, or labels beyond the {len(labels)} of original_labels.txt.")
    truth = np.zeros((len(rows), len(labels)), dtype=np.float32)
    for index, (_, numbers) in enumerate(rows):
        truth[index, list(numbers)] = 1
    return labels, [text for text, _ in rows], truth


def _batches(count: int, seed: int) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        order = rng.permutation(count)
        for start in range(0, count, _BATCH):
            yield order[start:start + _BATCH]


def _fit(
    rows: Sequence[NDArray[np.int64]], truth: NDArray[np.float32], size: int, seed: int
) -> NDArray[np.float32]:
    """Weights by AdaGrad (Duchi et al. 2011) over batches; only the rows of features that occur are touched."""
    weights = np.zeros((size, truth.shape[1]), dtype=np.float32)
    squares = np.full_like(weights, 1e-2)
    for batch in _batches(len(rows), seed):
        scores, flat, owner, values = _forward([rows[i] for i in batch], weights)
        wrong = 1 / (1 + np.exp(-np.clip(scores, -30, 30))) - truth[batch]
        order = np.argsort(flat, kind="stable")
        touched, first = np.unique(flat[order], return_index=True)
        slope = np.add.reduceat((wrong[owner] * values[:, None])[order], first, axis=0)
        squares[touched] += slope**2
        weights[touched] -= _RATE * slope / np.sqrt(squares[touched])
    return weights


def f1(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """F1 of every column; 0 where a label was neither said nor true."""
    hits = (said & truth).sum(axis=0)
    return np.asarray(2 * hits / np.maximum(1, said.sum(axis=0) + truth.sum(axis=0)), dtype=np.float64)


def _thresholds(scores: NDArray[np.float32], truth: NDArray[np.bool_]) -> NDArray[np.float32]:
    """For every label the threshold of the best F1 on the rows given, among forty even steps of its scores."""
    grid = np.linspace(-4.0, 1.0, 41)
    best = np.stack([f1(scores >= step, truth) for step in grid])
    return np.asarray(grid[best.argmax(axis=0)], dtype=np.float32)


def train(folder: Path, seed: int = 7) -> Classifier:
    """A classifier from train.tsv of GoEmotions, its thresholds from dev.tsv. Raises BadInput when the folder lacks
    them. The same folder and seed give the same classifier."""
    labels, texts, truth = read_split(folder, "train")
    counts = Counter(token for text in texts for token in set(_tokens(text)))
    kept = sorted(token for token, count in counts.items() if count >= _LEAST)
    features = {token: number for number, token in enumerate(kept, 1)}
    weights = _fit([_row(text, features) for text in texts], truth, len(kept) + 1, seed)
    _, dev, dev_truth = read_split(folder, "dev")
    none = np.zeros(len(labels), dtype=np.float32)
    model = Classifier(labels=labels, features=features, weights=weights, thresholds=none)
    best = _thresholds(model.scores(dev), dev_truth > 0)
    return Classifier(labels=labels, features=features, weights=weights, thresholds=best)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Macro-F1 on the test split. labels_*: over the labels of GoEmotions; feelings_*: over the feelings of Foundling
    that they count as. majority says the most frequent one always; the lexicon says what its words tell of."""

    rows: int
    labels_classifier: float
    labels_majority: float
    feelings_classifier: float
    feelings_majority: float
    feelings_lexicon: float


def measure(classifier: Classifier, folder: Path) -> Figures:
    """The classifier beside a majority baseline and the lexicon, on test.tsv. Raises BadInput when it is not there."""
    labels, texts, truth = read_split(folder, "test")
    if labels != classifier.labels:
        raise BadInput(f"The labels in {folder} are not those that the classifier was trained on.")
    true = truth > 0
    kin, table = _group(true, labels), lexicon()
    columns = [table.feelings.index(name) for name in _groups(labels)]
    rows = [[table.numbers.get(token, 0) for token in _TOKEN.findall(text.replace("’", "'").lower())] for text in texts]
    words = np.stack([table.feeling_rows[row or [0]].sum(axis=0)[columns] > 0 for row in rows])

    def majority(known: NDArray[np.bool_]) -> float:
        said = np.zeros_like(known)
        said[:, known.sum(axis=0).argmax()] = True
        return float(f1(said, known).mean())

    return Figures(
        rows=len(texts), labels_classifier=float(f1(classifier.holds(texts), true).mean()),
        labels_majority=majority(true), feelings_classifier=float(f1(classifier._grouped(texts), kin).mean()),
        feelings_majority=majority(kin), feelings_lexicon=float(f1(words, kin).mean()))
