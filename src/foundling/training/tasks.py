"""A job's task in; the model that it trains, the objective that the loop minimises and the look beside it, out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foundling.model import load_decoder
from foundling.model.architectures import DECODER, ENCODER, SEQ2SEQ, Model
from foundling.recipe import NamingRecipe, Shape, TrainRecipe
from foundling.recipe.architectures import MaskingRecipe
from foundling.recipe.distilling import DistillingRecipe
from foundling.tokens import Shards, read_shards
from foundling.training.denoising import hybrid, hybrid_look, masked, masked_look, seq2seq, seq2seq_look
from foundling.training.distilling import distilling, read_teachers
from foundling.training.loop import Look, Objective
from foundling.training.noising import noise_of
from foundling.training.sources import Precision, preferences, read_pairs, stories, together, validation_look

_ARCHITECTURES = {"masked": ENCODER, "seq2seq": SEQ2SEQ}  # every other task trains a decoder
_LOOK_ROWS = 16
_Filling = Callable[..., Objective[Any]]
_FILLING: dict[str, _Filling] = {"masked": masked, "hybrid": hybrid, "seq2seq": seq2seq}


def masking_of(job: dict[str, Any]) -> MaskingRecipe:
    """What is hidden: the job's `masking`, or the usual."""
    return MaskingRecipe(**job.get("masking") or {})


def new_model(job: dict[str, Any], shape: Shape, *, dropout: float) -> Model:
    """The model that the task trains: weights drawn from the seed, or read from the folder that the job starts from."""
    architecture = _ARCHITECTURES.get(job["task"], DECODER)
    if job["start"]:
        return architecture.load(Path(job["start"]), dropout=dropout)
    return architecture.make(shape, dropout=dropout, generator=torch.Generator().manual_seed(job["seed"]))


def task_files(job: dict[str, Any], shape: Shape, state: dict[str, Tensor]) -> dict[str, bytes]:
    """The files of the trained weights, in the layout of the task's architecture."""
    return _ARCHITECTURES.get(job["task"], DECODER).files(shape, state)


def look_words(task: str) -> str:
    """What a look's number is, in words for a person: only one of them is a likelihood of the text."""
    return {
        "masked": "bits per byte of hidden words, told from both sides: no likelihood of the text",
        "seq2seq": "bits per byte of hidden spans, told from what is around them: no likelihood of the text",
        "hybrid": "the mean of bits per byte from left to right and of hidden words: no likelihood of the text",
    }.get(task, "bits per byte")


def build_look(job: dict[str, Any], shape: Shape, precision: Precision, validation: Shards) -> Look[Any]:
    """The look at validation text that fits the task. Only a decoder's is a likelihood of the text: see denoising."""
    masking, length = masking_of(job), shape.context
    if job["task"] == "masked":
        return masked_look(validation, precision, rows=_LOOK_ROWS, length=length)
    if job["task"] == "seq2seq":
        return seq2seq_look(validation, precision, masking, shape, rows=_LOOK_ROWS)
    if job["task"] == "hybrid":
        return hybrid_look(validation, precision, masking, rows=_LOOK_ROWS, length=length)
    return validation_look(validation, precision, rows=_LOOK_ROWS, length=length)


def build_objective(job: dict[str, Any], recipe: TrainRecipe, shape: Shape, precision: Precision) -> Objective[Any]:
    """The objective of the job's task: stories read, filled in or read with teachers, or lessons or preferences beside
    replayed stories.

    Its model is the one that `new_model` makes.
    """
    folder, seed, naming = Path(job["tokens"]), job["seed"], NamingRecipe(**job["naming"])
    train, half = read_shards(folder, "train"), max(1, recipe.rows // 2)
    if job["task"] in _FILLING:
        fill = _FILLING[job["task"]]
        return fill(train, precision, masking_of(job), seed=seed, rows=recipe.rows, length=shape.context)
    if job["task"] == "birth":
        noise = noise_of(recipe.masking, shape.vocabulary, seed=seed)
        return stories(train, precision, seed=seed, rows=recipe.rows, length=shape.context, noise=noise)
    if job["task"] == "distil":
        teachers = read_teachers(job["teachers"], shape.vocabulary)
        asked = DistillingRecipe(**job.get("distilling") or {})
        return distilling(train, teachers, precision.dtype, asked, seed=seed, rows=recipe.rows, length=shape.context)
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
