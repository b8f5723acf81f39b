"""kill -9 at random instants during `raise`: the home opens, verify holds, the run goes on, the bits are the same.

FOUNDLING_KILLS sets how many (default 50), FOUNDLING_KILL_SEED when they fall. One thread, a frozen plan (--steps),
compared with an uninterrupted run.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foundling.home import Home
from foundling.records import BadInput

KILLS = int(os.environ.get("FOUNDLING_KILLS", "50"))
SEED = int(os.environ.get("FOUNDLING_KILL_SEED", "7"))


def command(home: Path, stories: Path) -> list[str]:
    words = ["raise", str(home), "--name", "Wren", "--size", "tiny", "--steps", "10", "--seed", "3"]
    return [sys.executable, "-m", "foundling.cli", *words, "--stories", str(stories)]


def digests(home: Path) -> list[str]:
    """sha256 of the weights of every generation, and of the candidate's evidence: what must not depend on kills."""
    return [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(home.glob("generations/*/weights.safetensors"))]


@pytest.mark.slow
def test_killed_anywhere_it_ends_with_the_same_bits(tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    from foundling.corpus import BUILTIN
    for path in sorted((BUILTIN / "stories").glob("*.txt"))[:24]:
        (stories / path.name).write_bytes(path.read_bytes())
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    began = time.perf_counter()
    subprocess.run(command(tmp_path / "calm", stories), env=environment, check=True, capture_output=True)
    whole = time.perf_counter() - began
    want = digests(tmp_path / "calm")
    assert want
    rng, kills, finished, number = random.Random(SEED), 0, 0, 0
    while kills < KILLS:
        home = tmp_path / f"home-{number}"
        process = subprocess.Popen(
            command(home, stories), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            # Most instants early, so that short stations are hit often; some late, so that long ones are reached.
            reach = (0.2, whole * 0.25) if rng.random() < 0.75 else (whole * 0.25, whole)
            code = process.wait(timeout=rng.uniform(*reach))
            assert code == 0
            assert digests(home) == want, f"home {number} differs after being killed"
            finished, number = finished + 1, number + 1
            continue
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        try:
            Home.open(home).verify()
        except BadInput as fault:
            # Killed before the home was made: there is none yet, and the same command makes it.
            assert "no folder" in str(fault) or "not a being's home" in str(fault), str(fault)
    subprocess.run(command(home, stories), env=environment, check=True, capture_output=True)
    assert digests(home) == want
    print(f"{kills} kills over {number + 1} homes, {finished + 1} ended, all with the weights of the calm run")
