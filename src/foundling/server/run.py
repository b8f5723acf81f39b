"""A home in, its room on a loopback address out, until Ctrl-C. Plain HTTP never leaves the computer (DESIGN.md)."""

import errno
import ipaddress
import json
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from foundling.home import Home
from foundling.records import BadInput
from foundling.server.app import make_app
from foundling.server.limits import FRAME

_GRACE = 3  # seconds for open connections to close after Ctrl-C
_UNREAD = 30_000  # milliseconds for which sent bytes may go unread before the system ends the connection


def serve(
    home_path: Path, *, host: str = "127.0.0.1", port: int, open_browser: bool, seed: int, json_output: bool = False
) -> int:
    """Wake the being of a home and serve its room; returns 0 after Ctrl-C or SIGTERM. Port 0 takes any free one.

    The address goes to stderr, with `json_output` also as `{"home", "url"}` to stdout, as soon as it can be opened.
    Raises BadInput when the host is not loopback, the port is taken, or the home cannot be opened or written.
    """
    _refuse_outside(host)
    home = Home.open(home_path)
    with ended_by_signals(), listening_on(host, port) as listening, home.locked() as notes, home.ledger() as ledger:
        newest = home.newest(notes)  # a damaged one is passed over, and a note says so
        for note in notes:
            print(note, file=sys.stderr)
        from foundling.inference import wake  # torch costs seconds, which a refusal should not wait for

        being = wake(home, generation=newest, seed=seed)
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}/"
        server = uvicorn.Server(settings(make_app(home, being, ledger, (url,))))
        print(f"{being.name} is at {url} (Ctrl-C ends).", file=sys.stderr, flush=True)
        if json_output:
            print(json.dumps({"home": str(home_path), "url": url}), flush=True)
        if open_browser:  # in a thread: a browser for the terminal would not return
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        server.run(sockets=[listening])
    return 0


def settings(app: Starlette) -> uvicorn.Config:
    """How the application is served: bounded frames, no compression that could blow up, no trust in proxy headers."""
    return uvicorn.Config(
        app, loop="asyncio", http="h11", ws="websockets-sansio", ws_max_size=FRAME, ws_per_message_deflate=False,
        log_config=None, log_level="warning", access_log=False, proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )


def _refuse_outside(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise BadInput(f"The room can be served on this computer only, not on {host!a}; use 127.0.0.1.")


@contextmanager
def listening_on(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens, so that whoever reads the address can connect while the rest is still starting."""
    if not 0 <= port <= 65_535:
        raise BadInput(f"The port {port} does not exist; give one from 0 (any free one) to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # a reader that was dropped may not keep its socket for ever
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD)
        try:
            listening.bind((host, port))
            listening.listen()
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                raise BadInput(f"Port {port} on {host} is taken by another program; give another, or 0.") from fault
            raise BadInput(f"Port {port} on {host} cannot be opened ({fault.strerror}); give another one.") from fault
        yield listening


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block quietly. The web server stops at them by itself and then raises them again."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler) if main else None
    try:
        yield
    except KeyboardInterrupt:
        print("The room is closed.", file=sys.stderr)
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)
