"""What fell out of a corpus and why, from the home; and a person's word that it be put back. It cleans nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from foundling.corpus import Dropped
from foundling.corpus.runner.arranging import Copy, drops
from foundling.corpus.shards import read_drops
from foundling.home import Home, Ledger
from foundling.life.collecting import corpus_shards
from foundling.life.sifting import arrangement_of, shelf_of
from foundling.life.stations import recorded
from foundling.records import BadInput

_SHORT = 12  # hexadecimal digits of an id that people see and type
_SHOWN = 160  # characters of a text that are shown


def drops_of(home: Home, ledger: Ledger) -> Iterator[Dropped]:
    """All drops: while reading, at a step, as a copy."""
    collected, cleaned = recorded(ledger, "collect"), recorded(ledger, "clean")
    if collected is None:
        raise BadInput(f"{home.path} has no texts yet: run `foundling collect {home.path}` first.")
    for shard in corpus_shards(home, collected["corpus"]):
        yield from read_drops(home.path / "corpus" / "orig" / shard / "dropped.jsonl")
    if cleaned is None:
        return
    row = arrangement_of(home, cleaned["text"])
    for shard in row["shards"]:
        yield from read_drops(home.path / "corpus" / "clean" / shard / "dropped.jsonl")
    yield from drops(shelf_of(home, row["shards"]), [Copy(**copy) for copy in row["copies"]])


def what_fell(home: Home, ledger: Ledger, step: str | None, count: int) -> dict[str, Any]:
    """How much fell at each step, and the first `count` drops (of one step, if given) with their ids. Raises BadInput
    for a step at which nothing fell."""
    counts, rows = Counter[str](), list[dict[str, Any]]()
    for drop in drops_of(home, ledger):
        counts[drop.step] += 1
        if step in (None, drop.step) and len(rows) < count:
            text = "" if drop.story is None else " ".join(drop.story.text.split())[:_SHOWN]
            rows.append({
                "id": "" if drop.story is None else drop.story.id[:_SHORT], "title": drop.title,
                "step": drop.step, "reason": drop.reason, "source": drop.source, "text": text,
            })
    if step is not None and step not in counts:
        there = f"the steps at which something fell: {', '.join(sorted(counts))}" if counts else "nothing fell at all"
        raise BadInput(f"Nothing fell at a step {step!a}; {there}.")
    return {"dropped": sum(counts.values()), "by_step": dict(sorted(counts.items())), "drops": rows}


def put_back(home: Home, ledger: Ledger, ids: Sequence[str]) -> list[str]:
    """Record that these stories pass the step they fell at; returns their titles. Raises BadInput for an id that is
    nobody's or that could not be read, and after the being has read its text, and records nothing then."""
    if recorded(ledger, "pretrain") is not None:
        raise BadInput(f"{home.path} has read its text already; what is put back now could not reach it.")
    found: dict[str, list[Dropped]] = {text: [] for text in ids}
    for drop in drops_of(home, ledger):
        for text in ids:
            if drop.story is not None and drop.story.id.startswith(text):
                found[text].append(drop)
    for text, fallen in found.items():
        if len(text) < 6 or not fallen:
            raise BadInput(f"No dropped text has the id {text!a}: see `foundling dropped {home.path}`.")
    for fallen in found.values():
        for drop in fallen:
            assert drop.story is not None
            key = f"put-back:{drop.story.id}:{drop.step}"
            ledger.append("put-back", key=key, data={"story": drop.story.id, "step": drop.step})
    return [fallen[0].title for fallen in found.values()]


def table(facts: dict[str, Any]) -> str:
    """The facts as lines for a terminal."""
    if not facts["dropped"]:
        return "Nothing was left out."
    head = ", ".join(f"{step} {count:,}" for step, count in facts["by_step"].items())
    lines = [f"{facts['dropped']:,} left out: {head}"]
    for row in facts["drops"]:
        lines += ["", f"{row['id'] or '-':<{_SHORT}}  {row['title']}  [{row['step']}] {row['reason']}"]
        lines += [f"{'':<{_SHORT}}  {row['text']}"] if row["text"] else []
    return "\n".join(lines)
