"""What cannot be done is refused in one sentence with exit code 2, before any work, and leaves nothing behind."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foundling.cli import values
from foundling.cli.main import run
from foundling.corpus import BUILTIN
from foundling.home import Home

LONG = "x" * 300


@pytest.mark.parametrize(("of", "texts"), [
    (values.positive, ("0", "-1", "nan", "inf", "1e9", "many", "")),
    (values.temperature, ("-0.1", "nan", "inf", "warm", "")),
    (values.count, ("0", "-3", "2.5", "1e3", "", "9" * 20, "9" * 5000)),
    (values.entries, ("0", "65537", "999999999", "few")),
    (values.repeats, ("-1", "21", "2.5")),
    (values.port, ("-1", "65536", "http")),
    (values.seed, ("-1", "2147483648", "1e3", "x")),
    (values.tokens, ("0", "0.2", "-5", "nan", "inf", "infM", "5T", "k", "")),
    (values.folder, ("", "  ", "file", "\udcff")),
    (values.page, ("", "folder", "nowhere/x.html", "file/x.html", "\udcff.html")),
])
def test_what_is_typed_and_cannot_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: Callable[[str], Any], texts: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("words")
    Path("folder").mkdir()
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError):
            of(text)


def test_what_is_typed_and_can_be_meant() -> None:
    assert values.tokens("1.24M") == 1_240_000 and values.tokens("200k") == 200_000 and values.repeats("0") == 0
    assert values.folder(LONG) == Path(LONG) and values.port("0") == 0 and values.temperature("0") == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with texts, an empty folder and file, a binary file and a home with neither texts nor a being."""
    place = tmp_path_factory.mktemp("place")
    (place / "texts").mkdir()
    for path in sorted((BUILTIN / "stories").glob("*.txt"))[:12]:
        (place / "texts" / path.name).write_bytes(path.read_bytes())
    (place / "emptydir").mkdir()
    (place / "empty.txt").write_bytes(b"")
    (place / "binary.txt").write_bytes(bytes(range(256)) * 40)
    settings = {"stories": [str(place / "emptydir")], "size": "tiny", "minutes": 1, "steps": 2, "seed": 0}
    Home.create(place / "home", "Wren", "2026-01-01", settings)
    Home.create(place / "edited", "Wren", "2026-01-01", settings | {"size": "huge"})
    return place


@pytest.mark.parametrize(("words", "sentence"), [
    ("compare --tokenizers nowhere", "no file or folder"), ("compare --architectures empty.txt", "is empty"),
    ("compare --tokenizers emptydir", "no file in it"), ("compare --tokenizers binary.txt", "binary"),
    ("compare --tokenizers home", "no cleaned text yet"), ("compare texts", "--tokenizers"),
    ("compare --tokenizers texts --held-out texts", "parts of the training text"),
    ("compare --tokenizers texts --vocabulary 10", "too small"), ("compare --tokenizers texts --out empty.txt", "file"),
    ("compare --tokenizers texts --out empty.txt/sub", "Not a directory"),
    (f"compare --tokenizers texts --out {LONG}", "too long"),
    ("compare --architectures texts --pairs nowhere", "no file nowhere"),
    ("compare --architectures texts --pairs emptydir", "no file emptydir"),
    ("compare --architectures texts --pairs empty.txt", "no minimal pair"),
    ("compare --architectures texts --pairs binary.txt", "BLiMP"),
    ("sweep nowhere", "no file or folder"), ("sweep emptydir", "no file in it"), ("sweep home", "no cleaned text yet"),
    ("sweep texts --out empty.txt/sub", "Not a directory"), (f"sweep texts --out {LONG}", "too long"),
    ("sweep texts --repeats 99", "0 to 20"), ("sweep texts --trials 3 --minutes 2", "not allowed"),
    ("curve home", "learnt nothing yet"), ("curve emptydir", "not a being's home"),
    ("curve home --out emptydir", "is a folder"), ("plan --tokens 5M --out nowhere/x.html", "no folder nowhere"),
    ("plan nowhere", "no file or folder"), ("plan --tokens inf", "number of tokens"),
    ("collect new empty.txt", "is empty"), ("collect new emptydir", "no file in it"),
    ("collect new nowhere", "nowhere"), ("collect new texts --name=", "--name"), ("collect 17 texts", "name"),
    ("raise new --name Wren --stories binary.txt", "binary"),
    ("prepare home", "no file in it"), ("prepare edited", "being.toml"),
    ("curate home", "foundling prepare"), ("dropped home", "no texts yet"),
    ("audit home --generation 2", "--bias"), ("world narrate --out texts", "there already"),
    ("world measure --books emptydir", "no .txt file"), ("world measure --books nowhere", "no folder"),
    ("world scene tower --solid nowhere/x.png", "no folder nowhere"), ("world watch --people 5", "12 to 60"),
])
def test_one_sentence_and_nothing_left(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    monkeypatch.chdir(place)
    before = sorted(str(path) for path in place.rglob("*") if path.name not in (".lock", "ledger.db-wal"))
    assert run(words.split()) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("foundling: ")]
    assert len(told) == 1 and sentence in told[0]
    after = sorted(str(path) for path in place.rglob("*") if path.name not in (".lock", "ledger.db-wal"))
    assert after == before


def test_evaluation_texts_without_text_are_no_guard(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from foundling.life.sifting import Asked, cleaning_for
    from foundling.records import BadInput

    monkeypatch.chdir(place)
    for path in ("emptydir", "empty.txt"):
        with pytest.raises(BadInput, match="--keep-out"):
            cleaning_for(Asked(keep_out=("texts", path)))


def test_stories_that_were_refused_are_not_what_a_home_begins_with(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    home = tmp_path / "home"
    assert run(["collect", str(home), "emptydir"]) == 2 and not home.exists()
    assert run(["collect", str(home), "texts"]) == 0
    assert run(["collect", str(home), "emptydir"]) == 2 and Home.open(home).name == "Home"
