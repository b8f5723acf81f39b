"""A fresh home for every test, and a way to run `crash_worker.py` in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import foundling.home
from foundling.home import Home

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "wren", "Wren", "2026-01-01", {"size": "tiny", "lines": [1, 2]})


@pytest.fixture
def start() -> Start:
    source = str(Path(foundling.home.__file__).parents[2])

    def _start(scenario: str, path: Path, number: int = 0, crash_at: str = "") -> "subprocess.Popen[str]":
        # -S: without site-packages a start takes 0.1 s, and the home needs the standard library only
        worker = Path(__file__).with_name("crash_worker.py")
        command = [sys.executable, "-S", str(worker), scenario, str(path), str(number)]
        environment = {**os.environ, "PYTHONPATH": source, "FOUNDLING_CRASH_AT": crash_at}
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    return _start
