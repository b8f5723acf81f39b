"""The bytes of a text file in, a document of the intermediate form out: front matter, prose, the turns of a scene.

It reads what `records.read_story` reads, in the same way, and goes on where that stops: every fault has its place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from foundling.corpus.reading.decoding import marked
from foundling.corpus.reading.telling import LONGEST_TEXT
from foundling.corpus.sources.naming import title_of
from foundling.evaluation.spaces.data.form import Document, Fault, Turn, unread
from foundling.evaluation.spaces.data.heads import KEYS, Head, Terms, head_of
from foundling.evaluation.spaces.data.places import Mark, Places, PlainPlaces
from foundling.records.turn import parse_line

_KEYED = re.compile(r"([^\W\d_][\w-]*)[ \t]*:(.*)")
_BARE_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}")
_NAMED = re.compile(r"([^:\n]{1,60}):(?!//)[ \t]*(.*)")
_FAULTS = 1_000  # of one document that are kept: a million bad lines are told by the first of them
_MIXED = re.compile(r"(?<!\r)\n|\r\n|\r(?!\n)")


def _decoded(data: bytes, name: str) -> tuple[str, list[Fault]]:
    """The text with its line ends made line feeds, and what was amiss with its bytes."""
    faults = []
    encoding, length = marked(data)
    if length:
        faults.append(Fault(code="W008", mark=Mark(file=name)))
    data = data[length:]
    if encoding not in ("", "utf-8"):
        faults.append(Fault(code="E003", mark=Mark(file=name), said=f"it is in {encoding}"))
        text = data.decode(encoding, "replace")
    else:
        text = data.decode("utf-8", "replace")
        faults += _not_utf8(data, name)
    if "\r" in text:
        kinds = dict.fromkeys(match[0] for match in _MIXED.finditer(text))
        if len(kinds) > 1:
            second = next(m.start() for m in _MIXED.finditer(text) if m[0] == list(kinds)[1])
            line = len(_MIXED.findall(text, 0, second)) + 1
            faults.append(Fault(code="W009", mark=Mark(file=name, line=line)))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, faults


def _not_utf8(data: bytes, name: str) -> Iterator[Fault]:
    """The first byte that no UTF-8 has there."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        before = data[:fault.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        mark = Mark(file=name, line=before.count(b"\n") + 1, column=column)
        yield Fault(code="E003", mark=mark, said=f"the byte {data[fault.start]:#04x} stands alone")


def _front(text: str) -> tuple[int, int]:
    """Begin and end of the lines of front matter; (0, 0) where there is none, as `records.read_story` has it."""
    end = text.find("\n---\n", 4) if text.startswith("---\n") else -1
    lines = [line for line in text[4:max(4, end)].split("\n") if line.strip()]
    sound = all(_KEYED.match(line) or (at > 0 and line[0] in " \t-#") for at, line in enumerate(lines))
    return (4, max(4, end)) if end >= 0 and sound else (0, 0)


def _unclosed(text: str, name: str) -> Iterator[Fault]:
    """Front matter that was opened, has keys that are known, and never ends."""
    if text.startswith("---\n") and "\n---\n" not in text[4:]:
        match = _KEYED.match(text, 4)
        if match and match[1].lower() in KEYS:
            yield Fault(code="E033", mark=Mark(file=name))


def _head(text: str, begin: int, end: int, places: Places, name: str) -> Head:
    """Keys, values and places of front matter."""
    stated, people, offset = {}, tuple[tuple[str, Mark], ...](), begin
    for line in text[begin:end].split("\n") if end > begin else ():
        if match := _KEYED.match(line):
            row, column = places.at(offset)
            value = match[2].strip()
            place = column + match.start(2) + len(match[2]) - len(match[2].lstrip())
            stated[match[1].lower()] = (value, Mark(file=name, line=row, column=place))
            if match[1].lower() == "people":
                people = tuple(_listed(match[2], row, column + match.start(2), name))
        offset += len(line) + 1
    return head_of(stated, people)


def _listed(value: str, row: int, column: int, name: str) -> Iterator[tuple[str, Mark]]:
    """The names of a list between commas, with their places."""
    for part in re.finditer(r"[^,]+", value):
        if word := part[0].strip():
            place = column + part.start() + len(part[0]) - len(part[0].lstrip())
            yield word, Mark(file=name, line=row, column=place)


def read_document(data: bytes, name: str, terms: Terms, suffix: str = ".txt") -> Document:
    """The document in a text file. Never raises: whatever is wrong is a fault of the document."""
    text, faults = _decoded(data, name)
    if len(text) > LONGEST_TEXT:
        return unread(Mark(file=name), "E069", f"{len(text):,} characters, and {LONGEST_TEXT:,} are the most")
    begin, end = _front(text)
    whole = PlainPlaces(whole=text)
    head = _head(text, begin, end, whole, name)
    body = text[end + 5:] if begin else text
    start = len(text) - len(body.lstrip())
    places = PlainPlaces(whole=text, begin=start)
    faults += [*_unclosed(text, name), *head.faults]
    mark = Mark(file=name, line=whole.at(start)[0]) if body.strip() else Mark(file=name)
    turns, odd = scene_turns(body.strip(), places, name) if head.form == "scene" else ((), ())
    return document_of(head, terms, Document(
        mark=mark, title=head.values.get("title") or title_of(name), text=body.strip(), places=places, turns=turns,
        suffix=suffix, faults=(*faults, *odd),
    ), "markdown" if suffix in (".md", ".markdown") else "text")


def document_of(head: Head, terms: Terms, body: Document, kind: str) -> Document:
    """A parsed body together with what its head states."""
    return replace(
        body, form=head.form, people=head.people, provenance=head.provenance(terms, kind),
        consent=head.consent(terms, body.mark), simulated=head.simulated,
    )


def scene_turns(text: str, places: Places, name: str) -> tuple[tuple[Turn, ...], tuple[Fault, ...]]:
    """The turns of a scene's lines, and the lines that are none."""
    turns, odd, offset = list[Turn](), list[tuple[int, str]](), 0
    for line in text.split("\n"):
        if line.strip():
            start = offset + len(line) - len(line.lstrip())
            said = parse_line(line)
            if said is not None:
                row, column = places.at(start)
                words = start if said.name is None else start + line.strip().index(":") + 1
                words += len(text[words:offset + len(line)]) - len(text[words:offset + len(line)].lstrip())
                turns.append(Turn(mark=Mark(file=name, line=row, column=column), name=said.name, text=said.text,
                                  start=start, words=words))
            elif len(odd) < _FAULTS:
                odd.append((start, line.strip()))
        offset += len(line) + 1
    names = {turn.name for turn in turns}
    return tuple(turns), tuple(_line_faults(odd, names, places, name))


def _line_faults(
    odd: Iterable[tuple[int, str]], names: set[str | None], places: Places, name: str
) -> Iterator[Fault]:
    """Which fault each line is that is no turn."""
    for start, line in odd:
        row, column = places.at(start)
        mark = Mark(file=name, line=row, column=column)
        named = _NAMED.fullmatch(line)
        if named and named[1].strip() and not named[2].strip():
            yield Fault(code="E013", mark=mark, said=f"{named[1].strip()!a} says nothing")
        elif named and named[1].strip() and not re.search(r"[.!?]\s", named[1]):
            yield Fault(code="E016", mark=mark, said=f"{named[1].strip()!a} cannot be a name")
        elif line in names or (_BARE_NAME.fullmatch(line) and line.istitle()):
            yield Fault(code="E014", mark=mark, said=f"{line!a} has neither a colon nor words")
        else:
            yield Fault(code="E012", mark=mark)
