"""A MediaWiki XML dump in, one story an article out. Templates are left out, not filled in; nothing is looked up.

The XML is read as events, so a dump of any size needs the memory of its largest page. Redirects, pages outside the
article namespace and revisions but the last named are no stories; how many there were is said at the end.
"""

from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.safe_xml import xml_events
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import left_out, prose
from foundling.corpus.reading.wikitext import wiki_text
from foundling.records import Story

LARGEST_MARKUP = 2 * 2**20  # characters; mwparserfromhell takes seconds a MB on nasty pages, and no article is longer
_KEPT = {"title", "ns", "timestamp", "text"}
LICENCE, AUTHOR = "CC BY-SA 4.0", "Wikipedia contributors"

Page = dict[str, str]


def _pages(opened: Opened) -> Iterator[Page]:
    """The fields of each page; of several revisions the last; markup past the limit is not kept, only its length."""
    page: Page = {}
    words: list[str] = []
    length, inside, field = 0, False, ""
    for event, name, attributes in xml_events(opened.stream):
        if event == "start" and name == "page":
            page, inside = {}, True
        elif event == "start":
            field = name if inside and name in _KEPT else ""
            words, length = [], 0
            if inside and name == "redirect":
                page["redirect"] = attributes.get("title", "yes")
        elif event == "text" and field:
            length += len(name)
            if length <= LARGEST_MARKUP:
                words.append(name)
        elif event == "end" and name == "page":
            yield page
            page, inside = {}, False
        elif event == "end" and name == field:
            page[field] = "" if length > LARGEST_MARKUP else "".join(words)
            page.pop("long", None)
            if length > LARGEST_MARKUP:
                page["long"] = str(length)
            field, words = "", []


def _article(opened: Opened, page: Page) -> Story | Dropped:
    title = page.get("title", "")
    if "long" in page:
        reason = f"has {int(page['long']):,} characters of markup, more than the {LARGEST_MARKUP:,} that are read"
        return left_out(opened, reason, title=title, part=title)
    try:
        text = wiki_text(page.get("text", ""))
    except ModuleNotFoundError:
        raise
    except Exception as fault:  # the parser gave up on this page; the next is read
        return left_out(opened, f"has markup that cannot be read ({type(fault).__name__})", title=title, part=title)
    return prose(
        opened, text, title=title, part=title, author=AUTHOR, licence=LICENCE, date=page.get("timestamp", "")
    )


@reader("wikipedia", "article")
def read_wikipedia(opened: Opened) -> Iterator[Story | Dropped]:
    """Every article of namespace 0 that is no redirect, in the order of the dump."""
    redirects = others = 0
    for page in _pages(opened):
        if page.get("ns", "0").strip() != "0":
            others += 1
        elif "redirect" in page or page.get("text", "").lstrip()[:9].upper() == "#REDIRECT":
            redirects += 1
        else:
            yield _article(opened, page)
    if redirects or others:
        yield left_out(
            opened, f"has {redirects} redirects and {others} pages of other namespaces, which are no articles")
