"""The bar: held-out bits per byte at least 5% lower than transformers' own Trainer in the same wall-clock time.

Three seeds a side, same text, same tokenizer, same shape. Reads the real books where they lie beside the checkout (or
in FOUNDLING_BOOKS); else the built-in stories. FOUNDLING_PROOF_SECONDS sets the time of each run (default 150).
"""

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from foundling.evaluation.likelihood import bits_per_byte, score_text
from foundling.home import Home
from foundling.life.collecting import Wanted, collect
from foundling.life.preparing import prepare
from foundling.life.sifting import sift
from foundling.life.stations import Done
from foundling.model import load_decoder
from foundling.recipe import NamingRecipe, birth_recipe, preset
from foundling.records import Story, canonical_json
from foundling.tokens import Tokenizer, read_shards
from foundling.training.machine import bfloat16_pays, threads_here, trainer_environment

SECONDS = float(os.environ.get("FOUNDLING_PROOF_SECONDS", "150"))
SIZE = os.environ.get("FOUNDLING_PROOF_SIZE", "small")
BOOKS = Path(os.environ.get("FOUNDLING_BOOKS", Path(__file__).parents[3] / "shared" / "data" / "stories"))


def held_out() -> list[Story] | None:
    """The first 60 kB of each held-out book, where the books are there."""
    if not (BOOKS / "heldout").is_dir():
        return None
    return [
        Story(title=p.stem, text=p.read_text(encoding="utf-8")[:60_000], source=p.name)
        for p in sorted((BOOKS / "heldout").glob("*.txt"))
    ]


def ours(folder: Path, tokens: Path, vocabulary: int, seed: int) -> float:
    """Our trainer program for SECONDS; returns the seconds it really trained."""
    program = [sys.executable, "-m", "foundling.training.program"]
    job = {
        "task": "birth", "tokens": str(tokens), "start": None, "shape": asdict(preset(SIZE, vocabulary)), "seed": seed,
        "naming": asdict(NamingRecipe()), "dtype": "bfloat16" if bfloat16_pays() else "float32",
        "threads": threads_here(), "state": str(folder / f"state-{seed}"),
        "out": str(folder / f"ours-{seed}"), "recipe": asdict(birth_recipe(100, 5.0)), "measure": 8,
    }
    path = folder / f"ours-{seed}.json"

    def run() -> list[dict]:
        path.write_bytes(canonical_json(job))
        done = subprocess.run(
            [*program, str(path)], env=trainer_environment(job["threads"]), stdout=subprocess.PIPE, text=True,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    timed = [e["seconds"] for e in run() if e["event"] == "step"][3:]
    # Start-up, looks at validation text and saving are paid from the same time: what is reported is the whole process.
    steps = round((SECONDS - 8) / (sum(timed) / len(timed)) * 0.86)
    epochs = steps * 32 * 256 / read_shards(tokens, "train").tokens
    job |= {"measure": 0, "recipe": asdict(replace(birth_recipe(steps, epochs), save_seconds=1e9))}
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def peer(folder: Path, tokens: Path, vocabulary: int, seed: int) -> float:
    """transformers' Trainer for SECONDS; returns the seconds it really trained."""
    np.save(folder / "ids.npy", read_shards(tokens, "train").ids)
    job = {
        "shape": asdict(preset(SIZE, vocabulary)), "ids": str(folder / "ids.npy"), "seconds": SECONDS, "seed": seed,
        "threads": threads_here(), "rows": 32, "out": str(folder / f"peer-{seed}"),
    }
    path = folder / f"peer-{seed}.json"
    path.write_bytes(canonical_json(job))
    script = Path(__file__).with_name("peer_trainer.py")
    done = subprocess.run([sys.executable, str(script), str(path)], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


@pytest.mark.slow
def test_five_percent_below_the_trainer_of_transformers(tmp_path: Path) -> None:
    texts = held_out()
    home = Home.create(tmp_path / "home", "Wren", "2026-01-01", {})
    with home.ledger() as ledger:
        wanted = Wanted(sources=(str(BOOKS / "train"),) if texts else ())
        stations = (
            lambda: collect(home, ledger, wanted), lambda: sift(home, ledger, None, 0),
            lambda: prepare(home, ledger, NamingRecipe(), 0),
        )
        facts = [e.facts for station in stations for e in station() if isinstance(e, Done)][-1]
    tokens = home.tokens / facts["tokens"]
    tokenizer = Tokenizer.load(tokens / "tokenizer.json")
    if texts is None:
        rows = json.loads((home.judge / facts["judge"] / "screen.json").read_bytes())
        texts = [Story(title=r["title"], text=r["text"], source="screen") for r in rows]
    table = []
    for seed in range(3):
        for side, train in (("ours", ours), ("peer", peer)):
            seconds = train(tmp_path, tokens, tokenizer.vocabulary, seed)
            model = load_decoder(tmp_path / f"{side}-{seed}")
            bits = bits_per_byte(score_text(model, tokenizer, texts, stride=128, batch=16))
            table.append((side, seed, seconds, bits))
            print(f"{side} seed {seed}: {seconds:.0f} s, {bits:.4f} bits per byte", flush=True)
    mean = {side: [b for s, _, _, b in table if s == side] for side in ("ours", "peer")}
    a, b = (sum(mean[side]) / 3 for side in ("ours", "peer"))
    spread = math.sqrt(sum((x - y - (a - b)) ** 2 for x, y in zip(mean["ours"], mean["peer"], strict=True)) / 2)
    print(f"ours {a:.4f}, peer {b:.4f}: {1 - a / b:.1%} lower; sd of the paired difference {spread:.4f}")
    assert a <= 0.95 * b
