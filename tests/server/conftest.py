"""A real server on a free port of 127.0.0.1, and people who talk with it through real WebSockets."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.sync.client import ClientConnection, connect

from foundling.community import Speaker
from foundling.home import Home, Ledger
from foundling.server.app import make_app
from foundling.server.run import settings

sys.path.insert(0, str(Path(__file__).parents[1] / "community"))  # the scripted and the learned being are shared

from chromium import ARGUMENTS, CHROMIUM
from hearthside import Scripted, learned_generation, raise_in
from playwright.sync_api import Browser, sync_playwright

PATIENCE = 20.0  # seconds until a test gives up waiting; no test passes because of it


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window; tests that ask for it skip where there is none."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Served:
    """A room that is being served."""

    port: int
    ledger: Ledger

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Person:
    """A tab without a browser: frames in and out, in order."""

    def __init__(self, wire: ClientConnection, name: str | None) -> None:
        self.wire = wire
        self.seen: list[dict[str, Any]] = []
        self.welcome: dict[str, Any] = {}
        if name is not None:
            self.send(type="join", name=name)
            self.welcome = self.wait("welcome")

    def send(self, **message: Any) -> None:
        self.wire.send(json.dumps(message))

    def say(self, text: str) -> None:
        self.send(type="say", text=text)

    def read(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.wire.recv(timeout=PATIENCE))
        self.seen.append(message)
        return message

    def wait(self, kind: str, **values: Any) -> dict[str, Any]:
        """The next message of that type with those values; what comes before it is in `seen`."""
        while True:
            message = self.read()
            if message["type"] == kind and all(message[key] == value for key, value in values.items()):
                return message

    def close(self) -> None:
        self.wire.close()


Meet = Callable[..., Person]
Serve = Callable[..., Any]


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})


@pytest.fixture(scope="session")
def generation() -> dict[str, bytes]:
    return learned_generation()


@pytest.fixture
def raised(home: Home, generation: dict[str, bytes]) -> Home:
    return raise_in(home, generation)


@contextmanager
def serving(
    home: Home, being: Speaker, origins: Sequence[str] = (), send_buffer: int | None = None
) -> Iterator[Served]:
    with socket.socket() as listening, home.ledger() as ledger:
        if send_buffer is not None:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(settings(make_app(home, being, ledger, origins)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Served(listening.getsockname()[1], ledger)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def serve_room(home: Home) -> Serve:
    """Serve a being's room for the length of a `with`."""
    return partial(serving, home)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One room for all the tests of a module in which nobody says anything."""
    home = Home.create(tmp_path_factory.mktemp("quiet") / "wren", "Wren", "2026-01-01", {})
    with serving(home, Scripted("Wren")) as served:
        yield served


@pytest.fixture
def meet() -> Iterator[Meet]:
    """People, who all go home when the test ends."""
    with ExitStack() as people:
        def meeting(served: Served, name: str | None = None, **options: Any) -> Person:
            opening = connect(f"ws://127.0.0.1:{served.port}/ws", compression=None, **options)
            return Person(people.enter_context(opening), name)

        yield meeting
