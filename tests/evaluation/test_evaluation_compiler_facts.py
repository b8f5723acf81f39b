"""Claims against the world: the village lived again from its name, a history, a plain sheet, each other."""

import json
from pathlib import Path

import pytest

from foundling.evaluation.spaces.data.check import Diagnostic
from foundling.evaluation.spaces.data.checks.facts import claims_of
from foundling.evaluation.spaces.data.compiler import Compiled, Wanted, compile_folder
from foundling.evaluation.spaces.data.heads import Terms
from foundling.evaluation.spaces.data.reading import read_document
from foundling.evaluation.spaces.data.sheets import MOST_DAYS, Sheets, read_sheets
from foundling.evaluation.spaces.data.table import chosen
from foundling.world.village import Village, to_json

FACTS = chosen(["E059", "E060", "E068"], [])


def told(folder: Path) -> list[tuple[str, str, int]]:
    events = compile_folder(Wanted(folder=folder, checks=FACTS))
    return [(event.code, event.mark.file, event.mark.line) for event in events if isinstance(event, Diagnostic)]


def text(world: str, words: str) -> str:
    return f"---\nworld: {world}\n---\nIt was evening in the village, and the lamps were lit.\n{words}\n"


def test_a_village_is_lived_again_from_its_name(tmp_path: Path) -> None:
    sheet = Sheets().of("7/2")
    assert sheet is not None
    thing, holder = next((thing, holder) for thing, holder in sorted(sheet.world.holder.items()) if holder)
    other = next(name for name in sorted(sheet.world.at) if name != holder)
    (tmp_path / "a.txt").write_text(text("7/2", f"{holder} has the {thing}."))
    (tmp_path / "b.txt").write_text(text("7/2", f"Is it true that {other} has the {thing}?"))
    (tmp_path / "c.txt").write_text(text("7/2", f"{other} had the {thing}. {other} has the moon in a bucket."))
    assert told(tmp_path) == []
    (tmp_path / "d.txt").write_text(text("7/2", f"And now {other} has the {thing}."))
    (tmp_path / "e.txt").write_text(text("7/2", f"{holder} is dead."))
    assert ("E059", "d.txt", 5) in told(tmp_path) and ("E059", "e.txt", 5) in told(tmp_path)
    assert [Sheets().of(name) for name in (f"7/{MOST_DAYS + 1}", "7/0", "ash", "99999999999/3", "")] == [None] * 5


def test_a_history_and_a_plain_sheet_are_facts(tmp_path: Path) -> None:
    history = Village(3, people=12).run(2)
    first = history.setting.people[0].name
    sheets = {"long": json.loads(to_json(history)), "ash/3": {"dead": ["Ben"], "has": {"Ada": ["blue jug"]}}}
    (tmp_path / "facts.json").write_text(json.dumps(sheets))
    (tmp_path / "a.txt").write_text(text("long", f"{first} is alive."))
    (tmp_path / "b.txt").write_text(text("ash/3", "Ada has the blue jug. Ben is dead."))
    assert told(tmp_path) == []
    (tmp_path / "c.txt").write_text("---\nworld: ash/3\nform: scene\n---\nAda: Who is there?\nBen: It is I, Ada.\n")
    (tmp_path / "d.txt").write_text(text("ash/3", "Ben has the blue jug, in spite of all."))
    found = told(tmp_path)
    assert ("E059", "c.txt", 6) in found and ("E060", "c.txt", 6) in found and ("E059", "d.txt", 5) in found
    assert {code for code, name, _ in found} == {"E059", "E060"}


@pytest.mark.parametrize("raw", [
    b"[", b"[]", b"3", b'{"a": 3}', b'{"a": {"has": 3}}', b'{"a": {"dead": 3}}', b"\xff", b"[" * 100_000,
    b'{"a": {"setting": 1}}', b'{"a": {"has": {"x": 1}}}', b'{"a": {"setting": {}, "events": [[]]}}',
])
def test_a_sheet_that_is_none_is_told_of_and_nothing_else(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_bytes(raw)
    (tmp_path / "a.txt").write_text(text("a", "Ada has the blue jug."))
    assert told(tmp_path) == [("E068", "facts.json", 1)]
    assert read_sheets(tmp_path / "facts.json").sheets == {}
    assert read_sheets(tmp_path / "nothing.json").fault == ""


def test_what_is_doubted_or_past_is_no_claim() -> None:
    words = ("Ada has the blue jug. If Ben has the red cup, tell me. Nobody says Cleo has the key. Dan had the hat. "
             "Eva is dead. Finn was dead tired. Gus is alive! Ida holds the long rope with both hands. Perhaps Jo has "
             "the saw. Kai has the axe?")
    claims = claims_of(read_document(words.encode("utf-8"), "a", Terms()))
    assert [(claim.who, claim.relation, claim.thing) for claim in claims] == [
        ("Ada", "has", "blue jug"), ("Eva", "dead", ""), ("Gus", "alive", ""), ("Ida", "has", "long rope")]


def test_many_worlds_cost_no_more_than_twelve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Sheets, "of", lambda self, name: asked.append(name))
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text(text(f"{number}/30", "Ada has the blue jug."))
    *_, end = compile_folder(Wanted(folder=tmp_path, checks=FACTS))
    assert isinstance(end, Compiled) and end.errors == 0 and len(asked) == 12
