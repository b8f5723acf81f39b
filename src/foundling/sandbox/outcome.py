"""What came of a run: facts that were seen from outside, and bytes that the candidate left, which prove nothing."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from foundling.sandbox.limits import Limits

Ended = Literal["exit", "signal", "wall", "cpu", "memory", "processes", "output", "folder", "failed"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended and what it cost.

    ended: by itself (`exit`), by a signal, or at which limit; `failed`: the sandbox could not be set up, and nothing of
    the candidate ran. code: its exit code, or the signal as a negative number. peak: bytes resident at once, of all its
    processes. results: copies of the wanted files that were there; refused: why another wanted file was not taken.
    inputs: hash of command, files, stdin, environment, mounts' paths and wanted results.
    """

    backend: str
    ended: Ended
    code: int
    wall: float
    cpu: float
    peak: int
    output: bytes
    errors: bytes
    results: Mapping[str, Path]
    refused: Mapping[str, str]
    inputs: str
    limits: Limits

    @property
    def clean(self) -> bool:
        """Whether it ended by itself, with code 0."""
        return self.ended == "exit" and self.code == 0


def printable(raw: bytes, most: int = 2000) -> str:
    """What a candidate wrote, for a person's eyes: nothing in it can drive a terminal or change what is read."""
    def shown(sign: str) -> str:
        fine = sign in "\n " or unicodedata.category(sign)[0] not in "CZ"
        return sign if fine else "\N{REPLACEMENT CHARACTER}"

    text = raw[: 4 * most].decode("utf-8", "replace")[:most]
    return "".join(map(shown, text))
