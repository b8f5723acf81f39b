"""What a reader is given: an open stream of bytes, its name for people, and what is known of its origin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foundling.corpus.dropped import Dropped
from foundling.records import UNKNOWN, Origin, Story


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A source that stands open.

    name: as shown to people and kept in `Story.source` ("books.zip/alice.txt"); stream: bytes from the beginning,
    already decompressed, perhaps endless and perhaps not seekable; path: the file itself where the bytes are one plain
    file on disk, for libraries that need one; origin: what is known so far (retrieved, licence
    and consent typed by a person); column: the column that holds the text in tables ("": guess).
    """

    name: str
    stream: BinaryIO
    path: Path | None = None
    origin: Origin = UNKNOWN
    column: str = ""


Reader = Callable[[Opened], Iterator[Story | Dropped]]
"""Reads as far as it is asked to: memory does not grow with the source. A fault inside one document gives a Dropped and
goes on; a fault of the whole source ends with a Dropped. It raises nothing but KeyboardInterrupt."""
