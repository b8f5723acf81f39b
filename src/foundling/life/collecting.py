"""Sources in, shards of raw stories under corpus/orig out, each story once. It cleans and chooses nothing.

Shards are named by their content and saved as they fill, so that a killed run, begun again, ends in the same bytes, and
a source of any size needs the memory of one shard.
"""

import json
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foundling.corpus import BUILTIN, Dropped, cut, gather
from foundling.corpus.reading.document import valid
from foundling.corpus.runner.arranging import STEP as COPIES
from foundling.corpus.runner.packing import Packer
from foundling.corpus.seen import Seen
from foundling.corpus.shards import read_drops, read_stories
from foundling.home import Home, Ledger, read_verified, verify_folder
from foundling.life.stations import Done, recorded
from foundling.life.village import REFERENCE_TOKENS, TOKEN_BYTES, village_stories
from foundling.records import UNKNOWN, BadInput, Origin, Progress, Story, canonical_json, to_jsonable

_OWN = Origin(kind="text", licence="Apache-2.0", consent="own", language="en")
_SHOWN = 50  # drops that the facts of the station name; all of them lie in the shards


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person asked to be gathered: sources as typed (none: the built-in stories and the village), terms that
    they state for all of it, and the column that holds the text in tables ("": guess).

    made: stories that a program made here; they stand for what the sources hold, which then only name them.
    """

    sources: tuple[str, ...] = ()
    terms: Origin = UNKNOWN
    column: str = ""
    seed: int = 0
    made: tuple[Story, ...] = ()


@dataclass(kw_only=True)
class _Count:
    """What has gone by so far."""

    stories: int = 0
    scenes: int = 0
    bytes: int = 0
    simulated: int = 0
    drops: int = 0

    def add(self, thing: Story | Dropped) -> None:
        if isinstance(thing, Dropped):
            self.drops += 1
            return
        self.stories += thing.form == "prose"
        self.scenes += thing.form == "scene"
        self.bytes += thing.bytes
        self.simulated += thing.bytes if thing.simulated else 0


def _raw(wanted: Wanted, cache: Path) -> Iterator[Story | Dropped]:
    """What the sources hold; without any, the built-in stories and as much of the village as makes the reference
    size."""
    if wanted.made:
        yield from wanted.made
        return
    if wanted.sources:
        yield from gather(wanted.sources, given=wanted.terms, column=wanted.column, cache=cache)
        return
    filled = 0
    for found in gather([BUILTIN], given=_OWN):
        filled += 0 if isinstance(found, Dropped) else found.bytes
        # The time of installation says nothing about a story, and would make every corpus another one.
        yield found if isinstance(found, Dropped) else replace(found, origin=_OWN)
    for story in village_stories(wanted.seed, round(REFERENCE_TOKENS * TOKEN_BYTES) - filled):
        yield replace(story, origin=replace(_OWN, kind="world"))


def _once(things: Iterator[Story | Dropped], seen: Seen) -> Iterator[Story | Dropped]:
    """Every story the first time it comes, and a drop in its place after that."""
    for thing in things:
        if isinstance(thing, Story) and (before := seen.first(thing.id, thing.title)) is not None:
            yield Dropped(title=thing.title, reason=f"is the same text as {before}", step=COPIES, source=thing.source)
        else:
            yield thing


def collect(home: Home, ledger: Ledger, wanted: Wanted) -> Generator[Progress | Done]:
    """The first collection of a home; where there was one, nothing is done. Raises BadInput as `add` does."""
    facts = recorded(ledger, "collect")
    if facts is not None:
        yield Done(station="collect", facts=facts, fresh=False)
        return
    yield from add(home, ledger, wanted)


def add(home: Home, ledger: Ledger, wanted: Wanted) -> Generator[Progress | Done]:
    """Gather the sources into the home, beside what is there already; the same thing twice adds nothing.

    Raises BadInput when nothing usable is found, or too little for a being, and nothing is written then.
    """
    before = recorded(ledger, "collect")
    shards: list[str] = [] if before is None else corpus_shards(home, before["corpus"])
    count, fresh, packer, first = _Count(), list[str](), Packer(), True
    with Seen() as seen:
        for shard in shards:
            for story in read_stories(home.path / "corpus" / "orig" / shard / "documents.jsonl"):
                seen.first(story.id, story.title)
        yield Progress(station="collect", text="reading")
        pace = _Pace(total=0.0 if wanted.sources else REFERENCE_TOKENS * TOKEN_BYTES)
        for thing in _once(_raw(wanted, home.path / "corpus" / "new" / "web"), seen):
            if (full := packer.put(thing)) and (full["documents.jsonl"] or before is None):
                fresh.append(home.commit_new("corpus/orig", full))
            first = first and full is None
            count.add(thing)
            if word := pace.word(count):
                yield word
    last = packer.rest()
    if before is None and first:  # nothing was written yet
        _refuse_too_little(last or {"documents.jsonl": b"", "dropped.jsonl": b""})
    if last and (last["documents.jsonl"] or before is None):
        fresh.append(home.commit_new("corpus/orig", last))
    new = [_shown(source) for source in wanted.sources] or ["the built-in stories", "the village"]
    sources = [*([] if before is None else before["sources"]), *new]
    yield Done(station="collect", facts=_record(home, ledger, [*shards, *fresh], sources, before))


def keep_shards(home: Home, ledger: Ledger, shards: list[str], sources: list[str]) -> dict[str, Any]:
    """The corpus of these of its shards alone, as a new collection; nothing is removed from the disk."""
    return _record(home, ledger, shards, sources, recorded(ledger, "collect"))


class _Pace:
    """When to say how far it is, and what: at most five times a second. total: bytes expected, 0 where nobody knows."""

    def __init__(self, total: float) -> None:
        self._total, self._began, self._told = total, time.monotonic(), 0.0

    def word(self, count: _Count) -> Progress | None:
        """What to say now, None for nothing."""
        now = time.monotonic()
        if now - self._told < 0.2:
            return None
        self._told = now
        known = self._total and count.bytes
        left = (now - self._began) / count.bytes * (self._total - count.bytes) if known else None
        text = f"{count.stories + count.scenes:,} stories, {count.bytes / 1e6:,.1f} MB"
        return Progress(station="collect", text=text, done=count.bytes, total=self._total, seconds_left=left)


def _refuse_too_little(files: dict[str, bytes]) -> None:
    """Too little text is refused before anything is written. Raises BadInput."""
    stories = list(read_stories(files["documents.jsonl"]))
    if not stories:
        first = next(read_drops(files["dropped.jsonl"]), None)
        why = f"the first one, {first.title}, {first.reason}" if first else "there are none"
        raise BadInput(f"No story can be read from what was given: {why}.")
    cut(stories)


def _record(
    home: Home, ledger: Ledger, shards: list[str], sources: list[str], before: dict[str, Any] | None
) -> dict[str, Any]:
    """The corpus as a list of shards, named by its content; the event, unless nothing is new."""
    shards = list(dict.fromkeys(shards))
    if before is not None and len(shards) == len(corpus_shards(home, before["corpus"])):
        return before | {"new_stories": 0}
    count, drops = _Count(), list[Dropped]()
    for shard in shards:
        for story in read_stories(home.path / "corpus" / "orig" / shard / "documents.jsonl"):
            count.add(story)
        for drop in read_drops(home.path / "corpus" / "orig" / shard / "dropped.jsonl"):
            count.add(drop)
            drops += [replace(drop, story=None)] if len(drops) < _SHOWN else []
    address = home.commit_new("corpus/orig", {"corpus.json": canonical_json({"shards": shards})})
    facts = {
        "corpus": address, "stories": count.stories, "scenes": count.scenes, "bytes": count.bytes,
        "simulated": count.simulated, "reference_tokens": round(count.bytes / TOKEN_BYTES), "dropped": count.drops,
        "drops": to_jsonable(drops), "shards": len(shards),
        "sources": sources,
    }
    ledger.append("collect", data=facts)
    told = 0 if before is None else before["stories"] + before["scenes"]
    return facts | {
        "new_stories": count.stories + count.scenes - told, "too_late": recorded(ledger, "pretrain") is not None,
    }


def _shown(source: str) -> str:
    """A source without the folders it lies in: a home may be given away, and whose disk it was is nobody's business."""
    return valid(source if "://" in source or source.startswith("hf:") else Path(source).name)


def corpus_shards(home: Home, address: str) -> list[str]:
    """The shards of a collected corpus, in order. Raises BadInput when it is damaged."""
    return list(json.loads(read_verified(home.path / "corpus" / "orig" / address, "corpus.json"))["shards"])


def collected_stories(home: Home, address: str) -> Iterator[Story]:
    """Every story as it was collected. Raises BadInput when a shard is damaged."""
    for shard in corpus_shards(home, address):
        folder = home.path / "corpus" / "orig" / shard
        verify_folder(folder)
        yield from read_stories(folder / "documents.jsonl")
