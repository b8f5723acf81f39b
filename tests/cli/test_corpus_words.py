"""The words for texts, as a person types them: collect, prepare, dropped, curate, audit, plan."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foundling.corpus import BUILTIN

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def foundling(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "foundling.cli", *map(str, words)], capture_output=True, text=True, env=ENVIRONMENT,
        check=False,
    )


def facts_of(*words: str | Path) -> dict[str, Any]:
    done = foundling(*words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stories, a web page and a chat, and a home that was collected from them without a name being typed."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "texts").mkdir()
    for path in sorted((BUILTIN / "stories").glob("*.txt"))[:24]:
        shutil.copyfile(path, folder / "texts" / path.name)
    story = sorted((BUILTIN / "stories").glob("*.txt"))[30].read_text(encoding="utf-8").split("---")[-1]
    paragraphs = "".join(f"<p>{p}</p>" for p in story.split("\n\n"))
    (folder / "texts" / "page.bin").write_text(
        f"<!DOCTYPE html><html><head><title>The Page</title></head><body><article>{paragraphs}</article></body></html>"
    )
    (folder / "texts" / "talk.txt").write_text(
        "\n".join(f"[12:{n:02d}] <{('ada', 'ben')[n % 2]}> Did you see number {n} by the river?" for n in range(30))
    )
    (folder / "texts" / "noise").write_bytes(b"\x7fELF" + bytes(range(256)) * 40)
    facts = facts_of("collect", folder / "wren", folder / "texts", "--steps", "5", "--size", "tiny", "--licence", "own")
    assert facts["stories"] == 25 and facts["scenes"] == 1 and facts["dropped"] == 1
    return folder


def test_the_home_is_named_after_its_folder(folder: Path) -> None:
    assert 'name = "Wren"' in (folder / "wren" / "being.toml").read_text()


def test_the_same_again_adds_nothing_and_more_adds_more(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "wren", tmp_path / "wren")
    done = foundling("collect", tmp_path / "wren", folder / "texts")
    assert done.returncode == 0 and "Nothing new" in done.stdout
    more = tmp_path / "more.md"
    more.write_text("# A walk\n\nThe *old* lamplighter went along the river and lit every lamp but one.\n" * 3)
    assert facts_of("collect", tmp_path / "wren", more)["new_stories"] == 1


def test_prepared_dropped_put_back_chosen_and_audited(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "wren"
    shutil.copytree(folder / "wren", home)
    facts = facts_of("prepare", home, "--least-words", "420")
    assert facts["station"] == "plan"
    fell = facts_of("dropped", home, "--step", "length")
    row = fell["drops"][0]
    assert "420" in row["reason"] and "texts" not in row["title"]
    assert "Put back" in foundling("dropped", home, "--restore", row["id"]).stdout
    chosen = facts_of("curate", home, "--tokens", "8k", "--objective", "depth")
    assert chosen["reference_tokens"] <= 8_000 and (home / "reports" / "curation.html").exists()
    assert "forgotten" in foundling("curate", home, "--off").stdout
    audit = facts_of("audit", home)
    assert audit["documents"] and (home / "reports" / "audit.md").exists()
    assert foundling("verify", home).returncode == 0


@pytest.mark.parametrize(("words", "sentence"), [
    (("collect", "HOME", "nowhere.txt"), "nowhere.txt"),
    (("dropped", "HOME", "--step", "none-such"), "none-such"),
    (("dropped", "HOME", "--restore", "123456789"), "No dropped text"),
    (("curate", "HOME", "--tokens", "0"), "0 is not a number of tokens"),
    (("curate", "HOME"), "foundling prepare"),
    (("audit", "HOME", "--bias", "nowhere"), "has no generation yet"),
    (("prepare", "HOME", "--keep-out", "nowhere"), "--keep-out"),
    (("prepare", "HOME", "--language", "xx"), "step `language`"),
    (("plan", "nowhere.txt"), "nowhere.txt"),
    (("plan", "--hope", "riches"), "riches"),
    (("plan", "--tokens", "some"), "some"),
])
def test_bad_input_is_one_sentence(folder: Path, words: tuple[str, ...], sentence: str) -> None:
    done = foundling(*(folder / "wren" if word == "HOME" else word for word in words))
    assert done.returncode == 2, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("foundling: ")]
    assert len(told) == 1 and sentence in told[0] and "Traceback" not in done.stderr
