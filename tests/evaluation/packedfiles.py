"""A compiled corpus read back: a folder flows in, each document's row and ids flow out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foundling.evaluation.spaces.data.shards import INDEX, ROWS
from foundling.home import verify_folder
from foundling.tokens.packing import read_shards


def read_back(folder: Path) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """Each document of a compiled corpus as its row and its ids. Raises BadInput where a byte of it has changed."""
    verify_folder(folder)
    index = json.loads((folder / INDEX).read_bytes())
    with (folder / ROWS).open("rb") as rows:
        for prefix in index["shards"]:
            shards = read_shards(folder, prefix)
            for begin, end in zip(shards.starts[:-1].tolist(), shards.starts[1:].tolist(), strict=True):
                yield json.loads(rows.readline()), shards.ids[begin:end].tolist()
