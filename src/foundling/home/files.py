"""Bytes and folders in, whole folders under a final name out: a save is either there and checked, or not there at all.

The method is the one of reliability.md (sections 1 and 2, 0 torn saves in 200 kills): write into `.tmp-PID-NAME`, fsync
every file, `manifest.json` with every sha256 last, fsync, rename, fsync the parent; remove by renaming to
`.trash-PID-NAME` first. A folder that is being replaced waits as `.old-PID-NAME`, whole, until the new one stands.

It takes no lock (callers hold `lock.hold`), and it does not know what the bytes mean. Held against a killed process and
a full disk; power loss and network file systems are not tested.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from foundling.home.manifest import (
    MANIFEST,
    listed_files,
    manifest_bytes,
    plain_name,
    read_verified,
    sha256_of_file,
    verify_folder,
)
from foundling.records.errors import BadInput
from foundling.records.jsonable import canonical_json, content_hash

__all__ = [
    "CRASH_POINTS", "MANIFEST", "canonical_json", "clear_leftovers", "commit_folder", "content_hash", "crash_point",
    "plain_errors", "read_verified", "remove_folder", "temporary", "verify_folder", "write_atomically", "write_folder",
]

CRASH_POINTS = (
    "file-written", "file-renamed",
    "folder-made", "folder-file-written", "folder-files-written", "folder-manifest-written", "folder-synced",
    "folder-old-aside", "folder-renamed", "folder-durable", "folder-old-dropped",
    "remove-renamed", "remove-begun", "leftover-restored",
    "event-inserted", "event-committed", "migration-applied", "home-tree-made", "home-ledger-made",
)
"""Every place where tests kill the process: between two operations of saving, replacing, removing and recording."""

_LEFTOVER = re.compile(r"\.(tmp|trash|old)-\d+-(.+)", re.DOTALL)
_ROOM = 1.2  # free space asked for, as a multiple of the bytes to write (reliability.md section 4)
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = {errno.EROFS, errno.EACCES, errno.EPERM}


def crash_point(name: str) -> None:
    """End the process at once, as `kill -9` would, when the environment says FOUNDLING_CRASH_AT=name; else nothing."""
    if os.environ.get("FOUNDLING_CRASH_AT") == name:
        os._exit(137)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn an OSError about `path` into BadInput of one sentence. FileExistsError passes: it is an answer, no fault."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as exc:
        if exc.errno in _NO_SPACE:
            raise BadInput(f"The disk is full and {path} could not be written; free some space and try again.") from exc
        if exc.errno in _NOT_ALLOWED:
            raise BadInput(f"{path} may not be written (read-only, or not yours); "
                           "change its permissions or choose another folder.") from exc
        if exc.errno == errno.EXDEV:
            raise BadInput(f"{path} lies on another disk than its temporary folder; put both on one disk.") from exc
        why = exc.strerror or type(exc).__name__
        raise BadInput(f"{path} could not be used ({why}); check the folder and the disk, then try again.") from exc


def temporary(final: Path) -> Path:
    """The temporary name beside `final` for this process; what is left under it is cleared at the next start."""
    return _beside(final, "tmp")


def write_atomically(path: Path, data: bytes) -> None:
    """Write or replace one file: afterwards it holds the old bytes or the new ones, never a mixture.

    Raises BadInput when the disk is full or the folder may not be written; the file is then as it was.
    """
    tmp = temporary(path)
    with plain_errors(path):
        _need_room(path.parent, len(data))
        try:
            _write(tmp, data)
            crash_point("file-written")
            tmp.rename(path)
            crash_point("file-renamed")
            _sync(path.parent)
        except BaseException:
            with suppress(OSError):
                tmp.unlink(missing_ok=True)
            raise


def write_folder(final: Path, files: Mapping[str, bytes], *, replace: bool = False) -> str:
    """Make the folder `final` of these files and their manifest; returns the manifest's sha256 once it is durable.

    Raises FileExistsError when `final` is there (unless `replace`), ValueError for a file name that leads elsewhere,
    BadInput when the disk is full or may not be written. After an error `final` is as it was, or new as a whole.
    """
    for name in files:
        if not plain_name(name):
            raise ValueError(f"{name!r} is no name for a file inside a saved folder")
    tmp = temporary(final)
    with plain_errors(final):
        _refuse_existing(final, replace)
        _need_room(final.parent, sum(map(len, files.values())))
        try:
            _remove_tree(tmp)  # a dead process may have had our pid
            tmp.mkdir()
            crash_point("folder-made")
            for name, data in files.items():
                (tmp / name).parent.mkdir(parents=True, exist_ok=True)
                _write(tmp / name, data)
                crash_point("folder-file-written")
            return _seal(tmp, final, {name: content_hash(data) for name, data in files.items()}, replace)
        except BaseException:
            shutil.rmtree(tmp, ignore_errors=True)
            raise


def commit_folder(tmp: Path, final: Path, *, replace: bool = False) -> str:
    """Give a folder that another process filled its manifest and its final name; returns the manifest's sha256.

    `tmp` must lie on the same disk; use `temporary(final)`. A `manifest.json` in it is written anew. Raises
    FileExistsError as `write_folder`, and BadInput when `tmp` is missing or empty, holds a link or a special file, or
    the disk is full; `tmp` is then left as it is, because this function did not make it.
    """
    with plain_errors(final):
        _refuse_existing(final, replace)
        if not tmp.is_dir():
            raise BadInput(f"{tmp} is not there, so it cannot become {final}; write the files into it first.")
        names = [name for name in listed_files(tmp) if name != MANIFEST]
        if not names:
            raise BadInput(f"{tmp} holds no files, so it cannot become {final}; write the files into it first.")
        digests = {name: sha256_of_file(tmp / name) for name in names}
        for name in names:
            _sync(tmp / name)
            crash_point("folder-file-written")
        return _seal(tmp, final, digests, replace)


def remove_folder(path: Path) -> None:
    """Remove a saved folder: renamed to `.trash-...` first, so that no reader ever sees a part of it.

    Returns without a word when it is not there. Raises BadInput when the folder may not be changed.
    """
    with plain_errors(path):
        _settle(path)
        if path.exists():
            _drop(path, path)


def clear_leftovers(folder: Path) -> list[str]:
    """Finish what a killed process left directly in `folder`; returns a sentence for each thing done. Hold the lock.

    Only names of the form `.tmp-PID-NAME`, `.trash-PID-NAME` and `.old-PID-NAME` are touched; nothing else is ours.
    `.tmp` and `.trash` are deleted. `.old` is a folder that was being replaced: when the kill came before the new one
    had its name, the old one gets it back; otherwise the old one is deleted.
    """
    done = []
    with plain_errors(folder):
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            match = _LEFTOVER.fullmatch(entry.name)
            if match is None or not os.path.lexists(entry):  # settled together with another of the same name
                continue
            if match[1] == "old":
                restored = not (folder / match[2]).exists()
                _settle(folder / match[2])
                what = "the save before it was restored" if restored else "the one it replaced was deleted"
                done.append(f"{folder / match[2]}: a process was stopped while replacing it; {what}")
            else:
                _remove_tree(entry)
                done.append(f"{entry}: leftover of a stopped process deleted")
    return done


def _seal(tmp: Path, final: Path, digests: Mapping[str, str], replace: bool) -> str:
    """Manifest last, then the final name, then durable. Only after this may anybody be told that the save is there."""
    crash_point("folder-files-written")
    manifest = manifest_bytes(digests)
    _write(tmp / MANIFEST, manifest)
    crash_point("folder-manifest-written")
    for folder, _, _ in os.walk(tmp, topdown=False):
        _sync(Path(folder))
    crash_point("folder-synced")
    old = _beside(final, "old")
    if replace:
        _settle(final)
        if final.exists():
            final.rename(old)
            crash_point("folder-old-aside")
    try:
        tmp.rename(final)
    except BaseException:
        if old.exists() and not final.exists():
            old.rename(final)
        raise
    crash_point("folder-renamed")
    _sync(final.parent)
    crash_point("folder-durable")
    if replace:
        _settle(final)
        crash_point("folder-old-dropped")
    return content_hash(manifest)


def _settle(final: Path) -> None:
    """Decide every `.old-PID-NAME` of `final`: back to its name when nothing stands there, deleted otherwise."""
    for entry in sorted(final.parent.iterdir()):
        match = _LEFTOVER.fullmatch(entry.name)
        if match is None or match[1] != "old" or match[2] != final.name:
            continue
        if final.exists():
            _drop(entry, final)
        else:
            entry.rename(final)
            crash_point("leftover-restored")
            _sync(final.parent)


def _drop(path: Path, final: Path) -> None:
    """Rename to trash, make that durable, delete. The manifest goes first: a part of a folder never looks whole."""
    trash = _beside(final, "trash")
    _remove_tree(trash)
    path.rename(trash)
    crash_point("remove-renamed")
    _sync(trash.parent)
    (trash / MANIFEST).unlink(missing_ok=True)
    crash_point("remove-begun")
    _remove_tree(trash)


def _remove_tree(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _refuse_existing(final: Path, replace: bool) -> None:
    # A rename onto an empty folder succeeds silently (POSIX), so this is asked before anything is written.
    if final.exists() and not replace:
        raise FileExistsError(errno.EEXIST, "a saved folder has this name already", str(final))


def _need_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size * _ROOM:
        raise BadInput(f"The disk of {folder} has {free / 1e6:.1f} MB free and this save needs "
                       f"{size * _ROOM / 1e6:.1f} MB; free some space and try again.")


def _beside(final: Path, what: str) -> Path:
    return final.parent / f".{what}-{os.getpid()}-{final.name}"


def _write(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
