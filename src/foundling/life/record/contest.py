"""A track of the small-data record from text to page: folders in, a result with all that a rerun needs and a page out.

Text, plan, runs and scores are files of one folder, made once each: a stopped record goes on where it was, and a track
may be run seed by seed. Our trainer and a rival go the same way; the judge is a process of its own that neither can
touch. An outsider's command brings figures of its own.
"""

import json
import os
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundling.evaluation.seeds import mean_over
from foundling.home import Home, write_atomically
from foundling.life.child import follow
from foundling.life.folder import held_folder
from foundling.life.pages.record import record_page
from foundling.life.record.curves import write_training
from foundling.life.record.frame import Frame, Side
from foundling.life.record.ours import OURS
from foundling.life.record.outside import Outsider, outside
from foundling.life.record.rivals import rival
from foundling.life.record.text import fingerprints, pack_text
from foundling.life.record.timing import BUSY
from foundling.life.stations import Done
from foundling.life.trainer import package_hash
from foundling.recipe.record import TRACKS
from foundling.records import BadInput, Progress, canonical_json
from foundling.training.machine import facts as machine_facts
from foundling.training.machine import threads_here

_STRIDE = 128  # positions scored in a window; half of a shorter context


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person asked for. minutes, threads: None for the track's and the machine's; peer: "" for our own side;
    beside: NAME=COMMAND instead; planned: stop once the plan is frozen."""

    place: Path
    train: Path
    heldout: Path
    track: str = "sprint"
    peer: str = ""
    beside: str = ""
    seeds: tuple[int, ...] = (0, 1, 2)
    minutes: float | None = None
    threads: int | None = None
    planned: bool = False


def hold_record(wanted: Wanted) -> Generator[Progress | Done]:
    """Pack, plan, train and judge the seeds that are not there yet, write result and page of all that are; the last
    event has their mean and its interval.

    Raises BadInput for folders without text or a folder that holds another plan, Interrupted on Ctrl-C (all is saved).
    """
    side = _side(wanted)
    track, home = TRACKS[wanted.track], Home(path=wanted.place)
    with held_folder(wanted.place):
        for folder in (wanted.train, wanted.heldout):
            fingerprints(folder)  # refuses a folder without texts before anything is made
        for part in ("programs", "tokens", "texts"):
            (wanted.place / part).mkdir(exist_ok=True)
        text = yield from pack_text(home, wanted.train, wanted.heldout, track)
        told = {key: value for key, value in text.items() if not isinstance(value, dict)}
        yield Done(station="text", facts=told)
        frame = Frame(
            home=home, track=track, minutes=wanted.minutes or track.minutes, threads=wanted.threads or threads_here(),
            text=text, folder=wanted.place / track.name / side.name,
        )
        plan, fresh = yield from _plan(frame, side)
        yield Done(station="plan", facts=_told(plan), fresh=fresh)
        if wanted.planned:
            return
        for seed in dict.fromkeys(wanted.seeds):
            run, fresh = yield from _run(frame, side, plan, wanted.heldout, seed)
            yield Done(station=f"seed {seed}", facts={k: v for k, v in run.items() if k != "curve"}, fresh=fresh)
        runs = _runs(frame, plan)
        result = _result(plan, runs)
        write_training(frame, runs)
        write_atomically(frame.folder / "result.json", canonical_json(result))
        page = wanted.place / "record.html"
        results = read_results(wanted.place)
        write_atomically(page, record_page(results).encode("utf-8"))
        yield Done(station="record", facts={
            **{key: result[key] for key in ("track", "contestant", "bits_per_byte", "low", "high", "seeds")},
            "page": str(page), "result": str(frame.folder / "result.json"), "runs": runs, "plan": plan,
        })


def read_results(place: Path) -> list[dict[str, Any]]:
    """Every result.json of a record's folder, by track and name; peers run elsewhere may have laid theirs beside."""
    return [json.loads(path.read_bytes()) for path in sorted(place.glob("*/*/result.json"))]


def _side(wanted: Wanted) -> Side:
    if wanted.beside:
        return outside(Outsider.read(wanted.beside), wanted.train, wanted.heldout)
    return rival(wanted.peer) if wanted.peer else OURS


def _plan(frame: Frame, side: Side) -> Generator[Progress, None, tuple[dict[str, Any], bool]]:
    """The frozen plan: read where there is one, else made. Raises BadInput when it was made for something else."""
    path = frame.folder / "plan.json"
    asked = {"minutes": frame.minutes, "threads": frame.threads, "text": frame.text}
    if path.exists():
        plan: dict[str, Any] = json.loads(path.read_bytes())
        for key, value in asked.items():
            if plan[key] != value:
                words = f"{plan[key]:g} {key}, not {value:g}" if key != "text" else "another text"
                raise BadInput(f"{path} was made for {words}: give another folder, or remove it to plan anew.")
        return plan, False
    frame.folder.mkdir(parents=True, exist_ok=True)
    frozen = yield from side.freeze(frame)
    plan = dict[str, Any](asked) | frozen | {
        "track": frame.track.name, "contestant": side.title or side.name, "machine": machine_facts(),
        "date": datetime.now(UTC).isoformat("T", "seconds"), "package": package_hash(),
    }
    others = frozen.get("timing", {}).get("others")  # a command of an outsider times itself
    if others is not None and others > BUSY:
        yield Progress(station="measure", text=(
            f"others took {others:.0%} of the machine meanwhile: remove {path} and plan again when it is quiet"))
    write_atomically(path, canonical_json(plan))
    return plan, True


def _told(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan in one line."""
    if "timing" not in plan:
        return {key: plan[key] for key in ("contestant", "minutes", "threads")}
    timing = plan["timing"]
    step = sorted(timing["steps"])[len(timing["steps"]) // 2]
    return {
        **{key: plan[key] for key in ("contestant", "minutes", "steps", "threads")},
        "step_seconds": round(step, 3), "tokens_per_second": round(plan["step_tokens"] / step),
        "epochs": round(
            plan["steps"] * plan["step_tokens"] / (plan.get("epoch_tokens") or plan["text"]["train_tokens"]), 2),
        "parameters": plan["parameters"], "dtype": plan["dtype"], "others": timing["others"],
    }


def _run(
    frame: Frame, side: Side, plan: dict[str, Any], heldout: Path, seed: int
) -> Generator[Progress, None, tuple[dict[str, Any], bool]]:
    """What came of a seed, and whether it was run now. Raises BadInput when its folder belongs to another plan."""
    place, words = frame.seed(seed), canonical_json(plan)
    if (place / "plan.json").exists() and (place / "plan.json").read_bytes() != words:
        raise BadInput(f"{place} was begun under another plan: remove it to run it anew.")
    if (place / "run.json").exists():
        return json.loads((place / "run.json").read_bytes()), False
    place.mkdir(parents=True, exist_ok=True)
    write_atomically(place / "plan.json", words)
    weights = yield from side.train(frame, plan, seed)
    score = yield from _judge(frame, plan, heldout, weights, seed)
    run = _run_facts(weights, score, seed) | {"package": package_hash()}
    write_atomically(place / "run.json", canonical_json(run))
    return run, True


def _runs(frame: Frame, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """All seeds of the plan that are through, whenever they were run."""
    places, words = (path.parent for path in frame.folder.glob("seed-*/run.json")), canonical_json(plan)
    ours = (place for place in places if (place / "plan.json").read_bytes() == words)
    return sorted((json.loads((place / "run.json").read_bytes()) for place in ours), key=lambda run: int(run["seed"]))


def _judge(
    frame: Frame, plan: dict[str, Any], heldout: Path, weights: Path, seed: int
) -> Generator[Progress, None, dict[str, Any]]:
    """The judge's figures of a seed; asked once for the same weights."""
    path = frame.seed(seed) / "score.json"
    if not path.exists():
        yield Progress(station="judge", text="reading the held-out texts")
        job = {
            "weights": str(weights), "tokenizer": str(frame.tokens / "tokenizer.json"), "texts": str(heldout),
            "stride": min(_STRIDE, plan["entry"]["shape"]["context"] // 2), "threads": frame.threads, "out": str(path),
        }
        environment = os.environ | {"OMP_NUM_THREADS": str(frame.threads)}
        for event in follow("foundling.evaluation.heldout", job, path.with_name("score.job.json"), environment):
            if event["event"] == "progress":
                yield Progress(
                    station="judge", text=event["text"], done=event["done"], total=event["total"],
                    seconds_left=event["seconds"],
                )
    score: dict[str, Any] = json.loads(path.read_bytes())
    return score


def _run_facts(weights: Path, score: dict[str, Any], seed: int) -> dict[str, Any]:
    """What stands in the result about one seed."""
    record = json.loads((weights / "training.json").read_bytes())
    return {
        "seed": seed, "bits_per_byte": score["bits_per_byte"], "validation": record["validation"],
        "steps": record["steps"], "kept_step": record["kept_step"], "weights": score["weights"],
        "documents": score["documents"], "stride": score["stride"], "curve": record["curve"],
        "figures": record.get("figures", {}),
    }


def _result(plan: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The result of a side on a track: everything needed to run it again, and what came out."""
    plan = plan | runs[0]["figures"]  # an outsider's command says only afterwards what it did
    mean = mean_over([float(run["bits_per_byte"]) for run in runs])
    return {
        "track": plan["track"], "contestant": plan["contestant"], "bits_per_byte": mean.value, "low": mean.low,
        "high": mean.high, "seeds": [run["seed"] for run in runs], "runs": runs, "plan": plan,
        "judged": datetime.now(UTC).isoformat("T", "seconds"), "summary": _told(plan),
    }
