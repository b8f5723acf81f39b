"""What a person typed in, every story of it out with its origin, and the reason for whatever gives none.

A source is a file, a folder, a pattern, a web address or the name of a data set. Text comes out as its reader made it:
cleaning is the next station's work.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading import Opened, Reader
from foundling.corpus.reading import read as read_any
from foundling.corpus.sources.contained import KINDS, Contained
from foundling.corpus.sources.files import Place, is_pattern, matches, open_file, walk
from foundling.corpus.sources.hub import MARK, is_saved, rows_of_name, rows_of_saved
from foundling.corpus.sources.limits import LIMITS, Limits
from foundling.corpus.sources.naming import shown, title_of
from foundling.corpus.sources.opening import documents
from foundling.corpus.sources.unpacking import Budget, Refused, Stream
from foundling.corpus.sources.web import Web
from foundling.records import UNKNOWN, BadInput, Origin, Story

_LONGEST_REASON = 200
_WHOLE = (*KINDS, "text", "markdown", "gutenberg", "play", "subtitles", "parquet")


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What all sources of one gathering are read with."""

    given: Origin
    column: str
    limits: Limits
    read: Reader
    contained: Contained
    web: Web


def _told_of(drop: Dropped, opened: Opened) -> Dropped:
    """A drop as it is shown: its reason one line that can be read, its source never empty."""
    reason = " ".join(drop.reason.split())
    if len(reason) > _LONGEST_REASON:
        reason = reason[:_LONGEST_REASON - 3] + "..."
    return replace(drop, reason=reason or "cannot be read", source=drop.source or opened.name)


def _one(opened: Opened, kind: str, desk: _Desk) -> Iterator[Story | Dropped]:
    """What one document gives. Where its stream broke, the stream's own reason stands for whatever its reader says.

    Of a log or a table what came before the break is kept; half a book is none.
    """
    stream, count = opened.stream, 0
    if isinstance(stream, Stream) and kind not in _WHOLE:
        stream.end_quietly()
    read = desk.contained.read if kind in KINDS else desk.read
    try:
        for found in read(opened):
            fault = stream.fault if isinstance(stream, Stream) else ""
            if fault and isinstance(found, Dropped):
                continue
            count += 1
            yield replace(found, title=found.title or title_of(opened.name)) if isinstance(found, Story) else \
                _told_of(found, opened)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as fault_of:  # a reader raises although it shall not; a panic in Rust is no Exception
        if not isinstance(stream, Stream) or not stream.fault:
            count += 1
            told = str(fault_of) if isinstance(fault_of, Refused) else f"cannot be read ({type(fault_of).__name__})"
            yield _told_of(Dropped(title=opened.name, reason=told), opened)
    fault = stream.fault if isinstance(stream, Stream) else ""
    if fault or not count:
        yield _told_of(Dropped(title=opened.name, reason=fault or "has no text in it"), opened)


def _all(opened: Opened, desk: _Desk) -> Iterator[Story | Dropped]:
    """What one open file gives, archives and all."""
    with opened.stream:
        size = os.fstat(opened.stream.fileno()).st_size
        for found in documents(opened, Budget(desk.limits, size)):
            if isinstance(found, Dropped):
                yield _told_of(found, opened)
            else:
                yield from _one(*found, desk)


def _file(place: Place, desk: _Desk) -> Iterator[Story | Dropped]:
    try:
        yield from _all(open_file(place, desk.given, desk.column), desk)
    except Refused as fault:
        yield Dropped(title=place.name, reason=str(fault), source=place.name)


def _places(places: Iterator[Place | Dropped], desk: _Desk) -> Iterator[Story | Dropped]:
    for place in places:
        if isinstance(place, Dropped):
            yield place
        else:
            yield from _file(place, desk)


def _of(source: str, desk: _Desk) -> Iterator[Story | Dropped]:
    """What one thing that a person typed gives. Raises BadInput when there is no such thing."""
    path = Path(source)
    if source.startswith(("http://", "https://")):
        for page in desk.web.pages(source, desk.given, desk.column):
            if isinstance(page, Dropped):
                yield page
            else:
                yield from _all(page, desk)
    elif source.startswith(MARK):
        for rows in rows_of_name(source.removeprefix(MARK), desk.given, desk.column):
            yield from _one(rows, "jsonl", desk)
    elif "://" in source and not os.path.lexists(source):
        raise BadInput(f"{shown(source)} is no address that can be read: begin it with http:// or https://.")
    elif is_pattern(source):
        yield from _places(matches(source), desk)
    elif os.path.isdir(source) and is_saved(path):
        for rows in rows_of_saved(path, desk.given, desk.column):
            yield from _one(rows, "jsonl", desk)
    elif os.path.isdir(source):
        try:
            yield from _places(walk(path), desk)
        except OSError as fault:
            raise BadInput(f"{shown(source)} cannot be read ({fault.strerror}): check its permissions.") from fault
    elif os.path.lexists(source):
        yield from _file(Place(path=path, name=shown(path.name)), desk)
    else:
        raise BadInput(f"There is no file or folder {shown(source)}: check what was typed.")


def _worth(source: str, desk: _Desk) -> Iterator[Story | Dropped]:
    """As `_of`. Raises BadInput in the end when a source gave no story at all: that is not left out silently."""
    first: Dropped | None = None
    stories = 0
    for found in _of(source, desk):
        stories += isinstance(found, Story)
        first = first or (found if isinstance(found, Dropped) else None)
        yield found
    if stories:
        return
    what = shown(source)
    if first is None:
        raise BadInput(f"{what} has no file in it that could be read: give a folder of stories.")
    if os.path.isdir(source) or is_pattern(source):
        raise BadInput(f"Nothing in {what} can be read as a story; the first, {first.title}, {first.reason}.")
    raise BadInput(f"{what} {first.reason}.")


def gather(
    sources: Sequence[str | Path], *, given: Origin = UNKNOWN, column: str = "", cache: Path | None = None,
    limits: Limits = LIMITS, fresh: bool = False, read: Reader = read_any,
) -> Iterator[Story | Dropped]:
    """Every story of the given sources, in a fixed order, or the reason why something in them gives none.

    given: what a person typed of licence, consent, author and the like. It goes before what a document says of itself,
    because the person answers for it; what was not typed is the document's own. column: of tables, the one that holds
    the text ("": guess). cache: the folder in which web pages are kept, so that a second run asks for none (None: they
    are forgotten); fresh: ask for them again, if they have changed. read: the reader of all that is read in this
    process, not in the contained one.

    Raises BadInput when there is no such file or address, or when a source gives no story at all.
    """
    with ExitStack() as stack:
        contained = stack.enter_context(Contained(limits))
        web = stack.enter_context(Web(cache=cache, limits=limits, fresh=fresh))
        desk = _Desk(given=given, column=column, limits=limits, read=read, contained=contained, web=web)
        for source in sources:
            yield from _worth(str(source), desk)
