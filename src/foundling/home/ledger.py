"""Events in, an append-only hash-chained record out (`life.db`): what happened, in order, with proof that it is so.

What people say belongs in `text`, which can be blanked for good; `data` is hashed as it stands and stays for ever. The
chain shows changes and gaps, not an end that was cut off: whoever must know that keeps `head()` elsewhere. This module
judges nothing and knows no rules of consent.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any

from foundling.home.chain import GENESIS, HASHED, REDACTION, Chain, chained_hash, salted_hash
from foundling.home.files import crash_point
from foundling.home.names import check_name, name_key
from foundling.home.schema import connect, now, plain_database_errors
from foundling.records.errors import BadInput
from foundling.records.jsonable import canonical_json

CONSENTS = ("none", "remember", "learn")
_LAST_ID = 2**63 - 1  # the largest number that SQLite stores

# Columns are named, so that a damaged schema is SQLite's error and not a missing key of ours.
_COLUMNS = (*HASHED, "salt", "text", "hash")
_SELECT = (f"SELECT {', '.join(f'event.{name} AS {name}' for name in _COLUMNS)}, speaker.name AS speaker_name "
           "FROM event LEFT JOIN speaker ON speaker.id = event.speaker")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. `text` is None when it had none or was redacted; `text_hash` tells the two apart."""

    id: int
    key: str | None
    ts: str
    kind: str
    speaker: str | None
    room: str | None
    text: str | None
    text_hash: str | None
    data: dict[str, Any] = field(hash=False)
    prev_hash: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Somebody with a name: a person, a being, a character. `consent` is none, remember or learn."""

    id: str
    name: str
    kind: str
    created: str
    consent: str


class Ledger:
    """The one connection through which a process reads and writes `life.db`. Safe to call from any thread."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path, self._db, self._lock = path, db, RLock()
        self._db.row_factory = sqlite3.Row

    @classmethod
    def open(cls, path: Path, create: bool = True) -> "Ledger":
        """Open the ledger and bring its tables up to date. Raises BadInput as `schema.connect` does."""
        return cls(path, connect(path, create=create))

    def append(self, kind: str, *, key: str | None = None, speaker: str | None = None, room: str | None = None,
               text: str | None = None, data: Mapping[str, Any] | None = None) -> Event:
        """Record an event; returns only after it is on disk. A `key` that is there already returns that event instead.

        A speaker not met before is added with kind `unknown` and consent `none`. Raises BadInput for a bad name, for
        text that is no Unicode and for a full disk (nothing is recorded then), ValueError or TypeError for data that
        is no JSON object, and for a kind or key that is the ledger's own.
        """
        if not kind or kind == REDACTION or (key or "").startswith(f"{REDACTION}:"):
            raise ValueError(f"kind {kind!r} with key {key!r} is not to be appended: redactions are made by `redact`")
        written = canonical_json(dict(data or {})).decode("utf-8")
        for value in (kind, key, room, text):
            _refuse_broken_text(value)
        with self._writing():
            there = self._one("event.key = ?", key) if key is not None else None
            if there is not None:
                return there
            who = self._introduce(speaker, "unknown", "none") if speaker is not None else None
            number = self._insert(kind=kind, key=key, speaker=who, room=room, text=text, data=written)
            crash_point("event-inserted")
        crash_point("event-committed")
        event = self._one("event.id = ?", number)
        assert event is not None
        return event

    def events(self, kind: str | None = None, room: str | None = None, after: int = 0,
               limit: int | None = None) -> list[Event]:
        """Events in order, those with a number above `after`, of one kind or room if given."""
        query = f"{_SELECT} WHERE event.id > ?"
        values: list[str | int] = [min(after, _LAST_ID)]
        for column, value in (("kind", kind), ("room", room)):
            _refuse_broken_text(value)
            if value is not None:
                query += f" AND event.{column} = ?"
                values.append(value)
        values.append(-1 if limit is None else max(0, min(limit, _LAST_ID)))
        with self._reading():
            return [_event(row) for row in self._db.execute(f"{query} ORDER BY event.id LIMIT ?", values)]

    def last(self, kind: str) -> Event | None:
        """The newest event of a kind."""
        return self._one("event.kind = ?", kind)

    def redact(self, event_id: int) -> Event:
        """Blank an event's text and salt for good, and record that: returns the `redaction` event. Twice is once.

        Without the salt even a short text cannot be guessed back from its hash. Raises BadInput when there is no such
        event or it never had a text.
        """
        with self._writing():
            event = self._one("event.id = ?", min(event_id, _LAST_ID))
            if event is None or event.text_hash is None:
                raise BadInput(f"{self._path} has no event {event_id} with a text; give the number of one that has.")
            noted = self._one("event.key = ?", f"{REDACTION}:{event_id}")
            if noted is None:
                self._db.execute("UPDATE event SET text = NULL, salt = NULL WHERE id = ?", (event_id,))
                self._insert(kind=REDACTION, key=f"{REDACTION}:{event_id}", speaker=None, room=event.room, text=None,
                             data=canonical_json({"event": event_id}).decode("utf-8"))
        with self._reading():  # the write-ahead log still has the old page until it is folded in and cut
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        noted = self._one("event.key = ?", f"{REDACTION}:{event_id}")
        assert noted is not None
        return noted

    def introduce(self, name: str, *, kind: str = "person", consent: str = "none") -> Speaker:
        """The speaker of that name, added if new, changed to this kind and consent if not. Raises BadInput."""
        if consent not in CONSENTS:
            raise BadInput(f"Consent {consent!r} of {name!r} is unknown; use one of {', '.join(CONSENTS)}.")
        _refuse_broken_text(kind)
        with self._writing():
            who = self._introduce(name, kind, consent)
            self._db.execute("UPDATE speaker SET kind = ?, consent = ? WHERE id = ?", (kind, consent, who))
        return next(speaker for speaker in self.speakers() if speaker.id == who)

    def speakers(self) -> list[Speaker]:
        """Everybody who has a name here, in the order in which they came."""
        query = "SELECT id, name, kind, created, consent FROM speaker WHERE name IS NOT NULL ORDER BY rowid"
        with self._reading():
            return [Speaker(id=who, name=name, kind=kind, created=created, consent=consent)
                    for who, name, kind, created, consent in self._db.execute(query)]

    def verify(self) -> int:
        """Derive every hash again, in order; returns the number of events.

        Raises BadInput that says which event is wrong and how: a gap, a broken link, changed fields, a changed or
        vanished text, a speaker who was renamed, or damage that SQLite's integrity_check finds.
        """
        with self._reading():
            checked = Chain(self._path)
            self._db.execute("BEGIN")  # one snapshot, though others may append meanwhile
            try:
                for row in self._db.execute(f"SELECT {', '.join(_COLUMNS)} FROM event ORDER BY id"):
                    checked.add(row)
                checked.end()
                for row in self._db.execute("SELECT id, name, salt FROM speaker WHERE name IS NOT NULL"):
                    if row["id"] != salted_hash(row["salt"], row["name"]):
                        raise BadInput(f"{self._path}: speaker {row['name']!r} had another name; restore the file.")
                faults = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
                faults += [f"event {row[1]} has no speaker" for row in self._db.execute("PRAGMA foreign_key_check")]
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            if faults:
                why = " ".join(faults[0].split())  # SQLite writes it over several lines
                raise BadInput(f"{self._path} is damaged ({why}); restore it from a copy of the home.")
            return checked.count

    def head(self) -> str:
        """The hash of the newest event, which stands for the whole record; GENESIS when there is none."""
        with self._reading():
            row = self._db.execute("SELECT hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
            return GENESIS if row is None else str(row["hash"])

    def close(self) -> None:
        """Close the connection; the last one to close folds the write-ahead log into the file."""
        with self._reading():
            self._db.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, plain_database_errors(self._path):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: everything in it is on disk afterwards, or nothing is."""
        with self._reading():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk has rolled back already
                    self._db.execute("ROLLBACK")
                raise

    def _one(self, condition: str, value: str | int) -> Event | None:
        with self._reading():
            row = self._db.execute(f"{_SELECT} WHERE {condition} ORDER BY event.id DESC LIMIT 1", (value,)).fetchone()
            return None if row is None else _event(row)

    def _insert(self, **given: str | None) -> int:
        row = self._db.execute("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
        number, before = (1, GENESIS) if row is None else (row["id"] + 1, row["hash"])
        salt = None if given["text"] is None else secrets.token_hex(16)
        text_hash = None if salt is None else salted_hash(salt, given["text"] or "")
        event: dict[str, Any] = {**given, "id": number, "ts": now()}
        event |= {"salt": salt, "text_hash": text_hash, "prev_hash": before}
        event["hash"] = chained_hash(event)
        columns = ", ".join(event)
        self._db.execute(f"INSERT INTO event ({columns}) VALUES ({', '.join('?' * len(event))})", tuple(event.values()))
        return number

    def _introduce(self, name: str, kind: str, consent: str) -> str:
        """The id of a speaker, a salted hash of the name: it binds the name into the chain without being it."""
        name = check_name(name)
        row = self._db.execute("SELECT id FROM speaker WHERE key = ?", (name_key(name),)).fetchone()
        if row is not None:
            return str(row["id"])
        salt = secrets.token_hex(16)
        who = salted_hash(salt, name)
        columns = "id, key, name, salt, kind, created, consent"
        self._db.execute(f"INSERT INTO speaker ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         (who, name_key(name), name, salt, kind, now(), consent))
        return who


def _event(row: sqlite3.Row) -> Event:
    values = {name: row[name] for name in ("id", "key", "ts", "kind", "room", "text", "text_hash", "prev_hash", "hash")}
    return Event(**values, speaker=row["speaker_name"], data=_data(row))


def _data(row: sqlite3.Row) -> dict[str, Any]:
    try:
        loaded = json.loads(row["data"])
    except (TypeError, ValueError):
        loaded = None
    if not isinstance(loaded, dict):
        raise BadInput(f"Event {row['id']} of the ledger is damaged; restore life.db from a copy of the home.")
    return loaded


def _refuse_broken_text(value: str | None) -> None:
    try:
        (value or "").encode("utf-8")
    except UnicodeEncodeError as exc:
        raise BadInput(f"{(value or '')[:40]!a} is not valid Unicode; send the text as UTF-8.") from exc
