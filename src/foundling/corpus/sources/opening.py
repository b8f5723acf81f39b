"""An open source in, the documents in it as open streams out: packed files and archives are opened, layer by layer.

It reads no document. Whoever takes a stream reads it before asking for the next.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, BinaryIO, cast

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading import HEAD, Opened, detect, look
from foundling.corpus.sources.archives import tar_members, zip_members
from foundling.corpus.sources.limits import in_words
from foundling.corpus.sources.naming import unpacked_name
from foundling.corpus.sources.unpacking import BLOCK, PACKED, Budget, Refused, told, unpacked

_LAYERS = 4  # packed in packed in packed: a quine of gzip has no end
_IN_MEMORY = 2**23


def kind_of(opened: Opened) -> str:
    """What an open source is; nothing of the stream is used up. Raises OSError when it cannot be read."""
    peek = getattr(opened.stream, "peek", None)
    if peek is not None:
        return detect(peek(HEAD)[:HEAD], opened.name)
    head, _ = look(opened.stream, HEAD)
    return detect(head, opened.name)


def _fill(room: IO[bytes], stream: BinaryIO, most: int) -> BinaryIO:
    """Copy a stream to a file without a name, since a zip is read from its end. Raises Refused when it is too large."""
    size = 0
    while data := stream.read(BLOCK):
        size += len(data)
        if size > most:
            raise Refused(f"is an archive of more than {in_words(most)} inside of another: unpack it first")
        room.write(data)
    room.seek(0)
    return cast(BinaryIO, room)


def documents(opened: Opened, budget: Budget, depth: int = 0, layers: int = 0
              ) -> Iterator[tuple[Opened, str] | Dropped]:
    """Every document of an open source with its kind, or why a part of it gives none. Raises nothing."""
    try:
        kind = kind_of(opened)
        if kind in PACKED and layers < _LAYERS:
            with unpacked(opened.stream, kind, budget) as stream:
                inside = replace(opened, name=unpacked_name(opened.name), stream=stream, path=None)
                yield from documents(inside, budget, depth, layers + 1)
        elif kind in PACKED:
            raise Refused(f"is packed more than {_LAYERS} times over")
        elif kind not in ("zip", "tar"):
            yield opened, kind
        elif depth >= budget.limits.depth:
            raise Refused("is an archive too deep inside of others: unpack it first")
        elif kind == "tar":
            yield from _each(tar_members(opened, budget), budget, depth, layers)
        elif opened.stream.seekable():
            yield from _each(zip_members(opened, budget), budget, depth, layers)
        else:
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as room:
                whole = replace(opened, stream=_fill(room, opened.stream, budget.limits.whole))
                yield from _each(zip_members(whole, budget), budget, depth, layers)
    except Exception as fault:  # whatever looking at hostile bytes may raise
        yield Dropped(title=opened.name, reason=told(fault), source=opened.name)


def _each(members: Iterator[Opened | Dropped], budget: Budget, depth: int, layers: int
          ) -> Iterator[tuple[Opened, str] | Dropped]:
    for member in members:
        if isinstance(member, Dropped):
            yield member
        else:
            yield from documents(member, budget, depth + 1, layers)
