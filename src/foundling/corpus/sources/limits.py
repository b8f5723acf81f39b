"""How much of a hostile source is taken: sizes in bytes, times in seconds. It enforces nothing itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a source may cost before it is left, with the reason, where it stands.

    unpacked: all bytes that one packed source unpacks to; ratio: how many times its packed size that may be once it is
    more than ratio_from (text packs 3 to 20 times, a bomb a thousand); members: of one archive; depth: archives within
    archives; whole: a document that is parsed as a whole, or an archive that has to be unpacked before it is read;
    seconds, memory: of the process that parses one document; page, page_seconds: of one web page; wait: for one answer;
    pause: between two requests to one host; redirects: from one address; addresses: in one sitemap.
    """

    unpacked: int = 64 * 2**30
    ratio: int = 200
    ratio_from: int = 64 * 2**20
    members: int = 1_000_000
    depth: int = 2
    whole: int = 256 * 2**20
    seconds: float = 10.0
    memory: int = 1536 * 2**20
    page: int = 64 * 2**20
    page_seconds: float = 60.0
    wait: float = 10.0
    pause: float = 1.0
    redirects: int = 3
    addresses: int = 50_000


LIMITS = Limits()


def in_words(size: int) -> str:
    """A size in bytes as people write it: "64 GB", "256 MB", "12 bytes"."""
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} bytes"
