"""What passes between a room and those in it: the verbs of a speaker, and the events of its speaking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from foundling.records import Turn

if TYPE_CHECKING:  # at run time it would load torch, which a room needs only when a being brings it along
    from foundling.inference import Decision


class Speaker(Protocol):
    """What lives in a room without hands: `foundling.inference.Being`, or anything else with a name and these verbs."""

    name: str

    def hear(self, turn: Turn) -> None:
        """Take a turn, its own included, into what it remembers."""

    def decide(self, present: Sequence[str]) -> "Decision":
        """Whether it speaks now, and why."""

    def say(self) -> Iterator[str]:
        """Its next turn's text, piece by piece."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A piece of a turn as it comes, a finished turn with its number and time in the ledger, or a silence.

    `share` is the being's own probability (0..1) of its name being next; `reason` is in words.
    """

    kind: Literal["piece", "turn", "silence"]
    name: str
    text: str = ""
    event: int | None = None
    reason: str = ""
    share: float = 0.0
    time: str | None = None
