"""Figures kept by what they depend on: a key of hashes flows in, rows of scores flow out, or nothing where none fits.

A row is a file `KEY.json` that says its own ingredients and hash; one that is damaged, or that hashes otherwise than
the ledger remembers, is measured again. It knows no model and no measure.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from foundling.evaluation.suite.part import Part
from foundling.home import write_atomically
from foundling.home.manifest import plain_read_errors, sha256_of_file
from foundling.records import Score, canonical_json, content_hash

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What all parts of a run stand on: digests of the held-out and the training text, the test sets and the seed."""

    heldout: str
    train: str
    sets: Path | None
    seed: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """The figures of one part: what they depend on, what they cost, and the hash of the file that keeps them."""

    key: str
    ingredients: dict[str, Any]
    scores: tuple[Score, ...]
    parameters: int
    seconds: float
    cpu_seconds: float
    measured: str
    sha256: str = ""


@lru_cache
def _digest_of_file(path: Path, size: int, changed: int) -> str:
    return sha256_of_file(path)


def _files(place: Path) -> list[Path]:
    found = sorted(place.rglob("*")) if place.is_dir() else [place]
    return [path for path in found if path.is_file()]


def sets_digest(folder: Path | None, names: tuple[str, ...] | None) -> str:
    """One hash of the test sets of these names in a folder, of all of them for None. Raises BadInput for a file that
    cannot be read."""
    if folder is None or names == ():
        return "none"
    listed: dict[str, str] = {}
    for place in [folder] if names is None else [folder / name for name in sorted(names)]:
        with plain_read_errors(place):
            for path in _files(place):
                state = path.stat()
                name = path.relative_to(folder).as_posix()
                listed[name] = _digest_of_file(path, state.st_size, state.st_mtime_ns)
    return content_hash(listed)


def ingredients_of(subject: str, name: str, part: Part, count: int, ground: Ground) -> dict[str, Any]:
    """All that the figures of a part depend on. subject: its digest; name: what it is called, for exams ask for it."""
    return {
        "format": _FORMAT, "subject": subject, "name": name, "part": part.name, "version": part.version,
        "count": count, "seed": ground.seed, "heldout": ground.heldout, "train": ground.train,
        "sets": sets_digest(ground.sets, part.sets),
    }


def key_of(ingredients: Mapping[str, Any]) -> str:
    """The name of a row."""
    return content_hash(dict(ingredients))


def write_row(folder: Path, row: Row) -> str:
    """Keep a row; returns the hash of its file. Raises ValueError for a figure that is no number."""
    body = {
        "ingredients": row.ingredients, "scores": list(row.scores), "parameters": row.parameters,
        "seconds": row.seconds, "cpu_seconds": row.cpu_seconds, "measured": row.measured,
    }
    data = canonical_json(body | {"sha256": content_hash(body)})
    write_atomically(folder / f"{row.key}.json", data)
    return content_hash(data)


def _row(path: Path) -> Row | None:
    """The row in a file, or None where it is not whole or not what its name says."""
    try:
        data = path.read_bytes()
        body = json.loads(data)
        own = body.pop("sha256")
        if own != content_hash(body) or key_of(body["ingredients"]) != path.stem:
            return None
        scores = tuple(Score(**score) for score in body.pop("scores"))
        return Row(key=path.stem, scores=scores, sha256=content_hash(data), **body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def read_row(folder: Path, key: str, known: Mapping[str, str]) -> Row | None:
    """The row of a key, if it is there, whole, and the same as the ledger knows it (`known`: key to hash)."""
    row = _row(folder / f"{key}.json")
    return None if row is None or known.get(key, row.sha256) != row.sha256 else row


def rows(folder: Path) -> Iterator[Row]:
    """Every whole row there is."""
    for path in sorted(folder.glob("[0-9a-f]*.json")):
        if (row := _row(path)) is not None:
            yield row
