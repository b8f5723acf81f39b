"""A Project Gutenberg text in, the book alone out: its paragraphs whole, its verse line by line.

Taken away: the header with its small print, the licence, who produced the file, transcribers' notes, contents lists,
illustration markers and the underscores of italics. Kept: title page, prefaces, footnotes and every word of the book.
"""

import re
from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.contents import without_contents
from foundling.corpus.reading.decoding import decode
from foundling.corpus.reading.document import Unreadable, contained, refuse_endless, story_of, whole
from foundling.corpus.reading.opened import Opened
from foundling.records import Story

LARGEST = 64  # MB; the Bible is 4
_HEADER = 60_000  # characters: the longest small print has 20,000
_START = re.compile(
    r"^[ \t]*\*{3,} ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*(?:(?:\n[^\n*]+){1,3}\*{3}[^\n]*)?$"
    r"|^\*?END[* ]*THE SMALL PRINT[^\n]*(?:\n[^\n]+)*", re.I | re.M)
_NAME = re.compile("Project Gutenberg|PROJECT GUTENBERG|Small Print|SMALL PRINT|FULL LICENSE")  # plain words: fast
_END = re.compile(
    r"[ \t]*(?:\*{3,} ?END OF (?:THE|THIS) PROJECT GUTENBERG|\*{0,3} ?(?:The )?End of (?:the |this )?Project Gutenberg"
    r"|\*{0,3} ?START: FULL LICENSE|\*{3} ?START[* ]*THE SMALL PRINT)", re.I)
_FIELD = re.compile(r"^(Title|Author|Language):[ \t]*(.+(?:\n[ \t]+\S.*)*)", re.I | re.M)
_BOILERPLATE = re.compile(r"project gutenberg|\be-?text\b|\be-?book\b|small print|public domain", re.I)
_CREDIT = re.compile(
    r"\W{0,3}(?:(?:this )?(?:e-?text|e-?book|file|html version)s? (?:was |were )?(?:first )?"
    r"(?:produced|prepared|created|made|transcribed|scanned|typed)\b|(?:produced|transcribed|scanned|proofread|digiti[sz]ed|typed|"
    r"prepared for project gutenberg) (?:by|from)\b|(?:updated|revised) by .*gutenberg|distributed proofread|"
    r"updated editions will replace|(?:this )?file should be named)", re.I)
_NOTE = re.compile(r"\W{0,3}transcriber[’']?s?[’']? ?note|\W{0,3}\[?note (?:by|from) the transcriber", re.I)
_PICTURE = re.compile(r"\[(?:Illustration|Picture|Frontispiece)\b[^\[\]]{0,2000}\]", re.I)
_ITALIC = re.compile(r"_(?<![A-Za-z0-9_]_)(?=[^\s_])([^_]{1,1500}?)_(?![A-Za-z0-9_])")
_RULE = re.compile(r"[*·•\-_=\s]{3,}\Z")
_LANGUAGES = {"english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
              "dutch": "nl", "finnish": "fi", "swedish": "sv", "danish": "da", "latin": "la", "greek": "el",
              "hungarian": "hu", "polish": "pl", "russian": "ru", "chinese": "zh", "japanese": "ja", "esperanto": "eo"}
_EDGE = 40  # blocks at either end of the book in which its makers speak
_HEADING = 60  # characters: a note this short is only the heading of one
_NARROW = 0.72  # of the page's width: a block whose full lines are all shorter was broken on purpose


def without_frame(text: str) -> tuple[str, str]:
    """The header and the book, the licence cut off. A text without any marker has no header."""
    start = 0
    for found in _START.finditer(text[:_HEADER]):
        if found.start() < len(text) * 0.5 or "START OF" in found[0].upper():
            start = found.end()
    if start == 0:  # the oldest files: a few paragraphs that speak of etexts, then the book
        for paragraph in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text[:_HEADER]):
            if _BOILERPLATE.search(paragraph[0]) is None:
                if start or paragraph.start() > 2000:
                    break
                continue
            start = paragraph.end()
    return text[:start], text[start : _end(text, start)]


def _end(text: str, start: int) -> int:
    """Where the book ends: at the first line that says so."""
    for found in _NAME.finditer(text, start):
        line = text.rfind("\n", max(start, found.start() - 40), found.start()) + 1 or start
        if found.start() - line < 40 and _END.match(text, line):
            return line
    return len(text)


def _blocks(book: str) -> list[str]:
    """Paragraphs, and "" for every gap of more than one blank line."""
    if " \n" in book or "\t" in book:
        book = "\n".join(map(str.rstrip, book.expandtabs(4).split("\n")))
    found: list[str] = []
    for block in book.split("\n\n"):
        if block.startswith("\n") and found and found[-1]:
            found.append("")
        if block := block.strip("\n"):
            found.append(block)
    return found


def _without_credits(blocks: list[str]) -> list[str]:
    """Who made the file, and transcribers' notes, which stand before and after the book, never inside it."""
    kept: list[str] = []
    ends = ""  # of a note that goes on: its bracket, or "gap" for a wide gap
    for number, block in enumerate(blocks):
        if _EDGE <= number < len(blocks) - _EDGE:
            ends = ""
            kept.append(block)
        elif ends:
            ends = "" if (ends == "]" and "]" in block) or (ends == "gap" and not block) else ends
        elif _NOTE.match(block):
            bracketed = block.lstrip().startswith("[")
            if bracketed and "]" not in block:
                ends = "]"
            elif not bracketed and len(block) < _HEADING:
                ends = "gap"  # the note stands below its heading; a longer block is the whole note
        elif not _CREDIT.match(block):
            kept.append(block)
    return kept


def _width(blocks: list[str]) -> int:
    """How wide the page was set: nine of ten full lines of long paragraphs are no longer than this."""
    lengths = sorted(max(map(len, lines)) for block in blocks if len(lines := block.split("\n")) > 3)
    return lengths[len(lengths) * 9 // 10] if lengths else 72


def _joined(lines: list[str]) -> str:
    """Wrapped lines as one; a line that ends in a hyphen or dash goes on without a space."""
    text = "\n".join(line.strip() for line in lines)
    return text.replace("-\n", "-").replace("\n", " ") if "-\n" in text else text.replace("\n", " ")


def _is_verse(lines: list[str], width: int) -> bool:
    """Lines broken on purpose: set in, or all but the last well short of the page's width."""
    indented = sum(line[:2] == "  " for line in lines)
    if indented * 2 > len(lines):
        return True
    return max(map(len, lines[:-1])) < width * _NARROW


def _paragraphs(blocks: list[str], width: int) -> Iterator[str]:
    for block in blocks:
        if "\n" not in block:
            yield "* * *" if _RULE.match(block) else block.strip()
            continue
        lines = block.split("\n")
        if "\n " not in block and block[0] != " ":  # nothing is set in: the common case, made fast
            if max(map(len, lines[:-1])) < width * _NARROW:
                yield block
            else:
                yield block.replace("-\n", "-").replace("\n", " ")
            continue
        if _is_verse(lines, width):
            yield "\n".join(line.strip() for line in lines)
            continue
        part = lines[:1]  # where paragraphs are told apart by indents alone, a full block holds several
        for line in lines[1:]:
            if line[:2] == "  " and part[-1][:1] != " " and len(lines) > 3:
                yield _joined(part)
                part = []
            part.append(line)
        yield _joined(part)


def unwrapped(book: str) -> str:
    """The book's own text, cleaned of what the file's makers added, one line a paragraph."""
    if "[" in book:
        book = _PICTURE.sub("", book)
    blocks = without_contents(_without_credits(_blocks(book)))
    filled = [block for block in blocks if block]
    text = "\n\n".join(paragraph for paragraph in _paragraphs(filled, _width(filled)) if paragraph)
    return _ITALIC.sub(r"\1", text) if "_" in text else text


@contained("a Project Gutenberg text")
def read_gutenberg(opened: Opened) -> Iterator[Story | Dropped]:
    """One story: the book. Title, author and language come from the header."""
    text = decode(whole(opened, LARGEST))[0].lstrip("\ufeff")
    refuse_endless(text)
    head, book = without_frame(text)
    facts = {field[1].lower(): " ".join(field[2].split()) for field in _FIELD.finditer(head)}
    story = unwrapped(book)
    if not story:
        raise Unreadable("has no text between Project Gutenberg's header and its licence")
    yield story_of(opened, "gutenberg", story, facts.get("title", ""), author=facts.get("author", ""),
                   language=_LANGUAGES.get(facts.get("language", "").lower(), ""),
                   licence="public domain in the USA (Project Gutenberg)")
