"""Every setting changes something when it is changed: one that nothing reads would be a promise in the air."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tinyrun import NAMING, RECIPE, SHAPE, Fresh, tiny_job

from foundling.model import load_decoder, model_files
from foundling.recipe import NamingRecipe, TrainRecipe, birth_recipe, dialogue_recipe, preference_recipe
from foundling.recipe.plan import Plan, read_plan
from foundling.records import to_jsonable
from foundling.training import program

# setting: (the recipe that it is changed in, the other value)
TRAIN: dict[str, tuple[dict[str, Any], Any]] = {
    "steps": ({}, 9), "rows": ({}, 3), "optimiser": ({}, "adamw"), "rate": ({}, 1e-3), "matrix_rate": ({}, 0.01),
    "momentum": ({}, 0.5), "weight_decay_path": ({}, ((0.0, 4.0), (1.0, 0.0))), "masking": ({}, 0.3),
    "tail": ({}, 0.5),
    "weight_decay": ({}, 0.4), "betas": ({}, (0.5, 0.9)), "dropout": ({}, 0.2), "warmup": ({}, 0.5), "decay": ({}, 0.1),
    "final": ({}, 0.5), "clip": ({}, 0.01), "average": ({}, 0.1), "look": ({}, 3),
    "patience": ({"rate": 0.0, "matrix_rate": 0.0}, 1),
    "bound": ({"rate": 2.0, "optimiser": "adamw"}, 99.0),
}
NAME = {"beta": 0.6, "sft": 0.2, "replay": 0.3, "pairs": 5}


def outcome(job: dict[str, Any]) -> tuple[dict[str, str], list[Any], int]:
    """The bits at the end, what the looks saw, and how far it went."""
    fresh = Fresh(job)
    said = fresh.steps()
    return fresh.bits(), [s["validation"] for s in said], fresh.run.step


@pytest.fixture(scope="module")
def baselines() -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("setting", TRAIN)
def test_every_setting_of_a_run_changes_it(tmp_path: Path, baselines: dict[str, Any], setting: str) -> None:
    base, value = TRAIN[setting]
    if repr(base) not in baselines:
        baselines[repr(base)] = outcome(tiny_job(tmp_path, **base))
    first, changed = baselines[repr(base)], outcome(tiny_job(tmp_path, **base | {setting: value}))
    moved = {name for name in first[0] if first[0][name] != changed[0].get(name)} - {"numbers"}
    assert moved or first[1] != changed[1]
    if setting not in ("look", "bound", "patience", "steps"):
        assert "model.embedding.weight" in moved or setting in ("average", "tail")
    if setting in ("average", "tail"):
        assert moved and not any(name.startswith(("model.", "optimiser.")) for name in moved)


def test_no_setting_of_a_run_is_left_out() -> None:
    assert {field.name for field in fields(TrainRecipe)} == {*TRAIN, "save_seconds"}


@pytest.mark.parametrize(("seconds", "saves"), [(0.0, 2), (1e9, 0)])
def test_save_seconds_says_how_often_a_run_is_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: float, saves: int
) -> None:
    assert program.work(tiny_job(tmp_path, save_seconds=seconds), []) == 0
    assert len(list((tmp_path / "state").glob("*/step-*"))) == saves
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["event"] == "done"


@pytest.mark.parametrize("setting", NAME)
def test_every_setting_of_the_naming_changes_its_runs(tmp_path: Path, setting: str) -> None:
    job = tiny_job(tmp_path, task="preference", steps=4)
    other = tiny_job(tmp_path, task="preference", steps=4, naming=replace(NAMING, **{setting: NAME[setting]}))
    assert outcome(job)[0] != outcome(other)[0]


def test_replay_changes_the_turns_too(tmp_path: Path) -> None:
    job = tiny_job(tmp_path, task="dialogue", steps=4)
    other = tiny_job(tmp_path, task="dialogue", steps=4, naming=replace(NAMING, replay=0.1))
    assert outcome(job)[0] != outcome(other)[0]


@pytest.mark.parametrize("key", ["seed", "dtype", "start", "task"])
def test_every_choice_of_a_job_changes_it(tmp_path: Path, key: str) -> None:
    job = tiny_job(tmp_path, task="dialogue", steps=3)
    (tmp_path / "elsewhere").mkdir()
    elder = tiny_job(tmp_path / "elsewhere", task="dialogue", steps=3)["start"]
    model = load_decoder(Path(elder))
    with torch.no_grad():
        model.norm.weight.mul_(1.5)
    program.write_folder(Path(elder), model_files(SHAPE, model.state_dict()), replace=True)
    changes = {"seed": 4, "dtype": "bfloat16", "start": elder, "task": "preference"}
    assert outcome(job)[0] != outcome(job | {key: changes[key]})[0]


def test_equal_jobs_are_equal_runs(tmp_path: Path) -> None:
    """The comparison that all of the above rest on."""
    job = tiny_job(tmp_path)
    assert outcome(job) == outcome(job)


@pytest.mark.parametrize("steps", [1, 2, 11, 12, 130, 5000])
def test_recipes_are_sound_at_every_length(steps: int) -> None:
    for recipe in (*(birth_recipe(steps, epochs) for epochs in (0.1, 3, 8, 100)), dialogue_recipe(steps),
                   preference_recipe(steps)):
        assert recipe.steps == steps and recipe.look > 0 and 0 <= recipe.dropout < 1 and recipe.rows > 0
        assert 0 < recipe.warmup < 1 and 0 < recipe.decay <= 1 and 0 <= recipe.final <= 1
    assert preference_recipe(steps).dropout == 0.0  # or policy and reference cannot be compared
    assert dialogue_recipe(steps).bound is not None


def test_more_reading_of_the_same_text_wants_more_regularisation() -> None:
    few, some, many = (birth_recipe(100, epochs) for epochs in (1, 5, 20))
    assert few.dropout < some.dropout < many.dropout and few.weight_decay < some.weight_decay < many.weight_decay


def test_a_plan_goes_through_json_and_back(tmp_path: Path) -> None:
    plan = Plan(
        name="Wren", size="tiny", seed=1, corpus="a", tokens="b", shape=SHAPE, birth=RECIPE, naming=NamingRecipe(),
        dtype="float32", threads=1, predictions={"steps": 3},
    )
    data = json.loads(json.dumps(to_jsonable(plan)))
    assert read_plan(data) == plan
    for spoilt in ({**data, "surprise": 1}, {k: v for k, v in data.items() if k != "seed"}):
        with pytest.raises((TypeError, KeyError)):
            read_plan(spoilt)
