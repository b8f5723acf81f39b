"""Build a C++ source of this folder for this processor and load it: a name in, a library of C functions out.

Sources use the C++ library and OpenMP alone, no torch headers: such a file builds in a second or two where one with
torch's needs nine, and a machine's first training step must not wait. Built libraries are kept in the user's cache,
never in a home: machine code is no part of a being. Nothing here decides whether a kernel is used.
"""

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

# No -ffast-math: linked into a library it would round denormals to zero in the whole process, and change its bits.
FLAGS = (
    "-O3", "-march=native", "-std=c++17", "-fPIC", "-shared", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi",
)
SWITCH = "FOUNDLING_KERNELS"  # "off" in the environment: everything runs in plain torch
_PATIENCE = 120.0  # seconds after which a compiler is given up


def cache_folder() -> Path:
    """Where built libraries lie: in the user's cache. Raises RuntimeError for a user without a home directory."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "foundling" / "kernels"


def _processor() -> str:
    """What -march=native looks at: a library that was built on another processor must not be loaded here."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "") + platform.machine()


def _build(compiler: str, source: Path, target: Path) -> str | None:
    """Compile to a temporary file and rename it, so that two processes may build at once; the reason where it fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    said = ""
    for parallel in (["-fopenmp"], []):  # without OpenMP (Apple's compiler) the pragmas are passed over: one thread
        handle, made = tempfile.mkstemp(dir=target.parent, suffix=".building")
        os.close(handle)
        try:
            done = subprocess.run(
                [compiler, *FLAGS, *parallel, "-o", made, str(source)], capture_output=True, text=True,
                encoding="utf-8", errors="replace", timeout=_PATIENCE, check=False,
            )
            if done.returncode == 0:
                os.replace(made, target)
                return None
            said = next(iter(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
        finally:
            Path(made).unlink(missing_ok=True)
    return f"{compiler} could not build {source.name}: {said}"


def _compiler() -> str | None:
    return next(filter(None, map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))), None)


def why_none() -> str | None:
    """Why nothing is built here, whatever the source: switched off, or no compiler; None where it is tried."""
    if os.environ.get(SWITCH, "").lower() == "off":
        return f"{SWITCH} is off"
    return None if _compiler() else "no C++ compiler was found"


@functools.cache
def load(name: str) -> ctypes.CDLL | str:
    """The library of NAME.cpp, built if this processor has none yet; or, as one sentence, why there is none.

    Answered once per process: torch has to be imported before, so that both share one OpenMP and its threads.
    """
    compiler, reason = _compiler(), why_none()
    if compiler is None or reason is not None:
        return str(reason)
    source = Path(__file__).parent / f"{name}.cpp"
    try:
        sources = [source, *sorted(source.parent.glob("*.h"))]
        settings = (compiler, *FLAGS, _processor())
        parts = [*(path.read_bytes() for path in sources), *(setting.encode() for setting in settings)]
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
        target = cache_folder() / f"{name}-{digest}.so"
        fault = None if target.exists() else _build(compiler, source, target)
        return fault or ctypes.CDLL(str(target))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return f"{name} could not be built or loaded: {error}"
