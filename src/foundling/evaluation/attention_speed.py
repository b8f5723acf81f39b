"""`foundling bench --part attention`: what one training step of an attention layer costs as the row grows longer.

Nothing flows in but this machine; rows of figures flow out, one for each kind and length. Every measurement runs in a
process of its own (`python -m foundling.evaluation.attention_speed JOB.json`), so that its peak of memory is its own.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.speed import Row, trainer_settings
from foundling.model import CAUSAL
from foundling.model.decoder import Attention as Layer
from foundling.model.decoder import rotary_tables
from foundling.recipe import Shape
from foundling.recipe.attention import FULL, BlockSparse, Layered, Linear, Sliding, attention_from
from foundling.records import BadInput, canonical_json, to_jsonable

LENGTHS = (512, 1024, 2048, 4096, 8192, 16384, 32768)
KINDS: dict[str, Layered] = {
    "full": FULL, "sliding window of 256": Sliding(window=256), "block-sparse": BlockSparse(), "linear": Linear(),
}
BAR, BAR_AT = 3.0, 8192
STEADY_FROM = 2048  # tokens from which growth is fitted: below them calls cost more than work
_REPEATS, _WIDTH, _HEADS, _HEAD = 3, 256, 4, 64


def layer_cost(kind: Layered, length: int, dtype: torch.dtype, repeats: int) -> dict[str, float]:
    """Median seconds of forward and backward of one layer (width 256, 4 heads of 64) on one row, and MB at the peak.

    memory_mb is what the steps needed beyond the program itself; it is 0 where the system does not say.
    """
    shape = Shape(
        layers=1, width=_WIDTH, heads=_HEADS, kv_heads=_HEADS, head_dim=_HEAD, hidden=_WIDTH, vocabulary=8,
        context=length, attention=kind)
    torch.manual_seed(0)
    layer, tables = Layer(shape, 0), rotary_tables(shape, length)
    times: list[float] = []

    def step(size: int) -> None:
        x_BTC, cut = torch.randn(1, size, _WIDTH, requires_grad=True), (tables[0][:size], tables[1][:size])
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            out_BTC = layer(x_BTC, cut, CAUSAL, None)
        out_BTC.float().square().mean().backward()
        times.append(time.perf_counter() - start)

    step(min(length, 128))  # what the libraries keep for themselves is no cost of the row
    before = _peak_mb()
    for _ in range(1 + repeats):
        step(length)
    return {"seconds": statistics.median(times[2:]), "memory_mb": _peak_mb() - before}


def _peak_mb() -> float:
    """The largest resident size of this process so far, in MB."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20


@cache
def _environment(threads: int) -> dict[str, str]:
    return trainer_settings(threads)


def _measured(kind: Layered, length: int, dtype: str, threads: int) -> dict[str, float]:
    """One measurement in a process of its own. Raises BadInput when it fails."""
    with tempfile.TemporaryDirectory() as name:
        job = Path(name) / "job.json"
        job.write_bytes(canonical_json({
            "kind": to_jsonable(kind), "tokens": length, "dtype": dtype, "threads": threads, "repeats": _REPEATS}))
        done = subprocess.run(
            [sys.executable, "-m", "foundling.evaluation.attention_speed", str(job)], capture_output=True, text=True,
            encoding="utf-8", env=_environment(threads), check=False)
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()[-1:]
        raise BadInput(f"An attention of {length} tokens could not be measured: {why}")
    return dict(json.loads(done.stdout))


def measure_attention(threads: int, seconds: float, lengths: Sequence[int] = LENGTHS) -> list[Row]:
    """A row for each kind and length; a kind whose next step would take longer than `seconds` is left out, in words.

    Kinds take turns at each length, so that their ratios hold while the machine's speed moves.
    """
    dtype = "bfloat16" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"
    rows: list[Row] = []
    last: dict[str, tuple[int, float]] = {}
    for length in lengths:
        costs: dict[str, dict[str, float]] = {}
        for name, kind in KINDS.items():
            row: Row = {"what": f"attention, {name}, {length:,} tokens", "kind": name, "tokens": length, "dtype": dtype}
            rows.append(row)
            expected = last[name][1] * (length / last[name][0]) ** 2 if name in last and kind == FULL else 0.0
            if expected > seconds:
                row["remark"] = f"not run: about {expected:,.0f} s a step"
                continue
            cost = costs[name] = _measured(kind, length, dtype, threads)
            last[name] = (length, cost["seconds"])
            row |= cost | {"tokens_per_second": length / cost["seconds"]}
            if "full" in costs:
                row["full_takes_times"] = costs["full"]["seconds"] / cost["seconds"]
    return rows


def growth(rows: Sequence[Row], kind: str, figure: str) -> float | None:
    """The power of the number of tokens with which a figure grows, by least squares of logarithms; 1 is linear."""
    points = [
        (math.log(row["tokens"]), math.log(row[figure])) for row in rows
        if row["kind"] == kind and row["tokens"] >= STEADY_FROM and row.get(figure, 0) > 0
    ]
    if len(points) < 2:
        return None
    middle, height = (sum(values) / len(points) for values in zip(*points, strict=True))
    power: float = sum((x - middle) * (y - height) for x, y in points) / sum((x - middle) ** 2 for x, _ in points)
    return power


def bench_attention(seconds: float, lengths: Sequence[int] = LENGTHS) -> list[Row]:
    """All rows, and below them what they come to: how each kind grows, and sliding beside full at 8,192 tokens."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    rows = measure_attention(int(asked) if asked.isdigit() else os.cpu_count() or 1, seconds, lengths)
    sums: list[Row] = []
    for name in KINDS:
        for figure in ("seconds", "memory_mb"):
            power = growth(rows, name, figure)
            if power is not None:
                sums.append({"what": f"attention, {name}: {figure} grow with tokens to the power", "value": power})
    for row in rows:
        if row["tokens"] == BAR_AT and row["kind"].startswith("sliding") and "full_takes_times" in row:
            times = row["full_takes_times"]
            sums.append({"what": "attention, sliding is faster than full at 8,192 tokens, times", "value": times,
                         "bar": f"at least {BAR:g}", "passed": times >= BAR})
    return rows + sums


def attention_table(rows: Sequence[Row]) -> str:
    """The rows as text for a terminal."""
    lines = [f"{'':<56}{'ms a step':>11}{'MB':>9}{'full takes':>12}"]
    for row in rows:
        if "value" in row:
            judged = "" if "passed" not in row else f"  ({row['bar']}: {'yes' if row['passed'] else 'no'})"
            lines.append(f"{row['what']:<64}{row['value']:>12.2f}{judged}")
        elif "remark" in row:
            lines.append(f"{row['what']:<56}  {row['remark']}")
        else:
            times = f"{row['full_takes_times']:.2f}x" if "full_takes_times" in row else ""
            lines.append(f"{row['what']:<56}{1e3 * row['seconds']:>11,.1f}{row['memory_mb']:>9,.0f}{times:>12}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure what the job asks and write one JSON object."""
    job: dict[str, Any] = json.loads(Path(arguments[0]).read_bytes())
    torch.set_num_threads(job["threads"])
    kind = attention_from(job["kind"]).of_layer(0)
    cost = layer_cost(kind, job["tokens"], getattr(torch, job["dtype"]), job["repeats"])
    sys.stdout.write(json.dumps(cost) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
