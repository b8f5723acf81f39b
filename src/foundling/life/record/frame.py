"""What both sides of a record are given: the text, the minutes, the threads and a folder. It does nothing itself."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.home import Home
from foundling.recipe.record import Track
from foundling.records import Progress


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One side's place on a track. `text` holds the facts of `pack_text`; `home` the programs and packed tokens."""

    home: Home
    track: Track
    minutes: float
    threads: int
    text: dict[str, Any]
    folder: Path

    @property
    def tokens(self) -> Path:
        """The folder of the tokenizer and the packed shards."""
        return self.home.tokens / str(self.text["tokens"])

    def seed(self, number: int) -> Path:
        """The folder of one seed's run."""
        return self.folder / f"seed-{number}"


Freeze = Callable[[Frame], Generator[Progress, None, dict[str, Any]]]
Train = Callable[[Frame, dict[str, Any], int], Generator[Progress, None, Path]]


@dataclass(frozen=True, kw_only=True)
class Side:
    """Somebody who trains: `freeze` times itself and gives a plan, `train` obeys it and gives a folder of weights.

    `name` is the side's folder, `title` what results call it (empty: its name).
    """

    name: str
    freeze: Freeze
    train: Train
    title: str = ""
