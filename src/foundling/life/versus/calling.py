"""The judge's process, started and listened to: a job for one side flows in, its sheet or why there is none flows out.

The process inherits neither our environment (PYTHONPATH, PYTHONSTARTUP, LD_PRELOAD and whatever else a candidate could
have set) nor open files; it starts without site (`-I -S`: no sitecustomize, no .pth file, no folder of the user's, not
the current folder), is told where its packages are, and works in a folder that only we may enter. A code other than 0,
a sheet that is missing or does not answer the job, and the end of its time are all one: no figure.
"""

import json
import os
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import foundling
from foundling.records import Progress, Story, canonical_json, content_hash

TIME = 3600.0  # seconds for one side
_START = (
    "import sys; at = sys.argv.index('--'); sys.path += sys.argv[1:at]; "
    "from foundling.evaluation.versus.program import main; sys.exit(main(sys.argv[at + 1:]))"
)
_LARGEST = 256 * 2**20


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the process found of one side: rows as it wrote them; `fault` says why there is nothing."""

    documents: dict[str, tuple[int, float]] = field(default_factory=dict)
    items: tuple[dict[str, Any], ...] = ()
    samples: tuple[dict[str, Any], ...] = ()
    longest: dict[str, int] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of one side; `name` is the being's, None where nothing but likelihood is asked."""

    heldout: tuple[Story, ...]
    train: tuple[Story, ...] = ()
    name: str | None = None
    prompts: int = 0
    world: int = 0
    pairs: int = 0
    sets: Path | None = None
    seed: int = 0
    threads: int = 1
    seconds: float = TIME


def command(job: Path) -> list[str]:
    """The command of the process, without anything that a candidate could have put in its way."""
    packages = [Path(foundling.__file__).resolve().parents[1],
                *(Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib"))]
    return [sys.executable, "-I", "-S", "-B", "-c", _START, *map(str, dict.fromkeys(packages)), "--", str(job)]


def surroundings(place: Path, threads: int) -> dict[str, str]:
    """The whole environment of the process."""
    return {
        "PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(place), "TMPDIR": str(place), "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "PYTHONHASHSEED": "0",
        "FOUNDLING_KERNELS": "off",  # a kernel is compiled code in a cache that others of this account may write
    }


def _rows(stories: tuple[Story, ...]) -> bytes:
    return canonical_json([{"title": s.title, "text": s.text, "form": s.form} for s in stories])


def weigh(folder: Path, question: Question, place: Path, label: str) -> Generator[Progress, None, Sheet]:
    """Ask the judge's process about one side; `place` is an empty folder for it. Never raises for what it finds."""
    place.mkdir(mode=0o700, parents=True)
    (place / "heldout.json").write_bytes(_rows(question.heldout))
    (place / "train.json").write_bytes(_rows(question.train))
    job = {
        "folder": str(folder), "heldout": str(place / "heldout.json"),
        "train": str(place / "train.json") if question.train else None, "name": question.name,
        "prompts": question.prompts, "world": question.world, "pairs": question.pairs,
        "sets": None if question.sets is None else str(question.sets.absolute()),
        "seed": question.seed, "threads": question.threads, "out": str(place / "sheet.json"),
    }
    (place / "job.json").write_bytes(canonical_json(job))
    process = subprocess.Popen(
        command(place / "job.json"), env=surroundings(place, question.threads), cwd=place, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8", start_new_session=True,
    )
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    clock = threading.Timer(question.seconds, end)
    clock.start()
    last: dict[str, Any] = {}
    try:
        assert process.stdout is not None
        for line in process.stdout:
            last = json.loads(line)
            if last["event"] == "progress":
                yield Progress(station=label, text=last["text"], done=last["done"], total=last["total"])
        code = process.wait()
    finally:
        clock.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if late.is_set():
        return Sheet(fault=f"it was not judged within {question.seconds:g} seconds.")
    if code != 0:
        return Sheet(fault=str(last.get("text") or f"judging it ended with code {code}."))
    return _read(place / "sheet.json", content_hash({k: v for k, v in job.items() if k != "out"}))


def _read(path: Path, job: str) -> Sheet:
    """The sheet, if it is there and answers the job."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        found = json.loads(path.read_bytes())
        if found["job"] != job:
            raise ValueError("it answers another job")
        return Sheet(
            documents={row["id"]: (row["bytes"], row["nats"]) for row in found["documents"]},
            items=tuple(found.get("items", ())), samples=tuple(found.get("samples", ())),
            longest=dict(found.get("longest", {})),
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        return Sheet(fault=f"the judge left no sheet ({fault}).")
