"""What a document states of itself (front matter or the keys of a row) in, its provenance and consent out.

The keys are those that `records.read_story` reads, and those of `Origin`; both spellings of licence will do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foundling.evaluation.spaces.data.form import Consent, Fault, Provenance
from foundling.evaluation.spaces.data.places import Mark, sound
from foundling.records import UNKNOWN, Origin
from foundling.records.story import Form

FORMS = ("prose", "scene")
KEYS = (
    "title", "form", "feelings", "about", "people", "simulated", "source", "author", "licence", "license", "date",
    "retrieved", "consent", "language", "world", "parent", "operator", "depth",
)
_SAME = {"license": "licence", "lang": "language", "url": "source"}
_ORIGIN = ("author", "licence", "date", "retrieved", "consent", "language")
_LONGEST = 1_000  # characters of a value: what is longer is no licence and no date


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a person states of all documents that do not say it themselves."""

    origin: Origin = UNKNOWN
    source: str = ""


UNSTATED = Terms()


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a document states: values and their places by key, in one spelling, and faults in stating it."""

    values: Mapping[str, str]
    marks: Mapping[str, Mark]
    people: tuple[tuple[str, Mark], ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def form(self) -> Form:
        """Prose, unless a scene is declared."""
        return "scene" if self.values.get("form", "").lower() == "scene" else "prose"

    @property
    def simulated(self) -> bool:
        """Whether a program narrated it."""
        return self.values.get("simulated", "").lower() in ("yes", "true")

    def provenance(self, terms: Terms, kind: str) -> Provenance:
        """Provenance with what the document leaves open taken from `terms`."""
        stated = {key: self.values.get(key, "") or getattr(terms.origin, key) for key in _ORIGIN}
        own = {key: self.values.get(key, "") for key in ("world", "parent", "operator", "depth")}
        return Provenance(
            origin=Origin(kind=kind, **stated), source=self.values.get("source", "") or terms.source,
            marks=self.marks, **own,
        )

    def consent(self, terms: Terms, mark: Mark) -> Consent | None:
        """Who agreed, where the document or the terms say it."""
        words = self.values.get("consent", "") or terms.origin.consent
        return Consent(words=words, mark=self.marks.get("consent", mark)) if words else None


def head_of(stated: Mapping[str, tuple[Any, Mark]], people: tuple[tuple[str, Mark], ...]) -> Head:
    """Values as they were stated, of any type, with their places. A list is its words, a truth value yes or no."""
    values, marks, faults = dict[str, str](), dict[str, Mark](), list[Fault]()
    for key, (value, mark) in stated.items():
        name = _SAME.get(key, key)
        if isinstance(value, bool):
            value = "yes" if value else "no"
        values[name] = sound(" ".join(str(value if value is not None else "")[:_LONGEST].split()))
        marks[name] = mark
    form = values.get("form", "")
    if form and form.lower() not in FORMS:
        faults.append(Fault(code="E035", mark=marks["form"], said=f"the form is {form[:40]!a}, not prose or scene"))
    return Head(values=values, marks=marks, people=tuple((sound(name), mark) for name, mark in people),
                faults=tuple(faults))
