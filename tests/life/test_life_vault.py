"""The vault of a home from end to end: refused, due, opened, frozen, lifted by a word, derived again."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from test_life_versus import judged, last, nature, recipes
from tinyjudge import copied

from foundling.cli.main import run
from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.versus.canaries import planted
from foundling.evaluation.versus.candidate import read_fields
from foundling.evaluation.versus.past import read_past
from foundling.evaluation.versus.vault import frozen, openings
from foundling.home import Home, write_atomically
from foundling.life.stations import judge_stories, recorded
from foundling.life.versus import checkpoints, trainings
from foundling.life.versus.calling import Question, Sheet
from foundling.life.versus.holding import Wish, hold
from foundling.life.versus.keep import HEAD, SECRET, VERDICT, kept_generations, open_keep, verdict_rows
from foundling.life.versus.vault import Opening, open_vault
from foundling.life.versus.verifying import verify_verdict
from foundling.records import BadInput, canonical_json, content_hash

PLAIN = next(secret for secret in (bytes([n]) * 32 for n in range(256))  # no canary before the first candidates
             if not any(planted(secret, slot) for slot in range(6)))
SAMPLES = tuple({"id": str(n), "fours": 40, "repeated": n % 3, "windows": 40, "copied": 0} for n in range(8))


@pytest.fixture
def home(first_home: Home, tmp_path: Path) -> Home:
    return copied(first_home, tmp_path / "wren")


def promote(home: Home, first: str, newest: str, *, kind: str = "checkpoint", count: int = 10,
            gain: float = 0.01) -> None:
    """So many confirmed promotions in a row, as a long life would have left them in the ledger."""
    names = [first, *(content_hash(f"between {number}") for number in range(count - 1)), newest]
    with home.locked(), home.ledger() as ledger:
        if not (home.judge / SECRET).exists():
            (home.judge / SECRET).write_bytes(PLAIN)
        open_keep(home, ledger)
        begun = sum("t" in row and row["t"] is not None for row in verdict_rows(ledger))
        for number in range(count):
            event = ledger.append(VERDICT, data={
                "candidate": names[number + 1], "incumbent": names[number], "kind": kind, "gate_version": "",
                "gate": "checkpoint" if kind == "checkpoint" else "claim", "inputs": {}, "evidence": "", "canary": None,
                "statistics": {"difference": -gain, "slice": "elsewhere"}, "alpha": 0.01, "t": begun + number + 1,
                "discoveries": number, "seeds": [], "outcome": "better", "grade": "confirmed", "cost_seconds": 0.0,
            })
        write_atomically(home.judge / HEAD, canonical_json({"events": event.id, "head": event.hash}))


def generations(home: Home) -> list[str]:
    return [next(digest for digest, path in kept_generations(home).items() if path.name == name) for name in "12"]


def rows_in(home: Home) -> list[dict[str, Any]]:
    with home.ledger() as ledger:
        return verdict_rows(ledger)


def scorer(gain: float) -> Any:
    """A judge's process that finds the second side better by so many bits per byte."""
    asked: list[Question] = []

    def weigh(folder: Path, question: Question, place: Path, label: str) -> Generator[Any, None, Sheet]:
        yield from ()
        asked.append(question)
        bits = 2.0 if label.endswith("a") else 2.0 - gain
        return Sheet(samples=SAMPLES, documents={
            content_hash(plain_text(one)): (one.bytes, 0.6931471805599453 * one.bytes * bits)
            for one in question.heldout})
    return weigh, asked


def test_it_is_refused_until_it_is_due_and_says_how_many_are_missing(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["vault", str(home.path)]) == 2
    assert "10 of 10 confirmed promotions are still to come" in capsys.readouterr().err
    promote(home, *generations(home), count=7)
    assert run(["vault", str(home.path), "--json"]) == 2
    assert "3 of 10" in json.loads(capsys.readouterr().out)["error"]
    assert run(["vault", str(home.path), "--found-why", "nothing at all"]) == 2
    assert "nothing to lift" in capsys.readouterr().err
    assert run(["vault", str(home.path), "only-one"]) == 2
    assert len(rows_in(home)) == 7 and not (home.judge / "evidence").exists()


def test_it_is_opened_on_its_own_text_by_the_judges_process_and_derived_again(home: Home) -> None:
    """Untrained weights have won nothing: a claim of a tenth of a bit does not hold, and all promotion stops."""
    promote(home, *generations(home))
    facts = last(open_vault(Opening(home=home.path)))
    row = rows_in(home)[-1]
    assert (row["gate"], row["kind"], row["outcome"], row["grade"]) == ("vault", "checkpoint", "not_better", "none")
    assert row["statistics"]["claimed"] == pytest.approx(0.1) and row["statistics"]["slice"].startswith("vault")
    assert row["statistics"]["n"] == 3 and row["statistics"]["low"] is None and row["t"] is None
    assert row["statistics"]["gain"] == pytest.approx(-row["statistics"]["difference"])
    assert facts["frozen"] and facts["verdict_number"] == 11
    evidence = json.loads((home.judge / "evidence" / row["evidence"] / "evidence.json").read_bytes())
    with home.ledger() as ledger:
        vault = judge_stories(home, recorded(ledger, "prepare")["judge"], "vault")
    assert {one["id"] for one in evidence["documents"]} == {content_hash(plain_text(story)) for story in vault}
    found = last(verify_verdict(home, 11, deep=True))
    assert found["same"], found["difference"]
    path = home.judge / "evidence" / row["evidence"] / "evidence.json"
    path.write_bytes(path.read_bytes().replace(b'"slice":"vault', b'"slice":"Vault'))
    assert not last(verify_verdict(home, 11))["same"]


def test_a_freeze_stops_all_promotion_until_a_person_has_said_why(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    promote(home, *generations(home))
    monkeypatch.setattr(checkpoints, "weigh", scorer(0.049)[0])
    assert run(["vault", str(home.path)]) == 1
    said = capsys.readouterr().out
    assert "+0.04900" in said and "All promotion is frozen" in said and "--found-why" in said
    for wish in ({"gain": 0.05}, {"gain": 0.0}):
        with pytest.raises(BadInput, match="nothing is promoted"):
            judged(home, tmp_path, monkeypatch, **wish)
    assert run(["vault", str(home.path)]) == 2
    assert run(["vault", str(home.path), "--found-why", " "]) == 2
    capsys.readouterr()
    assert run(["vault", str(home.path), "--found-why", "The stories were all\nabout the sea."]) == 0
    assert "about the sea" in capsys.readouterr().out
    assert judged(home, tmp_path, monkeypatch, gain=0.05)["grade"] == "confirmed"
    rows = rows_in(home)
    assert rows[11]["statistics"]["found"] == "The stories were all about the sea."
    assert openings(read_past(rows)) == 1 and not frozen(read_past(rows))
    for number in (11, 12, len(rows)):
        found = last(verify_verdict(home, number))
        assert found["same"], (number, found["difference"])
    assert run(["verify", str(home.path), "--verdict", "12"]) == 0
    assert "a person's word" in capsys.readouterr().out
    assert run(["judge-the-judge", "--home", str(home.path), "--repeats", "6", "--candidates", "20"]) == 0
    assert "opened 1 times" in capsys.readouterr().out


def test_a_gain_that_holds_is_said_and_promotion_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    promote(home, *generations(home))
    weigh, asked = scorer(0.06)
    monkeypatch.setattr(checkpoints, "weigh", weigh)
    assert run(["vault", str(home.path)]) == 0
    assert "The gain held" in capsys.readouterr().out
    assert [question.name for question in asked] == [None, None] and not any(q.train for q in asked)
    assert run(["vault", str(home.path)]) == 2  # once, and not again


def test_while_it_is_due_nothing_is_claimed_and_it_is_said(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(home, *generations(home))
    facts = judged(home, tmp_path, monkeypatch, gain=0.05)
    assert [row["statistics"]["step"] for row in facts["rows"]] == ["screen", "look", "test"]
    assert (facts["verdict"], facts["grade"]) == ("better", "provisional")
    said = [note for note in facts["notes"] if "foundling vault" in note]
    assert len(said) == 1 and said[0].startswith("No claim was made.")
    assert any("foundling vault" in note for note in judged(home, tmp_path, monkeypatch, gain=-0.05)["notes"])
    monkeypatch.setattr(checkpoints, "weigh", scorer(0.06)[0])
    sides = {"a": f"{home.path}:1", "b": f"{home.path}:2", "home": home.path, "out": tmp_path}
    facts = last(hold(Wish(**sides)))
    assert len(facts["rows"]) == 1 and sum("foundling vault" in note for note in facts["notes"]) == 1
    last(open_vault(Opening(home=home.path)))
    facts = last(hold(Wish(**sides)))
    assert len(facts["rows"]) == 2 and facts["notes"] == []


def test_who_is_not_in_the_home_is_given_by_hand_and_known_by_its_content(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, newest = generations(home)
    promote(home, content_hash("gone"), newest)
    with pytest.raises(BadInput, match="does not keep both"):
        last(open_vault(Opening(home=home.path)))
    with pytest.raises(BadInput, match="byte for byte"):
        last(open_vault(Opening(home=home.path, a=f"{home.path}:1", b=f"{home.path}:2")))
    assert len(rows_in(home)) == 10
    last(open_vault(Opening(home=home.path, found="The first weights are lost.")))
    assert rows_in(home)[-1]["kind"] == "person" and first


def test_what_could_not_be_read_leaves_the_vault_closed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    promote(home, *generations(home))

    def late(folder: Path, question: Question, place: Path, label: str) -> Generator[Any, None, Sheet]:
        yield from ()
        return Sheet(fault="it was not judged within 3600 seconds.")

    monkeypatch.setattr(checkpoints, "weigh", late)
    with pytest.raises(BadInput, match="was not opened"):
        last(open_vault(Opening(home=home.path)))
    assert len(rows_in(home)) == 10


@pytest.mark.parametrize(("gain", "outcome"), [(0.08, "better"), (0.02, "not_better")])
def test_recipes_are_trained_anew_and_scored_on_the_vault(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gain: float, outcome: str
) -> None:
    a, b = recipes(tmp_path, rate=0.006)
    promote(home, *(content_hash(read_fields(Path(one))) for one in (a, b)), kind="recipe")
    with pytest.raises(BadInput, match="does not keep both"):
        last(open_vault(Opening(home=home.path)))
    monkeypatch.setattr(trainings, "train_once", nature(gain, sigma=0.001))
    facts = last(open_vault(Opening(home=home.path, a=a, b=b, steps=10)))
    row = facts["row"]
    assert row["outcome"] == outcome and row["kind"] == "recipe" and len(row["seeds"]) == 20
    assert row["statistics"]["gain"] == pytest.approx(gain, abs=0.002) and row["statistics"]["n"] == 3
    assert bool(facts["frozen"]) == (outcome == "not_better") and "not set up" in facts["notes"][0]
    found = last(verify_verdict(home, 11))
    assert found["same"], found["difference"]
    with home.ledger() as ledger:
        assert set(row["seeds"]) <= {seed for one in open_keep(home, ledger).past for seed in one.seeds}
