"""One address and one question in, the answer's head and body out, within limits of time and size.

It follows no redirect and knows no politeness: those are the business of `web`. It uses no proxy and sends no cookie.
"""

import http.client
import io
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from foundling.corpus.sources.addresses import door, open_numbers
from foundling.corpus.sources.limits import Limits, in_words
from foundling.corpus.sources.unpacking import BLOCK, Budget, Refused, unpacked


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server said. headers: by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Later(Refused):
    """A fault that may pass: worth another try, and no reason to remember that the page cannot be read."""


class _Line(http.client.HTTPConnection):
    """A connection to a number that was checked, and to no other."""

    def __init__(self, address: str, number: str, wait: float) -> None:
        host, port = door(address)
        super().__init__(host, port, timeout=wait)
        self._number, self._secure = number, urlsplit(address).scheme == "https"
        self.met: socket.socket | None = None  # http.client forgets its own where the server will close

    def connect(self) -> None:
        self.sock = self.met = socket.create_connection((self._number, self.port), self.timeout)
        if self._secure:
            self.sock = self.met = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self, late: threading.Event) -> None:
        """End the talk, whoever waits for what: a server may send a byte now and then for ever."""
        late.set()
        if self.met is not None:
            try:
                self.met.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed in the meantime
                return


def _body(reply: http.client.HTTPResponse, limits: Limits) -> bytes:
    too_large = f"is larger than {in_words(limits.page)}"
    parts, left = [], limits.page
    while data := reply.read1(BLOCK):
        left -= len(data)
        if left < 0:
            raise Refused(too_large)
        parts.append(data)
    if reply.length:  # the server promised more
        raise Later("breaks off in the middle")
    body = b"".join(parts)
    coding = (reply.getheader("Content-Encoding") or "").strip().lower()
    if coding in ("gzip", "x-gzip") and body:
        stream = unpacked(io.BytesIO(body), "gzip", Budget(limits, len(body)))
        body = stream.read(limits.page + 1)
        if stream.fault:
            raise Refused(stream.fault)
        if len(body) > limits.page:
            raise Refused(too_large)
    elif coding not in ("", "identity", "gzip", "x-gzip"):
        raise Refused(f"comes packed in a way that was not asked for ({coding[:20]})")
    return body


def ask(address: str, headers: Mapping[str, str], limits: Limits, allowed: Sequence[str] = ()) -> Answer:
    """Get a plain address. allowed: numbers inside a private network that may be asked. Raises Refused, or Later."""
    parts = urlsplit(address)
    lines = [_Line(address, number, limits.wait) for number in open_numbers(door(address), allowed)[:4]]
    late = threading.Event()
    for number, line in enumerate(lines):
        watch = threading.Timer(limits.page_seconds, partial(line.cut, late))
        watch.daemon = True
        watch.start()
        try:
            line.connect()
            line.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=dict(headers))
            reply = line.getresponse()
            known = {name.lower(): value for name, value in reply.getheaders()}
            body = _body(reply, limits)
            if not late.is_set():
                return Answer(status=reply.status, headers=known, body=body)
        except Refused:
            if not late.is_set():
                raise
        except (OSError, http.client.HTTPException, ValueError) as fault:
            if not late.is_set() and line.met is None and number + 1 < len(lines):
                continue  # this number does not answer: the host has others
            if not late.is_set():
                raise Later(_told(fault)) from fault
        finally:
            watch.cancel()
            line.close()
        raise Later(f"took longer than {limits.page_seconds:g} seconds to fetch")
    raise Later("cannot be reached")


def _told(fault: Exception) -> str:
    if isinstance(fault, TimeoutError):
        return "cannot be reached: its server does not answer"
    if isinstance(fault, ssl.SSLError):
        return "cannot be reached safely: its certificate is not accepted"
    if isinstance(fault, OSError) and not isinstance(fault, http.client.HTTPException):
        return f"cannot be reached ({fault.strerror or type(fault).__name__})"
    return f"is sent in a way that breaks the rules of HTTP ({type(fault).__name__})"
