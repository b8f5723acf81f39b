"""The suite as a process of its own: a job (JSON) flows in, figures as JSON and events on stdout flow out.

Run as `python -m foundling.evaluation.suite.program JOB.json`. A job: name, suite (quick or full), generations (a list
of {number, folder, measure}), heldout and train (files of a saved folder: lists of stories), sets (folder or null),
seed, threads, measured (the folder of figures that are kept), known (key to hash, as the ledger remembers them), parts
(false: only look at what is kept), tasks and task_path (of lm-eval), out (path of the JSON to write). Every part's
figures are written as soon as they are there: stopped, only the part under way is lost. Exit codes: 0 all parts are
through or left out with a reason, 1 a part failed, 2 bad input.
"""

import json
import math
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import torch

from foundling.evaluation.events import say
from foundling.evaluation.likelihood import bits_per_byte, score_text, uniform_test
from foundling.evaluation.program import read_json
from foundling.evaluation.subject import Subject, digest_of, open_subject
from foundling.evaluation.suite.cache import Ground, Row, ingredients_of, key_of, read_row, rows, write_row
from foundling.evaluation.suite.cost import Costs
from foundling.evaluation.suite.part import Materials, Part, no_doubles
from foundling.evaluation.suite.parts import PARTS, counted
from foundling.home import read_verified, write_atomically
from foundling.records import BadInput, Story, canonical_json, content_hash, story_from

_BEAT = 2.0  # seconds between two words while a part works
_WANTED = {
    "name": str, "suite": str, "generations": list, "heldout": str, "train": str, "seed": int, "threads": int,
    "measured": str, "known": dict, "parts": bool, "tasks": list, "out": str,
}


@dataclass(kw_only=True)
class Run:
    """A job that is being done: what it asks, what all parts read, and what came out so far."""

    job: dict[str, Any]
    heldout: tuple[Story, ...]
    train: tuple[Story, ...]
    ground: Ground
    wanted: frozenset[str] = frozenset()
    costs: Costs | None = None
    failed: bool = False
    found: list[dict[str, Any]] = field(default_factory=list)

    @property
    def measured(self) -> Path:
        """The folder of figures that are kept."""
        return Path(self.job["measured"])


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A part to be measured of a generation, with its count, and the row that is kept of it, if any."""

    part: Part
    count: int
    ingredients: dict[str, Any]
    row: Row | None


def _stories(path: Path) -> tuple[tuple[Story, ...], str]:
    """The stories of a file in a saved folder, and the hash of it. Raises BadInput."""
    data = read_verified(path.parent, path.name)
    return tuple(story_from(row) for row in json.loads(data)), content_hash(data)


def read_run(path: Path) -> Run:
    """The job in a file, and the texts that it names. Raises BadInput for anything that it lacks."""
    job = read_json(path)
    for key, kind in _WANTED.items():
        if not isinstance(job, dict) or not isinstance(job.get(key), kind):
            raise BadInput(f"The job {path} lacks {key}: give it as a {kind.__name__}.")
    (heldout, held), (train, trained) = _stories(Path(job["heldout"])), _stories(Path(job["train"]))
    sets = Path(job["sets"]) if job.get("sets") else None
    ground = Ground(heldout=held, train=trained, sets=sets, seed=job["seed"])
    return Run(job=job, heldout=heldout, train=train, ground=ground)


def _tasks(job: dict[str, Any]) -> tuple[Part, ...]:
    """The tasks of lm-eval that were asked for, as parts."""
    if not job["tasks"]:
        return ()
    from foundling.evaluation.harness import part_of

    folder = Path(job["task_path"]) if job.get("task_path") else None
    return tuple(part_of(task, folder) for task in job["tasks"])


@contextmanager
def _telling(text: str, done: int, total: int, left: float) -> Iterator[None]:
    """While a part works, say every two seconds how many are left of `left` seconds."""
    ended, began = Event(), time.monotonic()

    def tell() -> None:
        while True:
            seconds = max(0.0, left - (time.monotonic() - began))
            say(event="progress", station="suite", text=text, done=done, total=total, seconds_left=seconds)
            if ended.wait(_BEAT):
                return

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def _trusted(subject: Subject, stories: Sequence[Story]) -> None:
    """Raises BadInput for weights that give no number, RuntimeError where scoring itself is broken."""
    text = next((story.text for story in stories if story.text.strip()), "text")[:200]
    uniform_test(text)
    bits_per_byte(score_text(subject.model, subject.tokenizer, [text], stride=subject.model.shape.context, batch=1))


def _wishes(run: Run, generation: dict[str, Any], digest: str, parts: Sequence[Part]) -> list[Wish]:
    """The parts that concern a generation, each with what is kept of it."""
    job, made = run.job, []
    for part in parts:
        count = counted(part, job["suite"])
        if count is None:
            continue
        ingredients = ingredients_of(digest, job["name"], part, count, run.ground)
        row = read_row(run.measured, key_of(ingredients), job["known"]) if part.kept else None
        if row is not None or (generation["measure"] and part.name in run.wanted):
            made.append(Wish(part=part, count=count, ingredients=ingredients, row=row))
    return made


def _measure(run: Run, subject: Subject, wish: Wish, parameters: int) -> dict[str, Any]:
    """One part run and its figures kept; or why it was left out, or how it failed."""
    part, began, cpu = wish.part, time.perf_counter(), time.process_time()
    given = Materials(
        heldout=run.heldout, train=run.train, sets=None if part.sets == () else run.ground.sets,
        seed=run.ground.seed, count=wish.count,
    )
    try:
        scores = part.run(subject, given)
        if not all(math.isfinite(one) for s in scores for one in (s.value, s.low, s.high) if one is not None):
            raise ValueError("a measure gave no number")  # kept or not: the page could not be written with it
        row = Row(
            key=key_of(wish.ingredients), ingredients=wish.ingredients, scores=scores, parameters=parameters,
            seconds=round(time.perf_counter() - began, 3), cpu_seconds=round(time.process_time() - cpu, 3),
            measured=datetime.now(UTC).strftime("%Y-%m-%d"),
        )
        sha256 = write_row(run.measured, row) if part.kept else ""
    except BadInput as fault:
        return {"part": part.name, "state": "left_out", "why": str(fault)}
    except Exception as fault:
        absent = fault.name if isinstance(fault, ModuleNotFoundError) else None
        if absent and not absent.startswith("foundling"):
            return {"part": part.name, "state": "left_out", "why": f"The package {absent} is not installed."}
        traceback.print_exc()
        words = " ".join(f"{type(fault).__name__}: {fault}".split())[:300]
        return {"part": part.name, "state": "failed", "why": words}
    if run.costs:
        run.costs.learn(part.name, wish.count, row.seconds)
    return _found(wish, row, sha256, fresh=True)


def _found(wish: Wish, row: Row, sha256: str, *, fresh: bool) -> dict[str, Any]:
    return {
        "part": wish.part.name, "state": "found", "fresh": fresh, "version": wish.part.version, "count": wish.count,
        "scores": list(row.scores), "seconds": row.seconds, "cpu_seconds": row.cpu_seconds, "measured": row.measured,
        "key": row.key if sha256 else "", "sha256": sha256,
    }


def _opened(run: Run, folder: Path) -> Subject | str:
    """The subject in a folder; or why there is none, where other generations are measured too and go on without it.
    Raises BadInput where it is the only one."""
    try:
        subject = open_subject(folder, run.job["name"])
        _trusted(subject, run.heldout)
    except BadInput as fault:
        if sum(bool(one["measure"]) for one in run.job["generations"]) < 2:
            raise
        return str(fault)
    return subject


def _examine(run: Run, generation: dict[str, Any], parts: Sequence[Part]) -> None:
    """All wanted parts of one generation; its weights are opened only where something has to be measured."""
    folder, number = Path(generation["folder"]), generation["number"]
    digest = digest_of(folder)
    wishes = _wishes(run, generation, digest, parts)
    found = [_found(wish, wish.row, wish.row.sha256, fresh=False) for wish in wishes if wish.row is not None]
    parameters = next((wish.row.parameters for wish in wishes if wish.row is not None), 0)
    rest = [wish for wish in wishes if wish.row is None]
    subject = _opened(run, folder) if rest else None
    if isinstance(subject, str):
        run.failed = True
        found.append({"part": "weights", "state": "failed", "why": subject})
        say(event="note", text=f"generation {number} cannot be measured: {subject}")
    elif subject is not None:
        parameters = sum(weight.numel() for weight in subject.model.parameters())
        costs = run.costs = run.costs or Costs(rows(run.measured), parameters, run.job["threads"])
        for place, wish in enumerate(rest):
            left = sum(costs.seconds(w.part.name, w.part.version, w.count) for w in rest[place:])
            done = len(wishes) - len(rest) + place
            with _telling(f"generation {number}: {wish.part.name}", done, len(wishes), left):
                one = _measure(run, subject, wish, parameters)
            found.append(one)
            run.failed = run.failed or one["state"] == "failed"
            if one["state"] != "found":
                word = "left out" if one["state"] == "left_out" else "failed"
                say(event="note", text=f"{wish.part.name} of generation {number} {word}: {one['why']}")
    order = {part.name: place for place, part in enumerate(parts)}
    run.found.append({
        "number": number, "digest": digest, "parameters": parameters,
        "parts": sorted(found, key=lambda one: order.get(one["part"], -1)),
    })


def work(path: Path, parts: Sequence[Part] = PARTS) -> int:
    """Do the job, write what was found, and give the exit code. Raises BadInput."""
    run = read_run(path)
    if run.job["suite"] not in ("quick", "full"):
        raise BadInput(f"There is no suite {run.job['suite']}: take quick or full.")
    out = Path(run.job["out"])
    out.unlink(missing_ok=True)
    torch.set_num_threads(run.job["threads"])
    tasks = _tasks(run.job)
    asked = (*parts, *tasks)
    no_doubles(asked)
    run.wanted = frozenset(part.name for part in (asked if run.job["parts"] else tasks))
    for generation in run.job["generations"]:
        _examine(run, generation, asked)
    write_atomically(out, canonical_json({
        "suite": run.job["suite"], "seed": run.job["seed"], "generations": run.found,
    }))
    say(event="done", failed=run.failed)
    return 1 if run.failed else 0


def main(arguments: Sequence[str]) -> int:
    """Exit codes as above; the reason of a 2 is the last event."""
    try:
        if len(arguments) != 1:
            raise BadInput("Give the path of one job: python -m foundling.evaluation.suite.program JOB.json")
        return work(Path(arguments[0]))
    except (BadInput, RuntimeError) as fault:
        sentence = str(fault) if isinstance(fault, BadInput) else f"The judge does not trust itself: {fault}"
        say(event="error", text=sentence)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
