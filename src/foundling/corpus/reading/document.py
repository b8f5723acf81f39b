"""What the readers of one document share: its bytes within a limit, a title, a story with its origin, contained faults.

Everything that goes wrong inside a reader becomes a `Dropped` here; this is the one place that words such faults.
"""

import functools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened, Reader
from foundling.records import BadInput, Story

MB = 2**20
MOST_LINES = 1_000_000
_LONGEST_TITLE = 300


class Unreadable(Exception):
    """Why a document gives no story; the message completes the sentence "it ..."."""


def whole(opened: Opened, megabytes: int) -> bytes:
    """All bytes of the stream. Raises Unreadable where there are more than the limit, having read no further."""
    parts, left = [], megabytes * MB + 1
    while left > 0 and (part := opened.stream.read(min(left, MB))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise Unreadable(f"is larger than {megabytes} MB: split it into smaller files")
    return b"".join(parts)


def refuse_endless(text: str) -> None:
    """Raise Unreadable where a text has more lines than any book (the longest have 200,000): each costs time."""
    if text.count("\n") > MOST_LINES:
        raise Unreadable(f"has more than {MOST_LINES:,} lines: split it into smaller files")


def valid(text: str) -> str:
    """The text without what no UTF-8 file could hold (lone surrogates) and without NUL."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def title_of(name: str) -> str:
    """A title made from a file's name: "books.zip/the-blue_jug.txt" gives "the blue jug"."""
    return PurePosixPath(valid(name)).stem.replace("-", " ").replace("_", " ").strip() or valid(name)


def story_of(opened: Opened, kind: str, text: str, title: str = "", **known: str) -> Story:
    """A story of prose; `known` are fields of Origin that the document states. What a person typed goes before them.

    Raises Unreadable where there is no text.
    """
    text = valid(text).strip()
    if not text:
        raise Unreadable("has no text in it")
    facts = {key: " ".join(valid(value).split())[:_LONGEST_TITLE]
             for key, value in known.items() if value and not getattr(opened.origin, key)}
    own = " ".join(valid(title).split())[:_LONGEST_TITLE]
    return Story(title=own or title_of(opened.name), text=text, source=valid(opened.name),
                 origin=replace(opened.origin, kind=kind, **facts))


def _told(fault: Exception, kind: str) -> str:
    """A parser's fault in plain words."""
    if isinstance(fault, Unreadable):
        return str(fault)
    if isinstance(fault, BadInput):
        return f"cannot be read: {str(fault)[:1].lower()}{str(fault)[1:].rstrip('.')}"
    if isinstance(fault, RecursionError):
        return f"is {kind} nested too deeply to be read"
    if isinstance(fault, MemoryError):
        return f"is {kind} that needs more memory than there is"
    if isinstance(fault, EOFError | zlib.error):
        return f"is {kind} that is cut off or whose compressed part is damaged: fetch it again"
    if isinstance(fault, OSError) and fault.strerror:
        return f"cannot be read ({fault.strerror})"
    return f"is damaged: its bytes break the rules of {kind} ({type(fault).__name__})"


def lost(opened: Opened, fault: Exception, kind: str) -> Dropped:
    """The drop that says why a source gives no (further) story."""
    return Dropped(title=title_of(opened.name), reason=_told(fault, kind), source=valid(opened.name))


def contained(kind: str) -> Callable[[Reader], Reader]:
    """A reader that raises nothing: any fault of it or of its parser ends it with a `Dropped`. `kind` for people."""

    def wrap(read: Reader) -> Reader:
        @functools.wraps(read)
        def safe(opened: Opened) -> Iterator[Story | Dropped]:
            try:
                yield from read(opened)
            except Exception as fault:
                yield lost(opened, fault, kind)

        return safe

    return wrap


def needs(package: str, task: str) -> BadInput:
    """The sentence for an optional package that is missing."""
    return BadInput(f"{task} needs the package {package}: pip install 'foundling[data]'.")
