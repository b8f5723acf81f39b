"""A whole program, with torch and all it imports, run in the fence: a program and its inputs in, an outcome out.

It is given its Python's packages, of ours what training needs, and whatever else is mounted, read-only; it stands in an
empty folder of its own. Our stories are not among it: some of them may be the judge's.
What is mounted is the caller's choice, and all that the program can learn: never a home, never held-out text.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from foundling.sandbox.backends import Backend
from foundling.sandbox.interpreter import with_packages
from foundling.sandbox.limits import TRAINER, Inputs, Limits
from foundling.sandbox.outcome import Outcome
from foundling.sandbox.running import interpreter_for, run

PROGRAM = "program.py"


def run_program(
    program: bytes, arguments: Sequence[str], inputs: Inputs, *, backend: Backend, into: Path,
    limits: Limits = TRAINER, threads: int = 1,
) -> Outcome:
    """Run a Python program that may import our packages. Files of `inputs` are at `../in/NAME`, as arguments name them.

    The same program, inputs and threads compute the same in every backend: torch sees the processor as it is.
    """
    python = with_packages(interpreter_for(backend))
    given = {
        "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "USER": "candidate", "PYTHONHASHSEED": "0",
        "HF_HUB_OFFLINE": "1", **python.environment, **inputs.environment,
    }
    whole = replace(
        inputs, files={**inputs.files, PROGRAM: program}, environment=given,
        mounts=tuple(dict.fromkeys((*python.mounts, *inputs.mounts))), lists=(*python.lists, *inputs.lists),
        hidden=(*python.hidden, *inputs.hidden),
    )
    return run(python.command(f"../in/{PROGRAM}", *arguments), whole, limits, backend=backend, into=into)
