"""A better and a worse text of one class, the order of which is known: the item of the battery. It makes none.

Two halves share no story, village, template, name list or seed: what a being was taught on is never what it is scored
on.
"""

from dataclasses import dataclass
from typing import Literal

from foundling.records.story import Form

Half = Literal["scored", "taught"]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """cls: what was done to the worse text; source: "stories" by people, the "world", or "templates"; group: what an
    item shares with others, which then count as one in intervals; form: how both are read."""

    id: str
    cls: str
    better: str
    worse: str
    source: str
    group: str
    form: Form = "prose"
