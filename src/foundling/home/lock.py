"""A home in, the right to write it out, for one process at a time and until that process ends.

`flock` and not a pid file: the system frees the lock of a killed process, so nothing stale is ever left
(reliability.md section 1, decision 6). A process that is forked (not started anew) shares the lock. Not re-entrant:
a second `hold` in the same process is refused like anybody else's. It protects nothing on network mounts without flock.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foundling.home.files import plain_errors
from foundling.records.errors import BadInput

LOCK = ".lock"


@contextmanager
def hold(home_path: Path) -> Iterator[None]:
    """Hold the home's lock for the length of a `with`.

    Raises BadInput when another process holds it (its pid is in the sentence), or when the home may not be written.
    """
    with plain_errors(home_path):
        handle = os.open(home_path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            writer = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            who = f"process {writer}" if writer.isdigit() else "another process"
            raise BadInput(f"{home_path} is being written by {who}; wait until it ends or stop it.") from None
        with suppress(OSError):  # only for the sentence above: a full disk must still let its owner in to free it
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)
