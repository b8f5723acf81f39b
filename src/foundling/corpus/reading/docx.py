"""A Word document in, one story out: paragraphs, headings and tables as a reader sees them, deletions left out.

The XML is read directly: of what python-docx offers only the text is needed, and limits have to come before parsing.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable, contained, story_of
from foundling.corpus.reading.markup import xml
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.zipped import Entries, entries_of
from foundling.records import Story

_BODY = "word/document.xml"
_UNSEEN = ("del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "sectPr")
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _words(element: Element) -> str:
    """The text inside an element, without what was deleted and without what Word repeats for older programs."""
    name = _local(element)
    if name in _UNSEEN:
        return ""
    return (element.text or "") if name == "t" else _BREAKS.get(name, "") or "".join(map(_words, element))


def _line(text: str) -> str:
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def _paragraphs(element: Element) -> Iterator[str]:
    """The paragraphs below an element, a table as one with a line a row."""
    for child in element:
        name = _local(child)
        if name == "p":
            yield _line(_words(child))
        elif name == "tbl":
            rows = (" | ".join(_cells(row)) for row in child.iter() if _local(row) == "tr")
            yield "\n".join(row for row in rows if row.strip(" |"))
        elif name not in _UNSEEN:
            yield from _paragraphs(child)


def _cells(row: Element) -> list[str]:
    return [" ".join(" ".join(_paragraphs(cell)).split()) for cell in row if _local(cell) == "tc"]


def _facts(entries: Entries) -> dict[str, str]:
    """The document's properties; none where they are missing or broken, for the text is what counts."""
    try:
        core = xml(entries.read("docProps/core.xml"))
    except Unreadable:
        return {}
    said = {_local(element): (element.text or "").strip() for element in core}
    return {"title": said.get("title", ""), "author": said.get("creator", ""), "date": said.get("created", ""),
            "language": said.get("language", "")[:2].lower()}


@contained("DOCX")
def read_docx(opened: Opened) -> Iterator[Story | Dropped]:
    """One story. Title, author, date and language come from the document's properties, where it has any."""
    entries = entries_of(opened)
    facts = _facts(entries)
    text = "\n\n".join(paragraph for paragraph in _paragraphs(xml(entries.read(_BODY))) if paragraph)
    if not text:
        raise Unreadable("has no text in it")
    yield story_of(opened, "docx", text, facts.pop("title", ""), **facts)
