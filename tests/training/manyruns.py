"""One process of several for the tests of many machines: it trains the runs of CASES and writes down how they ended.

Run as `python manyruns.py FOLDER` with RANK and WORLD_SIZE in the environment; `launch` starts all of them.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from tinyrun import SHAPE, Fresh, tiny_job

from foundling.recipe.architectures import MaskingRecipe, shape_for
from foundling.records import content_hash, to_jsonable
from foundling.training import optimisers
from foundling.training.distributed import ALONE, World, environment, joined
from foundling.training.state import load_state, save_state

STEPS = 8
CASES = {  # name: task, optimiser, weights split between the processes?
    "birth": ("birth", "muon", False), "birth again": ("birth", "muon", False),
    "birth sharded": ("birth", "muon", True), "adamw": ("birth", "adamw", False),
    "adamw sharded": ("birth", "adamw", True),
    "dialogue": ("dialogue", "adamw", False), "preference": ("preference", "adamw", False),
    "masked": ("masked", "muon", False), "masked sharded": ("masked", "adamw", True),
    "hybrid": ("hybrid", "adamw", False), "seq2seq": ("seq2seq", "adamw", False),
    "seq2seq sharded": ("seq2seq", "adamw", True),
}
ROUNDED = {  # name: activations, weights split? Muon's directions are bfloat16 here, as births have them
    "directions": ("float32", False), "directions sharded": ("float32", True), "all": ("bfloat16", False),
}
_SHAPED = {"masked": "bert", "seq2seq": "encoder-decoder", "hybrid": "hybrid"}


def job_of(folder: Path, task: str, optimiser: str) -> dict[str, Any]:
    """A job of eight steps without dropout, whose masks would be another process's own."""
    job = tiny_job(folder, task=task, optimiser=optimiser, dropout=0.0, steps=STEPS, look=4)
    if task in _SHAPED:
        job |= {"shape": to_jsonable(shape_for(_SHAPED[task], SHAPE, MaskingRecipe())), "start": None}
    return job


def rounded(folder: Path, dtype: str, world: World = ALONE) -> Fresh:
    """A birth in which Muon rounds: a last bit of a gradient moves its directions by a 256th."""
    fresh = Fresh(job_of(folder, "birth", "muon") | {"dtype": dtype}, world)
    fresh.run.optimiser.muon.direction = torch.bfloat16
    return fresh


def ended(fresh: Fresh, said: list[dict[str, Any]]) -> dict[str, Any]:
    return {"said": said, "bits": fresh.bits()}


def _same_everywhere(world: World, fresh: Fresh) -> bool:
    """True where this process holds the very weights that the others hold."""
    number = int(content_hash(fresh.bits())[:12], 16)
    return world.largest(number) == -world.largest(-number)


def _resumed(job: dict[str, Any], folder: Path, world: World) -> dict[str, Any]:
    fresh = Fresh(job, world)
    _, notes = load_state(folder, fresh.run, "job", world)
    assert fresh.run.step == 4 and notes == []
    return ended(fresh, fresh.steps())


def results(folder: Path, world: World) -> dict[str, Any]:
    """Every case; then states: saved whole or split, and read again by the same and by the other kind of world."""
    split = World(rank=world.rank, size=world.size, sharded=True)
    found: dict[str, Any] = {}
    for name, (task, optimiser, sharded) in CASES.items():
        fresh = Fresh(job_of(folder, task, optimiser), split if sharded else world)
        found[name] = ended(fresh, fresh.steps())
        found[name]["same"] = _same_everywhere(world, fresh)
    for name, (dtype, sharded) in ROUNDED.items():
        fresh = rounded(folder, dtype, split if sharded else world)
        found[name] = ended(fresh, fresh.steps())
    job = job_of(folder, "birth", "muon")
    first = Fresh(job, split)
    first.steps(4)
    save_state(folder / "split", first.run, [], "job", split)
    found["split to split"] = _resumed(job, folder / "split", split)
    found["split to whole"] = _resumed(job, folder / "split", world)
    found["alone to split"] = _resumed(job, folder / "alone", split)
    return found


def use_float32_directions() -> None:
    """Where the machine has bfloat16 Muon's directions are rounded to it. Here it is the arithmetic that is held to
    account; what rounding adds, the cases of ROUNDED tell.
    """
    optimisers.bfloat16_pays = lambda: False


def main() -> None:
    use_float32_directions()
    folder, size = Path(sys.argv[1]), int(os.environ["WORLD_SIZE"])
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    with joined(size, silence=60.0) as world:
        found = results(folder, world)
        if world.first:
            (folder / "results.json").write_text(json.dumps(found))


def launch(command: list[str], size: int, seconds: float = 120.0) -> list[int]:
    """Start `command` once per process, as torchrun would; the exit codes. All are killed when time is up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = os.environ | environment() | {
        "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1",
        "GLOO_SOCKET_IFNAME": "lo",
    }
    started = [
        subprocess.Popen(command, env=shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)}, stdin=subprocess.DEVNULL)
        for rank in range(size)
    ]
    try:
        return [process.wait(seconds) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
