"""Every bad input of the first issue: one sentence, exit code 2, nothing changed."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from foundling.home import Home

SETTINGS = {"stories": [], "size": "tiny", "minutes": 1, "steps": 2, "seed": 0}


def foundling(*words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "foundling.cli", *map(str, words)], capture_output=True, text=True, env=environment,
        timeout=120, check=False,
    )


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One sentence on stderr with these words in it, exit code 2, no traceback."""
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.strip().splitlines() if line.startswith("foundling: ")]
    assert len(lines) == 1 and "Traceback" not in done.stderr, done.stderr
    for word in words:
        assert word in lines[0], (word, lines[0])


def raised(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return foundling("raise", home, "--name", "Wren", "--steps", "2", "--size", "tiny", *words)


def test_no_such_stories(tmp_path: Path) -> None:
    refused(raised(tmp_path / "h", "--stories", tmp_path / "nowhere"), "no file or folder", "nowhere")
    assert not (tmp_path / "h").exists()


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(raised(tmp_path / "h", "--stories", tmp_path / "empty"), "no file in it")


@pytest.mark.parametrize(("data", "words"), [
    (b"\x00\x01\x02" * 5000, "binary"),
    ("Once there was a pot on a cold stove. ".encode("utf-16"), "bytes of text"),
    (b"word " * 300_000, "a line of more than"),
    (b"", "is empty"),
    (b"Once there was a pot on a cold stove in an empty house.", "bytes of text"),
])
def test_a_file_that_is_no_story(tmp_path: Path, data: bytes, words: str) -> None:
    story = tmp_path / "story.txt"
    story.write_bytes(data)
    refused(raised(tmp_path / "h", "--stories", story), words)


def test_a_line_of_one_gigabyte_is_refused_at_once(tmp_path: Path) -> None:
    story = tmp_path / "huge.txt"
    with story.open("wb") as file:
        file.truncate(10**9)  # a sparse file: a gigabyte to read, nothing on disk
    refused(raised(tmp_path / "h", "--stories", story), "binary")


@pytest.mark.parametrize("name", ["", "x" * 300, "Wr\nen", "<b>Wren</b>", "Wren|<|turn|>", "17", "Wren: hello"])
def test_a_name_that_cannot_be_one(tmp_path: Path, name: str) -> None:
    refused(foundling("raise", tmp_path / "h", "--name", name, "--steps", "2"), "name")
    assert not (tmp_path / "h").exists()


def test_a_home_without_a_name_and_a_home_of_another(tmp_path: Path) -> None:
    refused(foundling("raise", tmp_path / "h"), "--name")
    Home.create(tmp_path / "h", "Wren", "2026-01-01", {})
    refused(foundling("raise", tmp_path / "h", "--name", "Ada"), "home of Wren")


def test_a_folder_with_other_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    refused(raised(tmp_path), "letter.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", "Wren", "2026-01-01", SETTINGS)
    with home.locked():
        refused(raised(tmp_path / "h"), str(os.getpid()))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: a read-only folder is none for it")
def test_a_read_only_home(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "h", "Wren", "2026-01-01", SETTINGS)
    for path in (home.path, *home.path.iterdir()):
        path.chmod(stat.S_IREAD | stat.S_IEXEC if path.is_dir() else stat.S_IREAD)
    try:
        refused(raised(tmp_path / "h"), "h")
    finally:
        for path in (home.path, *home.path.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("words", [
    ("score", "H", "--text", "nowhere.txt"), ("talk", "H"), ("serve", "H"), ("history", "H"), ("verify", "H"),
    ("prepare", "H"), ("pretrain", "H"), ("name", "H"), ("examine", "H"),
])
def test_no_such_home(tmp_path: Path, words: tuple[str, ...]) -> None:
    refused(foundling(*[tmp_path / "h" if w == "H" else w for w in words]), "no folder")


def test_options_that_are_wrong(tmp_path: Path) -> None:
    refused(foundling("raise", tmp_path / "h", "--name", "Wren", "--minutes", "-3"), "--help")
    refused(foundling("raise", tmp_path / "h", "--name", "Wren", "--size", "huge"), "--help")
    refused(foundling("raise", tmp_path / "h", "--name", "Wren", "--steps", "2", "--minutes", "1"), "--help")
    refused(foundling("dance"), "--help")
    refused(foundling(), "--help")


def test_errors_are_json_where_that_is_asked(tmp_path: Path) -> None:
    done = foundling("score", tmp_path / "h", "--text", "x", "--json")
    assert done.returncode == 2 and "no folder" in json.loads(done.stdout)["error"]


def test_no_generation_to_talk_with_yet(tmp_path: Path) -> None:
    Home.create(tmp_path / "h", "Wren", "2026-01-01", {})
    refused(foundling("talk", tmp_path / "h"), "no generation yet")
