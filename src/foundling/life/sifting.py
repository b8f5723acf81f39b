"""Raw shards of a home in; clean parts, drops with their reasons, copies and splits out, under corpus/clean.

Every shard is cleaned once for a way of cleaning; a killed run goes on with the shards that are missing. What fell is
kept whole, and what a person put back passes the step that it fell at. Tokens and choices are other stations' work.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from foundling.corpus.runner.arranging import STEP as COPIES
from foundling.corpus.runner.arranging import arrange
from foundling.corpus.runner.milling import KEPT, key_of
from foundling.corpus.runner.pool import mill
from foundling.corpus.runner.shelf import Shelf
from foundling.corpus.shards import read_stories
from foundling.corpus.splits import LEAST_BYTES, SPLITS, part_size
from foundling.corpus.steps.leak import fingerprints, fingerprints_of_files
from foundling.corpus.steps.recipe import Cleaning, identity, steps_for
from foundling.home import Home, Ledger, read_verified, verify_folder
from foundling.life.collecting import corpus_shards
from foundling.life.stations import Done, recorded
from foundling.records import BadInput, Progress, Story, canonical_json, content_hash, to_jsonable

ARRANGEMENT = "arrangement.json"
_WORKERS = 8  # at most: beyond them the disk and the parent are the limit
Quality = Literal["web", "all", "none"]
_KINDS: Mapping[str, Literal["web kinds", "all", "none"]] = {"web": "web kinds", "all": "all", "none": "none"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a person asked for texts to be cleaned: the options of `foundling prepare`; keep_out: evaluation texts."""

    languages: tuple[str, ...] = ()
    lower: bool = False
    plain: bool = False
    quality: Quality = "web"
    least_words: int = 0
    licences: tuple[str, ...] = ()
    personal: bool = True
    keep_out: tuple[str, ...] = ()


def _asked_before(facts: Mapping[str, Any] | None) -> Asked:
    row: dict[str, Any] = dict(facts["asked"]) if facts else {}
    told: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Asked(**told)


def cleaning_for(asked: Asked) -> Cleaning:
    """The recipe of the steps. Raises BadInput when a path of evaluation texts is missing or a setting is unknown."""
    for path in asked.keep_out:
        if not Path(path).exists():
            raise BadInput(f"There is no file or folder {path}: check what was given to --keep-out.")
        if fingerprints_of_files([Path(path)]) == fingerprints(()):  # nothing would be kept out, and nobody would know
            raise BadInput(f"{path} has no text in it that is long enough to be known again: check --keep-out.")
    return Cleaning(
        languages=asked.languages, lower=asked.lower, plain=asked.plain, quality=_KINDS[asked.quality],
        least_words=asked.least_words, licences=asked.licences, unlicensed="drop" if asked.licences else "keep",
        personal=asked.personal, unseen=fingerprints_of_files(map(Path, asked.keep_out)) if asked.keep_out else b"",
    )


def spared(ledger: Ledger) -> dict[str, frozenset[str]]:
    """Which steps a person has said may not drop a story any more, by the story's id."""
    steps: dict[str, set[str]] = {}
    for event in ledger.events("put-back"):
        steps.setdefault(event.data["story"], set()).add(event.data["step"])
    return {story: frozenset(names) for story, names in steps.items()}


def workers_here() -> int:
    """Processes to clean with: as many as a training would use threads, at most 8."""
    from foundling.training.machine import threads_here  # torch comes with it, which costs seconds

    return min(_WORKERS, threads_here())


def sift(home: Home, ledger: Ledger, asked: Asked | None, seed: int) -> Iterator[Progress | Done]:
    """Clean, drop, split. Done already where corpus, wishes, steps and what was put back are the same as before, or the
    being has read the text by now. Raises BadInput when nothing is left or the text cannot be divided.
    """
    collected, before = recorded(ledger, "collect"), recorded(ledger, "clean")
    if collected is None:
        raise BadInput(f"{home.path} has no stories yet: run `foundling collect {home.path}` first.")
    if recorded(ledger, "pretrain") is not None:
        yield Done(station="clean", facts=before or {}, fresh=False)
        return
    asked = asked or _asked_before(before)
    settings, free = cleaning_for(asked), spared(ledger)
    way = content_hash({
        "corpus": collected["corpus"], "cleaning": identity(settings), "seed": seed,
        "spared": {story: sorted(steps) for story, steps in free.items()},
    })
    if before is not None and before["way"] == way:
        yield Done(station="clean", facts=before, fresh=False)
        return
    size = part_size(collected["bytes"])
    made: list[str] = []
    for event in _milled(home, ledger, collected, settings, free):
        if isinstance(event, Progress):
            yield event
        else:
            made.append(event)
    counts = _counts(home, made)
    _refuse_nothing(collected, counts)
    yield Progress(station="clean", text="looking for copies")
    shelf = shelf_of(home, made)
    back = frozenset(key_of(story) for story, steps in free.items() if COPIES in steps)
    arrangement = arrange(shelf, seed, spared=back)
    copies, of_copies = to_jsonable(list(arrangement.copies)), len(arrangement.copies)
    address = home.commit_new("corpus/clean", {ARRANGEMENT: canonical_json({
        "shards": made, "splits": {key: index.tolist() for key, index in arrangement.splits.items()},
        "copies": copies, "part_bytes": size, "counts": counts,
    })})
    facts = {
        "text": address, "way": way, "asked": to_jsonable(asked), "stories": counts["stories"],
        "parts": counts["parts"] - of_copies, "dropped": counts["dropped"] + of_copies,
        "bytes": counts["bytes"] - sum(int(shelf.parts["bytes"][copy.part]) for copy in arrangement.copies),
        "drops_by_step": counts["drops_by_step"] | ({COPIES: of_copies} if of_copies else {}),
        "found": counts["found"], "changed": counts["changed"],
    }
    ledger.append("clean", data=facts)
    yield Done(station="clean", facts=facts)


def _milled(
    home: Home, ledger: Ledger, collected: Mapping[str, Any], settings: Cleaning, free: dict[str, frozenset[str]]
) -> Iterator[Progress | str]:
    """The address of each shard's clean folder, in order; shards that are recorded are not cleaned again."""
    shards, steps_name = corpus_shards(home, collected["corpus"]), identity(settings)
    size = part_size(collected["bytes"])
    steps = steps_for(settings)
    keys = {shard: f"milled:{content_hash([shard, steps_name, size, sorted((k, sorted(v)) for k, v in free.items())])}"
            for shard in shards}
    known = {event.key: event.data["clean"] for event in ledger.events("milled")}
    there = {shard: known[keys[shard]] for shard in shards if keys[shard] in known and _whole(home, known[keys[shard]])}
    missing = [shard for shard in shards if shard not in there]
    paths = [home.path / "corpus" / "orig" / shard / "documents.jsonl" for shard in missing]
    for path in paths:
        verify_folder(path.parent)
    began = time.monotonic()
    yield Progress(station="clean", text=f"{len(missing)} of {len(shards)} shards to clean")
    for number, (shard, milled) in enumerate(zip(missing, mill(
        paths, steps, workers=workers_here(), part_bytes=size, spared=free or None), strict=True), 1):
        there[shard] = home.commit_new("corpus/clean", {**milled.files, "facts.json": canonical_json(milled.facts)})
        ledger.append("milled", key=keys[shard], data={"shard": shard, "clean": there[shard]})
        left = (time.monotonic() - began) / number * (len(missing) - number)
        yield Progress(
            station="clean", text=f"shard {number} of {len(missing)}", done=number, total=len(missing),
            seconds_left=left,
        )
    yield from (there[shard] for shard in shards)


def _whole(home: Home, address: str) -> bool:
    try:
        return bool(verify_folder(home.path / "corpus" / "clean" / address))
    except BadInput:
        return False


def shelf_of(home: Home, made: Sequence[str]) -> Shelf:
    """The clean parts of these shards, by number. Raises BadInput when one is broken."""
    return Shelf([home.path / "corpus" / "clean" / address for address in made])


def _counts(home: Home, made: list[str]) -> dict[str, Any]:
    """What was kept, dropped, changed and found, over all shards; copies fall later."""
    drops, found, changed = Counter[str](), Counter[str](), Counter[str]()
    parts = size = stories = 0
    for address in made:
        facts = json.loads(read_verified(home.path / "corpus" / "clean" / address, "facts.json"))
        drops.update(facts["dropped"])
        found.update(facts["found"])
        changed.update(facts["changed"])
        parts, size, stories = parts + facts["parts"], size + facts["bytes_out"], stories + facts["stories"]
    return {
        "stories": stories, "parts": parts, "bytes": size, "dropped": sum(drops.values()),
        "drops_by_step": {step: count for step, count in sorted(drops.items()) if count},
        "found": dict(sorted(found.items())), "changed": dict(sorted(changed.items())),
    }


def _refuse_nothing(collected: Mapping[str, Any], counts: Mapping[str, Any]) -> None:
    if counts["bytes"] < LEAST_BYTES:
        most = max(counts["drops_by_step"], key=counts["drops_by_step"].get, default="")
        raise BadInput(
            f"Cleaning leaves only {counts['bytes']:,} of {collected['bytes']:,} bytes, and a being needs "
            f"{LEAST_BYTES:,}: most fell at the step `{most}`; ask for less, or add stories."
        )


def parts_of(home: Home, made: list[str]) -> Iterator[Story]:
    """Every clean part, shard by shard. Raises BadInput when a shard is damaged."""
    for address in made:
        folder = home.path / "corpus" / "clean" / address
        verify_folder(folder)
        yield from read_stories(folder / KEPT)


def arrangement_of(home: Home, address: str) -> dict[str, Any]:
    """The shards and splits of a clean text. Raises BadInput when it is damaged."""
    return dict(json.loads(read_verified(home.path / "corpus" / "clean" / address, ARRANGEMENT)))


def chosen_splits(home: Home, address: str) -> dict[str, list[Story]]:
    """The parts of each split, in the order of the split. Raises BadInput when a file is damaged."""
    row = arrangement_of(home, address)
    wanted = {number: (name, place) for name in SPLITS for place, number in enumerate(row["splits"][name])}
    found: dict[str, dict[int, Story]] = {name: {} for name in SPLITS}
    for number, part in enumerate(parts_of(home, row["shards"])):
        if number in wanted:
            name, place = wanted[number]
            found[name][place] = part
    return {name: [parts[place] for place in sorted(parts)] for name, parts in found.items()}


def text_to_read(ledger: Ledger) -> str | None:
    """The address of what `prepare` packs: a person's choice where it was made of the newest clean text, else all of
    that; None where nothing is clean yet."""
    cleaned, chosen = recorded(ledger, "clean"), recorded(ledger, "curate")
    if cleaned is None:
        return None
    return str(chosen["text"]) if chosen is not None and chosen["of"] == cleaned["text"] else str(cleaned["text"])
