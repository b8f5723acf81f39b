"""A path in, an open SQLite connection with the newest tables out. It knows the tables, not what the events mean.

Settings and their reasons: reliability.md section 7 and the SQLite documentation (pragma, wal, createtrigger).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from foundling.home.files import crash_point
from foundling.records.errors import BadInput

# Each migration is a list of statements and runs in one transaction of its own, once. Never edit one that was released.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # name, key and salt may become NULL: then a speaker is forgotten, while the id in the chain stays as it is.
        """CREATE TABLE speaker (
            id TEXT PRIMARY KEY NOT NULL, key TEXT UNIQUE, name TEXT, salt TEXT, kind TEXT NOT NULL,
            created TEXT NOT NULL, consent TEXT NOT NULL CHECK (consent IN ('none', 'remember', 'learn')))""",
        """CREATE TABLE event (
            id INTEGER PRIMARY KEY, key TEXT UNIQUE, ts TEXT NOT NULL, kind TEXT NOT NULL,
            speaker TEXT REFERENCES speaker (id), room TEXT, text_hash TEXT, salt TEXT, text TEXT,
            data TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL UNIQUE)""",
        "CREATE INDEX event_kind ON event (kind, id)",
        "CREATE INDEX event_room ON event (room, id)",
        """CREATE TRIGGER event_never_deleted BEFORE DELETE ON event
           BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
        """CREATE TRIGGER event_only_blanked BEFORE UPDATE ON event WHEN NOT (
             NEW.text IS NULL AND NEW.salt IS NULL AND NEW.id IS OLD.id AND NEW.key IS OLD.key AND NEW.ts IS OLD.ts
             AND NEW.kind IS OLD.kind AND NEW.speaker IS OLD.speaker AND NEW.room IS OLD.room
             AND NEW.text_hash IS OLD.text_hash AND NEW.data IS OLD.data AND NEW.prev_hash IS OLD.prev_hash
             AND NEW.hash IS OLD.hash)
           BEGIN SELECT RAISE(ABORT, 'of an event only the text may be blanked'); END""",
        # INSERT OR REPLACE would delete without firing the trigger above (lang_conflict.html), so it is stopped here.
        """CREATE TRIGGER event_only_appended BEFORE INSERT ON event
           WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM event)
             OR EXISTS (SELECT 1 FROM event WHERE key = NEW.key OR hash = NEW.hash)
           BEGIN SELECT RAISE(ABORT, 'events are only appended'); END""",
    ),
)


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the database, bring its tables up to date, return the connection (autocommit: transactions are explicit).

    Raises BadInput when it is missing or empty (unless `create`), damaged, not ours, or newer than this program.
    """
    if not create and not path.is_file():
        raise BadInput(f"{path} is missing; restore it from a copy of the home.")
    with plain_database_errors(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            # Damaged bytes must reach `verify`, which names the event, instead of failing while the row is fetched.
            db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            db.execute("PRAGMA busy_timeout = 5000")
            newest = _known_schema(db, path, create)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")  # a blanked text is overwritten in the file, not only unlinked
            for number in range(newest + 1, len(MIGRATIONS) + 1):
                _migrate(db, number)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def plain_database_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's own errors about `path` into BadInput of one sentence; a closed connection passes through."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except (sqlite3.Error, UnicodeDecodeError) as exc:  # the latter when even SQLite's message quotes damaged bytes
        name: str = getattr(exc, "sqlite_errorname", "")
        why = str(exc).partition("\n")[0][:200]  # of a damaged schema SQLite quotes whole statements
        if name.startswith("SQLITE_FULL"):
            raise BadInput(f"The disk is full and {path} could not be written; free some space and try again.") from exc
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            raise BadInput(f"{path} may not be opened or written ({why}); check the folder's permissions.") from exc
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise BadInput(f"{path} is being written by another process; wait until it ends or stop it.") from exc
        raise BadInput(f"{path} is damaged or cannot be read ({why}); restore it from a copy of the home.") from exc


def now() -> str:
    """The time in UTC as ISO 8601 text. Order comes from the event's number: a clock may jump, the number may not."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _known_schema(db: sqlite3.Connection, path: Path, create: bool) -> int:
    """The number of the newest migration that has run; 0 in a new file."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and not create:
        # An emptied file is a valid, empty database: taking it for a new ledger would hide the loss.
        raise BadInput(f"{path} is empty; restore it from a copy of the home.")
    if tables and "migration" not in tables:
        raise BadInput(f"{path} is a database of another program; give a home that foundling made.")
    if tables:
        (newest,) = db.execute("SELECT coalesce(max(number), 0) FROM migration").fetchone()
        if newest > len(MIGRATIONS):
            raise BadInput(f"{path} was written by a newer foundling (schema {newest}, this one knows "
                           f"{len(MIGRATIONS)}); update foundling.")
        return int(newest)
    return 0


def _migrate(db: sqlite3.Connection, number: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, applied TEXT NOT NULL)")
        if db.execute("SELECT 1 FROM migration WHERE number = ?", (number,)).fetchone() is None:
            for statement in MIGRATIONS[number - 1]:
                db.execute(statement)
            db.execute("INSERT INTO migration VALUES (?, ?)", (number, now()))
            crash_point("migration-applied")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
