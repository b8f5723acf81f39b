"""A story in, the same or a drop because parts of an examination stand in it out. Prints go in, never the
examination's text.

A print is a 64-bit hash of 13 words in a row (Brown et al. 2020, arXiv 2005.14165, appendix C, who take 13 words
too), so the same words are found whatever their case, punctuation and lines. Of an item of 8 to 12 words the whole is
one print, and it is compared with whole sentences only: a few words in the middle of one are no leak.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.hashing import Hashes, mixed, runs, words_of
from foundling.corpus.steps.kinds import left_out
from foundling.records import BadInput, Story

WIDTH, SHORT = 13, 8
_SIEVE_BITS = 26  # 64 million bits, 8 MB: with a million prints one word in sixty has to be looked up
_WHOLE = np.uint64(0x5EED_0000_0000_0001)  # keeps prints of whole sentences apart from those of runs
_LARGEST = 256_000_000  # characters of one examination file


def _whole(words: Hashes, edges: NDArray[np.int64]) -> Hashes:
    """Prints of the spans between neighbouring edges that have 8 to 12 words."""
    lengths = np.diff(edges)
    prints = [np.zeros(0, np.uint64)]
    for width in range(SHORT, WIDTH):
        at = edges[:-1][lengths == width]
        if len(at):
            prints.append(mixed(runs(words, width)[at] ^ _WHOLE))
    return np.concatenate(prints)


def fingerprints(texts: Iterable[str], width: int = WIDTH) -> bytes:
    """Sorted 64-bit prints, little-endian, of every run of `width` words of the texts, and of short texts as wholes.

    Texts of fewer than eight words leave no print: they are phrases that anybody may write.
    """
    parts = [np.zeros(0, np.uint64)]
    for batch in _batches(texts):
        words, _, edges = words_of(batch)
        hashes = runs(words, width)
        # A run that begins in one text and ends in the next is nobody's.
        within = np.repeat(edges[1:], np.diff(edges))[:len(hashes)] - np.arange(len(hashes)) >= width
        parts += [hashes[within], _whole(words, edges)]
    prints = np.unique(np.concatenate(parts))
    return np.concatenate((np.array([width], np.uint64), prints)).astype("<u8").tobytes()


def _batches(texts: Iterable[str]) -> Iterator[str]:
    """Many short texts in one, parted by NUL: arrays are quick only when they are long."""
    held, size = [], 0
    for text in texts:
        held.append(text.replace("\0", " "))
        size += len(text) + 1
        if size > 1_000_000:
            yield "\0".join(held)
            held, size = [], 0
    yield "\0".join(held)


def fingerprints_of_files(paths: Iterable[Path], width: int = WIDTH) -> bytes:
    """Prints of examination files: folders are walked; .json, .jsonl, .csv, .tsv by their strings, others by
    paragraphs; each also as .gz. Raises BadInput for a file that cannot be read.
    """
    return fingerprints((text for path in sorted(_walked(paths)) for text in texts_of(path)), width)


def _walked(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else (path,)


def texts_of(path: Path) -> Iterator[str]:
    """The texts of one file of an examination. Raises BadInput when it is broken or has more than 256 million
    characters.
    """
    kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    try:
        with (gzip.open(path) if path.name.endswith(".gz") else path.open("rb")) as file:
            text = file.read(_LARGEST + 1).decode("utf-8", "replace")
        if len(text) > _LARGEST:
            raise BadInput(f"{path} has more than {_LARGEST:,} characters: split it into smaller files.")
        if kind in ("jsonl", "json"):
            for line in text.split("\n") if kind == "jsonl" else (text,):
                yield from _strings(json.loads(line) if line.strip() else None)
        elif kind in ("csv", "tsv"):
            csv.field_size_limit(min(sys.maxsize, _LARGEST))
            for row in csv.reader(text.splitlines(keepends=True), delimiter="\t" if kind == "tsv" else ",",
                                  quoting=csv.QUOTE_NONE if kind == "tsv" else csv.QUOTE_MINIMAL):
                yield from row
        else:
            yield text  # a book: what is copied from it may begin in one paragraph and end in the next
            yield from text.split("\n")  # a list: each line may be an item of its own
    except (OSError, EOFError, ValueError, csv.Error, RecursionError) as fault:
        raise BadInput(f"{path} cannot be read as an examination ({fault}): mend it or leave it out.") from fault


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


@lru_cache(maxsize=2)
def _sieve(prints: bytes) -> tuple[Hashes, NDArray[np.uint8]]:
    """The prints, and a bit for each of their first 26 bits: most words of most stories stop at the bit."""
    known = np.frombuffer(prints, "<u8")[1:].astype(np.uint64)
    bits = np.zeros(1 << (_SIEVE_BITS - 3), np.uint8)
    top = known >> np.uint64(64 - _SIEVE_BITS)
    np.bitwise_or.at(bits, (top >> np.uint64(3)).astype(np.int64), np.uint8(1) << (top & np.uint64(7)).astype(np.uint8))
    return known, bits


def _known(hashes: Hashes, prints: bytes) -> NDArray[np.bool_]:
    known, bits = _sieve(prints)
    if not len(known) or not len(hashes):
        return np.zeros(len(hashes), bool)
    top = hashes >> np.uint64(64 - _SIEVE_BITS)
    lifted = bits[(top >> np.uint64(3)).astype(np.int64)] >> (top & np.uint64(7)).astype(np.uint8)
    seen: NDArray[np.bool_] = lifted & 1 == 1
    at = np.flatnonzero(seen)
    place = np.minimum(np.searchsorted(known, hashes[at]), len(known) - 1)
    seen[at] = known[place] == hashes[at]
    return seen


def _longest(seen: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], seen.astype(np.int8), [0]))))
    return int(np.diff(edges)[::2].max()) if len(edges) else 0


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """Drops what shares `run` words in a row with an examination, more than `share` of its runs of 13 words, or
    `sentences` whole short sentences that make up more than `share` of its own.

    `run` is 20 and not 13, since old phrases and quotations of 13 words stand in many books; a shared item of 13
    words shows in the share as soon as the document is as short as an item is likely to stand in. `prints` come from
    `fingerprints`.
    """

    name: str = "leak"
    prints: bytes = b""
    run: int = 20
    share: float = 0.01
    sentences: int = 3

    def __call__(self, story: Story) -> Story | Dropped:
        """The very same story, or a drop that counts what is shared."""
        if len(self.prints) <= 8:
            return story
        width = int.from_bytes(self.prints[:8], "little")
        words, edges, _ = words_of(story.text)
        seen = _known(runs(words, width), self.prints)
        longest = _longest(seen)
        if longest and (longest + width - 1 >= self.run or seen.mean() > self.share):
            return left_out(story, self.name,
                            f"shares {int(seen.sum())} of its {len(seen):,} runs of {width} words with an "
                                              f"examination, {longest + width - 1} words in a row")
        whole = int(_known(_whole(words, edges), self.prints).sum())
        enough = whole >= self.sentences and whole > self.share * (len(edges) - 1)
        if enough or (whole and whole == len(edges) - 1):
            return left_out(story, self.name,
                            f"shares {whole} whole sentences of its {len(edges) - 1:,} with an examination")
        return story
