"""A PDF in, one story out: lines joined to paragraphs, running headers and page numbers left out. It reads no scans.

pypdf may work for ever on a hostile file; whoever calls this on strangers' files does it in a process with a limit of
time and memory.
"""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import MB, Unreadable, contained, needs, story_of, whole
from foundling.corpus.reading.opened import Opened
from foundling.records import Story

LARGEST = 128  # MB
_MOST_PAGES = 5_000
_MOST_TEXT = 64 * MB
_PAGE_NUMBER = re.compile(r"\W*(?:page |seite |p\. ?)?(?:\d{1,4}|[ivxlc]{1,7})(?: (?:of|von|/) \d{1,4})?\W*\Z", re.I)
_NO_TITLE = re.compile(r"^(?:microsoft word|untitled)|\.(?:docx?|pdf|tex|indd)$", re.I)  # a program's, no person's
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*\Z")
_NARROW = 0.8  # of the page's width: a shorter line ends a paragraph
_HEADING = 0.6  # of the width: a line alone that is shorter is a heading
_OFTEN = 0.5  # of the pages: what stands at their edge more often is a running header
_EDGE = 2  # lines at the top and at the bottom that may be running headers or footers


def _alike(line: str) -> str:
    """A line as running headers repeat it: with any number for any number."""
    return re.sub(r"\d+", "#", " ".join(line.split()).lower())


def _edges(lines: Sequence[str]) -> list[int]:
    return sorted({*range(min(_EDGE, len(lines))), *range(max(0, len(lines) - _EDGE), len(lines))})


def without_headers(pages: list[list[str]]) -> list[list[str]]:
    """Pages as lines without page numbers at their edges and without lines that most pages repeat there."""
    counts = Counter(key for page in pages for key in {_alike(page[at]) for at in _edges(page)})
    least = max(3, _OFTEN * len(pages))
    kept = []
    for page in pages:
        out = {at for at in _edges(page) if counts[_alike(page[at])] >= least and len(pages) > 2}
        out |= {at for at in (0, len(page) - 1) if page and _PAGE_NUMBER.match(page[at])} if len(page) > 1 else set()
        kept.append([line for at, line in enumerate(page) if at not in out])
    return kept


def paragraphs(pages: list[list[str]]) -> list[str]:
    """Lines of pages joined to paragraphs: one ends at a blank line, or at a short line that ends a sentence.

    A word parted at a line's end is put together where the next line goes on in small letters.
    """
    lengths = sorted(len(line) for page in pages for line in page if line)
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    found: list[str] = []
    parts: list[str] = []  # of the paragraph that is open

    def end() -> None:
        found.append("".join(parts))
        parts.clear()

    for line in (line.strip() for page in pages for line in page):
        if not line:
            # Blank lines inside a page part paragraphs; a sentence that is not over goes on all the same.
            if parts and (_SENTENCE_END.search(parts[-1]) or len(parts[-1]) < width * _NARROW):
                end()
            continue
        last = parts[-1] if parts else ""
        if last.endswith("-") and last[-2:-1].isalpha() and line[0].islower():
            parts[-1] = last[:-1]
            parts.append(line)
        else:
            parts.append(f" {line}" if parts else line)
        heading = len(parts) == 1 and len(line) < width * _HEADING
        if heading or (len(line) < width * _NARROW and _SENTENCE_END.search(line)):
            end()
    if parts:
        end()
    return found


def _text(pages: Iterator[str]) -> str:
    lines, size = [], 0
    for page in pages:
        size += len(page)
        if size > _MOST_TEXT:
            raise Unreadable(f"holds more than {_MOST_TEXT // MB} MB of text: split it into smaller files")
        lines.append([line.rstrip() for line in page.strip().split("\n")] if page.strip() else [])
    return "\n\n".join(paragraphs(without_headers(lines)))


@contained("PDF")
def read_pdf(opened: Opened) -> Iterator[Story | Dropped]:
    """One story; title, author and date come from the document's own information."""
    data = whole(opened, LARGEST)
    try:
        from pypdf import PdfReader
    except ImportError as fault:
        raise needs("pypdf", "Reading PDF") from fault
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it finds wrong is said once, in the drop
    document = PdfReader(io.BytesIO(data), strict=False)
    if document.is_encrypted and not document.decrypt(""):
        raise Unreadable("is encrypted: take off its password first")
    if len(document.pages) > _MOST_PAGES:
        raise Unreadable(f"has more than {_MOST_PAGES:,} pages: split it into smaller files")
    text = _text(page.extract_text() or "" for page in document.pages)
    if not text.strip():
        raise Unreadable("has no text in it: is it scanned?")
    info = document.metadata
    said = {key: str(info.get(f"/{key}") or "") if info else "" for key in ("Title", "Author", "CreationDate")}
    date = re.match(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?", said["CreationDate"])
    title = said["Title"]
    yield story_of(opened, "pdf", text, "" if _NO_TITLE.search(title) else title, author=said["Author"],
                   date="-".join(part for part in date.groups() if part) if date else "")
