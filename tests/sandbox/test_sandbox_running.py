"""One run: what it cost, how it ended, that it is the same run, and that nothing of it lives on, whoever dies first."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from foundling.records import BadInput
from foundling.sandbox import FUNCTION, MB, NONE, Backend, Inputs, Limits, Outcome, choose, choosing, trying, warden
from foundling.sandbox.interpreter import Interpreter
from foundling.sandbox.running import interpreter_for, run
from foundling.sandbox.trying import AT_START, Tried, alive

SOURCE = Path(__file__).parents[2] / "src"


def tried(backend: Backend, program: str, limits: Limits = FUNCTION, **given: object) -> Outcome:
    inputs = replace(Inputs(files={"program.py": program.encode()}), **given)
    return run(interpreter_for(backend).command("../in/program.py"), inputs, limits, backend=backend)


def test_figures_are_those_of_the_run(backend: Backend) -> None:
    program = "x = bytearray(60 << 20); x[::4096] = b'x' * len(x[::4096])\nfor _ in range(3 * 10**6): pass"
    found = tried(backend, program)
    assert found.clean and found.backend == backend.name
    assert 60 * MB < found.peak < 200 * MB
    assert 0.02 < found.cpu < 10 and found.cpu < found.wall * 2.5


def test_stdin_and_output_and_errors_are_apart(backend: Backend) -> None:
    found = tried(backend, "import sys; print(sys.stdin.read()[::-1]); sys.stderr.write('no')", stdin=b"abc")
    assert (found.output, found.errors, found.clean) == (b"cba\n", b"no", True)


@pytest.mark.parametrize(("program", "ended", "code"), [
    ("import sys; sys.exit(3)", "exit", 3), ("1 / 0", "exit", 1),
    ("import ctypes; ctypes.string_at(0)", "signal", -11),
])
def test_how_it_ended(backend: Backend, program: str, ended: str, code: int) -> None:
    found = tried(backend, program)
    assert (found.ended, found.code) == (ended, code)


def test_output_is_cut_at_its_limit(backend: Backend) -> None:
    found = tried(backend, "print('x' * (1 << 20))", replace(FUNCTION, output=1000))
    assert found.ended == "output" and len(found.output) == 1000


def test_a_tree_that_is_too_large_is_ended_soon(backend: Backend) -> None:
    """The limit is passed only by what can be filled within a look: here four children at once."""
    program = (
        "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        x = bytearray(90 << 20)\n"
        "        x[::4096] = b'x' * len(x[::4096])\n        time.sleep(20)\ntime.sleep(20)"
    )
    found = tried(backend, program, replace(FUNCTION, memory=120 * MB, processes=8))
    assert found.ended == "memory" and 120 * MB < found.peak < 450 * MB


FORKING = """
import os, time
until = time.monotonic() + 15
while time.monotonic() < until:
    if os.fork() == 0:
        for _ in range(300_000): pass
        os._exit(0)
    os.wait()
"""


def test_children_that_come_and_go_between_two_looks_count(backend: Backend) -> None:
    """Each lives for some milliseconds; their parent, who buries them, hardly computes."""
    found = tried(backend, FORKING, replace(FUNCTION, cpu=1.0, wall=60.0))
    assert found.ended == "cpu" and found.cpu > 1.0


def test_files_do_not_fly_where_a_folder_shares_its_disk(backend: Backend) -> None:
    """In a message between two sockets of one's own a removed file is counted by nobody."""
    program = (
        "import os, socket\none, other = socket.socketpair()\none.send(b'x')\nfile = os.open('f', os.O_CREAT)\n"
        "try: print('flew', socket.send_fds(one, [b'x'], [file]))\nexcept PermissionError: print('refused')"
    )
    assert tried(backend, program).output == (b"flew 1\n" if backend.own_folder else b"refused\n")


def test_what_is_removed_while_it_is_counted_leaves_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        name = "gone"

        def stat(self, follow_symlinks: bool) -> os.stat_result:
            raise FileNotFoundError

    (tmp_path / "here").write_bytes(b"x" * 10_000)
    with os.scandir(tmp_path) as entries:
        monkeypatch.setattr(warden.os, "scandir", lambda folder, kept=list(entries): [Gone(), *kept])
    assert warden.count(-1)[0] >= 10_000 and warden.count(-1)[1] == 2


def test_the_same_inputs_have_the_same_name(backend: Backend) -> None:
    one, again, other = (tried(backend, "pass", stdin=text) for text in (b"a", b"a", b"b"))
    assert one.inputs == again.inputs != other.inputs and len(one.inputs) == 64


def test_hashes_are_those_that_were_asked_for(backend: Backend) -> None:
    said = [tried(backend, "print(hash('a'))", environment={"PYTHONHASHSEED": seed}).output for seed in ("7", "7", "8")]
    assert said[0] == said[1] != said[2]


def test_nothing_of_the_environment_comes_in(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOUNDLING_SECRET", "sesame")
    found = tried(backend, "import os; print(sorted(os.environ))")
    assert b"FOUNDLING_SECRET" not in found.output and b"HOME" in found.output


def test_what_is_mounted_can_be_read_and_not_written(backend: Backend) -> None:
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # as root a candidate is another user
        corpus, heldout = Path(made, "corpus"), Path(made, "heldout")
        for folder in (corpus, heldout):
            folder.mkdir()
            (folder / "a.txt").write_text(folder.name, encoding="utf-8")
        program = (
            f"print(open({str(corpus / 'a.txt')!r}).read())\n"
            f"for path, mode in (({str(corpus / 'a.txt')!r}, 'a'), ({str(heldout / 'a.txt')!r}, 'r')):\n"
            "    try: open(path, mode); print('got', path)\n    except OSError: pass"
        )
        assert tried(backend, program, mounts=(corpus,)).output == b"corpus\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's candidates are that user, and read what it can")
def test_what_root_alone_can_read_is_told_before_it_fails(backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir(mode=0o700)
    with pytest.raises(BadInput, match="readable by others"):
        tried(backend, "pass", mounts=(tmp_path / "corpus",))


ASKING = """
import sys
from foundling.sandbox import Inputs, Limits, installed, interpreter_for, run

backend = {each.name: each for each in installed()}[sys.argv[1]]
command = interpreter_for(backend).command("-c", "import time; time.sleep(200)")
run([*command, sys.argv[2]], Inputs(), Limits(wall=200.0), backend=backend)
"""


def asking(backend: Backend, token: str, folder: Path) -> subprocess.Popen[bytes]:
    """Somebody who runs a command in the fence, once it runs; the token is in its command line."""
    started = subprocess.Popen(
        [sys.executable, "-c", ASKING, backend.name, token], stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    )
    until = time.monotonic() + 90  # on a busy machine
    while len(alive(token)) < 3 and time.monotonic() < until:  # itself, the jail, the command
        time.sleep(0.05)
    assert len(alive(token)) >= 3
    time.sleep(0.2)
    return started


def all_end(token: str) -> bool:
    """Whether no process with this token is left, within half a minute."""
    until = time.monotonic() + 30
    while alive(token) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(token)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whoever_wanted_it(backend: Backend, number: signal.Signals) -> None:
    """Killed in the middle, the one who asked leaves nothing running: neither the warden nor the candidate."""
    token = f"{backend.name}-{number}-{os.getpid()}"
    with TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        started = asking(backend, token, Path(made))
        started.send_signal(number)
        started.communicate(timeout=20)
        assert all_end(token)


def test_it_ends_when_its_warden_is_killed(backend: Backend) -> None:
    """The kernel may take the warden first; without it a candidate would have no one to end it."""
    if backend.name != "linux-bwrap":
        pytest.skip("linux-landlock: what a lost warden leaves is ended by `timeout`, five seconds after its time")
    token = f"warden-{backend.name}-{os.getpid()}"
    with TemporaryDirectory() as made:
        started = asking(backend, token, Path(made))
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text(encoding="ascii").split()
        warden, = (int(each) for each in children if b"warden.py" in Path(f"/proc/{each}/cmdline").read_bytes())
        os.kill(warden, signal.SIGKILL)
        assert b"warden was lost" in started.communicate(timeout=20)[1]
        assert all_end(token)


def test_a_command_that_is_not_there_fails_plainly(backend: Backend) -> None:
    found = run(["/no/such/program"], Inputs(), FUNCTION, backend=backend)
    assert not found.clean and b"No such file" in found.errors


def test_a_fence_that_cannot_be_built_runs_nothing(backend: Backend, into: Path) -> None:
    """Were the jail to start and not to confine, the warden would say so, and no result would be taken."""
    broken = replace(backend, jail=lambda job: ["/usr/bin/env", "touch", "mine"])
    found = run(["/usr/bin/true"], Inputs(results=("mine",)), FUNCTION, backend=broken, into=into)
    assert found.ended == "failed" and not found.clean and not found.results and not list(into.iterdir())


class TestChoosing:
    """Which fence is taken, and what is said when there is none."""

    @pytest.fixture(autouse=True)
    def fresh(self):
        for remembered in (choosing.choose, choosing.probed, choosing._here):
            remembered.cache_clear()
        yield
        for remembered in (choosing.choose, choosing.probed, choosing._here):
            remembered.cache_clear()

    def test_without_a_fence_nothing_is_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(choosing, "installed", lambda: ())
        with pytest.raises(BadInput, match="--i-accept-no-sandbox"):
            choose()
        assert choose(True) is NONE

    def test_one_that_does_not_hold_is_not_taken(self, monkeypatch: pytest.MonkeyPatch, backend: Backend) -> None:
        leaky = replace(backend, name="leaky", version="0")
        rows = [Tried(word=word, held=word != "write_out", said="") for word in AT_START]
        monkeypatch.setattr(choosing, "try_all", lambda given: tuple(rows) if given is leaky else ())
        monkeypatch.setattr(choosing, "installed", lambda: (leaky,))
        with pytest.raises(BadInput, match="leaky failed write_out"):
            choose()

    def test_accepting_none_weakens_nothing(self, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(choosing, "installed", lambda: (backend,))
        assert choose(True) is backend

    def test_what_was_found_is_kept(self, backend: Backend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        asked: list[str] = []
        rows = tuple(Tried(word=word, held=True, said="") for word in AT_START)
        monkeypatch.setattr(choosing, "try_all", lambda given: asked.append(given.name) or rows)
        choosing.probed.cache_clear()
        for _ in range(2):
            assert choosing.probed(backend) == rows
            choosing.probed.cache_clear()
        assert asked == [backend.name]
        kept, = tmp_path.rglob("*.json")
        one = json.dumps([{"word": "legit", "held": True, "said": ""}]).encode()
        for damage in (b"", b"[]", b'{"held": true}', one):
            kept.write_bytes(damage)
            choosing.probed.cache_clear()
            assert choosing.probed(backend) == rows
        assert len(asked) == 5

    def test_a_failure_is_not_kept(self, backend: Backend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Whoever follows the cure is to see that it worked."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        for held in (False, True):
            rows = tuple(Tried(word=word, held=held, said="") for word in AT_START)
            monkeypatch.setattr(choosing, "try_all", lambda given, rows=rows: rows)
            choosing.probed.cache_clear()
            assert choosing.holds(backend) == held and len(list(tmp_path.rglob("*.json"))) == held

    def test_where_no_python_can_be_given_no_fence_holds(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def none(given: Backend) -> Interpreter:
            raise BadInput("It lies where only root may go.")

        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(trying, "interpreter_for", none)
        choosing.probed.cache_clear()
        assert {each.said for each in choosing.probed(backend)} == {"It lies where only root may go."}
        assert not choosing.holds(backend)

    def test_another_boot_asks_anew(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        first = choosing._here(backend)
        monkeypatch.setattr(choosing, "BOOT", tmp_path / "boot")
        (tmp_path / "boot").write_text("another", encoding="ascii")
        choosing._here.cache_clear()
        assert choosing._here(backend) != first

    def test_the_cure_is_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "restrict").write_text("1\n", encoding="ascii")
        monkeypatch.setattr(choosing, "APPARMOR", tmp_path / "restrict")
        assert "bwrap-userns-restrict" in choosing.cure()
        monkeypatch.setattr(choosing, "APPARMOR", tmp_path / "none")
        monkeypatch.setattr(choosing, "installed", lambda: ())
        assert "apt install bubblewrap" in choosing.cure()


def test_a_long_folder_for_temporary_files_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of a socket has at most 107 characters."""
    (tmp_path / ("long" * 25)).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 25)))
    with trying.targets() as found:
        assert found.touched() == ""


def test_without_a_fence_limits_still_hold() -> None:
    """For whoever accepts it: time, output and what is left behind are looked after; files and network are not."""
    assert tried(NONE, "while True: pass", replace(FUNCTION, wall=0.5)).ended == "wall"
    assert tried(NONE, "print('x' * (1 << 21))").ended == "output"
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    os.fork() or time.sleep(30)\n    os._exit(0)"
    began = time.monotonic()
    assert tried(NONE, code).clean and time.monotonic() - began < 15
