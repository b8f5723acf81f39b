"""How much of what a model writes is copied: training text and samples flow in, runs and shares flow out.

Two figures. The longest copied run: the most words in a row, case folded and without punctuation, that a sample shares
with one training document. The copied share: windows of 50 characters of the samples, white space made single, that
stand letter by letter in a training document. (The notes say "50-grams"; with samples of about a hundred words, windows
of 50 words would hardly ever be there to count.) Windows are found by a 64-bit rolling hash (Karp and Rabin 1987), in
time proportional to the training text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundling.evaluation.texture import words_of

WINDOW = 50  # characters
_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 2**64)
_BORDER = 0x110000  # beyond every character: stands between documents, so that no window of a sample crosses one
_CHUNK = 1_000_000

Hashes = NDArray[np.uint64]


def _mix(values: NDArray[np.uint32]) -> Hashes:
    """Small numbers as scattered 64-bit ones (the finaliser of splitmix64)."""
    x = (values.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def window_hashes(values: NDArray[np.uint32], length: int) -> Hashes:
    """A hash of each run of `length` values that depends on the run alone; arithmetic modulo 2^64."""
    count = len(values) - length + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    powers = np.full(len(values), _BASE, dtype=np.uint64)
    powers[0] = 1
    back = np.full(count, _INVERSE, dtype=np.uint64)
    back[0] = 1
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(_mix(values) * np.cumprod(powers), out=sums[1:])
    runs: Hashes = (sums[length:] - sums[:-length]) * np.cumprod(back)
    return runs


def _found(wanted: Hashes, values: NDArray[np.uint32], length: int) -> NDArray[np.bool_]:
    """For each wanted hash, whether some run of the values has it; the values are walked in chunks."""
    unique, inverse = np.unique(wanted, return_inverse=True)
    hit = np.zeros(len(unique), dtype=bool)
    for start in range(0, max(0, len(values) - length + 1), _CHUNK) if len(unique) else ():
        runs = window_hashes(values[start:start + _CHUNK + length - 1], length)
        places = np.minimum(np.searchsorted(unique, runs), len(unique) - 1)
        hit[places[unique[places] == runs]] = True
    return hit[inverse]


def _characters(texts: Iterable[str]) -> NDArray[np.uint32]:
    """Code points of the texts, white space made single, a border after each."""
    pieces = []
    for text in texts:
        plain = " ".join(text.split()).encode("utf-32-le", "replace")
        pieces += [np.frombuffer(plain, dtype="<u4").astype(np.uint32), np.array([_BORDER], dtype=np.uint32)]
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint32)


@dataclass(frozen=True, kw_only=True)
class Run:
    """The longest copied run: how many words, and the words."""

    words: int
    text: str


class TrainingText:
    """The training documents as numbers, in which runs of samples are looked up."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._numbers: dict[str, int] = {"": 0}  # the empty word stands between documents
        numbers = self._numbers
        flat = [numbers.setdefault(word, len(numbers)) for text in documents for word in (*words_of(text), "")]
        self._words = np.array(flat, dtype=np.uint32)
        self._characters = _characters(documents)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word that stands in the training text."""
        return frozenset(self._numbers) - {""}

    def _numbered(self, words: Sequence[str]) -> NDArray[np.uint32]:
        unknown = len(self._numbers)  # a number that no training word has
        return np.array([self._numbers.get(word, unknown) for word in words], dtype=np.uint32)

    def longest_run(self, samples: Sequence[str]) -> Run:
        """The longest run of words that any of the samples shares with a training document.

        Whoever copied a run copied every shorter one, so its length is found by halving.
        """
        lists = [words_of(sample) for sample in samples]
        numbered = [self._numbered(words) for words in lists]
        best, low, high = Run(words=0, text=""), 0, max((len(words) for words in lists), default=0)
        while low < high:
            length = (low + high + 1) // 2
            run = self._run_of(lists, numbered, length)
            if run is None:
                high = length - 1
            else:
                low, best = length, run
        return best

    def _run_of(self, lists: Sequence[list[str]], numbered: Sequence[NDArray[np.uint32]], length: int) -> Run | None:
        hashes = [window_hashes(numbers, length) for numbers in numbered]
        hit = _found(np.concatenate(hashes), self._words, length)
        if not hit.any():
            return None
        place = int(np.argmax(hit))
        for words, own in zip(lists, hashes, strict=True):
            if place < len(own):
                return Run(words=length, text=" ".join(words[place:place + length]))
            place -= len(own)
        raise AssertionError("a hit lies in one of the samples")

    def copied(self, samples: Sequence[str], window: int = WINDOW) -> list[tuple[int, int]]:
        """For each sample, how many of its windows of so many characters are copied, and how many it has."""
        hashes = [window_hashes(_characters([sample])[:-1], window) for sample in samples]
        if not hashes:
            return []
        hit = _found(np.concatenate(hashes), self._characters, window)
        cuts = np.cumsum([len(own) for own in hashes])[:-1]
        return [(int(part.sum()), len(part)) for part in np.split(hit, cuts)]
