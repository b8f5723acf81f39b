"""The other side of the comparison: a same-size Qwen3 of transformers, trained by its own Trainer with AdamW.

Run as a script with a job (JSON): shape, ids (a .npy of token ids), seconds, seed, threads, out. It times a few steps,
sets max_steps so that the run lasts `seconds`, trains, and saves. The rate is a sensible one, not the default 5e-5.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from transformers import Qwen3Config, Qwen3ForCausalLM, Trainer, TrainingArguments

from foundling.model.folder import configuration
from foundling.recipe import Shape


class Rows(torch.utils.data.Dataset):
    def __init__(self, ids: np.ndarray, length: int) -> None:
        count = len(ids) // length
        self.rows = torch.from_numpy(ids[:count * length].astype(np.int64)).view(count, length)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.rows[index], "labels": self.rows[index]}


def trainer(job: dict, steps: int) -> Trainer:
    shape = Shape(**job["shape"])
    torch.manual_seed(job["seed"])
    fields = {k: v for k, v in configuration(shape).items() if k not in ("architectures", "model_type", "dtype")}
    settings = TrainingArguments(
        output_dir=job["out"] + ".trainer", max_steps=steps, per_device_train_batch_size=job["rows"], use_cpu=True,
        learning_rate=1e-3, lr_scheduler_type="cosine", warmup_steps=max(1, steps // 20), weight_decay=0.1,
        seed=job["seed"], report_to="none", save_strategy="no", logging_steps=10_000, disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    return Trainer(
        model=Qwen3ForCausalLM(Qwen3Config(**fields)), args=settings,
        train_dataset=Rows(np.load(job["ids"]), shape.context),
    )


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(job["threads"])
    trainer(job, 2).train()
    began = time.perf_counter()
    trainer(job, 5).train()
    each = (time.perf_counter() - began) / 5
    steps = max(1, round(job["seconds"] / each))
    run = trainer(job, steps)
    began = time.perf_counter()
    run.train()
    seconds = time.perf_counter() - began
    run.model.save_pretrained(job["out"])
    Path(job["out"], "model.safetensors").rename(Path(job["out"], "weights.safetensors"))
    print(json.dumps({"steps": steps, "seconds": seconds}))


main()
