"""Our side of a record: our trainer program at the track's recipe. A frame in, a frozen plan or weights out."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from foundling.life.pace import keep_pace
from foundling.life.record.frame import Frame, Side
from foundling.life.record.timing import Onlooker, Timing, steps_in, timing_of
from foundling.life.trainer import PROGRAM, run_program
from foundling.recipe import NamingRecipe
from foundling.recipe.record import Entry
from foundling.records import Progress, content_hash, to_jsonable
from foundling.training.machine import bfloat16_pays

_MEASURED, _LOOK = 12, 5  # steps of a measurement, and how often it looks at validation text


def _job(frame: Frame, entry: Entry, place: Path, seed: int) -> dict[str, Any]:
    return {
        "task": "birth", "tokens": str(frame.tokens), "start": None, "shape": to_jsonable(entry.shape),
        "recipe": to_jsonable(entry.train), "naming": to_jsonable(NamingRecipe()), "seed": seed,
        "dtype": "bfloat16" if bfloat16_pays() else "float32", "threads": frame.threads,
        "state": str(place / "state"), "out": str(place / "out"), "measure": 0,
    }


def _looks(entry: Entry) -> int:
    """Looks at validation text in a run, the one before the first step and the one after the last included."""
    return 1 + -(-entry.train.steps // entry.train.look)


def _freeze(frame: Frame) -> Generator[Progress, None, dict[str, Any]]:
    """Time a few real steps with the run's own threads, and turn the minutes into steps."""
    yield Progress(station="measure", text="timing a few steps on this machine")
    entry = frame.track.recipe(10_000, frame.text["vocabulary"])
    job = _job(frame, entry, frame.folder / "measure", 0) | {"measure": _MEASURED}
    job["recipe"]["look"] = _LOOK
    onlooker, events = Onlooker(), list[dict[str, Any]]()
    for event in run_program(frame.home, "measure", job):
        events.append(event)
        if event["event"] == "step":
            yield Progress(station="measure", text="timing a few steps", done=event["step"], total=_MEASURED)
    timing = timing_of(events, onlooker)
    entry = _entry(frame, timing)
    return {
        "entry": to_jsonable(entry), "steps": entry.train.steps, "timing": asdict(timing), "dtype": job["dtype"],
        "step_tokens": entry.train.rows * entry.shape.context,
        "parameters": entry.shape.parameters, "program": content_hash(PROGRAM.read_bytes()),
    }


def _entry(frame: Frame, timing: Timing) -> Entry:
    """The recipe at the steps that the minutes buy; how many looks those have depends on their number in turn."""
    vocabulary, steps = frame.text["vocabulary"], steps_in(frame.minutes, timing, 0)
    for _ in range(4):
        steps = steps_in(frame.minutes, timing, _looks(frame.track.recipe(steps, vocabulary)))
    return frame.track.recipe(steps, vocabulary)


def _train(frame: Frame, plan: dict[str, Any], seed: int) -> Generator[Progress, None, Path]:
    """Run one seed to its end, going on where it was stopped; the kept weights and training.json lie in what it gives.

    Raises Interrupted on Ctrl-C, once all is saved.
    """
    place, entry = frame.seed(seed), frame.track.recipe(plan["steps"], frame.text["vocabulary"])
    job = _job(frame, entry, place, seed) | {
        "shape": plan["entry"]["shape"], "recipe": plan["entry"]["train"], "dtype": plan["dtype"],
    }
    spent, steps, label = 0.0, 0, f"seed {seed}"
    yield Progress(station=label, text="starting")
    with closing(keep_pace(run_program(frame.home, label, job), place / "pace.json")) as events:
        for event in events:
            if event["event"] == "note":
                yield Progress(station=label, text=str(event["text"]))
            if event["event"] != "step":
                continue
            spent, steps = spent + event["seconds"], steps + 1
            text = f"loss {event['loss']:.2f}"
            if event["validation"] is not None:
                text = f"validation {event['validation']:.3f} bits per byte"
            yield Progress(
                station=label, text=text, done=event["step"], total=event["steps"],
                seconds_left=spent / steps * (event["steps"] - event["step"]),
            )
    return place / "out"


OURS = Side(name="foundling", freeze=_freeze, train=_train)
