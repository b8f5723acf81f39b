"""Two texts in, what a likelihood cannot see out: that one says the same again and again, or that one breaks off.

Counted in the texts alone. A check says nothing where both are alike to it.
"""

from collections.abc import Callable
from itertools import pairwise

from foundling.evaluation.battery.spoiling import sentences
from foundling.evaluation.texture import grams, words_of

_MORE = 0.15  # of the 4-grams repeated: apart by less than this, two texts repeat themselves alike
_SHORT = 0.7  # of the other's bytes: what is shorter than this and begins as the other does was cut
_ENDS = (".", "!", "?", "…", ":", ")")
_MARKS = "\"'”’)»"

Check = Callable[[str, str], int]
"""(text a, text b) -> 1 for a, -1 for b, 0 for neither."""


def repeated(text: str) -> float:
    """The share of runs of four words that stood before in the text, or of whole sentences where that is more."""
    fours, lines = grams(words_of(text), 4), sentences(text)
    share = 1 - len(set(fours)) / len(fours) if fours else 0.0
    again = sum(a == b for a, b in pairwise(lines)) / len(lines) if lines else 0.0
    return max(share, again)


def by_repetition(a: str, b: str) -> int:
    """For the text that repeats itself less."""
    apart = repeated(a) - repeated(b)
    return 0 if abs(apart) < _MORE else -1 if apart > 0 else 1


def ended(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip().rstrip(_MARKS).endswith(_ENDS)


def by_ending(a: str, b: str) -> int:
    """For the text that comes to an end; of two that do, for the one of which the other is only the beginning."""
    if ended(a) != ended(b):
        return 1 if ended(a) else -1
    sizes = [len(text.strip().encode("utf-8", "replace")) for text in (a, b)]
    if min(sizes) < _SHORT * max(sizes) and (a.startswith(b.strip()) or b.startswith(a.strip())):
        return 1 if sizes[0] > sizes[1] else -1
    return 0


CHECKS: dict[str, Check] = {"repetition": by_repetition, "ending": by_ending}
