"""Every attempt to break out, in every fence: all are contained, and bare they are not, or would prove nothing."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from fences import NAMES, allowed

from foundling.sandbox.trying import ATTEMPTS, PROGRAMS, Tried, alive, judge, targets, try_all

BARE = [attempt for attempt in ATTEMPTS.values() if attempt.bare and attempt.must != "work"]
BROKEN = (
    "NameError", "TypeError", "AttributeError", "KeyError", "ImportError", "ModuleNotFoundError", "UnboundLocalError",
)


@pytest.fixture(scope="session")
def tried() -> dict[str, dict[str, Tried]]:
    """All attempts in a fence, made once each."""
    return {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("word", ATTEMPTS)
def test_contained(tried: dict[str, dict[str, Tried]], name: str, word: str) -> None:
    backend = allowed(name)
    if name not in tried:
        tried[name] = {each.word: each for each in try_all(backend, list(ATTEMPTS))}
    found = tried[name][word]
    if name in ATTEMPTS[word].leaks and not found.held:
        pytest.skip(f"known: {name} does not contain it (docs/sandbox.md): {found.said}")
    assert found.held, found.said


@pytest.mark.parametrize("attempt", BARE, ids=lambda attempt: attempt.word)
def test_bare_it_gets_through(attempt, tmp_path: Path) -> None:
    """The control: what is refused everywhere says nothing of a fence."""
    with targets() as found:
        (tmp_path / "aim.json").write_text(json.dumps(found.aim), encoding="utf-8")
        for path in PROGRAMS:
            (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "stdin").write_bytes(b"")
        with open(tmp_path / "stdin", "rb") as stdin:
            done = subprocess.run(
                [sys.executable, "-P", "-s", "-S", "-B", tmp_path / "attempts.py", attempt.word, tmp_path / "aim.json"],
                cwd=tmp_path, stdin=stdin, capture_output=True, timeout=20, check=False,
                env={"PATH": os.environ["PATH"], "FOUNDLING_KEY": "token"},
            )
        touched = found.touched()
        for left in alive(found.aim["token"]):
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)
        if done.returncode < 0:
            pytest.skip(f"this machine ends it without a fence too: signal {-done.returncode}")
        assert done.returncode == 0, done.stderr.decode()[-500:]
        told = json.loads(done.stdout)[attempt.word]
        if "got" in told:
            assert not judge(attempt, told, touched).held, "the judge of attempts would not have noticed"
        else:
            assert not told["refused"].startswith(BROKEN), f"{attempt.word} is broken: {told}"
            pytest.skip(f"refused here without a fence too: {told}")


def test_enough_is_tried() -> None:
    assert len(ATTEMPTS) >= 60 and len(BARE) >= 45


def test_what_was_done_counts_and_not_what_was_said() -> None:
    """An attempt that says it was refused, and was not, is found out."""
    with targets() as found:
        Path(found.aim["ledger"]).write_text("better", encoding="utf-8")
        Path(found.aim["outside"], "left-behind").touch()
        told = judge(ATTEMPTS["write_ledger"], {"refused": "PermissionError"}, found.touched())
        assert not told.held and "files" in told.said
        os.kill(found.victim.pid, signal.SIGKILL)
        found.victim.wait()
        assert "alive" in found.touched()
