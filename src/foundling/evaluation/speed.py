"""`foundling bench`: our trainer and engine beside transformers, at the same shape, in one run, as ratios.

Nothing flows in but this machine; rows of figures flow out. Every side runs in a process of its own and all take turns
(`race`): ours is the very trainer program that a birth uses. Ratios within one run hold; absolute figures move with
what else the machine does.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from typing import Any

import torch

from foundling.evaluation.likelihood import bits_per_byte, score_text
from foundling.home import Home, read_verified
from foundling.inference.fast import rounded
from foundling.model import load_decoder
from foundling.recipe import Shape
from foundling.records import BadInput, Progress, Story
from foundling.tokens import Tokenizer

# The shapes of the notes on performance: S, 5.8M parameters, and M, 49M.
SHAPE_S = Shape(layers=6, width=256, heads=4, kv_heads=4, head_dim=64, hidden=688, vocabulary=4096, context=256)
SHAPE_M = Shape(layers=14, width=512, heads=8, kv_heads=8, head_dim=64, hidden=1408, vocabulary=8192, context=512)
SHAPES = {"S": SHAPE_S, "M": SHAPE_M}

Row = dict[str, Any]


def matrix_limit(dtype: torch.dtype, threads: int, size: int = 3072) -> float:
    """Floating-point operations per second of the best of twelve square matrix products on this machine."""
    torch.set_num_threads(threads)
    a, b = torch.randn(size, size, dtype=dtype), torch.randn(size, size, dtype=dtype)
    best = float("inf")
    for _ in range(12):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def trainer_settings(threads: int) -> dict[str, str]:
    """The environment that a birth gives its trainer, asked of it as data: siblings do not import."""
    words = "import json; from foundling.training.machine import trainer_environment as t; print(json.dumps(t(%d)))"
    return dict(json.loads(subprocess.run(
        [sys.executable, "-c", words % threads], capture_output=True, text=True, check=True
    ).stdout))


def rounding_cost(home: Home) -> list[Row]:
    """What int8 weights cost the newest generation, in bits per byte of the judge's screen text, in float32."""
    number = home.newest()
    with home.ledger() as ledger:
        prepared = ledger.last("prepare")
    if number is None or prepared is None:
        raise BadInput(f"{home.path} has no generation yet: go on with `foundling raise {home.path}`.")
    folder = home.generation(number)
    rows = json.loads(read_verified(home.judge / prepared.data["judge"], "screen.json"))
    stories = [Story(title=row["title"], text=row["text"], source="screen", form=row["form"]) for row in rows]
    model, tokenizer = load_decoder(folder), Tokenizer.load(folder / "tokenizer.json")
    stride = max(1, model.shape.context // 2)
    exact, coarse = (
        bits_per_byte(score_text(m, tokenizer, stories, stride=stride, batch=16)) for m in (model, rounded(model))
    )
    row = {"what": f"int8 weights of generation {number}", "bits_per_byte": exact, "bits_per_byte_int8": coarse}
    return [row | {"rise_share": coarse / exact - 1}]


def bench(part: str, seconds: float, shapes: Sequence[str]) -> Generator[Progress, None, list[Row]]:
    """All rows of the bench at the shapes named, "S" or "M"; seconds: the least length of each turn of training.

    Raises BadInput when a measurement of ours fails; a peer that is not installed is a row that says so.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(asked) if asked.isdigit() else os.cpu_count() or 1
    rows: list[Row] = []
    if part in ("all", "train"):
        from foundling.evaluation.training_speed import bench_training  # both have their shapes from here

        rows += yield from bench_training(threads, seconds, shapes)
    if part in ("all", "generate"):
        from foundling.evaluation.generation_speed import bench_generation

        rows += yield from bench_generation(threads, shapes)
    return rows


def table(rows: list[Row]) -> str:
    """The rows as text for a terminal."""
    lines = [f"{'':<48}{'tokens/s':>10}{'foundling is':>14}{'of limit':>10}{'first step':>12}"]
    for row in rows:
        if "rise_share" in row:
            words = f"{row['bits_per_byte']:.4f} to {row['bits_per_byte_int8']:.4f} bits per byte"
            lines.append(f"{row['what']:<48}{words} ({row['rise_share']:+.2%})")
            continue
        if "missing" in row:
            lines.append(f"{row['what']:<48}{row['missing']}")
            continue
        if "value" in row:
            lines.append(f"{row['what']:<48}{row['value']:>10,.0f}")
            continue
        share = f"{row['share_of_limit']:.0%}" if "share_of_limit" in row else ""
        first = f"{row['first_step_seconds']:.1f} s" if row.get("first_step_seconds") else ""
        times = f"{row['foundling_is_times']:>13.2f}x" if row.get("foundling_is_times") else " " * 14
        lines.append(f"{row['what']:<48}{row['tokens_per_second']:>10,.0f}{times}{share:>10}{first:>12}".rstrip())
    return "\n".join(lines)
