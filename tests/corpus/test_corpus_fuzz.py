"""Malformed inputs of every format, drawn by a recorded seed: no crash, no hang, a story or one plain sentence."""

import time
from pathlib import Path
from random import Random

from malformed import mutated, valid

from foundling.corpus import Dropped, gather
from foundling.corpus.reading import READERS
from foundling.records import Story, canonical_json

HANG = 10.0


def broken(place: Path, count: int, seed: int) -> None:
    """Fill a folder with so many malformed inputs, every format in turn."""
    draw, formats = Random(seed), valid()
    names = sorted(formats)
    for number in range(count):
        name = names[number % len(names)]
        (place / f"{number:04d}-{name}").write_bytes(mutated(formats[name], draw))


def judged(place: Path) -> tuple[dict[str, int], float]:
    """How many files gave stories, drops or both, and the longest wait for anything, in seconds."""
    came: dict[str, set[str]] = {}
    slowest, before = 0.0, time.monotonic()
    for found in gather([place]):
        now = time.monotonic()
        slowest, before = max(slowest, now - before), now
        assert isinstance(found, Story | Dropped) and canonical_json(found)
        if isinstance(found, Dropped):
            assert 3 < len(found.reason) <= 200 and "\n" not in found.reason and "Traceback" not in found.reason
        else:
            assert found.text.strip() and found.title and found.origin.kind and (found.turns or found.form == "prose")
        came.setdefault(found.source[:4], set()).add(type(found).__name__)
    assert sorted(came) == [path.name[:4] for path in sorted(place.iterdir())]  # nothing falls silently
    kinds = [" and ".join(sorted(kinds)) for kinds in came.values()]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}, slowest


def test_the_valid_inputs_are_stories(tmp_path):
    for name, data in valid().items():
        (tmp_path / name).write_bytes(data)
    found = list(gather([tmp_path]))
    drops = {f.source: f.reason for f in found if isinstance(f, Dropped)}
    assert drops == {}
    assert {f.origin.kind for f in found} == set(READERS)


def test_five_hundred_malformed_inputs(tmp_path):
    broken(tmp_path, 520, seed=500)
    outcome, slowest = judged(tmp_path)
    assert slowest < HANG and sum(outcome.values()) == 520 and len(outcome) == 3, outcome
