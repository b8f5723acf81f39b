"""Watches one jailed command from outside: a job on stdin, what came of it on stdout. It stands alone, with no policy.

A process of its own, with one thread, so that whatever a candidate leaves behind becomes its child and is found. Every
50 ms it adds up what the candidate's processes hold and use, and kills them all when a limit is passed, or when
whoever gave the job has gone. Results are read after the last of them is dead, and never through a link or a pipe.
"""

import base64
import contextlib
import ctypes
import hashlib
import json
import math
import os
import resource
import selectors
import signal
import socket
import stat
import subprocess
import sys
import time
from typing import Any

TICK, PIPE, DEEPEST = 0.05, 1 << 16, 32
SUBREAPER = 36
PAGE, CLOCK = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
BY_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")


def _children_of(number: int) -> list[int]:
    """The children of one process, as its threads list them."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{number}/task"):
            with open(f"/proc/{number}/task/{task}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    except OSError:  # it is gone
        pass
    return found


def _parents() -> dict[int, list[int]]:
    """Children by parent, of all processes there are: where a kernel lists no children, and where there is no /proc."""
    table: dict[int, list[int]] = {}
    if os.path.isdir("/proc/self"):
        pairs = [(number, _stat(number)[1:2]) for number in map(int, filter(str.isdigit, os.listdir("/proc")))]
    else:
        done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)
        pairs = [(int(line.split()[0]), line.split()[1:2]) for line in done.stdout.splitlines()]
    for number, parent in pairs:
        table.setdefault(int(parent[0]) if parent else 0, []).append(number)
    return table


def _stat(number: int | str) -> list[str]:
    """What the kernel says of a process, or of `PROCESS/task/THREAD`, from its state on; nothing when it is gone."""
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def _tasks(number: int) -> list[str]:
    """The threads of a process, below /proc: its first may have ended, and shows neither memory nor files then."""
    try:
        return [f"{number}/task/{task}" for task in os.listdir(f"/proc/{number}/task")]
    except OSError:
        return []


def _resident(number: int, fields: list[str]) -> int:
    """Pages in memory: where the first thread has ended, by the word of one that lives."""
    if fields[0] not in "ZX":
        return int(fields[21])
    told = (task for task in map(_stat, _tasks(number)) if task and task[0] not in "ZX")
    return max((int(task[21]) for task in told), default=0)


def descendants() -> list[int]:
    """All that came of this process and is there. Orphans too: it is their reaper."""
    table = None if BY_CHILDREN else _parents()
    found, at = [os.getpid()], 0
    while at < len(found):
        found += _children_of(found[at]) if table is None else table.get(found[at], [])
        at += 1
    return found[1:]


class Use:
    """What the tree uses: bytes resident now, seconds of computing so far, processes now; and the most of each."""

    def __init__(self) -> None:
        self.seconds: dict[tuple[int, str], float] = {}
        self.memory = self.peak = self.processes = 0
        self.whole = 0.0  # with children that came and went between two looks

    def look(self) -> None:
        """Read it anew."""
        self.memory = self.processes = 0
        buried = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole = buried.ru_utime + buried.ru_stime
        for number in descendants():
            fields = _stat(number)
            if not fields:
                self._ask(number)
                continue
            whole += sum(map(int, fields[11:15])) / CLOCK  # its own, and those of its children that are buried
            self.seconds[number, fields[19]] = (int(fields[11]) + int(fields[12])) / CLOCK
            if fields[0] in "ZX" and len(_tasks(number)) < 2:
                continue
            self.processes += int(fields[17])  # its threads
            self.memory += _resident(number, fields) * PAGE
        self.whole = max(self.whole, whole)
        self.peak = max(self.peak, self.memory)

    def _ask(self, number: int) -> None:
        """Where there is no /proc: `ps` knows memory in kilobytes."""
        if os.path.isdir("/proc/self"):
            return
        done = subprocess.run(["ps", "-o", "rss=", "-p", str(number)], capture_output=True, text=True, check=False)
        self.memory += int(done.stdout.split()[0]) * 1024 if done.stdout.split() else 0
        self.processes += 1

    @property
    def cpu(self) -> float:
        """Seconds of computing of all processes that were ever seen, and of those whose parent buried them."""
        return max(self.whole, sum(self.seconds.values()))


def kill_all() -> None:
    """Kill whatever came of us until nothing is left, and bury it. A fork cannot outrun it: groups die at once."""
    while True:
        for number in descendants():
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(number, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def fill(folder: int) -> tuple[int, int]:
    """Bytes and entries of a work folder that is a file system of its own."""
    system = os.fstatvfs(folder)
    return (system.f_blocks - system.f_bfree) * system.f_frsize, system.f_files - system.f_ffree


def count(folder: int, depth: int = 0) -> tuple[int, float]:
    """Bytes and entries of a work folder on a disk that others use too. What cannot be counted counts as endless."""
    size, entries = 0, 0.0
    try:
        for entry in os.scandir(folder):
            entries += 1
            with contextlib.suppress(FileNotFoundError):  # removed while we looked: the others still count
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    if depth > DEEPEST:
                        return size, math.inf
                    below = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                    try:
                        more, inside = count(below, depth + 1)
                    finally:
                        os.close(below)
                    size, entries = size + more, entries + inside
    except FileNotFoundError:  # the folder itself
        pass
    except OSError:  # a folder that even its owner may not read
        entries = math.inf
    return size, entries


def unnamed(box: str) -> int:
    """Bytes of files on this disk that a candidate holds open, or mapped, and has removed: no folder shows them."""
    sizes: dict[int, int] = {}
    device = os.stat(box).st_dev
    for tasks in map(_tasks, descendants()):
        for task in tasks:  # a thread may have descriptors of its own
            with contextlib.suppress(OSError):
                for name in os.listdir(f"/proc/{task}/fd"):
                    with contextlib.suppress(OSError):
                        facts = os.stat(f"/proc/{task}/fd/{name}")
                        if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 0 and facts.st_dev == device:
                            sizes[facts.st_ino] = facts.st_blocks * 512
        for line in next(filter(None, map(_maps, tasks)), []):  # memory is that of all
            place, _, _, _, node, *path = line.split(maxsplit=5)
            if path and path[0].startswith(box) and path[0].endswith("(deleted)\n"):
                start, _, end = place.partition("-")
                sizes.setdefault(int(node), int(end, 16) - int(start, 16))
    return sum(sizes.values())


def _maps(task: str) -> list[str]:
    """What a thread has mapped; nothing when it has ended."""
    try:
        with open(f"/proc/{task}/maps", encoding="utf-8", errors="replace") as maps:
            return maps.readlines()
    except OSError:
        return []


def received(end: socket.socket) -> int | None:
    """The descriptor of the work folder. It comes when all is confined, and just before the candidate begins."""
    try:
        handles = socket.recv_fds(end, 1, 1)[1]
    except OSError:
        return None
    return handles[0] if handles else None


class Watch:
    """One run: the process, what it wrote so far, and why it was ended, if it was."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.limits: dict[str, float] = job["limits"]
        self.ended, self.use, self.said = "", Use(), {1: bytearray(), 2: bytearray()}
        self.end, theirs = socket.socketpair()
        self.box: str = job["box"] or ""
        self.fill = count if self.box else fill
        self.folder = None if job["hands"] else os.open(self.box, os.O_RDONLY | os.O_DIRECTORY)
        command = [str(theirs.fileno()) if word == "{hand}" else word for word in job["command"]]
        self.began = time.monotonic()
        with open(job["stdin"], "rb") as stdin, theirs:
            self.process = subprocess.Popen(
                command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=job["environment"],
                cwd=self.box or "/", start_new_session=True, pass_fds=(theirs.fileno(),) if job["hands"] else (),
                preexec_fn=_take_first,
            )
        self.end.setblocking(False)

    def over(self) -> str:
        """The limit that is passed now, or nothing."""
        self.use.look()
        if self.folder is None:
            self.folder = received(self.end)
        size, entries = self.fill(self.folder) if self.folder is not None else (0, 0)
        size += unnamed(self.box) if self.box else 0
        checks = (
            ("wall", time.monotonic() - self.began, "wall"), ("cpu", self.use.cpu, "cpu"),
            ("memory", self.use.memory, "memory"), ("processes", self.use.processes, "tasks"),
            ("folder", size, "folder"), ("folder", entries, "files"),
        )
        return next((name for name, value, limit in checks if value > self.limits[limit]), "")

    def run(self) -> None:
        """Read what it says and look at it every 50 ms, until it ends or must."""
        assert self.process.stdout is not None and self.process.stderr is not None
        with selectors.DefaultSelector() as ready:
            for number, stream in ((1, self.process.stdout), (2, self.process.stderr), (0, sys.stdin.buffer)):
                ready.register(stream, selectors.EVENT_READ, number)
            due = time.monotonic()
            while self.process.poll() is None and not self.ended:
                silent = len(ready.get_map()) == 1  # it has closed both, or has just ended
                for key, _ in ready.select(0.003 if silent else max(0.0, due - time.monotonic())):
                    got = os.read(key.fd, PIPE)
                    if key.data:
                        self.said[key.data] += got
                        if len(self.said[key.data]) > self.limits["output"]:
                            self.ended = "output"
                    if not got and key.data == 0:
                        self.ended = "wall"  # whoever wanted to know has gone
                    if not got:
                        ready.unregister(key.fileobj)
                if time.monotonic() >= due:
                    self.ended = self.ended or self.over()
                    due = time.monotonic() + TICK
        if self.folder is None:
            self.folder = received(self.end)

    def finish(self) -> None:
        """End whatever is left, and read what is still in the pipes, as much as is allowed."""
        code = self.process.poll()
        kill_all()
        self.process.returncode = code if code is not None else -signal.SIGKILL
        self.wall = time.monotonic() - self.began
        for number, stream in ((1, self.process.stdout), (2, self.process.stderr)):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            most = int(self.limits["output"])
            while len(self.said[number]) <= most and (more := stream.read(PIPE)):
                self.said[number] += more
            if len(self.said[number]) > most:
                self.ended = self.ended or "output"
                del self.said[number][most:]


def _take_first() -> None:
    """In the child: when memory runs out, the kernel takes the candidate before anything of ours."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")
    except OSError:
        pass


def take(folder: int, name: str, into: str, most: int) -> dict[str, Any]:
    """Copy one result out of a dead candidate's folder. Raises OSError or ValueError for whatever is no plain file."""
    opened, at = [], folder
    try:
        *parts, last = name.split("/")
        for part in parts:
            at = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            opened.append(at)
        file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        opened.append(file)
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
            raise ValueError("it is no plain file of its own")
        if facts.st_size > most:
            raise ValueError(f"it has {facts.st_size} bytes, and {most} are allowed")
        digest, size = hashlib.sha256(), 0
        os.makedirs(os.path.dirname(os.path.join(into, name)), exist_ok=True)
        with open(os.path.join(into, name), "xb") as copy:
            while more := os.read(file, 1 << 20):
                copy.write(more)
                digest.update(more)
                size += len(more)
        return {"sha256": digest.hexdigest(), "size": size}
    finally:
        for handle in opened:
            os.close(handle)


def taken(job: dict[str, Any], folder: int | None) -> tuple[dict[str, Any], dict[str, str]]:
    """The wanted results that are there, and why each other one was not taken."""
    results, refused = {}, {}
    for name in job["results"]:
        try:
            if folder is None:
                raise ValueError("there is no work folder")
            results[name] = take(folder, name, job["into"], int(job["limits"]["file_size"]))
        except FileNotFoundError:
            refused[name] = "it is not there"
        except (OSError, ValueError) as fault:
            refused[name] = getattr(fault, "strerror", None) or str(fault)
    return results, refused


def clear(folder: str) -> None:
    """Remove a work folder, however deep and forbidding it was left."""
    for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        subprocess.run([*command, "--", folder], capture_output=True, check=False)


def main() -> None:
    """One job, to its end."""
    job = json.loads(sys.stdin.buffer.readline())
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    watch = Watch(job)
    try:
        watch.run()
    finally:
        watch.finish()
    used, code = resource.getrusage(resource.RUSAGE_CHILDREN), watch.process.returncode
    results, refused = taken(job, watch.folder)
    if job["box"]:
        clear(job["box"])
    if job["hands"] and code > 128:
        code = 128 - code  # bwrap, timeout and shells say it in this way
    cpu = max(watch.use.cpu, used.ru_utime + used.ru_stime)
    ended = watch.ended or ("failed" if watch.folder is None else "exit" if code >= 0 else "signal")
    if (ended == "signal" and cpu > 0.95 * job["limits"]["cpu"]) or (ended == "exit" and cpu > job["limits"]["cpu"]):
        ended = "cpu"  # the kernel was first, or the end came between two looks
    json.dump({
        "ended": ended, "code": code, "wall": watch.wall, "cpu": cpu,
        "peak": max(watch.use.peak, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)),
        "output": base64.b64encode(watch.said[1]).decode(), "errors": base64.b64encode(watch.said[2]).decode(),
        "results": results, "refused": refused,
    }, sys.stdout)


if __name__ == "__main__":
    main()
