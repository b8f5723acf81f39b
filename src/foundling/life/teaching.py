"""A home and a folder to make in; a being that was taught to tell better from worse, and what it cost, out.

The pairs it is taught on share no story, village, template or seed with those that it is scored on, before and after.
It is trained by the program and the objective that gave it its name, on its own name's pairs beside these. What comes
out is a candidate: whether it becomes a generation is `foundling versus`'s business.
"""

import json
import shutil
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foundling.evaluation.battery import scoring
from foundling.evaluation.battery.checks import CHECKS
from foundling.evaluation.battery.classes import NAMES, make_battery
from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.battery.preferring import preferences_of
from foundling.evaluation.battery.skill import Skill, check_skill, likelihood_skill
from foundling.evaluation.battery.surface import surface_skills
from foundling.evaluation.examine import rise_scores
from foundling.evaluation.likelihood import likelihood_scores, score_text
from foundling.evaluation.subject import Subject, open_subject
from foundling.home import Home, Ledger
from foundling.home.files import commit_folder, temporary
from foundling.life.planning import frozen_plan, job_for
from foundling.life.stations import Done, judge_stories, recorded
from foundling.life.trainer import clear_workplace, run_program, workplace
from foundling.recipe import preference_recipe
from foundling.records import BadInput, Progress, Score, Story, canonical_json, content_hash, to_jsonable

STAGE = "judging"
UNTAUGHT = ("cut_to_half",)  # the cut text is the beginning of the whole one: no id of it is wrong
_BATCH = 16


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for. count: pairs of each class that are scored; generation: None for the newest; taught: pairs of
    each class to learn from; pairs: drawn in a step; rate: of the optimiser at its peak; beta: how far a preference may
    lead from the being as it is; bound: the highest rise of bits per byte of the trainer's own validation text, as a
    share."""

    count: int = 150
    seed: int = 0
    generation: int | None = None
    taught: int = 150
    steps: int = 160
    pairs: int = 24
    rate: float = 4e-4
    beta: float = 0.1
    bound: float = 0.015


def _stories(home: Home, ledger: Ledger, split: str) -> list[Story]:
    prepared = recorded(ledger, "prepare")
    if prepared is None:
        raise BadInput(f"{home.path} has no held-out stories: run `foundling prepare {home.path}` first.")
    return judge_stories(home, prepared["judge"], split)


def _skills(subject: Subject, pairs: Sequence[Pair]) -> list[Skill]:
    checks = [check_skill(name, pairs) for name in CHECKS]
    return [likelihood_skill(subject, scoring.picks(subject, pairs)), *checks]


def rows_of(skill: Skill) -> list[dict[str, Any]]:
    """The rows of a skill as plain values, with what they come to."""
    return [to_jsonable(row) | {"usable": row.usable} for row in skill.rows]


def score_battery(home: Home, ledger: Ledger, asked: Asked) -> Generator[Progress | Done]:
    """How well a generation tells better from worse, class by class, and the checks beside it."""
    number = home.chosen(asked.generation)
    yield Progress(station="battery", text="making pairs")
    pairs = make_battery(_stories(home, ledger, "screen"), "scored", seed=asked.seed, count=asked.count)
    yield Progress(station="battery", text=f"reading {len(pairs):,} pairs")
    own, *checks = _skills(open_subject(home.generation(number), home.name), pairs)
    yield Done(station="battery", facts={
        "home": str(home.path), "generation": number, "seed": asked.seed, "pairs": len(pairs),
        "usable": [row.cls for row in own.rows if row.usable], "rows": rows_of(own),
        "checks": {skill.judge: rows_of(skill) for skill in checks},
    })


def teach_judging(home: Home, ledger: Ledger, asked: Asked, out: Path) -> Generator[Progress | Done]:
    """Score, train and score again; leaves the folder `out`, which must not be there yet. Raises BadInput for that,
    and for a home that has no name yet. Stopped, the same command goes on from what was saved."""
    if out.exists():
        raise BadInput(f"{out} is there already: give a new folder for the being that is taught.")
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent} to make {out.name} in.")
    number = home.chosen(asked.generation)
    heldout, parent = _stories(home, ledger, "screen"), open_subject(home.generation(number), home.name)
    yield Progress(station="teach", text="making pairs")
    scored = make_battery(heldout, "scored", seed=asked.seed, count=asked.count)
    names = [name for name in NAMES if name not in UNTAUGHT]
    train = _stories(home, ledger, "sample")
    taught = make_battery(train, "taught", seed=asked.seed, count=asked.taught, names=names)
    refuse_shared(scored, taught)
    yield Progress(station="teach", text="scoring it as it is")
    before, *checks = _skills(parent, scored)
    job = _job(home, ledger, asked, parent, taught)
    for event in run_program(home, STAGE, job):
        if event["event"] == "step":
            yield Progress(station="teach", text=f"loss {event['loss']:.2f}", done=event["step"], total=event["steps"])
    yield Progress(station="teach", text="scoring what it became")
    own = {name: (parent.folder / name).read_bytes() for name in ("tokenizer.json", "tokenizer_config.json")}
    child = open_subject(_copied(Path(job["out"]), workplace(home, STAGE) / "candidate", own), home.name)
    after = likelihood_skill(child, scoring.picks(child, scored))
    facts = {
        "home": str(home.path), "generation": number, "parent": parent.digest, "candidate": child.digest,
        "out": str(out), "seed": asked.seed, "asked": to_jsonable(asked), "pairs": len(scored), "taught": len(taught),
        "usable_before": [row.cls for row in before.rows if row.usable],
        "usable": [row.cls for row in after.rows if row.usable],
        "before": rows_of(before), "rows": rows_of(after), "checks": {s.judge: rows_of(s) for s in checks},
        "surface": {s.judge: rows_of(s) for s in surface_skills(scored, taught)},
        "cost": to_jsonable(_cost(parent, child, heldout, asked.seed)),
    }
    _copied(child.folder, out, {"teaching.json": canonical_json(facts)}, replace=False)
    clear_workplace(home, STAGE)
    yield Done(station="teach", facts=facts)


def refuse_shared(scored: Sequence[Pair], taught: Sequence[Pair]) -> None:
    """Raises RuntimeError where a text that is taught is one that is scored: then no figure would mean anything."""
    seen = {text for pair in scored for text in (pair.better, pair.worse)}
    if any(text in seen for pair in taught for text in (pair.better, pair.worse)):
        raise RuntimeError("a pair is both taught and scored")


def _job(home: Home, ledger: Ledger, asked: Asked, parent: Subject, taught: Sequence[Pair]) -> dict[str, Any]:
    """The name's preference job with other pairs beside the name's own."""
    plan = frozen_plan(home, ledger)
    plan = replace(plan, seed=asked.seed, naming=replace(
        plan.naming, beta=asked.beta, bound=asked.bound, pairs=asked.pairs))
    recipe = replace(preference_recipe(asked.steps), bound=asked.bound, rate=asked.rate)
    tokens, preferences = workplace(home, STAGE) / "tokens", _preferences(home, plan.tokens, parent, taught)
    job = job_for(home, plan, "preference", STAGE) | {
        "start": str(parent.folder), "tokens": str(tokens), "recipe": to_jsonable(recipe),
        "preferences": content_hash(preferences),
    }
    before = workplace(home, STAGE) / "job.json"
    if before.exists() and before.read_bytes() != canonical_json(job):
        clear_workplace(home, STAGE)  # what was stopped there was another teaching
    _copied(home.tokens / plan.tokens, tokens, {"preferences.json": preferences})
    return job


def _preferences(home: Home, address: str, parent: Subject, taught: Sequence[Pair]) -> bytes:
    """The home's own preferences and, behind them, the pairs of the battery."""
    named = json.loads((home.tokens / address / "preferences.json").read_bytes())["pairs"]
    pairs = preferences_of(parent.tokenizer, taught, parent.model.shape.context)
    return canonical_json({"pairs": [*named, *pairs]})


def _copied(folder: Path, final: Path, files: Mapping[str, bytes], *, replace: bool = True) -> Path:
    """A saved folder again under another name, with these files added or in the place of its own."""
    final.parent.mkdir(parents=True, exist_ok=True)
    made = temporary(final)
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(folder, made)
    for name, data in files.items():
        (made / name).write_bytes(data)
    commit_folder(made, final, replace=replace)
    return final


def _cost(parent: Subject, child: Subject, heldout: Sequence[Story], seed: int) -> tuple[Score, ...]:
    """What it cost in bits per byte of held-out stories, by document."""
    told = [
        score_text(each.model, each.tokenizer, heldout, stride=each.model.shape.context // 2, batch=_BATCH)
        for each in (parent, child)
    ]
    before, rise, _ = rise_scores(told[0], told[1], seed)
    return before, likelihood_scores(told[1], seed=seed)[0], rise
