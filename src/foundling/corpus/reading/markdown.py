"""A Markdown text in, one story of plain prose out: what marks up is taken off, what it marks stays.

Headings, list items and table rows stay lines; soft line ends join; images, comments and HTML tags go; the code in a
fence stays without its fence. It knows the common marks and is no full CommonMark parser: it never loses words.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable, contained, refuse_endless
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.text import plain, story_in
from foundling.records import Story

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,1000})\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\[\]\n]{0,200}\])")
_BARE = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_TAG = re.compile(r"</?[A-Za-z][\w-]*+(?:\s[^<>\n]*+)?>")
_STRONG = re.compile(r"(\*\*\*|\*\*|\*|~~)(?=[^\s*~])([^*~\n]{1,2000}?)(?<=[^\s*~])\1")
_UNDERSCORED = re.compile(r"(?<!\w)(___|__|_)(?=[^\s_])([^\n_]{1,2000}?)(?<=[^\s_])\1(?!\w)")
_CODE = re.compile(r"(`{1,3})([^`\n]{1,2000})\1")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_SIGNS = "\\`*_{}[]()#+.!|>~-<"
_HIDDEN = {ord(sign): 0xF8A0 + at for at, sign in enumerate(_SIGNS)}
_SHOWN = {0xF8A0 + at: sign for at, sign in enumerate(_SIGNS)}
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)(?:\s#+)?\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"\s{0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_OWN_LINE = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])\s+(?=\S)")
_REFERENCE = re.compile(r"\s{0,3}\[[^\]\n]{1,200}\]:\s+\S+")
_LONGEST_HEADING = 1000  # characters


def _inline(text: str) -> str:
    """A line without its marks. A picture's description is no part of the story and goes with it."""
    if not re.search(r"[`*_~\[<\\!]", text):
        return text
    text = _ESCAPE.sub(lambda m: _hidden(m[1]), _CODE.sub(lambda m: _hidden(m[2]), text))
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _TAG.sub("", _BARE.sub(r"\1", text))
    for _ in range(2):  # strong inside emphasis
        text = _UNDERSCORED.sub(r"\2", _STRONG.sub(r"\2", text))
    return text.translate(_SHOWN)


def _hidden(text: str) -> str:
    """Signs that mark nothing here, as characters of private use until the marks are gone."""
    return text.translate(_HIDDEN)


def _row(line: str) -> str:
    cells = (cell.strip() for cell in line.strip().strip("|").split("|"))
    return " | ".join(cells)


def _is_table_rule(line: str) -> bool:
    return "|" in line and "--" in line and not line.strip(" \t:|-")


class _Prose:
    """Lines as they come, wrapped ones put together."""

    def __init__(self) -> None:
        self._lines: list[list[str]] = []
        self.goes_on = False  # whether the next line may belong to the last one

    def line(self, text: str, goes_on: bool = False) -> None:
        """A line of its own; `goes_on` where the next one may continue it."""
        self._lines.append([text])
        self.goes_on = goes_on

    def more(self, text: str, goes_on: bool) -> None:
        """The rest of a wrapped line."""
        self._lines[-1].append(text)
        self.goes_on = goes_on

    def alone(self, text: str) -> None:
        """A line with a blank one before and after."""
        for one in ("", text, ""):
            self.line(one)

    def text(self) -> str:
        """All lines; no two blank ones in a row."""
        return re.sub(r"\n{3,}", "\n\n", "\n".join(map(" ".join, self._lines))).strip()


def _add(out: _Prose, line: str) -> None:
    """One line outside of fences."""
    if line.lstrip()[:1] == ">":
        line = re.sub(r"^(?:\s{0,3}>\s?)+", "", line)
    if not line.strip() or _REFERENCE.match(line):
        out.line("")
    elif _is_table_rule(line):
        out.goes_on = False
    elif _RULE.match(line) or _UNDERLINE.match(line):
        # Below words it makes them a heading, anywhere else it is a rule across the page.
        out.line("") if out.goes_on and _UNDERLINE.match(line) else out.alone("* * *")
    elif len(line) < _LONGEST_HEADING and (heading := _HEADING.match(line)):
        out.alone(_inline(heading[1]))
    elif line.lstrip().startswith("|"):
        out.line(_inline(_row(line)))
    else:
        words, goes_on = _inline(line.strip().removesuffix("\\")), not line.endswith(("  ", "\\"))
        if out.goes_on and not _OWN_LINE.match(line):
            out.more(words, goes_on)
        else:
            out.line(words, goes_on)


def prose(text: str) -> str:
    """Markdown as plain prose: paragraphs parted by blank lines, headings, list items and table rows as lines."""
    out, fence = _Prose(), ""
    for line in _COMMENT.sub("", text).split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1][:3]
            out.goes_on = False
        elif fence:
            out.line(line)
        else:
            _add(out, line)
    return out.text()


def _title(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    heading = re.match(r"#\s+(.*?)(?:\s#+)?\s*$", first)
    return _inline(heading[1]) if heading else ""


@contained("Markdown")
def read_markdown(opened: Opened) -> Iterator[Story | Dropped]:
    """One story; front matter as in a text; else a first heading is the title. A scene's lines stay lines."""
    text = plain(opened)
    refuse_endless(text)
    story = story_in(opened, text, "markdown")
    if story.form == "prose":
        named = story_in(opened, "text", "markdown").title != story.title
        title = story.title if named else _title(story.text) or story.title
        story = replace(story, title=title, text=prose(story.text))
        if not story.text:
            raise Unreadable("has no text in it besides Markdown's marks")
    yield story
