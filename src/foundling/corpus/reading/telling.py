"""Pieces that a reader found in, records out: prose and scenes as stories, what failed as drops. It knows no format."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import title_of, valid
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.speakers import Speakers
from foundling.records import Story, Turn, render

LONGEST_TEXT = 16 * 2**20  # characters; a longer document would not fit a shard, and no book is as long
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?)?)?")
_CREATIVE_COMMONS = re.compile(r"creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)", re.I)


def on_one_line(text: str, longest: int = 200) -> str:
    """A title: white space made single, cut to `longest` characters."""
    return " ".join(valid(text[:4 * longest]).split())[:longest].rstrip()


def left_out(opened: Opened, reason: str, *, title: str = "", part: str = "") -> Dropped:
    """A drop at the station "read"; `part` names the place inside the source."""
    return Dropped(title=on_one_line(title) or title_of(opened.name), reason=reason, source=_place(opened, part))


def _place(opened: Opened, part: str) -> str:
    return valid(f"{opened.name}#{on_one_line(part, 500)}" if part else opened.name)


def prose(opened: Opened, text: str, *, title: str = "", part: str = "", **known: str) -> Story | Dropped:
    """Prose as a story; `known` are fields of `Origin` that the document states. What a person typed goes first."""
    text = valid(text).strip()
    if not text:
        return left_out(opened, "has no text in it", title=title, part=part)
    if len(text) > LONGEST_TEXT:
        return left_out(opened, f"is longer than {LONGEST_TEXT // 2**20} million characters", title=title, part=part)
    return Story(
        title=on_one_line(title) or title_of(opened.name), text=text, source=_place(opened, part),
        origin=replace(opened.origin, **{
            key: on_one_line(value, 500) for key, value in known.items() if value and not getattr(opened.origin, key)
        }),
    )


def scene(
    opened: Opened, said: Iterable[tuple[str, str]], *, title: str = "", part: str = "", **known: str
) -> Story | Dropped:
    """Pairs of handle and words as a scene; handles become names, empty turns are left out."""
    speakers, turns = Speakers(), []
    for handle, words in said:
        if words := " ".join(valid(words).split()):
            turns.append(Turn(name=speakers.name(handle), text=words))
    story = prose(opened, render(turns), title=title, part=part, **known)
    if isinstance(story, Dropped):
        return story
    return replace(story, form="scene", people=tuple(dict.fromkeys(turn.name or "" for turn in turns)))


def iso_date(value: Any) -> str:
    """A date in ISO 8601 from what formats write: ISO itself, RFC 2822, seconds or milliseconds since 1970; else ""."""
    if isinstance(value, bool) or value is None:
        return ""
    text = str(value).strip()[:64]
    if isinstance(value, (int, float)) or re.fullmatch(r"\d{9,13}(\.\d+)?", text):
        seconds = float(text)
        seconds = seconds / 1000 if seconds > 1e11 else seconds
        if not 0 < seconds < 1e11:
            return str(value) if isinstance(value, int) and 1000 <= value < 2200 else ""
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    if _ISO.fullmatch(text):
        return text
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def licence_name(text: str) -> str:
    """"CC BY-SA 4.0" for the address of that licence, anything else as it stands."""
    match = _CREATIVE_COMMONS.search(text[:1000])
    if not match:
        return on_one_line(text)
    kind = match[2].upper()
    if kind == "ZERO":
        return f"CC0 {match[3]}"
    return f"CC {kind} {match[3]}" if match[1].lower() == "licenses" else "public domain"
