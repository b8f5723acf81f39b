"""Stories without end: the same for a seed in every process, of all kinds, none empty, all readable."""

import re
import subprocess
import sys
from itertools import islice

import pytest

from foundling.records import Story, parse_scene
from foundling.world import Shares, narrate
from foundling.world.chance import Dice
from foundling.world.narrator.narrate import narrate_village, physics_piece
from foundling.world.physics.scene import HELD_OUT
from foundling.world.questions.exam import new_names

_PRINT = (
    "from itertools import islice; from foundling.records import content_hash; from foundling.world import narrate; "
    "print(content_hash(repr(list(islice(narrate(5), 15)))))"
)


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return list(islice(narrate(5), 140))


def test_the_same_seed_tells_the_same_in_other_processes() -> None:
    """Each with hashes of strings of its own."""
    said = {
        subprocess.run(
            [sys.executable, "-c", _PRINT], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_another_seed_tells_other_stories(stories: list[Story]) -> None:
    assert not {story.text for story in stories} & {story.text for story in islice(narrate(6), 30)}


def test_there_are_scenes_physics_questions_and_many_voices(stories: list[Story]) -> None:
    scenes = [story for story in stories if story.form == "scene"]
    physics = [story for story in stories if story.source.endswith("physics")]
    voices = {story.source.rsplit(" ", 1)[1] for story in stories if story not in scenes and story not in physics}
    assert 3 < len(scenes) < 50 and 3 < len(physics) < 50 and len(voices) > 6
    assert sum("?" in story.text.rsplit("\n\n", 1)[-1] for story in stories) > 20


def test_scenes_have_four_turns_of_two_people_at_least(stories: list[Story]) -> None:
    for story in (story for story in stories if story.form == "scene"):
        turns = parse_scene(story.text, story.title)
        assert len(turns) > 3 and len({turn.name for turn in turns} - {None}) > 1


def test_no_story_is_empty_or_untitled_or_holds_a_template(stories: list[Story]) -> None:
    for story in stories:
        assert story.title and story.source and len(story.text) > 40 and story.text == story.text.strip()
        assert not re.search(r"[{}<>|\[\]]|  |\n\n\n", story.text), story.text


def test_no_story_names_anybody_kept_for_exams(stories: list[Story]) -> None:
    kept = re.compile(rf"\b(?:{'|'.join(new_names())})\b")
    assert not [match[0] for story in stories if (match := kept.search(story.text))]
    assert not {name for story in stories for name in story.people} & set(new_names())


def test_no_story_tells_of_physics_kept_for_exams() -> None:
    kept = {kind.replace("_", " ") for kind in HELD_OUT}
    assert kept and not kept & {physics_piece(Dice(seed, "t"), "").title for seed in range(30)}


def test_shares_are_what_they_say() -> None:
    only = list(narrate_village(3, 0, Shares(scenes=0.0, physics=0.0, asked=0.0, again=0.0)))
    assert only and not [s for s in only if s.form == "scene" or s.source.endswith(("physics", "plain"))]
    assert len({story.source.rsplit(" ", 1)[0] for story in only}) == len(only)
