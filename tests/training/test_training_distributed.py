"""Two processes that are one run: the same weights as one process, for every task, whole or split, also resumed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from manyruns import CASES, ROUNDED, job_of, launch, rounded
from tinyrun import Fresh

from foundling.records import BadInput
from foundling.training.distributed import ALONE, World, command, joined
from foundling.training.state import load_state, save_state

WORKER = str(Path(__file__).with_name("manyruns.py"))


def train_together(folder: Path, size: int) -> dict[str, Any]:
    """What the processes found; beforehand a single process left the state of its fourth step."""
    fresh = Fresh(job_of(folder, "dialogue", "adamw"))  # lays the files out
    fresh = Fresh(job_of(folder, "birth", "muon"))
    fresh.steps(4)
    save_state(folder / "alone", fresh.run, [], "job")
    assert launch([sys.executable, WORKER, str(folder)], size) == [0] * size
    return dict(json.loads((folder / "results.json").read_text()))


@pytest.fixture(autouse=True, scope="module")
def float32_directions() -> Iterator[None]:
    """As the processes do (manyruns.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foundling.training.optimisers.bfloat16_pays", lambda: False)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def two(folder: Path) -> dict[str, Any]:
    return train_together(folder, 2)


def held_against_one(folder: Path, name: str, found: dict[str, Any]) -> None:
    task, optimiser, _ = CASES[name]
    one = Fresh(job_of(folder, task, optimiser))
    for ours, theirs in zip(one.steps(), found["said"], strict=True):
        assert theirs["loss"] == pytest.approx(ours["loss"], abs=2e-5)
        assert theirs["gradient_norm"] == pytest.approx(ours["gradient_norm"], rel=1e-3)
        assert theirs["validation"] == pytest.approx(ours["validation"], abs=2e-4)
        assert dict(theirs["parts"]) == pytest.approx(dict(ours["parts"]), abs=2e-5)
        assert theirs["tokens"] == ours["tokens"]


@pytest.mark.parametrize("name", CASES)
def test_two_processes_are_one(folder: Path, two: dict[str, Any], name: str) -> None:
    assert two[name]["same"], "the processes do not hold the same weights"
    held_against_one(folder, name, two[name])


@pytest.mark.parametrize("name", ROUNDED)
def test_two_processes_that_round_to_bfloat16_are_nearly_one(
    folder: Path, two: dict[str, Any], name: str
) -> None:
    """As births are trained. What was measured stands in docs/scale.md."""
    dtype, _ = ROUNDED[name]
    within = {"float32": 3e-3, "bfloat16": 6e-3}[dtype]
    for key in ("loss", "validation"):
        ours = [s[key] for s in rounded(folder, dtype).steps() if s[key] is not None]
        theirs = [s[key] for s in two[name]["said"] if s[key] is not None]
        print(name, key, max(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
        assert theirs == pytest.approx(ours, abs=within) and ours[-1] < ours[0]


def test_data_parallel_runs_are_equal_to_the_bit(two: dict[str, Any]) -> None:
    assert two["birth"] == two["birth again"]


def test_split_weights_are_those_of_data_parallel(two: dict[str, Any]) -> None:
    for name in ("birth", "adamw"):
        losses = [[s["loss"] for s in two[kind]["said"]] for kind in (name, f"{name} sharded")]
        assert losses[0] == pytest.approx(losses[1], abs=1e-5)


def test_a_split_state_goes_on_to_the_bit_and_any_world_reads_it(folder: Path, two: dict[str, Any]) -> None:
    assert two["split to split"]["bits"] == two["birth sharded"]["bits"]
    rest = [s["loss"] for s in two["birth"]["said"][4:]]
    for name in ("split to whole", "alone to split"):
        assert [s["loss"] for s in two[name]["said"]] == pytest.approx(rest, abs=1e-5), name
    one = Fresh(job_of(folder, "birth", "muon"))
    load_state(folder / "split", one.run, "job")
    assert [s["loss"] for s in one.steps()] == pytest.approx(rest, abs=1e-5)


@pytest.mark.parametrize("fault", ["forged metadata", "flipped byte", "truncated", "missing"])
def test_a_damaged_split_state_is_refused_before_it_is_opened(
    folder: Path, two: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """By its manifest: no reader of tensors is ever called on it."""
    state = tmp_path / "job" / "step-000000004"
    state.mkdir(parents=True)
    for file in (folder / "split" / "job" / "step-000000004").iterdir():
        (state / file.name).write_bytes(file.read_bytes())
    shards = sorted(state.glob("*.safetensors"))
    assert [shard.name for shard in shards] == [f"state-{n:05d}-of-00002.safetensors" for n in range(2)]
    data = bytearray(shards[1].read_bytes())
    if fault == "forged metadata":
        (state / ".metadata").write_bytes(b"cos\nsystem\n(S'touch broken'\ntR.")
    elif fault == "missing":
        shards[1].unlink()
    else:
        data[-9] ^= 4
        shards[1].write_bytes(data if fault == "flipped byte" else data[:-4])
    monkeypatch.setattr("foundling.training.state.read_tensors", pytest.fail)
    fresh = Fresh(job_of(folder, "birth", "muon"))
    curve, notes = load_state(tmp_path, fresh.run, "job")
    assert (curve, fresh.run.step, len(notes)) == ([], 0, 1) and "step-000000004" in notes[0]


def test_rows_that_do_not_divide_are_refused_by_one_sentence() -> None:
    shares = [list(range(12))[World(rank=rank, size=3).rows(12)] for rank in range(3)]
    assert [row for share in shares for row in share] == list(range(12)) and {len(s) for s in shares} == {4}
    with pytest.raises(BadInput, match="8 rows cannot be dealt equally to 3 processes") as fault:
        World(rank=0, size=3).rows(8)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(("asked", "started"), [(2, 1), (1, 2), (2, 4)])
def test_another_number_of_processes_than_asked_for_is_refused(
    monkeypatch: pytest.MonkeyPatch, asked: int, started: int
) -> None:
    monkeypatch.setenv("WORLD_SIZE", str(started))
    words = f"asks for {asked} processes and {started} were started"
    with pytest.raises(BadInput, match=words) as fault, joined(asked):
        pass
    launcher = f"torch.distributed.run --standalone --nproc-per-node={asked} --max-restarts=3 -m " if asked > 1 else ""
    assert f"`python -m {launcher}foundling.training.program JOB.json`" in str(fault.value)


def test_alone_nothing_is_asked_of_anybody() -> None:
    assert ALONE.first and ALONE.rows(7) == slice(0, 7) and ALONE.seed(5) == 5
    assert ALONE.total([1.5, 2.0]) == [1.5, 2.0] and ALONE.largest(3) == 3 and ALONE.told(0.25) == 0.25
    assert len({World(rank=rank, size=8).seed(torch.iinfo(torch.int32).max - 3) for rank in range(8)}) == 8
    assert command("p.py", "job.json", 1) == [sys.executable, "p.py", "job.json"]


@pytest.mark.slow
def test_four_processes_are_one(tmp_path: Path) -> None:
    """Muon and a split of four over layers whose rows do not divide by it."""
    found = train_together(tmp_path, 4)
    for name in CASES:
        assert found[name]["same"]
        held_against_one(tmp_path, name, found[name])
    assert found["split to split"]["bits"] == found["birth sharded"]["bits"]
