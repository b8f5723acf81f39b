"""A unigram vocabulary: words with their counts flow in, pieces with their log-probabilities flow out.

The method is Kudo's (2018, arXiv 1804.10959): from many frequent substrings, expectation-maximisation over all cuts of
every word, then the pieces go whose loss raises the corpus' likelihood least, in rounds, until the vocabulary is small
enough. The library's own trainer sums in the order of a hash table and gives other figures in each process; here the
same words give the same vocabulary, to the bit. Letters always stay.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LONGEST = 16  # letters of a piece
_WORD = 48  # letters of a word that are looked at together; what is longer is cut, for training only
_SEEDS = 12  # candidates for each entry of the vocabulary
_KEPT = 0.7  # share of the pieces that a round of pruning leaves
_ROUNDS = 2  # of expectation-maximisation between two prunings
_LEAST = 1e-3  # expected count of a letter that no cut needs: it stays, as the unlikeliest


def _seeds(words: Mapping[str, int], letters: Sequence[str], most: int) -> list[str]:
    """The letters, and the substrings that cover the most text, at least twice seen."""
    seen: Counter[str] = Counter()
    for word, count in words.items():
        for start in range(len(word)):
            for end in range(start + 2, min(len(word), start + LONGEST) + 1):
                seen[word[start:end]] += count
    ranked = sorted((piece for piece, count in seen.items() if count > 1), key=lambda p: (-seen[p] * len(p), p))
    return [*letters, *ranked[:most]]


def _lattices(words: Sequence[str], index: Mapping[str, int]) -> list[tuple[Ints, Ints]]:
    """Words grouped by length: which they are (n,), and the piece (n, start, letters - 1) there, or -1."""
    groups: dict[int, list[int]] = {}
    for number, word in enumerate(words):
        groups.setdefault(len(word), []).append(number)
    found = []
    for length, members in sorted(groups.items()):
        pieces = np.full((len(members), length, min(length, LONGEST)), -1, dtype=np.int64)
        for row, number in enumerate(members):
            word = words[number]
            for start in range(length):
                for size in range(1, min(length - start, LONGEST) + 1):
                    pieces[row, start, size - 1] = index.get(word[start:start + size], -1)
        found.append((np.array(members, dtype=np.int64), pieces))
    return found


def _forward(scores_NLM: Floats, best: bool = False) -> Floats:
    """(n, length + 1) log-probabilities of all cuts (of the best one) up to each place."""
    n, length, longest = scores_NLM.shape
    ahead = np.full((n, length + 1), -np.inf)
    ahead[:, 0] = 0.0
    for end in range(1, length + 1):
        ways = np.stack([ahead[:, end - k] + scores_NLM[:, end - k, k - 1] for k in range(1, min(end, longest) + 1)])
        ahead[:, end] = ways.max(0) if best else np.logaddexp.reduce(ways, axis=0)
    return ahead


def _backward(scores_NLM: Floats) -> Floats:
    """(n, length + 1) log-probabilities of all cuts from each place to the end."""
    n, length, longest = scores_NLM.shape
    back = np.full((n, length + 1), -np.inf)
    back[:, length] = 0.0
    for start in range(length - 1, -1, -1):
        reach = range(1, min(length - start, longest) + 1)
        ways = np.stack([scores_NLM[:, start, k - 1] + back[:, start + k] for k in reach])
        back[:, start] = np.logaddexp.reduce(ways, axis=0)
    return back


def _expected(lattices: Sequence[tuple[Ints, Ints]], counts: Floats, scores: Floats) -> Floats:
    """The expected count of every piece over all cuts of all words, weighted by their probability."""
    total = np.zeros(len(scores))
    known = np.append(scores, -np.inf)  # where there is no piece, -1 reads the last entry
    for members, pieces in lattices:
        table = known[pieces]
        ahead, back = _forward(table), _backward(table)
        length = table.shape[1]
        for k in range(1, table.shape[2] + 1):
            part = ahead[:, :length - k + 1] + table[:, :length - k + 1, k - 1] + back[:, k:] - ahead[:, -1:]
            weight = np.exp(part) * counts[members][:, None]
            here = pieces[:, :length - k + 1, k - 1]
            total += np.bincount(here[here >= 0], weights=weight[here >= 0], minlength=len(scores))
    return total


def _losses(pieces: Sequence[str], counts: Floats, scores: Floats) -> Floats:
    """What the corpus' log-likelihood would lose with each piece: its count times its distance from its best cut."""
    index = {piece: number for number, piece in enumerate(pieces)}
    known, losses = np.append(scores, -np.inf), np.zeros(len(pieces))
    for members, table in _lattices(pieces, index):
        if table.shape[1] == 1:
            losses[members] = np.inf  # letters
            continue
        table[:, 0, table.shape[1] - 1] = -1  # not by itself
        losses[members] = counts[members] * (scores[members] - _forward(known[table], best=True)[:, -1])
    return losses


def train_unigram(words: Mapping[str, int], letters: Sequence[str], most: int) -> list[tuple[str, float]]:
    """At most `most` pieces, all letters among them, with natural log-probabilities, the likeliest first.

    words: how often each word stands in the training text, written in the letters. Raises ValueError when there are
    more letters than room.
    """
    if most < len(letters):
        raise ValueError(f"{most} pieces cannot hold {len(letters)} letters")
    cut: Counter[str] = Counter()
    for word, count in words.items():
        for start in range(0, len(word), _WORD):
            cut[word[start:start + _WORD]] += count
    known = dict(sorted((word, count) for word, count in cut.items() if word))
    pieces, weights = _seeds(known, letters, _SEEDS * most), np.array(list(known.values()), dtype=np.float64)
    scores = np.full(len(pieces), -math.log(len(pieces)))
    lattices = _lattices(list(known), {piece: number for number, piece in enumerate(pieces)}) if known else []
    while True:
        counts = np.full(len(pieces), _LEAST)
        for _ in range(_ROUNDS):
            counts = np.maximum(_expected(lattices, weights, scores), _LEAST)
            scores = np.log(counts / counts.sum())
        if len(pieces) <= most:
            break
        left = max(most, int(len(pieces) * _KEPT))
        order = np.argsort(-_losses(pieces, counts, scores), kind="stable")[:left]
        stay = np.sort(order)
        moved = np.full(len(pieces) + 1, -1, dtype=np.int64)  # the last entry keeps -1 what it is
        moved[stay] = np.arange(len(stay))
        pieces, scores = [pieces[i] for i in stay], scores[stay]
        lattices = [(members, moved[table]) for members, table in lattices]
    return sorted(zip(pieces, scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
