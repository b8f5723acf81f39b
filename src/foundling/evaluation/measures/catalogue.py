"""What each figure is: its words, unit, direction, interval and paper. A table to be read; it computes nothing."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["lower", "higher", "none"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure of the field. `better` is the direction of better; none where neither is (a length, a speed limit).

    interval: how its 95% bounds are made, in words; paper: where it is defined.
    """

    name: str
    what: str
    unit: str
    better: Direction
    interval: str
    paper: str
