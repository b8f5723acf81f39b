"""Stories in, lines of JSON out, and back: a shard is a file of one story (or drop) a line. It commits nothing."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.records import BadInput, Story, canonical_json, story_from, to_jsonable


def lines_of(things: Iterable[Story | Dropped]) -> bytes:
    """Stories or drops as JSON lines."""
    return b"".join(canonical_json(to_jsonable(thing)) for thing in things)


def _rows(source: Path | bytes) -> Iterator[dict[str, Any]]:
    lines = source.split(b"\n") if isinstance(source, bytes) else _file_lines(source)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as fault:
            where = "a shard" if isinstance(source, bytes) else str(source)
            raise BadInput(f"Line {number} of {where} is no JSON ({fault}): restore it from a copy.") from fault
        yield row


def _file_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def read_stories(source: Path | bytes) -> Iterator[Story]:
    """The stories of a shard, one after the other (a file is never held in memory as a whole). Raises BadInput."""
    return map(story_from, _rows(source))


def read_drops(source: Path | bytes) -> Iterator[Dropped]:
    """The drops of a shard. Raises BadInput."""
    for row in _rows(source):
        yield Dropped(**{**row, "story": story_from(row["story"]) if row.get("story") else None})
