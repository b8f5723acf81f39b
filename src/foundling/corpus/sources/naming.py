"""Names of files and members in, names for people out: text that can be written down, titles, who is hidden."""

import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from foundling.corpus.reading.opened import Opened

_PACKED = re.compile(r"\.(gz|gzip|bz2|xz|zst|zstd)$", re.IGNORECASE)
_TAR = re.compile(r"\.(tgz|tbz2?|txz|tzst)$", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def shown(path: Path | str) -> str:
    """A path as text: bytes of a file's name that are no UTF-8, which no record could hold, become U+FFFD, and so do
    characters that would break a line or turn it round."""
    return _UNSEEN.sub("\ufffd", os.fsencode(path).decode("utf-8", "replace"))


def title_of(name: str) -> str:
    """A title made of a file's name or a page's address: its stem, with spaces for - and _."""
    last = PurePosixPath(name.rstrip("/")).name or name
    return (PurePosixPath(last).stem or last).replace("-", " ").replace("_", " ").strip() or name


def hidden(member: str) -> bool:
    """True for members that programs put beside what people packed: `.DS_Store`, `__MACOSX/`, and all hidden ones."""
    parts = [part for part in member.split("/") if part not in ("", ".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def member_name(archive: str, member: str) -> str:
    """A member as people are shown it: "books.zip/alice.txt". Where a hostile name leads to is left out of it."""
    safe = member.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/")
    parts = [part for part in safe.split("/") if part not in ("", ".", "..")]
    return _UNSEEN.sub("\ufffd", f"{archive}/{'/'.join(parts)}"[:1_000])


def unpacked_name(name: str) -> str:
    """What a packed file is called when it is unpacked: "alice.txt" for "alice.txt.gz"."""
    return _TAR.sub(".tar", _PACKED.sub("", name))


def opened_as(outer: Opened, name: str, stream: BinaryIO) -> Opened:
    """A part of an open source: another name and stream, the same origin."""
    return replace(outer, name=name, stream=stream, path=None)
