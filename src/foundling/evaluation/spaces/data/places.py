"""An offset into a document's text in, the line and column where that character stands in its file out.

Columns count characters from 1, as editors do. A text in a JSON string is followed through its escapes.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

_HALF = re.compile("[\ud800-\udfff]")


def sound(text: str) -> str:
    """A text with U+FFFD for each lone surrogate, which no file can hold (JSON can write one)."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


@dataclass(frozen=True, kw_only=True, order=True)
class Mark:
    """A place in a file: its name for people, its line and column, both from 1."""

    file: str
    line: int = 1
    column: int = 1


class Places(Protocol):
    """Where the characters of a text stand."""

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        ...

    def line(self, number: int) -> str:
        """A line of the file as it stands there, without its end; "" for one that the text has no part in."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlainPlaces:
    """A text that is the part of a file from character `begin` on."""

    whole: str
    begin: int = 0

    @cached_property
    def _ends(self) -> list[int]:
        ends, at = [], self.whole.find("\n")
        while at >= 0:
            ends.append(at)
            at = self.whole.find("\n", at + 1)
        return ends

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character of the part."""
        place = min(self.begin + max(0, offset), len(self.whole))
        row = bisect_right(self._ends, place - 1)
        return row + 1, place - (self._ends[row - 1] + 1 if row else 0) + 1

    def line(self, number: int) -> str:
        """A line of the whole file."""
        if not 1 <= number <= len(self._ends) + 1:
            return ""
        start = self._ends[number - 2] + 1 if number > 1 else 0
        return self.whole[start:self._ends[number - 1] if number <= len(self._ends) else len(self.whole)]


@dataclass(frozen=True, kw_only=True)
class RowPlaces:
    """A text pieced together from strings of one JSON row. pieces: where each begins, in the text and in the row."""

    number: int
    row: str
    pieces: tuple[tuple[int, int], ...]

    @cached_property
    def _last(self) -> list[int]:
        """The piece, offset and place that were asked for last: most questions go on from there."""
        return [-1, 0, 0]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character; of one that the row does not hold (a colon put in), of what is before it."""
        index = bisect_right(self.pieces, (max(0, offset), len(self.row))) - 1
        if index < 0:
            return self.number, 1
        start, place = self.pieces[index]
        if self._last[0] == index and self._last[1] <= offset:
            _, start, place = self._last
        for _ in range(offset - start):
            if place >= len(self.row) or self.row[place] == '"':
                break
            place += _step(self.row, place)
        self._last[:] = index, max(start, offset), place
        return self.number, place + 1

    def line(self, number: int) -> str:
        """The row itself."""
        return self.row if number == self.number else ""


def _step(row: str, place: int) -> int:
    """How many characters of a JSON string stand for one: an escape has two, six, or twelve for a pair of halves."""
    if row[place] != "\\":
        return 1
    if row[place + 1:place + 2] != "u":
        return 2
    pair = row[place + 2:place + 4].lower() in ("d8", "d9", "da", "db") and row[place + 6:place + 9].lower() in (
        "\\ud",) and row[place + 9:place + 10].lower() in tuple("cdef")
    return 12 if pair else 6
