"""A training by several processes of this machine: what one process trains, stopped and resumed, and none left over."""

import json
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from foundling.cli.options import parser
from foundling.home import Home
from foundling.life import birth, trainer
from foundling.life.planning import Wishes, frozen_plan, job_for, plan_birth
from foundling.life.trainer import Interrupted, run_program, workplace
from foundling.recipe import Plan, Shape
from foundling.records import BadInput

TINY = {"layers": 1, "width": 16, "heads": 1, "kv_heads": 1, "head_dim": 16, "hidden": 16, "context": 128}


@pytest.fixture
def plan(home: Home) -> Plan:
    with home.locked(), home.ledger() as ledger:
        list(plan_birth(home, ledger, Wishes(size="tiny", steps=8, seed=5)))
        made = frozen_plan(home, ledger)
    recipe = replace(made.birth, rows=2, look=4, dropout=0.0, optimiser="adamw")
    shape = Shape(**TINY, vocabulary=made.shape.vocabulary)
    return replace(made, shape=shape, birth=recipe, threads=1, dtype="float32")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that is started from here on."""
    kept: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def keep(*given: Any, **named: Any) -> Any:
        kept.append(start(*given, **named))
        return kept[-1]

    monkeypatch.setattr(trainer.subprocess, "Popen", keep)
    return kept


def job_of(home: Home, plan: Plan, stage: str, processes: int, **recipe: Any) -> dict[str, Any]:
    job = job_for(home, replace(plan, birth=replace(plan.birth, **recipe)), "birth", stage)
    return job | {"processes": processes, "silence": 60.0}


def test_two_processes_train_what_one_trains(home: Home, plan: Plan, started: list[Any]) -> None:
    said, weights = [], []
    with home.locked():
        for processes in (1, 2):
            stage = f"of-{processes}"
            events = list(run_program(home, stage, job_of(home, plan, stage, processes)))
            said.append([e["loss"] for e in events if e["event"] == "step"])
            assert events[-1]["event"] == "done" and sum(e["event"] == "start" for e in events) == 1
            out = workplace(home, stage) / "out"
            weights.append(load_file(str(out / "weights.safetensors")))
            assert json.loads((out / "training.json").read_bytes())["processes"] == processes
    assert len(said[0]) == 8 and said[1] == pytest.approx(said[0], abs=2e-5) and said[0][-1] < said[0][0]
    assert weights[0].keys() == weights[1].keys()
    assert max(float((weights[0][name] - weights[1][name]).abs().max()) for name in weights[0]) < 1e-4
    assert len(started) == 3 and all(process.returncode == 0 for process in started)


def test_stopped_they_save_and_the_same_command_goes_on(home: Home, plan: Plan, started: list[Any]) -> None:
    job = job_of(home, plan, "pretrain", 2, steps=3000)
    with home.locked():
        events = run_program(home, "pretrain", job)
        event = next(e for e in events if e["event"] == "step" and e["step"] >= 3)
        with pytest.raises(Interrupted):
            events.throw(KeyboardInterrupt)
        assert [process.returncode for process in started] == [130, 130]
        saved = max(int(path.name[5:]) for path in Path(job["state"]).glob("*/step-*"))
        assert saved >= event["step"]
        again = run_program(home, "pretrain", job)
        assert next(e for e in again if e["event"] == "start")["step"] == saved
        with pytest.raises(Interrupted):
            again.throw(KeyboardInterrupt)
    assert all(process.returncode is not None for process in started)


def test_where_one_is_lost_all_end_and_it_is_said(
    home: Home, plan: Plan, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "_GRACE", 0.5)
    with home.locked(), pytest.raises(BadInput, match="ended with code"):
        for event in run_program(home, "pretrain", job_of(home, plan, "pretrain", 2, steps=100_000)):
            if event["event"] == "step" and event["step"] == 3:
                started[1].send_signal(signal.SIGKILL)
    assert len(started) == 2 and all(process.returncode not in (None, 0) for process in started)


def test_rows_that_cannot_be_dealt_are_refused_by_one_sentence(home: Home, plan: Plan) -> None:
    with home.locked(), pytest.raises(BadInput, match="2 rows cannot be dealt equally to 3 processes"):
        list(run_program(home, "pretrain", job_of(home, plan, "pretrain", 3)))


@pytest.mark.parametrize(("processes", "threads", "each"), [(1, 4, 4), (2, 4, 2), (3, 2, 1)])
def test_the_option_reaches_the_job_and_the_threads_are_shared(
    home: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch, processes: int, threads: int, each: int
) -> None:
    options = parser().parse_args(["pretrain", str(home.path), "--processes", str(processes)])
    jobs: list[dict[str, Any]] = []

    def watch(_: Home, stage: str, job: dict[str, Any], label: str) -> Any:
        jobs.append(job)
        raise Interrupted

    monkeypatch.setattr(birth, "_watch", watch)
    monkeypatch.setattr(birth, "frozen_plan", lambda *_: replace(plan, threads=threads))
    with home.locked(), home.ledger() as ledger, pytest.raises(Interrupted):
        list(birth.pretrain(home, ledger, options.processes))
    assert (jobs[0].get("processes", 1), jobs[0]["threads"]) == (processes, each)
