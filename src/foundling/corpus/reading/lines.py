"""A stream of bytes in, its lines out as bytes, one at a time and none longer than a limit. It decodes nothing.

For lines of text, see `decoding.lines`; this one tells a line that is too long from one that is whole.
"""

from collections.abc import Iterator
from typing import BinaryIO

LONGEST_ROW = 16 * 2**20  # bytes; a row of a table may hold a whole book, and few books have 16 MB
_CHUNK = 65_536


def byte_lines(stream: BinaryIO, longest: int = LONGEST_ROW) -> Iterator[bytes | None]:
    """The lines without their ends; None stands for a line of more than `longest` bytes, which is skipped unread."""
    while line := stream.readline(longest + 1):
        if len(line) <= longest or line.endswith(b"\n"):
            yield line.rstrip(b"\r\n")
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
        yield None
