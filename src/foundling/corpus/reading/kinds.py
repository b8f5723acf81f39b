"""The first bytes of a source and its name in, what kind it is out. The content decides; a suffix is asked in doubt.

Magic numbers first, then headers that a format prescribes, then the look of the lines. It opens nothing and reads no
further than it is given; every pattern is linear in the text (no nested repeats), for the text may be hostile.
"""

import csv
import json
import re
from collections import Counter

from foundling.corpus.reading.decoding import glance, marked

HEAD = 65_536  # bytes that are enough to know a kind
CONTAINERS = ("zip", "tar", "gzip", "bzip2", "xz", "zstd")
_LINES = 400  # looked at; more would only confirm
_MAGIC = (
    (b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"PAR1", "parquet"),
    (b"WARC/", "warc"), (b"PK\5\6", "zip"), (b"\xff\xd8\xff", "binary"), (b"\x89PNG", "binary"),
    (b"\x7fELF", "binary"),
)
_CONTROLS = bytes((*range(1, 8), *range(14, 27), 28, 29, 30, 31))
_ROOTS = {"mediawiki": "wikipedia", "rss": "feed", "feed": "feed", "rdf:rdf": "feed", "posts": "stackexchange",
          "comments": "stackexchange", "row": "stackexchange", "html": "html", "body": "html", "head": "html"}
_BEFORE = r"\s*+(?:<\?[^>]*+>\s*+|<!--(?:(?!-->).)*+-->\s*+"  # what may stand before a root
_ROOT = re.compile(_BEFORE + r"|<!(?!--)[^>\[]*+(?:\[[^\]]*+\]\s*+)?>\s*+)*+<([\w:]++)", re.S)
_DOCTYPE = re.compile(_BEFORE + r")*+<!doctype\s+html", re.I | re.S)
_TAG = re.compile(
    r"</?(?:p|div|span|br|a|li|ul|ol|td|tr|table|h[1-6]|img|b|i|em|strong|font|section|article)\b[^<>]*+>", re.I)
_GUTENBERG = re.compile(
    r"\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG|\*END\*? ?THE SMALL PRINT|^.{0,40}Project Gutenberg[’'s]* "
    r"(?:E-?Book|E-?text)s? of ", re.I | re.M)
_STAMP = r"\[?\(?\d{1,2}:\d{2}(?::\d{2})?(?: ?[APap][Mm])?\]?\)?"
_IRC = re.compile(
    rf"(?:\[?\d{{4}}-\d{{2}}-\d{{2}}[T ]?)?{_STAMP}\s+"
    r"(?:<[^<>\s]{1,40}\s?[^<>\s]{0,40}>|\*\s+\S|\*{3} |-!-)|={3} \S+ ")
_WHATSAPP = re.compile(
    r"[\u200e\u200f]?\[?\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u202f]?[APap]\.?[Mm]\.?)?"
    r"(?:\]| -) [^:\n]{1,60}(?::|$)")
_SENDER = r'"(?:from|from_id|author|sender_name|guild|date)"'
_TIMED = re.compile(r"(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3} *--> *(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}")
_MAIL = re.compile(r"From \S+.*\d{4}.*\n(?:[!-9;-~]+:.*\n|[ \t]+\S.*\n){1,200}")
_NAME = r"(?:[A-Z][A-Z.’'-]+|[A-Z]\.)(?: (?:[A-Z][A-Z.’'-]*|OF|THE|AND|\d)){0,4}"
_SPEAKER = re.compile(rf"\s*(?P<name>{_NAME})(?:\s*[\[(][^\])\n]{{1,80}}[\])])?\s*(?:[.:]?\s*$|[.:]-{{0,2}}\s+\S)")
_NO_SPEAKER = re.compile(r"(?:CHAPTER|BOOK|PART|SECTION|LETTER|ACT|SCENE|VOLUME|THE END|CONTENTS|[IVXLC]+)\b")
_HEADING = re.compile(r"(?:\A|\n\n)#{1,6} \S[^\n]*\n\n")  # room around it: no comment in code
_MARKDOWN = re.compile(
    r"(?:^|\n\n)#{1,6} \S[^\n]*\n\n|^(?:```|[-*] \[[ x]\] )|\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)"
    r"|\*\*[^*\n]{1,200}\*\*", re.M)


def _suffix(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1].lower()
    return last.rsplit(".", 1)[-1] if "." in last else ""


def _packed(head: bytes, suffix: str) -> str:
    """What a zip is: a book, a document, an office file that is neither, or an archive."""
    if b"mimetypeapplication/epub+zip" in head[:256] or b"META-INF/container.xml" in head:
        return "epub"
    if b"[Content_Types].xml" in head[:4096] or suffix == "docx":
        if b"word/" in head or suffix == "docx":
            return "docx"
        return "binary"
    return "binary" if b"mimetypeapplication/vnd." in head[:256] else "zip"


def _magic(head: bytes, suffix: str) -> str:
    for sign, kind in _MAGIC:
        if head.startswith(sign):
            return kind
    if head.startswith(b"PK\3\4"):
        return _packed(head, suffix)
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head[257:262] == b"ustar":
        return "tar"
    if head[:4] in (b"\x5d\x2a\x4d\x18", b"\x50\x2a\x4d\x18"):  # a skippable frame: zstd WARCs put a dictionary there
        return "zstd"
    return "pdf" if head[:1024].lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(b"%PDF-") else ""


def _binary(head: bytes) -> bool:
    """More than a stray zero in what is no UTF-16, or more than 5% control characters that no text has."""
    if marked(head)[0]:
        return False
    odd = len(head) - len(head.translate(None, _CONTROLS))
    return head.count(0) * 1000 > len(head) or odd > len(head) * 0.05


def _json(text: str, suffix: str) -> str:
    """Which export a JSON text is, "jsonl" for lines (or one value) of any other, "" for no JSON."""
    start = text.lstrip("\ufeff \t\r\n")
    if not re.match(r'\{\s*(?:"|\})|\[\s*(?:[\[{"\d]|\])', start):
        return ""
    if start[0] == "{":
        first, _, more = start.partition("\n")
        try:
            if isinstance(json.loads(first), dict) and more.lstrip().startswith("{"):
                return "jsonl"
        except (ValueError, RecursionError):
            pass
        if '"post_stream"' in start:
            return "discourse"
    said = re.search(r'"messages"\s*:\s*\[', start) and re.search(_SENDER, start)
    telegram = '"chats"' in start and '"personal_information"' in start
    if said or telegram or (start[0] == "[" and '"ts"' in start and '"user"' in start):
        return "chat"
    if start[0] == "{" or suffix in ("json", "jsonl", "ndjson"):
        return "jsonl" if '":' in start or '" :' in start or suffix in ("json", "jsonl", "ndjson") else ""
    return "jsonl" if re.match(r'\[\s*\{\s*"[^"\n]{1,200}"\s*:', start) else ""


def _markup(text: str, suffix: str) -> str:
    if _DOCTYPE.match(text):
        return "html"
    root = _ROOT.match(text)
    if root and root[1].lower() in _ROOTS:
        return _ROOTS[root[1].lower()]
    tags = [match[0] for match in _TAG.finditer(text)]
    opens = bool(root and text.lstrip("\ufeff \t\r\n").startswith("<"))
    share = sum(map(len, tags)) / max(1, len(text))
    if suffix in ("html", "htm", "xhtml") and (tags or opens):
        return "html"
    closed = sum(tag.startswith("</") for tag in tags)
    if opens and (tags or text.lstrip().startswith("<?xml")):
        return "html"  # or XML of any other sort: its words are in its tags all the same
    return "html" if len(tags) >= 8 and share >= 0.05 and closed >= 2 else ""


def _table(text: str, suffix: str, cut: bool) -> bool:
    """A header of short different names, and rows with as many fields."""
    sample = text[:16_384]
    for delimiter in (",", "\t", ";"):
        if delimiter not in sample.partition("\n")[0]:
            continue
        try:
            rows = [row for row in csv.reader(sample.split("\n"), delimiter=delimiter) if row]
        except csv.Error:
            continue
        rows = rows[:-1] if cut or len(text) > len(sample) else rows
        if len(rows) < 2 or (len(rows) < 4 and suffix not in ("csv", "tsv")):
            continue
        header = [cell.strip() for cell in rows[0]]
        named = all(cell and len(cell) <= 40 and cell[-1] not in ".!?" for cell in header[1:]) and len(header[0]) <= 40
        alike = sum(len(row) == len(header) for row in rows[1:]) / (len(rows) - 1)
        if len(header) > 1 and named and len(set(header)) == len(header) and alike >= 0.9:
            return True
    return suffix in ("csv", "tsv")


def _talk(lines: list[str]) -> str:
    """Logs, chats, subtitles and plays, by what most lines look like."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return ""
    if filled[0].startswith(("WEBVTT", "[Script Info]")) or sum(bool(_TIMED.match(line)) for line in filled) >= max(
            1, len(filled) // 8):
        return "subtitles"
    if sum(bool(_IRC.match(line)) for line in filled) >= max(2, 0.6 * len(filled)):
        return "irc"
    stamped = sum(bool(_WHATSAPP.match(line)) for line in filled)
    if stamped >= max(2, 0.3 * len(filled)) and any(_WHATSAPP.match(line) for line in filled[:3]):
        return "chat"
    starts = (_SPEAKER.match(line.strip()[:120]) for line in filled)  # cut: a line may be 64 KB of spaces
    speakers = Counter(match["name"] for match in starts if match and not _NO_SPEAKER.match(match["name"]))
    again = [count for count in speakers.values() if count > 1]
    return "play" if len(again) >= 2 and sum(again) >= max(5, 0.12 * len(filled)) else ""


def _may_be_gutenberg(text: str) -> bool:
    """A plain search before the pattern, which is slow, for the many texts that are not."""
    small = text.lower()
    return "project gutenberg" in small or "small print" in small


def _text(text: str, suffix: str, cut: bool) -> str:
    text = text.lstrip("\ufeff")
    if found := _json(text, suffix):
        return found
    if text.lstrip()[:1] == "<" and (found := _markup(text, suffix)):
        return found
    if _may_be_gutenberg(text) and _GUTENBERG.search(text):
        return "gutenberg"
    if _MAIL.match(text.lstrip("\n")):
        return "mbox"
    if found := _talk(text.split("\n")[:_LINES]) or _markup(text, suffix):
        return found
    if suffix in ("md", "markdown"):
        return "markdown"
    if "# " in text and suffix not in ("csv", "tsv") and _HEADING.search(text) and len(_MARKDOWN.findall(text)) >= 4:
        return "markdown"
    return "csv" if not text.startswith("---\n") and _table(text, suffix, cut) else "text"


def detect(head: bytes, name: str) -> str:
    """The kind of a source from its first bytes (64 KB are enough) and, in doubt, the suffix of its name.

    "unknown" where there are no bytes, "binary" for bytes that are no text and no known format.
    """
    if not head:
        return "unknown"
    suffix = _suffix(name)
    if found := _magic(head, suffix):
        return found
    if _binary(head[:HEAD]):
        return "binary"
    return _text(glance(head[:HEAD]), suffix, len(head) >= HEAD)
