"""What the judge of a home remembers: the ledger's verdicts, its secret, its held-out slices; rows go back into it.

All state but the secret is folded from the ledger. The chain shows a changed row and not a cut end, so the judge notes
beside it how far the ledger had come (`judge/head.json`), and refuses to go on with one that is shorter. It judges
nothing and trains nothing.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.corpus.steps.leak import Unseen, fingerprints
from foundling.evaluation.intervals import LEAST_CLUSTERS
from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.subject import digest_of
from foundling.evaluation.versus.evidence import Evidence, write_evidence
from foundling.evaluation.versus.holdout import Place, Pool, place, shared_out
from foundling.evaluation.versus.past import Gate, Past, read_past
from foundling.evaluation.versus.vault import EVERY, remaining
from foundling.evaluation.versus.verdict import CHOOSING, CLAIMING, VAULT, Meta, row_of, word_row
from foundling.home import Home, Ledger, write_atomically
from foundling.life.feasibility_trials import stories_of
from foundling.life.stations import judge_stories, recorded
from foundling.records import BadInput, Story, canonical_json, content_hash

VERDICT, ARRIVED = "verdict", "judge-text"
SECRET, HEAD = "secret", "head.json"
LEAST_SLICE, MOST_SLICES = 24, 10  # documents of a slice; slices of one text
_BIRTH = {"candidate", "incumbent", "outcome", "reason", "evidence"}  # of the verdict that a birth writes
_GATES: dict[str, tuple[Gate, ...]] = {
    CHOOSING: ("screen", "confirm", "checkpoint"), CLAIMING: ("claim", "checkpoint"),
}


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """A slice of held-out text: its name, its documents by id, the part that each belongs to, files by hash."""

    slice: str
    documents: dict[str, Story]
    parts: dict[str, str]
    inputs: dict[str, str]


@dataclass(kw_only=True)
class Keep:
    """An open home with the judge's state; `past` grows with every row."""

    home: Home
    ledger: Ledger
    secret: bytes
    past: tuple[Past, ...]


def verdict_rows(ledger: Ledger) -> list[dict[str, Any]]:
    """The rows of this judge, in order. Raises BadInput for a verdict that nobody of us writes."""
    rows = []
    for event in ledger.events(VERDICT):
        if "gate" in event.data:
            rows.append(event.data)
        elif event.data.keys() != _BIRTH:
            raise BadInput(f"Event {event.id} of the ledger is a verdict without a gate: restore life.db from a copy.")
    return rows


def open_keep(home: Home, ledger: Ledger) -> Keep:
    """The judge's state of a home. Raises BadInput for a ledger that was changed or cut, or a secret that is gone."""
    ledger.verify()
    check_head(home, ledger)
    past = read_past(verdict_rows(ledger))
    path = home.judge / SECRET
    if not path.exists():
        if past:
            raise BadInput(f"{path} is missing, and without it no slice is known: restore it from a copy of the home.")
        write_atomically(path, secrets.token_bytes(32))
    path.chmod(0o600)  # each time: a kill between the two lines would leave it open to others
    return Keep(home=home, ledger=ledger, secret=path.read_bytes(), past=past)


def check_head(home: Home, ledger: Ledger) -> None:
    """Raises BadInput where the ledger ends before the judge's last note of it, or says something else there."""
    path = home.judge / HEAD
    if not path.exists():
        if verdict_rows(ledger):
            raise BadInput(f"{path} is missing although there are verdicts: restore it from a copy of the home.")
        return
    try:
        noted = json.loads(path.read_bytes())
        number, digest = int(noted["events"]), str(noted["head"])
    except (ValueError, KeyError, TypeError) as fault:
        raise BadInput(f"{path} is damaged: restore it from a copy of the home.") from fault
    there = ledger.events(after=number - 1, limit=1)
    if not there or there[0].id != number or there[0].hash != digest:
        raise BadInput(
            f"{home.path / 'life.db'} was cut or replaced: the judge had seen {number} events of it. Restore it from a "
            "copy of the home."
        )


def record(keep: Keep, evidence: Evidence, *, cost: float, canary: Any = None) -> dict[str, Any]:
    """Freeze the evidence, rule on it, append the row, note the ledger's new end; returns the row."""
    name = write_evidence(keep.home.judge, evidence)
    return _append(keep, row_of(evidence, keep.past, Meta(evidence=name, cost_seconds=round(cost, 1), canary=canary)))


def record_word(keep: Keep, text: str) -> dict[str, Any]:
    """Append what a person says of the vault. Raises BadInput for a text without words."""
    return _append(keep, word_row(keep.past, text))


def _append(keep: Keep, row: dict[str, Any]) -> dict[str, Any]:
    event = keep.ledger.append(VERDICT, data=row)
    write_atomically(keep.home.judge / HEAD, canonical_json({"events": event.id, "head": event.hash}))
    keep.past = read_past(verdict_rows(keep.ledger))
    return row


def due(keep: Keep) -> str:
    """That the vault is to be opened, in a sentence; "" while it is not."""
    if remaining(keep.past):
        return ""
    return (f"{EVERY} promotions are confirmed since the vault was last looked into: nothing more is claimed until "
            f"`foundling vault {keep.home.path}` has opened it.")


def ending(keep: Keep, notes: Sequence[str]) -> dict[str, Any]:
    """What the facts of every comparison end with: whose home it was, its notes, and that the vault is due."""
    words = due(keep)
    told = [] if not words or any(words in note for note in notes) else [words]
    return {"home": str(keep.home.path), "notes": [*notes, *told]}


def kept_generations(home: Home) -> dict[str, Path]:
    """The generations that lie in the home, by the digest under which they are judged."""
    return {digest_of(home.generation(number)): home.generation(number) for number in home.generations()}


def _texts(keep: Keep, which: str) -> list[tuple[str, str, list[Story]]]:
    """Every text of the judge for choosing, for claiming or in the vault: address, file name, stories; the oldest
    first. What arrived later is shared between the first two."""
    prepared = recorded(keep.ledger, "prepare")
    if prepared is None:
        raise BadInput(f"{keep.home.path} has no held-out text yet: run `foundling prepare {keep.home.path}` first.")
    arrived = [] if which == VAULT else [event.data["judge"] for event in keep.ledger.events(ARRIVED)]
    addresses = [prepared["judge"], *arrived]
    return [(address, f"{which}.json", judge_stories(keep.home, address, which)) for address in addresses]


def by_id(stories: Sequence[Story]) -> dict[str, Story]:
    """Documents with words in them by the id under which they are scored; the same text twice is one."""
    found = {content_hash(plain_text(story)): story for story in stories if plain_text(story).strip()}
    return dict(sorted(found.items()))


def slices(keep: Keep, which: str) -> dict[str, HeldOut]:
    """All slices of the judge's text for choosing ("screen") or for claiming ("confirm"), in their order of use; the
    vault is one slice, however small, for it is never used up."""
    least, most = (1, 1) if which == VAULT else (LEAST_CLUSTERS, MOST_SLICES)
    found: dict[str, HeldOut] = {}
    for address, file, stories in _texts(keep, which):
        documents = by_id(stories)
        if len(documents) < least:
            continue
        count = max(1, min(most, len(documents) // LEAST_SLICE))
        names = [f"{which} {address[:8]} {number}" for number in range(1, count + 1)]
        given = shared_out(list(documents), names, keep.secret)
        path = keep.home.judge / address / file
        for name in names:
            mine = {one: story for one, story in documents.items() if given[one] == name}
            found[name] = HeldOut(
                slice=name, documents=mine, parts={one: part_of(story) for one, story in mine.items()},
                inputs={f"judge/{address}/{file}": content_hash(path.read_bytes())},
            )
    return found


def slice_named(keep: Keep, name: str) -> HeldOut | None:
    """The slice of that name; None where there is none."""
    which = name.partition(" ")[0]
    return slices(keep, which).get(name) if which in (CHOOSING, CLAIMING, VAULT) else None


def vault_text(keep: Keep) -> HeldOut:
    """All that lies in the vault. Raises BadInput when nothing does."""
    found = list(slices(keep, VAULT).values())
    if not found:
        raise BadInput(f"The vault of {keep.home.path} holds no text with words in it: nothing can be judged on it.")
    return found[0]


def part_of(story: Story) -> str:
    """The slice of the text that a document belongs to, for guards: the folder that it came from."""
    return "simulated" if story.simulated else Path(story.source).parent.as_posix()[:80]


def serving(keep: Keep, which: str) -> tuple[HeldOut, Place]:
    """The slice that serves now. Raises BadInput when there is too little text, or all of it is used up, and for
    claims while the vault is due."""
    if which == CLAIMING and (words := due(keep)):
        raise BadInput(words)
    found = slices(keep, which)
    if not found:
        what = "choosing" if which == CHOOSING else "claims"
        raise BadInput(
            f"The held-out text of {keep.home.path} for {what} has fewer than {LEAST_CLUSTERS} documents, too few for "
            "an interval: add text that nobody was trained on with --texts DIR."
        )
    at = place(keep.past, Pool(slices=tuple(found), gates=_GATES[which]))
    return found[at.slice], at


def add_texts(keep: Keep, folder: Path) -> dict[str, Any]:
    """Take a folder of texts that arrived since into the judge's keeping, half for choosing, half for claims.

    What is kept already keeps its slice; mended a little it is no other text. Raises BadInput when parts of them stand
    in the training text, or are too few.
    """
    given_ones = by_id([story for story in stories_of([folder], most=2**62) if story.form == "prose"])
    prepared = recorded(keep.ledger, "prepare")
    kept = _kept_documents(keep, prepared)
    unseen = Unseen(prints=fingerprints(plain_text(story) for story in kept.values()))
    documents = {one: story for one, story in given_ones.items()
                 if one not in kept and isinstance(unseen(story), Story)}
    if given_ones and not documents:
        return {"judge": "", "documents": 0}
    if len(documents) < 2 * LEAST_CLUSTERS:
        raise BadInput(
            f"{folder} has {len(documents)} new texts in prose: give at least {2 * LEAST_CLUSTERS}, or leave --texts "
            "out until there are so many."
        )
    if prepared is not None:
        check_unread(judge_stories(keep.home, prepared["judge"], "sample"),
                     list(documents.values()), f"{folder} has text that the being was trained on")
    given = shared_out(list(documents), (CHOOSING, CLAIMING), keep.secret)
    address = keep.home.commit_new("judge", {
        f"{which}.json": canonical_json([story for one, story in documents.items() if given[one] == which])
        for which in (CHOOSING, CLAIMING)
    })
    keep.ledger.append(ARRIVED, key=f"{ARRIVED}:{address}", data={"judge": address, "documents": len(documents)})
    return {"judge": address, "documents": len(documents)}


def _kept_documents(keep: Keep, prepared: dict[str, Any] | None) -> dict[str, Story]:
    """Every document that the judge has in its keeping already, by id."""
    places = [(event.data["judge"], which) for event in keep.ledger.events(ARRIVED) for which in (CHOOSING, CLAIMING)]
    if prepared is not None:
        places += [(prepared["judge"], which) for which in (CHOOSING, CLAIMING, "vault")]
    return by_id([story for address, which in places for story in judge_stories(keep.home, address, which)])


def overlap(stories: Sequence[Story], heldout: Sequence[Story]) -> list[str]:
    """What of the stories shares runs of words with held-out text: a sentence for each."""
    unseen = Unseen(prints=fingerprints(plain_text(story) for story in heldout))
    return [f"{story.title[:60]} {found.reason}" for story in stories
            if not isinstance(found := unseen(story), Story)]


def check_unread(stories: Sequence[Story], heldout: Sequence[Story], what: str) -> None:
    """Raises BadInput naming the first overlap."""
    if found := overlap(stories, heldout):
        raise BadInput(f"{what}: {found[0]}. Give text that nobody was trained on.")
