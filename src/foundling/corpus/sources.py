"""Files and folders in, raw stories out, each with where it came from; what cannot be read comes out with its reason.

It reads .txt and .md. It changes no text beyond decoding UTF-8 and line ends; cleaning is the next station's work.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.corpus.dropped import Dropped
from foundling.records import BadInput, Story, read_story

BUILTIN = Path(__file__).parent / "builtin"
SUFFIXES = (".txt", ".md")
_LARGEST_FILE = 256 * 2**20
_LONGEST_LINE = 2**20


@dataclass(frozen=True, kw_only=True)
class Found:
    """A story as it lay on disk, and the file's size in bytes."""

    story: Story
    bytes: int


def _shown(path: Path) -> str:
    """A path as text: bytes of a file's name that are no UTF-8, which no record could hold, become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, str, bool]]:
    """Every file, its name for people, and whether a person named it directly. Raises BadInput for nothing there."""
    for path in paths:
        if path.is_dir():
            inside = sorted(
                Path(base) / name for base, _, names in os.walk(path) for name in names
                if not any(part.startswith(".") for part in (*Path(base).relative_to(path).parts, name))
            )
            if not any(p.suffix.lower() in SUFFIXES for p in inside):
                raise BadInput(f"{_shown(path)} has no .txt or .md file in it: give a folder of stories.")
            yield from ((p, _shown(p.relative_to(path)), False) for p in inside)
        elif path.is_file():
            yield path, _shown(Path(path.name)), True
        else:
            raise BadInput(f"There is no file or folder {_shown(path)}: check the path given to --stories.")


def _fault(path: Path) -> tuple[str, str]:
    """The file's text and "", or "" and why it cannot be read as a story."""
    if path.suffix.lower() not in SUFFIXES:
        return "", "is not .txt or .md"
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # reading a pipe would wait for ever
            return "", "is no ordinary file"
        if facts.st_size > _LARGEST_FILE:
            return "", f"is larger than {_LARGEST_FILE // 2**20} MB: split it into smaller files"
        data = path.read_bytes()
    except OSError as fault:
        return "", f"cannot be read ({fault.strerror}): check its permissions"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", "is UTF-16 text: save it as UTF-8"
    if b"\0" in data[:65_536]:
        return "", "is a binary file, not text"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return "", f"is not UTF-8 (byte {fault.start}): save it as UTF-8"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if max((len(line) for line in text.split("\n")), default=0) > _LONGEST_LINE:
        return "", f"has a line of more than {_LONGEST_LINE:,} characters: put its paragraphs on lines of their own"
    return ("", "is empty") if not text.strip() else (text, "")


def gather(paths: Sequence[Path]) -> Iterator[Found | Dropped]:
    """Every story of the given files and folders, in a fixed order, or the reason why a file gives none.

    Raises BadInput when a path is missing, a folder has no story, or a file that was named directly cannot be read.
    """
    for path, known_as, direct in _files(paths):
        text, fault = _fault(path)
        if not fault:
            try:
                title = _shown(Path(path.stem)).replace("-", " ").replace("_", " ")
                story = read_story(text, title=title, source=known_as)
                yield Found(story=story, bytes=len(text.encode("utf-8")))
                continue
            except BadInput as scene_fault:
                fault = f"is no scene ({scene_fault})"
        if direct:
            raise BadInput(f"{_shown(path)} {fault}.")
        yield Dropped(title=known_as, reason=fault)
