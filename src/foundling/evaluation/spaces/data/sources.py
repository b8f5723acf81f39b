"""A folder in, every document in its texts out, file by file; and what could not be read, as documents with a fault.

Only ordinary files inside the folder are opened, one at a time, and no more of one is held than its limit: links that
lead out, pipes, endless files and names made to deceive a terminal are told of and passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import MOST_LINES
from foundling.corpus.reading.text import LARGEST
from foundling.corpus.sources.files import Place, open_file, walk
from foundling.corpus.sources.naming import shown
from foundling.corpus.sources.unpacking import Refused
from foundling.evaluation.spaces.data.form import Document, unread
from foundling.evaluation.spaces.data.heads import Terms
from foundling.evaluation.spaces.data.places import Mark
from foundling.evaluation.spaces.data.reading import read_document
from foundling.evaluation.spaces.data.rows import read_rows
from foundling.records import UNKNOWN, BadInput

FACTS = "facts.json"
TEXTS, ROWS = (".txt", ".text", ".md", ".markdown"), (".jsonl", ".ndjson")
_MB = 2**20


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file of texts and its size in bytes, or what stands in its place that cannot be read."""

    name: str
    suffix: str
    size: int = 0
    place: Place | None = None
    refused: Document | None = None


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _sized(place: Place) -> Source:
    try:
        size = place.path.lstat().st_size
    except OSError:
        size = 0  # opening it will say why
    return Source(name=place.name, suffix=_suffix(place.name), size=size, place=place)


def list_sources(folder: Path) -> tuple[list[Source], int]:
    """The files of texts in a folder (or the one file given), in order, and how many other files were passed over.

    Raises BadInput where there is nothing of that name, or no text in it.
    """
    if not folder.exists():
        raise BadInput(f"There is no file or folder {shown(folder)}: give a folder of texts to compile.")
    if not folder.is_dir():
        if _suffix(folder.name) not in TEXTS + ROWS:
            raise BadInput(f"{shown(folder)} is no text (.txt, .md) and no JSON lines (.jsonl): give one, or a folder.")
        return [_sized(Place(path=folder, name=shown(folder.name)))], 0
    found, others = list[Source](), 0
    try:
        for entry in walk(folder):
            if isinstance(entry, Dropped):
                code = "E002" if "link" in entry.reason else "E001"
                lost = unread(Mark(file=entry.source), code, f"it {entry.reason}")
                found.append(Source(name=entry.source, suffix="", refused=lost))
            elif _suffix(entry.name) in TEXTS + ROWS:
                found.append(_sized(entry))
            else:
                others += entry.name != FACTS
    except OSError as fault:
        raise BadInput(f"{shown(folder)} cannot be read ({fault.strerror}): check its permissions.") from fault
    if not any(source.place for source in found):
        raise BadInput(f"{shown(folder)} has no .txt, .md or .jsonl file in it: give a folder of texts.")
    return found, others


def documents_of(source: Source, terms: Terms) -> Iterator[Document]:
    """The documents of one file. Never raises: what cannot be read is a document with a fault."""
    mark = Mark(file=source.name)
    if source.place is None:
        yield source.refused or unread(mark, "E001", "")
        return
    try:
        opened = open_file(source.place, UNKNOWN)
    except Refused as fault:
        yield unread(mark, "E001", f"it {fault}")
        return
    try:
        with opened.stream as stream:
            if source.suffix in ROWS:
                yield from read_rows(stream, source.name, terms)
                return
            data = stream.read(LARGEST * _MB + 1)
    except OSError as fault:
        yield unread(mark, "E001", f"it cannot be read ({fault.strerror or type(fault).__name__})")
        return
    if len(data) > LARGEST * _MB:
        yield unread(mark, "E027", f"a file of more than {LARGEST} MB, of which nothing more was read")
    elif (lines := data.count(b"\n")) > MOST_LINES:
        yield unread(mark, "E029", f"{lines:,} lines")
    else:
        yield read_document(data, source.name, terms, source.suffix)
