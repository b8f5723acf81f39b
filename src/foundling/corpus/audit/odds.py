"""Counts of words in two groups and in all the text in, how much a word belongs to either out. It reads no text.

Source: Monroe, Colaresi and Quinn 2008, Fightin' Words, section 3.5: log-odds with an informative Dirichlet prior,
which keeps rare words from leading the list by chance, as plain ratios let them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

PRIOR = 500.0  # imagined words shared out as in the whole text: enough to hold back words met once or twice
_Z = 1.96


@dataclass(frozen=True, kw_only=True)
class Leaning:
    """word: its counts beside women and men, the difference of its log-odds (above 0: women), 95% bounds and z.

    The bounds take every occurrence for independent, which words of one book are not: they are too narrow.
    """

    word: str
    women: int
    men: int
    log_odds: float
    low: float
    high: float
    z: float


def _log_odds(part: float, whole: float) -> float:
    return math.log(part / max(whole - part, 0.5))  # a group that has but one word has no rest to divide by


def leanings(women: Mapping[str, int], men: Mapping[str, int], whole: Mapping[str, int]) -> tuple[Leaning, ...]:
    """Every word of either group, the strongest towards women first; words in neither have nothing to say.

    whole: the counts of the same words wherever they stand, the prior's source.
    """
    total, n_women, n_men = sum(whole.values()), sum(women.values()), sum(men.values())
    if not n_women or not n_men or not total:
        return ()
    rows = []
    for word in sorted({*women, *men}):
        prior = PRIOR * max(whole.get(word, 0), 1) / total
        a, b = women.get(word, 0), men.get(word, 0)
        delta = _log_odds(a + prior, n_women + PRIOR) - _log_odds(b + prior, n_men + PRIOR)
        spread = math.sqrt(1 / (a + prior) + 1 / (b + prior))
        rows.append(Leaning(
            word=word, women=a, men=b, log_odds=round(delta, 6), low=round(delta - _Z * spread, 6),
            high=round(delta + _Z * spread, 6), z=round(delta / spread, 6)))
    return tuple(sorted(rows, key=lambda row: (-row.z, row.word)))
