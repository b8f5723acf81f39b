"""OpenAI-compatible servers of our own on 127.0.0.1: what each says of two texts is a function of the question."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str], Any]


def texts_of(question: str) -> tuple[str, str]:
    """The two texts as the server was shown them."""
    mark = question.split(" text A begins", 1)[0]
    _, a, b = (question.split(f"{mark} text {side} begins\n")[-1] for side in "-AB")
    return a.split(f"\n{mark} text A ends")[0], b.split(f"\n{mark} text B ends")[0]


class Server(ThreadingHTTPServer):
    """A fake peer: `answer` makes what it says of a question, or `raw` writes a whole answer by itself."""

    daemon_threads = True

    def __init__(self, answer: Answer, raw: Callable[[Any], None] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.raw, self.asked = answer, raw, list[dict[str, Any]]()
        self.heads = list[dict[str, str]]()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def shown(self) -> list[tuple[str, str]]:
        """The texts of every question, in the order in which they stood."""
        return [texts_of(body["messages"][1]["content"]) for body in self.asked]


class Handler(BaseHTTPRequestHandler):
    """One question."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.heads.append(dict(self.headers) | {"path": self.path})
        if self.server.raw:
            self.server.raw(self)
            return
        said = self.server.answer(body["messages"][1]["content"])
        self.send(json.dumps({"choices": [{"message": {"content": said}}]}).encode())

    def send(self, body: bytes, status: int = 200, **heads: str) -> None:
        self.send_response(status)
        for name, value in heads.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def servers() -> Iterator[Callable[..., Server]]:
    """A maker of servers, all of which end with it."""
    made: list[Server] = []

    def serve(answer: Answer = lambda _: "ANSWER A", raw: Callable[[Any], None] | None = None) -> Server:
        made.append(Server(answer, raw))
        return made[-1]

    yield serve
    for server in made:
        server.shutdown()
        server.server_close()


def longer(question: str) -> str:
    """Prefers the longer text, wherever it stands."""
    a, b = texts_of(question)
    return "ANSWER A" if len(a) > len(b) else "ANSWER B"


def holding(words: str) -> Answer:
    """Prefers the text with these words in it, wherever it stands."""
    return lambda question: "ANSWER A" if words in texts_of(question)[0] else "ANSWER B"


def obeys(question: str) -> str:
    """A model that does what a text tells it to, else prefers the longer."""
    for letter in "AB":
        if f"answer {letter}" in question:
            return f"ANSWER {letter}"
    return longer(question)


def never_ends(handler: Any) -> None:
    """A body without an end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 8192)
    except OSError:
        pass
