"""Texts in, sketches of their five-word shingles out; sketches in, pairs that are alike and clusters of them out.

A sketch is 128 numbers of 32 bits. The share in which two sketches agree estimates the Jaccard resemblance of the
texts (Broder 1997), and the sketch of several texts together is the least of their sketches, column by column. It is
made by fast similarity sketching (Dahlgaard, Knudsen and Thorup 2017), which throws each shingle into one of 128 bins,
round after round until no bin is empty, and so costs one hash a shingle where classic MinHash costs 128. Pairs are
found by bands (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3). It drops nothing and reads no
file.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundling.records import Story

BINS = 128
_BANDS, _ROWS = 32, 4  # a pair of Jaccard 0.42 is found half the time, one of 0.7 in all but 1 in 4,000 cases
_WIDTH = 5
_SLICE = 1 << 18  # characters hashed at once: memory does not grow with the text
_ROUNDS, _ROUND_BITS, _VALUE_BITS = 1024, 10, 22
_THROWS = 1300  # about 128 * ln(128) * 2: so many throws leave no bin empty in all but 1 in 200 cases
_CHUNK = 1 << 15  # pairs compared at once

Hashes = NDArray[np.uint64]
Sketches = NDArray[np.uint32]


def _mixed(x: Hashes) -> Hashes:
    """Every bit of x in every bit of the result (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_TURNS = np.arange(_ROUNDS, dtype=np.uint64)
_BASE = np.uint64(0x5851F42D4C957F2D)
_VALUES = _mixed(np.arange(1 << 16, dtype=np.uint64) + _GOLDEN)
_letters: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)  # these three are filled at first use
_powers: Hashes = np.ones(1, dtype=np.uint64)
_inverses: Hashes = np.ones(1, dtype=np.uint64)


def _is_letter(codes: NDArray[Any]) -> NDArray[np.bool_]:
    """Which code points stand in words: letters, digits and the underscore, as `\\w` has it."""
    global _letters
    if not _letters.size:
        _letters = np.fromiter((chr(c).isalnum() or c == 95 for c in range(1 << 16)), dtype=np.bool_, count=1 << 16)
    high = np.flatnonzero(codes > 0xFFFF) if codes.itemsize > 2 else ()
    found: NDArray[np.bool_] = _letters[codes & 0xFFFF if len(high) else codes]
    if len(high):
        rare, where = np.unique(codes[high], return_inverse=True)
        found[high] = np.array([chr(int(code)).isalnum() for code in rare], dtype=np.bool_)[where]
    return found


def _need_powers(size: int) -> None:
    """The first `size` powers of the base and of its inverse, modulo 2**64."""
    global _powers, _inverses
    if _powers.size < size:
        inverse = np.uint64(pow(int(_BASE), -1, 1 << 64))
        _powers = np.cumprod(np.full(size * 2, _BASE), dtype=np.uint64)
        _inverses = np.cumprod(np.full(size * 2, inverse), dtype=np.uint64)


def _words(text: str) -> Hashes:
    """One hash a word, case and punctuation aside: a polynomial of its letters, from sums that run over the text."""
    text = text.casefold()
    codes: NDArray[Any] = (np.frombuffer(text.encode("ascii"), dtype=np.uint8) if text.isascii() else
                           np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
    letters = np.zeros(codes.size + 2, dtype=np.bool_)
    letters[1:-1] = _is_letter(codes)
    edges = np.flatnonzero(letters[1:] != letters[:-1])
    _need_powers(codes.size)
    sums = np.zeros(codes.size + 1, dtype=np.uint64)
    values = _VALUES[codes & 0xFFFF] if codes.itemsize > 1 else _VALUES[codes]
    if codes.itemsize > 1:
        values += (codes >> np.uint32(16)) * _GOLDEN
    np.cumsum(values * _powers[:codes.size], out=sums[1:])
    begins, ends = edges[::2], edges[1::2]
    return _mixed((sums[ends] - sums[begins]) * _inverses[begins])


def _shingles(text: str) -> Hashes:
    """Hashes of all runs of five words, with repeats; one of all words where there are fewer."""
    words = _words(text)
    if words.size < _WIDTH:
        words = np.concatenate([words, np.zeros(_WIDTH - words.size, dtype=np.uint64)])
    runs = words[: words.size - _WIDTH + 1].copy()
    for n in range(1, _WIDTH):
        runs *= _BASE
        runs += words[n:words.size - _WIDTH + 1 + n]
    return _mixed(runs)


def sketch(text: str) -> Sketches:
    """The 128 numbers of one text. A text of more than 262,144 characters is sketched in slices."""
    if len(text) > _SLICE:
        slices = np.array([sketch(text[at:at + _SLICE]) for at in range(0, len(text), _SLICE)])
        together: Sketches = slices.min(axis=0)
        return together
    runs = _shingles(text)
    least = np.full(BINS, 0xFFFFFFFF, dtype=np.uint32)
    begin, rounds = 0, 1 + _THROWS // runs.size
    while begin < _ROUNDS and int(least.max()) == 0xFFFFFFFF:
        turns = _TURNS[begin:begin + rounds, None]
        thrown = _mixed(runs + turns * _GOLDEN)
        bins = (thrown >> np.uint64(57)).astype(np.intp)
        values = thrown.astype(np.uint32) >> np.uint32(_ROUND_BITS)
        values |= (turns << np.uint64(_VALUE_BITS)).astype(np.uint32)  # on top, so that a later round displaces nothing
        np.minimum.at(least, bins.ravel(), values.ravel())
        begin, rounds = begin + rounds, rounds * 2
    return least


def signatures(stories: Sequence[Story]) -> Sketches:
    """(stories, 128): the sketch of each."""
    return np.array([sketch(story.text) for story in stories], dtype=np.uint32).reshape(len(stories), BINS)


def shingle_set(text: str) -> Hashes:
    """The different five-word shingles of a text, as hashes in rising order."""
    runs = np.sort(_shingles(text))
    different: Hashes = runs[np.append(True, runs[1:] != runs[:-1])]
    return different


def shared(one: Hashes, other: Hashes) -> float:
    """The true Jaccard resemblance of two shingle sets, between 0 and 1."""
    place = np.searchsorted(other, one)
    common = int((other[np.minimum(place, other.size - 1)] == one).sum())
    return common / (one.size + other.size - common)


def resemblance(one: str, other: str) -> float:
    """The true Jaccard resemblance of two texts' sets of five-word shingles, between 0 and 1."""
    return shared(shingle_set(one), shingle_set(other))


def _rows(sketches: Sequence[Sketches], index: NDArray[np.int64]) -> Sketches:
    """Rows by their number in all the arrays together, without putting those into one."""
    if len(sketches) == 1:
        return sketches[0][index]
    begins = np.cumsum([0, *map(len, sketches)])
    out = np.empty((index.size, BINS), dtype=np.uint32)
    holder = np.searchsorted(begins, index, side="right") - 1
    for n in np.unique(holder):
        mine = holder == n
        out[mine] = sketches[n][index[mine] - begins[n]]
    return out


def _candidates(sketches: Sequence[Sketches], count: int) -> Iterator[NDArray[np.int64]]:
    """Band by band the pairs (as low * count + high) that agree in it: each with the first of its bucket and with the
    one before it, so that a bucket of n gives at most 2 n pairs and not n * n."""
    for band in range(0, _BANDS * _ROWS, _ROWS):
        key = np.zeros(count, dtype=np.uint64)
        for column in range(band, band + _ROWS):
            key = _mixed(key + _GOLDEN) ^ np.concatenate([part[:, column] for part in sketches]).astype(np.uint64)
        order = np.argsort(key, kind="stable")
        key = key[order]
        same = key[1:] == key[:-1]
        del key
        heads = np.flatnonzero(np.concatenate([[True], ~same]))
        first = np.repeat(order[heads], np.diff(heads, append=count))[1:][same]
        before, here = order[:-1][same], order[1:][same]
        yield np.unique(np.concatenate([first * count + here, before * count + here]))


def alike(sketches: Sequence[Sketches], least: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(pairs, 2) of indices into all the arrays together, the lower first, in order, and the estimated resemblance of
    each, `least` or more.

    Not every pair of a large cluster is there, but enough to hold it together. Memory: the sketches (which may be
    memory maps), a few numbers a row and the pairs.
    """
    count = sum(map(len, sketches))
    seen = np.zeros(0, dtype=np.int64)
    found: list[NDArray[np.int64]] = []
    shares: list[NDArray[np.float32]] = []
    for pairs in _candidates(sketches, count) if count > 1 else ():
        fresh = np.setdiff1d(pairs, seen, assume_unique=True)
        seen = np.union1d(seen, fresh)
        for at in range(0, fresh.size, _CHUNK):
            some = fresh[at:at + _CHUNK]
            agree = _rows(sketches, some // count) == _rows(sketches, some % count)
            share = agree.mean(axis=1, dtype=np.float32)
            found.append(some[share >= least])
            shares.append(share[share >= least])
    code = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    order = np.argsort(code)
    code = code[order]
    share = np.concatenate(shares)[order] if shares else np.zeros(0, dtype=np.float32)
    return np.stack([code // max(count, 1), code % max(count, 1)], axis=1), share


class Union:
    """Which of `count` things hang together: everything begins alone, `join` puts two in one cluster."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, index: int) -> int:
        """The first of the cluster."""
        parent = self._parent
        while parent[index] != index:
            parent[index] = index = parent[parent[index]]
        return index

    def join(self, one: int, other: int) -> None:
        """Puts both clusters together; the lower index leads."""
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low

    def roots(self) -> NDArray[np.int64]:
        """For each thing the first of its cluster."""
        return np.fromiter(map(self.root, range(len(self._parent))), dtype=np.int64, count=len(self._parent))


def united(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` things the first of its cluster, where each pair hangs together."""
    union = Union(count)
    for at in range(0, len(pairs), _CHUNK):
        for one, other in pairs[at:at + _CHUNK].tolist():
            union.join(one, other)
    return union.roots()


def clusters(stories: Sequence[Story], least: float = 0.5) -> list[int]:
    """For each story the index of its cluster's first; two whose estimated Jaccard is at least `least` share one."""
    pairs, _ = alike([signatures(stories)], least)
    return [int(first) for first in united(len(stories), pairs)]
