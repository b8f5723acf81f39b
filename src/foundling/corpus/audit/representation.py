"""Stories in, who is in them and what is said of them out: counts beside women and men, never a verdict.

Two genders are counted because English has two such pronouns; who is neither stands under "other". It draws nothing,
and intervals belong to whoever shows the counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from foundling.corpus.audit.lexicon import MAN, PRONOUNS, TITLES, WOMAN, gendered_nouns, grouped
from foundling.corpus.audit.names import NO_NAMES, Seen
from foundling.corpus.audit.odds import Leaning, leanings
from foundling.corpus.audit.scanning import OTHER, Scan
from foundling.records import Story

_MOST_NAMES, _MOST_PLACES = 400, 30


@dataclass(frozen=True, kw_only=True)
class Share:
    """How often something is of a woman, of a man, or not said of whom; `marked`: the word itself says it."""

    name: str
    women: int
    men: int
    other: int = 0
    marked: bool = False

    @property
    def told(self) -> int:
        """Times that the text says of whom."""
        return self.women + self.men


@dataclass(frozen=True, kw_only=True)
class Place:
    """A kind of place with its group ("indoors"), or a named one with the group "named"."""

    name: str
    group: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Representation:
    """genders: pronouns, nouns, names, and who speaks or is spoken of; pronouns: he/him/his and she/her/hers by word;
    ages: child, grown, old; names: by falling use, of those whose gender the text tells; adjectives: women's first."""

    documents: int
    words: int
    genders: tuple[Share, ...]
    pronouns: tuple[tuple[str, int], ...]
    ages: tuple[Share, ...]
    professions: tuple[Share, ...]
    places: tuple[Place, ...]
    names: tuple[Share, ...]
    adjectives: tuple[Leaning, ...]


def _shares(counter: Mapping[tuple[str, str], int]) -> tuple[Share, ...]:
    rows = [
        Share(name=name, women=counter.get((name, WOMAN), 0), men=counter.get((name, MAN), 0),
              other=counter.get((name, OTHER), 0), marked=name in gendered_nouns())
        for name in sorted({name for name, _ in counter})
    ]
    return tuple(sorted(rows, key=lambda row: (-row.told, -row.other, row.name)))


def _by_gender(name: str, counter: Mapping[str, int], genders: Mapping[str, str]) -> Share:
    """Counts of words, each of a known gender or of none."""
    sums = Counter[str]()
    for word, count in counter.items():
        sums[genders.get(word, OTHER)] += count
    return Share(name=name, women=sums[WOMAN], men=sums[MAN], other=sums[OTHER])


def _speaker(name: str, genders: Mapping[str, str]) -> str:
    """The word of a speaker's name that says most: the title, else the first name, else the noun ("the old Queen")."""
    words = name.split()
    if words[0].rstrip(".") in TITLES:
        return TITLES[words[0].rstrip(".")]
    return words[0] if words[0] in genders else words[-1].lower()


def _names(seen: Seen, genders: Mapping[str, str]) -> tuple[Share, ...]:
    """The names in use, with every place in which they stand put to the gender that the text tells of them."""
    rows = sorted(((count, name) for name, count in seen.met.items() if name in genders), key=lambda r: (-r[0], r[1]))
    return tuple(
        Share(name=name, women=count if genders[name] == WOMAN else 0, men=count if genders[name] == MAN else 0)
        for count, name in rows[:_MOST_NAMES])


def _places(scan: Scan) -> tuple[Place, ...]:
    groups, seen = grouped("places"), scan.counts.seen
    kinds = [Place(name=word, group=groups[word], count=count) for word, count in scan.counts.places.items()]
    named = [
        Place(name=word, group="named", count=count) for word, count in seen.placed.items()
        if count >= 3 and count > 0.15 * seen.met[word] and word not in NO_NAMES and seen.are_names(word)
    ]
    ordered = [sorted(rows, key=lambda row: (-row.count, row.name)) for rows in (kinds, named)]
    return (*ordered[0][:_MOST_PLACES], *ordered[1][:_MOST_PLACES])


def representation(stories: Iterable[Story]) -> Representation:
    """Who is in the stories, in one pass; memory grows with the vocabulary, not with the corpus."""
    scan, documents = Scan(), 0
    for story in stories:
        documents += 1
        for turn in story.turns:
            if turn.name is not None:
                scan.turn(turn.name, turn.text)
        if story.form == "prose":
            scan.prose(story.text)
    counts = scan.counts
    genders, nouns = counts.seen.genders(), gendered_nouns()
    everyone = {**genders, **nouns, WOMAN: WOMAN, MAN: MAN}
    turns = Counter[str]()
    for name, count in counts.turns.items():
        turns[_speaker(name, everyone)] += count
    talk = _by_gender("who speaks", counts.speaks + counts.named_speaks, everyone)
    of = {side: {word: n for (word, gender), n in counts.adjectives.items() if gender == side} for side in (WOMAN, MAN)}
    return Representation(
        documents=documents, words=counts.words,
        genders=(
            _by_gender("pronouns", counts.pronouns, PRONOUNS), _by_gender("nouns", counts.nouns, nouns),
            _by_gender("names", {n: c for n, c in counts.seen.met.items() if counts.seen.are_names(n)}, genders), talk,
            _by_gender("who is spoken of", counts.spoken_of, everyone),
            _by_gender("turns in scenes", turns, everyone),
        ),
        pronouns=tuple((word, counts.pronouns[word]) for word in PRONOUNS), ages=_shares(counts.ages),
        professions=_shares(counts.professions), places=_places(scan), names=_names(counts.seen, genders),
        adjectives=leanings(of[WOMAN], of[MAN], counts.all_adjectives),
    )
