"""What a run is given and what bounds it: frozen settings, and starting points for three kinds of candidates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds, bytes, counts. A tree is watched from outside every 50 ms; the kernel bounds single processes."""

    wall: float = 20.0  # seconds of the clock: on a busy machine long after those of computing
    cpu: float = 5.0  # seconds of computing, of the whole tree
    memory: int = 256 * MB  # resident, of the whole tree
    address_space: int = 512 * MB  # of one process
    file_size: int = 32 * MB  # of one file
    folder: int = 32 * MB  # of all files in the work folder
    files: int = 1000  # entries in the work folder
    processes: int = 4  # and threads
    open_files: int = 64
    output: int = 1 * MB  # of stdout, and of stderr


FUNCTION = Limits()
COMPILER = Limits(wall=60.0, cpu=20, memory=512 * MB, address_space=1024 * MB, processes=16)
# CPU torch needs 2 GB of address space and little of it in memory; the folder is in memory too.
TRAINER = Limits(
    wall=3600.0, cpu=7200, memory=4096 * MB, address_space=16384 * MB, file_size=1024 * MB, folder=2048 * MB,
    files=4000, processes=64, open_files=256, output=16 * MB,
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What a candidate gets. It stands in an empty work folder; `files` lie read-only in `../in`, by plain names.

    mounts: files and folders that it may read and run, at the paths they have outside. lists: folders of which it may
    see the names. hidden: folders below a mount or the system's that are shown empty, but for what is mounted in them.
    results: files of the work folder that are wanted back, by paths such as `out/weights.safetensors`.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Path, ...] = ()
    lists: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    results: tuple[str, ...] = ()
