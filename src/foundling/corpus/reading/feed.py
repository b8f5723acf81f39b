"""RSS and Atom in, one story an entry out, with author, date, licence and link. It follows no link.

feedparser reads the bytes that are given here and nothing else.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable, whole
from foundling.corpus.reading.fragment import fragment_text
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import iso_date, left_out, licence_name, prose
from foundling.records import Story

LARGEST_FEED = 16  # MB; a feed is made to be fetched as a whole, again and again


def _licence(thing: Any) -> str:
    """The licence of an entry or a feed: a link that says so, else the line about rights."""
    for link in thing.get("links") or ():
        if link.get("rel") == "license" and link.get("href"):
            return licence_name(str(link["href"]))
    return licence_name(str(thing.get("license") or thing.get("rights") or ""))


def _text(entry: Any) -> str:
    """The longest of contents and summary, as text."""
    bodies = [str(content.get("value") or "") for content in entry.get("content") or ()]
    texts = [fragment_text(body, skip=("script", "style")) for body in (*bodies, str(entry.get("summary") or ""))]
    return max(texts, key=len)


def _entry(opened: Opened, feed: Any, entry: Any) -> Story | Dropped:
    title = fragment_text(str(entry.get("title") or ""))
    link = str(entry.get("link") or entry.get("id") or "")
    try:
        text = _text(entry)
    except ValueError as fault:
        return left_out(opened, f"cannot be read ({fault})", title=title, part=link)
    return prose(
        opened, text, title=title, part=link, author=str(entry.get("author") or feed.get("author") or ""),
        date=iso_date(entry.get("published") or entry.get("updated")), licence=_licence(entry) or _licence(feed),
        language=str(feed.get("language") or "")[:2].lower(),
    )


@reader("feed", "entry")
def read_feed(opened: Opened) -> Iterator[Story | Dropped]:
    """Every entry of the feed. A feed with entities of its own is refused: they may stand for endless text."""
    import feedparser

    data = whole(opened, LARGEST_FEED)
    if re.search(rb"<!ENTITY", data.replace(b"\0", b""), re.IGNORECASE):
        raise Unreadable("declares entities of its own, which may stand for text without end")
    found: Any = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    for entry in found.entries:
        yield _entry(opened, found.feed, entry)
    if found.bozo and not found.entries:
        raise Unreadable(f"is no feed that can be read ({' '.join(str(found.bozo_exception).split())[:120]})")
