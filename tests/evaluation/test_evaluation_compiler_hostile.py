"""What a stranger may put into a folder: links, pipes, endless and broken files, names that steer a terminal, noise."""

import json
import os
import random
import time
from pathlib import Path

import pytest

from foundling.evaluation.spaces.data.bench import Given
from foundling.evaluation.spaces.data.check import Diagnostic
from foundling.evaluation.spaces.data.compiler import Compiled, Wanted, compile_folder
from foundling.evaluation.spaces.data.heads import Terms
from foundling.evaluation.spaces.data.judging import DataSpace
from foundling.evaluation.spaces.data.printing import told, visible
from foundling.evaluation.spaces.data.reading import read_document
from foundling.evaluation.spaces.data.rows import MOST_ROWS
from foundling.evaluation.spaces.data.table import CHECKS
from foundling.records import BadInput, read_story

TALE = "The miller had a key that fitted no door, and he kept it in his hat.\n"


def compiled(folder: Path) -> tuple[list[Diagnostic], Compiled]:
    events = list(compile_folder(Wanted(folder=folder, given=Given(today="2026-11-21"))))
    assert isinstance(events[-1], Compiled)
    return [event for event in events if isinstance(event, Diagnostic)], events[-1]


def test_links_pipes_and_locked_files_are_told_of_and_never_waited_for(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret.txt", tmp_path / "texts"
    secret.write_text("The password is swordfish, and nobody may read it.")
    (folder / "deep").mkdir(parents=True)
    (folder / "good.txt").write_text(TALE)
    (folder / "out.txt").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "inside.txt").symlink_to(folder / "good.txt")
    os.mkfifo(folder / "deep" / "pipe.txt")
    found, facts = compiled(folder)
    by_code = {(one.code, one.mark.file) for one in found if one.code[0] == "E"}
    assert {("E002", "out.txt"), ("E002", "up"), ("E001", "deep/pipe.txt"), ("E044", "inside.txt")} <= by_code
    assert "swordfish" not in "".join(map(told, found)) and facts.documents == 2


def test_names_that_steer_a_terminal_are_never_printed_raw(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J\nb.txt").write_text("User: \x1b]0;owned\x07 and \u202e more.")
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"))
    found, _ = compiled(tmp_path)
    assert len(found) > 4
    for line in map(told, found):
        assert all(sign.isprintable() or sign == "\n" for sign in line) and "owned" not in line.split("\n")[0]
        assert len(line.split("\n")) in (1, 3)
    json.dumps([one.mark.file for one in found]).encode("ascii")


def test_a_sparse_file_of_a_gigabyte_costs_its_limit_and_no_more(tmp_path: Path) -> None:
    for name in ("huge.txt", "huge.jsonl"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(2**30)
    (tmp_path / "good.txt").write_text(TALE)
    began = time.monotonic()
    found, facts = compiled(tmp_path)
    assert {(one.code, one.mark.file) for one in found if one.code[0] == "E"} == {
        ("E027", "huge.txt"), ("E027", "huge.jsonl")}
    assert facts.documents == 1 and time.monotonic() - began < 20


def test_ten_million_lines_are_told_of_in_one(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_bytes(b"a\n" * 10_000_000)
    (tmp_path / "lines.jsonl").write_bytes(b"\n" * 10_000_000)
    found, facts = compiled(tmp_path)
    assert {(one.code, one.mark.file) for one in found} == {("E029", "lines.txt"), ("E029", "lines.jsonl")}
    assert [one.mark.line for one in found if one.mark.file == "lines.jsonl"] == [MOST_ROWS + 1]
    assert facts.documents == 0


def test_a_document_of_more_than_sixteen_million_characters_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_text(TALE * 250_000)
    found, _ = compiled(tmp_path)
    assert [one.code for one in found] == ["E069"]


@pytest.mark.parametrize(("deep", "code"), [(60, None), (70, "E038"), (1_000_000, "E038")])
def test_how_deep_a_row_may_be_depends_on_nothing_else(deep: int, code: str | None) -> None:
    row = f'{{"text": "The miller said [[[[ and no more of it.", "x": {"[" * deep}"]"{"]" * deep}}}'
    failed = [label.name for label in DataSpace().judge(row.encode("utf-8"), seed=0).labels if label.passed is False]
    assert ("E038" in failed) == (code is not None) and "E036" not in failed


def test_faults_of_one_kind_are_cut_short(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("---\nform: scene\n---\n" + "no turn at all.\n" * 5_000)
    found, _ = compiled(tmp_path)
    bad = [one for one in found if one.code == "E012"]
    assert len(bad) == 20 and bad[-1].message.endswith("and more of these below")


def test_what_cannot_be_compiled_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"x")
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "picture.png"):
        with pytest.raises(BadInput):
            list(compile_folder(Wanted(folder=folder)))
    (tmp_path / "a.txt").write_text(TALE)
    with pytest.raises(BadInput, match="tokenizer"):
        list(compile_folder(Wanted(folder=tmp_path, out=tmp_path / "out")))
    assert not (tmp_path / "out").exists()


HOSTILE = [
    "Ada" * 40_000 + ": x", ": " * 50_000, "<" * 100_000, "&" * 100_000, "[[" * 50_000, "{{" * 50_000, "a@" * 50_000,
    "-" * 100_000, "a b " * 50_000, "no " * 60_000, "=" * 100_000 + "\n", "1 " * 50_000, "Ada has the " * 20_000,
    "\u0430a" * 40_000, "e\u0301" * 40_000, "Ã©" * 40_000, "A is dead " * 20_000, "(" * 100_000, " \n" * 50_000,
    "def " * 30_000, "Ada: Ben: " * 20_000, "\u200d" * 50_000, "http://" * 20_000, "if (a" * 30_000, "\\" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_a_check_slow(text: str) -> None:
    """Each is a hundred thousand signs that a careless expression would chew on for hours."""
    for head in ("", "---\nform: scene\npeople: Ada, Ben\nworld: x\nlanguage: en\n---\n"):
        began = time.process_time()  # computing alone: other work on the machine is no fault of a check's
        evidence = DataSpace().judge((head + text).encode("utf-8"), seed=0)
        assert len(evidence.labels) == len(CHECKS) and time.process_time() - began < 8


def seconds(data: bytes) -> float:
    began = time.process_time()
    DataSpace().judge(data, seed=0)
    return time.process_time() - began


def rows_of(number: int) -> bytes:
    """One row with a scene of so many turns in one string."""
    return json.dumps({"form": "scene", "text": "Ada: I said so.\nBen: So.\n" * number}).encode("ascii")


GROWING = {
    "places in a row": lambda n: rows_of(n // 10),
    "strings without an end": lambda n: b"[]" * 70 + b'\\"' * n,  # brackets enough for depth to be counted
    "blanks in a turn": lambda n: b"---\nform: scene\n---\nAda: a" + b" " * n + b"b\nBen: So.\n",
}


@pytest.mark.parametrize("name", GROWING)
def test_four_times_the_text_takes_no_more_than_some_four_times_as_long(name: str) -> None:
    made = GROWING[name]
    seconds(made(100))
    small, large = (min(seconds(made(size)) for _ in range(2)) for size in (15_000, 60_000))
    assert large < 8 * small + 0.2, (small, large)


PIECES = (
    "Ada: ", "Ben:", "\n", "\r\n", "---\n", "form: scene\n", "people: Ada, , Ben\n", "(silence)\n", "<|turn|>", "{",
    "}", '{"text": "', '"turns": [', '"}', "\\ud83d", "\\u0000", "\x00", "\x1b[0m", "\u202e", "\ufeff", "é", "\udcff",
    "日本", "licence: ", "consent: no\n", "date: 9999999999-1\n", "parent: 00\n", "world: 1/0\n", "depth: ²\n",
    "٣", "https://x.org/", "a@b.cd ", "12 34 56 78 90 12 ", "the the ", "has the blue jug. ", " is dead.", "]", ",",
    ":", '"', "&amp;", "<p>",
)


def _read_alike(made: bytes) -> None:
    """Of text that `records.read_story` can read at all, both read the same."""
    try:
        text = made.decode("utf-8")
        story = read_story(text.replace("\r\n", "\n").replace("\r", "\n"), title="noise", source="noise")
    except (UnicodeDecodeError, BadInput):
        return
    ours = read_document(made, "noise", Terms())
    if "\0" not in text and not text.startswith("\ufeff"):
        assert (ours.form, ours.story.turns, ours.simulated) == (story.form, story.turns, story.simulated)
        assert story.form == "scene" or ours.text == story.text


@pytest.mark.parametrize("seed", range(200))
def test_noise_is_judged_without_a_fault(seed: int, tmp_path: Path) -> None:
    """Two hundred inputs of pieces that mean something, in an order that means nothing: told of, never a crash."""
    dice = random.Random(seed)
    made = "".join(dice.choices(PIECES, k=dice.randrange(1, 120))).encode("utf-8", "surrogateescape")
    made = bytes(dice.randrange(256) if dice.random() < 0.02 else byte for byte in made)
    first = DataSpace().judge(made, seed=seed)
    assert first == DataSpace().judge(made, seed=seed) and len(first.labels) == len(CHECKS)
    whole = made.decode("utf-8", "ignore").encode("utf-8")  # of noise as it stands hardly any is UTF-8
    for read in (made, whole, b"---\nform: scene\n---\nAda: So.\n" + whole):
        _read_alike(read)
    name = ("noise.txt", "noise.jsonl", "noise.md")[seed % 3]
    (tmp_path / name).write_bytes(made)
    found, facts = compiled(tmp_path)
    lines = made.count(b"\n") + made.count(b"\r") + 1
    for one in found:
        assert one.mark.file == name and 1 <= one.mark.line <= lines and one.mark.column >= 1
        assert all(sign.isprintable() or sign == "\n" for sign in told(one))
        assert 0 <= one.caret <= len(one.source) or not one.source
    assert facts.errors == sum(one.severity == "error" for one in found)
    assert visible(made.decode("utf-8", "replace")).isprintable()
