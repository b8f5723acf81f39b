"""No space, no permission, another disk: one sentence, the save before it whole, nothing left behind."""

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from crash_worker import NEW, OLD

from foundling.home import Home, Ledger, hold, remove_folder, temporary, verify_folder, write_atomically, write_folder
from foundling.records.errors import BadInput

SAVES = {
    "new": lambda home: write_folder(home.generation(1), NEW),
    "replaced": lambda home: write_folder(home.generation(0), NEW, replace=True),
    "file": lambda home: write_atomically(home.reports / "page.html", b"new"),
    "content": lambda home: home.commit_new("tokens", NEW),
    "program": lambda home: home.commit_program(b"print()\n"),
}


def everything(home: Home) -> dict[str, bytes]:
    return {str(p.relative_to(home.path)): p.read_bytes() for p in sorted(home.path.rglob("*")) if p.is_file()}


@pytest.fixture
def saved(home: Home) -> Home:
    write_folder(home.generation(0), OLD)
    write_atomically(home.reports / "page.html", b"old")
    return home


@pytest.mark.parametrize("save", SAVES)
def test_too_little_space_is_seen_before_anything_is_written(saved, monkeypatch, save):
    before = everything(saved)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 10, 1))
    with pytest.raises(BadInput, match=r"MB free and this save needs .* free some space and try again\.$"):
        SAVES[save](saved)
    assert everything(saved) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("save", SAVES)
def test_any_fsync_may_fail(saved, monkeypatch, save, code):
    """Sweep: the first, second, ... fsync of a save fails; the home holds the state before or the whole new one."""
    real, before = os.fsync, everything(saved)
    for failing in range(1, 40):
        calls = 0

        def fsync(handle: int, failing: int = failing) -> None:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(code, os.strerror(code))
            real(handle)

        monkeypatch.setattr(os, "fsync", fsync)
        try:
            SAVES[save](saved)
            break
        except BadInput as exc:
            assert str(exc).endswith((".", "folder.")) and "\n" not in str(exc)
            assert code != errno.ENOSPC or "disk is full" in str(exc)
        finally:
            monkeypatch.setattr(os, "fsync", real)
        with saved.locked():
            verify_folder(saved.generation(0))
            saved.verify()
            assert not [p for p in saved.path.rglob(".*") if p.name != ".lock"]
            if everything(saved) != before:  # only the very last fsync, of the parent, comes after the rename
                remove_folder(saved.generation(1))
                write_folder(saved.generation(0), OLD, replace=True)
                write_atomically(saved.reports / "page.html", b"old")
                shutil.rmtree(saved.tokens)
                shutil.rmtree(saved.programs)
                saved.tokens.mkdir()
                saved.programs.mkdir()
    else:
        pytest.fail("the save never succeeded")
    assert failing > 2 or save in ("file", "program")


def test_write_that_fails_halfway(start, saved):
    before = everything(saved)
    told, _ = start("limited", saved.path).communicate()
    assert "generations/1 could not be used (File too large)" in told
    assert everything(saved) == before


def test_another_disk_is_said_and_the_work_is_kept(saved, monkeypatch, tmp_path):
    made = tmp_path / "made elsewhere"
    made.mkdir()
    (made / "weights.bin").write_bytes(b"weeks of work")

    def rename(self: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(BadInput, match="on another disk"):
        saved.commit_generation(1, made)
    monkeypatch.undo()
    assert (made / "weights.bin").read_bytes() == b"weeks of work"
    assert saved.commit_generation(1, made) == verify_folder(saved.generation(1))


def test_failed_rename_puts_the_replaced_folder_back(saved, monkeypatch):
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self == temporary(saved.generation(0)):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return real(self, target)

    before = everything(saved)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(BadInput, match="may not be written"):
        write_folder(saved.generation(0), NEW, replace=True)
    assert everything(saved) == before


def test_read_only_home(home, monkeypatch):
    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(BadInput, match="may not be written"), hold(home.path):
        pass


def test_full_disk_lets_its_owner_in(home, monkeypatch):
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", refuse)
    with home.locked():
        remove_folder(home.generation(0))


def test_ledger_on_a_full_disk(home):
    """SQLite's own limit of pages raises the same SQLITE_FULL as a disk without space."""
    with home.ledger() as ledger:
        ledger._db.execute("PRAGMA max_page_count = 30")
        kept = []
        with pytest.raises(BadInput, match="disk is full"):
            for number in range(1000):
                kept.append(ledger.append("turn", key=str(number), speaker="Ada", text="x" * 4000))
        assert ledger.events() == kept
        assert ledger.verify() == len(kept) > 3
        ledger._db.execute("PRAGMA max_page_count = 1000")
        ledger.append("turn", text="room again")
        assert ledger.verify() == len(kept) + 1


def test_home_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> Ledger:
        raise BadInput("The disk is full.")

    monkeypatch.setattr(Ledger, "open", refuse)
    with pytest.raises(BadInput, match="full"):
        Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    assert list(tmp_path.iterdir()) == []
