"""How long steps took: a trainer's events flow through, a thin file of times is left behind. It changes no event.

Times are no part of a generation, which is made again byte for byte; so they lie beside it, in a file of their own.
"""

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from foundling.home import Home, write_atomically
from foundling.records import canonical_json

_MOST = 400  # points that are kept of a run


def pace_file(home: Home, stage: str) -> Path:
    """Where the times of a stage of a being's training are kept."""
    return home.reports / f"pace-{stage}.json"


def read_pace(path: Path) -> dict[int, tuple[float, int]]:
    """Seconds and tokens of steps by their number; nothing where there is no such file or it cannot be read."""
    try:
        return {int(step): (float(seconds), int(tokens)) for step, seconds, tokens in json.loads(path.read_bytes())}
    except (OSError, ValueError, TypeError):
        return {}


def keep_pace(events: Generator[dict[str, Any]], path: Path) -> Generator[dict[str, Any]]:
    """The same events; what they say of times is written to `path` when they end or are stopped, beside what an
    earlier part of the run left there. Steps that looked at validation text are left out."""
    found = read_pace(path)
    try:
        with closing(events):  # however we are left, the trainer has saved and ended before
            for event in events:
                plain = event["event"] == "step" and event.get("validation") is None
                if plain and event["step"] % max(1, event["steps"] // _MOST) == 0:
                    found[event["step"]] = (event["seconds"], event.get("tokens", 0))
                yield event
    finally:
        if found:
            rows = [[step, round(seconds, 5), tokens] for step, (seconds, tokens) in sorted(found.items())]
            write_atomically(path, canonical_json(rows))


def with_pace(curve: Iterable[Mapping[str, Any]], path: Path) -> Sequence[Mapping[str, Any]]:
    """The curve with the times of its steps, and points of their own for steps that only the times know."""
    pace, rows = read_pace(path), [dict(row) for row in curve]
    known = {row["step"]: row for row in rows}
    for step, (seconds, tokens) in pace.items():
        if step in known:
            known[step] |= {"seconds": seconds, "tokens": tokens}
        else:
            rows.append({"step": step, "seconds": seconds, "tokens": tokens})
    return sorted(rows, key=lambda row: int(row["step"]))
