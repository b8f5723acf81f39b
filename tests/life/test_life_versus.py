"""A against B from end to end: what comes out, that it is written down, and that it can be derived again."""

import argparse
import json
import random
import shutil
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tinyjudge import copied, generation, story

from foundling.cli import versus as command
from foundling.cli.options import parser
from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.versus.canaries import planted
from foundling.evaluation.versus.past import read_past
from foundling.home import Home
from foundling.life.pages.versus import versus_page
from foundling.life.stations import Done
from foundling.life.versus import trainings
from foundling.life.versus.holding import Wish, hold
from foundling.life.versus.keep import add_texts, open_keep, serving, slices, verdict_rows
from foundling.life.versus.proxy import Bench, Method, Trained
from foundling.life.versus.saying import sentences
from foundling.life.versus.texts import difference_of
from foundling.life.versus.verifying import verify_verdict
from foundling.model.folder import read_shape
from foundling.records import BadInput, content_hash
from foundling.tokens import Tokenizer


def last(events: Any) -> dict[str, Any]:
    *_, done = events
    assert isinstance(done, Done)
    return done.facts


@pytest.fixture
def home(first_home: Home, tmp_path: Path) -> Home:
    return copied(first_home, tmp_path / "wren")


def recipes(tmp_path: Path, **fields: float) -> tuple[str, str]:
    (tmp_path / "a.toml").write_text("rate = 0.003\n")
    (tmp_path / "b.json").write_text(json.dumps(fields))
    return str(tmp_path / "a.toml"), str(tmp_path / "b.json")


def nature(gain: float, sigma: float = 0.004) -> Any:
    """A made-up trainer: nats from the recipe's rate and the seed; a rate of 0.006 gains so many bits per byte."""
    def once(bench: Bench, method: Method, seed: int, place: Path) -> Generator[Any, None, Trained]:
        yield from ()
        luck = random.Random(f"{method.recipe.rate} {seed}").gauss(0, sigma)
        better = {0.006: gain, 0.03: -1.0, 0.0003: -0.05}.get(round(method.recipe.rate, 6), 0.0)
        nats = {
            content_hash(plain_text(one)): 0.6931 * one.bytes * (2.0 - better + luck + 0.01 * (number % 3))
            for number, one in enumerate(bench.heldout)
        }
        return Trained(seed=seed, weights=content_hash(str(seed)), nats=nats, seconds=1.0)
    return once


def judged(home: Home, tmp_path: Path, patch: pytest.MonkeyPatch, gain: float, **wish: Any) -> dict[str, Any]:
    patch.setattr(trainings, "train_once", nature(gain))
    a, b = recipes(tmp_path, rate=0.006)
    return last(hold(Wish(a=a, b=b, home=home.path, out=tmp_path, steps=10, **wish)))


def test_a_gain_goes_from_screen_to_confirmed_and_every_row_comes_out_again(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = judged(home, tmp_path, monkeypatch, gain=0.05)
    assert [row["statistics"]["step"] for row in facts["rows"]] == ["screen", "look", "test", "claim"]
    assert (facts["verdict"], facts["grade"]) == ("better", "confirmed")
    assert [row["grade"] for row in facts["rows"]] == ["none", "none", "provisional", "confirmed"]
    claim = facts["rows"][-1]
    assert claim["t"] == 1 and claim["alpha"] < 0.05 and claim["statistics"]["slice"].startswith("confirm")
    assert all(row["statistics"]["slice"].startswith("screen") for row in facts["rows"][:-1])
    with home.ledger() as ledger:
        count = len(verdict_rows(ledger))
    for number in range(1, count + 1):
        found = last(verify_verdict(home, number))
        assert found["same"], (number, found["difference"])
    assert any("Confirmed" in words for words in sentences(facts))
    assert "B is better, confirmed" in versus_page(json.loads(json.dumps(facts)))


def test_fresh_seeds_are_never_used_twice(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = judged(home, tmp_path, monkeypatch, gain=0.05)
    steps = {row["statistics"]["step"]: set(row["seeds"]) for row in facts["rows"]}
    assert len(steps["screen"]) == 1 and len(steps["test"]) == 5 and len(steps["claim"]) == 20
    assert steps["look"] < steps["test"]
    assert not steps["screen"] & steps["test"] and not (steps["screen"] | steps["test"]) & steps["claim"]


def test_no_gain_ends_early_and_the_noise_floor_is_kept(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = next(bytes([n]) * 32 for n in range(256) if not any(planted(bytes([n]) * 32, slot) for slot in (0, 1)))
    (home.judge / "secret").write_bytes(secret)  # no canary is due, which would be trained too
    facts = judged(home, tmp_path, monkeypatch, gain=-0.05)
    assert (facts["verdict"], facts["grade"]) == ("not_better", "none") and len(facts["rows"]) == 1
    made: list[int] = []

    def counting(bench: Bench, method: Method, seed: int, place: Path) -> Any:
        made.append(seed)
        return nature(-0.05)(bench, method, seed, place)

    monkeypatch.setattr(trainings, "train_once", counting)
    a, b = recipes(tmp_path, rate=0.0003)  # worse by far more than luck, which every change of our sources draws anew
    again = last(hold(Wish(a=a, b=b, home=home.path, out=tmp_path, steps=10)))
    assert again["rows"][0]["seeds"] != facts["rows"][0]["seeds"]
    assert made and len(made) == sum(
        len(row["seeds"]) for row in again["rows"] if row["statistics"]["step"] != "look")


def test_a_noise_run_that_was_changed_is_refused(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(home, tmp_path, monkeypatch, gain=-0.05)
    path = next(home.judge.glob("noise/*/*.json"))
    path.write_bytes(path.read_bytes().replace(b'"seconds":1.0', b'"seconds":2.0'))
    with pytest.raises(BadInput, match="changed since"):
        judged(home, tmp_path, monkeypatch, gain=-0.05)


def test_canaries_stand_in_the_ledger_and_nowhere_else(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a secret whose first slot holds a no-op, the proposer's facts say nothing of it."""
    secret = next(bytes([n]) * 32 for n in range(256) if planted(bytes([n]) * 32, 0) == "no_op")
    (home.judge / "secret").write_bytes(secret)
    facts = judged(home, tmp_path, monkeypatch, gain=-0.05)
    assert [row["canary"] for row in facts["rows"]] == [None]
    with home.ledger() as ledger:
        rows = verdict_rows(ledger)
    assert rows[0]["canary"] == "no_op" and rows[0]["candidate"] != facts["rows"][0]["candidate"]
    for number in range(1, len(rows) + 1):
        assert last(verify_verdict(home, number))["same"]


def test_a_training_that_comes_to_nothing_loses(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(bench: Bench, method: Method, seed: int, place: Path) -> Generator[Any, None, Trained]:
        if round(method.recipe.rate, 6) == 0.006:
            yield from ()
            return Trained(seed=seed, weights=content_hash(""), fault="it diverged.")
        return (yield from nature(0.0)(bench, method, seed, place))

    monkeypatch.setattr(trainings, "train_once", broken)
    a, b = recipes(tmp_path, rate=0.006)
    facts = last(hold(Wish(a=a, b=b, home=home.path, out=tmp_path, steps=10)))
    assert facts["verdict"] == "not_better" and facts["rows"][0]["statistics"]["faults"] == ["it diverged."]


def test_who_does_not_use_its_seed_loses(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed that was found by many tries elsewhere and written into the program."""
    def lucky(bench: Bench, method: Method, seed: int, place: Path) -> Generator[Any, None, Trained]:
        found = yield from nature(0.05)(bench, method, 1 if round(method.recipe.rate, 6) == 0.006 else seed, place)
        return replace(found, seed=seed)

    monkeypatch.setattr(trainings, "train_once", lucky)
    a, b = recipes(tmp_path, rate=0.006)
    facts = last(hold(Wish(a=a, b=b, home=home.path, out=tmp_path, steps=10)))
    assert facts["verdict"] == "not_better" and "use its seed" in facts["rows"][-1]["statistics"]["vetoes"][0]


def test_two_kinds_are_not_held_against_each_other(home: Home, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    with pytest.raises(BadInput, match="one kind"):
        last(hold(Wish(a=str(tmp_path / "a.txt"), b=f"{home.path}:1", home=home.path, out=tmp_path)))
    with pytest.raises(BadInput, match="--home"):
        last(hold(Wish(a=str(tmp_path / "a.txt"), b=str(tmp_path / "a.txt"), home=None, out=tmp_path)))


def test_checkpoints_without_a_home_leave_evidence_and_no_ledger(home: Home, tmp_path: Path) -> None:
    shape, tokenizer = read_shape(home.generation(1)), Tokenizer.load(home.generation(1) / "tokenizer.json")
    for number, name in enumerate(("one", "two")):
        generation(tmp_path / name, shape, tokenizer, seed=number + 5)
    (tmp_path / "texts").mkdir()
    for number in range(8):
        (tmp_path / "texts" / f"{number}.txt").write_text(story(number, "given").text)
    facts = last(hold(Wish(a=str(tmp_path / "one"), b=str(tmp_path / "two"), home=None, out=tmp_path / "out",
                           texts=tmp_path / "texts")))
    row = json.loads((tmp_path / "out" / "verdict.json").read_bytes())
    assert (tmp_path / "out" / "evidence" / row["evidence"] / "evidence.json").is_file()
    assert row["alpha"] is None and row["statistics"]["n"] == 8
    assert any("No ledger" in words for words in sentences(facts))


def test_a_verdict_on_checkpoints_is_read_again_from_the_weights(home: Home, tmp_path: Path) -> None:
    facts = last(hold(Wish(a=f"{home.path}:1", b=f"{home.path}:2", home=home.path, out=tmp_path)))
    assert facts["rows"][0]["statistics"]["n"] == 12
    found = last(verify_verdict(home, 1, deep=True))
    assert found["same"], found["difference"]


TEXT = "Ada baked bread by the mill. Otto saw her there and he smiled at the warm loaf. Then they both went home."


@pytest.mark.parametrize(("a", "b", "verdict"), [
    (TEXT[:60], TEXT, "better"), (TEXT, TEXT[:60], "not_better"),
    ("He went home. " * 8, TEXT, "better"),
    (TEXT, TEXT.replace("Otto", "Emil"), "undecided"), (TEXT, TEXT, "not_better"),
])
def test_texts_are_told_apart_by_what_can_be_told(
    home: Home, tmp_path: Path, a: str, b: str, verdict: str
) -> None:
    for name, text in (("a.txt", a), ("b.txt", b)):
        (tmp_path / name).write_text(text)
    facts = last(hold(Wish(a=str(tmp_path / "a.txt"), b=str(tmp_path / "b.txt"), home=home.path, out=tmp_path)))
    assert facts["verdict"] == verdict, facts["rows"][0]["statistics"]
    assert last(verify_verdict(home, 1))["same"]


def test_ways_of_differing_are_named_as_the_battery_names_them() -> None:
    assert difference_of("a red hen ran", "a hen red ran") == "neighbours_swapped"
    assert difference_of("a red hen ran far away", "away far ran hen red a") == "words_shuffled"
    assert difference_of("a red hen ran", "a hen ran") == "word_dropped"
    assert difference_of("a red hen ran", "a rde hen ran") == "typos"
    assert difference_of("a red hen ran", "a red hen ran") is None
    assert difference_of("a red hen ran", "a red cat ran") is None
    assert difference_of("one red hen ran far away", "far red hen ran one away") is None
    assert difference_of("a red hen ran", "somebody else entirely came home") is None


def test_new_text_makes_new_slices_and_moves_no_old_one(home: Home, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    for number in range(14):
        (tmp_path / "new" / f"{number}.txt").write_text(story(number, "arrived").text)
    with home.locked(), home.ledger() as ledger:
        keep = open_keep(home, ledger)
        before = slices(keep, "confirm")
        add_texts(keep, tmp_path / "new")
        after = slices(keep, "confirm")
        assert list(after)[:len(before)] == list(before) and len(after) == len(before) + 1
        assert serving(keep, "confirm")[0].slice == next(iter(before))
    shutil.rmtree(tmp_path / "new")
    (tmp_path / "new").mkdir()
    for number in range(14):
        (tmp_path / "new" / f"{number}.txt").write_text(story(number, "sample").text)
    with home.locked(), home.ledger() as ledger, pytest.raises(BadInput, match="trained on"):
        add_texts(open_keep(home, ledger), tmp_path / "new")


def test_past_rows_are_read_by_the_statistics(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(home, tmp_path, monkeypatch, gain=0.05, seeds=3, claim=False)
    with home.ledger() as ledger:
        past = read_past(verdict_rows(ledger))
    assert past[-1].grade == "provisional" and len(past[-1].seeds) == 3


def typed(*words: str) -> argparse.Namespace:
    return parser().parse_args(words)


def test_the_command_says_it_in_words_and_in_json(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text(TEXT[:60])
    (tmp_path / "b.txt").write_text(TEXT)
    words = ("versus", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--home", str(home.path))
    assert command.versus(typed(*words)) == 0
    said = capsys.readouterr().out
    assert said.startswith("B is better than A.") and "Provisional" in said and "versus.html" in said
    assert (home.reports / "versus.html").read_text().count("<h1>") == 1
    assert command.versus(typed(*words, "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "better" and found["rows"][0]["canary"] is None
    assert command.verify(typed("verify", str(home.path), "--verdict", "2")) == 0
    assert "comes out the same" in capsys.readouterr().out
    path = home.judge / "evidence" / found["rows"][0]["evidence"] / "evidence.json"
    path.write_bytes(path.read_bytes().replace(b'"says":"b"', b'"says":"a"'))
    assert command.verify(typed("verify", str(home.path), "--verdict", "2")) == 1
    assert "does NOT come out" in capsys.readouterr().out
    with pytest.raises(BadInput, match="no verdict 9"):
        command.verify(typed("verify", str(home.path), "--verdict", "9"))
