"""What browsers and the room say to each other: frames in, checked messages out, and the room's events as messages.

A client sends `join` (name), `say` (text) and `typing`. The server sends `welcome`, `turn`, `piece`, `silence`,
`present`, `thinking` and `error`. A frame is one JSON object with a `type`; everything in it is hostile.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from foundling.community import Said
from foundling.home import Event
from foundling.records import BadInput

Message = dict[str, Any]
Kind = Literal["join", "say", "typing"]
_FIELDS: dict[Kind, str | None] = {"join": "name", "say": "text", "typing": None}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a client wants; `text` is the name for `join`, the words for `say` and empty for `typing`."""

    kind: Kind
    text: str = ""


def read_wish(frame: str | None) -> Wish:
    """A frame as a wish. Raises BadInput when it is binary (None), no JSON object, or lacks what its type needs."""
    try:
        found = json.loads(frame or "")
    except (ValueError, RecursionError):
        found = None
    asked = found.get("type") if isinstance(found, dict) else None
    kind = next((kind for kind in _FIELDS if kind == asked), None)
    if kind is None:
        raise BadInput('That is no message of this room; send a JSON object with "type": "join", "say" or "typing".')
    field = _FIELDS[kind]
    text = found.get(field) if field else ""
    if not isinstance(text, str):
        raise BadInput(f'A message of type "{kind}" needs "{field}" as text; add it.')
    return Wish(kind=kind, text=text)


def turn(event: Event) -> Message:
    """A turn in the ledger as a message."""
    return {"type": "turn", "id": event.id, "name": event.speaker, "text": event.text, "time": event.ts}


def spoken(said: Said) -> Message:
    """A being's piece, turn or silence as a message."""
    if said.kind == "piece":
        return {"type": "piece", "name": said.name, "text": said.text}
    if said.kind == "turn":
        return {"type": "turn", "id": said.event, "name": said.name, "text": said.text, "time": said.time}
    return {"type": "silence", "name": said.name, "reason": said.reason, "share": said.share}


def error(text: str) -> Message:
    """A sentence for a person."""
    return {"type": "error", "text": text}


def frame(message: Message) -> str:
    """A message as a text frame."""
    return json.dumps(message)
