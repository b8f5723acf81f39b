"""A folder in, a being's home out: where everything is, what is the newest, and whether it is all as it was written.

A home without `being.toml` is not yet made: that file is written last. Corpus, tokens and judge's evidence lie in
folders named by their content; generations in numbered ones; programs in files named by their content. What the files
mean, and whether a candidate deserves to be a generation, is not decided here.
"""

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.home.chain import GENESIS
from foundling.home.files import (
    clear_leftovers,
    commit_folder,
    content_hash,
    crash_point,
    plain_errors,
    verify_folder,
    write_atomically,
    write_folder,
)
from foundling.home.ledger import Ledger
from foundling.home.lock import LOCK, hold
from foundling.home.manifest import manifest_bytes, plain_read_errors, sha256_of_file
from foundling.home.names import check_name
from foundling.home.toml import to_toml
from foundling.records.errors import BadInput

CONTENT = ("corpus/orig", "corpus/clean", "corpus/rework", "corpus/new", "tokens", "judge")
TREE = (*CONTENT, "programs", "generations", "reports")
BEING, LIFE = "being.toml", "life.db"
GENERATION, GENERATION_REMOVED = "generation", "generation-removed"

_FORMAT = 1
_LARGEST_BEING = 1024 * 1024
_SHORT = 16  # hexadecimal digits of a content name: 64 bits, far beyond the number of folders a home can have
_ADDRESS = re.compile(rf"[0-9a-f]{{{_SHORT}}}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, kw_only=True)
class Home:
    """A being's folder. Reading needs no lock; whoever writes holds `locked()`."""

    path: Path

    @classmethod
    def create(cls, path: Path, name: str, born: str, settings: Mapping[str, Any]) -> "Home":
        """Make a new home; one whose making was interrupted is made again. Raises BadInput, and changes nothing then,
        when the name cannot be one, or the folder is a home already, has other files in it or cannot be written.
        """
        being = {"format": _FORMAT, "name": check_name(name), "born": born, "settings": settings}
        try:
            text = to_toml(being).encode("utf-8")
        except UnicodeEncodeError as exc:
            raise BadInput(f"The settings for {path} hold {exc.object[:40]!a}, which is not valid Unicode.") from exc
        _refuse_other_files(path)
        with plain_errors(path):
            new = not path.exists()
            path.mkdir(parents=True, exist_ok=True)
        with hold(path):  # before it nothing may be removed: the folder could be another process's by now
            try:
                _refuse_other_files(path)
                _make(path, text)
            except BaseException:
                if new and not (path / BEING).exists():
                    shutil.rmtree(path, ignore_errors=True)
                raise
        return cls(path=path)

    @classmethod
    def open(cls, path: Path) -> "Home":
        """A home that is there. Raises BadInput when there is no such folder, it is no home, or being.toml is bad."""
        if not path.is_dir():
            raise BadInput(f"There is no folder {path}; make a being with `foundling raise`.")
        home = cls(path=path)
        if not (path / BEING).exists():
            raise BadInput(f"{path} is not a being's home (it has no {BEING}); make one with `foundling raise`.")
        _ = home.being
        return home

    @property
    def being(self) -> dict[str, Any]:
        """What being.toml says now: `name`, `born`, `settings`. A person may edit it, so it is read anew each time.

        Raises BadInput that says what in it cannot be read.
        """
        path = self.path / BEING
        try:
            with plain_read_errors(path):
                if path.stat().st_size > _LARGEST_BEING:
                    raise BadInput(f"{path} is over 1 MB; put settings only in it.")
                found = tomllib.loads(path.read_bytes().decode("utf-8"))
        except (ValueError, RecursionError) as exc:
            raise BadInput(f"{path} is not valid TOML ({exc}); correct it or restore it from a copy.") from exc
        if found.get("format") != _FORMAT:
            raise BadInput(f"{path} has format {found.get('format')!r} and this foundling reads {_FORMAT}; "
                           "update foundling or restore the file.")
        if not (isinstance(found.get("name"), str) and isinstance(found.get("born"), str)
                and isinstance(found.get("settings"), dict)):
            raise BadInput(f"{path} must give `name` and `born` as text and a table [settings]; add what is missing.")
        try:
            return {**found, "name": check_name(found["name"])}
        except BadInput as exc:
            raise BadInput(f"{path}: {exc}") from exc

    @property
    def name(self) -> str:
        """The being's name. Raises BadInput as `being` does."""
        return str(self.being["name"])

    @property
    def corpus(self) -> Path:
        """Stories: `orig`, `rework` and `new` in it."""
        return self.path / "corpus"

    @property
    def tokens(self) -> Path:
        """Tokenizers with the packed shards that they made."""
        return self.path / "tokens"

    @property
    def programs(self) -> Path:
        """Trainer programs, each a file named by its content."""
        return self.path / "programs"

    @property
    def judge(self) -> Path:
        """Held-out text and evidence; never shown to a candidate."""
        return self.path / "judge"

    @property
    def reports(self) -> Path:
        """HTML and JSON for people."""
        return self.path / "reports"

    def ledger(self) -> Ledger:
        """The being's record, open; close it or use it in a `with`. Raises BadInput when it is missing or damaged."""
        return Ledger.open(self.path / LIFE, create=False)

    @contextmanager
    def locked(self) -> Iterator[list[str]]:
        """The right to write this home; gives the sentences about what a killed process left and was cleared up.

        Raises BadInput when another process has it, or the home may not be written.
        """
        with hold(self.path):
            yield [note for part in (".", *TREE) for note in clear_leftovers(self.path / part)]

    def generations(self) -> list[int]:
        """The numbers of the generations that are there, oldest first. Says nothing about whether they are whole."""
        folder = self.path / "generations"
        if not folder.is_dir():
            raise BadInput(f"{folder} is missing; restore it from a copy of the home.")
        return sorted(int(p.name) for p in folder.iterdir() if _NUMBER.fullmatch(p.name) and p.is_dir())

    def generation(self, number: int) -> Path:
        """Where generation `number` is, or would be."""
        return self.path / "generations" / str(number)

    def newest(self, notes: list[str] | None = None) -> int | None:
        """The newest generation whose every byte is as it was saved; None when there is none.

        For each damaged one that is passed over, a sentence that says which file and why is added to `notes`.
        """
        for number in reversed(self.generations()):
            try:
                verify_folder(self.generation(number))
                return number
            except BadInput as exc:
                if notes is not None:
                    notes.append(f"Generation {number} is passed over: {exc}")
        return None

    def chosen(self, asked: int | None, notes: list[str] | None = None) -> int:
        """The number of the generation asked for, or of the newest whole one for None, with `notes` as for `newest`.

        Raises BadInput when there is none.
        """
        number = self.newest(notes) if asked is None else asked
        if number is None:
            raise BadInput(f"{self.path} has no generation yet: go on with `foundling raise {self.path}`.")
        if number not in self.generations():
            raise BadInput(f"{self.path} has no generation {number}: see `foundling history {self.path}`.")
        return number

    def commit_generation(self, number: int, made: Path) -> str:
        """Make the folder `made` (on the same disk; see `files.temporary`) generation `number`; returns its manifest's
        sha256, which belongs in the ledger: kind `generation`, data `{"n": number, "manifest": sha256}`.

        Generations are never replaced: raises BadInput when the number is taken, and as `files.commit_folder` does.
        """
        if not _NUMBER.fullmatch(str(number)):
            raise ValueError(f"{number} is no number for a generation")
        try:
            return commit_folder(made, self.generation(number))
        except FileExistsError as exc:
            raise BadInput(f"{self.path} has a generation {number} already; use the next number.") from exc

    def commit_new(self, kind_folder: str, files: Mapping[str, bytes]) -> str:
        """Save files under a name made of their content, in one of `CONTENT`; returns that name (16 hex digits).

        The same files twice are one folder; a damaged one is written anew. Raises BadInput as `files.write_folder`.
        """
        if kind_folder not in CONTENT:
            raise ValueError(f"{kind_folder!r} holds no content-named folders; use one of {', '.join(CONTENT)}")
        address = content_hash(manifest_bytes({name: content_hash(data) for name, data in files.items()}))[:_SHORT]
        final = self.path / kind_folder / address
        with suppress(BadInput):
            if verify_folder(final).startswith(address):
                return address
        write_folder(final, files, replace=True)
        return address

    def commit_program(self, source: bytes) -> str:
        """Save a trainer program as `programs/HASH.py`; returns its sha256 in full. Raises BadInput."""
        digest = content_hash(source)
        write_atomically(self.programs / f"{digest}.py", source)
        return digest

    def verify(self) -> dict[str, int]:
        """Hold everything against its hash; returns how many of each were looked at.

        Checked: being.toml, every content-named folder, program and generation, the ledger's chain, and that the
        generations which the ledger names are those that lie there. `unrecorded_generations` counts those that no
        event names (a process killed between saving and recording). Raises BadInput naming the first fault.
        """
        _ = self.being
        counts = {"folders": 0, "programs": 0, "generations": 0, "unrecorded_generations": 0}
        for kind_folder in CONTENT:
            for folder in _entries(self.path / kind_folder):
                if _ADDRESS.fullmatch(folder.name):
                    if not verify_folder(folder).startswith(folder.name):
                        raise BadInput(f"{folder} is not named by its content; restore it from a copy or remove it.")
                    counts["folders"] += 1
        for program in _entries(self.programs):
            if program.suffix == ".py":
                with plain_read_errors(program):
                    digest = sha256_of_file(program)
                if digest != program.stem:
                    raise BadInput(f"{program} has changed since it was saved; restore it from a copy or remove it.")
                counts["programs"] += 1
        there = {number: verify_folder(self.generation(number)) for number in self.generations()}
        with self.ledger() as ledger:
            counts["events"] = ledger.verify()
            recorded = _recorded_generations(ledger)
        for number, manifest in sorted(recorded.items()):
            if number not in there:
                raise BadInput(f"{self.generation(number)} is missing but in the ledger; restore it from a copy.")
            if there[number] != manifest:
                raise BadInput(f"{self.generation(number)} is not the one in the ledger; restore it from a copy.")
        counts["generations"], counts["unrecorded_generations"] = len(there), len(there.keys() - recorded.keys())
        return counts


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadInput(f"{folder} is missing; restore it from a copy of the home.")
    return sorted(folder.iterdir())


def _recorded_generations(ledger: Ledger) -> dict[int, str]:
    """Generation to manifest as the ledger has it; the newest event about a number decides."""
    recorded: dict[int, str] = {}
    events = ledger.events(GENERATION) + ledger.events(GENERATION_REMOVED)
    for event in sorted(events, key=lambda event: event.id):
        if event.kind == GENERATION:
            if not (isinstance(event.data.get("n"), int) and isinstance(event.data.get("manifest"), str)):
                raise BadInput(f"Event {event.id} of the ledger names no generation and manifest; restore life.db.")
            recorded[event.data["n"]] = event.data["manifest"]
        else:
            recorded.pop(event.data.get("n", -1), None)
    return recorded


def _make(path: Path, being: bytes) -> None:
    """The folders, the empty ledger, and last the file that makes it a home."""
    with plain_errors(path):
        for part in TREE:
            (path / part).mkdir(parents=True, exist_ok=True)
    crash_point("home-tree-made")
    with Ledger.open(path / LIFE) as ledger:
        if ledger.head() != GENESIS:
            raise BadInput(f"{path} has the ledger of another being in it; give a new folder.")
    crash_point("home-ledger-made")
    write_atomically(path / BEING, being)


def _refuse_other_files(path: Path) -> None:
    """A folder is free when it is empty or holds no more than what an interrupted `create` leaves behind."""
    if (path / BEING).exists():
        raise BadInput(f"{path} is a being's home already; give a new folder.")
    if path.exists() and not path.is_dir():
        raise BadInput(f"{path} is a file; give a new folder.")
    ours = re.compile(rf"{re.escape(LOCK)}|{re.escape(LIFE)}(-wal|-shm|-journal)?|\.tmp-\d+-{re.escape(BEING)}")
    folders = {Path(part).parts[0] for part in TREE}
    for entry in path.iterdir() if path.is_dir() else ():
        made = entry.name in folders and entry.is_dir() and not any(not p.is_dir() for p in entry.rglob("*"))
        if not (made or ours.fullmatch(entry.name)):
            raise BadInput(f"{path} has other files in it ({entry.name}); give a new folder.")
