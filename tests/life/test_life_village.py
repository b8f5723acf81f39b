"""The village's stories on disk: all of them or nothing, the same bytes for a seed, read back as what they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foundling.corpus import Dropped, clean, gather
from foundling.life import narrating
from foundling.life.narrating import as_file, narrate_to
from foundling.life.stations import Done
from foundling.life.village import TOKEN_BYTES, village_stories
from foundling.records import BadInput, Progress, Story, read_story
from foundling.world import PLAIN, Shares

TOKENS = 16_000


def told(folder: Path, tokens: int = TOKENS, seed: int = 4) -> list[Progress | Done]:
    return list(narrate_to(folder, tokens, seed))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def narrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress | Done]]:
    folder = tmp_path_factory.mktemp("narrated") / "village"
    return folder, told(folder)


def test_there_is_about_as_much_as_was_asked_for_and_the_facts_say_so(narrated: tuple[Path, list[Any]]) -> None:
    folder, events = narrated
    facts = events[-1].facts
    assert isinstance(events[-1], Done) and facts["stories"] == len(bytes_of(folder))
    assert TOKENS <= facts["reference_tokens"] < TOKENS + 4_000 / TOKEN_BYTES
    assert facts["bytes"] == sum(found.bytes for found in gather([folder]) if not isinstance(found, Dropped))
    assert facts["words"] > 8_000 and facts["seed"] == 4


def test_progress_is_reported_on_the_way(narrated: tuple[Path, list[Any]]) -> None:
    reports = narrated[1][:-1]
    assert reports and all(isinstance(r, Progress) and r.station == "narrate" and r.done <= r.total for r in reports)
    assert [r.done for r in reports] == sorted(r.done for r in reports)


def test_every_file_is_read_back_as_the_story_it_was(narrated: tuple[Path, list[Any]]) -> None:
    found = [f for f in gather([narrated[0]]) if not isinstance(f, Dropped)]
    made = list(village_stories(4, int(TOKENS * TOKEN_BYTES)))
    assert len(found) == len(bytes_of(narrated[0])) == len(made)
    for back, story in zip(found, made, strict=True):
        assert (back.text, back.title, back.form, back.people) == (story.text, story.title, story.form, story.people)
        assert back.feelings == story.feelings and back.simulated and story.simulated
    assert {story.form for story in found} == {"prose", "scene"}
    assert all(story.turns for story in found if story.form == "scene")


def test_nearly_all_of_it_is_clean_enough_to_be_collected(narrated: tuple[Path, list[Any]]) -> None:
    cleaned = [clean(found) for found in gather([narrated[0]]) if not isinstance(found, Dropped)]
    dropped = [story for story in cleaned if isinstance(story, Dropped)]
    assert len(dropped) < 0.02 * len(cleaned), dropped[:5]
    assert all(story.simulated for story in cleaned if isinstance(story, Story))


def test_the_same_seed_writes_the_same_bytes_and_another_others(
    narrated: tuple[Path, list[Any]], tmp_path: Path
) -> None:
    told(tmp_path / "again")
    assert bytes_of(tmp_path / "again") == bytes_of(narrated[0])
    told(tmp_path / "other", 2_000, seed=5)
    first = next(iter(bytes_of(tmp_path / "other").values()))
    assert first not in bytes_of(narrated[0]).values()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_there_already_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "there"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
    with pytest.raises(BadInput, match="there already"):
        told(target, 100)
    assert [p.name for p in tmp_path.iterdir()] == ["there"]
    assert target.is_dir() or target.read_text() == "mine"


def test_a_telling_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Iterator[Story]:
        yield Story(title="One", text="Ada slept.", source="s")
        raise BadInput("The village is gone.")

    monkeypatch.setattr(narrating, "village_stories", broken)
    with pytest.raises(BadInput, match="gone"):
        told(tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_whoever_stops_listening_halfway_leaves_nothing(tmp_path: Path) -> None:
    events: Any = narrate_to(tmp_path / "new", TOKENS, 4)
    assert isinstance(next(events), Progress) and list(tmp_path.iterdir())
    events.close()
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_bad_input_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *given: Any, **named: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(BadInput):
        told(tmp_path / "new", 100)
    assert not list(tmp_path.iterdir())


def test_front_matter_keeps_what_a_story_has_and_nothing_empty() -> None:
    story = Story(
        title="blue jug", text="Ada: Hello.\nBen: Good day.", source="village 1/0/3", form="scene",
        people=("Ada", "Ben"), simulated=True,
    )
    assert "feelings" not in as_file(story) and "form: scene" in as_file(story)
    assert read_story(as_file(story), title="other", source=story.source) == story


def test_stories_stop_when_the_room_is_filled() -> None:
    stories = list(village_stories(2, 3_000))
    filled = sum(story.bytes for story in stories)
    assert filled - stories[-1].bytes < 3_000 <= filled
    assert not list(village_stories(2, 0))


def test_plain_stories_mostly_end_with_questions() -> None:
    def asked(shares: Shares | None) -> float:
        told = list(village_stories(5, 120_000, shares=shares))
        return sum("? " in story.text.split("\n\n")[-1] for story in told) / len(told)

    assert asked(PLAIN) > 0.65 > asked(None)
