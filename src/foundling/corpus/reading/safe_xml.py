"""A stream of XML in, its elements as events out, as the bytes come: no document tree, no DTD, no entities of its own.

It gives no meaning to any element.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from foundling.corpus.reading.document import Unreadable

LARGEST_PIECE = 4 * 2**20  # bytes between two events: an attribute of more is no text that somebody wrote
DEEPEST = 1000
_CHUNK = 65_536

Event = tuple[str, str, dict[str, str]]
"""("start", element, attributes), ("text", words, {}) or ("end", element, {})."""


def xml_events(stream: BinaryIO) -> Iterator[Event]:
    """Every start, text and end, names without their namespaces' prefixes.

    Raises Unreadable for a DTD (an entity may stand for a billion others), for one huge piece, for deep nesting and
    where the XML is broken; what stood before it has come out by then.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    events: list[Event] = []
    depth = 0

    def refuse(*_: object) -> None:
        raise Unreadable("declares a document type of its own, which may hold entities without end")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(f"has more than {DEEPEST} elements inside each other")
        events.append(("start", name.rpartition(":")[2], attributes))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        events.append(("end", name.rpartition(":")[2], {}))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: events.append(("text", text, {}))
    silent = 0
    while True:
        data = stream.read(_CHUNK)
        try:
            parser.Parse(data, not data)
        except expat.ExpatError as fault:
            yield from events
            raise Unreadable(f"is broken XML from there on ({fault})") from fault
        silent = 0 if events else silent + len(data)
        if silent > LARGEST_PIECE:
            raise Unreadable(f"holds a piece of more than {LARGEST_PIECE // 2**20} MB between two elements")
        yield from events
        events.clear()
        if not data:
            return
