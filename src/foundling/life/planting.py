"""Canaries into a home's texts and out again, by the way that all texts take: a home and a seed in, a corpus out.

They lie in a shard of their own beside the others, so that a corpus without them is the list of the other shards: the
very corpus that was there before. What a canary is, and how far a being remembers it, is `evaluation.measures`'s.
"""

from collections.abc import Generator

from foundling.corpus.shards import read_stories
from foundling.evaluation.measures.canaries import SOURCE, is_canary, plant
from foundling.home import Home, Ledger
from foundling.life.collecting import Wanted, add, corpus_shards, keep_shards
from foundling.life.stations import Done, recorded
from foundling.records import BadInput, Progress


def planted_shards(home: Home, shards: list[str]) -> dict[str, str]:
    """The shards that hold canaries alone, each with where its canaries say they come from."""
    found = {}
    for shard in shards:
        sources = set[str]()
        for story in read_stories(home.path / "corpus" / "orig" / shard / "documents.jsonl"):
            if not is_canary(story):
                break
            sources.add(story.source)
        else:
            if sources:
                found[shard] = ", ".join(sorted(sources))
    return found


def plant_canaries(home: Home, ledger: Ledger, *, count: int, seed: int) -> Generator[Progress | Done]:
    """Collect the stories of so many canaries; the same again adds nothing. Raises BadInput for a home without texts by
    people, where they could be held out, and for one that has other canaries, behind whose words they would stand."""
    collected, name = recorded(ledger, "collect"), f"{SOURCE}:{seed}:{count}"
    if collected is None:
        raise BadInput(f"{home.path} has no texts yet: run `foundling collect {home.path}` first.")
    if collected["simulated"] >= collected["bytes"]:
        raise BadInput(f"All text of {home.path} was told by a program: canaries among it could be held out for the "
                       "judge; collect texts by people first.")
    others = set(planted_shards(home, corpus_shards(home, collected["corpus"])).values()) - {name}
    if others:
        raise BadInput(f"{home.path} has other canaries ({', '.join(sorted(others))}): take them out with --off first.")
    stories = plant(seed, count)
    for event in add(home, ledger, Wanted(sources=(name,), made=stories)):
        if isinstance(event, Done):
            size = sum(story.bytes for story in stories)
            yield Done(station="canaries", facts=_facts(event.facts, ledger) | {
                "canaries": count, "share": size / event.facts["bytes"],
            })
        else:
            yield event


def take_out(home: Home, ledger: Ledger) -> Generator[Progress | Done]:
    """The corpus without them; they stay in their shard, which nothing reads any more."""
    collected = recorded(ledger, "collect")
    if collected is None:
        raise BadInput(f"{home.path} has no texts yet: there is nothing to take out.")
    yield Progress(station="canaries", text="reading")
    shards = corpus_shards(home, collected["corpus"])
    planted = planted_shards(home, shards)
    sources = [source for source in collected["sources"] if source not in planted.values()]
    facts = keep_shards(home, ledger, [shard for shard in shards if shard not in planted], sources)
    yield Done(station="canaries", facts=_facts(facts, ledger))


def _facts(facts: dict[str, object], ledger: Ledger) -> dict[str, object]:
    told = {name: facts[name] for name in ("corpus", "stories", "scenes", "bytes", "new_stories")}
    return told | {"too_late": recorded(ledger, "pretrain") is not None}
