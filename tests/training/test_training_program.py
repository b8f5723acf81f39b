"""The trainer program as the process that it is: events, signals, kills at random, damaged input, a parent that dies.

The copy that runs lies elsewhere than the package, as in a home; its environment is the one that `life` gives it.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from tinyrun import tiny_job

from foundling.home import clear_leftovers
from foundling.model.kernels.library import why_plain
from foundling.records import BadInput, canonical_json
from foundling.training import program, sources, tasks
from foundling.training.machine import trainer_environment

STEPS = 40
EVENTS = {
    "start": {"event", "step", "steps", "threads", "dtype"},
    "step": {"event", "step", "steps", "loss", "tokens", "seconds", "rate", "validation", "parts", "gradient_norm"},
    "done": {"event", "step", "kept_step", "validation", "memory_mb"},
    "note": {"event", "text"}, "error": {"event", "text"},
}


def heard(lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """The events of some lines; the note that the kernels are switched off, or cannot be built, is left out."""
    for line in lines:
        event = json.loads(line)
        assert set(event) == EVENTS[event["event"]]
        if not event.get("text", "").startswith("Training runs in plain torch"):
            yield event


def job_in(folder: Path, **recipe: Any) -> dict[str, Any]:
    return tiny_job(folder, **{"steps": STEPS, "look": 15, "save_seconds": 0.0} | recipe)


class Program:
    """One start of the program on a job."""

    def __init__(self, folder: Path, job: dict[str, Any], stdin: int = subprocess.PIPE, **environment: str) -> None:
        copy, path = folder / "being" / "0123.py", folder / "job.json"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(Path(program.__file__).read_bytes())
        path.write_bytes(canonical_json(job))
        self.process = subprocess.Popen(
            [sys.executable, str(copy), str(path)], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=trainer_environment(1) | environment, cwd=folder, start_new_session=True,
        )

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                pipe.close()

    def events(self) -> Iterator[dict[str, Any]]:
        """Everything on stdout, each line JSON of a known kind; a line that a kill cut short is left out."""
        return heard(line for line in self.process.stdout if line.endswith(b"\n"))

    def until_step(self, number: int) -> dict[str, Any]:
        return next(event for event in self.events() if event["event"] == "step" and event["step"] >= number)

    def end(self) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and remaining events. Nothing may be on stderr: an error is an event, not a traceback."""
        rest = list(self.events())
        code = self.process.wait()
        assert b"Traceback" not in self.process.stderr.read()
        return code, rest


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an uninterrupted run leaves; its stdin is no pipe, as when a person starts it in the background."""
    folder = tmp_path_factory.mktemp("whole")
    with Program(folder, job_in(folder, save_seconds=1e9), stdin=subprocess.DEVNULL) as run:
        code, events = run.end()
    assert code == 0
    assert [e["event"] for e in events] == ["start", *["step"] * STEPS, "done"]
    assert [e["step"] for e in events[1:-1]] == list(range(1, STEPS + 1))
    assert all(e["tokens"] > 0 and e["loss"] > 0 and e["steps"] == STEPS for e in events[1:-1])
    assert [e["step"] for e in events[1:-1] if e["validation"] is not None] == [15, 30, STEPS]
    left = files(folder / "out")
    record = json.loads(left["training.json"])
    assert record["validation"] == events[-1]["validation"] < record["validation_start"]
    assert record["curve"][-1]["step"] == record["steps"] == STEPS and record["effective_dtype"] == "float32"
    assert set(left) == {
        "weights.safetensors", "model.safetensors.index.json", "config.json", "training.json", "manifest.json"
    }
    return left


def resumed_at(folder: Path, job: dict[str, Any], whole: dict[str, bytes]) -> int:
    """Run to the end; the folder it leaves must be that of the uninterrupted run, byte for byte. Where it began."""
    with Program(folder, job) as run:
        code, events = run.end()
    assert (code, events[0]["event"], events[-1]["event"]) == (0, "start", "done")
    assert files(folder / "out") == whole
    return events[0]["step"]


def test_signals_save_and_the_same_job_goes_on_to_the_bit(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Ctrl-C, then SIGTERM, then to the end: each stop loses at most the step that was under way."""
    job = job_in(tmp_path, save_seconds=1e9)
    reached = 0
    for number, at in ((signal.SIGINT, 8), (signal.SIGTERM, 24)):
        with Program(tmp_path, job) as run:
            events = run.events()
            start = next(events)
            assert (start["event"], start["step"]) == ("start", reached)
            said = next(e for e in events if e["step"] >= at)
            run.process.send_signal(number)
            said = [said, *events][-1]
            assert run.process.wait() == 130 and run.process.stderr.read() == b""
        reached = said["step"]
        assert reached < STEPS and not (tmp_path / "out").exists()
        assert max(p.name for p in (tmp_path / "state").glob("*/step-*")) == f"step-{reached:09d}"
    assert resumed_at(tmp_path, job, whole) == reached


def test_killed_at_random_it_ends_with_the_same_bits(
    tmp_path: Path, whole: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    """SIGKILL at three instants, while every step is saved, so that most kills fall into a save or a prune.

    Then the newest save is damaged too, and the finished job is asked for once more.
    """
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rng, job, told = random.Random(seed), job_in(tmp_path), 0
    for _ in range(3):
        with Program(tmp_path, job) as run:
            events = run.events()
            start = next(events)
            assert start["event"] == "start" and start["step"] >= told - 1  # what was said is saved, but the last step
            next(e for e in events if e["step"] >= start["step"] + rng.randrange(2, 9))
            time.sleep(rng.random() * 0.03)
            run.process.kill()
            told = max([start["step"], *(e["step"] for e in events if e["event"] == "step")])
    clear_leftovers(next((tmp_path / "state").glob("*/")))
    newest = max((tmp_path / "state").glob("*/step-*"))
    weights = bytearray((newest / "state.safetensors").read_bytes())
    weights[len(weights) // 2] ^= 1
    (newest / "state.safetensors").write_bytes(weights)
    with Program(tmp_path, job) as run:
        code, events = run.end()
    assert code == 0 and files(tmp_path / "out") == whole
    assert events[0]["event"] == "note" and newest.name in events[0]["text"]
    assert events[1] == events[1] | {"event": "start", "step": int(newest.name[5:]) - 1}
    capsys.readouterr()
    assert program.work(job, []) == 0  # as when it was killed just after its last write: the same folder again
    assert next(heard(capsys.readouterr().out.splitlines()))["step"] > 0
    assert files(tmp_path / "out") == whole


def damage(folder: Path, what: str) -> None:
    shard = folder / "tokens" / "train.ids"
    data = bytearray(shard.read_bytes())
    data[31] ^= 1
    if what == "no shard":
        shard.unlink()
    else:
        shard.write_bytes(data[:50] if what == "a cut shard" else data)


@pytest.mark.parametrize("what", ["a cut shard", "a flipped byte in a shard", "no shard"])
def test_damaged_shards_are_refused_before_anything_is_trained(tmp_path: Path, what: str) -> None:
    job = job_in(tmp_path)
    damage(tmp_path, what)
    with pytest.raises(BadInput, match=r"train\.ids"):
        program.work(job, [])


@pytest.mark.parametrize("spoilt", ["{", '{"pairs": []}', '{"pairs": [[1, 2]]}', "[]", '{"pairs": [[[1], 2, [3]]]}'])
def test_preferences_of_another_form_are_refused(tmp_path: Path, spoilt: str) -> None:
    """A whole folder by its hashes, and still not what it should be."""
    (tmp_path / "preferences.json").write_text(spoilt)
    with pytest.raises(BadInput, match=r"preferences\.json"):
        sources.read_pairs(tmp_path, 24)


def test_a_preference_longer_than_the_context_is_refused(tmp_path: Path) -> None:
    (tmp_path / "preferences.json").write_text('{"pairs": [[[0, 2, 9, 9], [5, 5, 1], [6, 1]]]}')
    assert sources.read_pairs(tmp_path, 7) == [([0, 2, 9, 9], [5, 5, 1], [6, 1])]
    with pytest.raises(BadInput, match="7 ids long and the context holds 6"):
        sources.read_pairs(tmp_path, 6)


def test_damaged_weights_to_start_from_are_refused(tmp_path: Path) -> None:
    """Neither safetensors nor our reader would notice one bit: the manifest does."""
    job = tiny_job(tmp_path, task="dialogue")
    weights = tmp_path / "start" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-100] ^= 1
    weights.write_bytes(data)
    with pytest.raises(BadInput, match=r"weights\.safetensors has changed"):
        program.work(job, [])


def test_bad_input_ends_with_code_2_and_one_sentence(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    damage(tmp_path, "a flipped byte in a shard")
    with Program(tmp_path, job) as run:
        code, events = run.end()
    assert code == 2 and [e["event"] for e in events] == ["error"]
    assert "train.ids" in events[0]["text"] and "\n" not in events[0]["text"]
    assert not (tmp_path / "out").exists() and not list((tmp_path / "state").glob("*/step-*"))


def test_a_reader_that_goes_away_ends_it(tmp_path: Path) -> None:
    """Nobody reads stdout: it ends, without a traceback, and leaves no result."""
    with Program(tmp_path, job_in(tmp_path, steps=100_000, save_seconds=1e9)) as run:
        run.until_step(2)
        run.process.stdout.close()
        assert run.process.wait(60) == 137
        assert run.process.stderr.read() == b""
    assert not (tmp_path / "out").exists()


def test_it_does_not_outlive_its_parent_and_a_second_waits_for_an_orphan(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    """A parent is killed with -9. Its child ends by itself. Where it takes its time, the next program waits for it."""
    parent = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE);"
        "print(p.pid, file=sys.stderr, flush=True); p.wait()"
    )
    slow = job_in(tmp_path, steps=100_000)
    with Program(tmp_path, slow) as run:  # only to lay the files out
        run.process.kill()
    command = [sys.executable, "-S", "-c", parent, *run.process.args]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=trainer_environment(1), start_new_session=True
    ) as middle:
        assert middle.stderr.readline().strip().isdigit()
        for _ in range(6):
            assert middle.stdout.readline().endswith(b"\n")
        middle.kill()
        assert list(middle.stdout)[-1:] != [b""]  # comes to its end only when the orphan has let go of it too
    assert not (tmp_path / "out").exists()

    job = job_in(tmp_path)
    with Program(tmp_path, slow) as first:
        first.until_step(1)
        first.process.send_signal(signal.SIGSTOP)  # an orphan that does not get to run, and holds the lock
        with Program(tmp_path, job) as second:
            time.sleep(2.5)
            assert second.process.poll() is None and not (tmp_path / "out").exists()
            first.process.kill()
            code, events = second.end()
        assert code == 0 and events[0] == events[0] | {"event": "start", "step": 0}
    assert files(tmp_path / "out") == whole


def test_a_state_that_stays_held_is_refused_by_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "PATIENCE", 0.3)
    with program.alone(tmp_path / "state", []), pytest.raises(BadInput, match="is being written by process"):
        program.alone(tmp_path / "state", []).__enter__()
    with program.alone(tmp_path / "state", []):  # and it is free again
        pass


def test_who_waits_can_be_stopped(tmp_path: Path) -> None:
    with program.alone(tmp_path / "state", []), pytest.raises(SystemExit) as end:
        program.alone(tmp_path / "state", [signal.SIGINT]).__enter__()
    assert end.value.code == 130


def test_a_state_folder_that_cannot_be_made_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput):
        program.alone(tmp_path / "file" / "state", []).__enter__()


def test_a_measurement_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = job_in(tmp_path) | {"measure": 6}
    assert program.work(job, []) == 0
    events = list(heard(capsys.readouterr().out.splitlines()))
    assert [e["event"] for e in events] == ["start", *["step"] * 6]
    assert not (tmp_path / "out").exists() and not (tmp_path / "state").exists()


def test_a_run_that_diverges_ends_with_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a learning rate far too high; main is called in this process, so its signal handlers are put back."""
    path, kept = tmp_path / "job.json", [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    path.write_bytes(canonical_json(job_in(tmp_path, rate=1e38, optimiser="adamw", warmup=0.0)))
    try:
        assert program.main([str(path)]) == 1
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), kept, strict=True):
            signal.signal(number, handler)
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["event"] == "error" and "diverged" in last["text"] and not (tmp_path / "out").exists()


class Crowd:
    """A busy computer, or a quiet one, in the place of the program's own measure of it."""

    def __init__(self, threads: int, told: bool = False, crowded: bool = True) -> None:
        self.crowded, self.told = crowded and threads > 1, told
        self.aside = nullcontext

    def note(self) -> str | None:
        return None


class After:
    """True from the time it has been asked `times` times: a person's Ctrl-C in the middle of a run."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __bool__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("task", ["birth", "preference"])
def test_a_run_that_fell_to_one_thread_stays_there_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], task: str
) -> None:
    """What the reference of preferences says is worked out before: with the threads of the plan, both times."""
    made, referred = [], []

    def preferences(*given: Any, **named: Any) -> Any:
        referred.append(torch.get_num_threads())
        return sources.preferences(*given, **named)

    monkeypatch.setattr(tasks, "preferences", preferences)
    for name, stop in (("whole", None), ("stopped", 7)):
        folder = tmp_path / name
        folder.mkdir()
        job = tiny_job(folder, task=task, steps=12, look=15, save_seconds=0.0) | {"threads": 2}
        monkeypatch.setattr(program, "Load", Crowd)
        if stop:
            assert program.work(job, After(stop)) == 130
            monkeypatch.setattr(program, "Load", partial(Crowd, crowded=False))
        capsys.readouterr()
        assert program.work(job, []) == 0
        assert next(heard(capsys.readouterr().out.splitlines()))["threads"] == (1 if stop else 2)
        assert torch.get_num_threads() == 1
        made.append(files(folder / "out"))
    assert made[0] == made[1]
    assert json.loads(made[0]["training.json"])["one_thread_from"] == 1
    assert referred == ([2] * 3 if task == "preference" else [])


@pytest.mark.parametrize("measure", [0, 6])
def test_who_stops_or_measures_a_run_keeps_its_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measure: int
) -> None:
    """The next day the computer may be quiet; and what is timed is what was asked for."""
    monkeypatch.setattr(program, "Load", Crowd)
    job = job_in(tmp_path, save_seconds=0.0 if measure else 1e9) | {"threads": 2, "measure": measure}
    assert program.work(job, [] if measure else [signal.SIGINT]) == (0 if measure else 130)
    assert torch.get_num_threads() == 2 and "uses one thread" not in capsys.readouterr().out


def losses(folder: Path, kernels: str, **recipe: Any) -> list[float]:
    """The losses of a run of the program, start to end, with our kernels or in plain torch."""
    folder.mkdir()
    with Program(folder, job_in(folder, steps=24, dropout=0.0, **recipe), FOUNDLING_KERNELS=kernels) as run:
        code, events = run.end()
    assert code == 0
    return [event["loss"] for event in events if event["event"] == "step"]


@pytest.mark.parametrize(("optimiser", "within"), [("adamw", 2e-5), ("muon", 5e-3)])
def test_plain_torch_trains_as_the_kernels_do(tmp_path: Path, optimiser: str, within: float) -> None:
    """Where no compiler is, the whole program runs without kernels. Muon's directions are bfloat16 and turn a last bit
    into a 256th."""
    plain = losses(tmp_path / "plain", "off", optimiser=optimiser)
    assert sum(plain[-4:]) / 4 < sum(plain[:4]) / 4 - 0.5
    if why_plain() in (None, "FOUNDLING_KERNELS is off"):
        assert losses(tmp_path / "kernels", "on", optimiser=optimiser) == pytest.approx(plain, abs=within)
