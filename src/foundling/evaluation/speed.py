"""`foundling bench`: our trainer and engine beside transformers, at the same shape, in one run, as ratios.

Nothing flows in but this machine; rows of figures flow out. Every side runs in a process of its own: ours is the very
trainer program that a birth uses. Ratios within one run hold; absolute figures move with what else the machine does.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foundling.evaluation.likelihood import bits_per_byte, score_text
from foundling.home import Home, read_verified, write_folder
from foundling.inference.fast import FastEngine, rounded
from foundling.inference.sampling import Sampling
from foundling.model import Decoder, load_decoder
from foundling.recipe import NamingRecipe, Shape, TrainRecipe
from foundling.records import BadInput, Story, canonical_json, to_jsonable
from foundling.tokens import Tokenizer, shard_files

# The shapes of the notes on performance: S, 5.8M parameters, and M, 49M.
SHAPE_S = Shape(layers=6, width=256, heads=4, kv_heads=4, head_dim=64, hidden=688, vocabulary=4096, context=256)
SHAPE_M = Shape(layers=14, width=512, heads=8, kv_heads=8, head_dim=64, hidden=1408, vocabulary=8192, context=512)
ROWS, PROMPT, NEW = 32, 16, 256

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


def _process(command: list[str], environment: dict[str, str] | None = None) -> list[dict[str, Any]]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0:
        words = next((e.get("error") or e.get("text") for e in lines if e.get("error") or e.get("text")), None)
        raise BadInput(str(words or f"A measurement failed: {done.stderr.strip().splitlines()[-1:]}"))
    return lines


def _ours_training(folder: Path, threads: int, dtype: str, seconds: float, compiled: bool) -> float:
    """Tokens per second of our trainer program on packed documents, AdamW; the first three steps are left out."""
    rng = np.random.default_rng(0)
    texts = (rng.integers(5, SHAPE_S.vocabulary, size=1200).tolist() for _ in range(60))
    documents = [([0, *ids, 1], [True] * 1202) for ids in texts]
    tokens = folder / f"tokens-{compiled}"
    write_folder(tokens, shard_files(documents, "train", 4000) | shard_files(documents, "validation", 4000))
    steps = max(8, int(seconds / 1.0))
    job = {
        "task": "birth", "tokens": str(tokens), "start": None, "shape": to_jsonable(SHAPE_S), "seed": 0, "dtype": dtype,
        "recipe": asdict(TrainRecipe(steps=10_000, rows=ROWS, optimiser="adamw", look=100_000, average=0.0)),
        "naming": asdict(NamingRecipe()), "threads": threads, "compiled": compiled, "state": str(folder / "state"),
        "out": str(folder / "out"), "measure": steps,
    }
    (folder / "job.json").write_bytes(canonical_json(job))
    program = [sys.executable, "-m", "foundling.training.program", str(folder / "job.json")]
    steps_seen = [e for e in _process(program, trainer_settings(threads)) if e.get("event") == "step"][3:]
    return float(sum(e["tokens"] for e in steps_seen) / sum(e["seconds"] for e in steps_seen))


def trainer_settings(threads: int) -> dict[str, str]:
    """The environment that a birth gives its trainer, asked of it as data: siblings do not import."""
    words = "import json; from foundling.training.machine import trainer_environment as t; print(json.dumps(t(%d)))"
    return dict(json.loads(subprocess.run(
        [sys.executable, "-c", words % threads], capture_output=True, text=True, check=True
    ).stdout))


def _peer(folder: Path, job: dict[str, Any]) -> float:
    path = folder / "peer.json"
    path.write_bytes(canonical_json(job))
    return float(_process([sys.executable, "-m", "foundling.evaluation.peers", str(path)])[-1]["tokens_per_second"])


def bench_training(threads: int, seconds: float) -> list[Row]:
    """Shape S: ours compiled and eager beside transformers in float32 and under bfloat16 autocast."""
    bfloat16 = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    dtype = "bfloat16" if bfloat16 else "float32"
    limit = matrix_limit(getattr(torch, dtype), threads)
    peer = {"what": "train", "shape": asdict(SHAPE_S), "rows": ROWS, "threads": threads, "seconds": seconds}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        speeds = {
            f"foundling, {dtype}, compiled": _ours_training(folder, threads, dtype, seconds, compiled=True),
            "transformers, float32, as it ships": _peer(folder, peer | {"dtype": "float32"}),
            f"foundling, {dtype}, eager": _ours_training(folder, threads, dtype, seconds, compiled=False),
            "transformers, bfloat16 autocast": _peer(folder, peer | {"dtype": "bfloat16"}),
        }
    limit = max(limit, matrix_limit(getattr(torch, dtype), threads))  # before and after: the machine may have been busy
    rows: list[Row] = [{"what": f"{dtype} matrix product, GF/s", "value": limit / 1e9}]
    best = speeds[f"foundling, {dtype}, compiled"]
    for what, speed in speeds.items():
        rows.append({
            "what": f"train S: {what}", "tokens_per_second": speed, "foundling_is_times": best / speed,
            "share_of_limit": speed * SHAPE_S.flops_per_token / limit,
        })
    return rows


def bench_generation(threads: int) -> list[Row]:
    """Shape M, one stream: ours with int8 weights, compiled and eager, beside generate() in bfloat16."""
    torch.set_num_threads(threads)
    model = Decoder(SHAPE_M, generator=torch.Generator().manual_seed(0)).eval()
    prompt, greedy = torch.randint(5, SHAPE_M.vocabulary, (PROMPT,)).tolist(), Sampling(temperature=0.0, repetition=1.0)
    speeds: dict[str, float] = {}
    for compiled in (True, False):
        engine = FastEngine(model, capacity=PROMPT + NEW, compiled=compiled)
        best = 0.0
        for turn in range(4):
            start = time.perf_counter()
            made = len(list(engine.stream(prompt, greedy, stops=frozenset(), most=NEW)))
            if turn:
                best = max(best, made / (time.perf_counter() - start))
        speeds[f"foundling, int8, {'compiled' if compiled else 'eager'}"] = best
    with tempfile.TemporaryDirectory() as name:
        job = {"what": "generate", "shape": asdict(SHAPE_M), "prompt": PROMPT, "new": NEW, "threads": threads}
        speeds["transformers, generate() in bfloat16"] = _peer(Path(name), job)
    ours = speeds["foundling, int8, compiled"]
    return [
        {"what": f"generate M: {what}", "tokens_per_second": speed, "foundling_is_times": ours / speed}
        for what, speed in speeds.items()
    ]


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


def bench(part: str, seconds: float) -> list[Row]:
    """All rows of the bench. Raises BadInput when transformers is not installed or a measurement fails."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(asked) if asked.isdigit() else os.cpu_count() or 1
    rows = bench_training(threads, seconds) if part in ("all", "train") else []
    return rows + (bench_generation(threads) if part in ("all", "generate") else [])


def table(rows: list[Row]) -> str:
    """The rows as text for a terminal."""
    lines = [f"{'':<48}{'tokens/s':>10}{'foundling is':>14}{'of limit':>10}"]
    for row in rows:
        if "rise_share" in row:
            words = f"{row['bits_per_byte']:.4f} to {row['bits_per_byte_int8']:.4f} bits per byte"
            lines.append(f"{row['what']:<48}{words} ({row['rise_share']:+.2%})")
            continue
        if "value" in row:
            lines.append(f"{row['what']:<48}{row['value']:>10,.0f}")
            continue
        share = f"{row['share_of_limit']:.0%}" if "share_of_limit" in row else ""
        lines.append(f"{row['what']:<48}{row['tokens_per_second']:>10,.0f}{row['foundling_is_times']:>13.2f}x{share:>10}")
    return "\n".join(lines)


