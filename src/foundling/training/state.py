"""A run's changing state as a folder and back, so that a killed run goes on to the bit. Nothing is ever unpickled."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from safetensors.torch import save as save_tensors
from torch import Tensor

from foundling.home.files import (
    clear_leftovers,
    commit_folder,
    plain_errors,
    remove_folder,
    verify_folder,
    write_folder,
)
from foundling.records import BadInput, canonical_json
from foundling.training.distributed import ALONE, World
from foundling.training.loop import M, Run
from foundling.training.sharded import read_tensors, shard_name, write_shard

_NUMBERS = ("step", "first", "best_value", "best_step", "since_best", "ended", "alone_from")


def _named(run: Run[M]) -> dict[str, Tensor]:
    """Every tensor of the run under one name; split ones stay split."""
    tensors: dict[str, Tensor] = {f"optimiser.{k}": v for k, v in run.optimiser.tensors().items()}
    for prefix, state in (("model", run.model.state_dict()), ("shadow", run.shadow.state_dict()), ("best", run.best)):
        tensors |= {f"{prefix}.{name}": tensor for name, tensor in state.items()}
    return tensors


def save_state(
    folder: Path, run: Run[M], curve: list[dict[str, Any]], identity: str, world: World = ALONE
) -> None:
    """Write `folder`/`identity`/step-N durably, then prune older ones. `identity` is the hash of the job it belongs to.

    Every job has a folder of its own: a state of another job must neither stand in the way of this one nor outlive it
    as the newest two. Rank 0 writes; in a sharded world everybody writes its rows. All return when it is done.
    Raises BadInput when the disk is full or the folder may not be written.
    """
    place = folder / identity
    final = place / f"step-{run.step:09d}"
    head = canonical_json({name: getattr(run, name) for name in _NUMBERS} | {"curve": curve})
    if world.first:
        with plain_errors(place):
            place.mkdir(parents=True, exist_ok=True)
    if not world.told(final.exists()):
        if world.sharded:
            _save_shards(final, _named(run), head, world)
        elif world.first:
            tensors = {name: tensor.contiguous() for name, tensor in _named(run).items()}
            write_folder(final, {shard_name(world): save_tensors(tensors), "state.json": head})
    if world.first:
        for old in sorted(place.glob("step-*"))[:-2]:
            remove_folder(old)
    world.wait()


def _save_shards(final: Path, tensors: dict[str, Tensor], head: bytes, world: World) -> None:
    """Every process writes its file into one temporary folder; rank 0 then hashes them all and gives it its name."""
    tmp = final.parent / f".tmp-{world.told(os.getpid()):.0f}-{final.name}"  # rank 0's: what `clear_leftovers` knows
    if world.first:
        with plain_errors(final):
            shutil.rmtree(tmp, ignore_errors=True)
            tmp.mkdir()
            (tmp / "state.json").write_bytes(head)
    world.wait()
    write_shard(tmp, tensors, world)
    world.wait()
    if world.first:
        commit_folder(tmp, final)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _newest_whole(place: Path) -> tuple[int, list[str]]:
    """The step of the newest state that its manifest vouches for (-1: none), and a note for each that was damaged."""
    notes: list[str] = []
    clear_leftovers(place)
    for path in sorted(place.glob("step-*"), reverse=True):
        try:
            verify_folder(path)
        except BadInput as fault:
            notes.append(f"{fault} The training goes on from the save before it, or from its start.")
            remove_folder(path)
            continue
        return int(path.name.removeprefix("step-")), notes
    return -1, notes


def load_state(
    folder: Path, run: Run[M], identity: str, world: World = ALONE
) -> tuple[list[dict[str, Any]], list[str]]:
    """Bring `run` to the newest whole state of this job, if there is one; returns its curve, and notes for the person.

    A damaged state is passed over for the one before, and a note says so; a state of another job is left alone. A state
    that other numbers of processes wrote is read alike. Rank 0 checks and chooses; nothing is opened before.
    Raises BadInput where a process does not find what rank 0 chose.
    """
    step, notes = _newest_whole(folder / identity) if world.first else (-1, [])
    step = int(world.told(step))
    if step < 0:
        return [], notes
    path = folder / identity / f"step-{step:09d}"
    if not (path / "state.json").is_file():
        raise BadInput(f"Process {world.rank} does not find {path}: all machines of a run must share that folder.")
    head, tensors = json.loads((path / "state.json").read_bytes()), read_tensors(path, world)
    run.model.load_state_dict(_under("model.", tensors))
    run.shadow.load_state_dict(_under("shadow.", tensors))
    run.optimiser.load(_under("optimiser.", tensors))
    run.best = {name: value.clone() for name, value in _under("best.", tensors).items()}
    for name in _NUMBERS:
        setattr(run, name, head.get(name, getattr(run, name)))  # an older save knows fewer numbers
    return list(head["curve"]), notes
