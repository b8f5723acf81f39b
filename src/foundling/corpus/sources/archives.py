"""An archive (zip, tar) as an open stream in, its members as open streams out, or the reason why one is left out.

Nothing is ever unpacked to disk under a name of the archive's choosing, and nothing in it is followed: names are only
shown. A member's stream stands until the next one is asked for. It reads no archive within an archive.
"""

import struct
import tarfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.sources.limits import in_words
from foundling.corpus.sources.naming import hidden, member_name, opened_as
from foundling.corpus.sources.unpacking import BLOCK, Budget, Refused, Stream, told

_CONTENTS = 2**27  # bytes of a zip's table of contents, which is held in memory
_HEADER = 2**20  # bytes of a tar's extra header: a name
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # its LZMA lets the file choose the memory
_NO_STORY = {"1": "is a link", "2": "is a link", "3": "is a device", "4": "is a device", "6": "is a pipe",
             "S": "is a file with holes in it"}


def _left(opened: Opened, reason: str, name: str = "") -> Dropped:
    return Dropped(title=name or opened.name, reason=reason, source=name or opened.name)


def _zip_data(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    with archive.open(entry) as member:
        own = Budget(budget.limits, entry.compress_size)
        while data := member.read(BLOCK):
            own.gave(len(data))
            budget.gave(len(data))
            yield data


def _zip_fault(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 1:
        return "is encrypted: unpack it with its password first"
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        return "is a link"
    if entry.compress_type not in _METHODS:
        return f"is packed in a way that is not read here (method {entry.compress_type}): pack it anew"
    return ""


def _check_contents(stream: BinaryIO, budget: Budget) -> None:
    """Refuse a table of contents that would fill the memory before it is read. zipfile reads no more than it says."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 2**16 - 22))
    tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        raise Refused("is damaged: fetch it again")
    entries, size = struct.unpack_from("<HL", tail, at + 10)
    wide = tail.rfind(b"PK\6\6", 0, at)
    if wide >= 0 and len(tail) >= wide + 56:  # zip64 tells the true numbers
        entries, size = struct.unpack_from("<QQ", tail, wide + 32)
    if entries > budget.limits.members:
        raise Refused(f"has more than {budget.limits.members:,} files in it")
    if size > _CONTENTS:
        raise Refused(f"has a table of contents of more than {in_words(_CONTENTS)}")


def zip_members(opened: Opened, budget: Budget) -> Iterator[Opened | Dropped]:
    """The files of a zip whose stream can seek, in the order of its table of contents."""
    try:
        _check_contents(opened.stream, budget)
        archive = zipfile.ZipFile(opened.stream)
    except Exception as fault:  # zipfile raises nearly anything on a table of contents that lies
        yield _left(opened, told(fault))
        return
    with archive:
        entries = archive.infolist()
        for entry in entries[:budget.limits.members]:
            if entry.is_dir() or hidden(entry.filename):
                continue
            name = member_name(opened.name, entry.filename)
            if fault_of := _zip_fault(entry):
                yield _left(opened, fault_of, name)
                continue
            with Stream(_zip_data(archive, entry, budget)) as stream:
                yield opened_as(opened, name, stream)
            if budget.fault:  # the member that met it told of it
                return
        if len(entries) > budget.limits.members:
            yield _left(opened, f"has more than {budget.limits.members:,} files in it")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        stream.read(1)  # where the stream broke, this says why
        raise EOFError
    return data


def _tar_data(stream: BinaryIO, left: list[int]) -> Iterator[bytes]:
    """`left[0]` counts down what is still to come, so that the archive knows where its next header stands."""
    while left[0]:
        data = stream.read(min(BLOCK, left[0]))
        if not data:
            raise EOFError
        left[0] -= len(data)
        yield data


def _pax(data: bytes) -> dict[str, str]:
    """The records `LENGTH KEY=VALUE` of an extended header."""
    found = {}
    while data.strip(b"\0"):
        length = int(data[:data.index(b" ")])
        if not 5 <= length <= len(data):
            raise Refused("is damaged: fetch it again")
        key, _, value = data[data.index(b" ") + 1:length - 1].partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        data = data[length:]
    return found


def _tar_headers(stream: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, str, list[int]]]:
    """Each member's header, name and bytes; what of them was not read is passed over. Raises EOFError and others.

    tarfile's own loop keeps every member and reads a name of any length: here an archive needs no memory.
    """
    extra: dict[str, str] = {}
    while (block := stream.read(512)) and block.strip(b"\0"):
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        kind = header.type.decode("latin-1")
        if kind in "LKxXg":
            if not 0 <= header.size <= _HEADER:
                raise Refused("has a member whose name is longer than a name can be")
            data = _exactly(stream, header.size)
            _exactly(stream, -header.size % 512)
            if kind in "xX":
                extra |= _pax(data)
            elif kind == "L":
                extra["path"] = data.rstrip(b"\0").decode("utf-8", "replace")
            continue
        while kind == "S" and block[504 if len(block) > 512 else 482]:  # its map of holes goes on in blocks of its own
            block = _exactly(stream, 512) + b" "
        left = [max(0, int(extra.get("size", header.size)))] if kind not in "123456" else [0]
        padding = -left[0] % 512
        if any(key.startswith("GNU.sparse") for key in extra):
            header.type = tarfile.GNUTYPE_SPARSE
        yield header, extra.get("path", header.name), left
        for _ in _tar_data(stream, left):
            pass
        _exactly(stream, padding)
        extra = {}
    if not block:
        raise EOFError


def tar_members(opened: Opened, budget: Budget) -> Iterator[Opened | Dropped]:
    """The files of a tar, in its order, read once from the beginning to the end."""
    inside: Stream | None = None
    try:
        for number, (header, inner, left) in enumerate(_tar_headers(opened.stream)):
            if number >= budget.limits.members:
                raise Refused(f"has more than {budget.limits.members:,} files in it")
            kind, name = header.type.decode("latin-1"), member_name(opened.name, inner)
            if kind == "5" or inner.endswith("/") or hidden(inner):
                continue
            if kind in _NO_STORY:
                yield _left(opened, _NO_STORY[kind], name)
                continue
            inside = Stream(_tar_data(opened.stream, left))
            yield opened_as(opened, name, inside)
            if inside.fault:  # the member that met it told of it
                return
    except Exception as fault:  # as above: a header may hold anything
        yield _left(opened, told(fault))
