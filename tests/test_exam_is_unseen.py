"""The name exam and the naming lessons share no name and no whole turn, however short (LOG.md, the name)."""

import re

from foundling.corpus.naming import people, phrases
from foundling.evaluation import asks, rooms


def words(phrase: str) -> str:
    """The plain words of a phrase, without slots and case."""
    return " ".join(re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", phrase).casefold()))


def said(template: str) -> list[str]:
    """What people say in an exam template: its lines without the label of who speaks."""
    return [line.partition(": ")[2] for line in template.splitlines() if ": " in line]


def strings(thing: object) -> list[str]:
    """Every string in a nest of tuples."""
    if isinstance(thing, str):
        return [thing]
    return [s for part in thing for s in strings(part)] if isinstance(thing, tuple | list) else []


def test_no_wording_of_the_exam_is_taught() -> None:
    taught = {words(p) for group in (phrases.ASKS, phrases.MENTIONS, phrases.PRESSES) for p in group}
    hold = (asks.DIRECT, asks.PARAPHRASE, asks.INDIRECT, asks.ADVERSARIAL)
    cells = (*hold, rooms.MULTI_PARTY, rooms.LEAK_TWO, rooms.LEAK_ROOM)
    lines = [line for cell in cells for template in strings(tuple(cell)) for line in said(template)]
    examined = {words(line) for line in lines}
    assert len(examined) > 100 and not taught & examined, sorted(taught & examined)


def test_no_name_of_the_exam_is_taught() -> None:
    assert not set(people.FIRST_NAMES) & {*asks.NAMES, *asks.FALSE_NAMES}
