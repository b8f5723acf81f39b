"""Collect and prepare: what is kept and why the rest is not, what the trainer may see, and exactly what is taught."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tinyhome import NAMING, collected, finish, new_home

from foundling.corpus import make_lessons
from foundling.home import Home, verify_folder
from foundling.life.collecting import Wanted, collect, collected_stories, corpus_shards
from foundling.life.preparing import _readings, prepare
from foundling.life.sifting import sift
from foundling.life.stations import judge_stories, recorded
from foundling.records import BadInput, Progress, Story
from foundling.tokens import Tokenizer, pack_batch, read_shards
from foundling.training.sources import read_pairs


def facts_of(home: Home, kind: str) -> dict[str, Any]:
    with home.ledger() as ledger:
        facts = recorded(ledger, kind)
    assert facts is not None
    return facts


def texts_of(home: Home, prefix: str) -> list[str]:
    """The documents of a shard as text, special ids left out."""
    facts = facts_of(home, "prepare")
    folder = home.tokens / facts["tokens"]
    tokenizer, shards = Tokenizer.load(folder / "tokenizer.json"), read_shards(folder, prefix)
    return [tokenizer.decode(shards.ids[a:b].tolist()) for a, b in pairwise(shards.starts.tolist())]


def test_what_is_not_kept_is_told_with_its_reason(home: Home) -> None:
    facts = facts_of(home, "collect")
    assert (facts["stories"], facts["scenes"]) == (24, 12)
    drops = {Path(drop["title"]).name: drop["reason"] for drop in facts["drops"]}
    assert facts["dropped"] == len(facts["drops"]) == 3
    assert any("same text" in reason for reason in drops.values()) and "picture" in " ".join(drops)
    kept = list(collected_stories(home, facts["corpus"]))
    assert facts["bytes"] == sum(len(story.text.encode("utf-8")) for story in kept)


def test_a_station_that_is_done_does_nothing(home: Home, stories: Path) -> None:
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file() and "life.db" not in path.name}
    with home.locked(), home.ledger() as ledger:
        count = len(list(ledger.events()))
        wanted = Wanted(sources=(str(stories),))
        for events in (collect(home, ledger, wanted), sift(home, ledger, None, 5), prepare(home, ledger, NAMING, 5)):
            assert [event.fresh for event in events] == [False]
        assert len(list(ledger.events())) == count
    after = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file() and "life.db" not in path.name}
    assert before.keys() <= after.keys() and all(after[path] == data for path, data in before.items())


def test_the_same_stories_and_seed_give_the_same_bytes(home: Home, prepare_with: Callable[..., Any]) -> None:
    facts, again = facts_of(home, "prepare"), prepare_with()
    assert (again["tokens"], again["judge"]) == (facts["tokens"], facts["judge"])
    other = prepare_with(seed=6)
    assert other["tokens"] != facts["tokens"] and other["judge"] != facts["judge"]


def test_nothing_held_out_reaches_the_trainer(home: Home) -> None:
    """No sentence of the judge's splits or of the trainer's validation stands in what is trained."""
    facts = facts_of(home, "prepare")
    folder = home.tokens / facts["tokens"]
    assert {path.stem for path in folder.iterdir()} == {
        "train", "validation", "lessons", "preferences", "tokenizer", "tokenizer_config", "manifest"
    }
    trained = "\n".join(texts_of(home, "train") + texts_of(home, "lessons"))
    held = texts_of(home, "validation")
    for name in ("screen", "confirm", "vault"):
        rows = judge_stories(home, facts["judge"], name)
        held += [story.text for story in rows]
    assert len(held) > 4
    lines = [line for text in held for line in text.splitlines() if len(line) > 40]
    assert len(lines) > 50 and [line for line in lines if line in trained] == []
    assert all(verify_folder(path) for path in (folder, home.judge / facts["judge"]))


def test_splits_hold_every_story_once(home: Home) -> None:
    facts = facts_of(home, "prepare")
    assert sum(s["stories"] for s in facts["splits"].values()) >= 36 and set(facts["splits"]) == {
        "train", "validation", "screen", "confirm", "vault"
    }
    bytes_in_all = sum(s["bytes"] for s in facts["splits"].values())
    assert bytes_in_all == pytest.approx(facts_of(home, "collect")["bytes"], rel=0.01)
    assert all(s["stories"] > 0 for s in facts["splits"].values())


def test_counts_that_are_told_are_counts_of_what_is_there(home: Home) -> None:
    facts = facts_of(home, "prepare")
    shards = read_shards(home.tokens / facts["tokens"], "train")
    assert facts["train_tokens"] == shards.tokens == len(shards.ids)
    assert facts["train_targets"] == shards.tokens - facts["documents"]  # all but the first id of each document
    assert facts["train_bytes"] == shards.text_bytes and facts["documents"] == len(shards.starts) - 1
    tokenizer = Tokenizer.load(home.tokens / facts["tokens"] / "tokenizer.json")
    assert int(shards.ids.max()) < tokenizer.vocabulary == facts["vocabulary"]


def test_exactly_the_taught_turns_are_trained(home: Home) -> None:
    """The golden batch: of every lesson, the name, the words and the end of each taught turn, and nothing else."""
    facts = facts_of(home, "prepare")
    folder = home.tokens / facts["tokens"]
    tokenizer, shards = Tokenizer.load(folder / "tokenizer.json"), read_shards(folder, "lessons")
    train = judge_stories(home, facts["judge"], "sample")
    lessons = make_lessons("Wren", train, count=NAMING.lessons, counter=NAMING.counter, seed=5)
    assert len(lessons) == len(shards.starts) - 1 == facts["lessons"] == NAMING.lessons
    for lesson, a, b in zip(lessons, shards.starts, shards.starts[1:], strict=False):
        ids, taught = shards.ids[a:b].tolist(), shards.taught[a:b].tolist()
        assert lesson.taught
        turns, masks, place = [], [], 0
        for index, turn in enumerate(lesson.turns):
            place = ids.index(tokenizer.turn, place)
            end = next((i for i in range(place + 1, len(ids)) if ids[i] in (tokenizer.turn, tokenizer.end)), len(ids))
            turns.append(tokenizer.decode(ids[place:end]))
            masks.append(set(taught[place + 1:end]))
            assert masks[-1] == {int(index in lesson.taught)}, turn
            place = end
        assert turns == [("" if t.name is None else t.name) + t.text for t in lesson.turns]
        assert taught[0] == 0 and ids[-1] == tokenizer.end and taught[-1] == int(len(lesson.turns) - 1 in lesson.taught)
        assert not any(t for i, t in zip(ids, taught, strict=True) if i == tokenizer.turn)


@pytest.mark.parametrize(("rows", "length"), [(16, 256), (8, 256), (8, 512)])
def test_every_batch_of_lessons_trains_many_tokens(home: Home, rows: int, length: int) -> None:
    shards = read_shards(home.tokens / facts_of(home, "prepare")["tokens"], "lessons")
    trained = [int(pack_batch(shards, seed=5, step=s, rows=rows, length=length).weight_BT.sum()) for s in range(60)]
    assert min(trained) > rows * length * 0.02


def test_preferences_fit_the_smallest_context(home: Home) -> None:
    folder = home.tokens / facts_of(home, "prepare")["tokens"]
    pairs = read_pairs(folder, 256)
    tokenizer = Tokenizer.load(folder / "tokenizer.json")
    assert len(pairs) == NAMING.preferences
    for prefix, chosen, rejected in pairs:
        assert prefix[0] == tokenizer.begin and prefix[-1] == tokenizer.turn
        assert chosen != rejected and chosen[-1] == rejected[-1] == tokenizer.end
        assert chosen.count(tokenizer.says) == 1


def test_the_name_is_in_training_text_and_not_in_what_is_held_out(home: Home) -> None:
    """It is taught among many; a held-out story that names the being would be a leak of our own making."""
    assert "Wren" in "".join(texts_of(home, "train"))
    facts = facts_of(home, "prepare")
    for name in ("screen", "confirm", "vault"):
        assert not any("Wren" in story.text for story in judge_stories(home, facts["judge"], name))


@pytest.mark.parametrize("setting", ["lessons", "preferences", "counter"])
def test_settings_of_the_lessons_change_what_is_prepared(
    home: Home, prepare_with: Callable[..., Any], setting: str
) -> None:
    value = {"lessons": 90, "preferences": 40, "counter": 0.9}[setting]
    assert prepare_with(replace(NAMING, **{setting: value}))["tokens"] != facts_of(home, "prepare")["tokens"]


@pytest.mark.parametrize("text", ["", "\n", "One line.", "One.\nTwo.\nThree."])
def test_too_little_text_is_refused_and_nothing_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "story.txt").write_text(text)
    home = new_home(tmp_path / "wren", tmp_path / "story.txt")
    with home.locked(), home.ledger() as ledger:
        with pytest.raises(BadInput) as refusal:
            collected(home, ledger, tmp_path / "story.txt")
        assert "\n" not in str(refusal.value) and recorded(ledger, "collect") is None
    assert list((home.path / "corpus" / "orig").iterdir()) == []


def test_stations_out_of_order_are_refused(tmp_path: Path) -> None:
    home = new_home(tmp_path / "wren", tmp_path)
    with home.locked(), home.ledger() as ledger, pytest.raises(BadInput, match="foundling collect"):
        finish(prepare(home, ledger, NAMING, 5))


def test_events_come_before_the_work_is_done(tmp_path: Path, stories: Path) -> None:
    """A person sees what happens while it happens."""
    home = new_home(tmp_path / "wren", stories)
    with home.locked(), home.ledger() as ledger:
        collected(home, ledger, stories)
        finish(sift(home, ledger, None, 5))
        first = next(prepare(home, ledger, NAMING, 5))
        assert isinstance(first, Progress) and recorded(ledger, "prepare") is None


def test_a_damaged_corpus_is_refused(home: Home) -> None:
    facts = facts_of(home, "collect")
    path = home.path / "corpus" / "orig" / corpus_shards(home, facts["corpus"])[0] / "documents.jsonl"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"documents\.jsonl has changed"):
        list(collected_stories(home, facts["corpus"]))


def test_shards_say_what_the_stories_say(home: Home) -> None:
    """Ids and back: the prose of the training split stands in the shards, letter for letter."""
    facts = facts_of(home, "prepare")
    train = [s for s in judge_stories(home, facts["judge"], "sample") if s.form == "prose"]
    texts = set(texts_of(home, "train"))
    assert len(train) > 10 and all(story.text in texts for story in train)
    head = json.loads((home.tokens / facts["tokens"] / "train.json").read_bytes())
    assert np.diff(head["starts"]).min() > 2


def test_people_are_read_more_often_where_a_program_narrated_most() -> None:
    def story(title: str, size: int, simulated: bool) -> Story:
        return Story(title=title, text="a" * size, source="s", simulated=simulated)

    mostly_told = [story("Ada's", 10, False), story("village", 30, True), story("Ben's", 10, False)]
    assert _readings(mostly_told) == 8
    assert _readings([story("Ada's", 60, False), story("village", 30, True)]) == 4
    assert _readings([story("Ada's", 240, False), story("village", 30, True)]) == 1
    assert _readings(mostly_told[:1]) == _readings(mostly_told[1:2]) == 1, "of one kind alone nothing is read again"
