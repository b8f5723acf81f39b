"""The terminal room: lines in, words and JSON out, with a real tiny being behind it."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import foundling.home
from foundling.cli.talk import run, who_says
from foundling.home import Home
from foundling.records import BadInput

Talk = Callable[..., str]
SOURCE = str(Path(foundling.home.__file__).parents[2])


@pytest.fixture
def talk(raised: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Talk:
    """What is printed when these lines are typed."""

    def typed(*lines: str, json_output: bool = False) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        code = run(raised.path, json_output=json_output, name="Visitor", temperature=0, seed=0)
        assert code == 0
        return capsys.readouterr().out

    return typed


def answers(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        ("Ada: hello", "Ada", "hello"),
        ("ada:  hello: you", "ada", "hello: you"),
        ("Anna Maria Rossi: hello", "Anna Maria Rossi", "hello"),
        ("hello", "Visitor", "hello"),
        ("I think so: yes", "Visitor", "I think so: yes"),
        ("http://example.org is down", "Visitor", "http://example.org is down"),
        ("at 10:30, then", "Visitor", "at 10:30, then"),
        ("10: hello", "Visitor", "10: hello"),
        (": hello", "Visitor", ": hello"),
        ("A" * 41 + ": hello", "Visitor", "A" * 41 + ": hello"),
    ],
)
def test_who_says_a_line(line: str, name: str, text: str) -> None:
    assert who_says(line, "Visitor") == (name, text)


def test_a_talk_reads_as_a_scene(talk: Talk, raised: Home) -> None:
    printed = talk("Ada: Good morning, Wren.", "", "Ada: Who are you?", "/who", "/why", "/quit", "Ada: not heard")
    lines = printed.splitlines()
    assert lines[:4] == [
        "Ada: Good morning, Wren.", "Wren: Good morning, Ada.", "Ada: Who are you?",
        "Wren: I am Wren, and I live by the river.",
    ]
    assert lines[4] == "Here: Ada, Wren."
    assert lines[5].startswith("Wren spoke: it is alone with the speaker (its share ") and len(lines) == 6
    with raised.ledger() as ledger:
        assert [event.text for event in ledger.events("turn")] == [line.split(": ", 1)[1] for line in lines[:4]]


def test_every_line_said_is_answered_by_one_json_object(talk: Talk) -> None:
    found = answers(talk("Ada: Good morning, Wren.", "Wren: I am you", "/nothing", "x" * 2001, "Are you warm, Wren?",
                         "/who", "/why", json_output=True))
    turn, taken, command, long, second, who, why = found
    assert (turn["kind"], turn["name"], turn["text"]) == ("turn", "Wren", "Good morning, Ada.")
    assert turn["event"] > 0 and 0 < turn["share"] <= 1 and turn["reason"] == "it was addressed"
    assert "taken by Wren" in taken["error"] and "/nothing" in command["error"] and "2,001" in long["error"]
    assert (second["kind"], second["name"]) == ("turn", "Wren") and second["event"] > turn["event"]
    assert who == {"present": ["Ada", "Visitor", "Wren"]}
    assert why["decision"]["name"] == "Wren" and why["decision"]["speaks"] is True


def test_the_next_talk_goes_on_where_the_last_one_ended(talk: Talk) -> None:
    assert talk("/why") == "Nobody has had to decide yet.\n"
    talk("Ada: Good morning, Wren.")
    assert talk("Ada: Who are you?").splitlines()[-1] == "Wren: I am Wren, and I live by the river."


def test_a_home_that_is_being_written_is_left_alone(raised: Home) -> None:
    with raised.locked(), pytest.raises(BadInput, match="being written by process"):
        run(raised.path, json_output=False, name="Visitor", temperature=None, seed=0)


@pytest.mark.parametrize(
    ("name", "temperature", "why"),
    [("Wren", None, "taken by Wren"), ("<b>", None, "The name"), ("Ada", -1.0, "temp"), ("Ada", float("nan"), "temp")],
)
def test_a_bad_option_is_refused_and_changes_nothing(
    raised: Home, name: str, temperature: float | None, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        run(raised.path, json_output=False, name=name, temperature=temperature, seed=0)
    with raised.ledger() as ledger:
        assert ledger.events() == []


def test_a_being_that_was_not_raised_yet_cannot_talk(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no generation"):
        run(home.path, json_output=False, name="Ada", temperature=None, seed=0)
    with pytest.raises(BadInput, match="no folder"):
        run(tmp_path / "nowhere", json_output=False, name="Ada", temperature=None, seed=0)


def test_in_a_process_of_its_own_words_stream_and_ctrl_c_ends_it(raised: Home) -> None:
    program = (
        "import sys; from pathlib import Path; from foundling.cli.talk import run; assert 'torch' not in sys.modules; "
        "sys.exit(run(Path(sys.argv[1]), json_output=False, name='Visitor', temperature=0, seed=0))"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCE, "PYTHONUNBUFFERED": "", "LC_ALL": "C"}
    command = [sys.executable, "-c", program, str(raised.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"Ada: Good morning, Wren.\xff\n")  # no UTF-8: the letter is lost, not the talk
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"Ada: Good morning, Wren.")
        assert process.stdout.readline().startswith(b"Wren: ")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    with raised.ledger() as ledger:
        assert ledger.events("turn")[0].text == "Good morning, Wren.\ufffd" and ledger.verify() == 3
