"""A run's changing state as a folder and back, so that a killed run goes on to the bit. Nothing is ever unpickled."""

import json
from pathlib import Path
from typing import Any

from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from foundling.home.files import clear_leftovers, plain_errors, remove_folder, verify_folder, write_folder
from foundling.records import BadInput, canonical_json
from foundling.training.loop import M, Run

_NUMBERS = ("step", "first", "best_value", "best_step", "since_best", "ended")


def save_state(folder: Path, run: Run[M], curve: list[dict[str, Any]], identity: str) -> None:
    """Write `folder`/`identity`/step-N durably, then prune older ones. `identity` is the hash of the job it belongs to.

    Every job has a folder of its own: a state of another job must neither stand in the way of this one nor outlive it
    as the newest two. Raises BadInput when the disk is full or the folder may not be written.
    """
    place = folder / identity
    with plain_errors(place):
        place.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {f"optimiser.{k}": v for k, v in run.optimiser.tensors().items()}
    for prefix, state in (("model", run.model.state_dict()), ("shadow", run.shadow.state_dict()), ("best", run.best)):
        tensors |= {f"{prefix}.{name}": tensor for name, tensor in state.items()}
    head = {name: getattr(run, name) for name in _NUMBERS} | {"curve": curve}
    files = {
        "state.safetensors": save_tensors({k: v.contiguous() for k, v in tensors.items()}),
        "state.json": canonical_json(head),
    }
    final = place / f"step-{run.step:09d}"
    if not final.exists():
        write_folder(final, files)
    for old in sorted(place.glob("step-*"))[:-2]:
        remove_folder(old)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def load_state(folder: Path, run: Run[M], identity: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Bring `run` to the newest whole state of this job, if there is one; returns its curve, and notes for the person.

    A damaged state is passed over for the one before, and a note says so; a state of another job is left alone.
    """
    notes: list[str] = []
    clear_leftovers(folder / identity)
    for path in sorted((folder / identity).glob("step-*"), reverse=True):
        try:
            verify_folder(path)
        except BadInput as fault:
            notes.append(f"{fault} The training goes on from the save before it, or from its start.")
            remove_folder(path)
            continue
        head = json.loads((path / "state.json").read_bytes())
        tensors = load_tensors((path / "state.safetensors").read_bytes())
        run.model.load_state_dict(_under("model.", tensors))
        run.shadow.load_state_dict(_under("shadow.", tensors))
        run.optimiser.load(_under("optimiser.", tensors))
        run.best = {name: value.clone() for name, value in _under("best.", tensors).items()}
        for name in _NUMBERS:
            setattr(run, name, head[name])
        return list(head["curve"]), notes
    return [], notes
