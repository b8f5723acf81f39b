"""What a verdict stands on, frozen: rows of two sides flow in, canonical JSON named by its SHA-256 flows out, and back.

A row is a document with its bytes and the nats of A and of B, an item of an exam with both hits, a sample with its
counts, or a run with the nats of every document. Reading is strict: every value has exactly the kind that its field
says (a truth value is no number, a NaN is none), names are unique, sizes are bounded, and the bytes must be the one
form that would be written again. It computes no statistic and decides nothing.
"""

import dataclasses
import functools
import json
import re
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from foundling.evaluation.versus.figures import number
from foundling.home import read_verified, write_folder
from foundling.records import BadInput, canonical_json, content_hash

FILE = "evidence.json"
LARGEST = 256 * 2**20
Side = Literal["a", "b"]
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Document:
    """One held-out document under both checkpoints; nats are None where there was no number. part: its slice."""

    id: str
    part: str
    bytes: int
    a: float | None
    b: float | None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question of an exam: whether A and B did right. group: the template, drawn again as a whole."""

    exam: str
    id: str
    group: str
    a: bool
    b: bool


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Counts of what one side wrote: 4-grams of words and those that stood before; windows and those copied."""

    side: Side
    id: str
    fours: int
    repeated: int
    windows: int
    copied: int


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """Two checkpoints on one slice. inputs: SHA-256 by name; longest: most words in a row that a side copied, by
    `a.train`, `a.heldout`, `b.train`, `b.heldout`; faults: why a side gave no figure, by side."""

    kind: Literal["checkpoint"] = "checkpoint"
    format: Literal[1] = 1
    candidate: str
    incumbent: str
    slice: str
    seed: int
    prompts: int
    threads: int
    inputs: dict[str, str]
    documents: tuple[Document, ...]
    items: tuple[Item, ...] = ()
    samples: tuple[Sample, ...] = ()
    longest: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A held-out document that runs were scored on."""

    id: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training and its nats on every document, in their order; empty, with the fault, where it gave none.

    role: of the noise floor, or of this step; weights: SHA-256 of what was scored.
    """

    side: Side
    role: Literal["noise", "step"]
    seed: int
    weights: str
    nats: tuple[float, ...] = ()
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Trainings:
    """Runs of two recipes, corpora or programs on one slice. rules: of `gates.Rules`, by name; vetoes: in words, of
    what was found before any training."""

    kind: Literal["corpus", "recipe", "program"]
    format: Literal[1] = 1
    candidate: str
    incumbent: str
    slice: str
    step: Literal["screen", "look", "test", "claim", "vault"]
    inputs: dict[str, str]
    rules: dict[str, float]
    documents: tuple[Text, ...] = ()
    runs: tuple[Run, ...] = ()
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What one check says of two texts: which is better, or that it abstains."""

    check: str
    says: Literal["a", "b", "even", "abstains"]
    detail: str


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Two texts. forward: votes with A first; backward: with B first, told in terms of A and B again."""

    kind: Literal["text"] = "text"
    format: Literal[1] = 1
    candidate: str
    incumbent: str
    inputs: dict[str, str]
    forward: tuple[Vote, ...]
    backward: tuple[Vote, ...]


Evidence = Checkpoints | Trainings | Texts
_KINDS: dict[str, type[Evidence]] = {
    "checkpoint": Checkpoints, "text": Texts, "corpus": Trainings, "recipe": Trainings, "program": Trainings,
}


def write_evidence(judge: Path, evidence: Evidence) -> str:
    """Save it below the judge's folder, whole or not at all; returns its SHA-256, which is its name."""
    data = canonical_json(evidence)
    parse(data)  # what cannot be read back is not written
    name = content_hash(data)
    place = judge / "evidence" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        write_folder(place, {FILE: data})
    return name


def read_evidence(judge: Path, name: str) -> Evidence:
    """The evidence of that SHA-256. Raises BadInput when it is missing, was changed, or is no evidence."""
    if not _HASH.fullmatch(name):
        raise BadInput(f"{name[:80]!r} names no evidence: restore the ledger from a copy of the home.")
    place = judge / "evidence" / name
    if place.is_symlink() or not place.is_dir():
        raise BadInput(f"{place} is missing: restore it from a copy of the home.")
    if (place / FILE).is_file() and (place / FILE).stat().st_size > LARGEST:
        raise BadInput(f"{place / FILE} is larger than any evidence: restore it from a copy of the home.")
    data = read_verified(place, FILE)
    if content_hash(data) != name:
        raise BadInput(f"{place / FILE} was changed after the verdict: restore it from a copy of the home.")
    return parse(data)


def parse(data: bytes) -> Evidence:
    """Evidence from its bytes. Raises BadInput for any value that no judge writes."""
    if len(data) > LARGEST:
        raise BadInput(f"Evidence of {len(data):,} bytes is larger than any: it is refused.")
    try:
        loaded = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"The evidence is no JSON ({fault}): restore it from a copy of the home.") from fault
    kind = loaded.get("kind") if isinstance(loaded, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BadInput(f"Evidence of kind {str(kind)[:40]!r} is none: restore it from a copy of the home.")
    found = typing.cast(Evidence, _built(_KINDS[kind], loaded, "evidence"))
    _check(found)
    if canonical_json(found) != data:
        raise BadInput("The evidence is not in the form in which it is written: restore it from a copy of the home.")
    return found


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no number")


@functools.cache
def _fields(made: type) -> dict[str, Any]:
    """The kind of every field."""
    hints = typing.get_type_hints(made)
    return {one.name: hints[one.name] for one in dataclasses.fields(made)}


def _built(kind: Any, value: Any, where: str) -> Any:
    """The value as that kind, exactly. Raises BadInput naming the first place where it is another."""
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        fields = _fields(kind)
        if not isinstance(value, dict) or value.keys() != fields.keys():
            raise _other(where, "has other fields", value)
        return kind(**{name: _built(hint, value[name], f"{where}.{name}") for name, hint in fields.items()})
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(kind)[0]
        return tuple(_built(inner, one, f"{where}[{place}]") for place, one in enumerate(value))
    if origin is dict and isinstance(value, dict):
        inner = typing.get_args(kind)[1]
        return {name: _built(inner, one, f"{where}.{name}") for name, one in value.items()}
    if origin is Literal and value in typing.get_args(kind) and type(value) is type(typing.get_args(kind)[0]):
        return value
    if origin is types.UnionType:
        return None if value is None else _built(typing.get_args(kind)[0], value, where)
    if kind is float and number(value) is not None:
        return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    raise _other(where, f"is no {getattr(kind, '__name__', kind)}", value)


def _other(where: str, what: str, value: object) -> BadInput:
    return BadInput(f"{where} {what} ({str(value)[:40]!r}): no judge writes that; restore it from a copy of the home.")


def _check(found: Evidence) -> None:
    """What kinds alone do not say: hashes, uniqueness, counts that can be."""
    for name, digest in {**found.inputs, "candidate": found.candidate, "incumbent": found.incumbent}.items():
        if not _HASH.fullmatch(digest):
            raise _other(name, "is no SHA-256", digest)
    if isinstance(found, Checkpoints):
        _unique([row.id for row in found.documents], "document")
        _unique([f"{row.exam} {row.id}" for row in found.items], "item")
        _unique([f"{row.side} {row.id}" for row in found.samples], "sample")
        counts = [one for row in found.samples for one in (row.repeated, row.fours - row.repeated, row.copied,
                                                           row.windows - row.copied)]
        if any(one < 0 for one in [*counts, *found.longest.values()]) or any(row.bytes <= 0 for row in found.documents):
            raise _other("a count", "is below nothing", counts[:4])
    if isinstance(found, Trainings):
        _unique([row.id for row in found.documents], "document")
        _unique([f"{run.side} {run.role} {run.seed}" for run in found.runs], "run")
        for run in found.runs:
            if len(run.nats) != (0 if run.fault else len(found.documents)):
                raise _other(f"run {run.seed}", "has other documents than the rest", len(run.nats))


def _unique(names: list[str], what: str) -> None:
    if len(set(names)) != len(names):
        raise BadInput(f"The evidence holds one {what} twice: restore it from a copy of the home.")
