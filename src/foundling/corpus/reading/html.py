"""A web page in, its main text as one story out, with title, author, date, language and licence from its head.

trafilatura finds the main text where it is installed, else resiliparse, else a pass of our own that leaves out what a
page is framed with. Before any of them sees it, a page that is too large or nested too deeply is refused.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from importlib.util import find_spec
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import decode
from foundling.corpus.reading.document import contained, story_of, whole
from foundling.corpus.reading.gutenberg import without_frame
from foundling.corpus.reading.markup import LAYOUT, paragraphs, tag_count, tags
from foundling.corpus.reading.opened import Opened
from foundling.records import Story

LARGEST = 16  # MB
# Above either the extractors would take longer than ten seconds (trafilatura took 48 s for 500,000 open <p>).
_LARGE = 2 * 2**20  # characters
_MANY = 20_000  # tags
_CHARSET = re.compile(
    rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w-]{2,40})|<\?xml[^>]{0,200}?encoding=[\"']([\w-]{2,40})", re.I)
_TITLE = re.compile(r"<title\b[^<>]*+>([^<]*+)", re.I)
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)?)?")
_SPEAKING = frozenset({"html", "meta", "link", "a", "time"})
_NAMED = {
    "title": ("og:title", "dc.title", "dcterms.title", "citation_title"),
    "author": ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author"),
    "date": ("article:published_time", "date", "dc.date", "dcterms.date", "dcterms.created",
             "citation_publication_date", "datepublished", "pubdate"),
    "licence": ("license", "dcterms.license", "dc.rights", "dcterms.rights", "copyright", "rights"),
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a page says of itself in its head: title, and fields of Origin."""

    title: str = ""
    origin: dict[str, str] = field(default_factory=dict)


def facts_of(page: str) -> Facts:
    """The metadata of a page. The licence is a link's address where there is one (rel="license")."""
    metas: dict[str, str] = {}
    language = licence = ""
    for name, given in tags(page, _SPEAKING):
        if name == "meta" and (key := given.get("name") or given.get("property") or given.get("itemprop")):
            metas.setdefault(key.lower(), given.get("content", "").strip())
        elif name == "html":
            language = given.get("lang") or given.get("xml:lang", "")
        elif name in ("a", "link") and "license" in given.get("rel", "").lower().split():
            licence = licence or given.get("href", "")
        elif name == "time" and "datetime" in given:
            metas.setdefault("pubdate", given["datetime"])
    found = {key: next((metas[name] for name in names if metas.get(name)), "") for key, names in _NAMED.items()}
    title = _TITLE.search(page)
    date = _DATE.match(found["date"])
    author = "" if found["author"].startswith(("http:", "https:")) else found["author"]
    known = {"author": author, "date": date[0] if date else "", "licence": licence or found["licence"],
             "language": language.split("-")[0].lower() if re.fullmatch(r"[A-Za-z]{2}(?:-\w+)*", language) else ""}
    return Facts(title=found["title"] or (unescape(title[1]).strip() if title else ""), origin=known)


def page_of(data: bytes) -> str:
    """The page as text: by mark or UTF-8, else as the page says, else guessed."""
    text, encoding = decode(data)
    declared = _CHARSET.search(data[:4096])
    if "guessed" in encoding and declared:
        try:
            return data.decode((declared[1] or declared[2]).decode("ascii"), "replace").replace("\r\n", "\n")
        except (LookupError, ValueError):
            return text
    return text


def _by_trafilatura(page: str) -> str:
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read is said once, in the drop
    found = bare_extraction(page, favor_recall=True, include_comments=False, with_metadata=False)
    body = getattr(found, "body", None)
    if body is None:
        return ""
    parts = ("\n".join(line for part in _said(one).split("\n") if (line := " ".join(part.split()))) for one in body)
    return "\n\n".join(part for part in parts if part)


def _said(element: Any) -> str:
    """The text of an element of trafilatura's tree; breaks, items and rows begin a line."""
    before = {"lb": "\n", "item": "\n", "row": "\n", "p": "\n", "cell": " "}.get(str(element.tag), "")
    inside = (_said(child) + " ".join((child.tail or "").split("\n")) for child in element)
    return before + " ".join((element.text or "").split("\n")) + "".join(inside)


def _by_resiliparse(page: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, main_content=True, alt_texts=False, links=False, form_fields=False))


def main_text(page: str) -> str:
    """The main text of a page, paragraphs parted by blank lines; "" where there is none.

    Raises Unreadable for a page nested more than 256 deep or of more than a million tags.
    """
    count = tag_count(page, "HTML")
    text = ""
    if len(page) <= _LARGE and count <= _MANY:
        if find_spec("trafilatura"):
            text = _by_trafilatura(page)
        elif find_spec("resiliparse"):
            text = _by_resiliparse(page)
    return text.strip() or "\n\n".join(paragraphs(page, LAYOUT) or paragraphs(page))


@contained("HTML")
def read_html(opened: Opened) -> Iterator[Story | Dropped]:
    """One story: the page's main text. A Project Gutenberg page loses its header and licence."""
    page = page_of(whole(opened, LARGEST))
    text = main_text(page)
    if "PROJECT GUTENBERG EBOOK" in text:
        text = without_frame(text)[1]
    facts = facts_of(page)
    yield story_of(opened, "html", text, facts.title, **facts.origin)
