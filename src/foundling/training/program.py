"""The trainer program: a job (JSON) flows in, a folder of weights flows out, and events as JSON lines on stdout.

A being keeps a copy of this file in its home and may rework it. Run as `python program.py JOB.json` in a process of its
own; it is given token shards and a recipe, never held-out text, the judge or the ledger. SIGINT and SIGTERM save and
end with code 130. It imports `foundling.training` and what lies below, nothing else.

It does not outlive who started it: where stdin is a pipe, its end (and a stdout that nobody reads) ends the program as
a kill would. Two programs never work on one state: the second waits for the first, an orphan perhaps, to end.

A job: task ("birth", "dialogue" or "preference"), tokens (folder of shards), start (folder of weights or null), shape,
recipe, naming, seed, dtype, threads, compiled, state (folder for saves), out (folder to write), measure (steps to time
and forget, or 0).
"""

import json
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch

from foundling.home.files import plain_errors, verify_folder, write_folder
from foundling.home.lock import hold
from foundling.model import Decoder, load_decoder, model_files
from foundling.recipe import Shape, TrainRecipe
from foundling.records import BadInput, canonical_json, content_hash, to_jsonable
from foundling.tokens import read_shards
from foundling.training.loop import Run, train
from foundling.training.machine import peak_memory_mb
from foundling.training.objectives import token_nats
from foundling.training.optimisers import Optimiser
from foundling.training.sources import Precision, validation_look
from foundling.training.state import load_state, save_state
from foundling.training.tasks import build_objective

PATIENCE = 60.0  # seconds that an orphan gets to notice that its parent has gone
KILLED = 137


def end_with_parent() -> None:
    """Watch stdin, if it is a pipe, and end at once where it ends: then whoever held its other end has gone."""
    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(KILLED)

    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=watch, daemon=True).start()


@contextmanager
def alone(folder: Path, asked_to_stop: list[int]) -> Iterator[None]:
    """Hold the folder of states; another program gets up to PATIENCE to leave it. Raises BadInput when it stays."""
    with plain_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(hold(folder))
                break
            except BadInput as fault:
                if fault.__cause__ is not None or time.monotonic() > until:  # a lock that is held has no cause
                    raise
                if asked_to_stop:
                    sys.exit(130)
                time.sleep(0.1)
        yield


def say(**event: Any) -> None:
    """One event as a JSON line on stdout, where the process that started this one listens."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def newborn_run(job: dict[str, Any], shape: Shape, recipe: TrainRecipe) -> Run[Decoder]:
    """A run at step 0: weights drawn from the seed, or read from the folder that the job starts from."""
    if job["start"]:
        model = load_decoder(Path(job["start"]), dropout=recipe.dropout)
    else:
        generator = torch.Generator().manual_seed(job["seed"])
        model = Decoder(shape, dropout=recipe.dropout, generator=generator)
    shadow = Decoder(shape, generator=torch.Generator())
    shadow.load_state_dict(model.state_dict())
    shadow.requires_grad_(False)
    return Run(model=model, shadow=shadow, optimiser=Optimiser(model, recipe))


def finish(job: dict[str, Any], shape: Shape, run: Run[Decoder], curve: list[dict[str, Any]]) -> None:
    """Write the kept weights and the curve to the job's `out` folder, durably and as a whole."""
    record = {
        "task": job["task"], "steps": run.step, "kept_step": run.best_step, "validation_start": run.first,
        "validation": run.best_value, "curve": curve, "decayed": run.optimiser.decayed,
        "undecayed": run.optimiser.undecayed, "effective_dtype": job["dtype"],
        "program": content_hash(Path(__file__).read_bytes()),
    }
    files = model_files(shape, run.best) | {"training.json": canonical_json(record)}
    write_folder(Path(job["out"]), files, replace=True)  # killed just after this, it is made again, byte for byte


def work(job: dict[str, Any], asked_to_stop: list[int]) -> int:
    """Train as the job says, until `asked_to_stop` has something in it; returns the exit code."""
    for folder in filter(None, (job["tokens"], job["start"])):
        verify_folder(Path(folder))  # neither shards nor weights have a checksum of their own
    torch.set_num_threads(job["threads"])
    torch.use_deterministic_algorithms(True, warn_only=True)
    shape, recipe = Shape(**job["shape"]), TrainRecipe(**job["recipe"] | {"betas": tuple(job["recipe"]["betas"])})
    nats = torch.compile(token_nats, dynamic=False) if job["compiled"] else token_nats
    precision, run = Precision(dtype=job["dtype"], nats=nats), newborn_run(job, shape, recipe)
    look = validation_look(
        read_shards(Path(job["tokens"]), "validation"), Precision(dtype=job["dtype"]), rows=16, length=shape.context
    )
    state, identity = Path(job["state"]), content_hash({k: v for k, v in job.items() if k not in ("state", "out")})
    curve, notes = ([], []) if job["measure"] else load_state(state, run, identity)
    for note in notes:
        say(event="note", text=note)
    objective, saved, resumed = build_objective(job, recipe, shape, precision), time.monotonic(), run.step
    say(event="start", step=run.step, steps=recipe.steps, threads=torch.get_num_threads(), dtype=job["dtype"])
    for step in train(run, recipe, objective, look, seed=job["seed"]):
        say(event="step", **to_jsonable(step))
        if step.validation is not None or step.step % max(1, recipe.steps // 400) == 0:
            curve.append({"step": step.step, "loss": step.loss, "validation": step.validation, "parts": step.parts})
        if job["measure"] and step.step >= resumed + job["measure"]:
            return 0
        if asked_to_stop or time.monotonic() - saved > recipe.save_seconds:
            if not job["measure"]:
                save_state(state, run, curve, identity)
            saved = time.monotonic()
            if asked_to_stop:
                return 130
    finish(job, shape, run, curve)
    say(event="done", step=run.step, kept_step=run.best_step, validation=run.best_value, memory_mb=peak_memory_mb())
    return 0


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 130 stopped and saved, 2 bad input, 1 the run went wrong; the reason is the last event."""
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: asked_to_stop.append(received))
    end_with_parent()
    try:
        job = json.loads(Path(arguments[0]).read_bytes())
        with alone(Path(job["state"]), asked_to_stop):
            return work(job, asked_to_stop)
    except BrokenPipeError:
        os._exit(KILLED)  # an orderly end would write to stdout once more
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2
    except FloatingPointError as fault:
        say(event="error", text=f"The training diverged: {fault}; lower the learning rate.")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
