"""`foundling compile` as a person types it: exit codes, words, JSON, codes chosen and explained, homes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from foundling.cli.compiling import compile_texts
from foundling.cli.options import parser
from foundling.corpus import BUILTIN
from foundling.evaluation.spaces.data.shards import ROWS
from foundling.evaluation.spaces.data.table import CHECKS
from foundling.home import Home
from foundling.records import BadInput, canonical_json
from foundling.tokens import train_tokenizer

TALE = "The miller had a key that fitted no door, and he kept it in his hat, for the hat had no other use."
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def typed(*words: object) -> tuple[int, str, str]:
        code = compile_texts(parser().parse_args(["compile", *map(str, words)]))
        out = capsys.readouterr()
        return code, out.out, out.err

    return typed


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "key.txt").write_text(TALE)
    return folder


@pytest.fixture(scope="module")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = train_tokenizer([path.read_text() for path in sorted(BUILTIN.rglob("*.txt"))[:60]], 1024)
    path = tmp_path_factory.mktemp("tokens") / "tokenizer.json"
    path.write_bytes(made.files()["tokenizer.json"])
    return path


def test_warnings_are_no_failure_and_errors_are(run: Run, texts: Path) -> None:
    code, out, _ = run(texts)
    assert code == 0 and out.endswith("0 errors, 2 warnings in 1 of 1 document (1 file, 0.0 MB).\n")
    assert out.startswith("key.txt:1:1: warning W048: no licence\n  1 | The miller")
    assert run(texts, "--licence", "own", "--author", "Ada")[:2] == (
        0, "0 errors, 0 warnings in 0 of 1 document (1 file, 0.0 MB).\n")
    assert run(texts, "--strict")[0] == 1
    assert run(texts, "--strict", "--ignore", "W04", "W05")[0] == 0
    (texts / "scene.txt").write_text("---\nform: scene\n---\nUser: Is it there?\nBen: It is.")
    code, out, _ = run(texts, "--select", "E")
    assert code == 1 and "scene.txt:4:1: error E015: role in the place of a name" in out and "W048" not in out


def test_bad_input_is_one_sentence(run: Run, tmp_path: Path, texts: Path) -> None:
    for words in ([], [tmp_path / "nowhere"], [texts, "--select", "E999"], [texts, "--explain", "E999"],
                  [texts, "--out", tmp_path / "out"], [texts, "--against", tmp_path / "nowhere"],
                  [texts, "--tokenizer", texts / "key.txt"], [texts, "--home", texts]):
        with pytest.raises(BadInput):
            run(*words)
    assert not (tmp_path / "out").exists()


def test_codes_are_explained_and_listed(run: Run) -> None:
    code, out, _ = run("--explain", "e012")
    assert code == 0 and out.startswith("E012 (error): turn without a speaker\n\n") and "Right:\n" in out
    code, out, _ = run("--list")
    assert code == 0 and len(out.splitlines()) == len(CHECKS) and "E012  error    turn without a speaker" in out
    code, out, _ = run("--list", "--json")
    assert [row["code"] for row in json.loads(out)["checks"]] == [check.code for check in CHECKS]


def test_json_is_one_object_with_everything(run: Run, texts: Path) -> None:
    (texts / "a\nb.jsonl").write_text('{"text": "The miller \\u0007 had a key."}\n{"text": 3}\n')
    code, out, _ = run(texts, "--json")
    facts = json.loads(out)
    assert code == 1 and len(out.splitlines()) == 1 and out.isascii()
    assert set(facts) == {
        "files", "others", "documents", "documents_with", "broken", "bytes", "errors", "warnings", "counts", "not_run",
        "shards", "wanted", "diagnostics", "hidden", "seconds"}
    assert (facts["files"], facts["documents"], facts["errors"], facts["shards"]) == (2, 2, 2, None)
    for one in facts["diagnostics"]:
        assert set(one) == {"code", "severity", "file", "line", "column", "message", "source"}
        assert isinstance(one["line"], int) and isinstance(one["column"], int)
    places = {(one["code"], one["line"], one["column"]) for one in facts["diagnostics"] if one["severity"] == "error"}
    assert places == {("E004", 1, 22), ("E037", 2, 10)}
    assert set(facts["not_run"]) == {"E046", "W065", "E066"}


def test_only_so_many_of_a_code_are_shown(run: Run, texts: Path) -> None:
    for number in range(5):
        (texts / f"{number}.txt").write_text(f"{TALE} It was number {number}.")
    _, out, _ = run(texts, "--most", 2, "--select", "W048")
    assert out.count("warning W048") == 2 and "... and 4 more of W048" in out and "6 warnings" in out
    facts = json.loads(run(texts, "--most", 2, "--select", "W048", "--json")[1])
    assert facts["hidden"] == {"W048": 4} and facts["warnings"] == 6


def test_it_packs_with_a_tokenizer(run: Run, texts: Path, tokenizer_file: Path, tmp_path: Path) -> None:
    code, out, _ = run(texts, "--tokenizer", tokenizer_file, "--out", tmp_path / "packed")
    assert code == 0 and "; packed: " in out and "tokens in 1 shard" in out
    assert [json.loads(row)["file"] for row in (tmp_path / "packed" / ROWS).read_bytes().splitlines()] == ["key.txt"]
    (texts / "bad.txt").write_text("\x07" + TALE)
    code, out, _ = run(texts, "--tokenizer", tokenizer_file, "--out", tmp_path / "other")
    assert code == 1 and out.endswith("; nothing was packed.\n") and not (tmp_path / "other").exists()


def test_a_home_gives_its_tokenizer_and_its_held_out_splits(
    run: Run, texts: Path, tokenizer_file: Path, tmp_path: Path
) -> None:
    home = Home.create(tmp_path / "wren", "Wren", "2026-11-21", {})
    with pytest.raises(BadInput, match="no tokenizer yet"):
        run(texts, "--home", home.path)
    home.commit_new("tokens", {"tokenizer.json": tokenizer_file.read_bytes()})
    other = "Which of the three sisters carried the lamp down to the harbour on the night when the boats came home?"
    home.commit_new("judge", {"vault.json": canonical_json([{"text": TALE}]), "sample.json": canonical_json([other])})
    (texts / "read.txt").write_text(other)  # what was trained on is no leak
    code, out, _ = run(texts, "--home", home.path, "--select", "E")
    assert code == 1 and out.count("error") == 2 and "key.txt:1:1: error E046: text of an examination" in out
    (tmp_path / "exam.jsonl").write_text(json.dumps({"question": other}))
    assert "read.txt:1:1: error E046" in run(texts, "--against", tmp_path / "exam.jsonl")[1]
