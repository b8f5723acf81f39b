"""The peer side of `foundling bench`: transformers at the same shape, as it ships. A job in, its speed as JSON out.

Run as `python -m foundling.evaluation.peers JOB.json` in a process of its own with its own environment. It measures the
peer only; our side is measured by our own trainer program and engine.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

from foundling.model.folder import configuration
from foundling.recipe import Shape
from foundling.records import BadInput


def _peer(shape: Shape) -> Any:
    try:
        from transformers import Qwen3Config, Qwen3ForCausalLM
    except ImportError as fault:
        raise BadInput("The peer is not installed: pip install 'foundling[peers]' brings transformers.") from fault
    torch.manual_seed(0)
    fields = {k: v for k, v in configuration(shape).items() if k not in ("architectures", "model_type", "dtype")}
    return Qwen3ForCausalLM(Qwen3Config(**fields))


def train_speed(shape: Shape, rows: int, dtype: str, seconds: float) -> float:
    """Tokens per second of forward, backward, clipping and fused AdamW, eager, the first two steps left out."""
    model = _peer(shape).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    ids = torch.randint(5, shape.vocabulary, (rows, shape.context))
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 4 or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
            loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        times.append(time.perf_counter() - start)
    return rows * shape.context * len(times[2:]) / sum(times[2:])


def main(arguments: list[str]) -> int:
    """Measure what the job asks and print one JSON object."""
    job = json.loads(Path(arguments[0]).read_bytes())
    torch.set_num_threads(job["threads"])
    shape = Shape(**job["shape"])
    try:
        speed = train_speed(shape, job["rows"], job["dtype"], job["seconds"])
        sys.stdout.write(json.dumps({"tokens_per_second": speed}) + "\n")
        return 0
    except BadInput as fault:
        sys.stdout.write(json.dumps({"error": str(fault)}) + "\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
