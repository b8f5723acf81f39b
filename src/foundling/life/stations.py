"""What stations share: the event that ends one, the facts that it left in the ledger, the stories that it kept.

Each station finds out from the home whether its work is done already, so that a killed run goes on where it stopped.
"""

import json
from dataclasses import dataclass
from typing import Any

from foundling.home import Home, Ledger, read_verified
from foundling.records import Story, story_from


@dataclass(frozen=True, kw_only=True)
class Done:
    """A station's end: what it was called, the facts of what it wrote; `fresh` is False where it was there."""

    station: str
    facts: dict[str, Any]
    fresh: bool = True


def recorded(ledger: Ledger, kind: str) -> dict[str, Any] | None:
    """The facts of a station that is done, from the ledger; None while it is not."""
    event = ledger.last(kind)
    return None if event is None else event.data


def judge_stories(home: Home, address: str, name: str) -> list[Story]:
    """Stories of a split that the judge keeps: screen, confirm, vault, or the sample of the training split.

    Raises BadInput when it is damaged.
    """
    return [story_from(row) for row in json.loads(read_verified(home.judge / address, f"{name}.json"))]
