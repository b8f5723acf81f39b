"""A row of a table in, a story out: the column with the text is given or guessed, the others say where it is from."""

from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.chat import message_of
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.telling import iso_date, left_out, licence_name, prose, scene
from foundling.records import Story

TEXT = ("text", "content", "body", "story", "article", "document", "passage", "markdown", "raw_content", "output")
TALK = ("dialogue", "dialog", "messages", "conversation", "conversations", "turns", "TURNS")
_KNOWN = {
    "title": ("title", "name", "headline"), "author": ("author", "authors", "writer"),
    "licence": ("licence", "license"),
    "date": ("date", "published", "created_at", "timestamp"), "language": ("language", "lang"),
    "part": ("url", "source", "id"),
}


def column_of(columns: list[str], wanted: str) -> str:
    """The column that holds the text. Raises Unreadable, naming the columns that are there, when none can."""
    if wanted:
        if wanted in columns:
            return wanted
    else:
        plain = {column.strip().lower(): column for column in reversed(columns)}
        for guess in (*TEXT, *(talk.lower() for talk in TALK)):
            if guess in plain:
                return plain[guess]
    shown = ", ".join(column[:40] for column in columns[:20]) or "none"
    sought = f'no column "{wanted[:40]}"' if wanted else "no column that is known to hold text"
    raise Unreadable(f"has {sought}: name one of its columns ({shown})")


def _facts(row: dict[str, Any]) -> dict[str, str]:
    """Title, origin and place, from whichever columns hold them."""
    plain = {str(column).strip().lower(): value for column, value in row.items()}
    found = {}
    for field, columns in _KNOWN.items():
        value = next((plain[column] for column in columns if plain.get(column) not in (None, "")), "")
        value = value[0] if isinstance(value, list) and value else value
        found[field] = str(value)[:1000] if isinstance(value, (str, int, float)) or field == "date" else ""
    found["date"] = iso_date(found["date"])
    found["licence"] = licence_name(found["licence"])
    found["language"] = found["language"][:2].lower() if len(found["language"]) <= 7 else ""
    return found


def story_of_row(opened: Opened, row: dict[str, Any], number: int, column: str) -> Story | Dropped:
    """The row's text as prose, or its list of turns as a scene."""
    facts, value = _facts(row), row.get(column)
    facts["part"] = facts["part"] or f"row {number}"
    if isinstance(value, (list, tuple)):
        said = [message for message in map(message_of, value[:100_000]) if message is not None]
        if said:
            return scene(opened, [message[:2] for message in said], **facts)
        value = "\n".join(part for part in value if isinstance(part, str))
    if value is not None and not isinstance(value, str):
        return left_out(opened, f'has no text in its column "{column}"', title=facts["title"], part=facts["part"])
    return prose(opened, value or "", **facts)
