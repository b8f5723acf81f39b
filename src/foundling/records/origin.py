"""Where a text comes from and under which terms: the provenance that every document keeps. It judges nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Provenance of one text; "" where nothing is known.

    kind: what reader it went through ("text", "html", "warc", "irc" ...); licence: a name or address as the source
    gives it ("public domain", "CC BY-SA 4.0"); date: when it was written, retrieved: when it came here, both ISO 8601;
    consent: in words ("own", "given by Ada", "public", "refused"); language: ISO 639-1.
    """

    kind: str = ""
    author: str = ""
    licence: str = ""
    date: str = ""
    retrieved: str = ""
    consent: str = ""
    language: str = ""


UNKNOWN = Origin()
