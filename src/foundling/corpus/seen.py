"""Ids of stories in, whether each is new out: a set that lies on disk, so that a large corpus needs no memory."""

import sqlite3
from types import TracebackType


class Seen:
    """Ids with the title they were first seen under. The file is SQLite's own temporary one and vanishes with it."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # "" is a database on disk that nobody can name
        self._db.execute("CREATE TABLE seen (id BLOB PRIMARY KEY, title TEXT) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def first(self, digest: str, title: str) -> str | None:
        """None where the hexadecimal id is new, and then it is kept; else the title of what came before it."""
        key = bytes.fromhex(digest)
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, title)).rowcount:
            return None
        return str(self._db.execute("SELECT title FROM seen WHERE id = ?", (key,)).fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> "Seen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
