"""What a hostile candidate may try to use up: memory, disk, processes, time, output. `attempts` runs them as its own.

Targets flow in; what was got flows out. None of these is ever run without a fence.
"""

import ctypes
import mmap
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

MB = 1 << 20
Targets = dict[str, Any]


def fork(aim: Targets) -> str:
    """Three hundred processes."""
    for number in range(300):
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except OSError:
            raise PermissionError(f"stopped at {number}") from None
    return "300 processes"


def memory(aim: Targets) -> str:
    """Two gigabytes in one process."""
    held = bytearray(2048 * MB)
    return f"{len(held)} bytes"


def total_memory(aim: Targets) -> str:
    """Eight children with 100 megabytes each."""
    for _ in range(aim["children"]):
        if os.fork() == 0:
            held = bytearray(100 * MB)
            held[::4096] = b"x" * len(held[::4096])
            time.sleep(30)
            os._exit(0)
    time.sleep(3)
    return "held"


def first_thread(aim: Targets) -> str:
    """400 megabytes in a second thread, when the first, by which a process is known, has ended."""
    def hold() -> None:
        time.sleep(0.3)  # until the first is gone
        held = bytearray(400 * MB)
        held[::4096] = b"x" * len(held[::4096])
        time.sleep(4)
        os._exit(0)  # nobody minded

    threading.Thread(target=hold).start()
    ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[os.uname().machine], 0)
    return "held"


def shared_map(aim: Targets) -> str:
    """800 megabytes of shared memory without a name, page by page."""
    held = mmap.mmap(-1, 800 * MB)
    for at in range(0, 800 * MB, 4096):
        held[at] = 1
    return "held"


def device_memory(aim: Targets) -> str:
    """Fill the memory that lies below /dev."""
    for number in range(20):
        Path(f"/dev/shm/fill-{number}").write_bytes(b"x" * (4 * MB))
    return "80 MB"


def one_file(aim: Targets) -> str:
    """One file of 200 megabytes."""
    with open("fill", "wb") as file:
        for _ in range(200):
            file.write(b"x" * MB)
    return "200 MB"


def many_files(aim: Targets) -> str:
    """Forty files of 5 megabytes."""
    for number in range(40):
        Path(f"fill-{number}").write_bytes(b"x" * (5 * MB))
    time.sleep(0.3)
    return "200 MB"


def empty_files(aim: Targets) -> str:
    """Files without a byte, without an end."""
    for number in range(20_000):
        Path(f"fill-{number}").touch()
    time.sleep(0.3)
    return "20,000 files"


def removed_files(aim: Targets) -> str:
    """Files without a name, held open."""
    held = []
    for number in range(40):
        held.append(os.open(f"fill-{number}", os.O_CREAT | os.O_RDWR))
        os.unlink(f"fill-{number}")
        os.write(held[-1], b"x" * (5 * MB))
    time.sleep(0.3)
    return "200 MB"


def mapped_files(aim: Targets) -> str:
    """Files without a name, mapped and closed."""
    held = []
    for number in range(20):
        file = os.open(f"fill-{number}", os.O_CREAT | os.O_RDWR)
        os.unlink(f"fill-{number}")
        os.truncate(file, 10 * MB)
        held.append(mmap.mmap(file, 10 * MB))
        os.close(file)
        held[-1].write(b"x" * (10 * MB))
        held[-1].madvise(mmap.MADV_DONTNEED)
    time.sleep(0.3)
    return "200 MB"


def hidden_folder(aim: Targets) -> str:
    """Files in a folder that its owner may not list."""
    os.mkdir("hidden", 0o300)
    for number in range(40):
        Path(f"hidden/fill-{number}").write_bytes(b"x" * (5 * MB))
    time.sleep(0.3)
    return "200 MB"


def deep_folder(aim: Targets) -> str:
    """Folders in folders, until whoever counts them falls over."""
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    time.sleep(0.3)
    return "3,000 deep"


def spin(aim: Targets) -> str:
    """Compute without an end."""
    while True:
        pass


def spin_on(aim: Targets) -> str:
    """Compute on when told that time is up."""
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    return spin(aim)


def spin_together(aim: Targets) -> str:
    """Compute in processes that each stay below the limit."""
    for _ in range(2):
        os.fork()
    return spin(aim)


def sleep(aim: Targets) -> str:
    """Wait without an end."""
    time.sleep(60)
    return "slept"


def flood(aim: Targets) -> str:
    """200 megabytes of output."""
    for _ in range(200):
        os.write(1, b"x" * MB)
    return "written"


def flood_errors(aim: Targets) -> str:
    """200 megabytes of complaints."""
    for _ in range(200):
        os.write(2, b"x" * MB)
    return "written"
