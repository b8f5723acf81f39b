"""A text in, 64-bit hashes of its words and of runs of words out, the same on every machine. It keeps nothing.

Words are runs of letters, digits and underscores; case and punctuation are set aside. A word's hash is the sum of one
random number for each (place, byte) in it, mixed; all in arrays, because a crawl has more words than Python has
patience.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

_SIGNS = re.compile(r"[^\w\x00-\x7f]+")
_STOPS = re.compile("[\u2026\u3002\uff01\uff1f\u201d\u00bb]")
_PLACES = 32  # letters of a word further on are hashed as if they stood 32 earlier
_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)


@lru_cache(maxsize=1)
def _tables() -> tuple[Hashes, NDArray[np.uint8]]:
    """Random numbers for (place, byte), and for each byte its kind: 1 of a word, 2 a stop, 3 the end of a text, 0
    anything else.
    """
    rng = np.random.Generator(np.random.PCG64(20_261_121))
    kinds = np.zeros(256, np.uint8)
    kinds[[*b"0123456789_abcdefghijklmnopqrstuvwxyz", *range(128, 256)]] = 1
    kinds[[*b".!?\n\":;"]] = 2
    kinds[0] = 3
    return rng.integers(0, 2**64, size=_PLACES * 256, dtype=np.uint64), kinds


def mixed(hashes: Hashes) -> Hashes:
    """Hashes with every bit depending on all (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return hashes ^ (hashes >> np.uint64(31))


def _edges(starts: Places, stops: Places) -> Places:
    """Numbers of the words that come first after a stop, each once, with 0 and the number of words."""
    edges: Places = np.concatenate((np.zeros(1, np.int64), np.searchsorted(starts, stops), [len(starts)]))
    last: Places = edges[np.append(np.diff(edges) > 0, True)]
    return last


def words_of(text: str) -> tuple[Hashes, Places, Places]:
    """Hashes of the words, and the numbers of those that begin a sentence, and a text where several are parted by NUL.

    Both end with one number more: how many words there are.
    """
    text = text.lower()
    if not text.isascii():
        text = _SIGNS.sub(" ", _STOPS.sub(".", text))
    raw = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    table, kinds = _tables()
    kind = kinds[raw]
    inside = kind == 1
    before = np.concatenate((np.zeros(1, bool), inside[:-1])) if len(raw) else inside
    starts = np.flatnonzero(inside & ~before)
    if not len(starts):
        return np.zeros(0, np.uint64), np.zeros(1, np.int64), np.zeros(1, np.int64)
    at = np.flatnonzero(inside)
    first = np.searchsorted(at, starts)
    lengths = np.diff(np.append(first, len(at)))
    place = np.arange(len(at)) - np.repeat(first, lengths)
    letters = table[(place & (_PLACES - 1)) * 256 + raw[at]]
    return (mixed(np.add.reduceat(letters, first) + lengths.astype(np.uint64) * _MIX),
            _edges(starts, np.flatnonzero(kind >= 2)), _edges(starts, np.flatnonzero(kind == 3)))


def runs(words: Hashes, width: int) -> Hashes:
    """Hashes of all runs of `width` words; empty where there are fewer."""
    if len(words) < width:
        return np.zeros(0, np.uint64)
    total = np.zeros(len(words) - width + 1, np.uint64)
    for offset in range(width):
        total = total * _MIX + words[offset:offset + len(total)]
    return mixed(total + np.uint64(width))
