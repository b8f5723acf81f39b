"""Answers in JSON and the questions of a seed in, right or wrong for each question out, as labels.

An answer is an option, word for word. What is no string, stands twice or is asked nowhere is wrong.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from foundling.evaluation.spaces.space import Label
from foundling.world import examine_villages

_EACH = 2  # questions of a family
_LONGEST = 700  # bytes of a text that is asked about


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with its text; `id` is what an answer is given under."""

    id: str
    text: str
    ask: str
    options: tuple[str, ...]
    answer: str


@lru_cache(maxsize=8)
def questions_of(seed: int) -> tuple[Asked, ...]:
    """The questions of a seed, of every family."""
    return tuple(
        Asked(id=f"q{number}", text=text, ask=question.ask, options=question.options,
              answer=question.options[question.answer])
        for number, (text, question) in enumerate(examine_villages(seed, _EACH, _LONGEST), 1)
    )


def sheet(seed: int) -> dict[str, Any]:
    """What whoever is to answer is given."""
    return {
        "seed": seed,
        "questions": [{"id": q.id, "text": q.text, "ask": q.ask, "options": q.options} for q in questions_of(seed)],
        "asked": "Give one JSON object: for each id one of the question's options, word for word.",
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that stands twice has no value, since nobody can say which was meant."""
    times = Counter(key for key, _ in pairs)
    return {key: value if times[key] == 1 else None for key, value in pairs}


def answer_labels(raw: bytes, seed: int) -> Iterator[Label]:
    """Whether it is an object of answers, whether only asked ids stand in it, and each question."""
    try:
        given = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        given = None
    is_object = isinstance(given, dict)
    yield Label(name="parses", passed=is_object, detail="" if is_object else "it is no JSON object in UTF-8")
    answers: dict[str, Any] = given if isinstance(given, dict) else {}
    asked = questions_of(seed)
    unasked = sorted(answers.keys() - {question.id for question in asked})
    yield Label(name="asked", passed=not unasked, detail=f"{unasked[0][:40]!r} was not asked" if unasked else "")
    for question in asked:
        said = answers.get(question.id)
        right = isinstance(said, str) and said.strip() == question.answer
        detail = "" if right else "no answer" if said is None else "not the right option"
        yield Label(name=question.id, passed=right, detail=detail)
