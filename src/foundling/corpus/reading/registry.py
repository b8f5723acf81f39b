"""Which module reads which kind, and `read`: an opened source in, stories and drops out, whatever the bytes are.

Readers are imported when their kind comes up: no one waits for a parser of a format that is not there. Containers
(zip, tar, gzip ...) are not opened here; that is the business of `corpus.sources`.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, cast

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable, lost
from foundling.corpus.reading.kinds import CONTAINERS, HEAD, detect
from foundling.corpus.reading.opened import Opened, Reader
from foundling.records import Story

if TYPE_CHECKING:
    from typing_extensions import Buffer

_HERE = "foundling.corpus.reading"
READERS: dict[str, tuple[str, str]] = {
    "text": (f"{_HERE}.text", "read_text"),
    "markdown": (f"{_HERE}.markdown", "read_markdown"),
    "html": (f"{_HERE}.html", "read_html"),
    "epub": (f"{_HERE}.epub", "read_epub"),
    "pdf": (f"{_HERE}.pdf", "read_pdf"),
    "docx": (f"{_HERE}.docx", "read_docx"),
    "gutenberg": (f"{_HERE}.gutenberg", "read_gutenberg"),
    "warc": (f"{_HERE}.warc", "read_warc"),
    "wikipedia": (f"{_HERE}.wikipedia", "read_wikipedia"),
    "feed": (f"{_HERE}.feed", "read_feed"),
    "mbox": (f"{_HERE}.mbox", "read_mbox"),
    "stackexchange": (f"{_HERE}.stackexchange", "read_stackexchange"),
    "discourse": (f"{_HERE}.discourse", "read_discourse"),
    "irc": (f"{_HERE}.irc", "read_irc"),
    "chat": (f"{_HERE}.chat", "read_chat"),
    "subtitles": (f"{_HERE}.subtitles", "read_subtitles"),
    "play": (f"{_HERE}.play", "read_play"),
    "jsonl": (f"{_HERE}.tables", "read_jsonl"),
    "csv": (f"{_HERE}.tables", "read_csv"),
    "parquet": (f"{_HERE}.tables", "read_parquet"),
}


class _Joined(io.RawIOBase):
    """The bytes that were looked at, then the rest of a stream that cannot go back."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = memoryview(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer") -> int:
        """Fill the buffer as `io` asks: from what was looked at first, then from the stream."""
        room = memoryview(buffer)
        part = bytes(self._head[: len(room)]) or self._rest.read(len(room))
        self._head = self._head[len(part) :]
        room[: len(part)] = part
        return len(part)


def look(stream: BinaryIO, size: int = HEAD) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and a stream that still begins with them."""
    parts, left = [], size
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    head = b"".join(parts)
    if stream.seekable():
        stream.seek(-len(head), io.SEEK_CUR)
        return head, stream
    return head, cast(BinaryIO, io.BufferedReader(_Joined(head, stream), 2**16))


def reader(kind: str) -> Reader:
    """The reader of a kind. Raises KeyError for a kind that none reads."""
    module, function = READERS[kind]
    return cast(Reader, getattr(import_module(module), function))


def read(opened: Opened) -> Iterator[Story | Dropped]:
    """Find out what a source is and read it. Raises nothing but KeyboardInterrupt: a fault comes out as a `Dropped`."""
    kind = "unknown"
    try:
        head, stream = look(opened.stream)
        kind = detect(head, opened.name)
        if kind == "unknown":
            raise Unreadable("is empty")
        if kind == "binary":
            raise Unreadable("is a binary file, not text")
        if kind in CONTAINERS:
            raise Unreadable(f"is packed once more ({kind}): unpack it and give what is inside")
        known = replace(opened, stream=stream, origin=replace(opened.origin, kind=kind))
        yield from reader(kind)(known)
    except Exception as fault:
        yield lost(opened, fault, kind)
