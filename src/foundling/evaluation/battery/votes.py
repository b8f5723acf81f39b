"""What a judge of two texts gives: a vote, which may be counted, or an opinion, which never is.

The two are different types on purpose. A vote comes of something that was measured on the battery; an opinion of a
stranger's model is shown beside the votes and decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Side = Literal["a", "b"]


@dataclass(frozen=True, kw_only=True)
class Vote:
    """For text a, for text b, or None for neither, and why."""

    judge: str
    side: Side | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """As a vote in its looks. It is no Vote: `majority` takes none. answers: what was said with text a first, and with
    text b first; None where nothing was."""

    judge: str
    side: Side | None
    why: str
    answers: tuple[Side | None, Side | None] = (None, None)


def majority(votes: Sequence[Vote]) -> Side | None:
    """The side that more votes are for; None for as many on both or for none. Raises TypeError for what is no vote."""
    if not all(type(vote) is Vote for vote in votes):
        raise TypeError("only votes can be counted: an opinion decides nothing")
    balance = sum((vote.side == "a") - (vote.side == "b") for vote in votes)
    return "a" if balance > 0 else "b" if balance < 0 else None
