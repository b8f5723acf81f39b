"""Killed at any instant: nothing torn, nothing lost that was acknowledged, and the next start needs no hand."""

import random
import re
import time
from pathlib import Path

import pytest
from crash_worker import NEW, OLD, one

import foundling.home
from foundling.home import Home, clear_leftovers, remove_folder, verify_folder, write_atomically, write_folder
from foundling.home.files import CRASH_POINTS

SAVING = ("folder-made", "folder-file-written", "folder-files-written", "folder-manifest-written", "folder-synced",
          "folder-renamed", "folder-durable")
FILE = ("file-written", "file-renamed")
CASES = [
    *(("create", p) for p in ("migration-applied", "home-tree-made", "home-ledger-made", *FILE)),
    *(("file", p) for p in FILE),
    *(("save", p) for p in SAVING),
    *(("commit", p) for p in SAVING[1:]),
    *(("replace", p) for p in (*SAVING, "folder-old-aside", "remove-renamed", "remove-begun", "folder-old-dropped")),
    *(("remove", p) for p in ("remove-renamed", "remove-begun")),
    *(("append", p) for p in ("event-inserted", "event-committed")),
]
DURABLE = {"file-renamed", "folder-renamed", "folder-durable", "folder-old-dropped", "event-committed",
           "remove-renamed", "remove-begun"}


def contents(folder: Path) -> dict[str, bytes] | None:
    if not folder.exists():
        return None
    verify_folder(folder)
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def state(home: Home, scenario: str) -> object:
    if scenario == "file":
        return (home.reports / "page.html").read_bytes()
    if scenario == "append":
        with home.ledger() as ledger:
            return [event.text for event in ledger.events("turn")]
    return contents(home.generation(1 if scenario in ("save", "commit") else 0))


BEFORE_AFTER: dict[str, tuple[object, object]] = {
    "file": (b"old", b"new"), "save": (None, NEW), "commit": (None, NEW), "replace": (OLD, NEW), "remove": (OLD, None),
    "append": ([], ["Good evening."]), "create": (None, None),
}


def leftovers(home: Home) -> list[Path]:
    return [p for p in home.path.rglob(".*") if p.name != ".lock"]


@pytest.mark.parametrize(("scenario", "point"), CASES)
def test_killed_between_two_operations(start, tmp_path, scenario, point):
    path = tmp_path / "wren"
    if scenario != "create":
        home = Home.create(path, "Wren", "2026-01-01", {})
        write_folder(home.generation(0), OLD)
        write_atomically(home.reports / "page.html", b"old")
    process = start(scenario, path, crash_at=point)
    assert process.communicate() == ("", None)
    assert process.returncode == 137, f"{point} was not reached"
    if scenario == "create" and not (path / "being.toml").exists():
        one("create", path)
    home = Home.open(path)
    with home.locked():
        assert leftovers(home) == []
        home.verify()
    before, after = BEFORE_AFTER[scenario]
    if scenario != "create":
        found = state(home, scenario)
        assert found in (before, after)
        if point in DURABLE:
            assert found == after
        if found == before or scenario in ("file", "replace", "remove", "append"):
            one(scenario, path)
        assert state(home, scenario) == after
    home.verify()


def test_every_crash_point_is_tried():
    written = set()
    for source in Path(foundling.home.__file__).parent.glob("*.py"):
        written |= set(re.findall(r'crash_point\("([a-z-]+)"\)', source.read_text()))
    tried = {point for _, point in CASES} | {"leftover-restored"}
    assert written == tried == set(CRASH_POINTS)


def test_killed_while_restoring_what_a_kill_left(start, home):
    write_folder(home.generation(0), OLD)
    for point in ("folder-old-aside", "leftover-restored"):
        process = start("replace", home.path, crash_at=point)
        assert (process.communicate()[0], process.returncode) == ("", 137)
    with home.locked() as notes:
        # The second process died after the rename, so all that it left was for the first one's temporary folder.
        assert all("deleted" in note for note in notes)
    assert contents(home.generation(0)) == OLD
    assert leftovers(home) == []


def test_replaced_folder_comes_back_when_the_new_one_never_came(start, home):
    write_folder(home.generation(0), OLD)
    start("replace", home.path, crash_at="folder-old-aside").communicate()
    assert not home.generation(0).exists()
    with home.locked() as notes:
        assert any("the save before it was restored" in note for note in notes)
    assert contents(home.generation(0)) == OLD


def test_removing_or_saving_anew_settles_an_old_copy_too(start, home):
    for act in (remove_folder, lambda path: write_folder(path, NEW, replace=True)):
        write_folder(home.generation(0), OLD, replace=True)
        start("replace", home.path, crash_at="folder-old-aside").communicate()
        act(home.generation(0))
        clear_leftovers(home.path / "generations")
        assert contents(home.generation(0)) == (None if act is remove_folder else NEW)


def test_only_names_of_ours_are_cleared(tmp_path):
    for name in (".tmp-12-x", ".trash-3-y", ".tmp-x", ".tmp-12", ".trashed", "tmp-1-x", ".tmpfile", ".old-7-z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"mine")
    notes = clear_leftovers(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {".tmp-x", ".tmp-12", ".trashed", "tmp-1-x", ".tmpfile", "z"}
    assert len(notes) == 3
    assert clear_leftovers(tmp_path / "nothing here") == []


def test_killed_at_random(start, home):
    """25 kills over one home that goes on living (reliability.md tests 1 and 14, in small)."""
    chance, acknowledged, rounds = random.Random(20260101), -1, 0
    for _ in range(25):
        process = start("endless", home.path, acknowledged + 1)
        for _ in range(chance.randrange(1, 4)):
            acknowledged = int(process.stdout.readline())
            rounds += 1
        end = time.perf_counter() + chance.random() * 0.03
        while time.perf_counter() < end:  # any instant of the next rounds, which take about 0.02 s
            pass
        process.kill()
        rest = process.communicate()[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        with home.locked(), home.ledger() as ledger:  # the lock of a killed process is free
            assert leftovers(home) == []
            home.verify()
            recorded = ledger.last("generation").data["n"]
            assert recorded >= acknowledged
            assert int((home.reports / "state" / "state.json").read_bytes()) >= acknowledged
            verify_folder(home.reports / "state")
            notes: list[str] = []
            newest = home.newest(notes)
            assert (newest >= acknowledged, notes) == (True, [])
            # What was saved and not recorded is done again by nobody here, so its number is used up.
            acknowledged = max(newest, recorded)
    assert rounds >= 25
