"""One trial: a candidate flows in, the trainer's events pass by, and the judge's figures flow out and are kept.

The trainer program runs as a process of its own, then the judge as another; the trainer never sees the judge's text. A
finished trial lies in a folder named by the hash of all that decides it, so that it is never run twice; one that was
stopped goes on from its last save.
"""

import json
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import foundling
from foundling.home import Home, remove_folder, write_atomically
from foundling.life.comparing.crew import Event, side_by_side
from foundling.life.planning import job_for
from foundling.life.trainer import Interrupted, run_program
from foundling.recipe import NamingRecipe, Plan, Shape, TrainRecipe
from foundling.recipe.arithmetic import muon_flops
from foundling.records import BadInput, canonical_json, content_hash, to_jsonable
from foundling.training.machine import trainer_environment

RESULT = "result.json"
STRIDE = 128
_DECIDES = ("evaluation", "home", "model", "recipe", "records", "tokens", "training")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is tried: `tokens` is a folder of tokenizer and shards, named by its content."""

    tokens: Path
    shape: Shape
    recipe: TrainRecipe
    seed: int = 0
    dtype: str = "float32"
    threads: int = 1


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A finished trial. bits: the judge's bits per byte; documents: its nats, tokens and bytes of each document.

    validation: the trainer's own last figure; seconds: wall time of the training, as long as others shared the machine.
    """

    key: str
    bits: float
    documents: list[dict[str, Any]]
    validation: float
    steps: int
    seconds: float


def step_flops(shape: Shape, recipe: TrainRecipe) -> float:
    """Operations of one optimiser step: the tokens' products, and Muon's own where the recipe has it."""
    own = muon_flops(shape) if recipe.optimiser == "muon" else 0.0
    return shape.flops_per_token * recipe.rows * shape.context + own


def steps_for(flops: float, shape: Shape, recipe: TrainRecipe, least: int = 10) -> int:
    """Steps that a budget of operations pays for."""
    return max(least, round(flops / step_flops(shape, recipe)))


def sources_hash() -> str:
    """sha256 of the sources that decide a trial's figures: trainer, model, tokens, recipes and judge."""
    root = Path(foundling.__file__).parent
    paths = sorted(path for layer in _DECIDES for path in (root / layer).rglob("*.py"))
    return content_hash({str(path.relative_to(root)): content_hash(path.read_bytes()) for path in paths})


def bench_home(place: Path) -> Home:
    """A folder in which trainers may run: it has the places of a home, and no being."""
    for name in ("tokens", "programs", "generations"):
        (place / name).mkdir(parents=True, exist_ok=True)
    return Home(path=place.absolute())


def plan_of(candidate: Candidate) -> Plan:
    """The candidate as a frozen plan."""
    return Plan(
        name="Trial", size="trial", seed=candidate.seed, corpus="", tokens=candidate.tokens.name, shape=candidate.shape,
        birth=candidate.recipe, naming=NamingRecipe(), dtype=candidate.dtype, threads=candidate.threads,
        predictions={},
    )


class Trials:
    """Trials in a folder, on one folder of the judge's texts."""

    def __init__(self, place: Path, texts: Path) -> None:
        self._place, self._texts, self._sources = place.absolute(), texts.absolute(), sources_hash()
        self._read = content_hash({path.name: content_hash(path.read_bytes()) for path in sorted(texts.glob("*.txt"))})

    def key(self, candidate: Candidate) -> str:
        """The content hash of all that decides the figures of a candidate."""
        decides = {name: to_jsonable(value) for name, value in vars(candidate).items() if name != "tokens"}
        decides |= {"tokens": candidate.tokens.name}
        return content_hash({"candidate": decides, "texts": self._read, "sources": self._sources})[:16]

    def kept(self, candidate: Candidate) -> Outcome | None:
        """The outcome of a trial that was finished before; None where there is none, or it cannot be read."""
        try:
            return Outcome(**json.loads((self._place / self.key(candidate) / RESULT).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def forget(self, candidate: Candidate) -> None:
        """Remove all that a trial left, finished or not."""
        remove_folder(self._place / self.key(candidate))

    def run(self, candidate: Candidate) -> Generator[Event, None, Outcome]:
        """The trainer's events; then the judge. A trial that is kept gives no event.

        Raises BadInput when trainer or judge end with an error, Interrupted when it is closed: what was trained is
        then saved, and the same candidate goes on from there.
        """
        if (before := self.kept(candidate)) is not None:
            return before
        home = bench_home(self._place / self.key(candidate))
        job = job_for(home, plan_of(candidate), "birth", "trial") | {"tokens": str(candidate.tokens.absolute())}
        seconds = 0.0
        began = time.perf_counter()
        events = run_program(home, "trial", job)
        try:
            for event in events:
                seconds = time.perf_counter() - began
                yield event
        finally:
            if isinstance(events, Generator):
                events.close()  # at once, so that the trainer has saved before anything else is done
        record = json.loads((Path(job["out"]) / "training.json").read_bytes())
        found = self._judge(home.path, Path(job["out"]), candidate)
        outcome = Outcome(
            key=self.key(candidate), bits=found["bits_per_byte"], validation=record["validation"],
            documents=[{key: row[key] for key in ("nats", "tokens", "bytes")} for row in found["documents"]],
            steps=record["steps"], seconds=round(seconds, 2),
        )
        write_atomically(home.path / RESULT, canonical_json(outcome))
        for part in ("generations", "programs"):  # weights of a trial are of no further use
            remove_folder(home.path / part)
        return outcome

    def together(self, candidates: Sequence[Candidate], many: int) -> Iterator[tuple[Candidate, Event | Outcome]]:
        """All trials, `many` at a time: each one's events as they come, and last its outcome. Equal candidates are one.

        Raises BadInput as soon as a trial does; the others have saved by then.
        """
        once = list(dict.fromkeys(candidates))
        for number, event in side_by_side([partial(self.run, candidate) for candidate in once], many):
            yield once[number], event

    def _judge(self, folder: Path, model: Path, candidate: Candidate) -> dict[str, Any]:
        """What the judge found, from a process of its own."""
        job, out = folder / "judge-job.json", folder / "judge.json"
        job.write_bytes(canonical_json({
            "weights": str(model), "tokenizer": str(candidate.tokens.absolute() / "tokenizer.json"), "out": str(out),
            "stride": min(STRIDE, candidate.shape.context), "texts": str(self._texts), "threads": candidate.threads,
        }))
        done = subprocess.run(
            [sys.executable, "-m", "foundling.evaluation.heldout", str(job)], capture_output=True, text=True,
            encoding="utf-8", env=trainer_environment(candidate.threads), start_new_session=True, check=False,
        )  # a terminal's Ctrl-C reaches only us: the judge needs seconds
        if done.returncode != 0:
            said = [json.loads(line).get("text") for line in done.stdout.splitlines() if line.startswith("{")]
            raise BadInput(str(said[-1] if said and said[-1] else f"The judge of a trial failed: see {job}."))
        return dict(json.loads(out.read_bytes()))


__all__ = ["Candidate", "Event", "Interrupted", "Outcome", "Trials", "bench_home", "plan_of", "step_flops", "steps_for"]
