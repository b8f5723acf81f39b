"""A story in, the same or a drop because it says one thing over and over. It changes no text.

Two sets of rules. `gross` holds for every kind of prose: only what no writer does. `Repetition` has the thresholds of
Gopher (Rae et al. 2021, arXiv 2112.11446, table A1) and is for strangers' pages; a nursery rhyme would not pass it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.hashing import Hashes, Places, runs, words_of
from foundling.corpus.steps.kinds import EVERY, WEB, applies, left_out
from foundling.records import Story

_PARAGRAPHS = re.compile(r"\n{2,}")
_INSIDE = np.array([chr(code).isalnum() or chr(code) == "_" for code in range(128)] + [False])  # of ASCII, and beyond
_TOP = ((2, 0.20), (3, 0.18), (4, 0.16))
_TWICE = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))


def twice(parts: list[str]) -> tuple[float, float]:
    """Shares of the parts, and of their characters, that repeat an earlier part."""
    if len(set(parts)) == len(parts):
        return 0.0, 0.0
    counts = Counter(parts)
    letters = sum(map(len, parts))
    again = sum(len(part) * (count - 1) for part, count in counts.items() if count > 1)
    return (len(parts) - len(counts)) / max(1, len(parts)), again / max(1, letters)


def lengths_of(text: str) -> Places:
    """Letters of each word of a text, in the order of `words_of`."""
    codes = np.frombuffer(text.lower().encode("utf-32-le", "surrogatepass"), np.uint32)
    inside = np.zeros(len(codes) + 2, bool)
    inside[1:-1] = _INSIDE[np.minimum(codes, 128)]
    if len(beyond := np.flatnonzero(codes > 127)):  # few different signs, each is asked about once
        signs, which = np.unique(codes[beyond], return_inverse=True)
        inside[beyond + 1] = np.array([chr(sign).isalnum() for sign in signs])[which]
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return edges[1::2] - edges[::2]


def _longest(lengths: Places, width: int) -> int:
    """Letters of the longest run of `width` words; of all where there are fewer."""
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    return int((ends[width:] - ends[:-width]).max()) if len(lengths) >= width else int(ends[-1])


def no_top(words: Hashes, lengths: Places) -> bool:
    """Whether no `top_share` can be too high: the commonest pair is too rare even if all were as long as the longest.

    True for nearly every page; a sort and a look at the distance of equals are all that it costs.
    """
    letters = int(lengths.sum())
    rare = min(int(most * letters / max(1, _longest(lengths, width))) for width, most in _TOP)
    pairs = np.sort(runs(words, 2))
    return rare > 0 and not (pairs[rare:] == pairs[:-rare]).any()


def top_share(words: Hashes, lengths: Places, width: int) -> float:
    """Share of the characters of all words that stand in the most frequent run of `width` words (0 if none recurs)."""
    kinds, first, counts = np.unique(runs(words, width), return_index=True, return_counts=True)
    if not len(kinds) or counts.max() < 2:
        return 0.0
    # The longest of those that are equally frequent, as the strictest reading of the paper has it.
    sizes = [int(lengths[at:at + width].sum()) for at in first[counts == counts.max()][:64]]
    return float(max(sizes) * counts.max() / max(1, int(lengths.sum())))


def again_share(words: Hashes, lengths: Places, width: int) -> float:
    """Share of characters in runs of `width` words that stood earlier in the text; none is counted twice."""
    hashes = runs(words, width)
    order = np.argsort(hashes, kind="stable")
    again = order[1:][hashes[order[1:]] == hashes[order[:-1]]]  # all but the first of those that are equal
    inside = np.zeros(len(words), bool)
    for place in range(width):
        inside[again + place] = True
    return float(lengths[inside].sum() / max(1, int(lengths.sum())))


@dataclass(frozen=True, kw_only=True)
class Gross:
    """Drops prose in which one line stands `times` times and more and fills more than `share` of the text.

    A refrain comes a dozen times; a hundred times, over a third of everything, is a fault of a program. Our own rule.
    """

    name: str = "repetition"
    kinds: frozenset[str] = EVERY
    times: int = 100
    share: float = 0.3

    def __call__(self, story: Story) -> Story | Dropped:
        """The very same story, or a drop."""
        if not applies(story, self.kinds) or story.text.count("\n") < self.times - 1:
            return story
        counts = Counter(line for line in story.text.split("\n") if line.strip())
        line, times = max(counts.items(), key=lambda item: (item[1] * len(item[0]), item[0]), default=("", 0))
        share = (len(line) + 1) * times / len(story.text)
        if times >= self.times and share > self.share:
            return left_out(story, self.name,
                            f"repeats one line {times:,} times, which fills {share:.0%} of it (at most "
                                              f"{self.share:.0%} where a line comes {self.times} times)")
        return story


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Gopher's table A1: repeated lines 0.30 (characters 0.20), paragraphs 0.30 (0.20), the most frequent run of 2,
    3, 4 words 0.20, 0.18, 0.16, runs of 5 to 10 words seen before 0.15 ... 0.10 of the characters. Prose of `kinds`
    only.
    """

    name: str = "repetition"
    kinds: frozenset[str] = WEB

    def __call__(self, story: Story) -> Story | Dropped:
        """The very same story, or a drop that names rule, measure and threshold."""
        if not applies(story, self.kinds):
            return story
        for rule, value, most in _measured(story.text):
            if value > most:
                return left_out(story, self.name, f"has {value:.3f} of {rule} (Gopher: at most {most:.2f})")
        return story


def _measured(text: str) -> Iterator[tuple[str, float, float]]:
    lines = [line for line in text.split("\n") if line.strip()]
    share, letters = twice(lines)
    yield "its lines repeated", share, 0.30
    yield "its characters in repeated lines", letters, 0.20
    share, letters = twice([part for part in _PARAGRAPHS.split(text) if part.strip()])
    yield "its paragraphs repeated", share, 0.30
    yield "its characters in repeated paragraphs", letters, 0.20
    words, lengths = words_of(text)[0], lengths_of(text)
    for width, most in () if no_top(words, lengths) else _TOP:
        yield f"its characters in one run of {width} words", top_share(words, lengths, width), most
    for width, most in _TWICE:
        share = again_share(words, lengths, width)
        yield f"its characters in repeated runs of {width} words", share, most
        if share <= _TWICE[-1][1]:
            return  # what stands in longer runs that recur stands in these too, so that no longer ones can be too many
