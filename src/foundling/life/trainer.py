"""The trainer program run as a process of its own: a job in, its events out, and a folder of weights left behind.

It copies the program into the home, hands over token shards only, and passes a person's Ctrl-C on. A job of several
processes runs as so many on this machine; several machines are another launcher's business (docs/scale.md). It judges
nothing.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import foundling
from foundling.home import Home, clear_leftovers
from foundling.records import BadInput, canonical_json, content_hash
from foundling.training.machine import trainer_environment

_STOPPED = 130  # the code of a program that was asked to stop, and saved
_GRACE = 5.0  # seconds between the end of one process of a run and that of the others
PROGRAM = Path(foundling.__file__).parent / "training" / "program.py"


class Interrupted(KeyboardInterrupt):
    """A person stopped the work; all of it is saved, and the same command goes on from there."""


def package_hash() -> str:
    """sha256 over names and contents of the package's sources, Python and C++: half of a trainer's identity."""
    root = Path(foundling.__file__).parent
    sources = sorted(path for kind in ("*.py", "*.cpp", "*.h") for path in root.rglob(kind))
    return content_hash({str(path.relative_to(root)): content_hash(path.read_bytes()) for path in sources})


def workplace(home: Home, stage: str) -> Path:
    """Where a stage keeps its training state until its generation supersedes it."""
    return home.path / "generations" / f"{stage}-training"


def _surroundings(job: dict[str, Any]) -> list[dict[str, str]]:
    """The environment of each process of a job: which one it is, and where on this machine all of them meet."""
    size, shared = job.get("processes", 1), trainer_environment(job["threads"])
    if size == 1:
        return [shared]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared |= {
        "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
        "GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo",
    }
    return [shared | {"RANK": str(rank)} for rank in range(size)]


def _fall_together(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Return when all have ended; where one fails, the others, who may wait for it without end, are killed."""
    while any(process.poll() is None for process in processes):
        if any(process.poll() not in (None, 0, _STOPPED) for process in processes):
            time.sleep(_GRACE)
            for process in processes:
                process.kill()
            return
        time.sleep(0.1)


@contextmanager
def _started(
    command: list[str], places: list[dict[str, str]]
) -> Iterator[tuple[TextIO, list[subprocess.Popen[bytes]]]]:
    """The command once in every environment: what all of them say, and they. However we leave, and however we die,
    they end too: stdin is never written, and its end tells them."""
    heard, spoken = os.pipe()
    try:
        processes = [
            subprocess.Popen(command, env=place, stdout=spoken, stdin=subprocess.PIPE, start_new_session=True)
            for place in places
        ]
    finally:
        os.close(spoken)
    threading.Thread(target=_fall_together, args=(processes,), daemon=True).start()
    lines = open(heard, encoding="utf-8")  # noqa: SIM115 (closed when all have ended: they save before)
    try:
        yield lines, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
        lines.close()


def run_program(home: Home, stage: str, job: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """Run the job to its end and give the program's events as they come; nothing is run when its `out` is there.

    Raises Interrupted on Ctrl-C (after the program saved), BadInput when the program ends with an error.
    """
    out = Path(job["out"])
    out.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(out.parent)
    if (out / "manifest.json").exists():
        return
    program = home.programs / f"{home.commit_program(PROGRAM.read_bytes())}.py"
    path = out.parent / "job.json"
    path.write_bytes(canonical_json(job))
    last: dict[str, Any] = {}
    with _started([sys.executable, str(program), str(path)], _surroundings(job)) as (lines, processes):
        try:
            for line in lines:
                last = json.loads(line)
                yield last
            codes = [process.wait() for process in processes]
        except (KeyboardInterrupt, GeneratorExit):
            for process in processes:  # they have sessions of their own, so a terminal's Ctrl-C reached only us
                process.send_signal(signal.SIGINT)
            for process in processes:
                process.wait()
            raise Interrupted from None
    if _STOPPED in codes:
        raise Interrupted
    if code := next(filter(None, codes), 0):
        raise BadInput(str(last.get("text") or f"The trainer ended with code {code} in stage {stage}: see {path}."))


def clear_workplace(home: Home, stage: str) -> None:
    """Remove a stage's training state, once its generation is committed and recorded."""
    shutil.rmtree(workplace(home, stage), ignore_errors=True)
