"""`foundling bench --part train`: our trainer program beside transformers at two shapes, in one run, as ratios.

Nothing flows in but this machine; rows of figures flow out. Every side runs in a process of its own, ours with the very
program and environment of a birth. All sides take turns, round by round, and the median of the rounds counts. Shares
are of the fastest matrix product that was measured before, between or after.
"""

import statistics
import sys
import tempfile
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foundling.evaluation.race import Raced, Racer, Side, race
from foundling.evaluation.speed import SHAPES, Row, matrix_limit, trainer_settings
from foundling.home import write_folder
from foundling.model.kernels.building import SWITCH
from foundling.model.kernels.library import why_plain
from foundling.recipe import NamingRecipe, Shape, TrainRecipe
from foundling.records import BadInput, Progress, canonical_json, to_jsonable
from foundling.tokens import shard_files

ROWS = {"S": 32, "M": 4}  # of one step: 8,192 and 2,048 tokens, so that no side's step is longer than some seconds
_M_AFTER_S = 1.7  # how many times as long as S shape M takes, for the time left (by hand)


def _job(folder: Path, size: str, dtype: str, threads: int) -> dict[str, Any]:
    """A birth on packed documents of random ids, AdamW; its shards are written to the folder."""
    rng, shape = np.random.default_rng(0), SHAPES[size]
    texts = (rng.integers(5, shape.vocabulary, size=1200).tolist() for _ in range(60))
    documents = [([0, *ids, 1], [True] * 1202) for ids in texts]
    shards = shard_files(documents, "train", 4000) | shard_files(documents[:4], "validation", 4000)
    write_folder(folder / "tokens", shards)
    recipe = TrainRecipe(steps=10_000, rows=ROWS[size], optimiser="adamw", look=100_000, average=0.0)
    return {
        "task": "birth", "tokens": str(folder / "tokens"), "start": None, "shape": to_jsonable(shape), "seed": 0,
        "dtype": dtype, "recipe": asdict(recipe), "naming": asdict(NamingRecipe()), "threads": threads,
        "measure": 10_000,
    }


def _ours(folder: Path, name: str, job: dict[str, Any], settings: dict[str, str]) -> Side:
    """A side that is our trainer program, in a folder of its own."""
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    path = place / "job.json"
    path.write_bytes(canonical_json(job | {"state": str(place / "state"), "out": str(place / "out")}))
    return Side(
        name=name, command=(sys.executable, "-m", "foundling.training.program", str(path)), environment=settings)


def _theirs(folder: Path, name: str, shape: Shape, rows: int, threads: int, dtype: str) -> Side:
    path = folder / f"peer-{dtype}.json"
    path.write_bytes(canonical_json({"shape": asdict(shape), "rows": rows, "threads": threads, "dtype": dtype}))
    return Side(name=name, command=(sys.executable, "-m", "foundling.evaluation.peers", str(path)))


def _sides(folder: Path, size: str, threads: int, dtype: str) -> list[Side]:
    """Who runs at a shape; the first is the one that the others are measured by."""
    settings, job, peer = trainer_settings(threads), _job(folder, size, dtype, threads), (SHAPES[size], ROWS[size])
    return [
        _ours(folder, f"foundling, {dtype}", job, settings),
        _theirs(folder, "transformers, float32, as it ships", *peer, threads, "float32"),
        _ours(folder, f"foundling, {dtype}, plain torch", job, settings | {SWITCH: "off"}),
        _theirs(folder, "transformers, bfloat16 autocast", *peer, threads, "bfloat16"),
    ]


def _built_anew(folder: Path, dtype: str, threads: int) -> Row:
    """Seconds from our program's start to its first step's end where no kernel was ever built."""
    settings = trainer_settings(threads) | {"XDG_CACHE_HOME": str(folder / "cache")}
    with Racer(_ours(folder, "foundling", _job(folder, "S", dtype, threads), settings)) as racer:
        return {"what": "train S: first step, kernels built anew, s", "value": racer.turn(0.0)[0]["wall"]}


def _speed(turn: list[dict[str, Any]]) -> float:
    """Tokens a second of a turn, by the clock of whoever looks on."""
    return float(sum(event["tokens"] for event in turn) / sum(event["wall"] for event in turn))


def training_rows(size: str, raced: dict[str, Raced], limit: float) -> list[Row]:
    """What a race says: every side's median speed and rounds, and how many times as fast the first one is.

    Raises BadInput when the first, ours, did not run.
    """
    first = next(iter(raced.values()))
    if first.missing is not None:
        raise BadInput(first.missing)
    ours, rows = statistics.median(map(_speed, first.rounds)), list[Row]()
    for name, side in raced.items():
        row: Row = {"what": f"train {size}: {name}"}
        if side.missing is not None:
            rows.append(row | {"missing": side.missing})
            continue
        speeds = [_speed(turn) for turn in side.rounds]
        speed = statistics.median(speeds)
        rows.append(row | {
            "tokens_per_second": speed, "rounds": [round(speed, 1) for speed in speeds],
            "foundling_is_times": ours / speed, "share_of_limit": speed * SHAPES[size].flops_per_token / limit,
            "first_step_seconds": side.first, "rows": ROWS[size],
        })
    return rows


def bench_training(
    threads: int, seconds: float, sizes: Sequence[str]
) -> Generator[Progress, None, list[Row]]:
    """The shapes named: ours with and without kernels beside transformers in float32 and under bfloat16 autocast."""
    dtype = "bfloat16" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"
    limit, raced, rows = matrix_limit(getattr(torch, dtype), threads), dict[str, dict[str, Raced]](), list[Row]()
    for number, size in enumerate(sizes):
        later = _M_AFTER_S * (len(sizes) - number - 1)
        with tempfile.TemporaryDirectory() as name:
            sides = _sides(Path(name), size, threads, dtype)
            raced[size] = yield from race(sides, station=f"train {size}", seconds=seconds, later=later)
        limit = max(limit, matrix_limit(getattr(torch, dtype), threads))
    rows.append({"what": f"{dtype} matrix product, GF/s", "value": limit / 1e9})
    if why_plain() is not None:
        rows.append({"what": "kernels", "missing": f"none: {why_plain()}"})
    elif "S" in sizes:
        yield Progress(station="train", text="building the kernels anew")
        with tempfile.TemporaryDirectory() as name:
            rows.append(_built_anew(Path(name), dtype, threads))
    return rows + [row for size in raced for row in training_rows(size, raced[size], limit)]
