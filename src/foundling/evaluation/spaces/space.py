"""What every evaluation space gives: a candidate flows in as bytes, labelled evidence flows out, the same for one seed.

A space tells what it found; it decides nothing about promotion, and no word of the candidate's own is a label.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Label:
    """One thing found out: `passed` is None where it could not be told, and `detail` says why in words."""

    name: str
    passed: bool | None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a space found of one candidate. candidate: SHA-256 of its bytes; labels in the order they were found."""

    space: str
    candidate: str
    seed: int
    labels: tuple[Label, ...]

    @property
    def passed(self) -> bool:
        """Whether every label passed; one that could not be told counts against the candidate."""
        return bool(self.labels) and all(label.passed for label in self.labels)


class Space(Protocol):
    """A place where candidates are tried."""

    name: str

    def judge(self, candidate: bytes, *, seed: int) -> Evidence:
        """Try one candidate. The same bytes and seed give the same labels."""
        ...
