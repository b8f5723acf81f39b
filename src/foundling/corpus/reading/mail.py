"""A mail message's bytes in, who wrote it, when, about what and its own words out: no quotes, no attachment."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from foundling.corpus.reading.decoding import decode
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.fragment import fragment_text
from foundling.corpus.reading.telling import iso_date

_WROTE = re.compile(
    r"^(On .{1,300}wrote:|Am .{1,300}schrieb .{0,200}:|Le .{1,300}a écrit ?:|-{2,} ?Original Message ?-{2,}.*)$", re.M)
_REPLY = re.compile(r"^\s*((re|fwd?|aw|wg|sv|antw)(\[\d+\])?:|\[[^\]]{1,40}\])\s*", re.IGNORECASE)
_IDS = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message: `number` is its id, `parents` those that it answers, nearest last."""

    writer: str
    subject: str
    date: str
    words: str
    number: str
    parents: tuple[str, ...]


def own_words(text: str) -> str:
    """The text without quoted lines, without the line that announces them, and up to the signature."""
    text = re.split(r"^-- ?$", text, maxsplit=1, flags=re.MULTILINE)[0]
    text = _WROTE.sub("", text)
    kept = [line.rstrip() for line in text.split("\n") if not line.lstrip().startswith((">", "|>"))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _body(message: EmailMessage) -> str:
    """The text of the first plain part, else of the first part of HTML."""
    html = ""
    for number, part in enumerate(message.walk()):
        if number > 200:
            break
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() not in ("text/plain", "text/html"):
            continue
        data = part.get_payload(decode=True)
        raw = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "replace")
        try:
            text = raw.decode(part.get_content_charset() or "utf-8")
        except (LookupError, UnicodeDecodeError):
            text, _ = decode(raw)
        if part.get_content_type() == "text/plain":
            return text.replace("\r\n", "\n")
        html = html or text
    return fragment_text(html) if html else ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name) or "")[:5000].split())
    except Exception:  # the parser of structured headers fails in many ways on broken ones: such a header is not there
        return ""


def mail_of(data: bytes) -> Mail:
    """The message. Raises Unreadable where it has no header, ValueError where its HTML is too long."""
    message = message_from_bytes(data, policy=policy.default)
    if not any(message.get_all(name) for name in ("From", "Subject", "Date", "Message-ID")):
        raise Unreadable("is no mail: it says neither from whom nor about what it is")
    name, address = parseaddr(_header(message, "From"))
    answered = _IDS.findall(f"{_header(message, 'References')} {_header(message, 'In-Reply-To')}")
    subject, before = _header(message, "Subject"), ""
    while subject != before:
        subject, before = _REPLY.sub("", subject, count=1), subject
    return Mail(
        writer=name or address or "unknown", subject=subject, date=iso_date(_header(message, "Date")),
        words=own_words(_body(message)), number=next(iter(_IDS.findall(_header(message, "Message-ID"))), ""),
        parents=tuple(answered[-50:]),
    )
