"""What a candidate leaves behind: plain files are taken, after its death; links, pipes and floods are not."""

from pathlib import Path

import pytest

from foundling.records import BadInput
from foundling.sandbox import FUNCTION, MB, Backend, Inputs, Limits, Outcome, interpreter_for, printable, run

SMALL = Limits(file_size=2 * MB, folder=8 * MB, wall=60.0)


def left(backend: Backend, program: str, wanted: str, into: Path) -> Outcome:
    inputs = Inputs(files={"program.py": program.encode()}, results=(wanted,))
    return run(interpreter_for(backend).command("../in/program.py"), inputs, SMALL, backend=backend, into=into)


def test_a_plain_file_is_taken(backend: Backend, into: Path) -> None:
    found = left(backend, "import os; os.mkdir('out'); open('out/a.json', 'w').write('[1]')", "out/a.json", into)
    assert found.clean and not found.refused
    assert found.results == {"out/a.json": into / "out/a.json"} and (into / "out/a.json").read_text() == "[1]"


@pytest.mark.parametrize(("program", "why"), [
    ("import os; os.symlink({outside!r}, 'r')", "symbolic links"),
    ("import os; os.symlink('/etc/hostname', 'r')", "symbolic links"),
    ("import os; os.mkfifo('r')", "no plain file"),
    ("import os; os.mkdir('r')", "no plain file"),
    ("import os; open('other', 'w').write('x'); os.link('other', 'r')", "no plain file"),
    ("import socket; s = socket.socketpair()", "not there"),
], ids=["link to a file outside", "link to the system", "pipe", "folder", "second name", "nothing"])
def test_tricks_are_not_taken(backend: Backend, into: Path, tmp_path: Path, program: str, why: str) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("held out", encoding="utf-8")
    found = left(backend, program.format(outside=str(outside)), "r", into)
    assert found.clean, found.errors
    assert why in found.refused["r"] and not found.results and not list(into.iterdir())


def test_a_linked_folder_is_not_followed(backend: Backend, into: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"another's")
    found = left(backend, f"import os; os.symlink({str(tmp_path)!r}, 'out')", "out/weights.bin", into)
    assert found.clean and found.refused.keys() == {"out/weights.bin"}
    assert not found.results and not list(into.iterdir())


def test_a_file_without_right_to_read_it_hangs_nobody(backend: Backend, into: Path) -> None:
    found = left(backend, "import os; os.close(os.open('r', os.O_CREAT | os.O_WRONLY, 0))", "r", into)
    assert found.clean and (found.refused or found.results["r"].read_bytes() == b"")


def test_a_file_that_grows_too_large_is_stopped(backend: Backend, into: Path) -> None:
    found = left(backend, "open('r', 'wb').write(b'x' * (3 << 20))", "r", into)
    assert found.code == 1 and b"File too large" in found.errors


@pytest.mark.parametrize("name", ["../in/program.py", "/etc/hostname", "a/../../b", "", ".", "a//b", "a\nb", ".hidden"])
def test_names_that_lead_elsewhere_are_refused(backend: Backend, into: Path, name: str) -> None:
    with pytest.raises(BadInput, match="plain names"):
        left(backend, "pass", name, into)


def test_input_names_and_variables_are_checked(backend: Backend) -> None:
    for inputs in (Inputs(files={"../x": b""}), Inputs(environment={"LD_PRELOAD=x": "y"}), Inputs(mounts=(Path("x"),))):
        with pytest.raises(BadInput):
            run(["/usr/bin/true"], inputs, FUNCTION, backend=backend)


def test_nothing_of_it_drives_a_terminal() -> None:
    hostile = b"\x1b[2J\x1b]0;title\x07ok\r\x9b31m \xe2\x80\xae evil \xff\x00\nnext\xc2\xa0line"
    shown = printable(hostile)
    assert all(sign == "\n" or sign.isprintable() or sign == "\ufffd" for sign in shown)
    assert "ok" in shown and "\nnext" in shown and "\x1b" not in shown and "\u202e" not in shown
    assert len(printable(b"x" * 10_000, 50)) == 50
