"""The trainer program run as a process of its own: a job in, its events out, and a folder of weights left behind.

It copies the program into the home, hands over token shards only, and passes a person's Ctrl-C on. It judges nothing.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import foundling
from foundling.home import Home, clear_leftovers
from foundling.records import BadInput, canonical_json, content_hash
from foundling.training.machine import trainer_environment

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
    process = subprocess.Popen(
        [sys.executable, str(program), str(path)], env=trainer_environment(job["threads"]), stdout=subprocess.PIPE,
        stdin=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True,
    )  # stdin is never written: when we die, however we die, its end tells the program to end too
    assert process.stdout is not None
    last: dict[str, Any] = {}
    try:
        for line in process.stdout:
            last = json.loads(line)
            yield last
        code = process.wait()
    except (KeyboardInterrupt, GeneratorExit):
        process.send_signal(signal.SIGINT)  # it has a session of its own, so a terminal's Ctrl-C reached only us
        process.wait()
        raise Interrupted from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
        if process.stdin is not None:
            process.stdin.close()
    if code == 130:
        raise Interrupted
    if code != 0:
        raise BadInput(str(last.get("text") or f"The trainer ended with code {code} in stage {stage}: see {path}."))


def clear_workplace(home: Home, stage: str) -> None:
    """Remove a stage's training state, once its generation is committed and recorded."""
    shutil.rmtree(workplace(home, stage), ignore_errors=True)
