"""transformers' own Trainer as a process of its own: a job flows in, events and a folder of weights flow out.

Run as `python -m foundling.evaluation.rival JOB.json`. AdamW and all else as it ships; only the learning rate and the
number of steps are the job's. A job: tokens (folder of shards), shape, rows, rate, steps, share (of the documents),
seed, dtype ("float32", or "bfloat16" for its bf16 autocast), threads, measure (only time the steps), out (folder).
The validation figure that it leaves is for choosing its own settings; the judge computes another, of other texts.
"""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundling.evaluation.events import say
from foundling.evaluation.likelihood import Scored, bits_per_byte, score_ids
from foundling.home.files import write_folder
from foundling.model import load_decoder
from foundling.model.folder import configuration
from foundling.recipe import Shape
from foundling.records import SPECIALS, BadInput, canonical_json
from foundling.tokens import Shards, read_shards

_LOGS = 100  # points of the curve


class Rows(torch.utils.data.Dataset[dict[str, Tensor]]):
    """Documents end to end, cut into rows of `length` ids; the Trainer shuffles them every epoch."""

    def __init__(self, ids: np.ndarray[Any, Any], length: int) -> None:
        count = len(ids) // length
        if not count:
            raise BadInput(f"There are only {len(ids)} ids to train on, and a row has {length}: give more text.")
        self.rows = torch.from_numpy(ids[:count * length].astype(np.int64)).view(count, length)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {"input_ids": self.rows[index], "labels": self.rows[index]}


def read_part(shards: Shards, share: float, seed: int) -> np.ndarray[Any, Any]:
    """The ids of about `share` of the documents, picked by the seed, in their order."""
    if share >= 1:
        return shards.ids
    sizes, order = np.diff(shards.starts), np.random.default_rng([seed, 11]).permutation(len(shards.starts) - 1)
    enough = int(np.searchsorted(np.cumsum(sizes[order]), share * shards.tokens)) + 1
    picked = sorted(order[:enough].tolist())
    return np.concatenate([shards.ids[shards.starts[d]:shards.starts[d + 1]] for d in picked])


def _watcher(steps: int) -> Any:
    """What the Trainer calls after each step: an event with its wall time. Its way of telling is callbacks."""
    from transformers import TrainerCallback

    clock = [time.perf_counter()]

    def begin(self: Any, args: Any, state: Any, control: Any, **rest: Any) -> None:
        clock[0] = time.perf_counter()

    def end(self: Any, args: Any, state: Any, control: Any, **rest: Any) -> None:
        now = time.perf_counter()
        say(event="step", step=state.global_step, steps=steps, seconds=now - clock[0], validation=None)
        clock[0] = now

    return type("Watcher", (TrainerCallback,), {"on_train_begin": begin, "on_step_end": end})()


def trainer(job: dict[str, Any]) -> Any:
    """Its Trainer on a Qwen3 of the job's shape. Raises BadInput when transformers is missing."""
    try:
        from transformers import Qwen3Config, Qwen3ForCausalLM, Trainer, TrainingArguments
    except ImportError as fault:
        raise BadInput("The peer is not installed: pip install 'foundling[peers]' brings transformers.") from fault
    shape, steps = Shape(**job["shape"]), int(job["steps"])
    fields = {k: v for k, v in configuration(shape).items() if k not in ("architectures", "model_type", "dtype")}
    settings = TrainingArguments(
        output_dir=job["out"] + ".trainer", max_steps=steps, per_device_train_batch_size=job["rows"], use_cpu=True,
        learning_rate=job["rate"], seed=job["seed"], bf16=job["dtype"] == "bfloat16", report_to="none",
        save_strategy="no", logging_steps=max(1, steps // _LOGS), disable_tqdm=True, dataloader_pin_memory=False,
    )
    torch.manual_seed(job["seed"])
    ids = read_part(read_shards(Path(job["tokens"]), "train"), job["share"], job["seed"])
    return Trainer(
        model=Qwen3ForCausalLM(Qwen3Config(**fields)), args=settings, train_dataset=Rows(ids, shape.context),
        callbacks=[_watcher(steps)],
    )


def validation_bits(folder: Path, tokens: Path) -> float:
    """Bits per byte of the saved weights on the validation shards: float32, whole documents, special ids left out."""
    shards, model = read_shards(tokens, "validation"), load_decoder(folder)
    pieces = [shards.ids[a:b].astype(int).tolist() for a, b in zip(shards.starts, shards.starts[1:], strict=False)]
    documents = [
        Scored(id=str(n), ids=ids, counts=[i >= len(SPECIALS) for i in ids], bytes=shards.text_bytes if n == 0 else 0)
        for n, ids in enumerate(pieces)
    ]
    return bits_per_byte(score_ids(model, documents, stride=model.shape.context // 2, batch=16))


def _save(job: dict[str, Any], run: Any) -> None:
    """Weights as our decoder reads them, and the curve, in the job's folder; nothing but tensors and JSON is kept."""
    raw = Path(job["out"] + ".trainer")
    shutil.rmtree(raw, ignore_errors=True)
    run.model.float().save_pretrained(raw)
    (raw / "model.safetensors").rename(raw / "weights.safetensors")
    validation = validation_bits(raw, Path(job["tokens"]))
    curve = [
        {"step": row["step"], "loss": row["loss"], "gradient_norm": row.get("grad_norm"),
         "rate": row.get("learning_rate", 0.0) / job["rate"], "validation": None}
        for row in run.state.log_history if "loss" in row
    ]
    curve[-1]["validation"] = validation
    record = {"steps": job["steps"], "kept_step": job["steps"], "validation": validation, "curve": curve}
    files = {name: (raw / name).read_bytes() for name in ("weights.safetensors", "config.json")}
    write_folder(Path(job["out"]), files | {"training.json": canonical_json(record)}, replace=True)
    shutil.rmtree(raw)
    say(event="done", validation=validation)


def main(arguments: list[str]) -> int:
    """Train or time as the job says; exit code 2 with a sentence for bad input."""
    try:
        job = json.loads(Path(arguments[0]).read_bytes())
        torch.set_num_threads(job["threads"])
        run = trainer(job)
        run.train()
        if not job["measure"]:
            _save(job, run)
        return 0
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
