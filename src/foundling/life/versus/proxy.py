"""One small training: what is trained and how flow in, the judge's nats on held-out text flow out.

Recipes and corpora are trained by our own program; a candidate's program runs in the sandbox, where nothing is but the
packages, its job and the shards, and of what it leaves the weights alone are taken. They are read under the job's own
configuration and tokenizer, by the judge's process: no figure, shape or vocabulary of the program's counts.
"""

import shutil
import statistics
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from foundling.evaluation.versus.candidate import copy_file
from foundling.home import write_folder
from foundling.home.manifest import sha256_of_file
from foundling.life.comparing.trials import bench_home, sources_hash
from foundling.life.planning import frozen_plan
from foundling.life.trainer import run_program
from foundling.life.versus.calling import Question, weigh
from foundling.life.versus.keep import Keep
from foundling.life.versus.shapes import proxy_shape
from foundling.model.folder import configuration
from foundling.recipe import NamingRecipe, Shape, TrainRecipe, birth_recipe
from foundling.records import BadInput, Progress, Story, canonical_json, content_hash, to_jsonable
from foundling.sandbox import TRAINER, Backend, Inputs, printable
from foundling.sandbox import run_program as run_fenced

WEIGHTS = "weights.safetensors"
LENGTH = "judge-length"
_TIMED = 8  # steps
_SPARE = 60.0  # seconds that a candidate's program has beyond twice the incumbent's time


@dataclass(frozen=True, kw_only=True)
class Method:
    """What is trained: a recipe, a folder of shards, and a program of somebody's (None: ours); digest: whose it is."""

    digest: str
    recipe: TrainRecipe
    tokens: Path
    program: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all trainings of a comparison share. fence: where programs run; None where there is none."""

    shape: Shape
    threads: int
    heldout: tuple[Story, ...]
    fence: Backend | None = None
    seconds: float = 3600.0

    def key(self, method: Method) -> str:
        """The hash of all that decides the figures of a method's runs but the seed and the held-out text."""
        program = None if method.program is None else content_hash(method.program)
        return content_hash({
            "recipe": to_jsonable(method.recipe), "tokens": method.tokens.name, "program": program,
            "shape": to_jsonable(self.shape), "threads": self.threads, "sources": sources_hash(),
        })[:16]


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A training that came to its end, or why it did not; nats by document, seconds of the training alone."""

    seed: int
    weights: str
    nats: Mapping[str, float] = field(default_factory=dict)
    fault: str = ""
    seconds: float = 0.0


def job_of(bench: Bench, method: Method, seed: int, place: str) -> dict[str, Any]:
    """The trainer's job: token shards and settings, nothing of the judge's."""
    return {
        "task": "birth", "tokens": str(method.tokens), "start": None, "shape": to_jsonable(bench.shape),
        "recipe": to_jsonable(method.recipe), "naming": to_jsonable(NamingRecipe()), "seed": seed, "dtype": "float32",
        "threads": bench.threads, "state": f"{place}state", "out": f"{place}out", "measure": 0,
    }


def train_once(bench: Bench, method: Method, seed: int, place: Path) -> Generator[Progress, None, Trained]:
    """Train, then have it judged. What went wrong with it is told in `fault`; never raises for it."""
    began = time.monotonic()
    place.mkdir(parents=True)
    try:
        if method.program is None:
            yield from _ours(bench, method, seed, place)
        else:
            _theirs(bench, method, seed, place)
        seconds = time.monotonic() - began
        judged = _folder(bench, method, place)
        weights = sha256_of_file(judged / WEIGHTS)
        question = Question(heldout=bench.heldout, threads=bench.threads)
        sheet = yield from weigh(judged, question, place / "judge", "judging a run")
        nats = {one: value for one, (_, value) in sheet.documents.items()}
        return Trained(seed=seed, weights=weights, nats=nats, fault=sheet.fault, seconds=seconds)
    except BadInput as fault:
        return Trained(seed=seed, weights=content_hash(""), fault=str(fault), seconds=time.monotonic() - began)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _ours(bench: Bench, method: Method, seed: int, place: Path) -> Generator[Progress]:
    for event in run_program(bench_home(place), "trial", job_of(bench, method, seed, f"{place}/")):
        if event["event"] == "step":
            yield Progress(station="training", text=f"loss {event['loss']:.2f}", done=event["step"],
                           total=event["steps"])


def _theirs(bench: Bench, method: Method, seed: int, place: Path) -> None:
    """A candidate's program in the sandbox. Raises BadInput for whatever is not an orderly end with weights."""
    if bench.fence is None or method.program is None:
        raise BadInput("A program of somebody's runs in a sandbox only, and none works here.")
    job = canonical_json(job_of(bench, method, seed, ""))
    inputs = Inputs(files={"job.json": job}, mounts=(method.tokens,), results=(f"out/{WEIGHTS}",))
    limits = replace(TRAINER, wall=bench.seconds)
    outcome = run_fenced(method.program, ["../in/job.json"], inputs, backend=bench.fence, into=place,
                         limits=limits, threads=bench.threads)
    if outcome.ended != "exit":
        raise BadInput(f"The program was ended: {outcome.ended}.")
    if outcome.code != 0:
        said = printable(outcome.errors[-300:])
        raise BadInput(f"The program ended with code {outcome.code}: {' '.join(said.split())[-200:]}")
    if f"out/{WEIGHTS}" not in outcome.results:
        why = outcome.refused.get(f"out/{WEIGHTS}", "it is not there")
        raise BadInput(f"The program left no weights ({why}).")


def _folder(bench: Bench, method: Method, place: Path) -> Path:
    """The weights with the job's own configuration and tokenizer, as a folder that can be judged."""
    judged = place / "judged"
    write_folder(judged, {
        "config.json": canonical_json(configuration(bench.shape)),
        "tokenizer.json": (method.tokens / "tokenizer.json").read_bytes(),
    })
    copy_file(place / "out" / WEIGHTS, judged / WEIGHTS, most=TRAINER.file_size)
    return judged


def steps_in(keep: Keep, minutes: float, threads: int, place: Path) -> Generator[Progress, None, int]:
    """How many steps a training of so many minutes has; measured once and noted in the ledger for all that follow."""
    key = f"{LENGTH}:{minutes:g}"
    noted = [event.data["steps"] for event in keep.ledger.events(LENGTH) if event.key == key]
    if noted:
        return int(noted[0])
    yield Progress(station="versus", text="timing a few steps on this machine")
    plan = frozen_plan(keep.home, keep.ledger)
    bench = Bench(shape=proxy_shape(keep), threads=threads, heldout=())
    method = Method(digest="", recipe=birth_recipe(_TIMED, 1.0), tokens=keep.home.tokens / plan.tokens)
    job = job_of(bench, method, 0, f"{place}/timed/") | {"measure": _TIMED}
    spent = [event["seconds"] for event in run_program(bench_home(place / "timed"), "trial", job)
             if event["event"] == "step"]
    steps = max(20, int(minutes * 60 / statistics.median(spent)))
    keep.ledger.append(LENGTH, key=key, data={"minutes": minutes, "steps": steps})
    return steps


def patience(incumbent: float) -> float:
    """Seconds of the clock that a candidate's program may take where the incumbent's took so many."""
    return 2 * incumbent + _SPARE
