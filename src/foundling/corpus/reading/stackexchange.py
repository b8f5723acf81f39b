"""A Stack Exchange Posts.xml in, one scene an answer out: who asked says the question, who answers the answer.

A dump gives questions long before their answers and is read once, so the last hundred thousand questions are kept at
hand (at most 128 million characters of them); an answer whose question is no longer there is prose of its own.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.fragment import fragment_text
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.safe_xml import xml_events
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import iso_date, left_out, licence_name, on_one_line, prose, scene
from foundling.records import Story

MOST_QUESTIONS = 100_000
MOST_CHARACTERS = 128 * 10**6
LICENCE = "CC BY-SA 4.0"
_QUESTION, _ANSWER = "1", "2"
_QUOTES = ("script", "style")  # block quotes belong to an answer here: they are what it speaks about


@dataclass
class _Questions:
    """The questions last seen; the oldest go first."""

    held: OrderedDict[str, tuple[str, str, str]] = field(default_factory=OrderedDict)
    characters: int = 0

    def add(self, number: str, asker: str, title: str, text: str) -> None:
        self.held[number] = (asker, title, text)
        self.characters += len(text)
        while len(self.held) > MOST_QUESTIONS or self.characters > MOST_CHARACTERS:
            _, (_, _, gone) = self.held.popitem(last=False)
            self.characters -= len(gone)


def _asked_by(row: dict[str, str]) -> str:
    """A handle for the writer: the name if the dump has it; an account's number is known apart but never shown."""
    return row.get("OwnerDisplayName") or f"#{row.get('OwnerUserId') or row.get('Id', '')}"


def _told(opened: Opened, row: dict[str, str], question: tuple[str, str, str] | None, text: str) -> Story | Dropped:
    known = {
        "licence": licence_name(row.get("ContentLicense") or LICENCE), "date": iso_date(row.get("CreationDate")),
        "author": on_one_line(row.get("OwnerDisplayName", "")),
    }
    part = f"post {row.get('Id', '?')}"
    if question is None:
        return prose(opened, text, title=row.get("Title", "") or part, part=part, **known)
    asker, title, asked = question
    said = [(asker, f"{title.rstrip()} {asked}"), (_asked_by(row), text)]
    return scene(opened, said, title=title, part=part, **known)


@reader("stackexchange", "question or answer")
def read_stackexchange(opened: Opened) -> Iterator[Story | Dropped]:
    """A scene of two turns for every answer. Names are those in the dump, "Someone A" for bare account numbers."""
    questions, unanswered = _Questions(), 0
    for event, name, row in xml_events(opened.stream):
        if event != "start" or name != "row" or row.get("PostTypeId") not in (_QUESTION, _ANSWER):
            continue
        try:
            text = fragment_text(row.get("Body", ""), skip=_QUOTES)
        except ValueError as fault:
            yield left_out(opened, f"cannot be read ({fault})", part=f"post {row.get('Id', '?')}")
            continue
        if row["PostTypeId"] == _QUESTION:
            questions.add(row.get("Id", ""), _asked_by(row), row.get("Title", ""), text)
            unanswered += row.get("AnswerCount") in (None, "", "0")
        else:
            yield _told(opened, row, questions.held.get(row.get("ParentId", "")), text)
    if unanswered:
        yield left_out(opened, f"has {unanswered} questions without an answer, which make no conversation")
