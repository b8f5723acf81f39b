"""Documents of formats whose parsers may hang or swell in, what a process of its own made of them out.

The process is started once and reads many documents; it is killed when one takes too long, and may not take more memory
than the limits say. Bytes go to it and JSON lines come back: nothing it says is ever run. It parses nothing itself.
"""

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import IO, Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.sources.limits import LIMITS, Limits, in_words
from foundling.records import BadInput, Story, canonical_json, story_from, to_jsonable

KINDS = ("pdf", "docx", "epub", "html")
READER = "foundling.corpus.reading:read"
GIVEN_UP = 2**32 - 1
_CHUNK = 2**20
_START = 60.0  # seconds for the process to import its parsers, before the first document
_STOPPED = "made the program that parses it stop"
_ANSWER = 2**28  # bytes: a document of 256 MB at most has no more text than that


def _frames(opened: Opened, most: int) -> Iterator[bytes]:
    """The document in pieces, each after its length; a length of GIVEN_UP for one that is too large."""
    sent = 0
    while data := opened.stream.read(_CHUNK):
        sent += len(data)
        if sent > most:
            yield struct.pack(">I", GIVEN_UP)
            return
        yield struct.pack(">I", len(data)) + data
    yield struct.pack(">I", 0)


class Contained:
    """A reader that reads in a process of its own, started when the first document comes. Close it when done.

    `reader` names what the process reads with, as "module:function".
    """

    def __init__(self, limits: Limits = LIMITS, reader: str = READER) -> None:
        self._limits, self._reader = limits, reader
        self._process: subprocess.Popen[bytes] | None = None
        self._first = 0  # bytes of memory that the process used before its first document

    def __enter__(self) -> "Contained":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
                 ) -> None:
        self.close()

    def close(self) -> None:
        """End the process. The next document starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what could not be sent any more
                        pipe.close()
            process.wait()

    def read(self, opened: Opened) -> Iterator[Story | Dropped]:
        """All stories of one document, or one drop that says why there are none. Raises what its stream raises."""
        answer: list[Story | Dropped] | str
        try:
            answer = self._asked(opened)
        except (_Lost, BadInput, ValueError, KeyError, TypeError) as fault:
            answer = str(fault) if isinstance(fault, _Lost) else "made the program that parses it say nonsense"
        except BaseException:  # half a document was sent: the process would take the next one for its end
            self.close()
            raise
        if isinstance(answer, str):
            self.close()
            answer = [Dropped(title=opened.name, reason=answer, source=opened.name)]
        yield from answer

    def _asked(self, opened: Opened) -> list[Story | Dropped]:
        process = self._started()
        head = {"name": opened.name, "column": opened.column, "origin": to_jsonable(opened.origin)}
        _send(process, canonical_json(head))
        for frame in _frames(opened, self._limits.whole):
            _send(process, frame)
        rows = _heard(process, self._limits.seconds)
        if rows[-1]["done"] - self._first > self._limits.memory // 3:
            self.close()  # what one document left behind shall not weigh on the next
        return [Dropped(**row) if "reason" in row else story_from(row) for row in rows[:-1]]

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            # -P: no module is ever imported from the folder a person happens to stand in. One thread is enough for a
            # parser, and the stacks of many would count against its memory.
            limits = [str(self._limits.memory), str(int(self._limits.seconds) + 5), in_words(self._limits.whole)]
            alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "foundling.corpus.sources.contained_worker", self._reader, *limits],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | alone,
            )
            self._first = int(_heard(self._process, _START)[0]["done"])
        return self._process


class _Lost(Exception):
    """Why a document gave nothing; its text completes the sentence "it ..."."""


def _send(process: subprocess.Popen[bytes], data: bytes) -> None:
    try:
        if process.stdin is not None:
            process.stdin.write(data)
            process.stdin.flush()
    except OSError as fault:
        raise _Lost(_STOPPED) from fault


def _rows(receive: IO[bytes]) -> Iterator[dict[str, Any]]:
    left = _ANSWER
    while line := receive.readline(left):
        left -= len(line)
        if left <= 0:
            raise _Lost(f"gives more than {in_words(_ANSWER)} of text")
        if not line.endswith(b"\n"):
            return
        yield (row := json.loads(line))
        if "done" in row:
            return


def _heard(process: subprocess.Popen[bytes], seconds: float) -> list[dict[str, Any]]:
    """The rows of one answer, the last of them {"done": ...}. Raises _Lost, the process killed, when it comes late."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    watch = threading.Timer(seconds, kill)
    watch.daemon = True
    watch.start()
    try:
        rows = list(_rows(process.stdout)) if process.stdout is not None else []
    finally:
        watch.cancel()
    if late.is_set():
        raise _Lost(f"took longer than {seconds:g} seconds to read")
    if not rows or "done" not in rows[-1]:
        raise _Lost(_STOPPED)
    return rows
