"""`foundling world`: what a person types, and what they get; the window and the play have tests of their own."""

import json
from pathlib import Path

import pytest

from foundling.cli.main import run

Capture = pytest.CaptureFixture[str]


def test_stories_are_told_into_a_new_folder_only(tmp_path: Path, capsys: Capture) -> None:
    words = ["world", "narrate", "--tokens", "2k", "--seed", "3", "--out", str(tmp_path / "s"), "--json"]
    assert run(words) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["stories"] == len(list((tmp_path / "s").rglob("*.txt"))) > 3
    assert 2000 <= facts["reference_tokens"] < 4000
    assert run(words) == 2 and "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("tokens", ["0", "-3", "5T", "many"])
def test_a_number_of_tokens_that_is_none_is_refused(tokens: str, tmp_path: Path, capsys: Capture) -> None:
    assert run(["world", "narrate", "--tokens", tokens, "--out", str(tmp_path / "s")]) == 2
    assert "--tokens" in capsys.readouterr().err and not (tmp_path / "s").exists()


def test_questions_come_with_their_story_and_one_right_answer(capsys: Capture) -> None:
    assert run(["world", "ask", "--seed", "3", "--count", "4", "--json"]) == 0
    questions = json.loads(capsys.readouterr().out)["questions"]
    assert len({question["family"] for question in questions}) == 4
    assert all(question["text"] and 0 <= question["answer"] < len(question["options"]) for question in questions)


def test_a_scene_is_told_with_what_happened(capsys: Capture) -> None:
    assert run(["world", "scene", "tower", "--seed", "3"]) == 0
    assert "answer:" in capsys.readouterr().out
    assert run(["world", "scene", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["kinds"]) >= 40
    assert run(["world", "scene", "tsunami"]) == 2


def test_measures_stand_beside_their_bars(tmp_path: Path, capsys: Capture) -> None:
    assert run(["world", "measure", "--words", "3000", "--questions", "20"]) == 0
    out = capsys.readouterr().out
    assert "zstd ratio" in out and "times as fast as real time" in out
    assert "20 questions re-derived by the checker, 0 disagreements" in out
    assert run(["world", "measure", "--books", str(tmp_path / "none")]) == 2
