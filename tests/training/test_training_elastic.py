"""The trainer program under torchrun: a killed process costs the work since the last save and nothing else; a hung one
ends itself; only one process speaks and writes.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from manyruns import launch
from tinyrun import tiny_job

from foundling.records import canonical_json
from foundling.training import program
from foundling.training.distributed import command, environment
from foundling.training.machine import trainer_environment

STEPS = 40


def write_job(folder: Path, processes: int, layout: str, **recipe: Any) -> Path:
    folder.mkdir(exist_ok=True)
    job = tiny_job(folder, **{"steps": STEPS, "look": 15, "save_seconds": 0.0} | recipe)
    path = folder / "job.json"
    path.write_bytes(canonical_json(job | {"processes": processes, "layout": layout, "silence": 60.0}))
    return path


class Torchrun:
    """The program under torchrun, which starts it again when one of its processes is lost."""

    def __init__(self, job: Path, processes: int) -> None:
        self.process = subprocess.Popen(
            command(program.__file__, str(job), processes), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=trainer_environment(1) | environment() | {"GLOO_SOCKET_IFNAME": "lo"},
        )

    def __enter__(self) -> "Torchrun":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()  # at its end every process of the run ends itself
        for worker in self.workers().values():
            os.kill(worker, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def events(self) -> Iterator[dict[str, Any]]:
        for line in self.process.stdout:
            yield json.loads(line)

    def workers(self) -> dict[int, int]:
        """Rank to process id of those that torchrun has started."""
        found: dict[int, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                surroundings = (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            rank = [int(line[5:]) for line in surroundings if line.startswith(b"RANK=")]
            if parent == self.process.pid and rank:
                found[rank[0]] = int(folder.name)
        return found


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def undisturbed(folder: Path, processes: int, layout: str) -> dict[str, bytes]:
    job = write_job(folder, processes, layout, save_seconds=1e9)
    assert launch([sys.executable, program.__file__, str(job)], processes) == [0] * processes
    return files(folder / "out")


def killed_and_restarted(folder: Path, layout: str, processes: int, rank: int, at: int) -> dict[str, bytes]:
    """Kill the process of a rank at a step; the run goes on by itself from its last save, to its end."""
    job = write_job(folder, processes, layout)
    with Torchrun(job, processes) as run:
        told, starts = 0, []
        for event in run.events():
            if event["event"] == "start":
                starts.append(event["step"])
                assert event["step"] >= told - 1, "more was lost than the work since the last save"
            if event["event"] == "step":
                told = event["step"]
                if told == at and len(starts) == 1:
                    os.kill(run.workers()[rank], signal.SIGKILL)
        assert run.process.wait(60) == 0
    assert len(starts) == 2 and starts[0] == 0 and at - 1 <= starts[1] <= at + 1
    return files(folder / "out")


linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the processes in /proc")


@linux
def test_a_killed_process_costs_only_the_work_since_the_last_save(tmp_path: Path) -> None:
    """The end is that of the undisturbed run, byte for byte, the files of the result among it."""
    at = random.randrange(3, STEPS - 5)
    print(f"killed at step {at}")
    assert killed_and_restarted(tmp_path / "killed", "replicated", 2, 1, at) == undisturbed(
        tmp_path / "calm", 2, "replicated"
    )


@linux
@pytest.mark.slow
@pytest.mark.parametrize(("layout", "processes"), [("replicated", 2), ("sharded", 2), ("sharded", 4)])
def test_killed_at_five_random_steps(tmp_path: Path, layout: str, processes: int) -> None:
    calm = undisturbed(tmp_path / "calm", processes, layout)
    rng = random.Random(STEPS + processes)
    for number in range(5):
        rank, at = rng.randrange(processes), rng.randrange(2, STEPS - 3)
        assert killed_and_restarted(tmp_path / f"killed-{number}", layout, processes, rank, at) == calm, (rank, at)


@linux
@pytest.mark.slow
def test_stopped_by_a_person_all_save_at_one_step(tmp_path: Path) -> None:
    """Ctrl-C of torchrun: the processes are asked at different moments and save together; the rest is another day's."""
    job = write_job(tmp_path / "stopped", 2, "sharded", save_seconds=1e9)
    with Torchrun(job, 2) as run:
        events = run.events()
        next(e for e in events if e["event"] == "step" and e["step"] >= 5)
        run.process.send_signal(signal.SIGINT)
        told = max([5, *(e["step"] for e in events if e["event"] == "step")])
        run.process.wait(60)
    saved = next((tmp_path / "stopped" / "state").glob("*/step-*"))
    assert int(saved.name[5:]) == told and len(list(saved.glob("*.safetensors"))) == 2
    assert launch([sys.executable, program.__file__, str(job)], 2) == [0, 0]
    assert files(tmp_path / "stopped" / "out") == undisturbed(tmp_path / "calm", 2, "sharded")


@linux
@pytest.mark.slow
def test_a_run_in_which_one_process_hangs_ends(tmp_path: Path) -> None:
    """One is frozen; the others end themselves when they have heard nothing for the time that the job gives."""
    job = write_job(tmp_path / "hung", 2, "replicated", steps=100_000, save_seconds=1e9)
    job.write_bytes(canonical_json(json.loads(job.read_bytes()) | {"silence": 20.0}))
    with Torchrun(job, 2) as run:
        next(e for e in run.events() if e["event"] == "step" and e["step"] >= 3)
        frozen = run.workers()[1]
        os.kill(frozen, signal.SIGSTOP)
        began = time.monotonic()
        while frozen in run.workers().values():
            assert time.monotonic() - began < 200, "the frozen process is still there"
            time.sleep(0.5)


@pytest.mark.slow
def test_rows_that_do_not_divide_end_with_code_2_and_one_sentence(tmp_path: Path) -> None:
    job = write_job(tmp_path / "odd", 3, "replicated")
    done = launch([sys.executable, program.__file__, str(job)], 3)
    assert done == [2, 2, 2] and not (tmp_path / "odd" / "out").exists()
