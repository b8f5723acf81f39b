"""The peer side of `foundling bench`: transformers at the same shape, as it ships. A job in, a JSON line a step out.

Run as `python -m foundling.evaluation.peers JOB.json` in a process of its own with its own environment. It trains until
it is ended and reads no clock: whoever started it does (`race`).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.events import say
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


def train_steps(shape: Shape, rows: int, dtype: str) -> Iterator[int]:
    """Steps without end of forward, backward, clipping and fused AdamW, eager: the tokens of each once it is done."""
    model = _peer(shape).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    ids = torch.randint(5, shape.vocabulary, (rows, shape.context))
    while True:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
            loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        yield ids.numel()


def main(arguments: list[str]) -> int:
    """Train as the job asks; an error is one event."""
    job = json.loads(Path(arguments[0]).read_bytes())
    torch.set_num_threads(job["threads"])
    try:
        for tokens in train_steps(Shape(**job["shape"]), job["rows"], job["dtype"]):
            say(event="step", tokens=tokens)
    except BadInput as fault:
        say(event="error", text=str(fault))
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
