"""A file of JSON lines in, its rows as documents of the intermediate form out, one at a time.

A row has `text`, or `turns` (objects with a name and a text, or lines `Ada: hello`), and what front matter may state.
Every string is followed to its place in the row, so that a fault inside it has an exact column.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from foundling.corpus.reading.lines import LONGEST_ROW, byte_lines
from foundling.corpus.sources.naming import title_of
from foundling.evaluation.spaces.data.form import Document, Fault, Turn, unread
from foundling.evaluation.spaces.data.heads import Head, Terms, head_of
from foundling.evaluation.spaces.data.places import Mark, RowPlaces
from foundling.evaluation.spaces.data.reading import document_of, scene_turns
from foundling.records.turn import parse_line

MOST_ROWS = 1_000_000  # documents of one file: what they cost in memory (sketches, places) is known beforehand
_SPACE = re.compile(r"[ \t\n\r]*")
_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]')
_DEEPEST = 64  # lists and objects in one another
_DECODER = json.JSONDecoder(strict=False)
_NAMES = ("name", "speaker", "sender", "from", "role")
_WORDS = ("text", "words", "content", "message")


class _Broken(Exception):
    """Why a row is no document: the code, the offset in the row, and what to say."""

    def __init__(self, code: str, at: int, said: str) -> None:
        super().__init__(said)
        self.code, self.at, self.said = code, at, said


def _value(row: str, at: int) -> tuple[Any, int]:
    """The JSON value that begins at an offset, and where it ends."""
    try:
        return _DECODER.raw_decode(row, at)
    except RecursionError as fault:
        raise _Broken("E038", at, "") from fault
    except json.JSONDecodeError as fault:
        raise _Broken("E036", min(fault.pos, len(row)), fault.msg) from fault
    except ValueError as fault:  # a number of thousands of digits
        raise _Broken("E036", at, "a number too long to read") from fault


def _next(row: str, at: int) -> int:
    """The first character from an offset on that is no white space."""
    match = _SPACE.match(row, at)
    return match.end() if match else at


def _members(row: str, at: int) -> Iterator[tuple[str, Any, int]]:
    """Key, value and the value's place for each member of the object that opens at an offset."""
    at = _next(row, at + 1)
    while row[at:at + 1] == '"':
        key, at = _value(row, at)
        at = _next(row, _next(row, at) + 1)
        value, end = _value(row, at)
        yield key, value, at
        at = _next(row, end)
        at = _next(row, at + 1) if row[at:at + 1] == "," else at


def _elements(row: str, at: int) -> Iterator[tuple[Any, int]]:
    """Each element, with its place, of the list that opens at an offset."""
    at = _next(row, at + 1)
    while row[at:at + 1] not in ("]", ""):
        value, end = _value(row, at)
        yield value, at
        at = _next(row, end)
        at = _next(row, at + 1) if row[at:at + 1] == "," else at


class _Scene:
    """Turns put together as lines of a scene, with the places of their names and words."""

    def __init__(self, name: str, number: int) -> None:
        self.file, self.number = name, number
        self.parts, self.length, self.pieces = list[str](), 0, list[tuple[int, int]]()
        self.turns, self.faults = list[Turn](), list[Fault]()

    def _put(self, words: str, place: int) -> int:
        start = self.length
        self.pieces.append((start, place))
        self._add(words)
        return start

    def _add(self, words: str) -> None:
        self.parts.append(words)
        self.length += len(words)

    def add(self, name: str | None, words: str, named: int, said: int) -> None:
        """One turn more, unless it has no speaker, no words or a name that is none."""
        mark = Mark(file=self.file, line=self.number, column=named + 1)
        words = " ".join(words.split()) if "\n" in words else words.strip()
        if name is None and not words:
            start = self._put("(silence)", named)
            self.turns.append(Turn(mark=mark, name=None, text="", start=start, words=start))
            self._add("\n")
            return
        code = "E012" if not (name or "").strip() else "E013" if not words else ""
        if (not code and parse_line(f"{name}: {words}") is None) or ":" in (name or ""):
            code = "E016"
        if code:
            told = {"E013": f"{name!a:.60} says nothing", "E016": f"{name!a:.60} cannot be a name"}
            self.faults.append(Fault(code=code, mark=mark, said=told.get(code, "")))
            return
        start = self._put((name or "").strip(), named)
        self._add(": ")
        place = self._put(words, said)
        self.turns.append(Turn(mark=mark, name=(name or "").strip(), text=words, start=start, words=place))
        self._add("\n")


def _first(members: dict[str, tuple[Any, int]], keys: tuple[str, ...]) -> tuple[Any, int]:
    return next((members[key] for key in keys if key in members), (None, -1))


def _turns(row: str, at: int, scene: _Scene) -> None:
    """The turns of a list. Raises _Broken for an element that is none."""
    for value, place in _elements(row, at):
        if isinstance(value, str):
            said = parse_line(value)
            if said is None:
                mark = Mark(file=scene.file, line=scene.number, column=place + 2)
                scene.faults.append(Fault(code="E012", mark=mark))
            else:
                inside = place + 1 + (value.index(":") + 1 if said.name is not None else 0)
                inside += row[inside:inside + 1] == " "
                scene.add(said.name, said.text, place + 1, inside)
        elif isinstance(value, dict):
            members = {key: (held, spot) for key, held, spot in _members(row, place)}
            (name, named), (words, said_at) = _first(members, _NAMES), _first(members, _WORDS)
            if not isinstance(name, str | None) or not isinstance(words, str | None):
                raise _Broken("E037", place, "a turn's name and text are strings")
            scene.add(name, words or "", named + 1 if named >= 0 else place, said_at + 1)
        else:
            raise _Broken("E037", place, "a turn is an object with a name and a text")


def _row_head(row: str, members: dict[str, tuple[Any, int]], mark: Mark) -> Head:
    """What a row states besides its text."""
    def there(place: int) -> Mark:
        return Mark(file=mark.file, line=mark.line, column=place + 1)

    people = tuple[tuple[str, Mark], ...]()
    value, place = members.get("people", (None, -1))
    if isinstance(value, list):
        people = tuple((one, there(at + 1)) for one, at in _elements(row, place) if isinstance(one, str))
    elif isinstance(value, str):
        people = tuple((one.strip(), there(place + 1)) for one in value.split(",") if one.strip())
    stated = {key.lower(): (held, there(at + isinstance(held, str))) for key, (held, at) in members.items()
              if key not in ("text", "turns") and not isinstance(held, dict | list)}
    return head_of(stated, people)


def _refuse_depth(row: str) -> None:
    """Counted beforehand: where the library gives up depends on how deep its caller stands. Raises _Broken."""
    if row.count("[") + row.count("{") <= _DEEPEST:
        return
    depth = 0
    for match in _BRACKET.finditer(row):
        depth += (match[0] in "[{") - (match[0] in "]}")
        if depth > _DEEPEST:
            raise _Broken("E038", match.start(), "")


def _document(row: str, mark: Mark, terms: Terms) -> Document:
    _refuse_depth(row)
    at = _next(row, 0)
    whole, end = _value(row, at)
    if _next(row, end) < len(row):
        raise _Broken("E036", _next(row, end), "more stands behind the row's object")
    if not isinstance(whole, dict):
        raise _Broken("E037", at, "a row is an object")
    members = {key: (value, place) for key, value, place in _members(row, at)}
    head = _row_head(row, members, mark)
    faults, turns, scene = head.faults, tuple[Turn, ...](), False
    text, place = members.get("text", (None, at))
    talk, opened = members.get("turns", (None, at))
    if isinstance(talk, list):
        spoken = _Scene(mark.file, mark.line)
        _turns(row, opened, spoken)
        places = RowPlaces(number=mark.line, row=row, pieces=tuple(spoken.pieces))
        text, turns, scene = "".join(spoken.parts).removesuffix("\n"), tuple(spoken.turns), True
        faults = (*faults, *spoken.faults)
    elif isinstance(text, str):
        lead = len(text) - len(text.lstrip())
        # What is stripped from the front is stepped over once, so that offsets are those of the text kept.
        begin = RowPlaces(number=mark.line, row=row, pieces=((0, place + 1),)).at(lead)[1] - 1
        places = RowPlaces(number=mark.line, row=row, pieces=((0, begin),))
        text = text.strip()
        if head.form == "scene":
            turns, odd = scene_turns(text, places, mark.file)
            faults = (*faults, *odd)
    else:
        raise _Broken("E037", place, "it has no text and no list of turns")
    made = Document(
        mark=Mark(file=mark.file, line=mark.line), title=head.values.get("title") or title_of(mark.file), text=text,
        places=places, turns=turns, suffix=".jsonl", faults=faults,
    )
    if scene:
        head = replace(head, values={**head.values, "form": "scene"})
    return document_of(head, terms, made, "jsonl")


def row_document(raw: bytes, mark: Mark, terms: Terms) -> Document:
    """One row as a document. Never raises: of a row that is none only its fault is known."""
    faults = list[Fault]()
    try:
        row = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        row = raw.decode("utf-8", "replace")
        column = len(raw[:fault.start].decode("utf-8", "replace")) + 1
        faults.append(Fault(code="E003", mark=Mark(file=mark.file, line=mark.line, column=column),
                            said=f"the byte {raw[fault.start]:#04x} stands alone"))
    if row.startswith("\ufeff"):
        row = row[1:]
        faults.append(Fault(code="W008", mark=mark))
    try:
        made = _document(row, mark, terms)
    except _Broken as broken:
        lost = unread(replace(mark, column=broken.at + 1), broken.code, broken.said)
        made = replace(lost, places=RowPlaces(number=mark.line, row=row, pieces=()))
    return replace(made, faults=(*faults, *made.faults))


def read_rows(stream: BinaryIO, name: str, terms: Terms) -> Iterator[Document]:
    """Every row of an open file, blank lines aside. Stops with a fault after a million rows; never raises."""
    for number, raw in enumerate(byte_lines(stream, LONGEST_ROW), 1):
        mark = Mark(file=name, line=number)
        if number > MOST_ROWS:
            yield unread(mark, "E029", f"more than {MOST_ROWS:,} rows; what follows was not read")
            return
        if raw is None:
            yield unread(mark, "E027", f"a row of more than {LONGEST_ROW // 2**20} MB")
        elif raw.strip():
            yield row_document(raw, mark, terms)
