"""Kernels are built on first use, kept, shared by processes that build at once, and done without where they fail."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from foundling.model.kernels import building

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
