"""The judge of a record as a process of its own: weights and a folder of unread texts in, their bits per byte out.

Run as `python -m foundling.evaluation.heldout JOB.json`. A job: weights (folder), tokenizer (file), texts (folder of
.txt files), stride, threads, out (path of the JSON to write). The trainer is never told where the texts are, and
nothing that it printed is read here: every figure is computed from its files.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.events import say
from foundling.evaluation.likelihood import DocumentScore, bits_per_byte, perplexity, score_text, uniform_test
from foundling.evaluation.textfile import BATCH, read_text
from foundling.home.files import write_atomically
from foundling.model import load_decoder
from foundling.records import BadInput, canonical_json, content_hash
from foundling.tokens import Tokenizer


def text_files(folder: Path) -> list[Path]:
    """The .txt files of a folder by name. Raises BadInput when it is none or has none."""
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}: give a folder of .txt files.")
    found = sorted(path for path in folder.glob("*.txt") if path.is_file())
    if not found:
        raise BadInput(f"{folder} has no .txt file: give a folder of texts in UTF-8.")
    return found


def score_folder(job: dict[str, Any]) -> dict[str, Any]:
    """Nats, tokens and bytes of every text of the job's folder, and the bits per byte of all of them.

    Raises BadInput for weights or texts that cannot be read, or a stride outside 1..context.
    """
    weights, paths = Path(job["weights"]), text_files(Path(job["texts"]))
    tokenizer, model = Tokenizer.load(Path(job["tokenizer"])), load_decoder(weights)
    scores, rows, began = list[DocumentScore](), list[dict[str, Any]](), time.monotonic()
    texts = [read_text(path) for path in paths]
    uniform_test(texts[0][:200])
    total = sum(map(len, texts))
    for path, text in zip(paths, texts, strict=True):
        scores += score_text(model, tokenizer, [text], stride=job["stride"], batch=BATCH)
        last = scores[-1]
        rows.append({"name": path.name, "id": last.id, "nats": last.nats, "tokens": last.tokens, "bytes": last.bytes})
        done = sum(map(len, texts[:len(rows)]))
        left = (time.monotonic() - began) / done * (total - done)
        say(event="progress", text=f"{len(rows)} of {len(texts)} texts scored", done=done, total=total, seconds=left)
    return {
        "bits_per_byte": bits_per_byte(scores), "perplexity": perplexity(scores), "documents": rows,
        "stride": job["stride"], "weights": content_hash((weights / "weights.safetensors").read_bytes()),
    }


def main(arguments: list[str]) -> int:
    """Score as the job says and write the result; exit code 2 with a sentence for bad input."""
    try:
        job = json.loads(Path(arguments[0]).read_bytes())
        torch.set_num_threads(job["threads"])
        write_atomically(Path(job["out"]), canonical_json(score_folder(job)))
        return 0
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
