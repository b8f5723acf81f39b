"""From minutes to a frozen plan: the corpus, this machine and a few measured steps flow in, every choice flows out.

After it, nothing about the run depends on how fast the machine happens to be: a resumed run obeys the same plan.
"""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from foundling.home import Home, Ledger
from foundling.life.stations import Done, recorded
from foundling.life.trainer import Interrupted, run_program, workplace
from foundling.recipe import (
    SIZES,
    NamingRecipe,
    Plan,
    birth_recipe,
    dialogue_recipe,
    preference_recipe,
    preset,
)
from foundling.recipe.arithmetic import memory_mb
from foundling.recipe.measured import promised_bits
from foundling.recipe.plan import read_plan
from foundling.records import BadInput, Progress, to_jsonable
from foundling.training.machine import bfloat16_pays, threads_here

NAMING_SHARE = 0.4  # of the minutes; the rest is pre-training
LEAST_EPOCHS = 16.0  # `auto` takes the largest size that can read people's stories so many times
_TIMED = 6  # steps
MOST_EPOCHS = 14.0  # beyond them validation rose in every run on the built-in stories (LOG.md, epochs)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person asked for: a size or "auto", minutes of training, or steps outright (then minutes are not used)."""

    size: str = "auto"
    minutes: float = 6.0
    steps: int | None = None
    seed: int = 0


def job_for(home: Home, plan: Plan, task: str, stage: str) -> dict[str, Any]:
    """The trainer's job for a task of this plan; the caller fills in `start` and, for a measurement, `measure`."""
    naming = plan.naming
    recipe = {
        "birth": plan.birth, "dialogue": dialogue_recipe(naming.dialogue_steps),
        "preference": preference_recipe(naming.preference_steps),
    }[task]
    place = workplace(home, stage)
    return {
        "task": task, "tokens": str(home.tokens / plan.tokens), "start": None, "shape": to_jsonable(plan.shape),
        "recipe": to_jsonable(recipe), "naming": to_jsonable(naming), "seed": plan.seed, "dtype": plan.dtype,
        "threads": plan.threads, "state": str(place / "state"), "out": str(place / "out"), "measure": 0,
    }


def _speed(home: Home, plan: Plan, least: float = 0.0) -> float:
    """Tokens per second of a few real steps, the first two left out (they warm up); 0 as soon as the steps have taken
    longer than they may for `least` tokens per second."""
    job = job_for(home, plan, "birth", "plan") | {"measure": _TIMED}
    patience = plan.birth.rows * plan.shape.context * _TIMED / least if least else float("inf")
    events, began = [], None
    program = run_program(home, "plan", job)
    for event in program:
        began = began or time.monotonic()  # the first event comes when torch has been imported and the model stands
        if event["event"] == "step":
            events.append(event)
        if time.monotonic() - began > patience:
            with contextlib.suppress(Interrupted):
                program.close()
            return 0.0
    return float(sum(e["tokens"] for e in events[2:]) / sum(e["seconds"] for e in events[2:]))


def _pace(home: Home, plan: Plan) -> tuple[Plan, float]:
    """The plan with the threads that train fastest as busy as the computer is now, and the tokens per second.

    One thread is timed first: on a busy computer more threads can be many times slower, and are given up as soon as
    they have taken longer.
    """
    if plan.threads == 1:
        return plan, _speed(home, plan)
    alone = replace(plan, threads=1)
    slow = _speed(home, alone)
    fast = _speed(home, plan, least=slow)
    return (plan, fast) if fast > slow else (alone, slow)


def _choose_size(home: Home, draft: Plan, wishes: Wishes, once: float) -> tuple[Plan, float]:
    """The plan with its size and threads, and the speed: the largest size for LEAST_EPOCHS times `once` tokens."""
    vocabulary = draft.shape.vocabulary
    draft, speed = _pace(home, draft)
    if wishes.size != "auto":
        return draft, speed
    work = speed * draft.shape.flops_per_token
    seconds, chosen = wishes.minutes * 60 * (1 - NAMING_SHARE), SIZES[0]
    for size in SIZES:
        if work / preset(size, vocabulary).flops_per_token * seconds / once >= LEAST_EPOCHS:
            chosen = size
    if chosen == draft.size:
        return draft, speed
    plan = replace(draft, size=chosen, shape=preset(chosen, vocabulary))
    return plan, _speed(home, plan)


def plan_birth(home: Home, ledger: Ledger, wishes: Wishes) -> Iterator[Progress | Done]:
    """Freeze the plan, once. Raises BadInput when the stories were not prepared."""
    facts = recorded(ledger, "plan")
    prepared, collected = recorded(ledger, "prepare"), recorded(ledger, "collect")
    same = facts is not None and prepared is not None and facts["tokens"] == prepared["tokens"]
    if facts is not None and (same or recorded(ledger, "pretrain") is not None):
        yield Done(station="plan", facts=facts, fresh=False)
        return
    if prepared is None or collected is None:
        raise BadInput(f"The stories of {home.path} are not prepared yet: run `foundling prepare {home.path}` first.")
    yield Progress(station="plan", text="timing a few steps on this machine")
    size = "small" if wishes.size == "auto" else wishes.size
    draft = Plan(
        name=home.name, size=size, seed=wishes.seed, corpus=collected["corpus"], tokens=prepared["tokens"],
        shape=preset(size, prepared["vocabulary"]), birth=birth_recipe(100, 10.0), naming=NamingRecipe(),
        dtype="bfloat16" if bfloat16_pays() else "float32", threads=threads_here(), predictions={},
    )
    tokens = prepared["train_tokens"]
    once = tokens / prepared.get("readings", 1)  # so far does a single reading of people's stories go
    if wishes.steps is not None:
        plan, speed, steps = draft, 0.0, wishes.steps
        naming = replace(
            draft.naming, dialogue_steps=max(1, steps // 2), preference_steps=max(1, steps // 5),
        )
    else:
        plan, speed = _choose_size(home, draft, wishes, once)
        if plan.threads < draft.threads:
            yield Progress(station="plan", text=f"the computer is busy: one thread is faster now than {draft.threads}")
        step = plan.birth.rows * plan.shape.context
        steps = max(20, int(speed * wishes.minutes * 60 * (1 - NAMING_SHARE) / step))
        steps = min(steps, max(100, round(MOST_EPOCHS * once / step)))
        naming_steps = max(20, int(speed * wishes.minutes * 60 * NAMING_SHARE / step))
        naming = replace(
            plan.naming, dialogue_steps=round(naming_steps * 0.7), preference_steps=round(naming_steps * 0.3)
        )
    epochs = steps * plan.birth.rows * plan.shape.context / tokens
    plan = replace(plan, birth=birth_recipe(steps, epochs), naming=naming)
    plan = replace(
        plan, predictions={
            "parameters": plan.shape.parameters, "steps": steps, "epochs": round(epochs, 2),
            "tokens_per_second": round(speed) or None,
            "bits_per_byte": to_jsonable(promised_bits(plan, tokens, prepared["train_bytes"])),
            "memory_mb": round(memory_mb(plan.shape, plan.birth.rows, plan.dtype)),
            "seconds": round(wishes.minutes * 60) if wishes.steps is None else None,
        },
    )
    facts = to_jsonable(plan)
    ledger.append("plan", data=facts)
    yield Done(station="plan", facts=facts)


def frozen_plan(home: Home, ledger: Ledger) -> Plan:
    """The plan of this home. Raises BadInput when there is none yet."""
    facts = recorded(ledger, "plan")
    if facts is None:
        raise BadInput(f"{home.path} has no plan yet: run `foundling raise {home.path}`.")
    return read_plan(json.loads(json.dumps(facts)))
