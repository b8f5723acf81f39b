"""`foundling sandbox`: what is shown, what a program is told to be, and the exit code that says it."""

import json
from pathlib import Path

import pytest

from foundling.cli import sandbox
from foundling.cli.options import parser
from foundling.records import BadInput
from foundling.sandbox import choosing, holds, installed
from foundling.sandbox.embedded import present


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is found here stays out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def fenced(own_cache: None) -> None:
    """Asked when the test begins: whoever asks while tests are collected writes to the user's cache."""
    if not any(map(holds, installed())) and not present():
        pytest.skip("no fence holds here: see `foundling sandbox`")


def entered(*words: str) -> int:
    return sandbox.sandbox(parser().parse_args(["sandbox", *words]))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "add.py").write_text("def add(a, b):\n    return a + b\n", encoding="utf-8")
    (tmp_path / "cases.json").write_text('[{"call": "add(2, 3)", "expected": 5}]', encoding="utf-8")
    (tmp_path / "wrong.json").write_text('[{"call": "add(2, 3)", "expected": 6}]', encoding="utf-8")
    return tmp_path / "add.py"


def test_what_is_here_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code = entered("--json")
    facts = json.loads(capsys.readouterr().out)
    assert code == (0 if facts["chosen"] else 1)
    assert [each["backend"] for each in facts["backends"]] == [backend.name for backend in installed()]
    assert all(len(each["attempts"]) == 7 for each in facts["backends"])
    entered()
    words = capsys.readouterr().out
    assert "embedded interpreter" in words and "\x1b" not in words


def test_the_exit_code_is_the_label(fenced: None, program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entered(str(program), "--cases", str(program.with_name("cases.json"))) == 0
    assert "passes    yes  1 of 1 cases" in capsys.readouterr().out
    assert entered(str(program), "--cases", str(program.with_name("wrong.json")), "--json") == 1
    facts = json.loads(capsys.readouterr().out)
    assert [label["passed"] for label in facts["labels"]] == [True, True, True, False] and not facts["passed"]


@pytest.mark.parametrize("words", [
    ("nothing.py",), ("add.txt",), ("add.py", "--cases", "nothing.json"), ("add.py", "--cases", "add.py"),
    ("--cases", "cases.json"),
])
def test_bad_input_is_one_sentence(program: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(program.parent)
    with pytest.raises(BadInput) as fault:
        entered(*words)
    assert "\n" not in str(fault.value)


def test_without_a_fence_it_is_refused(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "installed", lambda: ())
    choosing.choose.cache_clear()
    (program.parent / "hello.py").write_text("print('hello')", encoding="utf-8")
    try:
        with pytest.raises(BadInput, match="--i-accept-no-sandbox"):
            entered(str(program.parent / "hello.py"))
        assert entered(str(program.parent / "hello.py"), "--i-accept-no-sandbox") == 0
    finally:
        choosing.choose.cache_clear()
