"""kill -9 at random instants of collect and prepare: the same commands again end in the same bytes.

FOUNDLING_KILLS sets how many (default 50), FOUNDLING_KILL_SEED when they fall. One thread, a frozen number of steps.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN
from foundling.home import Home
from foundling.records import BadInput

KILLS = int(os.environ.get("FOUNDLING_KILLS", "50"))
SEED = int(os.environ.get("FOUNDLING_KILL_SEED", "7"))
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def commands(home: Path, stories: Path) -> list[list[str]]:
    words = [sys.executable, "-m", "foundling.cli"]
    collect = ["collect", str(home), str(stories), "--name", "Wren", "--size", "tiny", "--steps", "5"]
    return [[*words, *collect], [*words, "prepare", str(home), "--least-words", "60"]]


def contents(home: Path) -> dict[str, bytes]:
    """Every file that the two stations make, but for the ledger, which holds times."""
    found: dict[str, bytes] = {}
    for part in ("corpus", "tokens", "judge"):
        for path in sorted((home / part).rglob("*")):
            if path.is_file() and not any(piece.startswith(".") for piece in path.relative_to(home).parts):
                found[str(path.relative_to(home))] = path.read_bytes()
    return found


@pytest.mark.slow
def test_killed_anywhere_collect_and_prepare_end_in_the_same_bytes(tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    for path in sorted((BUILTIN / "stories").glob("*.txt"))[:40]:
        shutil.copyfile(path, stories / path.name)
    spans = []
    for words in commands(tmp_path / "calm", stories):
        began = time.perf_counter()
        subprocess.run(words, env=ENVIRONMENT, check=True, capture_output=True)
        spans.append(time.perf_counter() - began)
    want, rng, kills, number, hit = contents(tmp_path / "calm"), random.Random(SEED), 0, 0, [0, 0]
    assert len(want) > 10
    while kills < KILLS:
        home, ended = tmp_path / f"home-{number}", True
        for station, words in enumerate(commands(home, stories)):
            process = subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                # Two instants in three early, where the short way lies on which things are written.
                reach = spans[station] * (1.1 if rng.random() < 0.33 else 0.6)
                assert process.wait(timeout=rng.uniform(0.2, reach)) == 0
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills, ended = kills + 1, False
                hit[station] += 1
                try:
                    Home.open(home).verify()
                except BadInput as fault:
                    assert "no folder" in str(fault) or "not a being's home" in str(fault), str(fault)
                break
        if ended or kills % 10 == 0:
            for words in commands(home, stories):
                subprocess.run(words, env=ENVIRONMENT, check=True, capture_output=True)
            assert contents(home) == want, f"home {number} differs after being killed"
            number += 1
    for words in commands(home, stories):
        subprocess.run(words, env=ENVIRONMENT, check=True, capture_output=True)
    assert contents(home) == want
    print(f"{kills} kills ({hit[0]} in collect, {hit[1]} in prepare) over {number + 1} homes, all with the calm bytes")
