"""Tellings of villages in, the same with a last sentence out that is true, or denies what was told before.

Where a thing or somebody came to be is asked of the history, the answer is held against the independent checker's, and
both answers stand in the telling: no guess by what is named last, first or most often is right more than by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from foundling.evaluation.battery.pair import Half, Pair
from foundling.evaluation.battery.villages import plain_telling, tales
from foundling.world.narrator.tell import Telling
from foundling.world.questions.asked import Question
from foundling.world.questions.check import check_asked
from foundling.world.questions.controls import Balance
from foundling.world.questions.families import ask

_FAMILIES = ("where_thing", "owner", "where_person")
_LONGEST = 420  # bytes of a telling


@dataclass(frozen=True, kw_only=True)
class Denied:
    """A telling, what is true at its end in words, and what is not."""

    telling: Telling
    question: Question
    true: str
    untrue: str


def in_words(telling: Telling, question: Question, key: str) -> str:
    """A key of a question as a sentence about the end."""
    setting, subject = telling.plot.history.setting, str(question.query[1])
    people = {person.name for person in setting.people}
    if question.family == "owner":
        return f"And so, in the end, the {subject} belonged to {key}."
    where = f"with {key}" if key in people else f"{setting.place(key).at} the {key}"
    return f"And so, in the end, {subject if subject in people else f'the {subject}'} was {where}."


def denials(half: Half, seed: int) -> Iterator[tuple[int, Denied]]:
    """Tellings with both endings, numbered, without end; one question of each."""
    balances = {family: Balance() for family in _FAMILIES}
    for tale in tales(half, seed):
        telling = plain_telling(tale)
        if telling.cast.teller or len(telling.text.encode("utf-8")) > _LONGEST:
            continue
        for question in ask(telling, tale.dice.randrange(2**31), tale.truth):
            family = question.family
            if family in balances and not check_asked(telling, question) and balances[family].lets(telling, question):
                wrong = tale.dice.one([key for i, key in enumerate(question.keys) if i != question.answer])
                yield tale.number, Denied(
                    telling=telling, question=question, untrue=in_words(telling, question, wrong),
                    true=in_words(telling, question, question.keys[question.answer]),
                )
                break


def contradictions(half: Half, seed: int) -> Iterator[Pair]:
    """Pairs without end."""
    for number, denied in denials(half, seed):
        yield Pair(
            id=f"contradiction.{number}", cls="contradiction", better=f"{denied.telling.text} {denied.true}",
            worse=f"{denied.telling.text} {denied.untrue}", source="world", group=f"tale.{number}",
        )
