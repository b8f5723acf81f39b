"""What A or B is, told by its content: a path flows in, a frozen copy of it under its digest flows out.

The judge never works on a candidate's own files: they are copied first (links and special files are refused, sizes are
bounded), and the digest is that of the copy. Whoever changes the files meanwhile changes nothing that is judged, and
`moved` tells it afterwards. Of a checkpoint only the three files are taken that a figure depends on; what else lies in
its folder (a card, scores, logits, a pickle) is never read. Nothing of a candidate is run here.
"""

import json
import os
import re
import shutil
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from foundling.evaluation.subject import MEASURED, digest_of
from foundling.home import Home, verify_folder
from foundling.home.files import MANIFEST
from foundling.records import BadInput, content_hash

Kind = Literal["checkpoint", "text", "corpus", "recipe", "program"]

_TEXTS = {".txt", ".md"}
_NUMBERED = re.compile(r"(.+):([0-9]{1,9})")
_MOST = {  # bytes of one file
    "weights.safetensors": 8 * 2**30, "config.json": 2**20, "tokenizer.json": 64 * 2**20,
    ".py": 2**16, ".toml": 2**16, ".json": 2**16, ".txt": 16 * 2**20, ".md": 16 * 2**20,
}
_MOST_FILES = 100_000
_PIECE = 2**22
# Neither a link is followed nor a pipe waited for, where the system knows of such.
_PLAINLY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# Pickles, and the archives that hold them.
_MAGIC = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04", b"\x1f\x8b")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A frozen copy. source: where it was taken from; place: the copy, a folder or a file; digest: of its content."""

    kind: Kind
    source: Path
    place: Path
    digest: str
    files: tuple[str, ...]


def kind_of(given: str) -> tuple[Kind, Path]:
    """What a path is, and the folder or file that is meant. Raises BadInput for what cannot be judged."""
    path = Path(given)
    numbered = None if path.exists() else _NUMBERED.fullmatch(given)
    if numbered:
        home = Home.open(Path(numbered[1]))
        if int(numbered[2]) not in home.generations():
            raise BadInput(f"{home.path} has no generation {numbered[2]}: see `foundling history {home.path}`.")
        return "checkpoint", home.generation(int(numbered[2]))
    if path.is_symlink():
        raise BadInput(f"{path} is a link: give the file or folder itself.")
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise BadInput(f"There is no file or folder {given}: check what was given.")
    if path.suffix in _TEXTS:
        return "text", path
    if path.suffix == ".py":
        return "program", path
    if path.suffix in (".toml", ".json"):
        return "recipe", path
    raise BadInput(
        f"{path} is nothing that can be judged: give a home, HOME:N, a generation's folder, a text (.txt, .md), a "
        "folder of texts, a recipe (.toml, .json) or a trainer program (.py)."
    )


def _folder(path: Path) -> tuple[Kind, Path]:
    if (path / "being.toml").exists():
        home = Home.open(path)
        number = home.newest()
        if number is None:
            raise BadInput(f"{path} has no whole generation yet: raise the being first.")
        return "checkpoint", home.generation(number)
    if (path / "config.json").exists() or (path / "weights.safetensors").exists():
        return "checkpoint", path
    if any(True for _ in _walked(path)):
        return "corpus", path
    raise BadInput(f"{path} holds neither a being, nor weights, nor a text (.txt, .md): check what was given.")


def _walked(folder: Path) -> Iterator[str]:
    """The texts below a folder by relative path, sorted. Raises BadInput for a link, which may lead out of it."""
    found = []
    for here, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(here, name)
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise BadInput(f"{path} is a link: a candidate may hold plain files only.")
            if stat.S_ISREG(mode) and path.suffix in _TEXTS:
                found.append(path.relative_to(folder).as_posix())
                if len(found) > _MOST_FILES:
                    raise BadInput(f"{folder} holds more than {_MOST_FILES:,} texts: join some of them.")
    yield from sorted(found)


def take(given: str, into: Path) -> Candidate:
    """Copy what is meant into `into` (a new folder) and give the copy. Raises BadInput for what may not be taken."""
    kind, source = kind_of(given)
    if kind == "checkpoint" and (source / MANIFEST).exists():
        verify_folder(source)  # weights of another under its own name are found out here
    into.mkdir(parents=True)
    names = _names(kind, source)
    for name in names:
        copy_file(source / name if source.is_dir() else source, into / name, most=_limit(name))
    if kind == "checkpoint":
        _refuse_pickles(source, into)
    place = into if source.is_dir() else into / names[0]
    return Candidate(kind=kind, source=source, place=place, digest=_digest(kind, place, names), files=names)


def _names(kind: Kind, source: Path) -> tuple[str, ...]:
    if kind == "checkpoint":
        return MEASURED
    return tuple(_walked(source)) if kind == "corpus" else (source.name,)


def _limit(name: str) -> int:
    return _MOST.get(name, _MOST.get(Path(name).suffix, 2**20))


def copy_file(source: Path, copy: Path, *, most: int) -> None:
    """Copy one plain file of at most `most` bytes, through one open file that is no link and no pipe.

    Raises BadInput for anything else.
    """
    try:
        handle = os.open(source, _PLAINLY)
    except OSError as fault:
        raise BadInput(f"{source} cannot be taken ({fault.strerror}): give plain files.") from fault
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadInput(f"{source} is no plain file: give plain files.")
        copy.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with open(copy, "xb") as out:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > most:
                    raise BadInput(f"{source} is larger than {most:,} bytes, more than any candidate has.")
                out.write(piece)


def _refuse_pickles(source: Path, copy: Path) -> None:
    """The loader would refuse them too; this says what it is."""
    with open(copy / "weights.safetensors", "rb") as file:
        if file.read(4).startswith(_MAGIC):
            raise BadInput(
                f"{source / 'weights.safetensors'} is a pickle or an archive under another name: nothing is ever "
                "unpickled; give safetensors."
            )


def _digest(kind: Kind, place: Path, names: tuple[str, ...]) -> str:
    if kind == "checkpoint":
        return digest_of(place)
    if kind == "corpus":
        return content_hash({name: content_hash((place / name).read_bytes()) for name in names})
    if kind == "recipe":
        return content_hash(read_fields(place))
    return content_hash(place.read_bytes())


def moved(candidate: Candidate, again: Path) -> bool:
    """Whether the candidate's own files are no longer what was judged; `again` is a new folder for a second copy."""
    try:
        into = again / candidate.digest[:16]
        for name in candidate.files:
            source = candidate.source / name if candidate.source.is_dir() else candidate.source
            copy_file(source, into / name, most=_limit(name))
        place = into if candidate.source.is_dir() else into / candidate.files[0]
        names = _names(candidate.kind, candidate.source)
        return names != candidate.files or _digest(candidate.kind, place, candidate.files) != candidate.digest
    except BadInput:
        return True
    finally:
        shutil.rmtree(again, ignore_errors=True)


def same_kind(a: Candidate, b: Candidate) -> Kind:
    """The kind of both. Raises BadInput where they are two."""
    if a.kind != b.kind:
        raise BadInput(f"A is a {a.kind} and B a {b.kind}: both must be of one kind to be held against each other.")
    return a.kind


def read_fields(path: Path) -> dict[str, Any]:
    """The fields of a recipe file as plain values. Raises BadInput when it is no table."""
    try:
        raw = path.read_bytes().decode("utf-8")
        found = tomllib.loads(raw) if path.suffix == ".toml" else json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"{path} is no recipe ({fault}): write a table of settings, as in `rate = 0.003`.") from fault
    if not isinstance(found, dict):
        raise BadInput(f"{path} is no recipe: write a table of settings, as in `rate = 0.003`.")
    return found
