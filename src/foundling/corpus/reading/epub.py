"""An EPUB in, one story out: its chapters in the order of the spine, without cover and contents. Pictures are left."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable, contained, story_of
from foundling.corpus.reading.gutenberg import without_frame
from foundling.corpus.reading.html import page_of
from foundling.corpus.reading.markup import paragraphs, tag_count, xml
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.zipped import Entries, entries_of
from foundling.records import Story

_FRAME = re.compile(r"(?:^|[/_.-])(?:toc|nav|cover|contents|wrap0*)(?=[._-]|\d*\.x?html?$|$)", re.I)
_LINKED = re.compile(r"<a\b[^<>]*+\bhref[^<>]*+>(.*?)</a>", re.I | re.S)
_TAGS = re.compile(r"<[^<>]*+>|\s+")
_MOSTLY = 0.6  # share of a page's letters inside links above which it is a list of contents
_COVER = 300  # characters: a page called "cover" with more is text all the same


@dataclass(frozen=True, kw_only=True)
class Part:
    """One page of the spine: the entry's name, and whether the book itself calls it cover or contents."""

    name: str
    frame: bool


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _each(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _local(element) == name)


def _package(entries: Entries) -> tuple[str, Element]:
    root = xml(entries.read("META-INF/container.xml"))
    path = next((e.get("full-path", "") for e in _each(root, "rootfile")), "")
    if not path:
        raise Unreadable("names no package: its META-INF/container.xml has no rootfile")
    return path, xml(entries.read(path))


def _spine(path: str, package: Element) -> list[Part]:
    base = posixpath.dirname(path)
    items = {e.get("id", ""): e for e in _each(package, "item")}
    framed = {e.get("href", "").partition("#")[0] for e in _each(package, "reference")
              if e.get("type", "").lower() in ("toc", "cover", "loi", "lot")}
    parts = []
    for reference in _each(package, "itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or "html" not in item.get("media-type", "html"):
            continue
        href = item.get("href", "")
        frame = "nav" in item.get("properties", "").split() or href in framed or bool(_FRAME.search(href))
        parts.append(Part(name=posixpath.normpath(posixpath.join(base, unquote(href))), frame=frame))
    return parts


def _is_frame(page: str, text: str) -> bool:
    """Whether a page called cover or contents is one: hardly any text, or most of it links."""
    linked = sum(len(_TAGS.sub("", match[1])) for match in _LINKED.finditer(page))
    return len(text) < _COVER or linked > _MOSTLY * max(1, len(_TAGS.sub("", text)))


def _chapters(entries: Entries, spine: list[Part]) -> Iterator[str]:
    done = set()
    for part in spine:
        if part.name in done:  # a spine may name a page a million times
            continue
        done.add(part.name)
        page = page_of(entries.read(part.name))
        tag_count(page, "XHTML", strict=True)
        text = "\n\n".join(paragraphs(page))
        if text and not (part.frame and _is_frame(page, text)):
            yield text


def _said(package: Element, name: str) -> list[str]:
    return [text for e in _each(package, name) if e.text and (text := " ".join(e.text.split()))]


@contained("EPUB")
def read_epub(opened: Opened) -> Iterator[Story | Dropped]:
    """One story: the whole book. Title, authors, date, rights and language come from its package."""
    entries = entries_of(opened)
    if "META-INF/encryption.xml" in entries.names() and "META-INF/rights.xml" in entries.names():
        raise Unreadable("is copy-protected")
    path, package = _package(entries)
    text = "\n\n".join(_chapters(entries, _spine(path, package)))
    if "PROJECT GUTENBERG EBOOK" in text:
        text = without_frame(text)[1]
    if not text.strip():
        raise Unreadable("has no text in its chapters")
    language = next(iter(_said(package, "language")), "")
    date = re.match(r"\d{4}(?:-\d{2}){0,2}", next(iter(_said(package, "date")), ""))
    yield story_of(
        opened, "epub", text, next(iter(_said(package, "title")), ""), author=", ".join(_said(package, "creator")),
        licence=next(iter(_said(package, "rights")), ""), date=date[0] if date else "",
        language=language.split("-")[0].lower() if re.fullmatch(r"[A-Za-z]{2}(?:-\w+)*", language) else "")
