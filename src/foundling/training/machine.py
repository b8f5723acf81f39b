"""What this machine is, how busy others keep it, and what a trainer's environment must hold: facts in, settings out.

It measures no speed.
"""

import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from foundling.model.kernels.library import why_plain


def bfloat16_pays() -> bool:
    """True where the CPU multiplies bfloat16 natively (AVX512-BF16 or AMX); elsewhere it would be emulated, slowly."""
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)  # a private name: may vanish
    if supported is None or not supported():
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def threads_here() -> int:
    """Threads a run should use: OMP_NUM_THREADS when a person set it, else the cores this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(asked)) if asked.isdigit() else cores


def facts() -> dict[str, Any]:
    """What decides the bits of a run beside its plan: recorded with every generation, compared before a replay."""
    return {
        "torch": torch.__version__, "python": platform.python_version(), "system": platform.system(),
        "machine": platform.machine(), "instructions": torch.backends.cpu.get_cpu_capability(),
        "bfloat16": bfloat16_pays(), "cores": os.cpu_count(), "kernels": why_plain() is None,
    }


def peak_memory_mb() -> float | None:
    """The largest resident size of this process so far, in MB; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


BUSY = 0.8  # share of its threads' time below which a training counts as held up by other programs
CROWDED = 0.5  # share below which one thread is the better choice: threads that wait for each other lose the rest
_WINDOW = 20.0  # seconds over which the share is taken


@dataclass(kw_only=True)
class Load:
    """How much of `threads` processor cores this process really got: its own CPU time over wall time times threads.

    With more threads at work than cores each waits for the slowest at every matrix product: up to 80 times slower with
    two threads, where one thread would lose no more than its share (notes on performance, traps). `crowded`: one thread
    would have been the better choice, each of the last two times that the share was taken; once may be a passing thing.
    """

    threads: int
    told: bool = False
    poor: int = 0
    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)

    @property
    def crowded(self) -> bool:
        """True where fewer threads would train faster."""
        return self.poor >= 2

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is done inside is left out of the share: a save waits for the disk, not for other programs."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu

    def share(self) -> float | None:
        """The share, 0 to 1, since the last time that one was given; None while that is too short a time ago."""
        wall, cpu = time.perf_counter(), time.process_time()
        if wall - self.wall < _WINDOW:
            return None
        share = (cpu - self.cpu) / ((wall - self.wall) * self.threads)
        self.wall, self.cpu = wall, cpu
        return min(1.0, share)

    def note(self) -> str | None:
        """One sentence for the person, once in a run, when others keep the computer busy. To be asked after every
        step; it looks at the clock, and every 20 seconds also at whether the computer is `crowded`."""
        share = self.share()
        if share is None:
            return None
        self.poor = self.poor + 1 if share < CROWDED and self.threads > 1 else 0
        if share >= BUSY or self.told:
            return None
        self.told = True
        several = f"the {self.threads} threads that it was planned for" if self.threads > 1 else "its thread"
        advice = "close other programs or expect it to take longer"
        return f"The computer is busy: the training gets {share:.0%} of {several}; {advice}."


def trainer_environment(threads: int) -> dict[str, str]:
    """The environment of a trainer subprocess.

    glibc otherwise unmaps and faults in again every activation: huge pages and no trimming are worth 1.27 times in
    bfloat16 (LOG.md, allocator).
    """
    tunables = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184"
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return os.environ | {
        "OMP_NUM_THREADS": str(threads), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1",
    } | ({"GLIBC_TUNABLES": tunables} if sys.platform == "linux" else {})
