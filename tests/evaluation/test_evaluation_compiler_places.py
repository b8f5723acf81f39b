"""Lines and columns of diagnostics, exactly: in plain text, behind front matter, in JSON strings with escapes."""

import json
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN
from foundling.corpus.sources.naming import title_of
from foundling.evaluation.spaces.data.check import Diagnostic
from foundling.evaluation.spaces.data.compiler import Wanted, compile_folder
from foundling.evaluation.spaces.data.heads import Terms
from foundling.evaluation.spaces.data.places import Mark, PlainPlaces
from foundling.evaluation.spaces.data.printing import told, visible
from foundling.evaluation.spaces.data.reading import read_document
from foundling.evaluation.spaces.data.rows import row_document
from foundling.records import read_story

SCENE = "---\nform: scene\n---\n"
TOKEN = "<|turn|>"
WHERE = [
    ("E012", "a.txt", f"{SCENE}\nAda: Here.\n    and there\nBen: No.\n", 6, 5),
    ("E013", "a.txt", f"{SCENE}Ada: Here.\n  Ben:   \nAda: So.", 5, 3),
    ("E014", "a.txt", f"{SCENE}Ada: Here.\nBen\nAda: So.\nBen: Yes.", 5, 1),
    ("E015", "a.txt", f"{SCENE}Ada: Here.\n\n  User: Yes.", 6, 3),
    ("E016", "a.txt", f"{SCENE}Ada: Here.\n[1] ben: Yes.", 5, 1),
    ("E003", "a.txt", "The miller\r\nhad a caf\udce9 once, and he closed it.", 2, 10),
    ("E004", "a.txt", "\n\n  The mill\x07er had a key that fitted no door.", 3, 11),
    ("E023", "a.txt", f"---\ntitle: x\n---\n\nThe miller said:\n \t{TOKEN} and no more.", 6, 3),
    ("W007", "b.md", "# The Key\n\nThe mil\u200bler had a key that fitted no door.\n", 3, 8),
    ("W009", "a.txt", "one line of it\r\nand another line\nand the last one.\r\n", 2, 1),
    ("W047", "a.txt", "Write to the miller, and\nto miller.jones@oldmill.org, please.", 2, 4),
    ("E051", "a.txt", "---\ntitle: x\nconsent:   refused\n---\nThe miller had a key that fitted no door.", 3, 12),
    ("W067", "a.txt", "---\npeople: Ada, Ben\n---\nAda had a key that fitted no door.", 2, 14),
    ("W043", "a.txt", "The miller had a key.\nIt fitted no door in the whole of the", 2, 37),
    ("E036", "a.jsonl", '\n{"text": "The miller had a key that fitted."},\n', 2, 46),
    ("E036", "a.jsonl", '{"text" "The miller had a key that fitted."}\n', 1, 9),
    ("E037", "a.jsonl", '{"title": "x"}\n', 1, 1),
    ("E004", "a.jsonl", '{"text": "\\u00e9\\n\\ud83d\\ude00\\"The\\u0007 miller had a key that fitted."}', 1, 36),
    ("E023", "a.jsonl", '{"turns": [{"name": "Ada", "text": "I said <|end|> twice."}, "Ben: So it ends."]}', 1, 44),
    ("E015", "a.jsonl", '{"turns": [{"role": "user", "content": "Is it there?"}, "Ben: So it is."]}', 1, 22),
    ("E012", "a.jsonl", '{"turns": [{"name": "Ada", "text": "So."}, "no turn", "Ben: Yes."]}', 1, 45),
    ("E005", "a.jsonl", '{"text": "The miller \\ud83d had a key that fitted no door."}', 1, 22),
    ("E053", "a.jsonl", '{"text": "The miller had a key that fitted no door.", "date": "2999-01-01"}', 1, 64),
]


@pytest.mark.parametrize(("code", "name", "text", "line", "column"), WHERE, ids=lambda value: str(value)[:12])
def test_a_fault_has_its_line_and_column(
    code: str, name: str, text: str, line: int, column: int, tmp_path: Path
) -> None:
    from foundling.evaluation.spaces.data.bench import Given

    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    events = list(compile_folder(Wanted(folder=tmp_path, given=Given(today="2026-11-21"))))
    found = [event for event in events if isinstance(event, Diagnostic) and event.code == code]
    assert [event.mark for event in found] == [Mark(file=name, line=line, column=column)]
    shown = told(found[0])
    assert shown.startswith(f"{name}:{line}:{column}: ") and f" {code}: " in shown.split("\n")[0]
    if code == "W047":
        assert "miller" not in shown
        return
    assert found[0].source[found[0].caret:found[0].caret + 1] == _line(text, line)[column - 1:column]


def _line(text: str, number: int) -> str:
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return whole.replace("\r\n", "\n").split("\n")[number - 1]


def test_it_prints_as_a_compiler_does(tmp_path: Path) -> None:
    (tmp_path / "stories").mkdir()
    body = "\n".join(["Ada: Here.", "Ben: There."] * 4)
    (tmp_path / "stories" / "ada.txt").write_text(f"{SCENE}{body}\n    I looked, and it was not.\n", encoding="utf-8")
    events = list(compile_folder(Wanted(folder=tmp_path)))
    assert [told(event) for event in events if isinstance(event, Diagnostic) and event.severity == "error"] == [
        "stories/ada.txt:12:5: error E012: turn without a speaker\n"
        "  12 |     I looked, and it was not.\n"
        "     |     ^"
    ]


def test_the_caret_stands_under_wide_and_hidden_signs() -> None:
    one = Diagnostic(code="E004", severity="error", mark=Mark(file="a\x1b[2J\n.txt", line=3, column=4),
                     message="x", source="日\x1b本\x07!", caret=3)
    head, line, caret = told(one).split("\n")
    assert head.startswith("a\\x1b[2J\\n.txt:3:4: ")
    assert line == "  3 | 日\\x1b本\\x07!" and caret == "    | " + " " * 8 + "^"
    assert visible("a\u202eb\u2028c\td") == "a\\u202eb\\u2028c d"


@pytest.mark.parametrize("path", sorted(BUILTIN.rglob("*.txt"))[::4], ids=lambda path: path.stem[:20])
def test_it_reads_what_collect_reads(path: Path) -> None:
    """This parser has places and goes on after faults; what it reads is what `records.read_story` reads."""
    data = path.read_bytes()
    story = read_story(data.decode("utf-8"), title=title_of(path.name), source=path.name)
    ours = read_document(data, path.name, Terms()).story
    assert (ours.title, ours.text, ours.form, ours.people, ours.simulated) == (
        story.title, "\n".join(line for line in story.text.split("\n") if line.strip())
        if story.form == "scene" else story.text, story.form, story.people, story.simulated)
    assert ours.turns == story.turns and (story.form == "scene" or ours.id == story.id)


def test_every_character_of_a_row_has_its_place() -> None:
    text = 'é "\\ \n\t😀 ab\u0001c/d'
    for dumped in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        row = '{"a": [1, {"text": 2}], "text": ' + dumped + ', "title": "t"}'
        document = row_document(row.encode("utf-8"), Mark(file="r", line=7), Terms())
        assert document.text == text.strip() and not document.faults
        start = row.index(dumped) + 1
        at = start
        for offset, sign in enumerate(text):
            mark = document.at(offset)
            assert (mark.line, mark.column) == (7, at + 1)
            escaped = json.dumps(sign, ensure_ascii=dumped.isascii())[1:-1]
            assert row[at:at + len(escaped)] == escaped
            at += len(escaped)


def test_lines_are_counted_as_editors_count_them() -> None:
    places = PlainPlaces(whole="ab\n\ncd", begin=1)
    assert [places.at(n) for n in range(6)] == [(1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3)]
    assert [places.line(n) for n in range(5)] == ["", "ab", "", "cd", ""]
