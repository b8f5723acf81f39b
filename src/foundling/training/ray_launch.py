"""The trainer program on a Ray cluster: a job's file flows in, and Ray starts its processes and starts them again.

Run as `python -m foundling.training.ray_launch JOB.json [restarts]`. Ray introduces the processes to each other and
nothing more: batches, sums, states and results are those of `torchrun`, to the bit. All machines must see the job's
folders under one path. Ray sends Python objects between its own processes; it stores nothing that we read.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from foundling.records import BadInput
from foundling.training.distributed import SILENCE
from foundling.training.program import run

SETTINGS = {"RAY_TRAIN_V2_ENABLED": "1", "RAY_USAGE_STATS_ENABLED": "0"}  # nothing is reported to Ray's makers


def _work(job: dict[str, Any]) -> None:
    """One process of the run, in a worker of Ray's. Raises BadInput and FloatingPointError as the program does."""
    run(job, [])


def run_on_ray(job: dict[str, Any], *, restarts: int = 3) -> None:
    """Run the job to its end in `processes` workers; a lost one costs the work since the last save.

    Joins the cluster that RAY_ADDRESS names, or starts one on this machine. Raises BadInput without the package, and
    what Ray raises when the run has failed more often than `restarts`.
    """
    os.environ.update(SETTINGS)
    try:
        import ray
        from ray.train import FailureConfig, RunConfig, ScalingConfig
        from ray.train.torch import TorchConfig, TorchTrainer
    except ImportError as fault:
        raise BadInput("Training on Ray needs the package ray: pip install 'ray[train]'.") from fault
    if not ray.is_initialized():
        ray.init(include_dashboard=False, runtime_env={"env_vars": SETTINGS})
    place = Path(job["state"])
    place.mkdir(parents=True, exist_ok=True)
    trainer = TorchTrainer(
        _work, train_loop_config=job, torch_config=TorchConfig("gloo", timeout_s=int(job.get("silence", SILENCE))),
        scaling_config=ScalingConfig(num_workers=job.get("processes", 1)),
        run_config=RunConfig(
            name="ray", storage_path=str(place.resolve()), failure_config=FailureConfig(max_failures=restarts)
        ),
    )
    trainer.fit()


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 2 bad input; other failures are Ray's."""
    try:
        job = json.loads(Path(arguments[0]).read_bytes())
        run_on_ray(job, restarts=int(arguments[1]) if len(arguments) > 1 else 3)
    except BadInput as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
