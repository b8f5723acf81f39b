"""A text in, the places of personal data in it out, in order and without overlap. It changes nothing.

Cheap questions come first (is there an `@`, a digit?), so that a story without any costs almost nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from foundling.corpus.steps.personal.patterns import HIDDEN, LINK, MAIL, NUMBERED, SIX, Pattern
from foundling.records.jsonable import content_hash

KINDS = ("mail", "link", "account", "card", "id", "ip", "address", "phone")
_LONG = re.compile(r"\d(?:\D{0,4}\d){5}")
_HIDES = tuple(re.compile(rf"\{sign} ?(?:at|AT|arroba|@) ?[\])}}>]") for sign in "[({<")
_REACH = 90  # characters to both sides of a digit in which what belongs to it may stand; no pattern is longer
_LOOKS = 6
_STAND_IN = re.compile(r"(?:^|\[)[\w ]*\]")
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One item: `text[start:end]`. `hash` is the same for the same value written with other spaces, dashes or case."""

    kind: str
    start: int
    end: int
    hash: str


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The surroundings of digits, each within its line, those that touch joined."""
    signs = np.frombuffer(text.encode("latin-1", "replace"), np.uint8)  # one byte a sign, whatever it is
    digits = np.flatnonzero(signs - np.uint8(ord("0")) < 10)  # what comes before "0" wraps around to a large number
    for near in np.split(digits, np.flatnonzero(np.diff(digits) > 2 * _REACH + 1) + 1):
        yield max(int(near[0]) - _REACH, 0), min(int(near[-1]) + 1 + _REACH, len(text))


def _matches(pattern: Pattern, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in pattern.form.finditer(text, start, end):
        before = text[max(0, match.start() - 40):match.start()]
        if "]" in before:  # a stand-in names its kind, and is no hint at what comes next
            before = _STAND_IN.sub("", before)
        if pattern.near and not pattern.near.search(before):
            continue
        if not (pattern.never and pattern.never.search(before)) and pattern.holds(match[0]):
            yield match.start(), match.end()


def _hides(text: str) -> bool:
    """Whether an `@` may be written in words. Searching for one sign is far quicker than for several."""
    return any(form.search(text) for form in _HIDES) or " dot " in text


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """In order of priority: what comes first may keep its place."""
    everywhere = ((LINK, "://" in text), (MAIL, "@" in text), (HIDDEN, _hides(text)), (SIX, "::" in text))
    for pattern in (pattern for pattern, there in everywhere if there):
        yield from ((pattern.kind, *span) for span in _matches(pattern, text, 0, len(text)))
    # Ten searches for one sign each are far quicker than one for any digit.
    windows = tuple(_windows(text)) if any(digit in text for digit in "0123456789") else ()
    crowded = tuple(window for window in windows if _LONG.search(text, *window))
    for pattern in NUMBERED:
        for start, end in crowded if pattern.long else windows:
            yield from ((pattern.kind, *span) for span in _matches(pattern, text, start, end))
    for start, end in windows:
        yield from (("ip", *span) for span in _matches(SIX, text, start, end))


def _once(text: str) -> list[tuple[int, int, str]]:
    """What is found at the first look: of two that overlap, the one with priority."""
    taken: list[tuple[int, int, str]] = []
    claimed = bytearray()
    for kind, start, end in _candidates(text):
        claimed = claimed or bytearray(len(text))
        if not any(claimed[start:end]):
            claimed[start:end] = b"\1" * (end - start)
            taken.append((start, end, kind))
    return taken


def found(text: str) -> tuple[Found, ...]:
    """Every item of personal data that has a recognisable form, from left to right. Names are not among them.

    It looks again after covering what it found, for two numbers side by side can look like one that is none.
    """
    taken: list[tuple[int, int, str]] = []
    covered = text
    for _ in range(_LOOKS):
        new = _once(covered)
        if not new:
            break
        taken = sorted([*taken, *new])
        parts, at = [], 0
        for start, end, _kind in taken:
            parts += [text[at:start], "[", "_" * (end - start - 2), "]"]
            at = end
        covered = "".join([*parts, text[at:]])
    return tuple(Found(kind=kind, start=start, end=end, hash=_hash(kind, text[start:end]))
                 for start, end, kind in taken)


def _hash(kind: str, value: str) -> str:
    return content_hash(f"{kind} {_PLAIN.sub('', value).casefold()}")[:16]
