"""The last station of a birth: what the ledger and the judge's evidence say flows in, a report for people flows out.

It measures nothing itself; the page is drawn by `report`.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from foundling.home import Home, Ledger, read_verified, write_atomically
from foundling.life.birth import BASE, NAMED
from foundling.life.curving import write_curves
from foundling.life.dropping import what_fell
from foundling.life.planning import frozen_plan
from foundling.life.report import BirthData, birth_report
from foundling.life.stations import Done, recorded
from foundling.records import BadInput, Card, Progress, Score, canonical_json

_TALK = 3  # turns of context shown with an answer
_DROPS = 50  # texts that were left out and are named
_SAMPLES = 2  # samples shown of each temperature


def _card(home: Home, number: int) -> Card:
    fields = json.loads(read_verified(home.generation(number), "card.json"))
    scores = tuple(Score(**score) for score in fields.pop("scores"))
    return Card(**fields | {"parents": tuple(fields["parents"]), "scores": scores})


def _answers(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The exam's answers at temperature 0, with the talk before them in words."""
    rows = []
    for answer in evidence["exam"]["answers"]:
        if answer["temperature"] == 0:
            ask = " / ".join(f"{turn['name']}: {turn['text']}" for turn in answer["turns"][-_TALK:])
            rows.append({
                "cell": answer["cell"], "ask": ask, "answerer": answer["answerer"], "answer": answer["text"],
                "hit": answer["good"],
            })
    return rows


def _samples(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first samples with words in them at each temperature; all of them stand in the judge's evidence."""
    shown: list[dict[str, Any]] = []
    for sample in evidence["samples"]:
        same = [other for other in shown if other["temperature"] == sample["temperature"]]
        if sample["text"].strip() and len(same) < _SAMPLES:
            shown.append(sample)
    return shown


def _outcome(home: Home, stations: Mapping[str, Mapping[str, Any]], steps: int) -> dict[str, Any]:
    """What came true of the plan's predictions."""
    plan, prepared, pretrained = stations["plan"], stations["prepare"], stations["pretrain"]
    tokens = steps * plan["birth"]["rows"] * plan["shape"]["context"]
    return {
        "parameters": plan["predictions"]["parameters"], "steps": pretrained["steps"],
        "epochs": round(tokens / prepared["train_tokens"], 2),
        "tokens_per_second": round(tokens / pretrained["seconds"]) if pretrained["seconds"] else None,
        "memory_mb": pretrained.get("memory_mb"),
        "seconds": round(pretrained["seconds"] + stations["name"]["seconds"]),
        "bits_per_byte": pretrained["validation"],
    }


def _data(home: Home, stations: dict[str, dict[str, Any]], evidence: dict[str, Any], fell: dict[str, Any]) -> BirthData:
    plan = stations["plan"]
    number = NAMED if NAMED in home.generations() else BASE
    collected, prepared, examined = stations["collect"], stations["prepare"], stations["examine"]
    base = json.loads(read_verified(home.generation(BASE), "training.json"))
    curves = [("stories", base["curve"])]
    if number == NAMED:
        for stage, file in (("dialogue", "training-dialogue.json"), ("preference", "training.json")):
            curves.append((stage, json.loads(read_verified(home.generation(NAMED), file))["curve"]))
    scores = tuple(Score(**score) for score in evidence["scores"])
    return BirthData(
        name=home.name, born=str(home.being["born"]), generation=number,
        written=datetime.now(UTC).isoformat("T", "seconds"),
        plan={
            "size": plan["size"], "parameters": plan["predictions"]["parameters"], "seed": plan["seed"],
            "dtype": plan["dtype"], "threads": plan["threads"],
            "predictions": plan["predictions"],
        },
        outcome=_outcome(home, stations, base["steps"]),
        corpus={
            "stories": collected["stories"], "scenes": collected["scenes"], "bytes": collected["bytes"],
            "train_tokens": prepared["train_tokens"], "train_bytes": prepared["train_bytes"],
            "splits": prepared["splits"], "dropped": fell["dropped"],
            "drops": [(drop["title"], drop["reason"]) for drop in fell["drops"]],
        },
        curves=curves,
        stages={"stories": {
            k: stations["pretrain"][k] for k in ("validation_start", "validation", "kept_step", "steps")
        }} | stations["name"]["stages"],
        scores=tuple(s for s in scores if not s.name.startswith(("name_hold_", "name_leak_"))),
        cells=tuple(Score(**cell["score"]) for cell in evidence["exam"]["cells"]),
        answers=_answers(evidence), samples=_samples(evidence), verdict=f"{examined['verdict']}: {examined['reason']}",
        notes=(), card=_card(home, number),
    )


def report(home: Home, ledger: Ledger) -> Iterator[Progress | Done]:
    """Write reports/birth.html and birth.json. Raises BadInput when the being was not examined yet."""
    names = ("collect", "clean", "prepare", "plan", "pretrain", "name", "examine")
    stations = {name: recorded(ledger, name) for name in names}
    examined = stations["examine"]
    if examined is None:
        raise BadInput(f"{home.path} was not examined yet: run `foundling examine {home.path}` first.")
    evidence = json.loads(read_verified(home.judge / examined["evidence"], "evidence.json"))
    facts = {
        "report": str(home.reports / "birth.html"), "generation": home.newest(), "verdict": examined["verdict"],
        "reason": examined["reason"], "scores": examined["scores"],
    }
    page = home.reports / "birth.html"
    fresh = not page.exists()
    if fresh:
        frozen_plan(home, ledger)  # refuses a damaged plan with a sentence
        fell = what_fell(home, ledger, None, _DROPS)
        data = _data(home, {k: v for k, v in stations.items() if v is not None}, evidence, fell)
        write_atomically(home.reports / "birth.json", canonical_json({"stations": stations, "scores": data.scores}))
        write_curves(home, None)
        write_atomically(page, birth_report(data).encode("utf-8"))
    yield Done(station="report", facts=facts, fresh=fresh)
