"""Texts in, how much they say beside how long they are out: compression, distinct word runs, near-copies. No model.

The measures are relative: held beside a known corpus of the same size, counted by the same code in the same run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.corpus.duplicates import clusters
from foundling.records import BadInput, Story

NEAR_COPY = 0.7  # estimated Jaccard resemblance of five-word shingles from which two texts are near-copies


@dataclass(frozen=True, kw_only=True)
class Diversity:
    """words; word_types; zstd_ratio: bytes before / bytes after zstd at level 19, all texts in a row;
    distinct_4grams: share of runs of four words that are different; near_copies: share of texts that have a near-copy
    before them."""

    words: int
    word_types: int
    zstd_ratio: float
    distinct_4grams: float
    near_copies: float


def words_of(text: str) -> list[str]:
    """The words of a text, case and punctuation aside."""
    return re.findall(r"[a-z']+", text.casefold())


def measure_diversity(texts: Sequence[str], most_words: int) -> Diversity:
    """The first `most_words` words of the texts, measured. Raises BadInput without the package zstandard or any
    word."""
    try:
        import zstandard
    except ImportError:
        raise BadInput("Measuring compression needs the package zstandard: pip install 'foundling[world]'.") from None
    kept, count = list[str](), 0
    for text in texts:
        if count >= most_words:
            break
        kept.append(text)
        count += len(words_of(text))
    words = [word for text in kept for word in words_of(text)][:most_words]
    if len(words) < 4:
        raise BadInput("There is no text to measure: give some with words in it.")
    data = "\n\n".join(kept).encode("utf-8")
    runs = list(zip(words, words[1:], words[2:], words[3:], strict=False))
    firsts = clusters([Story(title="", text=text, source="") for text in kept], least=NEAR_COPY)
    return Diversity(
        words=len(words), word_types=len(set(words)),
        zstd_ratio=len(data) / len(zstandard.ZstdCompressor(level=19).compress(data)),
        distinct_4grams=len(set(runs)) / len(runs),
        near_copies=sum(first != index for index, first in enumerate(firsts)) / len(firsts),
    )
