"""Documents from standard input in, stories and drops as JSON lines to standard output: the process that may be killed.

`python -m foundling.corpus.sources.contained_worker MODULE:FUNCTION BYTES SECONDS SIZE`. In: one line of JSON (name,
column, origin), then frames of a length of 4 bytes and as many bytes, ended by a length of 0. Out: the answer, ended by
the line {"done": bytes of memory used at most}; such a line alone says that it is ready. It decides nothing: who
started it gives the time and the memory.
"""

import importlib
import io
import json
import os
import signal
import struct
import sys
from contextlib import suppress
from typing import BinaryIO

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened, Reader
from foundling.corpus.shards import lines_of
from foundling.corpus.sources.contained import GIVEN_UP
from foundling.corpus.sources.limits import in_words
from foundling.records import Origin, Story, canonical_json

# Readers import these when they need them; imported before the first document, they do not count against its time.
_PARSERS = ("charset_normalizer", "resiliparse.extract.html2text", "trafilatura", "pypdf", "docx")


def _bound(memory: int) -> None:
    """No more memory than this, and no core dump, where the system knows such limits."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _bound_time(seconds: int) -> None:
    """So many more seconds of computing: who started us may have been killed, and then nobody kills us."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def _used() -> int:
    with suppress(ImportError):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return 0


def _received(source: BinaryIO) -> Opened | None:
    """The next document, None at the end; one that its sender gave up has no stream left to read."""
    line = source.readline()
    if not line.endswith(b"\n"):
        return None
    head, body = json.loads(line), io.BytesIO()
    while size := struct.unpack(">I", source.read(4))[0]:
        if size == GIVEN_UP:
            body.close()
            break
        body.write(source.read(size))
    if not body.closed:
        body.seek(0)
    return Opened(name=head["name"], column=head["column"], origin=Origin(**head["origin"]), stream=body)


def _answers(read: Reader, opened: Opened, memory: int, largest: str) -> list[Story | Dropped]:
    def dropped(reason: str) -> list[Story | Dropped]:
        return [Dropped(title=opened.name, reason=reason, source=opened.name)]
    if opened.stream.closed:
        return dropped(f"is larger than {largest}: split it into smaller files")
    try:
        return list(read(opened))
    except MemoryError:
        return dropped(f"needs more than {in_words(memory)} of memory to read")
    except BaseException as fault:  # a reader raises nothing, but a panic in Rust is no Exception and passes it
        return dropped(f"cannot be read ({type(fault).__name__})")


def serve(source: BinaryIO, sink: BinaryIO, arguments: list[str]) -> None:
    """Answer documents until there are no more."""
    memory, seconds, largest = int(arguments[1]), int(arguments[2]), arguments[3]
    _bound(memory)
    module, _, function = arguments[0].partition(":")
    read: Reader = getattr(importlib.import_module(module), function)
    for parser in _PARSERS:
        with suppress(ImportError):  # the reader that needs it says so
            importlib.import_module(parser)
    _done(sink)
    while (opened := _received(source)) is not None:
        _bound_time(seconds)
        for answer in _answers(read, opened, memory, largest):
            sink.write(lines_of([answer]))
        _done(sink)


def _done(sink: BinaryIO) -> None:
    sink.write(canonical_json({"done": _used()}))
    sink.flush()


def main() -> None:
    """Keep standard output for the answers: whatever a parser says there goes nowhere."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    serve(sys.stdin.buffer, sink, sys.argv[1:])


if __name__ == "__main__":
    main()
