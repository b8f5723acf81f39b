"""What a person types, line by line, from a terminal or a pipe."""

import sys
from collections.abc import Iterator
from contextlib import suppress


def typed(prompt: str) -> Iterator[str]:
    """The lines that have something in them, without their ends; at a terminal they can be edited."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    with suppress(ImportError):
        import readline  # noqa: F401  arrow keys and what was typed before, where the system has them
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            print()
            return
        if line:
            yield line
