"""Try the fence: every attempt of a table is made inside a backend, and what it did is looked at from outside.

A backend flows in; for each attempt whether it was contained flows out. The word of an attempt alone counts only
against the fence: what it says was refused, is looked at on the targets.
"""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from foundling.records import BadInput
from foundling.sandbox.backends import Backend
from foundling.sandbox.limits import MB, Inputs, Limits
from foundling.sandbox.outcome import Outcome
from foundling.sandbox.running import interpreter_for, run

PROGRAMS = tuple(sorted(Path(__file__).parent.glob("attempts*.py")))
LONGEST_PLACE = 60  # the path of a socket has at most 107 characters
TIGHT = Limits(
    wall=30.0, cpu=4, memory=256 * MB, address_space=768 * MB, file_size=16 * MB, folder=32 * MB, files=300,
    processes=12,
)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One thing to try. must: what has to come of it. bare: whether it can be tried without a fence, and shows more.

    leaks: backends that are known not to contain it; docs/sandbox.md says so.
    """

    word: str
    must: Literal["work", "be refused", "be stopped"] = "be refused"
    bare: bool = True
    together: bool = False  # with others, in one process
    limits: Limits = TIGHT
    leaks: tuple[str, ...] = ()


def _table() -> tuple[Attempt, ...]:
    working = ("legit", "write_work", "subprocesses", "threads", "pair")
    reaching = (
        "tcp", "udp", "unix", "unix_datagram", "abstract", "netlink",
        "write_out", "write_ledger", "read_secret", "read_passwd", "link_to_secret", "hard_link", "through_proc",
        "list_home", "chmod_out", "utime_out", "truncate_out", "rename_out", "stdin_again", "change_inputs",
        "environment", "proc_environment", "kill_parent", "limit_other", "renice_other", "pin_other",
        "ptrace", "read_memory", "user_namespace", "clone_namespace", "clone3_namespace", "mount", "memory_file",
        "segment", "message_queue", "io_uring", "keyring", "programs", "events", "page_faults",
        "steal_descriptor", "file_handle", "watch_out", "privileges", "unfiltered",
    )
    refused = ("write_roots", "memory", "one_file")
    filling = (
        "fork", "device_memory", "total_memory", "first_thread", "many_files", "empty_files", "removed_files",
        "mapped_files", "hidden_folder", "deep_folder", "flood", "flood_errors",
    )
    return (
        *(Attempt(word=word, must="work", together=True) for word in working),
        Attempt(word="queue", must="work", leaks=("linux-landlock",)),
        *(Attempt(word=word, together=True) for word in reaching),
        *(Attempt(word=word, together=True, bare=False) for word in refused),
        Attempt(word="stat_out", together=True, leaks=("linux-landlock",)),
        *(Attempt(word=word) for word in ("descriptors", "daemon")),
        Attempt(word="old_calls", must="be stopped"),
        *(Attempt(word=word, must="be stopped", bare=False) for word in filling),
        Attempt(word="shared_map", must="be stopped", bare=False, limits=replace(TIGHT, address_space=4096 * MB)),
        *(Attempt(word=word, must="be stopped", bare=False, limits=replace(TIGHT, cpu=0.5)) for word in (
            "spin", "spin_on", "spin_together",
        )),
        Attempt(word="sleep", must="be stopped", bare=False, limits=replace(TIGHT, wall=1.0)),
    )


ATTEMPTS = {attempt.word: attempt for attempt in _table()}
AT_START = ("legit", "tcp", "read_secret", "write_out", "kill_parent", "user_namespace", "daemon")


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of one attempt: `held` when the fence did as it must; `said` is the attempt's word or how it ended."""

    word: str
    held: bool
    said: str


@dataclass(kw_only=True)
class Targets:
    """Things outside that an attempt may reach for, and whether they are as they were."""

    aim: dict[str, Any]
    victim: subprocess.Popen[bytes]
    listening: list[socket.socket] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """All that an attempt could have changed."""
        outside = Path(self.aim["outside"])
        files = {
            path.name: (path.read_bytes(), (facts := path.stat()).st_mode, facts.st_mtime_ns, facts.st_nlink)
            for path in sorted(outside.iterdir()) if path.is_file()
        }
        number, of_process = self.victim.pid, {}
        if self.victim.poll() is None and sys.platform == "linux":
            of_process = {
                "limits": Path(f"/proc/{number}/limits").read_bytes(), "affinity": os.sched_getaffinity(number),
                "priority": os.getpriority(os.PRIO_PROCESS, number),
            }
        return {"files": files, "alive": self.victim.poll() is None} | of_process

    def touched(self) -> str:
        """What is not as it was, or who called; nothing when all is well."""
        now = self.state()
        changed = [name for name in now if now[name] != self.before.get(name)]
        for service in self.listening:
            with contextlib.suppress(BlockingIOError):
                _called(service)
                changed.append("a service")
        if alive(self.aim["token"]):
            changed.append("a process that lives on")
        return ", ".join(changed)


def _called(service: socket.socket) -> None:
    if service.type == socket.SOCK_DGRAM:
        service.recv(10)
    else:
        service.accept()[0].close()


def alive(token: str) -> list[int]:
    """Processes with this word in their command line."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")) if os.path.isdir("/proc") else ():
        with contextlib.suppress(OSError):
            if token.encode() in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0"):
                found.append(int(number))
    return found


def _service(kind: socket.SocketKind, address: Any) -> socket.socket:
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    service = socket.socket(family, kind)
    service.bind(address)
    if kind == socket.SOCK_STREAM:
        service.listen(4)
    service.setblocking(False)
    return service


@contextlib.contextmanager
def targets() -> Iterator[Targets]:
    """A home with a secret and a ledger, services that listen, and a process to attack; all gone afterwards."""
    place = "/tmp" if len(tempfile.gettempdir()) > LONGEST_PLACE else None
    with tempfile.TemporaryDirectory(prefix="foundling-aim-", dir=place) as made, contextlib.ExitStack() as stack:
        outside, token = Path(made), secrets.token_hex(8)
        secret, ledger = outside / "heldout.txt", outside / "ledger.db"
        for path in (secret, ledger):
            path.write_text(f"{path.name} {token}", encoding="utf-8")
        abstract = [f"\0{token}"] if sys.platform == "linux" else []
        listening = [stack.enter_context(_service(kind, address)) for kind, address in (
            (socket.SOCK_STREAM, ("127.0.0.1", 0)), (socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            (socket.SOCK_STREAM, str(outside / "service")), (socket.SOCK_DGRAM, str(outside / "datagrams")),
            *((socket.SOCK_STREAM, name) for name in abstract),
        )]
        victim = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"], env={"FOUNDLING_KEY": token},
        )
        try:
            found = Targets(listening=listening, victim=victim, aim={
                "outside": made, "secret": str(secret), "ledger": str(ledger), "token": token, "victim": victim.pid,
                "tcp": listening[0].getsockname()[1], "udp": listening[1].getsockname()[1], "abstract": token,
                "unix": str(outside / "service"), "datagram": str(outside / "datagrams"), "variable": "FOUNDLING_KEY",
                "children": 8,
            })
            found.before = found.state()
            yield found
        finally:
            victim.kill()
            victim.wait()


def said(outcome: Outcome, words: Sequence[str]) -> dict[str, dict[str, str]]:
    """What each attempt said; where that is missing, how the run ended."""
    try:
        told = json.loads(outcome.output[:100_000]) if outcome.clean else {}
    except ValueError:
        told = {}
    how = {"signal": f"signal {-outcome.code}", "exit": f"exit {outcome.code}"}.get(outcome.ended, outcome.ended)
    return {word: told.get(word) or {"ended": how} for word in words}


def judge(attempt: Attempt, told: dict[str, str], touched: str) -> Tried:
    """Whether the fence held: by what the attempt said, how it ended, and what is not as it was."""
    ended = told.get("ended", "")
    if attempt.must == "work":
        held = "got" in told
    else:
        held = "refused" in told or (bool(ended) and not ended.startswith(("exit", "failed")))
    words = " ".join(f"{key}: {value.strip()}" for key, value in told.items())
    if attempt.word in ("udp", "daemon") and "got" in told:  # they may believe so: what counts is seen from outside
        held, words = True, f"{words}, and nothing was seen of it"
    words += f"; touched: {touched}" if touched else ""
    return Tried(word=attempt.word, held=held and not touched, said=words)


def _make(
    backend: Backend, words: Sequence[str], limits: Limits, found: Targets
) -> tuple[dict[str, dict[str, str]], str]:
    """Make these attempts in one process inside: what each said, and what is not as it was."""
    inputs = Inputs(files={path.name: path.read_bytes() for path in PROGRAMS} | {
        "targets.json": json.dumps(found.aim).encode()
    })
    command = interpreter_for(backend).command("../in/attempts.py", ",".join(words), "../in/targets.json")
    told = said(run(command, inputs, limits, backend=backend), words)
    touched = found.touched()
    found.before = found.state()  # what one has done is not held against the next
    return told, touched


def try_all(backend: Backend, words: Sequence[str] = AT_START) -> tuple[Tried, ...]:
    """Make each of these attempts, in their order: what can be, in one process, and alone where that goes wrong.

    Where no Python can be given to a candidate none holds, and each says why.
    """
    try:
        interpreter_for(backend)
    except BadInput as fault:
        return tuple(Tried(word=word, held=False, said=str(fault)) for word in words)
    held: dict[str, Tried] = {}
    together = [word for word in words if ATTEMPTS[word].together]
    with targets() as found:
        if together:
            told, touched = _make(backend, together, TIGHT, found)
            if not touched and all("ended" not in each for each in told.values()):
                held = {word: judge(ATTEMPTS[word], told[word], "") for word in together}
        for word in words:
            if word not in held:
                told, touched = _make(backend, [word], ATTEMPTS[word].limits, found)
                held[word] = judge(ATTEMPTS[word], told[word], touched)
    return tuple(held[word] for word in words)
