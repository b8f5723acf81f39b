"""Rows of the ledger in, their hashes and the word that the chain is whole out. It opens no file and repairs nothing.

The hash of an event covers the salted hash of its text and never the text itself, so that a text can be blanked and the
chain still verifies (community.md section 6). Every hash names its algorithm, so that another can follow one day.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foundling.records.errors import BadInput
from foundling.records.jsonable import canonical_json

GENESIS = "sha256:" + "0" * 64
REDACTION = "redaction"

HASHED = ("id", "key", "ts", "kind", "speaker", "room", "text_hash", "data", "prev_hash")


def chained_hash(event: Mapping[str, Any]) -> str:
    """The hash of an event's row; `data` goes in as the text that is stored. Raises ValueError for damaged text."""
    return "sha256:" + hashlib.sha256(canonical_json({name: event[name] for name in HASHED})).hexdigest()


def salted_hash(salt: str | None, text: str | bytes) -> str:
    """The hash that stands for a text. Without the salt it cannot be found by trying out short texts."""
    # A damaged text may be bytes, or no UTF-8; then it must hash to something else and not stop the check.
    raw = text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")
    return "sha256:" + hashlib.sha256(str(salt).encode("utf-8", "surrogateescape") + b"\n" + raw).hexdigest()


class Chain:
    """A walk along the events in order, each held against the one before it."""

    def __init__(self, path: Path) -> None:
        self.count, self._before, self._path = 0, GENESIS, path
        self._blank: set[int] = set()
        self._redacted: set[int] = set()

    def add(self, row: sqlite3.Row) -> None:
        """Check the next event. Raises BadInput: missing, out of place, changed, or with another text than recorded."""
        number = self.count + 1
        if row["id"] != number:
            self._fail(number, "is missing")
        if row["prev_hash"] != self._before:
            self._fail(number, "does not follow the one before it")
        try:
            derived, data = chained_hash(dict(row)), json.loads(row["data"])
        except (TypeError, ValueError):
            derived, data = "", None
        if derived != row["hash"]:
            self._fail(number, "was changed (its hash differs)")
        if row["text_hash"] is None:
            if row["text"] is not None:
                self._fail(number, "had no text and has one now")
        elif row["text"] is None:
            self._blank.add(number)
        elif row["text_hash"] != salted_hash(row["salt"], row["text"]):
            self._fail(number, "has another text than was recorded")
        if row["kind"] == REDACTION and isinstance(data, dict) and isinstance(data.get("event"), int):
            self._redacted.add(data["event"])
        self.count, self._before = number, row["hash"]

    def end(self) -> None:
        """After the last event. Raises BadInput for a text that is gone though no redaction was recorded."""
        for number in sorted(self._blank - self._redacted):
            self._fail(number, "has lost its text without a redaction")

    def _fail(self, number: int, what: str) -> None:
        raise BadInput(f"{self._path}: event {number} {what}; restore the file from a copy of the home.")
