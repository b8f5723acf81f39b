"""A job's task in, the objective that the loop minimises out: which shards it reads and how their losses are mixed."""

from pathlib import Path
from typing import Any

from foundling.model import Decoder, load_decoder
from foundling.recipe import NamingRecipe, Shape, TrainRecipe
from foundling.tokens import read_shards
from foundling.training.loop import Objective
from foundling.training.sources import Precision, preferences, read_pairs, stories, together


def build_objective(job: dict[str, Any], recipe: TrainRecipe, shape: Shape, precision: Precision) -> Objective[Decoder]:
    """The objective of the job's task: stories alone, or lessons or preferences beside replayed stories."""
    folder, seed, naming = Path(job["tokens"]), job["seed"], NamingRecipe(**job["naming"])
    train, half = read_shards(folder, "train"), max(1, recipe.rows // 2)
    if job["task"] == "birth":
        return stories(train, precision, seed=seed, rows=recipe.rows, length=shape.context)
    # Another seed than birth's: replay must not begin with the very batches that birth began with.
    replay = stories(train, precision, seed=seed + 1, rows=half, length=shape.context)
    taught = read_shards(folder, "lessons")
    if job["task"] == "dialogue":
        lessons = stories(taught, precision, seed=seed, rows=recipe.rows, length=shape.context)
        return together({"lessons": (1.0, lessons), "replay": (naming.replay, replay)})
    reference = load_decoder(Path(job["start"]))
    pairs = preferences(read_pairs(folder, shape.context), reference, precision, naming, seed=seed)
    lessons = stories(taught, precision, seed=seed + 1, rows=half, length=shape.context)
    return together({"pairs": (1.0, pairs), "lessons": (0.5, lessons), "replay": (naming.replay, replay)})
