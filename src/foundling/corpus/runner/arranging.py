"""A shelf of clean parts in, the copies among them and the split of the rest out. It writes nothing.

First whole stories that are copies of earlier ones fall, with all their parts (a book with another preface is cut at
other places, so that its parts alone would not show it), then parts. What is left is split by loose clusters: texts
half alike are never on both sides, nor are parts of one story where there are stories enough.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.dropped import Dropped
from foundling.corpus.duplicates import Sketches, Union, alike, shared, shingle_set, united
from foundling.corpus.runner.shelf import Shelf
from foundling.corpus.splits import LARGEST_DOCUMENT, divide, judges, whole_documents

COPY = 0.8  # resemblance from which a text falls as a copy, as for Gopher (arXiv 2112.11446)
TOGETHER = 0.5
STEP = "copies"
_DOUBT = 0.08  # more than two deviations of an estimate from 128 bins; within it the texts themselves are compared
_TRIES = 4
_SMALL = 0.002  # of the corpus, a tenth of the smallest split


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Part `part` falls because it, or its whole story, is like part `of`; same: word by word and sign by sign."""

    part: int
    of: int
    likeness: float
    same: bool


@dataclass(frozen=True, kw_only=True)
class Arranged:
    """copies: what falls, by part; splits: the numbers of the parts in each split, in the split's order."""

    copies: tuple[Copy, ...]
    splits: dict[str, NDArray[np.int64]]


def find_copies(
    sketches: Sequence[Sketches], text: Callable[[int], str], least: float = COPY,
    found: tuple[NDArray[np.int64], NDArray[np.float32]] | None = None, held: int = 4_000,
) -> tuple[NDArray[np.int64], dict[int, tuple[int, float]]]:
    """For each text the first of its cluster of copies, and for each that is no first the one it is most like and how
    much. found: what `alike` gave for `least` - 0.08 or less; held: shingle sets in memory, of 18 kB for a common part.

    `text` is asked for only where the estimate is in doubt and no sure pair has decided already; after four texts that
    looked most like it and were not, a text is held to be no copy. Copies of copies are one cluster, as in FineWeb
    (arXiv 2406.17557).
    """
    pairs, share = found if found is not None else alike(sketches, least - _DOUBT)
    union = Union(sum(map(len, sketches)))
    nearest: dict[int, tuple[int, float]] = {}
    shingles = lru_cache(maxsize=held)(lambda number: shingle_set(text(number)))

    def join(low: int, high: int, likeness: float) -> None:
        union.join(low, high)
        for one, other in ((low, high), (high, low)):
            if likeness > nearest.get(one, (0, 0.0))[1]:
                nearest[one] = other, likeness

    for at in np.flatnonzero(share >= least + _DOUBT):
        join(int(pairs[at, 0]), int(pairs[at, 1]), float(share[at]))
    doubtful = np.flatnonzero((share >= least - _DOUBT) & (share < least + _DOUBT))
    misses: Counter[int] = Counter()
    for at in doubtful[np.lexsort((-share[doubtful], pairs[doubtful, 1]))]:
        low, high = int(pairs[at, 0]), int(pairs[at, 1])
        if misses[high] == _TRIES or union.root(low) == union.root(high):
            continue
        likeness = shared(shingles(low), shingles(high))
        if likeness >= least:
            join(low, high, likeness)
        else:
            misses[high] += 1
    return union.roots(), nearest


def _story_copies(shelf: Shelf) -> Iterator[Copy]:
    """Whole stories of several parts that are copies of an earlier one: all their parts fall."""
    starts = np.flatnonzero(np.diff(shelf.stories, prepend=-1))
    counts = np.diff(starts, append=len(shelf))
    starts, counts = starts[counts > 1], counts[counts > 1]
    if starts.size < 2:
        return
    begins = np.cumsum([0, *map(len, shelf.sketches)])
    shard = np.searchsorted(begins, starts, side="right") - 1
    whole = np.array([shelf.sketches[s][at - begins[s]:at - begins[s] + count].min(axis=0)
                      for s, at, count in zip(shard, starts, counts, strict=True)], dtype=np.uint32)

    def text(number: int) -> str:
        at = int(starts[number])
        return "\n\n".join(shelf.story(at + n).text for n in range(int(counts[number])))

    def keys(number: int) -> bytes:
        return shelf.parts["key"][starts[number]:starts[number] + counts[number]].tobytes()

    firsts, nearest = find_copies([whole], text, held=16)
    for number in np.flatnonzero(firsts != np.arange(starts.size)).tolist():
        other, likeness = nearest[number]
        same = keys(number) == keys(other)
        for n in range(int(counts[number])):
            yield Copy(part=int(starts[number]) + n, of=int(starts[other]), likeness=likeness, same=same)


def _neighbours(stories: NDArray[np.int64]) -> NDArray[np.int64]:
    """(pairs, 2) of parts that follow each other in one story: enough to keep a story together."""
    after = np.flatnonzero(stories[1:] == stories[:-1])
    return np.stack([after, after + 1], axis=1)


def arrange(shelf: Shelf, seed: int, spared: frozenset[int] = frozenset()) -> Arranged:
    """Copies and splits. spared: keys (`milling.key_of`) of parts that a person put back; they do not fall.

    Raises BadInput when there is too little, or too much alike, to fill every split.
    """
    count, keys = len(shelf), shelf.parts["key"]
    safe = np.isin(keys, np.array(sorted(spared), dtype=np.uint64))
    copies = {copy.part: copy for copy in _story_copies(shelf) if not safe[copy.part]}
    pairs, share = alike(shelf.sketches, TOGETHER)
    gone = np.zeros(count, dtype=np.bool_)
    gone[list(copies)] = True
    apart = ~gone[pairs].any(axis=1)
    firsts, nearest = find_copies(shelf.sketches, lambda n: shelf.story(n).text, found=(pairs[apart], share[apart]))
    for part in np.flatnonzero((firsts != np.arange(count)) & ~safe).tolist():
        of, likeness = nearest[part]
        copies[part] = Copy(part=part, of=of, likeness=likeness, same=bool(keys[part] == keys[of]))
        gone[part] = True
    left = np.flatnonzero(~gone)
    rows = shelf.parts[left]
    may = judges(rows["prose"], rows["simulated"])
    together, small = united(count, pairs)[left], _SMALL
    whole = united(count, np.concatenate([pairs, _neighbours(shelf.stories)]))[left]
    if whole_documents(rows["bytes"], whole, may):
        together, small = whole, LARGEST_DOCUMENT
    splits = divide(rows["bytes"], together, may, seed, small=small)
    return Arranged(copies=tuple(copies[part] for part in sorted(copies)),
                    splits={name: left[held] for name, held in splits.items()})


def drops(shelf: Shelf, copies: Sequence[Copy]) -> Iterator[Dropped]:
    """Each copy as a drop that keeps the text and says what it is a copy of."""
    @lru_cache(maxsize=10_000)
    def known(number: int) -> tuple[str, str]:
        """A text of which there are many copies is read once."""
        first = shelf.story(number)
        return first.title, first.source

    for copy in copies:
        story, (title, source) = shelf.story(copy.part), known(copy.of)
        whose = f"{title!r}" + (f" from {source}" if source != story.source else "")
        likeness = f"nearly the same text as {whose} (resemblance {copy.likeness:.2f})"
        reason = f"is the same text as {whose}" if copy.same else f"is {likeness}"
        yield Dropped(title=story.title, reason=reason, step=STEP, source=story.source, story=story)
