"""A run that was interrupted ends bit for bit like one that was not; a damaged save is passed over, and it is said."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save
from tinyrun import Fresh, tiny_job

from foundling.home import write_folder
from foundling.records import canonical_json
from foundling.training.state import load_state, save_state

KINDS = [
    ("birth", "float32", "muon"), ("birth", "bfloat16", "muon"), ("birth", "float32", "adamw"),
    ("birth", "bfloat16", "adamw"), ("birth", "float32", "sgd"), ("birth", "float32", "adam"),
    ("dialogue", "float32", "adamw"), ("preference", "bfloat16", "adamw"),
]


@pytest.mark.parametrize(("task", "dtype", "optimiser"), KINDS)
def test_an_interrupted_run_ends_with_the_same_bits(tmp_path: Path, task: str, dtype: str, optimiser: str) -> None:
    """Weights, shadow, best weights, optimiser, numbers and everything said, for interruptions at several steps."""
    job = tiny_job(tmp_path, task=task, dtype=dtype, optimiser=optimiser, bound=None if task == "birth" else 0.5)
    whole = Fresh(job)
    said = whole.steps()
    assert whole.run.step == 12 and len(said) == 12
    assert [s["step"] for s in said if s["validation"] is not None] == [5, 10, 12]
    for k in (1, 4, 5, 11, 12):
        state = tmp_path / f"state-{k}"
        first = Fresh(job)
        curve = first.steps(k)
        save_state(state, first.run, curve, "job")
        second = Fresh(job)
        loaded, notes = load_state(state, second.run, "job")
        assert (loaded, notes) == (json.loads(json.dumps(curve)), []) and second.run.step == k
        assert second.bits() == first.bits()
        assert loaded + json.loads(json.dumps(second.steps())) == json.loads(json.dumps(said)), k
        assert second.bits() == whole.bits(), k


def test_a_run_interrupted_at_every_step_ends_with_the_same_bits(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    whole = Fresh(job)
    whole.steps()
    for k in range(1, 13):
        fresh = Fresh(job)
        load_state(tmp_path / "state", fresh.run, "job")
        fresh.steps(k)
        save_state(tmp_path / "state", fresh.run, [], "job")
    assert fresh.bits() == whole.bits()
    assert sorted(p.name for p in (tmp_path / "state" / "job").iterdir()) == ["step-000000011", "step-000000012"]


def test_a_run_that_ended_early_stays_ended(tmp_path: Path) -> None:
    """Out of patience: resumed, it must not go on and overtrain."""
    job = tiny_job(tmp_path, rate=0.0, matrix_rate=0.0, look=2, patience=2)
    whole = Fresh(job)
    assert len(whole.steps()) == 4 and whole.run.ended and whole.run.best_step == 0
    save_state(tmp_path / "state", whole.run, [], "job")
    again = Fresh(job)
    load_state(tmp_path / "state", again.run, "job")
    assert again.steps() == [] and again.bits() == whole.bits()


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_the_path_of_weight_decay_goes_on_where_it_was(tmp_path: Path, optimiser: str) -> None:
    job = tiny_job(tmp_path, optimiser=optimiser, weight_decay=0.5, weight_decay_path=((0.0, 0.0), (1.0, 9.0)))
    whole, first, second = Fresh(job), Fresh(job), Fresh(job)
    flat = Fresh(tiny_job(tmp_path, optimiser=optimiser, weight_decay=0.5))
    whole.steps()
    first.steps(6)
    save_state(tmp_path / "state", first.run, [], "job")
    load_state(tmp_path / "state", second.run, "job")
    second.steps()
    flat.steps()
    assert second.bits() == whole.bits() != flat.bits()


def test_a_save_of_an_older_version_is_read(tmp_path: Path) -> None:
    """It knows nothing of threads, and counted the optimiser's steps apart."""
    job = tiny_job(tmp_path)
    whole, first, second = Fresh(job), Fresh(job), Fresh(job)
    whole.steps()
    first.steps(6)
    save_state(tmp_path / "state", first.run, [], "job")
    place = tmp_path / "state" / "job" / "step-000000006"
    head = json.loads((place / "state.json").read_bytes())
    del head["alone_from"]
    tensors = load((place / "state.safetensors").read_bytes()) | {"optimiser.steps": torch.tensor(6)}
    write_folder(place, {"state.json": canonical_json(head), "state.safetensors": save(tensors)}, replace=True)
    assert load_state(tmp_path / "state", second.run, "job") == ([], []) and second.run.alone_from == 0
    second.steps()
    assert second.bits() == whole.bits()


def test_the_test_can_fail(tmp_path: Path) -> None:
    """One forgotten tensor is seen: without the optimiser's state, the bits of a resumed run differ."""
    job = tiny_job(tmp_path)
    whole, forgetful, first = Fresh(job), Fresh(job), Fresh(job)
    whole.steps()
    first.steps(5)
    save_state(tmp_path / "state", first.run, [], "job")
    untouched = forgetful.run.optimiser.tensors()
    load_state(tmp_path / "state", forgetful.run, "job")
    for name, buffer in forgetful.run.optimiser.tensors().items():
        if name in untouched and name.startswith("muon."):
            buffer.zero_()
    forgetful.steps()
    assert forgetful.bits() != whole.bits()


@pytest.fixture
def saved(tmp_path: Path) -> tuple[dict[str, Any], Path]:
    """A job with two saves, at steps 4 and 8."""
    job = tiny_job(tmp_path)
    fresh = Fresh(job)
    for step in (4, 8):
        curve = fresh.steps(step)
        save_state(tmp_path / "state", fresh.run, curve, "job")
    return job, tmp_path / "state"


def flip(path: Path, share: float) -> None:
    data = bytearray(path.read_bytes())
    data[min(len(data) - 1, int(len(data) * share))] ^= 0x40
    path.write_bytes(data)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("file", ["state.safetensors", "state.json", "manifest.json"])
def test_a_flipped_byte_sends_the_run_to_the_save_before(saved: Any, file: str, share: float) -> None:
    job, state = saved
    flip(state / "job" / "step-000000008" / file, share)
    fresh = Fresh(job)
    _, notes = load_state(state, fresh.run, "job")
    assert fresh.run.step == 4
    assert len(notes) == 1 and "step-000000008" in notes[0] and file in notes[0] and "\n" not in notes[0]
    whole = Fresh(job)
    whole.steps()
    fresh.steps()
    assert fresh.bits() == whole.bits()


@pytest.mark.parametrize("left", [0, 1, 100])
@pytest.mark.parametrize("file", ["state.safetensors", "state.json", "manifest.json"])
def test_a_cut_file_sends_the_run_to_the_save_before(saved: Any, file: str, left: int) -> None:
    job, state = saved
    path = state / "job" / "step-000000008" / file
    path.write_bytes(path.read_bytes()[:left])
    fresh = Fresh(job)
    _, notes = load_state(state, fresh.run, "job")
    assert fresh.run.step == 4 and len(notes) == 1


def test_with_every_save_damaged_the_run_begins_anew_and_says_so_twice(saved: Any) -> None:
    job, state = saved
    (state / "job" / "step-000000004" / "state.json").unlink()
    flip(state / "job" / "step-000000008" / "state.safetensors", 0.5)
    fresh, new = Fresh(job), Fresh(job)
    curve, notes = load_state(state, fresh.run, "job")
    assert curve == [] and len(notes) == 2 and fresh.bits() == new.bits()
    fresh.steps(4)
    save_state(state, fresh.run, [], "job")  # and the damaged ones do not stand in its way
    again = Fresh(job)
    assert load_state(state, again.run, "job")[1] == [] and again.run.step == 4


def test_a_half_written_save_of_a_killed_process_is_cleared_and_a_strange_folder_is_not(saved: Any) -> None:
    job, state = saved
    (state / "job" / ".tmp-99999-step-000000012").mkdir()
    (state / "job" / ".tmp-99999-step-000000012" / "state.json").write_text("{")
    (state / "job" / "mine").mkdir()
    fresh = Fresh(job)
    _, notes = load_state(state, fresh.run, "job")
    assert fresh.run.step == 8 and notes == []
    assert not (state / "job" / ".tmp-99999-step-000000012").exists() and (state / "job" / "mine").is_dir()


def test_a_state_of_another_job_is_neither_read_nor_in_the_way(saved: Any) -> None:
    """Also when it is of the same step, or of later ones, so that it would look like the newest."""
    job, state = saved
    other = Fresh(job)
    assert load_state(state, other.run, "another") == ([], []) and other.run.step == 0
    assert other.bits() == Fresh(job).bits()
    other.run.best_value = 99.0  # a mark that tells its save from the one of the first job
    other.run.step, other.run.first = 4, 1.0
    save_state(state, other.run, [], "another")
    again, first = Fresh(job), Fresh(job)
    load_state(state, again.run, "another")
    assert (again.run.step, again.run.best_value) == (4, 99.0)
    load_state(state, first.run, "job")
    assert first.run.step == 8 and first.run.best_value != 99.0


def test_nothing_saved_is_nothing_loaded(tmp_path: Path) -> None:
    fresh = Fresh(tiny_job(tmp_path))
    assert load_state(tmp_path / "never", fresh.run, "job") == ([], []) and not (tmp_path / "never").exists()


def test_a_save_that_cannot_be_written_leaves_the_one_before(saved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, as the check of free space sees it: one sentence, and the newest save is still whole."""
    from foundling.records import BadInput

    job, state = saved
    fresh = Fresh(job)
    load_state(state, fresh.run, "job")
    fresh.steps(9)
    full = type("Usage", (), {"free": 10})
    monkeypatch.setattr("foundling.home.files.shutil.disk_usage", lambda _: full)
    with pytest.raises(BadInput, match="MB free"):
        save_state(state, fresh.run, [], "job")
    monkeypatch.undo()
    again = Fresh(job)
    assert load_state(state, again.run, "job")[1] == [] and again.run.step == 8


def test_a_state_is_never_unpickled(saved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pickle's loaders gone, a state still loads."""
    import pickle

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    job, state = saved
    fresh = Fresh(job)
    load_state(state, fresh.run, "job")
    assert fresh.run.step == 8


def test_the_folder_of_a_save_is_an_ordinary_saved_folder(tmp_path: Path) -> None:
    """Its manifest is the home's, so that what verifies a home verifies a save."""
    fresh = Fresh(tiny_job(tmp_path))
    fresh.steps(1)
    save_state(tmp_path / "state", fresh.run, [], "job")
    made = tmp_path / "state" / "job" / "step-000000001"
    files = {name: (made / name).read_bytes() for name in ("state.safetensors", "state.json")}
    write_folder(tmp_path / "copy", files)
    assert (tmp_path / "copy" / "manifest.json").read_bytes() == (made / "manifest.json").read_bytes()
