"""One shard of stories in, its clean parts, drops, sketches and figures out. It writes no file and knows no step.

The result depends on the shard, the steps and the part size alone: whoever runs it, wherever, gets the same bytes.
"""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.dropped import Dropped
from foundling.corpus.duplicates import signatures
from foundling.corpus.shards import lines_of, read_stories
from foundling.corpus.splits import cut_one
from foundling.corpus.steps import CleaningStep
from foundling.records import BadInput, Story

KEPT, DROPPED, SKETCHES, PARTS = "kept.jsonl", "dropped.jsonl", "signatures.npy", "parts.npy"
FILES = (KEPT, DROPPED, SKETCHES, PARTS)
PART_BYTES = 12_000

PART = np.dtype([("offset", "<i8"), ("length", "<i8"), ("bytes", "<i8"), ("key", "<u8"), ("story", "<i8"),
                 ("prose", "?"), ("simulated", "?")])
"""A row about each part: where its line begins in kept.jsonl and how long it is, bytes of text, the beginning of its
id (see `key_of`), the number of its story within the shard, and whether it is prose and simulated."""

Spared = Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Milled:
    """What became of one shard.

    name: of the shard's file; files: bytes by name, as in `FILES`; facts: stories and bytes in, parts and bytes out,
    and by step how many were dropped, how many changed, and what was found (counts of personal data by kind).
    """

    name: str
    files: Mapping[str, bytes]
    facts: Mapping[str, Any]


class _Item(Protocol):
    @property
    def kind(self) -> str: ...


@runtime_checkable
class _Finder(Protocol):
    """A step that can say what it replaces in a text, so that it can be counted."""

    def found(self, text: str) -> Iterable[_Item]: ...


def key_of(story_id: str) -> int:
    """The first 64 bits of a story's id, as they stand in a row of `PART`."""
    return int(story_id[:16], 16)


class Chain:
    """Steps one after the other, then the cut into parts, with counts of what came in, went out and fell."""

    def __init__(
        self, steps: Sequence[CleaningStep], part_bytes: int = PART_BYTES, spared: Spared | None = None
    ) -> None:
        self._steps = steps
        self._part_bytes = part_bytes
        self._spared = spared or {}
        self._counts: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._changed: Counter[str] = Counter()
        self._found: Counter[str] = Counter()

    def run(self, stories: Iterable[Story]) -> Iterator[tuple[int, Story | Dropped]]:
        """The number of each story, as they come, with each of its parts or its drop. Scenes stay whole."""
        for number, story in enumerate(stories):
            self._counts.update({"stories": 1, "bytes_in": story.bytes})
            after = self(story)
            if isinstance(after, Dropped):
                yield number, after
                continue
            for part in cut_one(after, self._part_bytes):
                self._counts.update({"parts": 1, "bytes_out": part.bytes})
                yield number, part

    def facts(self) -> dict[str, Any]:
        """What was counted so far, as in `Milled`."""
        counts = {name: self._counts[name] for name in ("stories", "bytes_in", "parts", "bytes_out")}
        by = {"dropped": self._dropped, "changed": self._changed, "found": self._found}
        return counts | {name: dict(sorted(counter.items())) for name, counter in by.items()}

    def __call__(self, story: Story) -> Story | Dropped:
        """The story after all steps, or the drop. Steps from which a person spared it, under the id it came with or
        the one it was dropped under, are passed over. A step that fails on a story drops it with the fault as reason.

        Raises BadInput as a step raises it: then the step is set up wrongly, not the story.
        """
        first = story.id if self._spared else ""
        for step in self._steps:
            if self._spared and any(step.name in self._spared.get(name, ()) for name in (first, story.id)):
                continue
            try:
                after = step(story)
            except (BadInput, MemoryError):
                raise
            except Exception as fault:  # whatever hostile text makes a step do, one story falls and not the run
                reason = f"could not be worked on ({type(fault).__name__}: {fault})"
                after = Dropped(title=story.title, reason=reason, step=step.name, source=story.source, story=story)
            if isinstance(after, Dropped):
                self._dropped[step.name] += 1
                return after
            if after is not story and after != story:
                self._changed[step.name] += 1
                if isinstance(step, _Finder):
                    self._found.update(item.kind for item in step.found(story.text))
            story = after
        return story


def saved(array: NDArray[Any]) -> bytes:
    """An array as the bytes of a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def files_of(run: Iterable[tuple[int, Story | Dropped]]) -> dict[str, bytes]:
    """What `Chain.run` gives, as the four files of a shard."""
    kept, fallen, parts = bytearray(), bytearray(), list[Story]()
    rows = list[tuple[int, int, int, int, int, bool, bool]]()
    for number, thing in run:
        line = lines_of([thing])
        if isinstance(thing, Dropped):
            fallen += line
            continue
        rows.append((len(kept), len(line), thing.bytes, key_of(thing.id), number, thing.form == "prose",
                     thing.simulated))
        kept += line
        parts.append(thing)
    return {KEPT: bytes(kept), DROPPED: bytes(fallen), SKETCHES: saved(signatures(parts)),
            PARTS: saved(np.array(rows, dtype=PART))}


def mill_shard(
    shard: Path | bytes, steps: Sequence[CleaningStep], part_bytes: int = PART_BYTES, spared: Spared | None = None
) -> Milled:
    """The stories of a shard through the steps, cut into parts of about `part_bytes`, and sketched.

    Raises BadInput for a shard that is broken or cannot be read.
    """
    chain = Chain(steps, part_bytes, spared)
    try:
        files = files_of(chain.run(read_stories(shard)))
    except OSError as fault:
        raise BadInput(f"{shard!s} could not be read ({fault.strerror or fault}): restore it from a copy.") from fault
    return Milled(name=shard.name if isinstance(shard, Path) else "", files=files, facts=chain.facts())
