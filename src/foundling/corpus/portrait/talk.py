"""A text in, its talk out: which share of it is quoted, and in how many turns. It does not know who speaks.

Double quotes are taken, straight or curly, and where a text hardly has them the single ones, as British books do it:
a single quote opens before a letter that stands at the beginning of a word and closes after a mark (',' '.' '!' '?').
"""

import re
from dataclasses import dataclass

from foundling.records import Story

# Every mark that may open or close talk, and every end of a paragraph (which ends its talk): linear for any text.
_DOUBLE = re.compile(r"""["“”]|\n[ \t]*\n""")
_SINGLE = re.compile(r"""['‘’]|\n[ \t]*\n""")
_CLOSERS = frozenset(",.!?;:—-")
_LONGEST = 1500  # characters of a quote without an end that are still talk: it goes on in the next paragraph


@dataclass(frozen=True, kw_only=True)
class Talk:
    """share: part of the characters that is quoted, 0 to 1; turns: paragraphs in which somebody speaks."""

    share: float
    turns: int


def _kind(text: str, at: int, inside: bool) -> str:
    """What the mark at a place does: "open", "close", "end" of the paragraph, or "" for an apostrophe."""
    mark = text[at]
    if mark == "\n":
        return "end"
    if mark == '"':
        return "close" if inside else "open"
    if mark in "“”":
        return "open" if mark == "“" else "close"
    before, after = text[at - 1:at], text[at + 1:at + 2]
    if inside and before in _CLOSERS and not after.isalnum():
        return "close"
    return "open" if not inside and after.isalnum() and not before.isalnum() else ""


def _quoted(text: str, marks: re.Pattern[str]) -> Talk:
    opened, inside, turns, spoken = -1, 0, 0, False
    for match in marks.finditer(text):
        at = match.start()
        kind = _kind(text, at, opened >= 0)
        if kind == "open" and opened < 0:
            opened = at
        elif kind in ("close", "end") and opened >= 0:
            if kind == "close" or at - opened < _LONGEST:
                inside += at - opened + (kind == "close")
                spoken = True
            opened = -1
        if kind == "end":
            turns, spoken = turns + spoken, False
    return Talk(share=min(1.0, inside / max(1, len(text))), turns=turns + spoken)


def talk_of(story: Story) -> Talk:
    """Talk of a story: a scene is talk as a whole, prose is talk between quotes."""
    if story.form == "scene":
        return Talk(share=1.0, turns=sum(not turn.silent for turn in story.turns))
    text = story.text if "\n\n" in story.text else story.text.replace("\n", "\n\n")
    double = _quoted(text, _DOUBLE)
    return double if double.share >= 0.05 else max(double, _quoted(text, _SINGLE), key=lambda talk: talk.share)
