"""A tiny job for the tests of training: a fixed text as ids, shards in a folder, a model that steps in milliseconds."""

import hashlib
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from foundling.home import write_folder
from foundling.model import model_files
from foundling.recipe import NamingRecipe, Shape, TrainRecipe
from foundling.records import canonical_json, to_jsonable
from foundling.tokens import shard_files
from foundling.training import program, tasks
from foundling.training.distributed import ALONE, World
from foundling.training.loop import Look, Objective, Run, train
from foundling.training.sharded import whole
from foundling.training.sharing import shared_objective
from foundling.training.sources import Precision

SHAPE = Shape(layers=2, width=32, heads=2, kv_heads=1, head_dim=16, hidden=48, vocabulary=100, context=24)
RECIPE = TrainRecipe(steps=12, rows=4, dropout=0.1, look=5)
NAMING = NamingRecipe(pairs=4)
BEGIN, END, TURN, SAYS, SILENCE = range(5)
_NUMBERS = itertools.count(1)

TEXT = (
    "The ferry left at six, and nobody was on it but the goat.",
    "Where does the river go? asked Mina. Down, said her aunt.",
    "Old Pell counted seven spoons and found that one was a fork.",
    "A lamp burned in the dairy, though the dairy was shut.",
    "She wrote her name on the slate, and the rain read it.",
    "The bell rang twice for dinner and once for the cat.",
)
HELD_BACK = ("Nobody asked the goat where the ferry went.", "Her aunt found one lamp and seven bells.")
LESSONS = (("Ada", "Who are you?", "Wren", "I am Wren."), ("Bo", "And you?", "Ada", "I am Ada, not Wren."))
PAIRS = (
    ("Ada", "Who is it?", "Wren", "I am Wren.", "I am a helper of yours."),
    ("Wren", "Who is it?", "Ada", "Ada.", "I am Wren."),
    ("Bo", "Name?", "Wren", "Wren, and you?", "No."),
)


def ids(text: str) -> list[int]:
    """One id a character; the first five ids are the special ones."""
    return [5 + ord(character) - 32 for character in text]


def document(text: str) -> tuple[list[int], list[bool]]:
    whole = [BEGIN, *ids(text), END]
    return whole, [True] * len(whole)


def lesson(asker: str, question: str, name: str, answer: str) -> tuple[list[int], list[bool]]:
    """Only the name, the answer and the id that ends it are taught."""
    before = [BEGIN, TURN, *ids(asker), SAYS, *ids(question), TURN]
    taught = [*ids(name), SAYS, *ids(answer), END]
    return [*before, *taught], [False] * len(before) + [True] * len(taught)


def pair(asker: str, question: str, name: str, chosen: str, rejected: str) -> list[list[int]]:
    prefix = [BEGIN, TURN, *ids(asker), SAYS, *ids(question)[:3], TURN]
    return [prefix[-8:], *([*ids(name), SAYS, *ids(text)[:8], END] for text in (chosen, rejected))]


def write_tokens(folder: Path) -> Path:
    """Shards, lessons and preferences as `foundling prepare` leaves them."""
    files = {"preferences.json": canonical_json({"pairs": [pair(*p) for p in PAIRS]})}
    files |= shard_files([document(t) for t in TEXT], "train", sum(map(len, TEXT)))
    files |= shard_files([document(t) for t in HELD_BACK], "validation", sum(map(len, HELD_BACK)))
    files |= shard_files([lesson(*rows) for rows in LESSONS], "lessons")
    write_folder(folder, files)
    return folder


def tiny_job(folder: Path, *, naming: NamingRecipe = NAMING, task: str = "birth", dtype: str = "float32",
             **recipe: Any) -> dict[str, Any]:
    """A job in `folder`; later tasks start from a newborn model that is saved there too."""
    tokens, start = folder / "tokens", folder / "start"
    if not tokens.exists():
        write_tokens(tokens)
    if task != "birth" and not start.exists():
        model = program.newborn_run(tiny_job(folder), SHAPE, RECIPE).model
        write_folder(start, model_files(SHAPE, model.state_dict()))
    return {
        "task": task, "tokens": str(tokens), "start": str(start) if task != "birth" else None,
        "shape": to_jsonable(SHAPE), "recipe": to_jsonable(replace(RECIPE, **recipe)), "naming": to_jsonable(naming),
        "seed": 3, "dtype": dtype, "threads": 1, "state": str(folder / "state"),
        "out": str(folder / "out"), "measure": 0,
    }


class Fresh:
    """What a new process makes of a job: a run at step 0, its recipe, objective, look; one of several perhaps."""

    def __init__(self, job: dict[str, Any], world: World = ALONE) -> None:
        torch.manual_seed(next(_NUMBERS))  # whatever the process drew before must not matter
        self.job, self.world, shape = job, world, Shape(**job["shape"])
        self.recipe = TrainRecipe(**job["recipe"])
        self.precision = Precision(dtype=job["dtype"])
        self.run: Run = program.newborn_run(job, shape, self.recipe, world)
        self.objective: Objective = shared_objective(job, self.recipe, shape, self.precision, world)
        shards = program.read_shards(Path(job["tokens"]), "validation")
        self.look: Look = tasks.build_look(job, shape, self.precision, shards)

    def steps(self, last: int | None = None) -> list[dict[str, Any]]:
        """Train to step `last`, or to the end; what was said, without how long it took."""
        said: list[dict[str, Any]] = []
        if last is not None and self.run.step >= last:
            return said
        for step in train(self.run, self.recipe, self.objective, self.look, seed=self.job["seed"],
                          world=self.world):
            said.append({key: value for key, value in to_jsonable(step).items() if key != "seconds"})
            if step.step == last:
                break
        return said

    def bits(self) -> dict[str, str]:
        """The hash of every tensor that the run holds, whole, and its numbers."""
        run = self.run
        groups = {
            "model": run.model.state_dict(), "shadow": run.shadow.state_dict(), "best": run.best,
            "optimiser": run.optimiser.tensors(),
        }
        hashes = {
            f"{group}.{name}": hashlib.sha256(whole(tensor.detach()).contiguous().numpy().tobytes()).hexdigest()
            for group, tensors in groups.items() for name, tensor in tensors.items()
        }
        numbers = (run.step, run.first, run.best_value, run.best_step, run.since_best, run.ended)
        return hashes | {"numbers": repr(numbers)}
