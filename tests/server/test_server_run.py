"""Serving a home: refusals in one sentence, and a process that is reached, holds the lock and ends cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

import foundling.home
from foundling.home import Home
from foundling.records import BadInput
from foundling.server import serve
from foundling.server.run import ended_by_signals

SOURCE = str(Path(foundling.home.__file__).parents[2])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1; ls", "localhost.evil"])
def test_only_this_computer_is_served(raised: Home, host: str) -> None:
    with pytest.raises(BadInput, match="on this computer only"):
        serve(raised.path, host=host, port=0, open_browser=False, seed=0)


def test_a_taken_port_is_one_sentence(raised: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadInput, match=rf"^Port {port} on 127\.0\.0\.1 is taken by another program; .*\.$"):
            serve(raised.path, port=port, open_browser=False, seed=0)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_does_not_exist_is_refused(raised: Home, port: int) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        serve(raised.path, port=port, open_browser=False, seed=0)


def test_a_home_that_cannot_be_served_is_refused(raised: Home, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        serve(tmp_path / "nowhere", port=0, open_browser=False, seed=0)
    with raised.locked(), pytest.raises(BadInput, match="being written by process"):
        serve(raised.path, port=0, open_browser=False, seed=0)


def test_a_home_without_a_generation_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="no generation"):
        serve(home.path, port=0, open_browser=False, seed=0)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_room_quietly(ending: signal.Signals, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ended_by_signals():
        signal.raise_signal(ending)
        raise AssertionError("the signal was lost")
    assert capsys.readouterr().err == "The room is closed.\n" and signal.getsignal(signal.SIGTERM) == before


def test_a_process_serves_until_ctrl_c(raised: Home) -> None:
    program = (
        "import sys; from pathlib import Path; from foundling.server import serve; assert 'torch' not in sys.modules; "
        "sys.exit(serve(Path(sys.argv[1]), port=0, open_browser=False, seed=0, json_output=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, str(raised.path)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": SOURCE},
    )
    with process:
        assert process.stdout is not None and process.stderr is not None
        told = json.loads(process.stdout.readline())
        assert told["home"] == str(raised.path) and told["url"].startswith("http://127.0.0.1:")
        with urllib.request.urlopen(told["url"] + "healthz", timeout=20) as answer:
            assert json.loads(answer.read()) == {"status": "ok", "being": "Wren", "present": ["Wren"]}
        with pytest.raises(BadInput, match=f"being written by process {process.pid}"), raised.locked():
            pass
        with connect(told["url"].replace("http", "ws") + "ws", origin=told["url"].rstrip("/")) as wire:
            wire.send(json.dumps({"type": "join", "name": "Ada"}))
            wire.send(json.dumps({"type": "say", "text": "Good morning, Wren."}))
            while (message := json.loads(wire.recv(timeout=20)))["type"] != "turn" or message["name"] != "Wren":
                pass
            process.send_signal(signal.SIGINT)
            assert process.wait() == 0
        words = process.stderr.read().splitlines()
        assert words == [f"Wren is at {told['url']} (Ctrl-C ends).", "The room is closed."]
    with raised.locked() as notes, raised.ledger() as ledger:
        assert notes == [] and ledger.verify() == 3
