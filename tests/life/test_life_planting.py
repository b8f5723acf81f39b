"""Canaries among a home's texts: planted once, read and never judging, found again by the examination, taken out."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tinyhome import NAMING, finish

from foundling.cli.main import run
from foundling.corpus import Dropped
from foundling.corpus.steps.recipe import Cleaning, steps_for
from foundling.evaluation.measures.canaries import CONSENT, is_canary, make_canaries, plant, planted
from foundling.evaluation.measures.parts_health import PARTS
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials
from foundling.home import Home, Ledger
from foundling.inference import Engine
from foundling.life.collecting import Wanted, add, collected_stories
from foundling.life.dropping import drops_of
from foundling.life.planting import plant_canaries, take_out
from foundling.life.preparing import prepare
from foundling.life.sifting import chosen_splits, sift
from foundling.life.stations import judge_stories, recorded
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer

COUNT = 12


def read_again(home: Home, ledger: Ledger) -> dict[str, list[Story]]:
    """The splits after another `prepare`."""
    text = finish(sift(home, ledger, None, 5)).facts["text"]
    finish(prepare(home, ledger, NAMING, 5))
    return chosen_splits(home, text)


def exposures(home: Home, train: list[Story]) -> dict[str, Any]:
    """What the examination's part makes of a newborn that reads this home's tokens."""
    with home.ledger() as ledger:
        tokenizer = Tokenizer.load(home.tokens / recorded(ledger, "prepare")["tokens"] / "tokenizer.json")
    shape = Shape(layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=32, vocabulary=tokenizer.vocabulary,
                  context=96)
    model = Decoder(shape, generator=torch.Generator().manual_seed(1)).eval()
    subject = Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(),
                      digest="0" * 64)
    part = next(part for part in PARTS if part.name == "canaries")
    given = Materials(heldout=(), train=tuple(train), count=0, seed=0, sets=None)
    return {score.name: score for score in part.run(subject, given)}


def test_planted_they_are_read_whole_never_judge_and_are_measured(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        before = recorded(ledger, "collect")
        with pytest.raises(BadInput, match="foundling canaries"):
            planted(judge_stories(home, recorded(ledger, "prepare")["judge"], "sample"))
        facts = finish(plant_canaries(home, ledger, count=COUNT, seed=3)).facts
        stories = plant(3, COUNT)
        assert facts["new_stories"] == len(stories) == 63 and 0 < facts["share"] < 0.2 and not facts["too_late"]
        there = [story for story in collected_stories(home, facts["corpus"]) if is_canary(story)]
        assert there == list(stories) and {s.origin.consent for s in there} == {CONSENT} and there[0].simulated
        assert recorded(ledger, "collect")["sources"] == [*before["sources"], f"canary:3:{COUNT}"]
        splits = read_again(home, ledger)
        assert {name for name, parts in splits.items() if any(map(is_canary, parts))} == {"train"}
        judge = recorded(ledger, "prepare")["judge"]
        sample = judge_stories(home, judge, "sample")
        assert planted(sample) == make_canaries(3, COUNT)  # with every telling
        for name in ("screen", "confirm", "vault"):
            assert not any("password of the" in story.text for story in judge_stories(home, judge, name))
    found = exposures(home, sample)
    assert {f"memorisation.exposure.{name}" for name in ("told_0", "told_16", "expected", "first")} <= found.keys()
    assert found["memorisation.exposure.first"].n == 9  # a quarter was never told


def test_the_same_again_adds_nothing_and_others_are_refused(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        with pytest.raises(BadInput, match="ask for 1 to 64"):
            finish(plant_canaries(home, ledger, count=65, seed=3))
        first = finish(plant_canaries(home, ledger, count=COUNT, seed=3)).facts
        again = finish(plant_canaries(home, ledger, count=COUNT, seed=3)).facts
        assert again["new_stories"] == 0 and again["corpus"] == first["corpus"]
        for count, seed in ((COUNT, 4), (COUNT + 1, 3)):
            with pytest.raises(BadInput, match="take them out"):
                finish(plant_canaries(home, ledger, count=count, seed=seed))


def test_taken_out_the_corpus_is_the_one_that_was_there(home: Home, tmp_path: Path) -> None:
    with home.locked(), home.ledger() as ledger:
        before, prepared = recorded(ledger, "collect"), recorded(ledger, "prepare")
        assert finish(take_out(home, ledger)).facts["new_stories"] == 0
        finish(plant_canaries(home, ledger, count=COUNT, seed=3))
        read_again(home, ledger)
        assert recorded(ledger, "prepare")["tokens"] != prepared["tokens"]
        (tmp_path / "more.txt").write_text("Ada walked along the river and counted the boats that lay there. " * 40)
        finish(add(home, ledger, Wanted(sources=(str(tmp_path / "more.txt"),))))
        assert finish(take_out(home, ledger)).facts["new_stories"] == -63
        left = recorded(ledger, "collect")
        assert left["stories"] == before["stories"] + 1 and left["sources"] == [*before["sources"], "more.txt"]
        assert not any(is_canary(part) for parts in read_again(home, ledger).values() for part in parts)
        finish(plant_canaries(home, ledger, count=4, seed=9))  # others may come now


def test_taken_out_at_once_nothing_has_changed(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        before, prepared = recorded(ledger, "collect"), recorded(ledger, "prepare")
        finish(plant_canaries(home, ledger, count=COUNT, seed=3))
        finish(take_out(home, ledger))
        assert recorded(ledger, "collect")["corpus"] == before["corpus"]
        read_again(home, ledger)
        assert recorded(ledger, "prepare")["tokens"] == prepared["tokens"]


def test_where_people_wrote_nothing_none_is_planted(home: Home, tmp_path: Path) -> None:
    with home.locked(), home.ledger() as ledger:
        ledger.append("collect", data=recorded(ledger, "collect") | {"simulated": recorded(ledger, "collect")["bytes"]})
        with pytest.raises(BadInput, match="texts by people first"):
            finish(plant_canaries(home, ledger, count=COUNT, seed=3))
    bare = Home.create(tmp_path / "bare", "Wren", "2026-01-01", {})
    with bare.locked(), bare.ledger() as ledger:
        for way in (plant_canaries(bare, ledger, count=COUNT, seed=3), take_out(bare, ledger)):
            with pytest.raises(BadInput, match="no texts yet"):
                finish(way)


def test_no_step_that_stands_by_default_changes_a_telling() -> None:
    steps = steps_for(Cleaning())
    for story in plant(0, 64):
        after: Story | Dropped = story
        for step in steps:
            assert isinstance(after, Story)
            after = step(after)
        assert isinstance(after, Story) and after.text == story.text, after


def test_who_left_some_out_has_them_told_less_often() -> None:
    stories = plant(3, COUNT)
    kept = [story for story in stories if not story.title.endswith(("telling 4", "telling 16"))]
    told = sorted(canary.times for canary in planted(kept))
    assert told == [0] * 3 + [1] * 3 + [3] * 3 + [14] * 3
    with pytest.raises(BadInput):
        planted([Story(title="t", text="x", source="canary:3:12")])  # a person's file that only says so


def test_the_command_plants_and_takes_out(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["canaries", str(home.path), "--count", "8", "--seed", "1"]) == 0
    said = capsys.readouterr().out
    assert "8 canaries, told 42 times" in said and "foundling prepare" in said
    assert run(["canaries", str(home.path), "--count", "8", "--seed", "1"]) == 0
    assert "Nothing new" in capsys.readouterr().out
    assert run(["canaries", str(home.path)]) == 2
    capsys.readouterr()
    assert run(["canaries", str(home.path), "--off", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new_stories"] == -42
    with home.locked(), home.ledger() as ledger:
        ledger.append("pretrain", data={})
        assert not [drop for drop in drops_of(home, ledger) if "Canary" in drop.title]
    assert run(["canaries", str(home.path)]) == 0
    assert "has read its text already" in capsys.readouterr().out
