"""Files, folders and patterns in, every file with its name for people out, in a fixed order.

It opens one file at a time, and only ordinary ones: reading a pipe would wait for ever.
"""

import glob
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.sources.naming import shown
from foundling.corpus.sources.unpacking import BLOCK, Refused
from foundling.records import BadInput, Origin

_MAGIC = re.compile(r"[*?\[]")
BUILTIN = Path(__file__).parents[1] / "builtin"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A file that stands to be opened, and its name for people."""

    path: Path
    name: str


def _reason(fault: OSError) -> str:
    return f"cannot be read ({fault.strerror or 'it is no longer there'}): check its permissions"


def _drop(name: str, reason: str) -> Dropped:
    return Dropped(title=name, reason=reason, source=name)


def _leads_out(path: Path, root: str) -> bool:
    """True for a link to something outside of the folder that a person named."""
    return path.is_symlink() and os.path.commonpath([os.path.realpath(path), root]) != root


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)


def walk(folder: Path) -> Iterator[Place | Dropped]:
    """Every file of a folder, sorted, those of its folders in their place; hidden ones are passed over.

    A link to a file of the folder is read, a link to a folder of it is not (its files come anyway), and one that leads
    out of it is left out: else a folder that somebody gave away could read what its giver may not.
    """
    root = os.path.realpath(folder)
    waiting = [iter(_entries(folder))]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
            continue
        path = Path(entry.path)
        name = shown(path.relative_to(folder))
        try:
            if _leads_out(path, root):
                yield _drop(name, "is a link that leads out of the folder: give what it points to by its own name")
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(iter(_entries(path)))
            elif not path.is_dir():
                yield Place(path=path, name=name)
        except OSError as fault:
            yield _drop(name, _reason(fault))


def matches(pattern: str) -> Iterator[Place | Dropped]:
    """Every file that a pattern (`*`, `?`, `[...]`, `**` for any folders) fits, sorted. Raises BadInput for none."""
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    root = Path(*parts[:fixed])
    real = os.path.realpath(root)
    found = sorted(Path(name) for name in glob.glob(pattern, recursive=True) if not os.path.isdir(name))
    if not found:
        raise BadInput(f"No file fits the pattern {shown(pattern)}: check it, and put it in quotes.")
    for path in dict.fromkeys(found):
        name = shown(path.relative_to(root))
        if _leads_out(path, real):
            yield _drop(name, "is a link that leads out of the folder: give what it points to by its own name")
        else:
            yield Place(path=path, name=name)


def is_pattern(source: str) -> bool:
    """True for what is no path there is, and could be a pattern."""
    return bool(_MAGIC.search(source)) and not os.path.lexists(source)


def _no_wait(path: str, flags: int) -> int:
    """A pipe that came in the place of a file since it was looked at shall not be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))


def _stamp(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):  # file systems can hold dates beyond the year 9999
        return ""


def open_file(place: Place, given: Origin, column: str = "") -> Opened:
    """The file, open, retrieved when it was last changed: so the same file gives the same bytes at any time.

    The built-in stories tell no time: it would be the one of their installation. Raises Refused.
    """
    try:
        if not stat.S_ISREG(place.path.stat().st_mode):
            raise Refused("is no ordinary file")
        stream = io.BufferedReader(io.FileIO(place.path, opener=_no_wait), BLOCK)
        facts = os.fstat(stream.fileno())
        if not stat.S_ISREG(facts.st_mode):
            stream.close()
            raise Refused("is no ordinary file")
    except Refused:
        raise
    except OSError as fault:
        raise Refused(_reason(fault)) from fault
    retrieved = "" if BUILTIN in place.path.parents else given.retrieved or _stamp(facts.st_mtime)
    return Opened(
        name=place.name, stream=stream, path=place.path, origin=replace(given, retrieved=retrieved), column=column
    )
