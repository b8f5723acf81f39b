"""Kernels are built on first use, kept, shared by processes that build at once, and done without where they fail."""

import ctypes
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from foundling.model.kernels import building

SOURCES = Path(building.__file__).parent
SOURCE = """
#include <cstdint>
extern "C" void twice(float* values, int64_t count, int64_t threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t i = 0; i < count; i++) values[i] *= 2;
}
"""
needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("c++", "g++", "clang++"))), reason="no C++ compiler is installed here"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder with one source in it, and a cache of its own."""
    (tmp_path / "twice.cpp").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(building, "__file__", str(tmp_path / "building.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(building.SWITCH, raising=False)
    building.load.cache_clear()
    yield tmp_path
    building.load.cache_clear()


def built(folder: Path) -> list[Path]:
    return sorted((folder / "cache" / "foundling" / "kernels").glob("*"))


@needs_compiler
def test_a_source_is_built_once_and_called(folder: Path) -> None:
    library = building.load("twice")
    assert isinstance(library, ctypes.CDLL)
    values = (ctypes.c_float * 3)(1.0, 2.5, -4.0)
    library.twice(values, ctypes.c_int64(3), ctypes.c_int64(1))
    assert list(values) == [2.0, 5.0, -8.0]
    first, = built(folder)
    made = first.stat().st_mtime_ns
    building.load.cache_clear()
    assert isinstance(building.load("twice"), ctypes.CDLL) and first.stat().st_mtime_ns == made
    (folder / "twice.cpp").write_text(SOURCE + "\n", encoding="utf-8")  # another source is another library
    building.load.cache_clear()
    assert isinstance(building.load("twice"), ctypes.CDLL) and len(built(folder)) == 2
    (folder / "header.h").write_text("", encoding="utf-8")  # so is the same one beside another header
    building.load.cache_clear()
    assert isinstance(building.load("twice"), ctypes.CDLL) and len(built(folder)) == 3


@needs_compiler
def test_processes_may_build_at_once(folder: Path) -> None:
    program = (
        "import sys; from foundling.model.kernels import building; building.__file__ = sys.argv[1];"
        "sys.exit(isinstance(building.load('twice'), str))"
    )
    runs = [subprocess.Popen([sys.executable, "-c", program, str(folder / "building.py")]) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(built(folder)) == 1


@needs_compiler
def test_a_source_that_does_not_build_gives_a_reason_and_leaves_nothing(folder: Path) -> None:
    (folder / "twice.cpp").write_text("int broken(", encoding="utf-8")
    reason = building.load("twice")
    assert isinstance(reason, str) and "twice.cpp" in reason and "error" in reason
    assert built(folder) == []


def test_without_a_compiler_there_is_a_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    assert building.load("twice") == "no C++ compiler was found"


def test_kernels_can_be_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(building.SWITCH, "off")
    assert building.load("twice") == f"{building.SWITCH} is off"


def test_a_folder_that_cannot_be_written_gives_a_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    assert isinstance(building.load("twice"), str)


def test_a_user_without_a_home_gets_a_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr(building, "_compiler", lambda: "c++")
    assert "home directory" in str(building.load("twice"))


@pytest.mark.skipif(building.why_none() is not None, reason=f"no kernels here: {building.why_none()}")
@pytest.mark.parametrize("name", sorted(path.stem for path in SOURCES.glob("*.cpp")))
def test_every_kernel_is_built_where_there_is_a_compiler(name: str) -> None:
    """Elsewhere one that does not build is done without: here it is a mistake."""
    assert isinstance(building.load(name), ctypes.CDLL), building.load(name)


OLDER = {"x86-64-v3": ("avx2", "fma"), "x86-64-v4": ("avx512f", "avx512bw", "avx512dq", "avx512vl")}


@pytest.mark.skipif(building.why_none() is not None, reason=f"no kernels here: {building.why_none()}")
@pytest.mark.parametrize("processor", OLDER)
def test_kernels_for_older_processors_pass_the_same_tests(processor: str) -> None:
    if platform.machine() not in ("x86_64", "AMD64") or not set(OLDER[processor]) <= set(building._processor().split()):
        pytest.skip(f"this processor runs nothing built for {processor}")
    program = (
        "import sys, pytest; from foundling.model.kernels import building;"
        "building.FLAGS = tuple(sys.argv[1] if flag == '-march=native' else flag for flag in building.FLAGS);"
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *sys.argv[2:]]))"
    )
    tests = [str(Path(__file__).with_name(f"test_model_{name}.py")) for name in ("kernels", "decode")]
    command = [sys.executable, "-c", program, f"-march={processor}", *tests]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
