"""What this machine can do, measured in a few seconds: nothing flows in but a folder to write to, figures flow out.

Matrix products in float32 and bfloat16, memory size and bandwidth, disk free and how fast it takes bytes. It takes at
most a quarter of the free memory and 64 MB of disk for a moment, trains nothing and changes no setting.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from foundling.evaluation.speed import matrix_limit
from foundling.home.files import plain_errors, temporary
from foundling.records import BadInput

_COPY = 256 * 2**20  # bytes: larger than any processor's cache
_WRITE = 64 * 2**20
_PRODUCT = 1536


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Figures of one machine: rates in floating-point operations or bytes a second, sizes in bytes, 0 for unknown."""

    cores: int
    threads: int
    float32: float
    bfloat16: float
    dtype: str
    memory: int
    memory_free: int
    bandwidth: float
    disk_free: int
    disk_write: float
    gpus: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """The rate of the number format that a training here would use."""
        return self.bfloat16 if self.dtype == "bfloat16" else self.float32


def memory_bytes() -> tuple[int, int]:
    """Memory of the machine and how much of it is free, in bytes; of the container where that has less."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
        total, free = (int(lines[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError):
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
        free = total // 2
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
        used = int(Path("/sys/fs/cgroup/memory.current").read_text("ascii"))
        total, free = min(total, limit), min(free, max(0, limit - used))
    except (OSError, ValueError):  # no limit, which is written as "max", or no such file
        pass
    return total, free


def bandwidth(free: int) -> float:
    """Bytes a second of copying memory, reads and writes counted; 0 where a quarter of `free` is too little to say."""
    size = min(_COPY, free // 8)  # two buffers: a quarter together
    if size < 2**20:
        return 0.0
    source, target = np.ones(size // 8), np.zeros(size // 8)
    best = float("inf")
    for _ in range(4):
        began = time.perf_counter()
        np.copyto(target, source)
        best = min(best, time.perf_counter() - began)
    return 2.0 * source.nbytes / best


def disk_write(folder: Path) -> tuple[int, float]:
    """Free bytes beside `folder`, and bytes a second of writing there until it is safe on the disk (fsync).

    Raises BadInput when nothing can be written there.
    """
    near = next(place for place in (folder, *folder.resolve().parents) if place.is_dir())
    with plain_errors(near):
        free = shutil.disk_usage(near).free
        size = min(_WRITE, free // 8)
        if size < 2**20:
            raise BadInput(f"The disk that holds {near} is full: make room, or choose another place.")
        path, block = temporary(near / "disk-rate"), os.urandom(2**20)
        began = time.perf_counter()
        try:
            with path.open("wb") as file:
                for _ in range(size // len(block)):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            taken = time.perf_counter() - began
        finally:
            path.unlink(missing_ok=True)
    return free, size / taken


def measure_machine(folder: Path, *, threads: int, native: bool) -> Machine:
    """All the figures, in about three seconds; `folder` is where a being would live (it need not be there yet).

    threads: those that a training here would use; native: whether the processor multiplies bfloat16 itself.
    """
    total, free = memory_bytes()
    disk_free, written = disk_write(folder)
    before = torch.get_num_threads()
    try:
        float32 = matrix_limit(torch.float32, threads, _PRODUCT)
        bfloat16 = matrix_limit(torch.bfloat16, threads, _PRODUCT) if native else 0.0
    finally:
        torch.set_num_threads(before)
    gpus = tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
    return Machine(
        cores=os.cpu_count() or 1, threads=threads, float32=float32, bfloat16=bfloat16,
        dtype="bfloat16" if native else "float32", memory=total, memory_free=free, bandwidth=bandwidth(free),
        disk_free=disk_free, disk_write=written, gpus=gpus,
    )
