"""The trainer program: a job (JSON) flows in, a folder of weights flows out, and events as JSON lines on stdout.

A being keeps a copy of this file in its home and may rework it. Run as `python program.py JOB.json` in a process of its
own; it is given token shards and a recipe, never held-out text, the judge or the ledger. SIGINT and SIGTERM save and
end with code 130. It imports `foundling.training` and what lies below, nothing else.

Started once by a person or by `life`, or once per process by torchrun; then rank 0 alone tells events and writes, in a
folder that all machines share.

It does not outlive who started it: where stdin is a pipe, its end (and a stdout that nobody reads) ends the program as
a kill would. Two programs never work on one state: the second waits for the first, an orphan perhaps, to end.

A job: task ("birth", "dialogue", "preference", "distil", "masked", "seq2seq" or "hybrid"), tokens (folder of shards),
start (folder of weights or null), shape, recipe, naming, seed, dtype, threads, state (folder for saves), out (folder to
write), measure (steps to time and forget, or 0); masking, for those that fill in; teachers (folders of weights) and
distilling, for one that learns from others; and, for runs of several processes, processes (1), layout ("replicated" or
"sharded") and silence (seconds without a word between them after which a process ends itself).
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
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch

from foundling.home.files import plain_errors, verify_folder, write_folder
from foundling.home.lock import hold
from foundling.model.architectures import Model
from foundling.model.kernels.library import why_plain
from foundling.recipe import Shape, TrainRecipe
from foundling.records import BadInput, canonical_json, content_hash, to_jsonable
from foundling.tokens import read_shards
from foundling.training.diagnosis import advice_after
from foundling.training.distributed import ALONE, SILENCE, World, joined
from foundling.training.loop import Run, train
from foundling.training.machine import Load, peak_memory_mb
from foundling.training.optimisers import Optimiser
from foundling.training.sharded import gathered, shard
from foundling.training.sharing import shared_objective
from foundling.training.sources import Precision
from foundling.training.state import load_state, save_state
from foundling.training.tasks import build_look, look_words, new_model, task_files

PATIENCE = 60.0  # seconds that an orphan gets to notice that its parent has gone
KILLED = 137
ELSEWHERE = {"state", "out", "processes", "layout", "silence"}  # what of a job does not change what is learnt
ONE_THREAD = "From step {} on, the training uses one thread: the computer is too busy for more."
CURVE = ("step", "loss", "validation", "parts", "rate", "tokens", "gradient_norm")  # no seconds: it is made again


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


def _keep_silent(**event: Any) -> None:
    pass


def newborn_run(job: dict[str, Any], shape: Shape, recipe: TrainRecipe, world: World = ALONE) -> Run[Model]:
    """A run at step 0: the model of the job's task and its shadow, split between the processes of a sharded world."""
    model = new_model(job, shape, dropout=recipe.dropout)
    shadow = deepcopy(model).requires_grad_(False)  # only ever looked with, where nothing is dropped
    for copy in (model, shadow):
        shard(copy, world)
    return Run(model=model, shadow=shadow, optimiser=Optimiser(model, recipe))


def finish(
    job: dict[str, Any], shape: Shape, run: Run[Model], curve: list[dict[str, Any]], world: World = ALONE
) -> None:
    """Write the kept weights and the curve to the job's `out` folder, durably and as a whole; all return after it."""
    best = gathered(run.best, world)
    record = {
        "task": job["task"], "steps": run.step, "kept_step": run.best_step, "validation_start": run.first,
        "validation": run.best_value, "curve": curve, "decayed": run.optimiser.decayed,
        "undecayed": run.optimiser.undecayed, "effective_dtype": job["dtype"],
        "program": content_hash(Path(__file__).read_bytes()), "processes": world.size,
        "threads": job["threads"], "one_thread_from": run.alone_from or None, "validation_of": look_words(job["task"]),
    }
    if world.first:
        files = task_files(job, shape, best) | {"training.json": canonical_json(record)}
        write_folder(Path(job["out"]), files, replace=True)  # killed just after this, it is made again, byte for byte
    world.wait()


def work(job: dict[str, Any], asked_to_stop: list[int], world: World = ALONE) -> int:
    """Train as the job says, until `asked_to_stop` of any process has something in it; returns the exit code."""
    for folder in filter(None, (job["tokens"], job["start"], *job.get("teachers", ()))):
        verify_folder(Path(folder))  # neither shards nor weights have a checksum of their own
    tell = say if world.first else _keep_silent
    torch.set_num_threads(job["threads"])
    torch.use_deterministic_algorithms(True, warn_only=True)
    deterministic: Any = torch.utils.deterministic  # a module with a property, which no stub knows
    deterministic.fill_uninitialized_memory = False  # filling costs 5 to 8% of a plain step (LOG.md, fill)
    shape, recipe = Shape(**job["shape"]), TrainRecipe(**job["recipe"])
    precision, run = Precision(dtype=job["dtype"]), newborn_run(job, shape, recipe, world)
    look = build_look(job, shape, precision, read_shards(Path(job["tokens"]), "validation"))
    state, identity = Path(job["state"]), content_hash({k: v for k, v in job.items() if k not in ELSEWHERE})
    curve, notes = ([], []) if job["measure"] else load_state(state, run, identity, world)
    for note in notes:
        tell(event="note", text=note)
    objective = shared_objective(job, recipe, shape, precision, world)  # a reference may be read: with all threads
    if run.alone_from:
        torch.set_num_threads(1)
    saved, resumed = time.monotonic(), run.step
    if (plain := why_plain()) is not None:
        tell(event="note", text=f"Training runs in plain torch, which is slower: {plain}.")
    load = Load(threads=torch.get_num_threads())
    tell(event="start", step=run.step, steps=recipe.steps, threads=torch.get_num_threads(), dtype=job["dtype"])
    for step in train(run, recipe, objective, look, seed=job["seed"], world=world):
        tell(event="step", **to_jsonable(step))
        if (busy := load.note()) is not None:
            tell(event="note", text=busy)
        if step.validation is not None or step.step % max(1, recipe.steps // 400) == 0:
            curve.append({key: getattr(step, key) for key in CURVE})
        if job["measure"] and step.step >= resumed + job["measure"]:
            return 0
        due = world.first and time.monotonic() - saved > recipe.save_seconds
        wish = world.largest(2 if asked_to_stop else 1 if due else 0)
        if wish:
            if wish == 1 and load.crowded and world.size == 1 and not job["measure"]:
                run.alone_from, load = run.step, Load(threads=1, told=True)
                torch.set_num_threads(1)  # only ever here: what was saved is what a resumed run does
                tell(event="note", text=ONE_THREAD.format(run.step))
            if not job["measure"]:
                with load.aside():
                    save_state(state, run, curve, identity, world)
            saved = time.monotonic()
            if wish == 2:
                return 130
    finish(job, shape, run, curve, world)
    tell(event="done", step=run.step, kept_step=run.best_step, validation=run.best_value, memory_mb=peak_memory_mb())
    return 0


def run(job: dict[str, Any], asked_to_stop: list[int]) -> int:
    """Meet the other processes of the job, if it has several, and work with them; returns the exit code."""
    sharded, silence = job.get("layout") == "sharded", job.get("silence", SILENCE)
    with ExitStack() as stack:
        world = stack.enter_context(joined(job.get("processes", 1), sharded=sharded, silence=silence))
        if world.first:
            stack.enter_context(alone(Path(job["state"]), asked_to_stop))
        return work(job, asked_to_stop, world)


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 130 stopped and saved, 2 bad input, 1 the run went wrong; the reason is the last event."""
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: asked_to_stop.append(received))
    end_with_parent()
    job: dict[str, Any] = {}
    try:
        job = json.loads(Path(arguments[0]).read_bytes())
        return run(job, asked_to_stop)
    except BrokenPipeError:
        os._exit(KILLED)  # an orderly end would write to stdout once more
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2
    except FloatingPointError as fault:
        say(event="error", text=advice_after(fault, job))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
