"""A story in, the same or a drop that names the rule of Gopher, C4 or FineWeb it breaks. For crawled pages.

Sources: Gopher, Rae et al. 2021, arXiv 2112.11446, A.1.1; C4, Raffel et al. 2020, arXiv 1910.10683, section 2.2;
FineWeb, Penedo et al. 2024, arXiv 2406.17557, section 3.6. Each rule's threshold stands beside it, and in the reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import filterfalse, islice

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.kinds import WEB, applies, left_out
from foundling.corpus.steps.repetition import twice
from foundling.corpus.steps.stop_words import COMMONEST
from foundling.records import Story

STOPS = (".", "!", "?", '"', "”", "…", "'", "’", "»", "。", "！", "？", ":", ")")
C4_STOPS = (".", "!", "?", '"', "”", "。", "！", "？")
_BULLETS = ("-", "*", "•", "●", "‣", "▪", "·", "–")
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"[.!?。！？][\"'”’)]*(?:\s|$)")
Ruling = tuple[bool, str]


def _lines(text: str) -> list[str]:
    return [stripped for line in text.split("\n") if (stripped := line.strip())]


def _gopher(text: str, language: str) -> Iterator[Ruling]:
    words = text.split()
    count = max(1, len(words))
    yield not 50 <= len(words) <= 100_000, f"has {len(words)} words (Gopher: 50 to 100,000)"
    mean = len("".join(words)) / count
    yield not 3 <= mean <= 10, f"has words of {mean:.1f} letters in the mean (Gopher: 3 to 10)"
    for sign, found in (("#", text.count("#")), ("...", text.count("...") + text.count("…"))):
        yield found / count > 0.1, f"has {found / count:.2f} of {sign} a word (Gopher: at most 0.10)"
    lines = _lines(text)
    share = sum(line.startswith(_BULLETS) for line in lines) / max(1, len(lines))
    yield share > 0.9, f"has {share:.2f} of its lines beginning with a bullet (Gopher: at most 0.90)"
    share = sum(line.endswith(("...", "…")) for line in lines) / max(1, len(lines))
    yield share > 0.3, f"has {share:.2f} of its lines ending in dots (Gopher: at most 0.30)"
    # Most words are letters and nothing else, which is quicker to ask.
    bare = len(list(filterfalse(_LETTER.search, filterfalse(str.isalpha, words))))
    share = (len(words) - bare) / count
    yield share < 0.8, f"has {share:.2f} of words with a letter (Gopher: at least 0.80)"
    # The paper's eight words are English; other languages get eight of their own, unknown ones are let pass.
    common = COMMONEST.get(language or "en", frozenset())
    if common and sum(f" {word} " in text for word in common) < 2:  # else two were seen, without a look at every word
        seen = len(common & {word.strip(".,;:!?\"'()").lower() for word in words})
        yield seen < 2, f"has {seen} of the eight commonest words (Gopher: at least 2)"


def _c4(text: str) -> Iterator[Ruling]:
    low = text.lower()
    yield "lorem ipsum" in low, 'has "lorem ipsum" in it (C4)'
    yield "{" in text, "has a curly bracket in it (C4: such pages are code)"
    sentences = len(list(islice(_SENTENCE.finditer(text), 3)))
    yield sentences < 3, f"has {sentences} sentences (C4: at least 3)"


def _fineweb(text: str) -> Iterator[Ruling]:
    lines = _lines(text)
    share = sum(line.endswith(STOPS) for line in lines) / max(1, len(lines))
    yield share <= 0.12, f"has {share:.2f} of its lines ending in a stop (FineWeb: more than 0.12)"
    share = sum(len(line) < 30 for line in lines) / max(1, len(lines))
    yield share >= 0.67, f"has {share:.2f} of its lines shorter than 30 letters (FineWeb: less than 0.67)"
    _, share = twice(lines)
    yield share >= 0.1, f"has {share:.2f} of its characters in repeated lines (FineWeb: less than 0.10)"


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Gopher's document rules, C4's page rules and FineWeb's three, for prose of `kinds` ("*": all)."""

    name: str = "quality"
    kinds: frozenset[str] = WEB

    def __call__(self, story: Story) -> Story | Dropped:
        """The very same story, or a drop for the first rule that it breaks."""
        if not applies(story, self.kinds):
            return story
        for rules in (_gopher(story.text, story.origin.language), _c4(story.text), _fineweb(story.text)):
            for broken, reason in rules:
                if broken:
                    return left_out(story, self.name, reason)
        return story
