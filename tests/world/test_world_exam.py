"""The exam: names nobody has read, every family, no answer that words alone give away."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from foundling.corpus.naming.people import FIRST_NAMES
from foundling.evaluation.asks import FALSE_NAMES, NAMES
from foundling.world import examine_physics, examine_villages, village
from foundling.world.physics.scene import HELD_OUT
from foundling.world.questions.asked import FAMILIES, Question
from foundling.world.questions.exam import new_names

LONGEST, MOST = 700, 15
_PRINT = (
    "from foundling.records import content_hash; from foundling.world import examine_physics, examine_villages; "
    "print(content_hash(repr([*examine_villages(2, 2, 700), *examine_physics(2, 5)])))"
)


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, Question]]:
    return list(examine_villages(11, MOST, LONGEST))


def of(asked: list[tuple[str, Question]], family: str) -> list[tuple[str, Question]]:
    return [(text, question) for text, question in asked if question.family == family]


def words(file: str) -> set[str]:
    return set((Path(village.__file__).parent / "words" / file).read_text(encoding="utf-8").split())


def test_exam_names_are_nobody_elses() -> None:
    known = words("names-she.txt") | words("names-he.txt") | set(NAMES) | set(FALSE_NAMES) | set(FIRST_NAMES)
    assert len(new_names()) == len(set(new_names())) > 100
    assert not set(new_names()) & known


def test_everybody_in_an_exam_has_a_new_name(asked: list[tuple[str, Question]]) -> None:
    old = words("names-she.txt") | words("names-he.txt")
    for text, question in asked:
        assert not old & set("".join(c if c.isalpha() else " " for c in f"{text} {question.ask}").split())
        assert {key for key in question.keys if key[0].isupper()} - set(new_names()) <= {
            key for key in question.keys if key.endswith((" house", " inn"))}


def test_every_family_is_asked_and_at_most_so_often(asked: list[tuple[str, Question]]) -> None:
    counted = Counter(question.family for _, question in asked)
    assert set(counted) == set(FAMILIES) and max(counted.values()) == MOST


def test_texts_are_short_enough(asked: list[tuple[str, Question]]) -> None:
    assert all(0 < len(text.encode("utf-8")) <= LONGEST for text, _ in asked)


def test_yes_and_no_are_right_equally_often(asked: list[tuple[str, Question]]) -> None:
    said = Counter(question.keys[question.answer] for _, question in of(asked, "did"))
    assert sum(said.values()) == MOST and abs(said["yes"] - said["no"]) <= 2


def words_alone(mine: list[tuple[str, Question]], room: float) -> None:
    """Guesses of another making than those that the exam was balanced by: where an option stands, how long it is, and
    where in the text its key is named; each within `room` of chance."""
    n = len(mine)
    chance = sum(1 / len(question.options) for _, question in mine) / n
    for place in range(4):
        rate = sum(question.answer == place for _, question in mine) / n
        fair = sum(1 / len(question.options) for _, question in mine if place < len(question.options)) / n
        assert abs(rate - fair) < max(room, 2 / n ** 0.5), place
    for sign in (1, -1):
        assert sum(_unique_best([sign * len(o) for o in q.options]) == q.answer for _, q in mine) / n < chance + room
        if mine[0][1].family in ("who", "whom", "where_thing", "where_person", "owner", "believes", "what_if"):
            right = [_unique_best([sign * text.rfind(key) for key in q.keys]) == q.answer for text, q in mine]
            assert sum(right) / n < chance + room


@pytest.mark.parametrize("family", FAMILIES)
def test_words_alone_do_not_answer(asked: list[tuple[str, Question]], family: str) -> None:
    words_alone(of(asked, family), 0.25)


@pytest.mark.slow
def test_words_alone_do_not_answer_a_hundred_questions_of_each_family() -> None:
    many = list(examine_villages(12, 100, LONGEST))
    for family in FAMILIES:
        assert len(of(many, family)) == 100
        words_alone(of(many, family), 0.1)


def _unique_best(scores: list[int]) -> int:
    return scores.index(max(scores)) if scores.count(max(scores)) == 1 else -1


def test_the_same_seed_asks_the_same_in_other_processes() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", _PRINT], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_physics_is_of_kinds_kept_back_and_pairs_come_in_either_order() -> None:
    rows = list(examine_physics(3, 40))
    families = ("physics", "physics_pairs", "physics_new", "physics_pairs_new")
    assert HELD_OUT and Counter(family for family, *_ in rows) == dict.fromkeys(families, 40)
    for family, text, question, options, answer in rows:
        assert text and 0 <= answer < len(options) and len(set(options)) == len(options)
        assert bool(question) == (family in ("physics", "physics_new"))
    firsts = [answer == 0 for family, *_, answer in rows if family.startswith("physics_pairs")]
    assert 20 < sum(firsts) < 60
