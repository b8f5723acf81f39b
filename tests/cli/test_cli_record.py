"""What can be typed after `foundling record` and `foundling curve`, and what a person is told."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from foundling.cli import record
from foundling.cli.options import parser
from foundling.life.record import contest
from foundling.life.record.rivals import rival
from foundling.life.stations import Done
from foundling.recipe.record import TRACKS


def parsed(*words: str) -> argparse.Namespace:
    return parser().parse_args(words)


def test_what_is_offered_is_there() -> None:
    assert tuple(TRACKS) == record.TRACKS and all(rival(name).name == name for name in record.PEERS)


def test_options_become_wishes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[contest.Wanted] = []

    def hold_record(wanted: contest.Wanted) -> Any:
        asked.append(wanted)
        yield Done(station="plan", facts={"steps": 7})

    monkeypatch.setattr(contest, "hold_record", hold_record)
    words = ("record", "place", "--train", "a", "--heldout", "b", "--json", "--plan")
    assert record.record(parsed(*words)) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == 7
    more = ("--track", "marathon", "--peer", "trainer", "--seeds", "4", "5", "--minutes", "2.5", "--threads", "1")
    record.record(parsed(*words, *more))
    assert asked[0] == contest.Wanted(place=Path("place"), train=Path("a"), heldout=Path("b"), planned=True)
    assert asked[1] == contest.Wanted(
        place=Path("place"), train=Path("a"), heldout=Path("b"), planned=True, track="marathon", peer="trainer",
        seeds=(4, 5), minutes=2.5, threads=1,
    )


def test_a_curve_is_told_in_words_or_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from foundling.home import Home
    from foundling.life import curving

    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    monkeypatch.setattr(curving, "write_curves", lambda home, out: {"page": str(out), "said": ["Learning: well fit"]})
    assert record.curve(parsed("curve", str(home.path), "--out", "x.html")) == 0
    assert capsys.readouterr().out == "Learning: well fit\nThe page: x.html\n"
    record.curve(parsed("curve", str(home.path), "--json"))
    assert json.loads(capsys.readouterr().out)["page"] == "None"
