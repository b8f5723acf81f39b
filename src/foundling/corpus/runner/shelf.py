"""Folders of milled shards in, any part by its number out, without the texts in memory. It changes nothing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.duplicates import Sketches
from foundling.corpus.runner.milling import KEPT, PART, PARTS, SKETCHES
from foundling.corpus.shards import read_stories
from foundling.records import BadInput, Story


class Shelf:
    """All parts of a corpus, numbered through in the order of the folders; each folder holds one shard's `FILES`.

    parts: the rows of `PART` of all of them; stories: for each part a number that the parts of one story share;
    sketches: one memory map a shard.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        try:
            tables = [np.load(folder / PARTS) for folder in folders]
            self.sketches: list[Sketches] = [np.load(folder / SKETCHES, mmap_mode="r") for folder in folders]
        except (OSError, ValueError, EOFError) as fault:
            raise BadInput(f"A cleaned shard is broken ({fault}): run foundling prepare again.") from fault
        self._begins = np.cumsum([0, *map(len, tables)])
        self.parts: NDArray[np.void] = np.concatenate([np.zeros(0, dtype=PART), *tables])
        story, self.stories = 0, np.zeros(len(self.parts), dtype=np.int64)
        for begin, table in zip(self._begins, tables, strict=False):
            self.stories[begin:begin + len(table)] = table["story"] + story
            story += int(table["story"].max()) + 1 if len(table) else 0

    def __len__(self) -> int:
        return len(self.parts)

    def line(self, number: int) -> bytes:
        """The part with this number as it stands in its file."""
        shard = int(np.searchsorted(self._begins, number, side="right")) - 1
        with (self._folders[shard] / KEPT).open("rb") as file:
            file.seek(int(self.parts["offset"][number]))
            return file.read(int(self.parts["length"][number]))

    def story(self, number: int) -> Story:
        """The part with this number, read from its file. Raises BadInput when the file is not what it was."""
        return next(read_stories(self.line(number)))
