"""Stories and drops in, a data card out: what a corpus is made of, in figures, and what nobody wrote down about it.

The questions are those of datasheets (Gebru et al. 2021, arXiv 1803.09010) and data statements (Bender and Friedman
2018). One pass, in memory that does not grow with the corpus. It judges nothing, and measures no representation.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from foundling.corpus.audit.tally import MOST_GROUPS, OTHERS, Different, Group, Groups
from foundling.corpus.dropped import Dropped
from foundling.records import Story

COUNTERFACTUAL = "(counterfactual)"
_EXAMPLES = 3
_STAND_IN = re.compile(r"\[([a-z]{2,12}) \d{1,6}\]")  # what the step "personal" writes: `[mail 1]`
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_VARIES = re.compile(r"\d[\d.,]*|[\"“'‘][^\"”'’]{1,80}[\"”'’]")  # what differs between drops for one reason
_OTHER_TEXT = re.compile(r"(text as|cop(?:y|ies) of) .*", re.DOTALL)
_HOST = re.compile(r"https?://([^/\s]+)")
_YEAR = re.compile(r"(-?\d{4})(?:-|$)")
_BANDS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
_BAND_NAMES = (*(f"up to {most:,}" for most in _BANDS), f"over {_BANDS[-1]:,}")


class Item(Protocol):
    """A piece of personal data as a finder gives it."""

    @property
    def kind(self) -> str:
        """The kind: "mail", "phone"."""


Finder = Callable[[str], Iterable[Item]]


@dataclass(frozen=True, kw_only=True)
class Extreme:
    """The longest or the shortest document."""

    title: str
    source: str
    bytes: int
    words: int


@dataclass(frozen=True, kw_only=True)
class Fall:
    """What one step dropped for one reason (numbers in it shown as …): documents, bytes, up to three titles."""

    step: str
    reason: str
    documents: int
    bytes: int
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Personal:
    """Personal data of one kind: stand-ins in the text, and items still standing in it as found; None: not searched."""

    kind: str
    replaced: int
    left: int | None


@dataclass(frozen=True, kw_only=True)
class DataCard:
    """All that the data card says; frozen and plain, so `to_jsonable` makes JSON of it.

    bytes: UTF-8 of the texts; lengths: documents by upper bound of words ("up to 100"); years: by year of writing, ""
    for none; authors_exact: False where the count is an estimate; unknown: sentences about what was not written down;
    facts: what the caller knows besides (name, purpose, seed ...), as pairs.
    """

    documents: int = 0
    bytes: int = 0
    words: int = 0
    prose: int = 0
    scenes: int = 0
    simulated: int = 0
    counterfactual: int = 0
    sources: tuple[Group, ...] = ()
    kinds: tuple[Group, ...] = ()
    licences: tuple[Group, ...] = ()
    consents: tuple[Group, ...] = ()
    languages: tuple[Group, ...] = ()
    years: tuple[Group, ...] = ()
    lengths: tuple[Group, ...] = ()
    first_date: str = ""
    last_date: str = ""
    first_retrieved: str = ""
    last_retrieved: str = ""
    authors: int = 0
    authors_exact: bool = True
    nameless: int = 0
    longest: Extreme | None = None
    shortest: Extreme | None = None
    dropped: int = 0
    dropped_bytes: int = 0
    falls: tuple[Fall, ...] = ()
    exact_copies: int = 0
    near_copies: int = 0
    personal: tuple[Personal, ...] = ()
    unknown: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = field(default=())


def collection_of(source: str) -> str:
    """The name under which a source is summed: the host of an address, the archive or folder of a path, else itself."""
    source = source.removesuffix(COUNTERFACTUAL).strip()
    match = _HOST.match(source)
    if match:
        return match[1].lower()
    return source.split("/", 1)[0] if "/" in source.strip("/") else source


class _Drops:
    """Drops summed by step and reason, what differs from drop to drop put aside."""

    def __init__(self) -> None:
        self.documents = self.bytes = 0
        self._rows: dict[tuple[str, str], list[int]] = {}
        self._examples: dict[tuple[str, str], list[str]] = {}

    def add(self, drop: Dropped) -> None:
        size = drop.story.bytes if drop.story else 0
        key = (drop.step, _VARIES.sub("…", _OTHER_TEXT.sub(r"\1 another", drop.reason[:1000]))[:200])
        if key not in self._rows and len(self._rows) >= MOST_GROUPS:
            key = (OTHERS, "was left out for yet another reason")
        row = self._rows.setdefault(key, [0, 0])
        row[0], row[1] = row[0] + 1, row[1] + size
        self.documents, self.bytes = self.documents + 1, self.bytes + size
        examples = self._examples.setdefault(key, [])
        if len(examples) < _EXAMPLES:
            examples.append(drop.title[:120])

    def falls(self) -> tuple[Fall, ...]:
        return tuple(
            Fall(step=step, reason=reason, documents=count, bytes=size, examples=tuple(self._examples[step, reason]))
            for (step, reason), (count, size) in sorted(self._rows.items(), key=lambda row: (-row[1][0], row[0])))


def copies(falls: Iterable[Fall]) -> tuple[int, int]:
    """(exact copies, near-copies) among the drops, told apart by what step and reason are called."""
    exact = near = 0
    for fall in falls:
        words = f"{fall.step} {fall.reason}".lower()
        if fall.step.lower().startswith(("cop", "near", "exact", "dup")) or "same text" in words:
            near, exact = (near + fall.documents, exact) if "near" in words else (near, exact + fall.documents)
    return exact, near


class _Tables:
    """The tables that a card is made of, filled story by story."""

    def __init__(self, finder: Finder | None) -> None:
        self.by = {name: Groups() for name in (
            "sources", "kinds", "licences", "consents", "languages", "years", "lengths")}
        self.sums = dict.fromkeys(("documents", "bytes", "words", "prose", "scenes", "simulated", "counterfactual"), 0)
        self.authors, self.nameless = Different(), 0
        self.longest: Extreme | None = None
        self.shortest: Extreme | None = None
        self.dates = {"date": ["", ""], "retrieved": ["", ""]}
        self._finder, self._replaced, self._left = finder, dict[str, int](), dict[str, int]()

    def add(self, story: Story) -> None:
        size, words, origin = story.bytes, sum(1 for _ in _WORD.finditer(story.text)), story.origin
        year = _YEAR.match(origin.date)
        band = _BAND_NAMES[sum(words > most for most in _BANDS)]
        names = {
            "sources": collection_of(story.source), "kinds": origin.kind, "licences": origin.licence, "lengths": band,
            "consents": origin.consent, "languages": origin.language, "years": year[1] if year else ""}
        for name, value in names.items():
            self.by[name].add(value[:200], size, words, simulated=story.simulated)
        for name, count in (
                ("documents", 1), ("bytes", size), ("words", words), (
                    "scenes" if story.form == "scene" else "prose", 1),
                ("simulated", story.simulated), ("counterfactual", COUNTERFACTUAL in f"{story.about} {story.source}")):
            self.sums[name] += int(count)
        if origin.author:
            self.authors.add(origin.author)
        else:
            self.nameless += 1
        for key, value in (("date", origin.date if year else ""), ("retrieved", origin.retrieved)):
            if value:
                low, high = self.dates[key]
                self.dates[key] = [min(low, value) if low else value, max(high, value)]
        self._measure(story, size, words)
        self._search(story.text)

    def _measure(self, story: Story, size: int, words: int) -> None:
        this = Extreme(title=story.title[:120], source=story.source[:120], bytes=size, words=words)
        if self.longest is None or size > self.longest.bytes:
            self.longest = this
        if self.shortest is None or size < self.shortest.bytes:
            self.shortest = this

    def _search(self, text: str) -> None:
        for kind in _STAND_IN.findall(text) if "[" in text else ():
            self._replaced[kind] = self._replaced.get(kind, 0) + 1
        for item in self._finder(text) if self._finder else ():
            self._left[item.kind] = self._left.get(item.kind, 0) + 1

    def personal(self) -> tuple[Personal, ...]:
        return tuple(
            Personal(kind=kind, replaced=self._replaced.get(kind, 0),
                     left=self._left.get(kind, 0) if self._finder else None)
            for kind in sorted({*self._replaced, *self._left}))

    def unknown(self) -> tuple[str, ...]:
        """What nobody wrote down, a sentence each."""
        total = self.sums["documents"]
        parts = []
        for name, what in (("licences", "licence"), ("consents", "consent"), ("languages", "language"),
                           ("years", "date of writing"), ("kinds", "kind of file")):
            count = next((row.documents for row in self.by[name].rows() if not row.name), 0)
            if count:
                parts.append(f"The {what} of {count:,} of {total:,} documents is not known.")
        if self.nameless:
            parts.append(f"The author of {self.nameless:,} of {total:,} documents is not known.")
        if not self._finder:
            parts.append("Whether personal data is left in the text was not searched for.")
        return (*parts, "Names of people in the text, and what can be guessed of them, were not searched for.")


def data_card(
    stories: Iterable[Story], drops: Iterable[Dropped] = (), facts: Mapping[str, object] | None = None, *,
    finder: Finder | None = None,
) -> DataCard:
    """The card of a corpus, in one pass over each.

    facts: whatever else is known, shown as it stands; finder: what finds personal data in a text (`Personal.found` of
    `corpus.steps.personal`), so that the card can say what is left; None: said to be unknown.
    """
    tables, fallen = _Tables(finder), _Drops()
    for story in stories:
        tables.add(story)
    for drop in drops:
        fallen.add(drop)
    falls = fallen.falls()
    exact, near = copies(falls)
    sums, rows = tables.sums, {name: groups.rows(by_name=name == "years") for name, groups in tables.by.items()}
    by_length = {row.name: row for row in rows["lengths"]}
    return DataCard(
        documents=sums["documents"], bytes=sums["bytes"], words=sums["words"], prose=sums["prose"],
        scenes=sums["scenes"], simulated=sums["simulated"], counterfactual=sums["counterfactual"],
        sources=rows["sources"], kinds=rows["kinds"], licences=rows["licences"], consents=rows["consents"],
        languages=rows["languages"], years=rows["years"],
        lengths=tuple(by_length.get(band, Group(name=band, documents=0, bytes=0, words=0)) for band in _BAND_NAMES),
        first_date=tables.dates["date"][0], last_date=tables.dates["date"][1],
        first_retrieved=tables.dates["retrieved"][0], last_retrieved=tables.dates["retrieved"][1],
        authors=tables.authors.count, authors_exact=tables.authors.exact, nameless=tables.nameless,
        longest=tables.longest, shortest=tables.shortest, dropped=fallen.documents, dropped_bytes=fallen.bytes,
        falls=falls, exact_copies=exact, near_copies=near, personal=tables.personal(), unknown=tables.unknown(),
        facts=tuple((str(name), str(value)) for name, value in (facts or {}).items()),
    )
