"""`foundling bench --part generate`: our engine beside transformers and llama.cpp, the same weights, as ratios.

Nothing flows in but this machine; rows of figures flow out. Every side runs in a process of its own and says greedily
as many new ids after the same prompts, one stream and sixteen; all take turns, and the median of the rounds counts. A
peer that is not installed is one line. Run as `python -m foundling.evaluation.generation_speed JOB.json` it is one
side, and writes its speeds as JSON, a round for every line that it is given.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.gguf_peer import Format, Llama, write_gguf
from foundling.evaluation.race import Raced, Side, race
from foundling.evaluation.speed import SHAPES, Row
from foundling.inference import GREEDY, Engine
from foundling.inference.fast import FastEngine
from foundling.model import Decoder, model_files
from foundling.model.kernels.decode import Precision
from foundling.recipe import Shape
from foundling.records import BadInput, Progress, canonical_json

PROMPT, NEW, STREAMS = 16, 64, 16
TALKING, PLAIN = "foundling, as a being talks", "foundling, as one talks without a compiler"
# Who is compared with which side of ours; bits a weight, llama.cpp's Q8_0 and our int8 with their scales (None: a
# being's own choice, float32 or int8 by its size).
SIDES: tuple[tuple[str, str, float | None], ...] = (
    ("foundling, int8", "foundling, int8", 8.5), ("llama.cpp, q8_0", "foundling, int8", 8.5),
    ("foundling, bfloat16", "foundling, bfloat16", 16.0), ("llama.cpp, f16", "foundling, bfloat16", 16.0),
    ("llama.cpp, bf16", "foundling, bfloat16", 16.0),
    ("transformers, generate() in bfloat16", "foundling, bfloat16", 16.0),
    (TALKING, TALKING, None), (PLAIN, TALKING, 32.0),
)
_M_AFTER_S = 1.7  # how many times as long as S shape M takes, for the time left (by hand)
_Run = Callable[[Sequence[Sequence[int]]], object]
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


def _pace(run: _Run, rows: Sequence[Sequence[int]]) -> float:
    """Ids a second of `run`, which says NEW of them after each row."""
    began = time.perf_counter()
    run(rows)
    return len(rows) * NEW / (time.perf_counter() - began)


def _rounds(shape: Shape, one: _Run, many: _Run) -> Iterator[dict[str, float]]:
    """Speeds without end, one stream and sixteen; the one prompt is another each time, so that nobody has read it."""
    prompts = _prompts(shape)
    while True:
        for number in range(STREAMS):
            yield {"1": _pace(one, prompts[number:number + 1]), "16": _pace(many, prompts)}


def _ours(shape: Shape, side: str) -> Iterator[dict[str, float]]:
    if side == PLAIN:
        engine: Engine = Engine(_model(shape))
    else:  # but for a being's own choice, prompts are read and keys and values kept in bfloat16, as llama.cpp's f16
        saying: Precision = "int8" if side.endswith("int8") else "bfloat16"
        fast = FastEngine(_model(shape)) if side == TALKING else FastEngine(
            _model(shape), reading="bfloat16", saying=saying)
        if fast.without is not None:
            raise BadInput(f"our own kernels are not there: {fast.without}.")
        engine = fast

    def run(rows: Sequence[Sequence[int]]) -> object:
        return engine.generate(rows, GREEDY, stops=frozenset(), most=NEW)
    return _rounds(shape, run, run)


def _llama(shape: Shape, form: Format, threads: int, folder: Path) -> Iterator[dict[str, float]]:
    path, prompts, room = folder / f"{form}.gguf", _prompts(shape), PROMPT + NEW + 32
    write_gguf(_model(shape), path, form)
    one = Llama(path, slots=1, context=room, threads=threads)
    many = Llama(path, slots=STREAMS, context=room, threads=threads)
    for speeds in _rounds(shape, lambda rows: one.generate(rows, NEW), lambda rows: many.generate(rows, NEW)):
        yield speeds | {"1": max(speeds["1"], one.pace(prompts[0], NEW))}  # the better of our clock and its own


def _transformers(shape: Shape, folder: Path) -> Iterator[dict[str, float]]:
    try:
        from transformers import Qwen3ForCausalLM
    except ImportError as fault:
        raise BadInput("the package transformers is missing: pip install 'foundling[peers]'.") from fault
    for name, data in model_files(shape, _model(shape).state_dict()).items():
        (folder / name).write_bytes(data)
    model = Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, use_safetensors=True).eval()

    def run(rows: Sequence[Sequence[int]]) -> object:
        ids_BT = torch.tensor(rows)
        return model.generate(
            ids_BT, attention_mask=torch.ones_like(ids_BT), max_new_tokens=NEW, min_new_tokens=NEW, do_sample=False,
            pad_token_id=1)
    return _rounds(shape, run, run)


def measure(job: dict[str, Any], folder: Path) -> Iterator[dict[str, float]]:
    """One side's ids a second, round after round. Raises BadInput when its package or compiler is not there."""
    torch.set_num_threads(job["threads"])
    shape, side = Shape(**job["shape"]), str(job["side"])
    if side in _FORMATS:
        return _llama(shape, _FORMATS[side], job["threads"], folder)
    return _ours(shape, side) if side.startswith("foundling") else _transformers(shape, folder)


def _sides(folder: Path, shape: Shape, threads: int) -> list[Side]:
    sides = []
    for number, (side, _, _) in enumerate(SIDES):
        place = folder / str(number)
        place.mkdir()
        path = place / "job.json"
        path.write_bytes(canonical_json({"side": side, "shape": asdict(shape), "threads": threads}))
        command = (sys.executable, "-m", "foundling.evaluation.generation_speed", str(path))
        sides.append(Side(name=side, command=command))
    return sides


def generation_rows(size: str, raced: dict[str, Raced], bandwidth: float) -> list[Row]:
    """Every side's ids a second, how many times as fast the side of ours that it is compared with is, and its share of
    what reading memory allows (over 1 where weights fit into a cache).
    """
    rows: list[Row] = []
    for streams in (1, STREAMS):
        rounds = {
            name: [float(event["speeds"][str(streams)]) for turn in side.rounds for event in turn]
            for name, side in raced.items() if side.missing is None
        }
        speeds = {name: statistics.median(values) for name, values in rounds.items()}
        for name, beside, bits in SIDES:
            row: Row = {"what": f"generate {size} x{streams}: {name}"}
            if name not in speeds:
                rows.append(row | {"missing": raced[name].missing})
                continue
            row |= {
                "tokens_per_second": speeds[name], "rounds": [round(value, 1) for value in rounds[name]],
                "foundling_is_times": speeds[beside] / speeds[name] if beside in speeds else None,
            }
            if bits is not None:
                limit = bandwidth / bytes_a_step(SHAPES[size], bits, streams) * streams
                row["share_of_limit"] = speeds[name] / limit
            rows.append(row)
    return rows


def bench_generation(threads: int, sizes: Sequence[str]) -> Generator[Progress, None, list[Row]]:
    """The shapes named, one stream and sixteen; memory is read before and after, as the machine may have been busy."""
    rows: list[Row] = []
    for number, size in enumerate(sizes):
        bandwidth, later = read_bandwidth(threads), _M_AFTER_S * (len(sizes) - number - 1)
        with tempfile.TemporaryDirectory() as name:
            sides = _sides(Path(name), SHAPES[size], threads)
            raced = yield from race(sides, station=f"generate {size}", seconds=0.0, later=later)
        bandwidth = max(bandwidth, read_bandwidth(threads))
        rows.append({"what": f"generate {size}: memory read, MB/s", "value": bandwidth / 1e6})
        rows += generation_rows(size, raced, bandwidth)
    return rows


def main(arguments: list[str]) -> int:
    """Measure one side: for each line on standard input a round, and a JSON line of it."""
    path = Path(arguments[0])
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # llama.cpp writes to standard output as it likes
        try:
            rounds = measure(json.loads(path.read_bytes()), path.parent)
            while sys.stdin.readline():
                out.write(json.dumps({"event": "step", "speeds": next(rounds)}) + "\n")
                out.flush()
        except BadInput as fault:
            out.write(json.dumps({"event": "error", "text": str(fault)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
