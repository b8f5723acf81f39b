"""What a hostile candidate may try with plain Python: one function each, run inside a sandbox, never imported by us.

attempts.py WORD[,WORD...] TARGETS.json: things to reach flow in; one JSON object says what each got, or by what it was
refused. An attempt that gets nothing raises. It changes nothing but what it was given as a target.
"""

import contextlib
import json
import os
import resource
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Targets = dict[str, Any]


def legit(aim: Targets) -> str:
    """Honest work goes on."""
    return str(sum(number * number for number in range(1000)))


def write_work(aim: Targets) -> str:
    """A file in the work folder."""
    Path("folder").mkdir()
    Path("folder/mine.txt").write_text("kept", encoding="utf-8")
    return Path("folder/mine.txt").read_text(encoding="utf-8")


def subprocesses(aim: Targets) -> str:
    """A child process."""
    return subprocess.run([sys.executable, "-I", "-S", "-c", "print(6 * 7)"], capture_output=True, text=True).stdout


def threads(aim: Targets) -> str:
    """Two threads."""
    said: list[int] = []
    workers = [threading.Thread(target=said.append, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return str(sorted(said))


def pair(aim: Targets) -> str:
    """Two connected sockets of one's own, as asyncio and multiprocessing need them."""
    one, other = socket.socketpair()
    one.sendall(b"to myself")
    return other.recv(20).decode()


def queue(aim: Targets) -> str:
    """A queue between processes, which keeps its lock in shared memory."""
    import multiprocessing

    made: Any = multiprocessing.get_context("fork").Queue()
    made.put("through")
    return str(made.get(timeout=2))


def tcp(aim: Targets) -> str:
    """Connect to a service of this machine."""
    with socket.create_connection(("127.0.0.1", aim["tcp"]), timeout=2) as found:
        found.sendall(b"out")
    return "connected"


def udp(aim: Targets) -> str:
    """Send a datagram to a service of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"out", ("127.0.0.1", aim["udp"]))
    return "sent"


def unix(aim: Targets) -> str:
    """Connect to a service's socket in the file system."""
    with socket.socket(socket.AF_UNIX) as found:
        found.connect(aim["unix"])
    return "connected"


def unix_datagram(aim: Targets) -> str:
    """Write to a service's socket without ever making one: half of a pair can send to any path."""
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"out", aim["datagram"])
    return "sent"


def abstract(aim: Targets) -> str:
    """Connect to an abstract socket, which no file system hides."""
    with socket.socket(socket.AF_UNIX) as found:
        found.connect("\0" + aim["abstract"])
    return "connected"


def netlink(aim: Targets) -> str:
    """Talk to the kernel about its network."""
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    return "opened"


def write_out(aim: Targets) -> str:
    """Write beside a home."""
    Path(aim["outside"], "left-behind").write_text("I was here", encoding="utf-8")
    return "written"


def write_ledger(aim: Targets) -> str:
    """Add a verdict to the ledger."""
    with open(aim["ledger"], "ab") as ledger:
        ledger.write(b"better\n")
    return "written"


def read_secret(aim: Targets) -> str:
    """Read the held-out text."""
    return Path(aim["secret"]).read_text(encoding="utf-8")


def read_passwd(aim: Targets) -> str:
    """Read who lives on this machine."""
    return Path("/etc/passwd").read_text(encoding="utf-8")[:40]


def link_to_secret(aim: Targets) -> str:
    """Read the held-out text through a link of one's own."""
    os.symlink(aim["secret"], "mine")
    return Path("mine").read_text(encoding="utf-8")


def hard_link(aim: Targets) -> str:
    """Take a second name of the held-out text."""
    os.link(aim["secret"], "mine")
    return Path("mine").read_text(encoding="utf-8")


def through_proc(aim: Targets) -> str:
    """Leave through the root of another process."""
    for number in (1, os.getppid(), aim["victim"]):
        found = Path(f"/proc/{number}/root{aim['secret']}")
        try:
            return found.read_text(encoding="utf-8")
        except OSError as fault:
            last = fault
    raise last


def list_home(aim: Targets) -> str:
    """See what a home holds."""
    return str(os.listdir(aim["outside"]))


def stat_out(aim: Targets) -> str:
    """See how large the held-out text is."""
    return str(os.stat(aim["secret"]).st_size)


def chmod_out(aim: Targets) -> str:
    """Open a file of the owner's to everybody."""
    os.chmod(aim["secret"], 0o666)
    return "opened"


def utime_out(aim: Targets) -> str:
    """Change when the held-out text was written."""
    os.utime(aim["secret"], (1, 1))
    return "changed"


def truncate_out(aim: Targets) -> str:
    """Empty the ledger by its path, without opening it."""
    os.truncate(aim["ledger"], 0)
    return "emptied"


def rename_out(aim: Targets) -> str:
    """Put a file of one's own in the place of the ledger."""
    Path("mine").write_text("better", encoding="utf-8")
    os.replace("mine", aim["ledger"])
    return "replaced"


def stdin_again(aim: Targets) -> str:
    """Open one's own stdin anew, for writing."""
    with open("/proc/self/fd/0", "wb") as mine:
        mine.write(b"x" * 1000)
    return "written"


def change_inputs(aim: Targets) -> str:
    """Rewrite the program that is being judged."""
    with open(__file__, "ab") as mine:
        mine.write(b"\n")
    return "written"


def write_roots(aim: Targets) -> str:
    """Fill a folder that is no work folder."""
    for place in ("/left-behind", "/dev/left-behind", "/job/left-behind", "../../left-behind", "/usr/left-behind"):
        try:
            Path(place).write_text("x", encoding="utf-8")
            return place
        except OSError as fault:
            last = fault
    raise last


def environment(aim: Targets) -> str:
    """Find a key in the environment."""
    return os.environ[aim["variable"]]


def proc_environment(aim: Targets) -> str:
    """Find a key in another process's environment."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            if aim["token"].encode() in Path(f"/proc/{number}/environ").read_bytes():
                return number
        except OSError:
            pass
    raise PermissionError("no process shows it")


def descriptors(aim: Targets) -> str:
    """Use what was left open."""
    still = [number for number in range(3, 200) if _open(number)]
    if not still:
        raise PermissionError("none is open")
    return str(still)


def _open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def kill_parent(aim: Targets) -> str:
    """End a process of the same user."""
    os.kill(aim["victim"], signal.SIGTERM)
    return "sent"


def limit_other(aim: Targets) -> str:
    """Take the memory from a process of the same user."""
    prlimit: Any = resource.prlimit
    prlimit(aim["victim"], resource.RLIMIT_NOFILE, (7, 7))
    return "taken"


def renice_other(aim: Targets) -> str:
    """Slow down a process of the same user."""
    os.setpriority(os.PRIO_PROCESS, aim["victim"], 19)
    return "slowed"


def pin_other(aim: Targets) -> str:
    """Say on which processor another process may run."""
    affinity: Any = os.sched_setaffinity
    affinity(aim["victim"], {0})
    return "pinned"


def unfiltered(aim: Targets) -> str:
    """Write into the memory of a process that stands in the same fence without its filter."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        status = Path(f"/proc/{number}/status").read_text(encoding="utf-8")
        if int(number) != os.getpid() and "Seccomp:\t0" in status:
            with contextlib.suppress(OSError), open(f"/proc/{number}/mem", "r+b"):
                return f"process {number}"
    raise PermissionError("there is none")


def daemon(aim: Targets) -> str:
    """Live on after the end: leave session and group, fork twice."""
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            os.setsid()
        if os.fork() == 0:
            for number in (0, 1, 2):
                os.close(number)
            os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", "import time; time.sleep(30)", aim["token"]])
        os._exit(0)
    os.wait()
    time.sleep(0.3)
    return "left"


def tried(word: str, aim: Targets) -> dict[str, str]:
    """What came of one, in a folder of its own."""
    beside = (runpy.run_path(str(path)) for path in Path(__file__).parent.glob("attempts_*.py"))
    attempt: Callable[[Targets], str] = next(table[word] for table in (globals(), *beside) if word in table)
    work = os.getcwd()
    os.mkdir(word)
    os.chdir(word)
    try:
        return {"got": attempt(aim)}
    except Exception as fault:  # whatever it was refused by
        return {"refused": f"{type(fault).__name__}: {fault}"}
    finally:
        os.chdir(work)


def main() -> None:
    """Try them, and say what came of each."""
    aim: Targets = json.loads(Path(sys.argv[2]).read_bytes())
    sys.stdout.write(json.dumps({word: tried(word, aim) for word in sys.argv[1].split(",")}) + "\n")


if __name__ == "__main__":
    main()
