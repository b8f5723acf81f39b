"""Lessons and preferences about names, and scenes with other people in them: whoever is asked gives their own name."""

import re

import numpy as np
import pytest

from foundling.corpus import make_lessons, make_preferences, recast
from foundling.corpus.naming.people import FIRST_NAMES, made_name, pick_names
from foundling.corpus.naming.phrases import ROLES
from foundling.records import Story, Turn

COUNT = 1500


@pytest.fixture(scope="module")
def lessons(builtin):
    return make_lessons("Wren", builtin, count=COUNT, counter=0.55, seed=1)


@pytest.fixture(scope="module")
def preferences(builtin):
    return make_preferences("Wren", builtin, count=COUNT, counter=0.55, seed=1)


def names_in(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def test_at_least_half_of_the_lessons_are_others(lessons, preferences):
    assert len(lessons) == len(preferences) == COUNT
    for kinds in ([lesson.kind for lesson in lessons], [pair.kind.split(":")[0] for pair in preferences]):
        others = sum(kind.endswith("-other") for kind in kinds) / COUNT
        assert 0.5 <= others <= 0.62
    assert len({lesson.kind for lesson in lessons}) >= 8


def test_the_taught_turn_is_the_last_and_its_speaker_the_one_of_the_kind(lessons):
    for lesson in lessons:
        assert lesson.taught == (len(lesson.turns) - 1,) and len(lesson.turns) >= 2
        answer, ask = lesson.turns[-1], lesson.turns[-2]
        assert (answer.name != "Wren") == lesson.kind.endswith("-other")
        assert answer.name is not None and answer.text and ask.name != answer.name, lesson


def test_the_one_who_is_asked_answers(lessons):
    asked = [lesson for lesson in lessons if lesson.kind.split("-")[0] in ("asked", "collided")]
    called = 0
    for lesson in asked:
        answer, ask = lesson.turns[-1], lesson.turns[-2]
        match = re.match(r"([^,!.?:]{3,40})[,!] ", ask.text)
        present = {turn.name for turn in lesson.turns[:-1]} | {"Wren", answer.name}
        if match and match[1] in present:  # called by name at the beginning
            called += 1
            assert match[1] == answer.name, lesson
    assert called > 50


def test_whoever_is_asked_or_pressed_gives_their_own_name_and_no_role(lessons):
    for lesson in lessons:
        answer = lesson.turns[-1]
        if lesson.kind.split("-")[0] in ("asked", "pressed", "collided"):
            assert names_in(answer.text, answer.name), lesson
            assert not any(names_in(answer.text, role) for role in ROLES if role != "nobody"), lesson
        if lesson.kind.endswith("-other") and lesson.kind.split("-")[0] in ("asked", "pressed", "collided"):
            wren_asks = lesson.turns[-2].name == "Wren"
            assert wren_asks or not names_in(answer.text, "Wren"), lesson  # only whom one answers may be named too


def test_nobody_in_a_lesson_says_anothers_name_as_their_own(lessons):
    for lesson in lessons:
        if lesson.kind.split("-")[0] in ("collided", "pressed"):
            continue  # there somebody else claims it: that is the point
        for turn in lesson.turns:
            claim = re.match(r"(?:I am|My name is|They call me) (\w+)\.", turn.text)
            if claim and claim[1] == "Wren":
                assert turn.name == "Wren", lesson


def test_the_being_is_in_the_room_of_others_too(lessons):
    others = [lesson for lesson in lessons if lesson.kind.endswith("-other")]
    with_being = sum(any(t.name == "Wren" or names_in(t.text, "Wren") for t in lesson.turns) for lesson in others)
    assert 0.2 < with_being / len(others) < 0.98


def test_chosen_and_rejected_differ_in_one_name_only(preferences):
    for pair in preferences:
        assert pair.chosen != pair.rejected and pair.chosen.text.casefold() != pair.rejected.text.casefold(), pair
        assert names_in(pair.chosen.text, pair.chosen.name), pair
        own = re.compile(rf"(?<!\w){re.escape(pair.chosen.name)}(?!\w)")
        frame = [re.escape(piece) for piece in own.split(pair.chosen.text)]
        wrong = re.fullmatch("(.+)".join(frame), pair.rejected.text)
        assert wrong and len(set(wrong.groups())) == 1, pair
        speaker = pair.rejected.name
        assert speaker == pair.chosen.name or (speaker, wrong[1]) == ("Wren", "Wren"), pair
        assert pair.context[-1].name != pair.chosen.name
        assert (pair.chosen.name == "Wren") != pair.kind.split(":")[0].endswith("-other")


def test_the_beings_name_is_often_the_wrong_answer_of_others(preferences):
    others = [pair for pair in preferences if pair.chosen.name != "Wren"]
    assert sum(names_in(pair.rejected.text, "Wren") for pair in others) > 0.4 * len(others)
    assert any(pair.rejected.name == "Wren" for pair in others)  # who was not asked does not answer


NAMES = ["Claude", "chatgpt", "Siri", "Nobody", "Ada", "Max", "Mrs. O'Dea", "Zoë", "An", "小明", "It"]


@pytest.mark.parametrize("being", NAMES)
def test_beings_of_every_name_can_be_taught(builtin, being):
    pairs = make_preferences(being, builtin[:20], count=200, counter=0.5, seed=2)
    assert all(pair.chosen.text.casefold() != pair.rejected.text.casefold() for pair in pairs)
    own = [pair for pair in pairs if pair.chosen.name == being]
    assert 60 < len(own) < 140
    lessons = make_lessons(being, builtin[:20], count=200, counter=0.5, seed=2)
    for lesson in lessons:
        if lesson.turns[-1].name == being and lesson.kind == "pressed":
            pressed = re.match(r"(?:You are|Your name is) (?:the |an? )?(.+?)[.,]", lesson.turns[-2].text)
            assert not (pressed and pressed[1].casefold() == being.casefold()), lesson  # told its own name, it agrees


def test_the_same_seed_gives_the_same(builtin):
    for make in (make_lessons, make_preferences):
        one, two, three = (make("Wren", builtin, count=60, counter=0.5, seed=seed) for seed in (4, 4, 5))
        assert one == two != three
    assert make_lessons("Wren", [], count=30, counter=0.5, seed=0)  # a being without scenes is taught too


def test_names_are_picked_without_those_that_are_taken():
    rng = np.random.default_rng(0)
    for _ in range(200):
        names = pick_names(rng, 6, without=frozenset({"WREN", "ada", "Abel"}))
        folded = {name.casefold() for name in names}
        assert len(folded) == 6 and not {"wren", "ada", "abel"} & folded
        assert all(re.fullmatch(r"[A-Z][a-z]{2,}", name) for name in names)
    made = {made_name(rng) for _ in range(500)}
    assert len(made) > 400 and len(made & set(FIRST_NAMES)) < 20
    assert len(FIRST_NAMES) == len(set(FIRST_NAMES)) > 100 and "Wren" not in FIRST_NAMES


def test_a_recast_scene_has_no_old_name_left(builtin):
    rng, with_wren = np.random.default_rng(3), 0
    scenes = [story for story in builtin if story.form == "scene"]
    for story in scenes * 3:
        again = recast(story, "Wren", rng)
        for person in story.people:
            assert not names_in(again.text, person), (story.title, person)
        assert len(again.turns) == len(story.turns) and len(set(again.people)) == len(again.people)
        pairs = {(a.name, b.name) for a, b in zip(story.turns, again.turns, strict=True)}
        assert len({old for old, _ in pairs}) == len({new for _, new in pairs}) == len(pairs)  # one for one
        assert all((old is None) == (new is None) for old, new in pairs)
        with_wren += "Wren" in {turn.name for turn in again.turns}
    assert 0.5 < with_wren / (3 * len(scenes)) < 0.8


def test_recasting_follows_the_names_into_the_words():
    lines = ("Ann: Anna, is that you?", "Anna: Yes, Ann. I am Anna. Ann's hat is here.", "(silence)",
             "Wren: Annabel is not here, Ann.")
    text = "\n".join(lines)
    story = Story(title="t", text=text, source="s", form="scene", people=("Ann", "Anna", "Wren"))
    for seed in range(30):
        again = recast(story, "Wren", np.random.default_rng(seed))
        ann, anna, _, third = (turn.name for turn in again.turns)
        assert [turn.text for turn in again.turns] == [
            f"{anna}, is that you?", f"Yes, {ann}. I am {anna}. {ann}'s hat is here.", "",
            f"Annabel is not here, {ann}."]
        assert len({ann, anna, third}) == 3 and not {"Ann", "Anna"} & {ann, anna, third}
    assert recast(story, "Wren", np.random.default_rng(1)) == recast(story, "Wren", np.random.default_rng(1))
    assert story.turns[3] == Turn(name="Wren", text="Annabel is not here, Ann.")
