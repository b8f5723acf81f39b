"""The world as a judge: true tellings pass, planted faults are found, answers are right word for word or wrong."""

import json
import re
import time
from functools import lru_cache

import pytest

from foundling.evaluation.battery.spoiling import sentences
from foundling.evaluation.spaces.space import Evidence, Space
from foundling.evaluation.spaces.world import LARGEST, WorldSpace
from foundling.evaluation.spaces.world_answers import questions_of
from foundling.evaluation.spaces.world_day import day_of
from foundling.world.narrator.plot import plots
from foundling.world.narrator.tell import tell
from foundling.world.questions.exam import new_names
from foundling.world.village.records import DAY

SPACE, ANSWERS = WorldSpace(), WorldSpace(form="answers")
SEEDS = range(40, 43)


def wrong(found: Evidence) -> list[str]:
    return [label.name for label in found.labels if label.passed is False]


@lru_cache(maxsize=1)
def tellings() -> tuple[tuple[int, str], ...]:
    """Plain tellings of plots that lie within the day of a seed."""
    return tuple(
        (seed, tell(plot, "plain", seed).text) for seed in SEEDS for plot in plots(day_of(seed).history)
        if len(plot.events) > 4 and all(event.minute // DAY == day_of(seed).number for event in plot.events)
    )


def told() -> list[tuple[int, str]]:
    """Those of them that tell enough."""
    return [(seed, text) for seed, text in tellings() if not wrong(SPACE.judge(text.encode(), seed=seed))]


def test_what_the_narrator_tells_is_never_called_untrue() -> None:
    assert len(tellings()) >= 10
    assert {name for seed, text in tellings() for name in wrong(SPACE.judge(text.encode(), seed=seed))} <= {"told"}
    assert len(told()) >= 0.7 * len(tellings())


def test_the_same_bytes_and_seed_give_the_same_labels() -> None:
    seed, text = told()[0]
    space: Space = SPACE
    assert space.judge(text.encode(), seed=seed) == SPACE.judge(text.encode(), seed=seed)
    assert wrong(SPACE.judge(text.encode(), seed=seed + 1000))


def share(plant: object) -> float:
    """How many of the tellings, spoilt, are found out."""
    spoilt = [(seed, new) for seed, text in told() if (new := plant(seed, text)) not in (None, text)]
    assert len(spoilt) >= 5
    return sum(bool(wrong(SPACE.judge(new.encode(), seed=seed))) for seed, new in spoilt) / len(spoilt)


def people(seed: int, text: str) -> tuple[list[str], list[str]]:
    names = [p.name for p in day_of(seed).history.setting.people]
    inside = [name for name in names if re.search(rf"\b{name}\b", text)]
    return inside, [name for name in names if name not in inside]


def test_a_name_of_nobody_there_is_found() -> None:
    def plant(seed: int, text: str) -> str:
        inside, _ = people(seed, text)
        other = next(n for n in new_names() if n not in {p.name for p in day_of(seed).history.setting.people})
        return re.sub(rf"\b{inside[0]}\b", other, text)
    assert share(plant) == 1.0
    seed, text = told()[0]
    labels = {label.name: label for label in SPACE.judge(f"{text} Then came Zebulon.".encode(), seed=seed).labels}
    assert labels["entities"].passed is False and "Zebulon" in labels["entities"].detail


def test_deeds_of_somebody_else_are_found() -> None:
    assert share(lambda seed, text: re.sub(
        rf"\b{people(seed, text)[0][0]}\b", people(seed, text)[1][0], text)) > 0.8


def test_another_thing_is_found() -> None:
    def plant(seed: int, text: str) -> str | None:
        things = [t.name for t in day_of(seed).history.setting.things]
        inside = [name for name in things if name in text]
        return text.replace(inside[0], next(t for t in things if t not in text)) if inside else None
    assert share(plant) > 0.7


def test_a_day_told_backwards_is_found() -> None:
    assert share(lambda _, text: " ".join(sentences(text)[::-1])) > 0.4


@pytest.mark.parametrize("text", ["", "All was well, and it was a fine day.", "\n" * 500, "." * 3000, "The " * 9000])
def test_a_text_that_tells_nothing_does_not_pass(text: str) -> None:
    assert not SPACE.judge(text.encode(), seed=41).passed


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"a" * (LARGEST + 1)])
def test_what_is_no_text_or_too_long_is_one_failed_label(raw: bytes) -> None:
    found = SPACE.judge(raw, seed=41)
    assert [label.passed for label in found.labels] == [False]


def test_four_times_the_text_takes_no_more_than_some_four_times_as_long() -> None:
    """One word as long as may be, looked at once and not from each of its signs."""
    def seconds(size: int) -> float:
        began = time.process_time()
        assert not SPACE.judge(b"-" * size, seed=40).passed
        return time.process_time() - began

    seconds(100)
    most = LARGEST - 1
    small, large = (min(seconds(size) for _ in range(2)) for size in (most // 4, most))
    assert large < 8 * small + 0.2, (small, large)


def test_what_is_said_aloud_is_not_held_against_the_day() -> None:
    seed, text = told()[0]
    assert not wrong(SPACE.judge(f'{text} "Zebulon took the golden goose," somebody said.'.encode(), seed=seed))


def test_the_task_of_a_day_can_be_told_from() -> None:
    task = json.loads(json.dumps(SPACE.task(41)))
    assert task["events"] and {person["name"] for person in task["people"]} <= set(new_names())
    assert all(event["kind"] and "seen" not in event for event in task["events"])


def right_answers(seed: int) -> dict[str, str]:
    return {question.id: question.answer for question in questions_of(seed)}


def test_right_answers_pass_and_each_wrong_one_is_told() -> None:
    answers = right_answers(5)
    assert len(answers) > 10 and ANSWERS.judge(json.dumps(answers).encode(), seed=5).passed
    question = questions_of(5)[3]
    other = next(option for option in question.options if option != question.answer)
    found = ANSWERS.judge(json.dumps(answers | {question.id: other}).encode(), seed=5)
    assert wrong(found) == [question.id]
    assert question.answer not in json.dumps([label.detail for label in found.labels])


def test_the_task_of_answers_gives_no_answer_away() -> None:
    task = ANSWERS.task(5)
    assert all(set(question) == {"id", "text", "ask", "options"} for question in task["questions"])


@pytest.mark.parametrize("value", [True, 1, None, float("nan"), [], {}, ""])
def test_what_is_no_string_is_wrong(value: object) -> None:
    first = questions_of(5)[0].id
    assert wrong(ANSWERS.judge(json.dumps(right_answers(5) | {first: value}).encode(), seed=5)) == [first]


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 60_000, b'"q1"'])
def test_what_is_no_object_is_wrong_throughout(raw: bytes) -> None:
    found = ANSWERS.judge(raw, seed=5)
    assert "parses" in wrong(found) and len(wrong(found)) == len(questions_of(5)) + 1


def test_an_answer_that_stands_twice_or_is_not_asked_is_wrong() -> None:
    answers = right_answers(5)
    first = questions_of(5)[0]
    raw = json.dumps(answers)[:-1] + f", {json.dumps(first.id)}: {json.dumps(first.answer)}}}"
    assert wrong(ANSWERS.judge(raw.encode(), seed=5)) == [first.id]
    assert wrong(ANSWERS.judge(json.dumps(answers | {"q999": "x"}).encode(), seed=5)) == ["asked"]
