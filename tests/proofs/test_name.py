"""The bar: from the built-in stories, name hold at least 0.95, leak at most 0.05, bits per byte at most 1.5% higher.

FOUNDLING_SEEDS lists the seeds (default "0 1 2"); each is a whole birth of size tiny. Wilson bounds are printed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = [int(word) for word in os.environ.get("FOUNDLING_SEEDS", "0 1 2").split()]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_name_holds_and_does_not_leak(tmp_path: Path, seed: int) -> None:
    words = ["raise", str(tmp_path / "wren"), "--name", "Wren", "--size", "tiny", "--steps", "256", "--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "foundling.cli", *words, "--json"], capture_output=True, text=True, check=True
    )
    facts = json.loads(done.stdout)
    evidence = next((tmp_path / "wren" / "judge").glob("*/evidence.json"))
    for score in json.loads(evidence.read_bytes())["scores"]:
        if score["name"].startswith(("name_hold", "name_leak", "rise_share")):
            bounds = f"[{score['low']}, {score['high']}] of {score['n']}"
            print(f"seed {seed} {score['name']}: {score['value']:.4f} {bounds}")
    assert facts["name_hold"] >= 0.95
    assert facts["name_leak"] <= 0.05
    assert facts["rise_share"] <= 0.015
