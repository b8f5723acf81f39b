"""A stream that may break in, one that ends where it breaks out; a format's reading in, a Reader that never raises out.

It knows no format.
"""

import functools
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, cast

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import lost, needs
from foundling.corpus.reading.opened import Opened, Reader
from foundling.corpus.reading.telling import left_out
from foundling.records import Story

Reading = Callable[[Opened], Iterator[Story | Dropped]]


class Steady(io.RawIOBase):
    """Ends quietly where the stream under it breaks, and keeps the reason in `fault`; so what came before is kept."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self.fault: Exception | None = None

    def readable(self) -> bool:
        """True: it is there to be read."""
        return True

    def seekable(self) -> bool:
        """Whether the stream under it can go back."""
        return bool(getattr(self._stream, "seekable", bool)())

    def seek(self, offset: int, whence: int = 0) -> int:
        """As in `io.RawIOBase`."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """As in `io.RawIOBase`."""
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        """As in `io.RawIOBase`; 0 at the end and for ever after a break."""
        if self.fault:
            return 0
        try:
            data = self._stream.read(len(buffer))
        except Exception as fault:  # a decompressor's own kind of error (they have no common parent), or a limit's
            self.fault = fault
            return 0
        buffer[:len(data)] = data
        return len(data)


def _lost(opened: Opened, fault: Exception, kind: str) -> Dropped:
    """One sentence for any fault; a parser that is not installed is named."""
    if isinstance(fault, ModuleNotFoundError):
        fault = needs((fault.name or "?").partition(".")[0], f"Reading {kind}")
    return lost(opened, fault, kind)


def reader(kind: str, holds: str) -> Callable[[Reading], Reader]:
    """Make a Reader of a function that may fail: every fault becomes one Dropped, and nothing at all becomes one too.

    kind: what stands in `Origin.kind`; holds: what the format should hold, as in "has no <messages> in it".
    """
    def wrap(reading: Reading) -> Reader:
        @functools.wraps(reading)
        def read(opened: Opened) -> Iterator[Story | Dropped]:
            source, count = Steady(opened.stream), 0
            stream = io.BufferedReader(source, 65_536)
            inside = replace(opened, stream=cast(BinaryIO, stream), origin=replace(opened.origin, kind=kind))
            try:
                for thing in reading(inside):
                    count += 1
                    yield thing
            except Exception as fault:  # whatever a parser throws at broken bytes: a reader gives a reason instead
                count += 1
                yield _lost(inside, source.fault or fault, kind)
            else:
                if source.fault:
                    yield _lost(inside, source.fault, kind)
                elif not count:
                    yield left_out(inside, f"has no {holds} in it")
        return read
    return wrap


def peeked(stream: BinaryIO) -> bytes:
    """The first bytes of a reader's stream, which stay in it."""
    return stream.peek(65_536) if isinstance(stream, io.BufferedReader) else b""
