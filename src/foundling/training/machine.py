"""What this machine is and what a trainer's environment must hold: facts in, settings out. It measures no speed."""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch


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


def compiler_found() -> bool:
    """True where torch.compile can build: it needs a C++ compiler at run time."""
    return any(shutil.which(name) for name in (os.environ.get("CXX", "c++"), "g++", "clang++"))


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
        "bfloat16": bfloat16_pays(), "cores": os.cpu_count(),
    }


def peak_memory_mb() -> float | None:
    """The largest resident size of this process so far, in MB; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def trainer_environment(threads: int) -> dict[str, str]:
    """The environment of a trainer subprocess.

    glibc otherwise unmaps and faults in again every activation: huge pages and no trimming are worth 1.27 times in
    eager bfloat16 (LOG.md, allocator). Compiled kernels are kept in a cache outside the home: machine code is no
    part of a being.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "foundling" / "kernels"
    tunables = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184"
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return os.environ | {
        "OMP_NUM_THREADS": str(threads), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1",
        "TORCHINDUCTOR_CACHE_DIR": os.environ.get("TORCHINDUCTOR_CACHE_DIR", str(cache)),
        "TMPDIR": os.environ.get("TMPDIR", tempfile.gettempdir()),
    } | ({"GLIBC_TUNABLES": tunables} if sys.platform == "linux" else {})
