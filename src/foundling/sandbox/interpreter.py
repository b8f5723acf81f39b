"""A Python for candidates: the executable, the folders it reads, the packages it may import. Nothing is run here."""

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass, replace
from pathlib import Path

import foundling
from foundling.records import BadInput

SYSTEM = Path("/usr")
LEARNING = ("records", "recipe", "home", "tokens", "model", "training")  # no stories, no judge


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """It reads neither site files nor the user's settings. packages: folders on its path; reads: what it may read of
    them; lists: folders whose names it may see; hidden: a folder that it would otherwise read.
    """

    executable: Path
    packages: tuple[Path, ...] = ()
    reads: tuple[Path, ...] = ()
    lists: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()

    @property
    def own(self) -> tuple[Path, ...]:
        """Its own folders; never a whole prefix, which may be somebody's home."""
        prefix = self.executable.parent.parent
        folders = [prefix] if sys.platform == "darwin" else [prefix / name for name in ("bin", "lib", "lib64")]
        return tuple(folder for folder in folders if folder.exists() and not folder.is_relative_to(SYSTEM))

    @property
    def mounts(self) -> tuple[Path, ...]:
        """What has to be mounted beside the system's own folder."""
        return (*self.own, *self.reads)

    @property
    def environment(self) -> dict[str, str]:
        """What tells it where its packages are."""
        return {"PYTHONPATH": os.pathsep.join(map(str, self.packages))} if self.packages else {}

    def command(self, *arguments: str) -> list[str]:
        """The command that runs a program with it: no site files, no user's folder, no bytecode written."""
        return [str(self.executable), "-P", "-s", "-S", "-B", *arguments]


def bare() -> Interpreter:
    """The Python that runs us, without any package."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = Path(sys.base_prefix) / "bin" / name
    return Interpreter(executable=found if found.exists() else Path(sys.executable).resolve())


def with_packages(python: Interpreter) -> Interpreter:
    """The same Python with our packages: torch, numpy, foundling itself. Raises BadInput for another version."""
    if sys.version.split()[0].rpartition(".")[0] not in python.executable.name:
        raise BadInput(
            f"{python.executable} cannot import what was installed for {sys.executable}: install bubblewrap."
        )
    ours = Path(foundling.__file__).resolve().parent
    installed = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    reads = [ours / "__init__.py", *(ours / name for name in LEARNING)]
    for folder in sorted(installed):
        reads += [path for path in folder.iterdir() if path != ours] if folder == ours.parent else [folder]
    inside = any(map(ours.is_relative_to, (*python.own, SYSTEM)))
    return replace(
        python, packages=tuple(dict.fromkeys((ours.parent, *sorted(installed)))), reads=tuple(reads),
        lists=(ours.parent, ours), hidden=(ours,) if inside else (),
    )


def system() -> Interpreter | None:
    """The Python that everybody on this machine may run, if there is one."""
    found = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
    return Interpreter(executable=Path(found).resolve()) if found else None


def readable_by_others(path: Path) -> bool:
    """Whether a user without any right of ours can reach and read it."""
    folders = all(above.stat().st_mode & 0o001 for above in path.parents)
    return folders and bool(path.stat().st_mode & 0o004)
