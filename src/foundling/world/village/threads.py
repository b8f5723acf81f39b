"""Happenings from outside: a text file or an RSS or Atom feed on disk in, quarantined topics out. Nothing is fetched.

What comes from outside is words to be passed on, never instructions: it is cut to one line, freed of the turn grammar,
and marked as quarantined wherever it goes.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from foundling.records import BadInput
from foundling.world.small_files import read_small

MOST, LONGEST = 500, 200  # topics of a file, characters of a topic


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """A topic, where it is from ("the newspaper"), and that nobody has judged it."""

    topic: str
    source: str
    quarantined: bool = True


def is_plain(words: str) -> bool:
    """True for words that are one printable line of at most 200 characters without the marks of the turn grammar."""
    return len(words) <= LONGEST and "<|" not in words and "|>" not in words and (not words or words.isprintable())


def read_threads(path: Path | str, source: str = "the newspaper") -> tuple[Thread, ...]:
    """The topics of a file: of a feed its titles, of a text its paragraphs, or its lines where it has no paragraphs.

    Raises BadInput for a file that cannot be read, is over a megabyte, is not UTF-8, has no topic in it, or is XML with
    a DOCTYPE or entities or of another sort than a feed.
    """
    path = Path(path)
    text = read_small(path, path.name)
    raw = _feed(text, path.name) if re.match(r"\s*<[?!\w]", text) else _lines(text)
    topics = [topic for topic in map(_cleaned, raw) if topic]
    if not topics:
        raise BadInput(f"{path.name} has no happening in it: give a line each, or a feed.")
    return tuple(Thread(topic=topic, source=source) for topic in dict.fromkeys(topics[:MOST]))


def _lines(text: str) -> list[str]:
    text = text.strip()
    return re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else text.split("\n")


def _feed(text: str, name: str) -> list[str]:
    """Titles of items or entries. A document type is refused before any parser sees it: that is where bombs hide."""
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise BadInput(f"{name} has a DOCTYPE or ENTITY, which no feed needs: take it out.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise BadInput(f"{name} is like XML but not well formed: give an RSS or Atom feed, or plain text.") from error
    if _bare(root.tag) not in ("rss", "feed", "RDF"):
        raise BadInput(f"{name} is XML but no RSS or Atom feed: give a feed, or plain text.")
    return [
        "".join(part.itertext()) for item in root.iter() if _bare(item.tag) in ("item", "entry")
        for part in item if _bare(part.tag) == "title"
    ]


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _cleaned(text: str) -> str:
    """One line, no mark-up, no turn grammar, at most 200 characters, cut at a word."""
    before = ""
    while before != text:  # taking a mark out may join the halves of another
        before, text = text, re.sub(r"<[^<>]*>|<\||\|>|[<>|{}\[\]]", " ", text)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST - 3].rsplit(" ", 1)[0] + "..."
