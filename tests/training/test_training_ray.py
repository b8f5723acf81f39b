"""Two local workers of Ray Train, one of which is killed: the end is that of two plain processes, byte for byte."""

import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_training_elastic import files, linux, undisturbed, write_job

from foundling.records import BadInput
from foundling.training import ray_launch
from foundling.training.distributed import environment
from foundling.training.machine import trainer_environment


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ray_launch.SETTINGS:
        monkeypatch.setenv(name, "0")  # so that they are put back
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BadInput, match=r"pip install 'ray\[train\]'"):
        ray_launch.run_on_ray({"state": str(tmp_path)})


@linux
@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed here")
def test_a_killed_worker_of_ray_costs_only_the_work_since_the_last_save(tmp_path: Path) -> None:
    job = write_job(tmp_path / "ray", 2, "replicated")
    process = subprocess.Popen(
        [sys.executable, "-m", "foundling.training.ray_launch", str(job)], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT, env=trainer_environment(1) | environment() | {"RAY_NUM_CPUS": "2"},
    )
    second, starts = 0, []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := re.search(r"pid=(\d+)\) world_rank=1", line):
                second = int(found[1])
            if found := re.search(r'"event": "start", "step": (\d+)', line):
                starts.append(int(found[1]))
            if re.search(r'"event": "step", "step": 9,', line) and len(starts) == 1:
                os.kill(second, signal.SIGKILL)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert len(starts) == 2 and starts[0] == 0 and starts[1] >= 8
    assert files(tmp_path / "ray" / "out") == undisturbed(tmp_path / "plain", 2, "replicated")
