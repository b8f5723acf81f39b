"""datatrove's executor and Ray, on two workers, give what our own runner gives: every byte."""

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from foundling.corpus import Dropped
from foundling.corpus.runner.arranging import arrange
from foundling.corpus.runner.engines import document_of, mill_on_datatrove, mill_on_ray, story_of
from foundling.corpus.runner.milling import FILES
from foundling.corpus.runner.pool import mill
from foundling.corpus.runner.shelf import Shelf
from foundling.corpus.shards import lines_of
from foundling.records import BadInput, Origin, Story


@dataclass(frozen=True, kw_only=True)
class Fewer:
    """Leaves out every third story and mends the rest."""

    name: str = "fewer"

    def __call__(self, story: Story) -> Story | Dropped:
        if int(story.title.split()[-1]) % 3:
            return replace(story, text=story.text.replace("sea", "ocean"))
        return Dropped(title=story.title, reason="is a third", step=self.name, source=story.source, story=story)


def story(number: int) -> Story:
    rng = random.Random(number)
    paragraph = [" ".join(rng.choice(["sea", "Ärger", "lamp"]) + str(rng.randrange(999)) for _ in range(60))
                 for _ in range(1 + number % 9)]
    if number % 11 == 5:
        return Story(title=f"Scene {number}", text="Ada: the sea!\nBen: no.", source="s", form="scene",
                     people=("Ada", "Ben"), simulated=True)
    return Story(title=f"Story {number}", text="\n\n".join(paragraph), source="s.txt", feelings=("joy",), about="x",
                 origin=Origin(kind="text", licence="CC BY 4.0", date="2020-01-01"))


@pytest.fixture
def shards(tmp_path) -> list[Path]:
    for shard in range(4):
        told = [story(n) for n in range(shard * 12, shard * 12 + 12 * shard)]
        (tmp_path / f"{shard}.jsonl").write_bytes(lines_of(told))
    return sorted(tmp_path.glob("*.jsonl"))


SPARED = {story(15).id: frozenset({"fewer"})}


def test_a_story_survives_the_way_through_a_document():
    for n in range(12):
        document = document_of(story(n), n)
        assert story_of(document) == (n, story(n)) and document.id == story(n).id
        assert json.loads(json.dumps(document.metadata)) == document.metadata
    document.metadata.pop("title")
    with pytest.raises(BadInput):
        story_of(document)


def test_datatrove_gives_what_our_runner_gives(tmp_path, shards):
    ours = list(mill(shards, [Fewer()], workers=1, part_bytes=1_000, spared=SPARED))
    folders = mill_on_datatrove(shards, [Fewer()], tmp_path / "out", workers=2, part_bytes=1_000, spared=SPARED)
    assert len(folders) == 4 and sum(milled.facts["dropped"].get("fewer", 0) for milled in ours) == 23
    for milled, folder in zip(ours, folders, strict=True):
        assert {name: (folder / name).read_bytes() for name in FILES} == dict(milled.files)
        assert json.loads((folder / "facts.json").read_bytes()) == milled.facts
    splits = arrange(Shelf(folders), 0).splits
    assert all(map(len, splits.values()))
    shards[1].unlink()  # a second run finds everything done and reads nothing
    assert mill_on_datatrove(shards, [Fewer()], tmp_path / "out", workers=2) == folders


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_gives_what_our_runner_gives(shards):
    pytest.importorskip("ray", reason="Ray has no wheel for this Python")
    ours = list(mill(shards, [Fewer()], workers=1, part_bytes=1_000, spared=SPARED))
    theirs = list(mill_on_ray(shards, [Fewer()], workers=2, part_bytes=1_000, spared=SPARED))
    assert [(m.name, dict(m.files), m.facts) for m in ours] == [(m.name, dict(m.files), m.facts) for m in theirs]
    shards[2].write_bytes(b"{")
    with pytest.raises(BadInput, match=r"^Line 1 of .*2.jsonl is no JSON.*copy\.$"):
        list(mill_on_ray(shards, [Fewer()], workers=2))
