"""A village with its company in, the window on it at a loopback address out, until Ctrl-C."""

import json
import sys
import threading
import webbrowser

import uvicorn

from foundling.server.onlookers import Living
from foundling.server.run import ended_by_signals, listening_on, settings
from foundling.server.window import make_window

_HOST = "127.0.0.1"


def watch(company: Living, *, port: int, open_browser: bool, json_output: bool) -> int:
    """Serve the window on a village; returns 0 after Ctrl-C or SIGTERM. Port 0 takes any free one.

    The address goes to stderr, with `json_output` also as `{"url", "village"}` to stdout, as soon as it can be opened.
    Raises BadInput when the port is taken or does not exist.
    """
    with ended_by_signals(), listening_on(_HOST, port) as listening:
        url = f"http://{_HOST}:{listening.getsockname()[1]}/"
        village = company.village.setting.name
        server = uvicorn.Server(settings(make_window(company, (url,))))
        print(f"{village} is at {url} (Ctrl-C ends).", file=sys.stderr, flush=True)
        if json_output:
            print(json.dumps({"url": url, "village": village}), flush=True)
        if open_browser:  # in a thread: a browser for the terminal would not return
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        server.run(sockets=[listening])
    return 0
