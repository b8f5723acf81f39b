"""A story in, the same with its language recorded out, or a drop where a person asked for other languages.

Five pieces of a document vote by their small words and by their script, which costs next to nothing. Only where that
leaves doubt and languages were asked for is py3langid called (Lui and Baldwin 2012, in Barbaresi's version), if it is
installed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, repeat

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.kinds import WEB, left_out
from foundling.corpus.steps.stop_words import STOP_WORDS
from foundling.records import Story

PIECES, PIECE = 5, 240  # how many, and how many characters each
_WORD = re.compile(r"[^\W\d_]+")
_WHERE: dict[str, tuple[str, ...]] = {}
for _code, _words in STOP_WORDS.items():
    for _word in _words:
        _WHERE[_word] = (*_WHERE.get(_word, ()), _code)
_LEAST = 0.16  # share of small words; English prose has 0.4 to 0.55, a list of names 0.02
_MARGIN = 1.25  # the best has to have so many times the votes of the second: Danish and Norwegian share most words
_SCRIPTS = (("ja", re.compile("[\u3040-\u30ff]")), ("ko", re.compile("[\uac00-\ud7af]")), ("zh",
    re.compile("[\u4e00-\u9fff]")),
            ("th", re.compile("[\u0e00-\u0e7f]")), ("he", re.compile("[\u0590-\u05ff]")), ("ka",
                re.compile("[\u10a0-\u10ff]")),
            ("hy", re.compile("[\u0530-\u058f]")))


def pieces(text: str) -> Iterator[str]:
    """Up to five pieces of a text, evenly apart, so that a quotation or a preface does not decide for a book."""
    if len(text) <= PIECES * PIECE:
        yield text
        return
    for index in range(PIECES):
        at = index * (len(text) - PIECE) // (PIECES - 1)
        yield text[at:at + PIECE]


def voted(text: str) -> str:
    """The language (ISO 639-1) if small words or script leave no doubt, else ""."""
    sample = " ".join(pieces(text))
    if not sample.isascii():
        for code, script in _SCRIPTS:
            if len(script.findall(sample)) > 0.15 * len(sample):
                return code
    words = _WORD.findall(sample.lower())
    votes = Counter(chain.from_iterable(map(_WHERE.get, words, repeat(()))))
    if not votes or len(words) < 8:
        return ""
    (best, most), (_, second) = [*votes.most_common(2), ("", 0)][:2]
    return best if most >= _LEAST * len(words) and most >= _MARGIN * second else ""


@lru_cache(maxsize=1)
def _identifier() -> Callable[[str], tuple[str, float]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # loading takes time: only when it is needed

    read: Callable[[str], tuple[str, float]] = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True).classify
    return read


def classified(text: str, sure: float) -> str:
    """py3langid's verdict if the pieces together give it at least the probability `sure`; "" if not, or not
    installed.
    """
    try:
        classify = _identifier()
    except ImportError:
        return ""
    tallies: dict[str, float] = {}
    parts = [part for part in pieces(text) if part.strip()]
    for part in parts:
        code, chance = classify(part)
        tallies[str(code)] = tallies.get(str(code), 0.0) + float(chance)
    best, total = max(tallies.items(), key=lambda item: (item[1], item[0]), default=("", 0.0))
    return best if parts and total / len(parts) >= sure else ""


@dataclass(frozen=True, kw_only=True)
class Language:
    """Records `origin.language` where it is beyond doubt, and keeps only `languages` (ISO 639-1; none: keeps all).

    What a source said of its language stands, except on pages of the web, which often lie (Penedo et al. 2024 have the
    classifier decide, at 0.65, our `sure`). Where nobody can say, the story is kept: to drop a poem for being short
    would be the greater fault; `doubtful="drop"` says otherwise.
    """

    name: str = "language"
    languages: tuple[str, ...] = ()
    sure: float = 0.65
    doubtful: str = "keep"

    def __call__(self, story: Story) -> Story | Dropped:
        """The story with its language, or a drop."""
        said = story.origin.language
        if said and not self.languages and story.origin.kind not in WEB:
            return story
        code = voted(story.text)
        if not code and self.languages:
            code = classified(story.text, self.sure)
        code = code if code and (not said or story.origin.kind in WEB) else said or code
        if self.languages and code.split("-")[0].lower() not in self.languages and (code or self.doubtful == "drop"):
            wanted = ", ".join(self.languages)
            return left_out(story, self.name, f"is in the language {code}, not in {wanted}" if code else
                            f"is in no language that could be told with a probability of {self.sure}; wanted: {wanted}")
        return story if code == said else replace(story, origin=replace(story.origin, language=code))
