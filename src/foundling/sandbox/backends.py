"""The ways to fence a command in, each a value: a job flows in, the command line that jails it flows out.

Which of them works here is not asked of the platform's name: `choosing` tries them.
"""

import contextlib
import ctypes
import functools
import os
import platform
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foundling.sandbox.interpreter import SYSTEM, Interpreter
from foundling.sandbox.limits import MB, Limits

CONFINE = Path(__file__).with_name("confine.py")
PATH, BOX = "/usr/bin:/bin", "/job/box"
DEVICES = 16 * MB  # of /dev/shm


@dataclass(frozen=True, kw_only=True)
class Job:
    """A command to be jailed. folder: holds `in` (files to read), and `box` (to work in) where a backend needs one."""

    command: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    mounts: tuple[Path, ...]
    lists: tuple[Path, ...]
    hidden: tuple[Path, ...]
    limits: Limits
    python: Interpreter  # runs confine.py

    def surroundings(self, box: str, path: str) -> dict[str, str]:
        """The whole environment of the command, which works in `box`."""
        return {"PATH": path, "HOME": box, "TMPDIR": box, "LANG": "C.UTF-8"} | self.environment


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One way. own_folder: its work folder is made inside and is bounded as a whole; hands: confine.py runs in it."""

    name: str
    version: str
    jail: Callable[[Job], list[str]]
    own_folder: bool = False
    hands: bool = True
    experimental: bool = False


def _words(environment: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in environment.items()]


def throwaway() -> int | None:
    """A user that nobody is, for one run, where we may become one: limits of processes do not bind root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    first, _, count = map(int, Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()[0].split())
    return first + count // 4 + secrets.randbelow(count // 4) if count > 4000 else None


def _limits(limits: Limits, processes: int) -> list[str]:
    """What the kernel bounds, of one process each; a core of one byte is never written, not even to a pipe."""
    bounds = {
        "nproc": processes, "as": limits.address_space, "fsize": limits.file_size,
        "cpu": int(limits.cpu) + 1,  # the warden, who counts all processes, comes first
        "nofile": limits.open_files, "core": 1, "msgqueue": 0,
    }
    return [word for name, value in bounds.items() for word in ("--limit", f"{name}={value}")]


def _user(user: int | None) -> list[str]:
    return [] if user is None else ["--user", str(user)]


def bubblewrap(job: Job) -> list[str]:
    """Namespaces of its own: of files nothing but the system's and what is mounted, no network, no other process."""
    user, limits = throwaway(), job.limits
    # Without --as-pid-1 an unfiltered process of bubblewrap stays inside, whose memory the same user could write.
    spaces, rights = ["--unshare-all", "--as-pid-1"], []
    if user is not None:  # root needs no user namespace, and with one it would still be root outside
        spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        rights = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # confine.py gives them up
    command = ["bwrap", *spaces, "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL", *rights]
    command += ["--hostname", "eval", "--ro-bind", "/usr", "/usr"]
    for path in map(Path, ("/bin", "/lib", "/lib64", "/lib32")):
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    command += ["--proc", "/proc", "--dev", "/dev"]
    # Where the system's compiler is a link that leads through /etc (Debian's cc, Fedora's ld).
    command += ["--perms", "0755", "--dir", "/etc", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
    command += ["--perms", "1777", "--size", str(DEVICES), "--tmpfs", "/dev/shm"]
    command += ["--perms", "1777", "--size", str(limits.folder), "--tmpfs", BOX]
    command += _mounted(job)
    command += ["--ro-bind", str(job.folder / "in"), "/job/in", "--ro-bind", str(CONFINE), "/job/confine.py"]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", BOX]
    for name, value in job.surroundings(BOX, PATH).items():
        command += ["--setenv", name, value]
    command += [str(job.python.executable), "-I", "-S", "-B", "/job/confine.py", "--hand", "{hand}"]
    return [*command, *_limits(limits, limits.processes), *_user(user), "--", *job.command]


def _mounted(job: Job) -> list[str]:
    """What is mounted, and what is hidden in it: a folder comes before what lies in it."""
    shown = {path for path in job.mounts if not path.is_relative_to(SYSTEM)}
    shown |= {path for path in job.mounts for folder in job.hidden if path.is_relative_to(folder)}
    words: list[str] = []
    for folder in sorted({above for path in shown for above in path.parents} - {Path("/")}):
        if not folder.is_relative_to(SYSTEM) and not any(map(folder.is_relative_to, (*shown, *job.hidden))):
            words += ["--perms", "0755", "--dir", str(folder)]  # else a folder of root's keeps its own user out
    for path in sorted({*shown, *job.hidden}):
        hide = ["--perms", "0755", "--size", "65536", "--tmpfs", str(path)]
        words += hide if path in job.hidden else ["--ro-bind", str(path), str(path)]
    return words + [word for path in job.hidden for word in ("--remount-ro", str(path))]


def tasks_of(user: int) -> int:
    """How many processes and threads a user has now: without namespaces a limit of processes counts them all."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            count += len(os.listdir(process / "task")) if process.stat().st_uid == user else 0
    return count


def landlock(job: Job) -> list[str]:
    """Rules of the kernel about files and signals, where namespaces are refused. Names and sizes stay visible."""
    user, limits, box = throwaway(), job.limits, str(job.folder / "box")
    reads = [
        "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/dev/urandom",
        "/proc/cpuinfo",  # without it torch takes other kernels and gives other bits
        *map(str, job.mounts), str(job.folder / "in"),
    ]
    processes = limits.processes if user is not None else tasks_of(os.geteuid()) + limits.processes
    return [
        "/usr/bin/env", "-i", *_words(job.surroundings(box, PATH)),
        "timeout", "-k", "1", str(limits.wall + 5),  # should the warden itself be killed
        str(job.python.executable), "-I", "-S", "-B", str(CONFINE), "--hand", "{hand}", *_limits(limits, processes),
        "--write", box, *(word for path in reads for word in ("--read", path)),
        *(word for path in job.lists for word in ("--list", str(path))), *_user(user), "--", *job.command,
    ]


def seatbelt(job: Job) -> list[str]:
    """macOS: the pattern of others, and never run by us."""
    box = job.folder / "box"
    reads = "".join(
        f'(subpath "{path}")' for path in ("/usr", "/System", "/Library", "/bin", "/dev", *job.mounts, job.folder)
    )
    profile = (
        "(version 1)(deny default)(allow process-exec)(allow process-fork)(allow sysctl-read)"
        f'(allow file-read* {reads})(allow file-write* (subpath "{box}") (literal "/dev/null"))'
    )
    words = _words(job.surroundings(str(box), PATH))
    return ["/usr/bin/env", "-i", *words, "sandbox-exec", "-p", profile, *job.command]


def nothing(job: Job) -> list[str]:
    """No fence at all: only what the warden watches. For a person who has read the code and says so."""
    given = job.surroundings(str(job.folder / "box"), os.environ.get("PATH", PATH))
    return ["/usr/bin/env", "-i", *_words(given), *job.command]


NONE = Backend(name="none", version="", jail=nothing, hands=False)


@functools.cache
def installed() -> tuple[Backend, ...]:
    """What could be tried on this machine, the stronger first; whether it works is another question."""
    found = []
    if sys.platform == "linux" and shutil.which("bwrap"):
        told = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False).stdout.split()
        found.append(Backend(name="linux-bwrap", version=" ".join(told), jail=bubblewrap, own_folder=True))
    if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
        abi = ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1)
        if abi > 0:
            found.append(Backend(name="linux-landlock", version=f"Landlock ABI {abi}", jail=landlock))
    if sys.platform == "darwin" and shutil.which("sandbox-exec"):
        found.append(Backend(
            name="macos-seatbelt", version=platform.mac_ver()[0], jail=seatbelt, hands=False, experimental=True
        ))
    return tuple(found)
