"""The other side of a record: transformers' Trainer, its defaults, its learning rate and epochs tuned by a search.

The search runs on a part of the text for the same part of the time, so that a trial reads its text as often as the run
that it stands for; its own validation chooses. Text, tokenizer, model shape and the way of counting time are ours.
"""

import json
import os
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from foundling.home import verify_folder
from foundling.life.child import follow
from foundling.life.record.frame import Frame, Side
from foundling.life.record.timing import Onlooker, steps_in, timing_of
from foundling.recipe import Shape
from foundling.records import BadInput, Progress, to_jsonable

RATES = (5e-4, 1e-3, 2e-3, 4e-3)  # its default, 5e-5, is for fine-tuning and far too low from nothing
SHARES = (1.0, 0.5, 0.25)  # of the epochs that the time allows; the smaller ones are tried where those are over LONG
LONG = 4.0
PART = 0.2  # of the time, and of the text, that a trial of the search gets
ROWS = 8  # its default batch
_MEASURED = 12
_MODULE = "foundling.evaluation.rival"


def _environment(threads: int) -> dict[str, str]:
    """As a person would start it: its allocator and all else as they ship, but without any network."""
    quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    return os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1"} | quiet


def _shape(frame: Frame) -> Shape:
    """The model of our own side: both train the same."""
    return frame.track.recipe(1000, frame.text["vocabulary"]).shape


def _job(frame: Frame, dtype: str, out: Path, **wanted: Any) -> dict[str, Any]:
    return {
        "tokens": str(frame.tokens), "shape": to_jsonable(_shape(frame)), "rows": ROWS, "rate": RATES[1], "share": 1.0,
        "seed": 0, "dtype": dtype, "threads": frame.threads, "measure": False, "out": str(out),
    } | wanted


def _run(frame: Frame, job: dict[str, Any], label: str) -> Iterator[Progress]:
    """Run a job unless its folder is there already, telling how long it will take."""
    out, spent = Path(job["out"]), 0.0
    if out.exists():
        verify_folder(out)
        return
    for event in follow(_MODULE, job, out.parent / f"{out.name}.job.json", _environment(frame.threads)):
        if event["event"] == "step":
            spent += event["seconds"]
            left = spent / event["step"] * (event["steps"] - event["step"])
            yield Progress(
                station=label, text=f"learning rate {job['rate']:g}", done=event["step"], total=event["steps"],
                seconds_left=left,
            )


def _trials(frame: Frame, steps: int) -> list[tuple[float, int]]:
    """(learning rate, steps) of what the search tries: all rates at the whole length, and shorter lengths of each."""
    epochs = steps * ROWS * _shape(frame).context / frame.text["train_tokens"]
    shares = [share for share in SHARES if share == 1.0 or epochs > LONG]
    return [(rate, max(1, round(steps * share))) for share in shares for rate in RATES]


def _freeze(frame: Frame, dtype: str) -> Generator[Progress, None, dict[str, Any]]:
    """Time it, search its learning rate and its number of epochs, and freeze what won."""
    yield Progress(station="measure", text="timing a few steps of transformers' Trainer")
    job = _job(frame, dtype, frame.folder / "measure" / "out", steps=_MEASURED, measure=True)
    onlooker = Onlooker()
    path = frame.folder / "measure" / "job.json"
    timing = timing_of(list(follow(_MODULE, job, path, _environment(frame.threads))), onlooker)
    steps, found = steps_in(frame.minutes, timing, 0), list[dict[str, Any]]()
    for rate, length in _trials(frame, steps):
        out = frame.folder / "search" / f"rate-{rate:g}-steps-{length}"
        trial = _job(frame, dtype, out, rate=rate, steps=max(1, round(PART * length)), share=PART)
        yield from _run(frame, trial, f"search {len(found) + 1}")
        record = json.loads((out / "training.json").read_bytes())
        found.append({"rate": rate, "steps": length, "validation": record["validation"]})
    best = min(found, key=lambda trial: float(trial["validation"]))
    shape = _job(frame, dtype, path)["shape"]
    return {
        "entry": {"shape": shape, "train": {"rate": best["rate"], "rows": ROWS, "optimiser": "adamw"}},
        "steps": best["steps"], "timing": asdict(timing), "dtype": dtype, "search": found,
        "search_minutes": round(sum(PART * trial["steps"] for trial in found) * timing.step / 60, 1),
        "step_tokens": ROWS * shape["context"], "program": "transformers.Trainer",
        "parameters": _shape(frame).parameters,
    }


def _train(frame: Frame, plan: dict[str, Any], seed: int) -> Generator[Progress, None, Path]:
    """One seed at full length with what the search chose; a run that was stopped begins again."""
    out = frame.seed(seed) / "out"
    job = _job(
        frame, plan["dtype"], out, rate=plan["entry"]["train"]["rate"], steps=plan["steps"], seed=seed,
        shape=plan["entry"]["shape"],
    )
    yield from _run(frame, job, f"seed {seed}")
    return out


def rival(name: str) -> Side:
    """The side called "trainer" (float32, as it ships) or "trainer-bf16". Raises BadInput for any other name."""
    kinds = {"trainer": "float32", "trainer-bf16": "bfloat16"}
    if name not in kinds:
        raise BadInput(f"There is no peer called {name}: give {' or '.join(kinds)}.")
    return Side(name=name, freeze=lambda frame: _freeze(frame, kinds[name]), train=_train)
