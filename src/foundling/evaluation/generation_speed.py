"""`foundling bench --part generate`: our engine beside transformers and llama.cpp, the same weights, as ratios.

Nothing flows in but this machine; rows of figures flow out. Every side runs in a process of its own and says greedily
as many new ids after the same prompts, one stream and sixteen. A peer that is not installed is one line. Run as
`python -m foundling.evaluation.generation_speed JOB.json` it is one side, and writes its speeds as JSON.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.gguf_peer import Format, Llama, write_gguf
from foundling.evaluation.speed import SHAPE_M, SHAPE_S, Row
from foundling.inference.fast import FastEngine
from foundling.inference.sampling import Sampling
from foundling.model import Decoder, model_files
from foundling.model.kernels.decode import Precision
from foundling.recipe import Shape
from foundling.records import BadInput, canonical_json

PROMPT, NEW, STREAMS, TURNS = 16, 200, 16, 3
GREEDY = Sampling(temperature=0.0, repetition=1.0)
# Who is compared with which precision of ours; bits a weight, llama.cpp's Q8_0 and our int8 with their scales.
SIDES = (
    ("foundling, int8", "int8", 8.5), ("llama.cpp, q8_0", "int8", 8.5),
    ("foundling, bfloat16", "bfloat16", 16.0), ("llama.cpp, f16", "bfloat16", 16.0),
    ("llama.cpp, bf16", "bfloat16", 16.0), ("transformers, generate() in bfloat16", "bfloat16", 16.0),
)
_FORMATS: dict[str, Format] = {"llama.cpp, q8_0": "Q8_0", "llama.cpp, f16": "F16", "llama.cpp, bf16": "BF16"}


def read_bandwidth(threads: int) -> float:
    """Bytes a second of reading 256 MB, more than a cache holds: the best of eight."""
    torch.set_num_threads(threads)
    numbers, best = torch.ones(2**26), float("inf")
    for _ in range(8):
        began = time.perf_counter()
        numbers.sum()
        best = min(best, time.perf_counter() - began)
    return 4.0 * numbers.numel() / best


def bytes_a_step(shape: Shape, bits: float, streams: int) -> float:
    """What a step has to read: every weight once, and the keys and values of all streams half way, two bytes each."""
    places = PROMPT + NEW / 2
    return shape.parameters * bits / 8 + streams * places * 4 * shape.layers * shape.kv_heads * shape.head_dim


def _model(shape: Shape) -> Decoder:
    return Decoder(shape, generator=torch.Generator().manual_seed(0)).eval()


def _prompts(shape: Shape) -> list[list[int]]:
    generator = torch.Generator().manual_seed(1)
    rows: list[list[int]] = torch.randint(5, shape.vocabulary, (STREAMS, PROMPT), generator=generator).tolist()
    return rows


def _median(run: Callable[[], object], made: int) -> float:
    """Ids a second of `run`, which makes `made` of them: the median of three after one that warms up."""
    run()
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return made / statistics.median(taken)


def _ours(shape: Shape, precision: Precision) -> dict[str, float]:
    reading: Precision = "bfloat16"  # prompts are read in it, and keys and values kept in it, as llama.cpp's f16
    engine, prompts = FastEngine(_model(shape), reading=reading, saying=precision), _prompts(shape)
    if engine.without is not None:
        raise BadInput(f"our own kernels are not there: {engine.without}.")

    def run(rows: Sequence[Sequence[int]]) -> object:
        made = engine.generate(rows, GREEDY, stops=frozenset(), most=NEW)
        return made
    return {"1": _median(lambda: run(prompts[:1]), NEW), "16": _median(lambda: run(prompts), STREAMS * NEW)}


def _llama(shape: Shape, form: Format, threads: int, folder: Path) -> dict[str, float]:
    path, prompts = folder / f"{form}.gguf", _prompts(shape)
    write_gguf(_model(shape), path, form)
    room = PROMPT + NEW + 32
    one = Llama(path, slots=1, context=room, threads=threads)
    alone = _median(lambda: one.generate(prompts[:1], NEW), NEW)
    own = statistics.median(one.pace(prompts[0], NEW) for _ in range(TURNS))
    many = Llama(path, slots=STREAMS, context=room, threads=threads)
    return {"1": max(alone, own), "16": _median(lambda: many.generate(prompts, NEW), STREAMS * NEW)}


def _transformers(shape: Shape, folder: Path) -> dict[str, float]:
    try:
        from transformers import Qwen3ForCausalLM
    except ImportError as fault:
        raise BadInput("the package transformers is missing: pip install 'foundling[peers]'.") from fault
    for name, data in model_files(shape, _model(shape).state_dict()).items():
        (folder / name).write_bytes(data)
    model = Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, use_safetensors=True).eval()
    prompts = torch.tensor(_prompts(shape))

    def run(ids_BT: torch.Tensor) -> object:
        return model.generate(
            ids_BT, attention_mask=torch.ones_like(ids_BT), max_new_tokens=NEW, min_new_tokens=NEW, do_sample=False,
            pad_token_id=1)
    return {"1": _median(lambda: run(prompts[:1]), NEW), "16": _median(lambda: run(prompts), STREAMS * NEW)}


def measure(job: dict[str, Any], folder: Path) -> dict[str, float]:
    """One side's ids a second, one stream and sixteen. Raises BadInput when its package or compiler is not there."""
    torch.set_num_threads(job["threads"])
    shape, side = Shape(**job["shape"]), str(job["side"])
    if side in _FORMATS:
        return _llama(shape, _FORMATS[side], job["threads"], folder)
    if side.startswith("foundling"):
        return _ours(shape, "int8" if side.endswith("int8") else "bfloat16")
    return _transformers(shape, folder)


def _side(side: str, shape: Shape, threads: int) -> dict[str, Any]:
    """What a process of its own says of one side: speeds, or under `missing` why there are none."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "job.json"
        path.write_bytes(canonical_json({"side": side, "shape": asdict(shape), "threads": threads}))
        done = subprocess.run(
            [sys.executable, "-m", "foundling.evaluation.generation_speed", str(path)], capture_output=True, text=True,
            encoding="utf-8", errors="replace", check=False)
        answer = path.with_name("answer.json")
        if answer.exists():
            return dict(json.loads(answer.read_bytes()))
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise BadInput(f"The measurement of {side} failed: {last}")


def bench_generation(threads: int) -> list[Row]:
    """Shapes S and M, one stream and sixteen: every side's ids a second, how many times as fast the same precision of
    ours is, and its share of what reading memory allows (over 1 where weights fit into a cache).
    """
    rows: list[Row] = []
    for name, shape in (("S", SHAPE_S), ("M", SHAPE_M)):
        bandwidth = read_bandwidth(threads)
        speeds = {side: _side(side, shape, threads) for side, _, _ in SIDES}
        bandwidth = max(bandwidth, read_bandwidth(threads))  # before and after: the machine may have been busy
        rows.append({"what": "memory read, MB/s", "value": bandwidth / 1e6})
        for streams in (1, STREAMS):
            for side, kind, bits in SIDES:
                what, found = f"generate {name} x{streams}: {side}", speeds[side]
                if "missing" in found:
                    rows.append({"what": what, "missing": found["missing"]})
                    continue
                speed, ours = float(found[str(streams)]), speeds[f"foundling, {kind}"].get(str(streams))
                limit = bandwidth / bytes_a_step(shape, bits, streams) * streams
                rows.append({
                    "what": what, "tokens_per_second": speed, "share_of_limit": speed / limit,
                    "foundling_is_times": float(ours) / speed if ours else None,
                })
    return rows


def main(arguments: list[str]) -> int:
    """Measure one side and write answer.json beside its job: llama.cpp writes to standard output as it likes."""
    path = Path(arguments[0])
    answer: dict[str, Any]
    try:
        answer = dict(measure(json.loads(path.read_bytes()), path.parent))
    except BadInput as fault:
        answer = {"missing": str(fault)}
    path.with_name("answer.json").write_bytes(canonical_json(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
