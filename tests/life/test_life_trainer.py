"""From a plan to a trainer's process and back: what it is given, what it leaves, and how it ends when we end."""

import json
import os
import shutil
from collections.abc import Generator, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from foundling.home import Home, verify_folder, write_folder
from foundling.life import birth, planning
from foundling.life.planning import Wishes, frozen_plan, job_for, plan_birth
from foundling.life.stations import recorded
from foundling.life.trainer import Interrupted, clear_workplace, package_hash, run_program, workplace
from foundling.recipe import NamingRecipe, Plan, Shape
from foundling.records import BadInput, Progress, canonical_json, to_jsonable

TINY = {"layers": 1, "width": 16, "heads": 1, "kv_heads": 1, "head_dim": 16, "hidden": 16, "context": 128}


@pytest.fixture
def plan(home: Home) -> Plan:
    """The plan that `--steps` freezes, and then, so that tests are fast, of a model that is smaller still."""
    with home.locked(), home.ledger() as ledger:
        *_, done = plan_birth(home, ledger, Wishes(size="tiny", steps=8, seed=5))
        made = frozen_plan(home, ledger)
    assert done.fresh and to_jsonable(made) == json.loads(json.dumps(done.facts))
    shape = Shape(**TINY, vocabulary=made.shape.vocabulary)
    return replace(made, shape=shape, birth=replace(made.birth, rows=2, look=4), threads=1, dtype="float32")


def test_a_plan_is_made_once_and_obeyed(home: Home, plan: Plan) -> None:
    with home.locked(), home.ledger() as ledger:
        events = list(plan_birth(home, ledger, Wishes(size="base", steps=900, seed=6)))
        again = frozen_plan(home, ledger)
    assert [e.fresh for e in events] == [False] and again.size == "tiny" and again.seed == plan.seed == 5
    assert (again.birth.steps, again.naming.dialogue_steps, again.naming.preference_steps) == (8, 4, 1)


@pytest.mark.parametrize(("pace", "threads"), [({1: 1000.0, 4: 2500.0}, 4), ({1: 1000.0, 4: 900.0}, 1),
                                               ({1: 1000.0, 4: 1.0}, 1)])
def test_a_plan_takes_as_many_threads_as_are_faster_now(
    home: Home, monkeypatch: pytest.MonkeyPatch, pace: dict[int, float], threads: int
) -> None:
    """All threads and one are timed; a collapse is given up after as long as one thread took, and it is said."""
    clock, asked = [0.0], []

    def timed(home: Home, stage: str, job: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        asked.append(job["threads"])
        yield {"event": "start"}
        for _ in range(job["measure"]):
            tokens = job["recipe"]["rows"] * job["shape"]["context"]
            clock[0] += tokens / pace[job["threads"]]
            yield {"event": "step", "tokens": tokens, "seconds": tokens / pace[job["threads"]]}

    monkeypatch.setattr(planning, "run_program", timed)
    monkeypatch.setattr(planning, "threads_here", lambda: 4)
    monkeypatch.setattr(planning.time, "monotonic", lambda: 1.0 + clock[0])
    with home.locked(), home.ledger() as ledger:
        said = [e.text for e in plan_birth(home, ledger, Wishes(size="tiny")) if isinstance(e, Progress)]
        plan = frozen_plan(home, ledger)
    assert plan.threads == threads and asked == [1, 4]
    assert plan.predictions["tokens_per_second"] == max(pace.values())
    assert (threads == 1) == any("busy" in text for text in said)
    assert clock[0] < 8192 * (6 / 1000 + 6 / 900 + 1) + 1  # a collapse is left after its first step


def test_no_stories_no_plan(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    with home.locked(), home.ledger() as ledger:
        with pytest.raises(BadInput, match="foundling prepare"):
            list(plan_birth(home, ledger, Wishes(steps=8)))
        with pytest.raises(BadInput, match="no plan yet"):
            frozen_plan(home, ledger)


def test_a_trainer_is_given_shards_and_nothing_of_the_judge(home: Home, plan: Plan) -> None:
    for task in ("birth", "dialogue", "preference"):
        job = job_for(home, plan, task, task)
        text = json.dumps(job)
        assert str(home.judge) not in text and "life.db" not in text and job["tokens"].startswith(str(home.tokens))
        assert json.loads(canonical_json(job)) == json.loads(json.dumps(job))


def test_a_job_runs_leaves_its_folder_and_is_not_run_twice(home: Home, plan: Plan) -> None:
    job = job_for(home, plan, "birth", "pretrain")
    with home.locked():
        events = list(run_program(home, "pretrain", job))
        out = Path(job["out"])
        assert events[0]["event"] == "start" and events[-1]["event"] == "done"
        assert [e["step"] for e in events if e["event"] == "step"] == list(range(1, 9))
        assert verify_folder(out) and out.parent == workplace(home, "pretrain")
        record = json.loads((out / "training.json").read_bytes())
        assert record["steps"] == 8 and record["validation"] == events[-1]["validation"]
        assert list(run_program(home, "pretrain", job)) == []
        program = (home.programs / f"{next(iter(home.programs.glob('*.py'))).stem}.py").read_bytes()
        assert b"foundling.training" in program
        clear_workplace(home, "pretrain")
        assert not workplace(home, "pretrain").exists()


def test_a_stopped_job_is_saved_and_goes_on(home: Home, plan: Plan) -> None:
    """The one who listens goes away: the program saves, ends, and the next start is the same run."""
    job = job_for(home, replace(plan, birth=replace(plan.birth, steps=3000)), "birth", "pretrain")
    with home.locked():
        events = run_program(home, "pretrain", job)
        assert isinstance(events, Iterator)
        while (event := next(events))["event"] != "step":
            pass
        with pytest.raises(Interrupted):
            events.throw(KeyboardInterrupt)
        assert list(Path(job["state"]).glob("*/step-*")) and not Path(job["out"]).exists()
        again = run_program(home, "pretrain", job)
        start = next(e for e in again if e["event"] == "start")
        assert start["step"] >= event["step"]
        with pytest.raises(Interrupted):
            again.throw(KeyboardInterrupt)


def test_a_trainer_that_refuses_is_heard(home: Home, plan: Plan) -> None:
    """Its sentence reaches the person; the job is not taken for done."""
    job = job_for(home, plan, "birth", "pretrain")
    shard = Path(job["tokens"]) / "train.ids"
    shard.write_bytes(shard.read_bytes()[:-2])
    with home.locked(), pytest.raises(BadInput, match=r"train\.ids has changed"):
        list(run_program(home, "pretrain", job))
    assert not Path(job["out"]).exists()


def test_a_package_is_known_by_all_its_source() -> None:
    assert package_hash() == package_hash() and len(package_hash()) == 64


def naming_jobs(home: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The jobs that naming gives to the trainer under a plan; in the trainer's place, something that only writes."""
    jobs: list[dict[str, Any]] = []

    def record(path: Path, value: float) -> None:
        content = {"steps": 1, "kept_step": 1, "validation_start": 2.0, "validation": value}
        write_folder(path, {"training.json": canonical_json(content)}, replace=True)

    def note(home: Home, stage: str, job: dict[str, Any]) -> Generator[dict[str, Any]]:
        jobs.append(json.loads(canonical_json(job)))
        Path(job["out"]).parent.mkdir(parents=True, exist_ok=True)
        record(Path(job["out"]), 2.01)
        yield from ()

    monkeypatch.setattr(birth, "run_program", note)
    monkeypatch.setattr(birth, "frozen_plan", lambda *_: plan)
    with home.locked(), home.ledger() as ledger:
        record(home.generation(1), 2.0)
        if recorded(ledger, "pretrain") is None:
            ledger.append("pretrain", key="pretrain:1", data={"steps": 1})
        count = len(jobs)
        for event in birth.name(home, ledger):
            del event
        assert len(jobs) == count + 2
    return jobs


@pytest.mark.parametrize("setting", ["dialogue_steps", "preference_steps", "bound", "beta", "sft", "replay", "pairs"])
def test_settings_of_the_naming_reach_the_trainer(
    home: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str
) -> None:
    shutil.copytree(home.path, tmp_path / "other")
    value = {"dialogue_steps": 7, "preference_steps": 9, "bound": 0.5, "pairs": 3}.get(setting, 0.77)
    first = naming_jobs(home, plan, monkeypatch)
    changed = replace(plan, naming=replace(plan.naming, **{setting: value}))
    second = naming_jobs(Home.open(tmp_path / "other"), changed, monkeypatch)
    recipes = [[job["recipe"] for job in jobs] for jobs in (first, second)]
    if setting in ("dialogue_steps", "preference_steps", "bound"):
        assert recipes[0] != recipes[1]
    else:
        assert [job["naming"] for job in first] != [job["naming"] for job in second] and recipes[0] == recipes[1]


def test_the_bound_of_naming_is_over_the_base_and_not_over_the_stage_before(
    home: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stages may not each take the whole rise: what the first used up, the second has no more."""
    dialogue, preference = naming_jobs(home, plan, monkeypatch)
    assert dialogue["recipe"]["bound"] == pytest.approx(plan.naming.bound)
    assert preference["recipe"]["bound"] == pytest.approx(2.0 * (1 + plan.naming.bound) / 2.01 - 1)
    assert preference["start"] == dialogue["out"] and dialogue["start"] == str(home.generation(1))


def test_no_setting_of_the_naming_is_left_out() -> None:
    """Those of the lessons are changed in test_life_stations, those of the losses in test_training_settings too."""
    prepared = {"lessons", "preferences", "counter"}
    given = {"dialogue_steps", "preference_steps", "bound", "beta", "sft", "replay", "pairs"}
    assert {field.name for field in fields(NamingRecipe)} == prepared | given


def test_who_runs_the_program_stays_out_of_its_way(home: Home, plan: Plan) -> None:
    """After a run no process of it is left, and nothing of ours is still open."""
    job = job_for(home, plan, "birth", "pretrain") | {"measure": 2}
    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    with home.locked():
        list(run_program(home, "pretrain", job))
    after = set(os.listdir("/proc/self/fd")) if before else set()
    assert len(after - before) == 0
