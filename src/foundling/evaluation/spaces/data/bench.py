"""What the checks work with: what a person gave in, and what the documents so far left behind, within bounded memory.

Ids, sketches and the texts of originals lie on disk in files without a name; a document's place costs a few numbers.
"""

import sqlite3
import tempfile
import zlib
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np

from foundling.corpus.duplicates import BINS, Sketches, alike, sketch
from foundling.corpus.runner.arranging import COPY
from foundling.corpus.seen import Seen
from foundling.evaluation.spaces.data.form import Document
from foundling.evaluation.spaces.data.heads import UNSTATED, Terms
from foundling.evaluation.spaces.data.places import Mark
from foundling.evaluation.spaces.data.sheets import NO_SHEETS, Sheet, Sheets
from foundling.tokens import Tokenizer


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a compile is given besides the texts. prints: of evaluation texts, from `corpus.steps.fingerprints`; today:
    in ISO 8601, "" where dates are not to be held against a day; sheets: the facts of simulated worlds."""

    terms: Terms = UNSTATED
    tokenizer: Tokenizer | None = None
    prints: bytes = b""
    today: str = ""
    sheets: Sheets = NO_SHEETS


NOTHING = Given()


class Originals:
    """The texts under `orig/` by their id, packed, in a temporary file of SQLite's own."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE originals (id TEXT PRIMARY KEY, text BLOB) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def put(self, digest: str, text: str) -> None:
        """Keep a text under its id."""
        packed = zlib.compress(text.encode("utf-8", "replace"), 1)
        self._db.execute("INSERT OR IGNORE INTO originals VALUES (?, ?)", (digest, packed))

    def get(self, parent: str) -> str | None:
        """The text whose id begins with `parent` (16 hexadecimal digits or more); None where there is none."""
        row = self._db.execute(
            "SELECT text FROM originals WHERE id >= ? AND id < ? LIMIT 1", (parent, parent + "g")).fetchone()
        return None if row is None else zlib.decompress(row[0]).decode("utf-8")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


class Copies:
    """Sketches of all documents in a file without a name, with their places and families (an original and what was
    made of it are alike on purpose)."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        self._names: dict[str, int] = {}
        self._places = (array("l"), array("l"))
        self._families = array("Q")

    def put(self, text: str, mark: Mark, family: str) -> None:
        """One document more."""
        self._file.write(sketch(text).tobytes())
        self._places[0].append(self._names.setdefault(mark.file, len(self._names)))
        self._places[1].append(mark.line)
        self._families.append(int(family[:16], 16))

    def alike(self) -> Iterator[tuple[Mark, Mark, float]]:
        """For each document that is nearly another the place of the first such, before it, and how alike they are."""
        count = len(self._families)
        if count < 2:
            return
        self._file.flush()
        sketches: Sketches = np.memmap(self._file, dtype=np.uint32, mode="r", shape=(count, BINS))
        pairs, shares = alike([sketches], COPY)
        told = set[int]()
        names = list(self._names)
        for (low, high), share in zip(pairs.tolist(), shares.tolist(), strict=True):
            if high not in told and self._families[low] != self._families[high]:
                told.add(high)
                yield self._mark(names, low), self._mark(names, high), share

    def _mark(self, names: list[str], index: int) -> Mark:
        return Mark(file=names[self._places[0][index]], line=self._places[1][index])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


@dataclass
class Bench:
    """Open for one compile; close it or use it in a `with`."""

    given: Given
    seen: Seen = field(default_factory=Seen)
    copies: Copies = field(default_factory=Copies)
    originals: Originals = field(default_factory=Originals)
    claims: dict[tuple[str, str], tuple[str, Mark]] = field(default_factory=dict)
    worlds: dict[str, Sheet | None] = field(default_factory=dict)
    _ids: tuple[Document | None, list[int]] = (None, [])

    def ids(self, document: Document) -> list[int]:
        """The document's ids, encoded once however many checks and shards ask. Raises ValueError without a tokenizer.
        """
        if self.given.tokenizer is None:
            raise ValueError("no tokenizer was given")
        if self._ids[0] is not document:
            self._ids = (document, self.given.tokenizer.encode_story(document.story))
        return self._ids[1]

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:
            for thing in (self.seen, self.copies, self.originals):
                stack.callback(thing.close)
