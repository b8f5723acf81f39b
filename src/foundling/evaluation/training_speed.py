"""`foundling bench --part train`: our trainer program beside transformers at two shapes, in one run, as ratios.

Nothing flows in but this machine; rows of figures flow out. Every side runs in a process of its own, ours with the very
program and environment of a birth. All sides take turns, round by round, and the median of the rounds counts: what else
the machine does then falls on all of them. Shares are of the fastest matrix product that any round measured.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foundling.evaluation.speed import SHAPE_M, SHAPE_S, Row, matrix_limit, peer_speed, trainer_settings
from foundling.home import write_folder
from foundling.model.kernels.building import SWITCH
from foundling.model.kernels.library import why_plain
from foundling.recipe import NamingRecipe, Shape, TrainRecipe
from foundling.records import BadInput, canonical_json, to_jsonable
from foundling.tokens import shard_files

SIZES: dict[str, tuple[Shape, int]] = {"S": (SHAPE_S, 32), "M": (SHAPE_M, 8)}  # a shape and the rows of one step
ROUNDS, FEWEST = 3, 3  # rounds, and the fewest steps that are timed in each


def _job(folder: Path, shape: Shape, rows: int, dtype: str, threads: int) -> dict[str, Any]:
    """A birth on packed documents of random ids, AdamW; its shards are written to the folder."""
    rng = np.random.default_rng(0)
    texts = (rng.integers(5, shape.vocabulary, size=1200).tolist() for _ in range(60))
    documents = [([0, *ids, 1], [True] * 1202) for ids in texts]
    shards = shard_files(documents, "train", 4000) | shard_files(documents[:4], "validation", 4000)
    write_folder(folder / "tokens", shards)
    recipe = TrainRecipe(steps=10_000, rows=rows, optimiser="adamw", look=100_000, average=0.0)
    return {
        "task": "birth", "tokens": str(folder / "tokens"), "start": None, "shape": to_jsonable(shape), "seed": 0,
        "dtype": dtype, "recipe": asdict(recipe), "naming": asdict(NamingRecipe()), "threads": threads,
        "state": str(folder / "state"), "out": str(folder / "out"),
    }


def _ours(folder: Path, job: dict[str, Any], settings: dict[str, str], seconds: float) -> tuple[float, float]:
    """Tokens per second at the median step, the first left out, and seconds from the start to the first step's end.

    Raises BadInput when the program ends with an error.
    """
    (folder / "job.json").write_bytes(canonical_json(job | {"measure": 10_000}))
    command = [sys.executable, "-m", "foundling.training.program", str(folder / "job.json")]
    began, first, speeds = time.perf_counter(), 0.0, list[float]()
    with subprocess.Popen(
        command, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        for event in map(json.loads, process.stdout):
            if event["event"] == "error":
                raise BadInput(event["text"])
            if event["event"] != "step":
                continue
            if not first:
                first = time.perf_counter() - began
                continue
            speeds.append(event["tokens"] / event["seconds"])
            if len(speeds) >= FEWEST and time.perf_counter() - began > seconds:
                break
        process.kill()
    if not speeds:
        raise BadInput("The trainer program ended without a step: run `foundling verify`, or ask for fewer threads.")
    return statistics.median(speeds), first


def _round(size: str, threads: int, seconds: float, dtype: str) -> dict[str, tuple[float, float]]:
    """Every side once: tokens a second, and seconds to the first step (of peers 0: not asked)."""
    shape, rows = SIZES[size]
    peer = {"what": "train", "shape": asdict(shape), "rows": rows, "threads": threads, "seconds": seconds}
    settings = trainer_settings(threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = _job(folder, shape, rows, dtype, threads)
        cold = settings | {"XDG_CACHE_HOME": str(folder / "cache")}  # where no kernel was ever built
        return {
            f"foundling, {dtype}": _ours(folder, job, settings, seconds),
            "transformers, float32, as it ships": (peer_speed(folder, peer | {"dtype": "float32"}), 0.0),
            f"foundling, {dtype}, kernels built anew": _ours(folder, job, cold, 0.0),
            f"foundling, {dtype}, plain torch": _ours(folder, job, settings | {SWITCH: "off"}, seconds),
            "transformers, bfloat16 autocast": (peer_speed(folder, peer | {"dtype": "bfloat16"}), 0.0),
        }


def bench_training(threads: int, seconds: float) -> list[Row]:
    """Shapes S and M: ours with and without kernels beside transformers in float32 and under bfloat16 autocast."""
    dtype = "bfloat16" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    limit = 0.0
    for _ in range(ROUNDS):
        for size in SIZES:
            limit = max(limit, matrix_limit(getattr(torch, dtype), threads))
            for side, figures in _round(size, threads, seconds, dtype).items():
                found[f"train {size}: {side}"].append(figures)
    rows: list[Row] = [{"what": f"{dtype} matrix product, GF/s", "value": limit / 1e9}]
    if why_plain() is not None:
        rows.append({"what": "kernels", "missing": f"none: {why_plain()}"})
    speeds = {what: statistics.median(speed for speed, _ in figures) for what, figures in found.items()}
    for what, speed in speeds.items():
        size = what.split(":")[0].split()[1]
        rows.append({
            "what": what, "tokens_per_second": speed, "rounds": [round(s, 1) for s, _ in found[what]],
            "foundling_is_times": speeds[f"train {size}: foundling, {dtype}"] / speed,
            "share_of_limit": speed * SIZES[size][0].flops_per_token / limit,
            "first_step_seconds": statistics.median(first for _, first in found[what]) or None,
        })
    return rows
