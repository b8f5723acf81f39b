"""Gate 1: two checkpoints flow in, one or two verdicts flow out. Serve B instead of A?

First on the slice that serves for choosing; what is better there, and only that, is held against A once more on a
slice that had no part in the choice, at the level that LOND leaves: then it is confirmed. Both sides are computed from
their files by processes of their own, one a side. Without a home the evidence lies in a folder and nothing is claimed.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.measures.blimp import FILE
from foundling.evaluation.versus.candidate import Candidate, moved, take
from foundling.evaluation.versus.evidence import Checkpoints, Document, Item, Sample, Side, write_evidence
from foundling.evaluation.versus.lots import lot
from foundling.evaluation.versus.vault import frozen
from foundling.evaluation.versus.verdict import CHOOSING, CLAIMING, Meta, row_of
from foundling.home import Home, write_atomically
from foundling.home.manifest import sha256_of_file
from foundling.life.feasibility_trials import stories_of
from foundling.life.stations import Done, judge_stories, recorded
from foundling.life.versus.calling import Question, Sheet, weigh
from foundling.life.versus.keep import HeldOut, Keep, by_id, ending, part_of, record, serving
from foundling.records import BadInput, Progress, Story, canonical_json, content_hash

PROMPTS = {"quick": 24, "full": 104}  # of each cell of the name exam
WORLD = {"quick": 3, "full": 20}  # questions of each family
PAIRS = {"quick": 8, "full": 0}  # of each paradigm; 0: all
_SEEDS = 2**31


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person asked: how large the exams are, the folder of test sets, threads and seconds of the judge."""

    on: str = "quick"
    sets: Path | None = None
    threads: int = 1
    seconds: float = 3600.0


@dataclass(frozen=True, kw_only=True)
class Sides:
    """A and B as they were taken, the seed of exam and samples, and whose name is asked for (None: nobody's)."""

    a: Candidate
    b: Candidate
    seed: int
    name: str | None
    train: tuple[Story, ...]


def take_both(a: str, b: str, place: Path) -> tuple[Candidate, Candidate]:
    """Frozen copies of both below `place`. Raises BadInput for what may not be judged."""
    return take(a, place / "a"), take(b, place / "b")


def weigh_both(
    sides: Sides, held: HeldOut, asked: Asked, place: Path
) -> Generator[Progress, None, Checkpoints]:
    """The evidence of both sides on one slice."""
    held = replace(held, inputs=held.inputs | _sets(asked))
    sheets: dict[str, Sheet] = {}
    for side, candidate in (("a", sides.a), ("b", sides.b)):
        question = Question(
            heldout=tuple(held.documents.values()), train=sides.train, name=sides.name, prompts=PROMPTS[asked.on],
            world=WORLD[asked.on], pairs=PAIRS[asked.on], sets=asked.sets, seed=sides.seed, threads=asked.threads,
            seconds=asked.seconds,
        )
        if side == "b" and sides.a.digest == sides.b.digest:
            sheets[side] = sheets["a"]
            continue
        sheets[side] = yield from weigh(candidate.place, question, place / f"{held.slice} {side}", f"judging {side}")
    if moved(sides.b, place / "again"):
        sheets["b"] = Sheet(fault="its files were changed while it was judged.")
    return _evidence(sides, held, asked, sheets)


def _evidence(sides: Sides, held: HeldOut, asked: Asked, sheets: Mapping[str, Sheet]) -> Checkpoints:
    a, b = sheets["a"], sheets["b"]
    both: tuple[tuple[Side, Sheet], ...] = (("a", a), ("b", b))
    right = {(row["exam"], row["id"]): row["hit"] is True for row in b.items}
    return Checkpoints(
        candidate=sides.b.digest, incumbent=sides.a.digest, slice=held.slice, seed=sides.seed,
        prompts=PROMPTS[asked.on] if sides.name is not None else 0, threads=asked.threads, inputs=held.inputs,
        documents=tuple(
            Document(id=one, part=held.parts[one], bytes=len(plain_text(story).encode("utf-8")),
                     a=_nats(a, one), b=_nats(b, one))
            for one, story in held.documents.items()
        ),
        items=tuple(
            Item(exam=row["exam"], id=row["id"], group=row["group"], a=row["hit"] is True,
                 b=right.get((row["exam"], row["id"]), False)) for row in a.items
        ),
        samples=tuple(
            Sample(side=side, id=row["id"], fours=row["fours"], repeated=row["repeated"], windows=row["windows"],
                   copied=row["copied"])
            for side, sheet in both for row in sheet.samples
        ),
        longest={f"{side}.{name}": words for side, sheet in sheets.items() for name, words in sheet.longest.items()},
        faults={side: sheet.fault for side, sheet in sheets.items() if sheet.fault},
    )


def _sets(asked: Asked) -> dict[str, str]:
    """The test set that was asked, by hash. Raises BadInput where the folder has none."""
    if asked.sets is None:
        return {}
    path = asked.sets / FILE
    if not path.is_file():
        raise BadInput(f"{asked.sets} has no {FILE}: give the folder of test sets, or leave --sets out.")
    return {"blimp": sha256_of_file(path)}


def _nats(sheet: Sheet, one: str) -> float | None:
    found = sheet.documents.get(one)
    return None if found is None else float(found[1])


def hold_checkpoints(keep: Keep, a: str, b: str, asked: Asked, place: Path) -> Generator[Progress | Done]:
    """Judge, and write the verdicts into the ledger. Raises BadInput for an incumbent that cannot be judged against,
    and where no held-out text is left."""
    if why := frozen(keep.past):
        raise BadInput(why)
    began = time.monotonic()
    prepared = recorded(keep.ledger, "prepare")
    sample = judge_stories(keep.home, prepared["judge"], "sample") if prepared else []
    yield Progress(station="versus", text="copying both sides")
    first, second = take_both(a, b, place)
    seed = lot(keep.secret, "exam", len(keep.past), _SEEDS)
    sides = Sides(a=first, b=second, seed=seed, name=keep.home.name, train=tuple(sample))
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for which in (CHOOSING, CLAIMING):
        try:
            held, _ = serving(keep, which)
        except BadInput as fault:
            if not rows:
                raise
            notes.append(f"No claim was made. {fault}")
            break
        evidence = yield from weigh_both(sides, held, asked, place / which)
        rows.append(record(keep, evidence, cost=time.monotonic() - began))
        if rows[-1]["outcome"] != "better":
            break
    yield Done(station="versus", facts=settled(rows) | ending(keep, notes))


def settled(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The last word of one comparison: confirmed where the claim held; a claim that says worse takes "better" back."""
    first, last = rows[0], rows[-1]
    outcome, grade = first["outcome"], first["grade"]
    if len(rows) > 1 and last["grade"] == "confirmed":
        grade = "confirmed"
    elif len(rows) > 1 and last["outcome"] == "not_better":
        outcome, grade = "undecided", "none"
    return {"verdict": outcome, "grade": grade, "rows": list(rows)}


def given_text(folder: Path) -> HeldOut:
    """A folder of texts as one slice, for two checkpoints without a home."""
    documents = by_id([story for story in stories_of([folder], most=2**62) if story.form == "prose"])
    if not documents:
        raise BadInput(f"{folder} has no text in prose: give a folder of held-out texts.")
    return HeldOut(
        slice=f"{CHOOSING} given", documents=documents, parts={one: part_of(story) for one, story in documents.items()},
        inputs={"texts": content_hash(sorted(documents))},
    )


def home_of(candidate: Candidate) -> Home | None:
    """The home that a generation lies in, if it lies in one."""
    above = candidate.source.absolute().parents
    return Home.open(above[1]) if len(above) > 1 and (above[1] / "being.toml").exists() else None


def hold_without_home(
    a: str, b: str, texts: Path | None, asked: Asked, out: Path, place: Path
) -> Generator[Progress | Done]:
    """Judge on a folder of texts, or on A's own home's; the evidence and the row lie in `out`, no ledger is written.

    Raises BadInput where there is no held-out text.
    """
    began = time.monotonic()
    first, second = take_both(a, b, place)
    home = home_of(first)
    if texts is not None:
        held = given_text(texts)
    elif home is not None:
        raise BadInput(f"Give --home {home.path}, so that what its held-out text answers is counted, or --texts DIR.")
    else:
        raise BadInput("There is no held-out text to judge on: give --texts DIR, or --home HOME.")
    sides = Sides(a=first, b=second, seed=0, name=home.name if home is not None else None, train=())
    evidence = yield from weigh_both(sides, held, asked, place / "weighed")
    out.mkdir(parents=True, exist_ok=True)
    name = write_evidence(out, evidence)
    row = row_of(evidence, (), Meta(evidence=name, cost_seconds=round(time.monotonic() - began, 1)))
    write_atomically(out / "verdict.json", canonical_json(row))
    yield Done(station="versus", facts=settled([row]) | {"out": str(out)})
