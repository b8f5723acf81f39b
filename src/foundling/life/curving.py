"""A home's curves in, its training page out: what the trainer wrote down of every stage, diagnosed and drawn."""

import json
from pathlib import Path
from typing import Any

from foundling.home import Home, read_verified, write_atomically
from foundling.life.birth import BASE, NAMED
from foundling.life.pace import pace_file, with_pace
from foundling.life.pages.run import RunData, last_words, run_page
from foundling.life.planning import frozen_plan
from foundling.life.stations import recorded
from foundling.records import BadInput, canonical_json
from foundling.training.diagnosis import diagnose

PAGE = "training.html"
_NAMING = (
    ("Learning to talk", "dialogue", "training-dialogue.json"), ("Learning its name", "preference", "training.json"),
)


def _stories(home: Home, record: dict[str, Any]) -> RunData:
    """The stage that learns from stories alone: the only one whose loss and validation are of one kind."""
    with home.ledger() as ledger:
        plan, collected = frozen_plan(home, ledger), recorded(ledger, "collect") or {}
    head = json.loads(read_verified(home.tokens / plan.tokens, "train.json"))
    size = head["text_bytes"] / max(1, head["tokens"])
    # Validation is people's text only: beside the village's easy sentences a gap would look like learning by heart.
    comparable = 0.0 if collected.get("simulated") else size
    found = diagnose(record["curve"], bytes_per_token=comparable or None)
    return RunData(
        title="Learning to read", curve=with_pace(record["curve"], pace_file(home, "pretrain")),
        kept_step=record["kept_step"], bytes_per_token=comparable,
        verdict=found.verdict, words=found.words, advice=tuple(found.advice),
        facts=(("Steps", f"{record['steps']:,}"), ("Kept", f"step {record['kept_step']:,}"),
               ("Parameters", f"{plan.shape.parameters:,}"), ("Optimiser", plan.birth.optimiser)),
    )


def curves_of(home: Home) -> list[RunData]:
    """The stages of the newest being, in their order. Raises BadInput when it has learnt nothing yet."""
    if BASE not in home.generations():
        raise BadInput(f"{home.path} has learnt nothing yet: run `foundling pretrain {home.path}` first.")
    runs = [_stories(home, json.loads(read_verified(home.generation(BASE), "training.json")))]
    if NAMED in home.generations():
        for title, stage, file in _NAMING:
            record = json.loads(read_verified(home.generation(NAMED), file))
            curve = with_pace(record["curve"], pace_file(home, stage))
            runs.append(RunData(title=title, curve=curve, kept_step=record["kept_step"]))
    return runs


def write_curves(home: Home, out: Path | None) -> dict[str, Any]:
    """Write the page (to reports/ unless `out` says where) and its figures beside it as JSON; what was said of each."""
    runs, page = curves_of(home), out or home.reports / PAGE
    write_atomically(page, run_page(home.name, f"Every stage of {home.name}'s training, step by step.", runs).encode())
    write_atomically(page.with_suffix(".json"), canonical_json({run.title: list(run.curve) for run in runs}))
    return {
        "home": str(home.path), "page": str(page), "verdict": runs[0].verdict, "words": runs[0].words,
        "advice": list(runs[0].advice), "said": [last_words(run) for run in runs],
    }
