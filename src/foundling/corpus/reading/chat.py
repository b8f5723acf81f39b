"""Chat exports in, scenes out: WhatsApp's text, Telegram's result.json, and lists of messages as programs keep them.

Scenes are cut after 200 turns, or where nobody wrote for six hours. Messages of machines with a role and no name keep
the turn grammar's rule that there are names only: "user" becomes Visitor, "assistant" becomes Host, and what a system
wrote to itself is no talk and is left out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import lines
from foundling.corpus.reading.document import title_of
from foundling.corpus.reading.items import json_items
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import peeked, reader
from foundling.corpus.reading.telling import iso_date, scene
from foundling.records import Story

MOST_TURNS = 200
SILENCE = 6 * 3600  # seconds
ROLES = {"user": "Visitor", "human": "Visitor", "assistant": "Host", "gpt": "Host", "bot": "Host", "model": "Host"}
UNSPOKEN = ("system", "tool", "function", "developer")
_WHO = ("author", "name", "from", "user", "sender", "sender_name", "speaker", "username", "role", "NAMES")
_WHAT = ("text", "content", "message", "body", "words", "utterance", "value", "parts", "UTTERANCES")
_WHEN = ("date", "timestamp", "time", "created_at", "date_unixtime", "ts", "timestamp_ms")
_WHATSAPP = re.compile(
    r"[\u200e\u200f]*\[?(?P<a>\d{1,4})[./-](?P<b>\d{1,2})[./-](?P<c>\d{2,4}),? (?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.]\d{2})?(?:[ \u202f\u00a0]?(?P<half>[APap])\.?[Mm]\.?)?(?:\]| [-\u2013]) (?P<rest>.*)")
_NAMED = re.compile(r"(?P<who>[^:\n]{1,80}): (?P<words>.*)")
_MEDIA = re.compile(
    r"[\u200e\u200f]*(<(media|medien|médias?|multimedia)[^<>]{0,40}>|(image|video|audio|sticker|gif|document|contact"
    r" card) omitted|.{1,200}\(file attached\)|<attached: [^<>]{1,200}>"
    r"|(this message was|you) deleted( this message)?\.?)",
    re.IGNORECASE)


class Message(NamedTuple):
    """Who wrote what, and when in ISO 8601 ("" where it is not known)."""

    who: str
    words: str
    date: str = ""


def flat(text: Any) -> str:
    """The words of a message that may be a text, a list of parts, or a part with a text inside."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        broken = all(isinstance(part, str) for part in text)  # lines of one utterance, as CRD3 keeps them
        return (" " if broken else "").join(flat(part) for part in text[:10_000])
    if isinstance(text, dict):
        return flat(text.get("text") or text.get("content") or "")
    return str(text) if isinstance(text, (int, float)) and not isinstance(text, bool) else ""


def _first(row: dict[str, Any], keys: Iterable[str]) -> Any:
    return next((row[key] for key in keys if row.get(key)), None)


def message_of(row: Any) -> Message | None:
    """A message from a JSON object with an author and words, None for anything else."""
    if not isinstance(row, dict) or str(row.get("type", "")) == "service":
        return None
    who, words = _first(row, _WHO), flat(_first(row, _WHAT))
    if isinstance(who, dict):
        who = _first(who, ("name", "username", "display_name", "role", "id"))
    if isinstance(who, list):
        who = " and ".join(str(one) for one in who[:4])
    if who is None or not words.strip():
        return None
    name = str(who)
    if "role" in row or name in ("human", "gpt"):  # only then is "user" a role and not somebody's nick
        if name.lower() in UNSPOKEN:
            return None
        name = ROLES.get(name.lower(), name)
    return Message(name, words, iso_date(_first(row, _WHEN)))


def _seconds(date: str) -> float | None:
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def chat_scenes(
    opened: Opened, messages: Iterable[Message], title: str = "", part: str = "", number: int = 1
) -> Iterator[Story | Dropped]:
    """Messages as scenes; the title is numbered from the second scene on; `number` is the first scene's."""
    said: list[Message] = []
    before = None
    title = title or title_of(opened.name)

    def told() -> Story | Dropped:
        place = f"{part} {number}".strip()
        shown = title if number == 1 else f"{title}, part {number}"
        return scene(opened, [m[:2] for m in said], title=shown, part=place, date=said[0].date)

    for message in messages:
        now = _seconds(message.date)
        late = now is not None and before is not None and now - before > SILENCE
        if said and (len(said) >= MOST_TURNS or late):
            yield told()
            said, number = [], number + 1
        before = now if now is not None else before
        said.append(message)
    if said:
        yield told()


def _whatsapp_date(found: re.Match[str]) -> str:
    """The day as ISO 8601: years of four digits first, else day before month unless that cannot be."""
    a, b, c = int(found["a"]), int(found["b"]), int(found["c"])
    year, month, day = (a, b, c) if len(found["a"]) == 4 else (c + 2000 * (c < 100), b, a)
    if month > 12 or (found["half"] and day <= 12):  # twelve-hour clocks go with month before day
        month, day = day, month
    hour = int(found["hour"]) % 24
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    try:
        return datetime(year, month, day, hour, int(found["minute"])).isoformat(timespec="minutes")
    except ValueError:
        return ""


def whatsapp_messages(texts: Iterable[str]) -> Iterator[Message]:
    """The messages of a WhatsApp export; lines without a stamp go on with the message before them."""
    who, words, date, length = "", list[str](), "", 0
    for line in texts:
        found = _WHATSAPP.match(line)
        if found is None:
            length += len(line)
            if who and length < 2**20:
                words.append(line)
            continue
        if who and words:
            yield Message(who, "\n".join(words), date)
        named = _NAMED.match(found["rest"])
        who, words, date, length = "", [], _whatsapp_date(found), 0
        if named and not _MEDIA.fullmatch(named["words"].strip()):
            who, words = named["who"].strip("\u200e\u200f\u202a\u202c "), [named["words"]]
    if who and words:
        yield Message(who, "\n".join(words), date)


def json_chats(opened: Opened) -> Iterator[Story | Dropped]:
    """Every list of messages; a name that stands before a list is its title."""
    title, part, pending, number = "", 0, list[Message](), 1
    for item in json_items(opened.stream, ("", "messages", "TURNS", "conversation", "conversations", "dialogue")):
        if not item.listed:
            if item.key in ("name", "title", "id") and pending:
                yield from chat_scenes(opened, pending, title, str(part), number)  # another chat begins
                pending, title, number = [], "", 1
            title = str(item.value) if item.key in ("name", "title") else title
            continue
        if isinstance(item.value, dict) and isinstance(item.value.get("messages"), list):
            part += 1
            inner = filter(None, map(message_of, item.value["messages"]))
            yield from chat_scenes(opened, inner, str(item.value.get("title") or ""), str(part))
            continue
        message = message_of(item.value)
        part += not pending and number == 1
        pending += [message] if message else []
        if len(pending) >= 10 * MOST_TURNS:  # a chat without end: what is complete goes out
            for told in chat_scenes(opened, pending, title, str(part), number):
                yield told
                number += 1
            pending = []
    yield from chat_scenes(opened, pending, title, str(part), number)


@reader("chat", "message")
def read_chat(opened: Opened) -> Iterator[Story | Dropped]:
    """The scenes of a chat export, whichever of the known forms it has."""
    if peeked(opened.stream).lstrip(b"\xef\xbb\xbf \t\r\n")[:2].startswith((b"{", b"[{", b"[\n", b"[ ")):
        yield from json_chats(opened)
    else:
        yield from chat_scenes(opened, whatsapp_messages(lines(opened.stream)))
