"""A whole birth, tiny and real, through the command line: stories in, talk and report out, and everything after it."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN
from foundling.home import Home

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def foundling(*words: str | Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "foundling.cli", *map(str, words)], capture_output=True, text=True, env=ENVIRONMENT,
        input=given, check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A being raised in a few steps; it babbles, and everything else about it is real."""
    folder = tmp_path_factory.mktemp("birth")
    (folder / "stories").mkdir()
    for path in sorted((BUILTIN / "stories").glob("*.txt"))[:16] + sorted((BUILTIN / "scenes").glob("*.txt"))[:6]:
        (folder / "stories" / path.name).write_bytes(path.read_bytes())
    done = foundling(
        "raise", folder / "wren", "--name", "Wren", "--size", "tiny", "--steps", "6", "--json",
        "--stories", folder / "stories",
    )
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert {"home", "seconds", "bits_per_byte", "perplexity", "name_hold", "name_leak", "verdict"} <= facts.keys()
    return folder / "wren"


def test_the_report_is_there_and_names_the_being(home: Path) -> None:
    page = (home / "reports" / "birth.html").read_text(encoding="utf-8")
    assert "Wren" in page and "<script" not in page and "http://" not in page.replace("http://www.w3.org", "")


def test_everything_verifies_and_history_tells_of_it(home: Path) -> None:
    counts = Home.open(home).verify()
    assert counts["generations"] >= 1 and counts["unrecorded_generations"] == 0
    rows = json.loads(foundling("history", home, "--json").stdout)["generations"]
    assert rows[0]["parents"] == [] and rows[0]["generation"] == 1
    assert any("bits per byte" in row["verdict"] for row in rows[1:]), "the named candidate has its verdict either way"


def test_the_same_command_again_changes_nothing(home: Path) -> None:
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in home.rglob("*.safetensors")}
    done = foundling("raise", home, "--name", "Wren")
    assert done.returncode == 0 and "was done" in done.stderr
    assert before == {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in home.rglob("*.safetensors")}


def test_no_training_state_is_left_behind(home: Path) -> None:
    assert not [p for p in (home / "generations").iterdir() if not p.name.isdigit()]


def test_score_counts_bytes_of_utf8(home: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The café was warm. " * 30, encoding="utf-8")
    wide = json.loads(foundling("score", home, "--text", text, "--json").stdout)
    narrow = json.loads(foundling("score", home, "--text", text, "--stride", "32", "--json").stdout)
    assert 0 < wide["bits_per_byte"] < 12 and wide["perplexity"] > 1
    assert narrow["bits_per_byte"] != wide["bits_per_byte"]


def test_talk_through_a_pipe(home: Path) -> None:
    done = foundling("talk", home, "--json", given="Hello there.\nAda: Wren, who are you?\n/quit\n")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows, "a being alone with one speaker is asked for a turn"


def test_a_damaged_generation_is_passed_over(home: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    newest = max(Home.open(copy).generations())
    path = copy / "generations" / str(newest) / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    done = foundling("verify", copy)
    assert done.returncode == 2 and "weights.safetensors" in done.stderr


def test_the_generation_loads_in_transformers(home: Path) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    from foundling.model import load_decoder

    folder = Home.open(home).generation(1)
    theirs = transformers.Qwen3ForCausalLM.from_pretrained(folder).eval()
    ids = torch.randint(5, theirs.config.vocab_size, (2, 40), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(theirs(ids).logits, load_decoder(folder)(ids), atol=1e-5)
