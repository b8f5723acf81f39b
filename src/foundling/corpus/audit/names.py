"""What was seen around capitalised words in, which of them are names of women or of men out. It reads no text.

A name has no gender of its own here: only what the text says beside it counts, a title or the next pronoun.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from foundling.corpus.audit.lexicon import MAN, WOMAN, listed

_LEAST_EVIDENCE, _AGREEMENT = 3, 0.75
_MOST_NAMES = 100_000
NO_NAMES = listed("nonames")


@dataclass(kw_only=True)
class Seen:
    """Counters of capitalised words inside sentences: met, with an article or "in" before, and beside women's or men's
    words; `small`: the same words written small, which no name is."""

    met: Counter[str] = field(default_factory=Counter)
    articled: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)
    women: Counter[str] = field(default_factory=Counter)
    men: Counter[str] = field(default_factory=Counter)
    small: Counter[str] = field(default_factory=Counter)

    def meet(self, name: str, *, articled: bool, placed: bool) -> None:
        """One more place where the word stands; beyond 100,000 different words no new one is taken up."""
        if name in self.met or len(self.met) < _MOST_NAMES:
            self.met[name] += 1
            self.articled[name] += int(articled)
            self.placed[name] += int(placed)

    def vouch(self, name: str, gender: str) -> None:
        """One more place that says of whom the name is."""
        side = self.women if gender == WOMAN else self.men
        if name in self.met or len(side) < _MOST_NAMES:
            side[name] += 1

    def are_names(self, name: str) -> bool:
        """True for a word that is nearly never written small nor after "the" or "a"."""
        return self.small[name.lower()] <= 0.02 * self.met[name] and self.articled[name] <= 0.1 * self.met[name]

    def genders(self) -> Mapping[str, str]:
        """Name -> "woman" or "man", where at least three places say so and three quarters of them agree."""
        found = {}
        for name in self.met:
            women, men = self.women[name], self.men[name]
            if name in NO_NAMES or self.placed[name] > 0.15 * self.met[name]:
                continue
            if women + men >= _LEAST_EVIDENCE and self.are_names(name):
                if women >= _AGREEMENT * (women + men):
                    found[name] = WOMAN
                elif men >= _AGREEMENT * (women + men):
                    found[name] = MAN
        return found
