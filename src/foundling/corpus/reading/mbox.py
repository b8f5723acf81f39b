"""An mbox (or one .eml) in, its threads as scenes out, a message a turn, quotes and signatures left out.

Threads need all their messages at hand, so as many as have 64 million characters of own words are sorted together;
what comes after is sorted by itself. A thread of one message is prose. It sends nothing and opens no attachment.
"""

from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.lines import byte_lines
from foundling.corpus.reading.mail import Mail, mail_of
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import left_out, prose, scene
from foundling.records import Story

WINDOW = 64 * 10**6  # characters of own words sorted together
MOST_MAILS = 100_000  # and messages
LARGEST_MAIL = 32 * 2**20  # bytes, attachments counted: mail servers take no more


def _messages(opened: Opened) -> Iterator[bytes | None]:
    """The bytes of each message, parted where `From ` opens a line after a blank one; None for one too large."""
    held: list[bytes] = []
    size, blank = 0, True
    for line in byte_lines(opened.stream, LARGEST_MAIL):
        if line is not None and blank and line.startswith(b"From ") and b":" in line:
            if size:
                yield b"\n".join(held) if size <= LARGEST_MAIL else None
            held, size = [], 0
            continue
        size += LARGEST_MAIL + 1 if line is None else len(line) + 1
        if size <= LARGEST_MAIL and line is not None:
            held.append(line[1:] if line.startswith(b">From ") else line)
        else:
            held.clear()
        blank = not line
    if size:
        yield b"\n".join(held) if size <= LARGEST_MAIL else None


def _threads(mails: list[Mail]) -> Iterator[list[Mail]]:
    """Mails that answer each other, by their references and else by their subject, in the order of their first."""
    threads: dict[int, list[Mail]] = {}
    by_number: dict[str, int] = {}
    by_subject: dict[str, int] = {}
    for place, mail in enumerate(mails):
        subject = mail.subject.casefold()
        known = [by_number[number] for number in reversed(mail.parents) if number in by_number]
        thread = known[0] if known else by_subject.get(subject, place) if subject else place
        threads.setdefault(thread, []).append(mail)
        if subject:
            by_subject.setdefault(subject, thread)
        for number in (mail.number, *mail.parents):
            if number:
                by_number.setdefault(number, thread)
    yield from threads.values()


def _told(opened: Opened, thread: list[Mail], number: int) -> Story | Dropped:
    first, part = thread[0], f"thread {number}"
    if len(thread) == 1:
        author = first.writer if "@" not in first.writer and first.writer != "unknown" else ""
        return prose(opened, first.words, title=first.subject, part=part, date=first.date, author=author)
    said = [(mail.writer, mail.words) for mail in thread]
    return scene(opened, said, title=first.subject, part=part, date=first.date)


@reader("mbox", "message")
def read_mbox(opened: Opened) -> Iterator[Story | Dropped]:
    """Every thread of the box."""
    held: list[Mail] = []
    size, number = 0, 0
    for place, data in enumerate(_messages(opened), 1):
        if data is None:
            yield left_out(opened, f"is a message of more than {LARGEST_MAIL // 2**20} MB", part=f"message {place}")
            continue
        try:
            mail = mail_of(data)
        except ModuleNotFoundError:
            raise
        except Exception as fault:  # one broken message; the next is read
            told = isinstance(fault, Unreadable)
            reason = str(fault) if told else f"is a message that cannot be read ({type(fault).__name__})"
            yield left_out(opened, reason, part=f"message {place}")
            continue
        held.append(mail)
        size += len(mail.words) + 500
        if size > WINDOW or len(held) >= MOST_MAILS:
            for thread in _threads(held):
                number += 1
                yield _told(opened, thread, number)
            held, size = [], 0
    for thread in _threads(held):
        number += 1
        yield _told(opened, thread, number)
