"""WARC and WET archives of the web in, one story a page out, with the page's address and day. It fetches nothing.

Records follow one another, each maybe a gzip or zstd member of its own; fastwarc parses them. Requests, metadata,
pictures and errors (a status other than 200) are no documents and are passed over without a word.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import decode
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import left_out, licence_name, prose
from foundling.records import Story

LARGEST_RECORD = 16 * 2**20  # bytes; no page that a person wrote has more text
_PAGES = ("text/html", "application/xhtml+xml", "text/plain")


def _page(html: str) -> dict[str, str]:
    """Text, title, author and licence of a page without its menus."""
    from trafilatura import bare_extraction

    page: Any = bare_extraction(html, with_metadata=True, include_comments=False, include_tables=False)
    if page is None:
        return {}
    found = {"text": page.text, "title": page.title, "author": page.author, "licence": licence_name(page.license or "")}
    return {key: str(value) for key, value in found.items() if value}


def _payload(record: Any) -> bytes:
    """The bytes of the document itself. Raises Unreadable past the limit and for a record that is cut short."""
    data: bytes = record.reader.read(LARGEST_RECORD + 1)
    if len(data) > LARGEST_RECORD:
        raise Unreadable(f"is a record of more than {LARGEST_RECORD // 2**20} MB")
    encoded = record.http_headers is not None and record.http_headers.get("Content-Encoding")
    if not encoded and len(data) < record.content_length:
        raise Unreadable("is a record that breaks off before its end")
    return data


def _wanted(record: Any) -> bool:
    if record.http_headers is None:
        return str(record.headers.get("WARC-Type", "")).lower() == "conversion"
    kind = (record.http_content_type or "").lower()
    return record.http_headers.status_code == 200 and (not kind or kind in _PAGES)


def _document(opened: Opened, record: Any) -> Story | Dropped:
    address = str(record.headers.get("WARC-Target-URI") or "").strip("<> ")
    date = str(record.headers.get("WARC-Date") or "")
    known = {"date": date, "retrieved": date}
    try:
        if record.content_length > LARGEST_RECORD:
            raise Unreadable(f"is a record of more than {LARGEST_RECORD // 2**20} MB")
        text, _ = decode(_payload(record))
        if record.http_headers is None or (record.http_content_type or "").lower() == "text/plain":
            return prose(opened, text, title=address, part=address, **known)
        page = _page(text)
        title = page.pop("title", "") or address
        return prose(opened, page.pop("text", ""), title=title, part=address, **known, **page)
    except ModuleNotFoundError:
        raise
    except BaseException as fault:  # one broken page; the records after it are read on
        if not isinstance(fault, Exception) and type(fault).__name__ != "PanicException":
            raise
        reason = str(fault) if isinstance(fault, Unreadable) else f"is a broken record ({type(fault).__name__})"
        return left_out(opened, reason, title=address, part=address)


class _Forward:
    """All that fastwarc may ask of a stream: read on. (It panics where it finds a `seek` that refuses.)"""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self._place += len(data)
        return data

    def tell(self) -> int:
        """Bytes read so far."""
        return self._place


def _records(stream: BinaryIO) -> Iterator[Any]:
    """Every record; a panic of the parser, which is no Exception, comes out as Unreadable."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.response | WarcRecordType.conversion
    try:
        forward = cast(BinaryIO, _Forward(stream))
        yield from ArchiveIterator(forward, record_types=kinds, parse_http=True, auto_decode="all")
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":
            raise
        raise Unreadable("is broken from there on, so that its parser gave up") from None


@reader("warc", "page of text")
def read_warc(opened: Opened) -> Iterator[Story | Dropped]:
    """Every page of HTML or plain text (WARC) and every extracted text (WET), in their order."""
    for record in _records(opened.stream):
        if _wanted(record):
            yield _document(opened, record)
