"""What a program narrated is read in training and never judges; a corpus of nothing else is split all the same."""

from dataclasses import replace

import pytest
from test_corpus_splits import prose, scene

from foundling.corpus import SPLITS, cut, split
from foundling.records import BadInput, Story, read_story


def simulated(seed: int, sentences: int = 30) -> Story:
    return replace(prose(seed, sentences), simulated=True)


@pytest.fixture(scope="module")
def mixed() -> list[Story]:
    return [*(prose(n) for n in range(60)), *(simulated(n) for n in range(100, 400))]


def test_simulated_stories_are_only_trained_on(mixed: list[Story]) -> None:
    for seed in range(4):
        found = split(mixed, seed)
        assert not [s for name in SPLITS[1:] for s in found[name] if s.simulated]
        assert sum(s.simulated for s in found["train"]) == 300


def test_shares_are_of_what_people_wrote(mixed: list[Story]) -> None:
    """300 simulated stories do not make the judge take five times as much of the 60."""
    held = sum(len(split(mixed, 1)[name]) for name in SPLITS[1:])
    assert held == sum(len(split(mixed[:60], 1)[name]) for name in SPLITS[1:]) < 20


def test_a_simulated_near_copy_keeps_its_model_from_judging() -> None:
    own = [prose(n) for n in range(40)]
    copies = [replace(story.with_text(f"{story.text} So it was."), simulated=True) for story in own[:20]]
    found = split([*own, *copies], 3)
    assert not {s.title for name in SPLITS[1:] for s in found[name]} & {story.title for story in own[:20]}


def test_a_corpus_of_nothing_but_simulated_stories_is_split_and_judged() -> None:
    found = split([simulated(n) for n in range(60)], 2)
    assert all(found[name] for name in SPLITS) and sum(map(len, found.values())) == 60


def test_simulated_scenes_beside_one_human_story_do_not_judge() -> None:
    parts = [prose(0, 90), *(replace(scene(n), simulated=True) for n in range(1, 40))]
    with pytest.raises(BadInput, match="too much alike"):
        split(parts, 0)


def test_cutting_keeps_the_mark() -> None:
    parts = cut([simulated(1, 900), *(prose(n) for n in range(2, 12))])
    assert sum(part.simulated for part in parts) > 1
    assert all(part.simulated == part.title.startswith("Story 1,") for part in parts)


@pytest.mark.parametrize(("line", "is_so"), [
    ("simulated: yes", True), ("Simulated: TRUE", True),
    ("simulated: no", False), ("simulated:", False), ("about: a", False),
])
def test_front_matter_says_what_was_simulated(line: str, is_so: bool) -> None:
    story = read_story(f"---\n{line}\n---\n\nAda slept.", title="t", source="s")
    assert story.simulated == is_so and story.text == "Ada slept."


def test_the_mark_is_no_part_of_what_a_story_is() -> None:
    assert simulated(1).id == prose(1).id
