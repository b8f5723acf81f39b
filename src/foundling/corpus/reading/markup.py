"""Markup of any quality in, paragraphs out; and XML that cannot attack. It judges no page: no main text is sought here.

A tokeniser of our own, because html.parser takes quadratic time on some broken pages and a tree of 100,000 nested
elements overflows what walks it. Every pattern is possessive, so that reading is linear in the length of the text.
"""

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from foundling.corpus.reading.decoding import decode
from foundling.corpus.reading.document import Unreadable

DEEPEST = 256
_MOST_TAGS = 1_000_000
_TOKEN = re.compile(
    r"<!--(?:.*?-->|.*+)|<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)|<[!?][^>]*+>?"
    r"|<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*+)(?P<rest>[^<>]*+)>", re.S)


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_EMPTY = _words("area base br col embed hr img input link meta param source track wbr")
_CLOSED_BY_NEXT = _words("p li td th tr dt dd option optgroup a tbody thead tfoot rp rt")
_BLOCKS = _words(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead title tr ul")
_LINES = _words("li tr dt dd br option")  # what stands on a line of its own inside its paragraph
_SILENT = _words("script style noscript template svg math title iframe object select textarea button head")
LAYOUT = _words("nav header footer aside form")
_ATTRIBUTE = re.compile(r"""([A-Za-z_:][\w:.-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")


def attributes(rest: str) -> dict[str, str]:
    """The attributes of a tag, their names in small letters."""
    return {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(rest[:20_000])}


def tags(text: str, names: frozenset[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The opening tags with these names, and their attributes."""
    for token in _TOKEN.finditer(text):
        if token["name"] and not token["end"] and (name := token["name"].lower()) in names:
            yield name, attributes(token["rest"])


def tag_count(text: str, what: str, strict: bool = False) -> int:
    """How many tags there are. Raises Unreadable where elements nest more than 256 deep or are more than a million:
    so it stands before any parser.

    what: HTML or XML, for the sentence; strict: XML's rules, by which `<p/>` is closed and every element counts; by
    HTML's many need no end.
    """
    stack: list[str] = []
    raw, number = "", 0
    for number, token in enumerate(_TOKEN.finditer(text), 1):
        if number > _MOST_TAGS:
            raise Unreadable(f"has more than {_MOST_TAGS:,} {what} tags: no page that a person wrote has")
        name = (token["name"] or "").lower()
        if not name or (raw and not (token["end"] and name == raw)):
            continue
        raw = ""
        if token["end"]:
            if name in stack:
                while stack.pop() != name:
                    pass
        elif (not token["rest"].endswith("/")) if strict else (name not in _EMPTY and name not in _CLOSED_BY_NEXT):
            stack.append(name)
            raw = name if name in ("script", "style") and not strict else ""
            if len(stack) > DEEPEST:
                raise Unreadable(f"nests {what} elements more than {DEEPEST} deep")
    return number


class _Page:
    """Paragraphs as they grow: words into lines, lines into paragraphs."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self._lines: list[str] = []
        self._words: list[str] = []

    def say(self, text: str, kept: bool) -> None:
        """Text as it comes; white space is one space unless it is to be kept."""
        if kept:
            *full, last = text.split("\n")
            for line in full:
                self._words.append(line)
                self.end_line(kept=True)
            self._words.append(last)
        else:
            self._words.append(text)

    def end_line(self, kept: bool = False) -> None:
        line = "".join(self._words)
        self._words = []
        line = line.rstrip() if kept else " ".join(line.split())
        if line or kept:
            self._lines.append(line)

    def end_paragraph(self) -> None:
        self.end_line()
        text = "\n".join(self._lines).strip("\n")
        self._lines = []
        if text:
            self.paragraphs.append(text)


def paragraphs(text: str, without: frozenset[str] = frozenset()) -> list[str]:
    """The paragraphs of HTML or XHTML in order; lists and tables are one paragraph with a line an item or row.

    `without`: elements whose text is left out, besides scripts and styles. Time is linear in the text.
    """
    page, at = _Page(), 0
    skipped, depth, kept = "", 0, 0
    left_out = _SILENT | without
    for token in _TOKEN.finditer(text):
        if not skipped and token.start() > at:
            page.say(html.unescape(text[at : token.start()]), kept > 0)
        at = token.end()
        if token["data"] and not skipped:
            page.say(token["data"], kept > 0)
        name = (token["name"] or "").lower().rpartition(":")[2]
        if not name:
            continue
        closed = token["rest"].endswith("/")
        if skipped:
            if name == skipped:
                depth += -1 if token["end"] else 0 if closed else 1
                skipped = skipped if depth else ""
            elif skipped == "head" and name == "body":
                skipped, depth = "", 0
            continue
        if name in left_out and not token["end"] and not closed:
            skipped, depth = name, 1
            page.end_line() if name not in _BLOCKS else page.end_paragraph()
        elif name in _LINES:
            page.end_line()
        elif name in ("td", "th") and not token["end"]:
            page.say(" ", False)
        elif name in _BLOCKS:
            if kept:
                page.end_line(kept=True)
            page.end_paragraph()
            if name == "pre":
                kept = max(0, kept + (-1 if token["end"] else 1))
    if not skipped:
        page.say(html.unescape(text[at:]), False)
    page.end_paragraph()
    return page.paragraphs


def xml(data: bytes) -> ElementTree.Element:
    """The root of an XML document from a stranger.

    Raises Unreadable where it declares entities (they can grow without bound or name local files), nests too deeply or
    is no XML.
    """
    declared = re.match(
        rb"\s*<\?xml[^>]{1,200}encoding\s*=\s*[\"'](iso-8859-1|iso-8859-15|windows-125\d)[\"']", data[:400], re.I)
    text = data.decode(declared[1].decode("ascii"), "replace") if declared else decode(data)[0]
    if re.search(r"<!ENTITY|<!DOCTYPE[^>]*\[", text, re.I):
        raise Unreadable("declares XML entities, which can be used for an attack")
    tag_count(text, "XML", strict=True)
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as fault:
        raise Unreadable(f"holds XML that is broken ({fault})") from fault
