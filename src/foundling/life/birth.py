"""The birth of a being, station after station: plan, pretrain, name, examine. Each finds out what is done already.

A home flows in; generations, verdicts and a ledger of all of it flow out. Presentation is the caller's business.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from foundling.home import Home, Ledger, temporary, verify_folder
from foundling.life.pace import keep_pace, pace_file
from foundling.life.planning import frozen_plan, job_for
from foundling.life.stations import Done, recorded
from foundling.life.trainer import clear_workplace, package_hash, run_program, workplace
from foundling.recipe import Plan
from foundling.records import BadInput, Card, Progress, Score, Verdict, canonical_json, to_jsonable
from foundling.training.machine import facts as machine_facts

BASE, NAMED = 1, 2


def _watch(home: Home, stage: str, job: dict[str, Any], label: str) -> Generator[Progress, None, dict[str, Any]]:
    """Run a training job and tell of it with the time left; gives what the program said at its end, {} if it had
    ended before."""
    spent, steps = 0.0, 0
    done: dict[str, Any] = {}
    yield Progress(station=label, text="starting")
    for event in keep_pace(run_program(home, stage, job), pace_file(home, stage)):
        if event["event"] == "done":
            done = event
        if event["event"] == "note":
            yield Progress(station=label, text=event["text"])
        if event["event"] != "step":
            continue
        spent += event["seconds"]
        steps += 1
        left = spent / steps * (event["steps"] - event["step"])
        text = f"loss {event['loss']:.2f}"
        if event["validation"] is not None:
            text = f"validation {event['validation']:.3f} bits per byte"
        yield Progress(station=label, text=text, done=event["step"], total=event["steps"], seconds_left=left)
    return done


def _commit(home: Home, ledger: Ledger, number: int, made: Path, card: Card) -> str:
    """Weights from the workplace, tokenizer and card become a generation; its event is appended even after a crash."""
    final = home.generation(number)
    if not final.exists():
        tmp = temporary(final)
        shutil.rmtree(tmp, ignore_errors=True)
        shutil.copytree(made, tmp)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(home.tokens / card.tokenizer / name, tmp / name)
        dialogue = workplace(home, "dialogue") / "out" / "training.json"
        if number == NAMED:  # the stage between has no generation of its own; its curve is kept here
            shutil.copyfile(dialogue, tmp / "training-dialogue.json")
        (tmp / "card.json").write_bytes(canonical_json(card))
        home.commit_generation(number, tmp)
    manifest = verify_folder(final)
    ledger.append("generation", key=f"generation:{number}", data={"n": number, "manifest": manifest})
    return manifest


def _card(plan: Plan, number: int, made: Path, scores: tuple[Score, ...], verdict: str) -> Card:
    return Card(
        name=plan.name, generation=number, parents=() if number == BASE else (number - 1,),
        parameters=plan.shape.parameters, corpus=plan.corpus, tokenizer=plan.tokens,
        program=_record_of(made)["program"],
        package=package_hash(), seed=plan.seed, plan=to_jsonable(plan), machine=machine_facts(), scores=scores,
        verdict=verdict,
    )


def _record_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "training.json").read_bytes()))


def pretrain(home: Home, ledger: Ledger, processes: int = 1) -> Iterator[Progress | Done]:
    """Train from nothing on the packed stories; the kept weights become generation 1, which has no name yet.

    Several processes of this machine share the plan's threads, or have one each.
    """
    facts = recorded(ledger, "pretrain")
    if facts is not None:
        yield Done(station="pretrain", facts=facts, fresh=False)
        return
    plan, began = frozen_plan(home, ledger), time.monotonic()
    done: dict[str, Any] = {}
    if not home.generation(BASE).exists():
        job = job_for(home, plan, "birth", "pretrain")
        if processes > 1:
            job |= {"processes": processes, "threads": max(1, plan.threads // processes)}
        done = yield from _watch(home, "pretrain", job, "pretrain")
    out = workplace(home, "pretrain") / "out"
    _commit(home, ledger, BASE, out, _card(plan, BASE, out, (), "the first: there is nothing to hold it against"))
    record = _record_of(home.generation(BASE))
    facts = {k: record[k] for k in ("steps", "kept_step", "validation_start", "validation")}
    facts["seconds"], facts["memory_mb"] = round(time.monotonic() - began, 1), done.get("memory_mb")
    ledger.append("pretrain", key=f"pretrain:{BASE}", data=facts)
    clear_workplace(home, "pretrain")
    yield Done(station="pretrain", facts=facts)


def name(home: Home, ledger: Ledger) -> Iterator[Progress | Done]:
    """Give the name: supervised turns with replay, then preferences. The result is a candidate, no generation yet."""
    facts = recorded(ledger, "name")
    if facts is not None:
        yield Done(station="name", facts=facts, fresh=False)
        return
    if recorded(ledger, "pretrain") is None:
        raise BadInput(f"{home.path} has learnt nothing yet: run `foundling pretrain {home.path}` first.")
    plan, began = frozen_plan(home, ledger), time.monotonic()
    start = home.generation(BASE)
    ceiling = _record_of(start)["validation"] * (1.0 + plan.naming.bound)
    stages = {}
    for task, label in (("dialogue", "name: turns"), ("preference", "name: preferences")):
        before = _record_of(start)["validation"]
        job = job_for(home, plan, task, task) | {"start": str(start)}
        job["recipe"]["bound"] = max(0.0, ceiling / before - 1.0)
        yield from _watch(home, task, job, label)
        start = workplace(home, task) / "out"
        stages[task] = {k: _record_of(start)[k] for k in ("steps", "kept_step", "validation_start", "validation")}
    facts = {"stages": stages, "seconds": round(time.monotonic() - began, 1), "candidate": verify_folder(start)}
    ledger.append("name", key=f"name:{facts['candidate']}", data=facts)
    yield Done(station="name", facts=facts)


def run_judge(home: Home, job: dict[str, Any]) -> Iterator[Progress]:
    """The examination in a process of its own; it leaves its evidence in the file `out` of the job."""
    path = Path(job["out"]).with_suffix(".job")
    path.write_bytes(canonical_json(job))
    process = subprocess.Popen(
        [sys.executable, "-m", "foundling.evaluation.program", str(path)], stdout=subprocess.PIPE, text=True,
        encoding="utf-8", start_new_session=True,
    )
    assert process.stdout is not None
    last: dict[str, Any] = {}
    try:
        for line in process.stdout:
            last = json.loads(line)
            if last["event"] == "progress":
                yield Progress(**{k: v for k, v in last.items() if k != "event"})
        code = process.wait()
    finally:
        if process.poll() is None:  # stopped: what it had found so far is asked again the next time
            process.kill()
            process.wait()
        process.stdout.close()
    path.unlink(missing_ok=True)
    if code != 0:
        raise BadInput(str(last.get("text") or f"The examination ended with code {code}."))


def _judge(scores: dict[str, Score], bound: float) -> Verdict:
    """Named candidate against its base: better when it holds its name without harm to its reading of held-out text."""
    hold, leak = scores["name_hold"], scores["name_leak"]
    rise = scores["rise_share"]
    kept = rise.value <= bound
    better = kept and hold.value > 0.5 and leak.value < 0.5
    reason = (
        f"name hold {hold.value:.3f} [{hold.low:.3f}, {hold.high:.3f}], leak {leak.value:.3f} "
        f"[{leak.low:.3f}, {leak.high:.3f}], bits per byte {rise.value:+.2%} (bound {bound:+.1%})"
    )
    return Verdict(
        candidate=NAMED, incumbent=BASE, outcome="better" if better else "not_better", reason=reason,
        evidence=(hold, leak, rise),
    )


def examine(home: Home, ledger: Ledger) -> Iterator[Progress | Done]:
    """Hold the candidate against its base in a separate process; write the evidence, the verdict and the generation."""
    facts = recorded(ledger, "examine")
    if facts is not None:
        yield Done(station="examine", facts=facts, fresh=False)
        return
    if recorded(ledger, "name") is None:
        raise BadInput(f"{home.path} has no name to examine yet: run `foundling name {home.path}` first.")
    plan, prepared, began = frozen_plan(home, ledger), recorded(ledger, "prepare"), time.monotonic()
    assert prepared is not None
    candidate, judge = workplace(home, "preference") / "out", home.judge / prepared["judge"]
    made = home.generation(NAMED) if home.generation(NAMED).exists() else candidate
    yield Progress(station="examine", text="asking")
    evidence_path = home.judge / "evidence.json"
    if not (made / "tokenizer.json").exists():
        tmp = temporary(workplace(home, "preference") / "examined")
        shutil.copytree(made, tmp, dirs_exist_ok=True)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(home.tokens / plan.tokens / file, tmp / file)
        made = tmp
    yield from run_judge(home, {
        "generation": str(made), "base": str(home.generation(BASE)), "name": home.name, "seed": plan.seed,
        "heldout": str(judge / "screen.json"), "train": str(judge / "sample.json"), "out": str(evidence_path),
    })
    evidence = json.loads(evidence_path.read_bytes())
    scores = tuple(Score(**score) for score in evidence["scores"])
    verdict = _judge({score.name: score for score in scores}, plan.naming.bound)
    address = home.commit_new("judge", {
        "evidence.json": evidence_path.read_bytes(), "verdict.json": canonical_json(verdict),
    })
    evidence_path.unlink()
    if verdict.outcome == "better":
        card = _card(plan, NAMED, candidate, scores, f"{verdict.outcome}: {verdict.reason}")
        _commit(home, ledger, NAMED, candidate, card)
    facts = {
        "evidence": address, "verdict": verdict.outcome, "reason": verdict.reason,
        "scores": {score.name: score.value for score in scores}, "seconds": round(time.monotonic() - began, 1),
    }
    ledger.append("verdict", key=f"verdict:{NAMED}", data=to_jsonable(verdict))
    ledger.append("examine", key=f"examine:{NAMED}", data=facts)
    for stage in ("dialogue", "preference", "plan"):
        clear_workplace(home, stage)
    yield Done(station="examine", facts=facts)
