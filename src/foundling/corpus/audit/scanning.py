"""The words of a story in, counts of who is in it, and what is said of them, out. It knows no statistics.

Every rule here is shallow on purpose, a window of a few words, so that anybody can check it; what it misses, it misses
for women and men alike, and the card shows counts and not verdicts.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from foundling.corpus.audit.lexicon import PRONOUNS, TITLES, gendered_nouns, grouped, listed, professions
from foundling.corpus.audit.names import Seen

OTHER = "other"
_TOKEN = re.compile(
    r"[^\W\d_]+-(?:hearted|natured|haired|working|bred)\b|[^\W\d_]+|[.!?;:,\"“”]")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_ENDS = frozenset(".!?;:\"“”")
_IS = frozenset(("was", "is", "were", "are", "be", "been", "looked", "seemed", "felt", "grew", "became", "looks"))
_BETWEEN = frozenset(("a", "so", "very", "quite", "too", "most", "rather", "always", "still", "such", "now", "really"))
_BEFORE_PLACE = frozenset(("in", "at", "near", "through", "across", "into", "from"))
_ARTICLES = frozenset(("the", "a", "an"))
_LONGEST = 65_536  # characters of a paragraph that are held as words at once
_MOST_WORDS = 300_000  # different ones of any kind: beyond them nothing new is taken up, so that no text fills memory
_REACH_PRONOUN, _REACH_PROFESSION = 12, 20


@dataclass(kw_only=True)
class Counts:
    """All that is counted; a key with two parts is (what, of whom), whom being "woman", "man" or "other"."""

    words: int = 0
    pronouns: Counter[str] = field(default_factory=Counter)
    nouns: Counter[str] = field(default_factory=Counter)
    ages: Counter[tuple[str, str]] = field(default_factory=Counter)
    professions: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    speaks: Counter[str] = field(default_factory=Counter)
    named_speaks: Counter[str] = field(default_factory=Counter)
    spoken_of: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    adjectives: Counter[tuple[str, str]] = field(default_factory=Counter)
    all_adjectives: Counter[str] = field(default_factory=Counter)
    seen: Seen = field(default_factory=Seen)


def _pieces(paragraph: str) -> Iterator[str]:
    """The paragraph, or where it is endless pieces of it, cut at spaces where there are any."""
    start = 0
    while len(paragraph) - start > _LONGEST:
        cut = paragraph.rfind(" ", start + 1, start + _LONGEST)
        cut = cut if cut > 0 else start + _LONGEST
        yield paragraph[start:cut]
        start = cut
    yield paragraph[start:]


def _count(counter: Counter[str], word: str) -> None:
    if word in counter or len(counter) < _MOST_WORDS:
        counter[word] += 1


class Scan:
    """Counts over many stories; its memory grows with the vocabulary alone, and that is bounded."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._nouns, self._ages, self._places = gendered_nouns(), grouped("ages"), grouped("places")
        self._adjectives, self._speech, self._professions = listed("adjectives"), listed("speech"), professions()

    def turn(self, name: str, text: str) -> None:
        """A turn of a scene: everybody in its words is spoken of."""
        _count(self.counts.turns, name)
        self.prose(text, spoken=True)

    def prose(self, text: str, *, spoken: bool = False) -> None:
        """A text; `spoken`: all of it is talk."""
        for paragraph in _PARAGRAPHS.split(text):  # which also closes quotation marks that nobody closed
            for piece in _pieces(paragraph):
                self._paragraph(_TOKEN.findall(piece), spoken)

    def _paragraph(self, words: Sequence[str], spoken: bool) -> None:
        small = [word.lower() for word in words]
        talk, starts = spoken, True
        for at, low in enumerate(small):
            word = words[at]
            if not word[0].isalpha():
                if word == '"':
                    talk = spoken or not talk
                elif word in "“”":
                    talk = spoken or word == "“"
                starts = starts or word in ".!?\"“”"
                continue
            self.counts.words += 1
            self._word(words, small, at, talk)
            if word[0].isupper():
                self._capital(words, small, at, starts)
            else:
                _count(self.counts.seen.small, low)
            starts = False

    def _word(self, words: Sequence[str], small: Sequence[str], at: int, talk: bool) -> None:
        counts, low = self.counts, small[at]
        gender = PRONOUNS.get(low) or self._nouns.get(low)
        if gender:
            (counts.pronouns if low in PRONOUNS else counts.nouns)[low] += 1
            if talk:
                counts.spoken_of[gender] += 1
            self._said_of(words, small, at, gender)
        if low in self._ages:
            old = self._ages[low] == "grown" and "old" in small[max(0, at - 2):at]
            counts.ages["old" if old else self._ages[low], gender or OTHER] += 1
        if low in self._adjectives:
            counts.all_adjectives[low] += 1
        if low in self._professions:
            counts.professions[self._professions[low], self._worker(small, at)] += 1
        if low in self._places:
            counts.places[low] += 1
        if low in self._speech:
            self._speaker(words, small, at)

    def _said_of(self, words: Sequence[str], small: Sequence[str], at: int, gender: str) -> None:
        """Adjectives before the word ("a poor old woman") and after it is said to be ("she was so very glad")."""
        back = at - 1
        while back >= max(0, at - 5) and (small[back] in self._adjectives or small[back] in ("and", ",")):
            if words[back] in self._adjectives and small[at] not in PRONOUNS:  # "the Happy Prince" is a name
                self.counts.adjectives[small[back], gender] += 1
            back -= 1
        if at + 1 < len(small) and small[at + 1] in _IS:
            on = at + 2
            while on < min(len(small), at + 5) and small[on] in _BETWEEN:
                on += 1
            while on < len(small) and (small[on] in self._adjectives or small[on] in ("and", ",")):
                if small[on] in self._adjectives:
                    self.counts.adjectives[small[on], gender] += 1
                on += 1

    def _worker(self, small: Sequence[str], at: int) -> str:
        """Of whom a word for work is: by the word itself, else by the first pronoun of the sentence after it."""
        if small[at] in self._nouns:
            return self._nouns[small[at]]
        if at and self._nouns.get(small[at - 1]):
            return self._nouns[small[at - 1]]  # "a woman doctor"
        for on in range(at + 1, min(len(small), at + 1 + _REACH_PROFESSION)):
            low = small[on]
            if low in _ENDS or low in self._nouns or low in self._professions:
                break
            if low in PRONOUNS:
                return PRONOUNS[low]
        return OTHER

    def _speaker(self, words: Sequence[str], small: Sequence[str], at: int) -> None:
        """Who stands beside a verb of speech: "said the old king", "she asked", "cried Ida"."""
        around = [on for on in (at + 1, at - 1) if 0 <= on < len(small)]
        if at + 1 < len(small) and small[at + 1] in ("the", "his", "her", "a"):
            around = [on for on in range(at + 2, min(len(small), at + 5)) if small[on] in self._nouns][:1] or around
        for on in around:
            gender = self._nouns.get(small[on]) or (PRONOUNS.get(small[on]) if small[on] in ("he", "she") else None)
            if gender:
                self.counts.speaks[gender] += 1
                return
            if words[on][0].isupper() and small[on] not in ("i", "the"):
                _count(self.counts.named_speaks, words[on])
                return
            if small[on] in ("i", "they", "we", "you", "it"):
                break
        self.counts.speaks[OTHER] += 1

    def _capital(self, words: Sequence[str], small: Sequence[str], at: int, starts: bool) -> None:
        """A capitalised word inside a sentence is perhaps a name: what stands around it says of whom, or where."""
        word, seen = words[at], self.counts.seen
        titled = TITLES.get(words[at - 1]) if at else None
        if len(word) < 3 or word.isupper() or word in TITLES or small[at] in self._nouns:
            return
        before = small[at - 1] if at else ""
        if titled or not starts:
            seen.meet(word, articled=before in _ARTICLES, placed=before in _BEFORE_PLACE)
        gender = titled or self._next_pronoun(words, small, at)
        if gender:
            seen.vouch(word, gender)

    def _next_pronoun(self, words: Sequence[str], small: Sequence[str], at: int) -> str | None:
        for on in range(at + 1, min(len(small), at + 1 + _REACH_PRONOUN)):
            low = small[on]
            if low in _ENDS or low in self._nouns or (words[on][0].isupper() and low != "i"):
                return None
            if low in PRONOUNS:
                return PRONOUNS[low]
        return None
