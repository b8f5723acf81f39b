"""A side that is somebody else's command: a command line and two folders of texts in, its own figures out, checked.

The command is run once a seed as `COMMAND TRAIN HELDOUT MINUTES SEED THREADS OUT` and writes OUT, JSON: "documents",
for every held-out file {"name", "nats", "bytes"}, and "parameters", "steps", "step_seconds", "step_tokens" and perhaps
"epoch_tokens" (of its own tokenizer), "dtype", "shape" and "train". The nats are its own: no judge of ours sees its
weights, and nothing here can know what it trained on. What is checked is that it charged every byte of every held-out
file, and the sum is ours.
"""

import json
import math
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.evaluation.heldout import text_files
from foundling.evaluation.textfile import read_text
from foundling.home import write_atomically, write_folder
from foundling.life.record.frame import Frame, Side
from foundling.records import BadInput, Progress, canonical_json, content_hash

_NAME, _LONG = re.compile(r"[a-z][a-z0-9-]{0,39}"), 60
_FIGURES = ("parameters", "steps", "step_seconds", "step_tokens")


@dataclass(frozen=True, kw_only=True)
class Outsider:
    """A name for the folder and the page, and the command, in words; nothing is given to a shell."""

    name: str
    command: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Outsider":
        """NAME=COMMAND. Raises BadInput for anything else, or the name of a side that is ours to run."""
        name, _, command = text.partition("=")
        try:
            words = shlex.split(command)
        except ValueError as fault:
            raise BadInput(f"The command of {name} cannot be read ({fault}): check its quotes.") from fault
        if not _NAME.fullmatch(name) or not words or name == "foundling" or name.startswith("trainer"):
            raise BadInput(f"{text!r} is no NAME=COMMAND with a name like nanogpt: give --beside nanogpt='./run.sh'.")
        return cls(name=name, command=tuple(words))


def read_answer(path: Path, heldout: Path) -> dict[str, Any]:
    """What a command wrote, with bits_per_byte of our own summing.

    Raises BadInput where it is missing or misshapen, or does not charge every byte of every held-out file.
    """
    try:
        answer: dict[str, Any] = json.loads(path.read_bytes())
        told = {str(row["name"]): (float(row["nats"]), int(row["bytes"])) for row in answer["documents"]}
        figures = [float(answer[key]) for key in _FIGURES]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(f"{path} is no result of a command ({fault!r}): docs/training.md says what it has.") from fault
    nats, charged = sum(nats for nats, _ in told.values()), {name: size for name, (_, size) in told.items()}
    sizes = {file.name: len(read_text(file).encode("utf-8")) for file in text_files(heldout)}
    if charged != sizes or len(told) != len(answer["documents"]):
        wrong = sorted(name for name in charged.keys() | sizes.keys() if charged.get(name) != sizes.get(name))
        raise BadInput(f"{path} does not charge each held-out file once with all its bytes: look at {wrong[:3]}.")
    if not all(math.isfinite(value) and value > 0 for value in (nats, *figures)):
        raise BadInput(f"{path} has a figure that is not above 0: nats, {', '.join(_FIGURES)} have to be.")
    return answer | {"bits_per_byte": nats / math.log(2) / sum(sizes.values())}


def _run(command: list[str], log: Path, label: str) -> Generator[Progress]:
    """Run a command to its end, telling its lines. Raises BadInput when it fails."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8", errors="replace", start_new_session=True,
        )
    except OSError as fault:
        raise BadInput(f"{command[0]} cannot be started ({fault.strerror}): check the path of the command.") from fault
    assert process.stdout is not None
    with log.open("w", encoding="utf-8") as kept:
        try:
            for line in process.stdout:
                kept.write(line)
                yield Progress(station=label, text=line.strip()[:_LONG])
            code = process.wait()
        finally:
            _end(process)
    if code != 0:
        raise BadInput(f"{command[0]} ended with code {code}: see {log}.")


def _end(process: "subprocess.Popen[str]") -> None:
    """End what is still running of a command, and of what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _figures(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What takes the place of our own measurement in the result's plan."""
    return {key: answer[key] for key in ("parameters", "steps", "step_tokens")} | {
        "timing": {"steps": [answer["step_seconds"]], "others": None}, "dtype": str(answer.get("dtype", "not told")),
        "epoch_tokens": answer.get("epoch_tokens"),
        "entry": {"shape": answer.get("shape", {}), "train": answer.get("train", {})},
    }


def outside(outsider: Outsider, train: Path, heldout: Path) -> Side:
    """The side that runs a command; how it makes minutes into steps is its own affair."""
    command = list(outsider.command)

    def freeze(frame: Frame) -> Generator[Progress, None, dict[str, Any]]:
        yield Progress(station="plan", text="a command plans for itself")
        program = Path(command[0])
        return {"command": command, "program": content_hash(program.read_bytes()) if program.is_file() else ""}

    def run(frame: Frame, plan: Mapping[str, Any], seed: int) -> Generator[Progress, None, Path]:
        """A seed's folder with the score that the judge would have written, from the command's own nats."""
        place = frame.seed(seed)
        if plan["command"] != command:
            raise BadInput(f"{frame.folder / 'plan.json'} is of another command: give another name, or remove it.")
        answer = place / "answer.json"
        if not answer.exists():
            place.mkdir(parents=True, exist_ok=True)
            out = place / "answer.new.json"
            out.unlink(missing_ok=True)
            given = (train.absolute(), heldout.absolute(), f"{frame.minutes:g}", seed, frame.threads, out.absolute())
            yield from _run([*command, *map(str, given)], place / "log.txt", f"seed {seed}")
            read_answer(out, heldout)
            out.rename(answer)
        told = read_answer(answer, heldout)
        record = {
            "validation": None, "steps": told["steps"], "kept_step": told["steps"], "curve": [],
            "figures": _figures(told),
        }
        write_folder(place / "out", {"training.json": canonical_json(record)}, replace=True)
        score = {"weights": "", "stride": told.get("stride")} | {k: told[k] for k in ("bits_per_byte", "documents")}
        write_atomically(place / "score.json", canonical_json(score))
        return place / "out"

    return Side(name=outsider.name, title=f"{outsider.name}, by its own figures", freeze=freeze, train=run)
