"""The race: its corpus is full of near-copies, both contenders do the work, and the figures are measured."""

import random
from pathlib import Path

import pytest

from foundling.corpus.duplicates import resemblance
from foundling.corpus.runner.race import build, race
from foundling.corpus.shards import read_stories
from foundling.corpus.steps import Cleaning, steps_for
from foundling.records import BadInput

DATA = Path(__file__).parents[3] / "shared" / "data" / "stories"


def books(folder: Path, count: int = 3) -> list[Path]:
    folder.mkdir()
    for n in range(count):
        rng = random.Random(n)
        words = [f"{rng.choice(['the', 'and', 'of', 'lamp', 'sea', 'goat'])}{rng.choice(['', 'er', 'ing', 's', 'y'])}"
                 for _ in range(9_000)]
        text = "\n\n".join(" ".join(words[at:at + 60]) + "." for at in range(0, len(words), 60))
        (folder / f"{n}.txt").write_text(text)
    return sorted(folder.glob("*.txt"))


def test_the_corpus_of_the_race_repeats_itself_with_edits_around_the_threshold(tmp_path):
    shards = build(tmp_path / "corpus", books(tmp_path / "books"), 1)
    stories = [story for shard in shards for story in read_stories(shard)]
    assert 1_000_000 <= sum(story.bytes for story in stories) < 1_030_000
    assert len({story.id for story in stories}) == len(stories)
    first = stories[0].title.rsplit(",", 1)[0]
    same = [story for story in stories if story.title.rsplit(",", 1)[0] == first]
    likeness = [resemblance(same[0].text, other.text) for other in same[1:]]
    assert len(likeness) > 5 and max(likeness) > 0.8 > min(likeness) > 0.3
    again = build(tmp_path / "again", sorted((tmp_path / "books").iterdir()), 1)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in shards]


def test_without_texts_there_is_no_race(tmp_path):
    with pytest.raises(BadInput, match="There are no texts to race on"):
        next(race(tmp_path / "race", [], (), 1))


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the shared stories are not here")
def test_both_run_and_are_measured(tmp_path):
    texts = sorted((DATA / "train").glob("*.txt"))[:6]
    ours, theirs = race(tmp_path / "race", texts, steps_for(Cleaning(quality="all")), 3)
    assert (ours["who"], theirs["who"]) == ("foundling", "datatrove")
    for row in (ours, theirs):
        assert row["documents"] > 200 and row["documents"] * 0.4 < row["kept"] < row["documents"]
        assert row["seconds"] > 0 and row["processor_seconds"] > 0 and 30 < row["peak_mb"] < 2_000
    assert abs(ours["kept"] - theirs["kept"]) < 0.25 * ours["kept"]
