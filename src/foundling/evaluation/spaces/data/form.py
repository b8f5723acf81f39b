"""The typed intermediate form of a corpus: documents, turns, speakers, provenance and consent, each with its place.

It is what parsing makes and what every check reads. It judges nothing and opens no file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from foundling.corpus.reading.markdown import prose
from foundling.evaluation.spaces.data.places import Mark, Places, PlainPlaces, sound
from foundling.records import UNKNOWN, Origin, Story, render
from foundling.records import Turn as Said
from foundling.records.story import Form


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What parsing met and could not read as it should be: the code of the check that tells of it, where, and what."""

    code: str
    mark: Mark
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found: where, and what besides the check's title is to be said."""

    mark: Mark
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A turn with the offsets of its name and its words in the document's text; the name is None for a silence."""

    mark: Mark
    name: str | None
    text: str
    start: int
    words: int


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Somebody who speaks in a document: the first turn's place, and how many turns they have."""

    mark: Mark
    name: str
    turns: int


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a document says it comes from. `source` in words or as an address; `world` the simulated world that it
    tells of; `parent`, `operator` and `depth` where it was made of another; `marks` where each key stands."""

    origin: Origin = UNKNOWN
    source: str = ""
    world: str = ""
    parent: str = ""
    operator: str = ""
    depth: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Who agreed to the use of a text, in their own words; "" where nobody was asked."""

    words: str
    mark: Mark


@dataclass(frozen=True, kw_only=True)
class Document:
    """One text of the corpus. `broken`: parsing could not get at its text, so that only its faults can be told.

    text: the body as it stands in the file, for a scene of JSON its turns as lines; people: who the front matter says
    is in it, with their places; suffix: of the file, with its dot.
    """

    mark: Mark
    title: str
    text: str
    places: Places
    form: Form = "prose"
    turns: tuple[Turn, ...] = ()
    people: tuple[tuple[str, Mark], ...] = ()
    provenance: Provenance = Provenance()
    consent: Consent | None = None
    faults: tuple[Fault, ...] = ()
    suffix: str = ".txt"
    simulated: bool = False
    broken: bool = False

    @cached_property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who speaks, in order of appearance."""
        counts: dict[str, list[Turn]] = {}
        for turn in self.turns:
            if turn.name is not None:
                counts.setdefault(turn.name, []).append(turn)
        return tuple(Speaker(mark=turns[0].mark, name=name, turns=len(turns)) for name, turns in counts.items())

    @cached_property
    def story(self) -> Story:
        """The document as the rest of Foundling knows texts; Markdown as the prose that it marks up."""
        text = self.text
        if self.form == "scene":
            text = render(Said(name=turn.name, text=turn.text) for turn in self.turns)
        elif self.suffix in (".md", ".markdown"):
            text = prose(text)
        return Story(
            title=sound(self.title), text=sound(text.strip()), source=self.mark.file, form=self.form,
            simulated=self.simulated, people=tuple(name for name, _ in self.people), origin=self.provenance.origin,
        )

    @property
    def own_words(self) -> str:
        """What is said or told, without names before colons: the text that measures of wording look at."""
        return "\n".join(turn.text for turn in self.turns) if self.form == "scene" else self.text

    def at(self, offset: int) -> Mark:
        """The place of a character of the text."""
        line, column = self.places.at(offset)
        return Mark(file=self.mark.file, line=line, column=column)

    def found(self, offset: int, said: str = "") -> Finding:
        """A finding at a character of the text."""
        return Finding(mark=self.at(offset), said=said)

    def key(self, name: str, said: str = "") -> Finding:
        """A finding at a key of the front matter or the row; at the document's begin where it has no such key."""
        return Finding(mark=self.provenance.marks.get(name, self.mark), said=said)


def unread(mark: Mark, code: str, said: str) -> Document:
    """A document of which nothing is known but why it could not be read."""
    fault = Fault(code=code, mark=mark, said=said)
    return Document(mark=mark, title="", text="", places=PlainPlaces(whole=""), faults=(fault,), broken=True)
