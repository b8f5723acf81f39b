"""The bytes of a page in, the addresses that it lists as a sitemap out. It fetches none of them.

The format: sitemaps.org, protocol 0.90. XML with a document type is refused, as by the readers.
"""

import io
import re
from collections.abc import Iterator

from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.safe_xml import xml_events
from foundling.corpus.sources.limits import LIMITS, in_words
from foundling.corpus.sources.unpacking import Budget, Refused, unpacked
from foundling.records import BadInput

_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)[\s>]")


def _plain(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    stream = unpacked(io.BytesIO(body), "gzip", Budget(LIMITS, len(body)))
    data = stream.read(LIMITS.page + 1)
    if stream.fault or len(data) > LIMITS.page:
        raise Refused(stream.fault or f"is larger than {in_words(LIMITS.page)}")
    return data


def sitemap_kind(body: bytes) -> str:
    """"urlset" (pages), "sitemapindex" (more sitemaps), or "" for what is no sitemap."""
    try:
        found = _ROOT.search(_plain(body)[:4096])
    except Refused:
        return ""
    return found[1].decode("ascii") if found else ""


def listed(body: bytes) -> Iterator[str]:
    """The addresses of a sitemap, as they stand there. Raises Refused where it is broken; what came before has come."""
    above: list[str] = []
    words = ""
    try:
        for event, what, _ in xml_events(io.BytesIO(_plain(body))):
            if event == "start":
                above.append(what)
                words = ""
            elif event == "text":
                words += what
            elif above:
                above.pop()
                if what == "loc" and above and above[-1] in ("url", "sitemap") and words.strip():
                    yield words.strip()
                words = ""
    except (BadInput, Unreadable) as fault:
        raise Refused(f"is a sitemap that {str(fault).rstrip('.')}") from fault
