"""A home examined by the suite: generations and what a person asked flow in, reports/exam.html and exam.json flow out.

The suite runs as a process of its own and keeps its figures in judge/measured; what it found is told here, recorded in
the ledger by hash, and drawn by `pages.exam`. It measures nothing itself and promotes nobody: the birth's examination
is `birth`'s, A against B is `versus`'s.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from foundling.home import Home, Ledger, clear_leftovers, verify_folder, write_atomically
from foundling.life.child import follow
from foundling.life.pages.exam import HEADLINES, exam_page
from foundling.life.stations import Done, recorded
from foundling.records import BadInput, Progress, canonical_json, content_hash
from foundling.training.machine import trainer_environment

MEASURED, KIND = "measured", "examined"


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What a person asked. suite: None runs only the tasks of lm-eval; generation: None is the newest, `every` all.

    sets: the folder of test sets; task_path: of task files of one's own.
    """

    suite: Literal["quick", "full"] | None = "quick"
    generation: int | None = None
    every: bool = False
    sets: Path | None = None
    seed: int = 0
    threads: int = 1
    tasks: tuple[str, ...] = ()
    task_path: Path | None = None


def _chosen(home: Home, asked: Examined, notes: list[str]) -> list[int]:
    """The numbers of the generations to be measured, oldest first; a damaged one among all is passed over."""
    if not asked.every:
        number = home.chosen(asked.generation, notes)
        verify_folder(home.generation(number))
        return [number]
    whole = [number for number in home.generations() if _whole(home, number, notes)]
    if not whole:
        raise BadInput(f"{home.path} has no whole generation: run `foundling pretrain {home.path}` first.")
    return whole


def _whole(home: Home, number: int, notes: list[str]) -> bool:
    try:
        verify_folder(home.generation(number))
    except BadInput as fault:
        notes.append(f"Generation {number} is passed over: {fault}")
        return False
    return True


def _job(home: Home, ledger: Ledger, asked: Examined, chosen: Sequence[int]) -> dict[str, Any]:
    """The suite's job: the chosen generations to be measured, the others only looked up."""
    prepared = recorded(ledger, "prepare")
    if prepared is None:
        raise BadInput(f"{home.path} has no held-out text yet: run `foundling prepare {home.path}` first.")
    if asked.sets is not None and not asked.sets.is_dir():
        raise BadInput(f"There is no folder {asked.sets} of test sets: check what was given.")
    if asked.task_path is not None and not asked.task_path.is_dir():
        raise BadInput(f"There is no folder {asked.task_path} of task files: check what was given.")
    known: dict[str, str] = {}
    for event in ledger.events(KIND):
        known |= event.data["measured"]
    judge, measured = home.judge / prepared["judge"], home.judge / MEASURED
    unread: list[str] = []
    return {
        "name": home.name, "suite": asked.suite or "quick", "parts": asked.suite is not None,
        "generations": [
            {"number": number, "folder": str(home.generation(number).absolute()), "measure": number in chosen}
            for number in home.generations() if number in chosen or _whole(home, number, unread)
        ],
        "heldout": str(judge / "screen.json"), "train": str(judge / "sample.json"),
        "sets": str(asked.sets.absolute()) if asked.sets else None, "seed": asked.seed, "threads": asked.threads,
        "measured": str(measured), "known": known, "tasks": list(asked.tasks),
        "task_path": str(asked.task_path.absolute()) if asked.task_path else None, "out": str(measured / "suite.out"),
    }


def _facts(home: Home, found: Mapping[str, Any], shown: int, notes: Sequence[str]) -> dict[str, Any]:
    """What the page and the JSON say: the same for the same figures, whenever they were measured."""
    generations = []
    for row in found["generations"]:
        there = [part for part in row["parts"] if part["state"] == "found"]
        if not row["parts"] and row["number"] != shown:
            continue
        generations.append({
            "number": row["number"], "digest": row["digest"], "parameters": row["parameters"],
            "measured": max((part["measured"] for part in there), default=""),
            "seconds": round(sum(part["seconds"] for part in there), 3),
            "figures": [score | {"part": part["part"]} for part in there for score in part["scores"]],
            "parts": [{k: part[k] for k in ("part", "version", "count", "seconds", "cpu_seconds")} for part in there],
            **{state: [{"part": part["part"], "why": part["why"]} for part in row["parts"] if part["state"] == state]
               for state in ("left_out", "failed")},
        })
    return {
        "name": home.name, "suite": found["suite"], "seed": found["seed"], "shown": shown, "generations": generations,
        "notes": list(notes),
    }


def _record(home: Home, ledger: Ledger, found: Mapping[str, Any], data: bytes) -> None:
    """One event for what was found, by hashes; the same figures again are the same event."""
    exam = content_hash(data)
    measured = {
        part["key"]: part["sha256"] for row in found["generations"] for part in row["parts"]
        if part["state"] == "found" and part["key"]
    }
    ledger.append(KIND, key=f"{KIND}:{exam}", data={
        "suite": found["suite"], "seed": found["seed"], "exam": exam, "measured": measured,
        "generations": {str(row["number"]): row["digest"] for row in found["generations"]},
        "failed": sorted({p["part"] for row in found["generations"] for p in row["parts"] if p["state"] == "failed"}),
    })


def _summary(facts: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The end of the station in few facts: headline figures, and how many parts there were of each kind."""
    parts = [part for row in found["generations"] for part in row["parts"]]
    fresh = [part for part in parts if part.get("fresh")]
    one = next(row for row in facts["generations"] if row["number"] == facts["shown"])
    figures = {figure["name"]: figure["value"] for figure in one["figures"]}
    return {
        "suite": facts["suite"], "generation": facts["shown"], "parts_measured": len(fresh),
        "parts_kept": sum(part["state"] == "found" for part in parts) - len(fresh),
        "parts_left_out": len(one["left_out"]), "parts_failed": sum(part["state"] == "failed" for part in parts),
        "scores": {name.rpartition(".")[2] if name.startswith("language.") else name.replace(".", "_"): figures[name]
                   for name in HEADLINES if name in figures} | {
                       name: value for name, value in figures.items() if name.startswith("lm_eval.")},
        "cpu_seconds": round(sum(part["cpu_seconds"] for part in fresh), 1),
    }


def examine_home(home: Home, ledger: Ledger, asked: Examined) -> Generator[Progress | Done]:
    """Measure what is not kept yet, write page and JSON, record it. Raises BadInput for what cannot be examined."""
    notes: list[str] = []
    chosen = _chosen(home, asked, notes)
    job = _job(home, ledger, asked, chosen)
    folder, out = Path(job["measured"]), Path(job["out"])
    folder.mkdir(exist_ok=True)
    clear_leftovers(folder)
    out.unlink(missing_ok=True)
    yield Progress(station="examine", text="reading weights and texts")
    told: list[str] = []
    try:
        for event in follow(
            "foundling.evaluation.suite.program", job, folder / "suite.job", trainer_environment(asked.threads)
        ):
            if event["event"] == "progress":
                yield Progress(**{key: value for key, value in event.items() if key != "event"})
            elif event["event"] == "note":
                told.append(event["text"])
                yield Progress(station="suite", text=event["text"])
    except BadInput:
        if not out.exists():  # with figures written, a part has failed, and the page says which
            raise
    found = json.loads(out.read_bytes())
    facts = _facts(home, found, chosen[-1], notes)
    data = canonical_json(facts)
    write_atomically(home.reports / "exam.json", data)
    write_atomically(home.reports / "exam.html", exam_page(facts).encode("utf-8"))
    _record(home, ledger, found, data)
    out.unlink()
    (folder / "suite.job").unlink(missing_ok=True)
    yield Done(station="examine", facts=_summary(facts, found) | {
        "report": str(home.reports / "exam.html"), "json": str(home.reports / "exam.json"), "notes": [*notes, *told],
    })
