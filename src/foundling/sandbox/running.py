"""A command, its inputs and limits flow in; what came of it flows out. It knows no candidate, no verdict, no home."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from foundling.records import BadInput, content_hash
from foundling.sandbox.backends import Backend, Job, throwaway
from foundling.sandbox.interpreter import Interpreter, bare, readable_by_others, system
from foundling.sandbox.limits import Inputs, Limits
from foundling.sandbox.outcome import Outcome

WARDEN = Path(__file__).with_name("warden.py")
SPARE = 6  # processes of the jail itself
_PLAIN = re.compile(r"(?!\.)[\w.-]{1,100}", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,60}", re.ASCII)


def interpreter_for(backend: Backend) -> Interpreter:
    """The bare Python that candidates can run in this backend: ours, or the machine's where ours is out of reach."""
    ours = bare()
    if backend.own_folder or not backend.hands or throwaway() is None or readable_by_others(ours.executable):
        return ours
    other = system()
    if other is None:
        raise BadInput(
            f"{ours.executable} lies where only root may go, and as root a candidate runs as another user: install "
            "bubblewrap, or run as an ordinary user."
        )
    return other


def _check(inputs: Inputs, backend: Backend) -> None:
    """Refuse names that could lead elsewhere, and mounts that a candidate could not read."""
    for name in inputs.files:
        if not _PLAIN.fullmatch(name):
            raise BadInput(f"An input file is called {name!r}: give it a name of letters, digits, dots and dashes.")
    for name in inputs.results:
        if not all(_PLAIN.fullmatch(part) for part in name.split("/")):
            raise BadInput(f"A result is called {name!r}: give a path of plain names, such as out/weights.safetensors.")
    for name in inputs.environment:
        if not _VARIABLE.fullmatch(name):
            raise BadInput(f"An environment variable is called {name!r}: give it a name of capitals and digits.")
    if inputs.hidden and not backend.own_folder:
        raise BadInput(
            f"{inputs.hidden[0]} lies in a folder that has to be mounted, and {backend.name} cannot hide it there: "
            "install bubblewrap, or foundling in a virtual environment."
        )
    other = throwaway() is not None and backend.hands
    for path in inputs.mounts:
        if not path.is_absolute() or not path.exists():
            raise BadInput(f"{path} cannot be mounted in the sandbox: give an absolute path that exists.")
        if other and not (path.stat().st_mode & 0o004 and (backend.own_folder or readable_by_others(path))):
            raise BadInput(
                f"As root a candidate runs as another user, who may not read {path}: make it readable by others, or "
                "run as an ordinary user."
            )


@contextmanager
def _prepared(inputs: Inputs, backend: Backend) -> Iterator[Path]:
    """A folder with the files in `in`, readable and no more, and an empty `box` where the backend needs one."""
    with tempfile.TemporaryDirectory(prefix="foundling-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        (folder / "in").mkdir(mode=0o755)
        for name, data in inputs.files.items():
            (folder / "in" / name).write_bytes(data)
            (folder / "in" / name).chmod(0o555)
        (folder / "stdin").write_bytes(inputs.stdin)
        (folder / "stdin").chmod(0o400)
        if not backend.own_folder:
            (folder / "box").mkdir(mode=0o700)
        if throwaway() is not None and backend.hands:
            folder.chmod(0o711)
            if not backend.own_folder:
                (folder / "box").chmod(0o1777)
        yield folder


def _watched(job: dict[str, Any]) -> dict[str, Any]:
    """What the warden says of the job. It is told to end, and ends all, when we are stopped or gone."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", str(WARDEN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    with process:
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
            told, wrong = process.stdout.read(), process.stderr.read()
        finally:
            process.stdin.close()
    if process.returncode != 0:
        lost = signal.Signals(-process.returncode).name if process.returncode < 0 else wrong.decode("utf-8", "replace")
        raise RuntimeError(f"The sandbox's warden was lost: {lost.strip()[-500:]}")
    found: dict[str, Any] = json.loads(told)
    return found


def run(
    command: Sequence[str], inputs: Inputs, limits: Limits, *, backend: Backend, into: Path | None = None
) -> Outcome:
    """Run the command in the backend's jail and say what came of it; wanted results are copied below `into`.

    The same inputs give the same `Outcome.inputs`. Raises BadInput for inputs that cannot be given.
    """
    _check(inputs, backend)
    if inputs.results and into is None:
        raise BadInput("Results are wanted, and no folder is given for them: give one.")
    identity = content_hash({
        "command": list(command), "files": {name: content_hash(data) for name, data in inputs.files.items()},
        "stdin": content_hash(inputs.stdin), "environment": dict(inputs.environment), "results": list(inputs.results),
        "mounts": list(map(str, inputs.mounts)), "hidden": list(map(str, inputs.hidden)), "limits": asdict(limits),
    })
    python = interpreter_for(backend)
    with _prepared(inputs, backend) as folder:
        mounts = tuple(dict.fromkeys((*python.mounts, *inputs.mounts)))
        jailed = backend.jail(Job(
            command=tuple(command), folder=folder, environment=dict(inputs.environment), mounts=mounts,
            lists=inputs.lists, hidden=inputs.hidden, limits=limits, python=python,
        ))
        watched = ("wall", "cpu", "memory", "folder", "files", "output", "file_size")
        bounds = {name: getattr(limits, name) for name in watched}
        told = _watched({
            "command": jailed, "environment": {"PATH": os.environ.get("PATH", os.defpath)}, "hands": backend.hands,
            "box": None if backend.own_folder else str(folder / "box"), "stdin": str(folder / "stdin"),
            "limits": bounds | {"tasks": limits.processes + SPARE}, "results": list(inputs.results),
            "into": str(into.resolve()) if into else None,
        })
    return Outcome(
        backend=backend.name, ended=told["ended"], code=told["code"], wall=told["wall"], cpu=told["cpu"],
        peak=told["peak"], output=base64.b64decode(told["output"]), errors=base64.b64decode(told["errors"]),
        results={name: into / name for name in told["results"]} if into else {}, refused=told["refused"],
        inputs=identity, limits=limits,
    )
