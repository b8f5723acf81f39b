"""A packed stream in (gzip, bzip2, xz, zstd), its bytes out as a stream that stops with a reason at a limit or a fault.

Memory does not grow with the stream. It opens no file and knows nothing of archives.
"""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol

from foundling.corpus.sources.limits import Limits, in_words

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PACKED = ("gzip", "bzip2", "xz", "zstd")
BLOCK = 2**16
_DICTIONARY = 2**28  # memory that an xz stream may ask for; `xz -9` asks for 65 MB
_WINDOW = 2**27  # the largest of `zstd --long`
_EMPTY = 10_000  # packed pieces one after the other that hold nothing
_SLICE = 2**10  # of zstd: 4 bytes may unpack to 128 KB, so that a slice gives 32 MB at most


class Refused(OSError):
    """A stream that goes on no more; its text completes the sentence "it ..."."""


class Budget:
    """What one source has unpacked to so far, over all its members and layers, against its size as it lies there."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self.limits, self.packed, self.unpacked, self.fault = limits, packed, 0, ""

    def gave(self, size: int) -> None:
        """So many more bytes came out. Raises Refused, now and ever after, when they are too many."""
        self.unpacked += size
        if self.unpacked > self.limits.unpacked:
            self.fault = f"unpacks to more than {in_words(self.limits.unpacked)}"
        elif self.unpacked > max(self.limits.ratio_from, self.limits.ratio * self.packed):
            self.fault = f"unpacks to more than {self.limits.ratio} times its size, as only a trap does"
        if self.fault:
            raise Refused(self.fault)


class _Chunks(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest, self.fault, self.quiet = chunks, memoryview(b""), "", False

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int:
        view, filled = memoryview(room), 0
        while filled < len(view) and not (self.fault and not self._rest):
            if not self._rest:
                try:
                    self._rest = memoryview(next(self._chunks, b""))
                except Exception as fault:  # a decompressor may raise nearly anything on broken bytes
                    self.fault = told(fault)
                if not self._rest:
                    break
            taken = min(len(self._rest), len(view) - filled)
            view[filled:filled + taken] = self._rest[:taken]
            self._rest, filled = self._rest[taken:], filled + taken
        if self.fault and not filled and not self.quiet:
            raise Refused(self.fault)
        return filled


class Stream(io.BufferedReader):
    """A stream made of chunks. After a fault it gives what came before, then raises Refused, and `fault` says why."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._made_of = _Chunks(chunks)
        super().__init__(self._made_of, BLOCK)

    @property
    def fault(self) -> str:
        """Why it goes on no more; "" while nothing is wrong."""
        return self._made_of.fault

    def end_quietly(self) -> None:
        """From now on end at a fault instead of raising it, for readers that keep what came before: ask `fault`."""
        self._made_of.quiet = True

    def read(self, size: int | None = -1) -> bytes:
        """As in `io`, but a fault loses nothing of what came before it: that is given first."""
        parts: list[bytes] = []
        left = -1 if size is None else size
        try:
            while left and (data := self.read1(left if 0 < left < BLOCK else BLOCK)):
                parts.append(data)
                left -= len(data) if left > 0 else 0
        except Refused:
            if not parts:
                raise
        return b"".join(parts)


def told(fault: Exception) -> str:
    """What went wrong with packed bytes, as the end of the sentence "it ..."."""
    if isinstance(fault, Refused):
        return str(fault)
    if isinstance(fault, EOFError):
        return "breaks off in the middle: fetch it again"
    if isinstance(fault, MemoryError):
        return "asks for more memory to unpack than there is"
    if isinstance(fault, OSError) and fault.errno:
        return f"cannot be read ({fault.strerror}): check its permissions"
    return "is damaged: fetch it again"


class _Unpacker(Protocol):
    """What bz2 and lzma offer."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib in the shape of bz2. The module gzip would read a header of endless length byte by byte."""

    def __init__(self) -> None:
        self._inner, self._tail = zlib.decompressobj(31), b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        out = self._inner.decompress(self._tail + data, max_length)
        self._tail = self._inner.unconsumed_tail
        return out


class _Zstd:
    """zstandard in the shape of bz2, fed in slices, since it knows no largest output.

    Its stream reader would bound the output, but takes a stream that breaks off for one that ends.
    """

    def __init__(self) -> None:
        try:
            import zstandard
        except ImportError as missing:
            raise Refused("needs the package zstandard to be unpacked: pip install 'foundling[data]'") from missing
        self._inner = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        self._tail = memoryview(b"")

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return not self._tail

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data) + bytes(self._tail)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        self._tail = memoryview(bytes(self._tail) + data) if data else self._tail
        piece, self._tail = self._tail[:_SLICE], self._tail[_SLICE:]
        return bytes(self._inner.decompress(piece))


_UNPACKERS: dict[str, Callable[[], _Unpacker]] = {
    "gzip": _Gzip, "bzip2": bz2.BZ2Decompressor, "xz": lambda: lzma.LZMADecompressor(memlimit=_DICTIONARY),
    "zstd": _Zstd,
}


def _next_piece(rest: bytes, stream: BinaryIO) -> bytes:
    """What follows a packed piece, without the zeros with which some programs fill up; b"" at the end."""
    while not (rest := rest.lstrip(b"\0")):
        if not (rest := stream.read(BLOCK)):
            break
    return rest


def _unpacked(stream: BinaryIO, kind: str, budget: Budget) -> Iterator[bytes]:
    unpacker, fed, empty, given = _UNPACKERS[kind](), b"", 0, False
    while True:
        if unpacker.needs_input and not fed and not (fed := stream.read(BLOCK)):
            raise EOFError
        data, fed = unpacker.decompress(fed, BLOCK), b""
        if data:
            given = True
            budget.gave(len(data))
            yield data
        if unpacker.eof:
            empty, given = (0 if given else empty + 1), False
            if empty > _EMPTY:
                raise Refused(f"is made of more than {_EMPTY:,} packed pieces that hold nothing")
            fed = _next_piece(unpacker.unused_data, stream)
            if not fed:
                return
            unpacker = _UNPACKERS[kind]()


def unpacked(stream: BinaryIO, kind: str, budget: Budget) -> Stream:
    """The bytes of a stream packed as `kind` (one of PACKED), however many packed pieces stand one after the other."""
    return Stream(_unpacked(stream, kind, budget))
