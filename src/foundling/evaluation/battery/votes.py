"""What a judge of two texts gives: a vote, which may be counted, or an opinion, which never is.

The two are different types on purpose. A vote comes of something that was measured on the battery; an opinion of a
stranger's model is shown beside the votes and decides nothing.
"""

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
    """As a vote in its looks. It is no Vote. answers: what was said with text a first, and with
    text b first; None where nothing was."""

    judge: str
    side: Side | None
    why: str
    answers: tuple[Side | None, Side | None] = (None, None)
