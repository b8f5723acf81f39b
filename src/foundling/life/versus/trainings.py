"""Gate 2: two recipes, corpora or programs flow in, verdicts step by step flow out. Does the edit help?

Seeds are the unit. First the noise floor (runs of A alone, kept in HOME/judge/noise and named in the ledger), then one
run of B, a look, the test on fresh seeds, and the claim with fresh runs of both sides on text that chose nothing. The
judge's secret says before which candidate a canary is judged, by the same steps and under a name like any other.
"""

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.versus.canaries import planted
from foundling.evaluation.versus.candidate import Candidate, moved, same_kind
from foundling.evaluation.versus.evidence import Run, Side, Text, Trainings
from foundling.evaluation.versus.gates import Rules
from foundling.evaluation.versus.lots import fresh_seeds
from foundling.evaluation.versus.noise import LEAST_RUNS
from foundling.evaluation.versus.past import Canary, seeds_used
from foundling.evaluation.versus.vault import frozen
from foundling.evaluation.versus.verdict import CHOOSING, CLAIMING
from foundling.home import write_atomically
from foundling.life.stations import Done
from foundling.life.versus.checkpoints import take_both
from foundling.life.versus.keep import Keep, ending, record, serving, slices, vault_text, verdict_rows
from foundling.life.versus.methods import canary_of, method_of
from foundling.life.versus.proxy import Bench, Method, Trained, patience, train_once
from foundling.life.versus.shapes import proxy_shape
from foundling.records import BadInput, Progress, Story, canonical_json, content_hash
from foundling.sandbox import choose

NOISE = "judge-noise"
Step = Literal["screen", "look", "test", "claim", "vault"]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person asked for. seeds: fresh ones of the test (the claim has twice as many); claim: go on to it;
    bare: a person has read the programs and accepts that no sandbox holds them."""

    steps: int
    seeds: int | None = None
    threads: int = 1
    claim: bool = True
    bare: bool = False

    @property
    def rules(self) -> Rules:
        """The gate's own, or those of fewer or more seeds."""
        if self.seeds is None:
            return Rules()
        return Rules(first=min(3, self.seeds), runs=self.seeds, incumbent=2 * self.seeds)


@dataclass(kw_only=True)
class Contest:
    """One candidate on its way through the gate; trained: all that was trained, by side, in order."""

    keep: Keep
    bench: Bench
    rules: Rules
    kind: Literal["corpus", "recipe", "program"]
    a: Method
    b: Method
    floor: list[Trained]
    place: Path
    inputs: dict[str, str]
    notes: list[str]
    canary: Canary | None = None
    count: int = 0
    slice: str = ""  # the screen's, on which look and test stay

    def seeds(self, what: str, count: int) -> tuple[int, ...]:
        """Seeds that nobody was judged by."""
        used = seeds_used(self.keep.past) | {run.seed for run in self.floor}
        return fresh_seeds(self.keep.secret, f"{what} {len(self.keep.past)} {self.b.digest}", count, used)

    def train(self, side: Side, seeds: Sequence[int]) -> Generator[Progress, None, list[Trained]]:
        """Runs of one side, with words of how far it is and for how long."""
        runs: list[Trained] = []
        method = self.a if side == "a" else self.b
        bench = replace(self.bench, seconds=patience(max((run.seconds for run in self.floor), default=3600.0)))
        for number, seed in enumerate(seeds, 1):
            self.count += 1
            left = _mean(self.floor + runs) * (len(seeds) - number + 1)
            yield Progress(station="versus", text=f"training {number} of {len(seeds)}", done=number - 1,
                           total=len(seeds), seconds_left=left or None)
            runs.append((yield from train_once(bench, method, seed, self.place / f"run {self.count}")))
        return runs


def _mean(runs: Sequence[Trained]) -> float:
    return sum(run.seconds for run in runs) / len(runs) if runs else 0.0


def hold_trainings(keep: Keep, a: str, b: str, wanted: Wanted, place: Path) -> Generator[Progress | Done]:
    """Judge, and write the verdicts into the ledger. Raises BadInput for an incumbent that cannot be trained, and where
    no held-out text or no sandbox is left."""
    if why := frozen(keep.past):
        raise BadInput(why)
    yield Progress(station="versus", text="copying both sides")
    contest, candidate, vetoes = contest_of(keep, a, b, wanted, place, _heldout(keep))
    rows = yield from _verdicts(contest, candidate, vetoes, wanted, place)
    yield Done(station="versus", facts=last_word(rows) | ending(keep, contest.notes))


def contest_of(
    keep: Keep, a: str, b: str, wanted: Wanted, place: Path, heldout: tuple[Story, ...]
) -> tuple[Contest, Candidate, tuple[str, ...]]:
    """A and B as they will be trained and judged on that text, B's own files, and what vetoes it before any training.

    Raises BadInput for an incumbent that may not be judged against, and for what cannot be trained.
    """
    first, second = take_both(a, b, place)
    kind = same_kind(first, second)
    assert kind in ("corpus", "recipe", "program")
    bench = Bench(
        shape=proxy_shape(keep), threads=wanted.threads, heldout=heldout,
        fence=choose(wanted.bare) if kind == "program" else None,
    )
    (ours, broken), (theirs, vetoes) = (
        method_of(keep, one, wanted.steps, place / f"packed {side}") for side, one in (("a", first), ("b", second))
    )
    if broken:
        raise BadInput(f"The incumbent may not be judged against: {' '.join(broken)}")
    contest = Contest(keep=keep, bench=bench, rules=wanted.rules, kind=kind, a=ours, b=theirs, floor=[],
                      place=place / "runs", inputs=_inputs(bench, ours), notes=[])
    return contest, second, vetoes


def _verdicts(
    contest: Contest, candidate: Candidate, vetoes: tuple[str, ...], wanted: Wanted, place: Path
) -> Generator[Progress, None, list[dict[str, Any]]]:
    """The rows of the proposer's candidate, canaries that are due judged before it."""
    if contest.a.digest == contest.b.digest:
        vetoes = ("it is the incumbent itself.",)
    if not vetoes:
        contest.floor = yield from noise_runs(contest)
        while (kind := planted(contest.keep.secret, slot_of(contest.keep))) is not None:
            yield from _canary(contest, kind, wanted.claim)
    if not vetoes and moved(candidate, place / "again"):
        vetoes = ("its files were changed while it was judged.",)
    rows = [(yield from _step(contest, "screen", vetoes))]
    if rows[-1]["statistics"]["holds"]:
        yield from _further(contest, rows, wanted.claim)
    return rows


def _canary(contest: Contest, kind: Canary, claim: bool) -> Generator[Progress]:
    """A planted candidate through the same steps; nothing is told of it."""
    a, b = canary_of(kind, contest.a, contest.keep.secret, slot_of(contest.keep))
    planted_one = replace(contest, a=a, b=b, canary=kind, notes=[],
                          place=contest.place / f"slot {slot_of(contest.keep)}")
    if kind == "good":  # the handicapped incumbent has a floor of its own
        planted_one.floor = yield from noise_runs(planted_one)
    rows = [(yield from _step(planted_one, "screen", ()))]
    if rows[-1]["statistics"]["holds"]:
        yield from _further(planted_one, rows, claim)


def slot_of(keep: Keep) -> int:
    """How many candidates gate 2 has begun to train; what was vetoed before takes no slot."""
    return len(begun(verdict_rows(keep.ledger)))


def begun(rows: Sequence[dict[str, Any]]) -> list[int]:
    """The places of the rows with which a candidate's trainings began, in order: one is a slot."""
    return [place for place, row in enumerate(rows)
            if row["gate"] == "screen" and row["kind"] != "text" and row["seeds"]]


def _further(contest: Contest, rows: list[dict[str, Any]], claim: bool) -> Generator[Progress]:
    """Look, test and claim, each while the one before it held."""
    rules = contest.rules
    seeds = contest.seeds("test", rules.runs)
    runs = yield from contest.train("b", seeds[:rules.first])
    rows.append(freeze(contest, "look", runs, []))
    if not rows[-1]["statistics"]["holds"]:
        return
    runs += yield from contest.train("b", seeds[rules.first:])
    rows.append(freeze(contest, "test", runs, []))
    if not rows[-1]["statistics"]["holds"] or not claim:
        return
    try:
        serving(contest.keep, CLAIMING)
    except BadInput as fault:
        contest.notes.append(f"No claim was made. {fault}")
        return
    seeds = contest.seeds("claim", 2 * rules.incumbent)
    again = yield from contest.train("a", seeds[:rules.incumbent])
    runs = yield from contest.train("b", seeds[rules.incumbent:])
    rows.append(freeze(contest, "claim", runs, again))
    if rows[-1]["grade"] == "confirmed":  # its fresh runs are those by which the new incumbent is measured
        for run in runs:
            keep_noise(contest, contest.b, run)


def _step(contest: Contest, step: Step, vetoes: tuple[str, ...]) -> Generator[Progress, None, dict[str, Any]]:
    """The screen: one run of B, unless something vetoed before."""
    runs = [] if vetoes else (yield from contest.train("b", contest.seeds("screen", 1)))
    return freeze(contest, step, runs, [], vetoes)


def freeze(
    contest: Contest, step: Step, ours: Sequence[Trained], theirs: Sequence[Trained], vetoes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The evidence of a step and its row."""
    if step in ("look", "test"):
        held = slices(contest.keep, CHOOSING)[contest.slice]
    elif step == "vault":
        held = vault_text(contest.keep)
    else:
        held, _ = serving(contest.keep, CLAIMING if step == "claim" else CHOOSING)
    if step == "screen":
        contest.slice = held.slice
    documents = tuple(
        Text(id=one, bytes=len(plain_text(story).encode("utf-8"))) for one, story in held.documents.items()
    )
    sides: tuple[tuple[Side, Literal["noise", "step"], Sequence[Trained]], ...] = (
        ("a", "noise", [] if vetoes else contest.floor), ("a", "step", theirs), ("b", "step", ours),
    )
    evidence = Trainings(
        kind=contest.kind, candidate=contest.b.digest, incumbent=contest.a.digest, slice=held.slice, step=step,
        inputs=contest.inputs | held.inputs,
        rules={name: float(value) for name, value in vars(contest.rules).items()},
        documents=documents, vetoes=vetoes,
        runs=tuple(_run(side, role, run, documents) for side, role, runs in sides for run in runs),
    )
    cost = sum(run.seconds for run in (*ours, *theirs))
    return record(contest.keep, evidence, cost=cost, canary=contest.canary)


def _run(side: Side, role: Literal["noise", "step"], run: Trained, documents: Sequence[Text]) -> Run:
    fault = run.fault
    if not fault and any(text.id not in run.nats for text in documents):
        fault = "a document was not judged."
    nats = () if fault else tuple(float(run.nats[text.id]) for text in documents)
    return Run(side=side, role=role, seed=run.seed, weights=run.weights, nats=nats, fault=fault)


def noise_runs(contest: Contest) -> Generator[Progress, None, list[Trained]]:
    """The noise floor of the incumbent: runs that are kept, and as many more as it lacks.

    Raises BadInput where a training of the incumbent comes to nothing.
    """
    found = kept_noise(contest)
    if lacking := max(0, max(LEAST_RUNS, contest.rules.incumbent) - len(found)):
        yield Progress(station="versus", text=f"the noise floor lacks {lacking} runs of A")
        used = seeds_used(contest.keep.past) | {run.seed for run in found}
        what = f"noise {contest.bench.key(contest.a)}"
        for run in (yield from contest.train("a", fresh_seeds(contest.keep.secret, what, lacking, used))):
            if run.fault:
                raise BadInput(f"A training of the incumbent came to nothing: {run.fault}")
            keep_noise(contest, contest.a, run)
            found.append(run)
    return found


def kept_noise(contest: Contest) -> list[Trained]:
    """Runs of the incumbent that the ledger names and that lie there unchanged, on the text that is judged on."""
    key, wanted = contest.bench.key(contest.a), {content_hash(plain_text(s)) for s in contest.bench.heldout}
    found = []
    for event in contest.keep.ledger.events(NOISE):
        path = _noise_file(contest.keep, event.data)
        if event.data.get("key") != key or not path.is_file():
            continue
        data = path.read_bytes()
        if content_hash(data) != event.data["sha256"]:
            raise BadInput(f"{path} was changed since it was measured: restore it from a copy of the home.")
        run = Trained(**json.loads(data))
        if wanted <= run.nats.keys():
            found.append(run)
    return found


def _noise_file(keep: Keep, data: dict[str, Any]) -> Path:
    return keep.home.judge / "noise" / str(data["key"]) / f"{data['seed']}.json"


def keep_noise(contest: Contest, method: Method, run: Trained) -> None:
    """Keep a run, and name it in the ledger."""
    data = canonical_json({"seed": run.seed, "weights": run.weights, "nats": dict(run.nats), "seconds": run.seconds})
    facts = {"key": contest.bench.key(method), "seed": run.seed, "sha256": content_hash(data)}
    path = _noise_file(contest.keep, facts)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    contest.keep.ledger.append(NOISE, data=facts)


def _heldout(keep: Keep) -> tuple[Story, ...]:
    """All documents of all slices, so that a run is judged once for whatever step."""
    held = {one: story for which in (CHOOSING, CLAIMING) for part in slices(keep, which).values()
            for one, story in part.documents.items()}
    return tuple(held.values())


def _inputs(bench: Bench, method: Method) -> dict[str, str]:
    return {
        "tokenizer": content_hash((method.tokens / "tokenizer.json").read_bytes()),
        "shape": content_hash(bench.shape), "setting": content_hash(bench.key(method)),
    }


def last_word(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What came of all steps: the test decides, a claim confirms it; a claim that says worse takes it back."""
    by_step = {row["statistics"]["step"]: row for row in rows}
    test, claim = by_step.get("test"), by_step.get("claim")
    outcome, grade = (rows[-1]["outcome"], "none") if test is None else (test["outcome"], test["grade"])
    if claim is not None and claim["grade"] == "confirmed":
        grade = "confirmed"
    elif claim is not None and claim["outcome"] == "not_better":
        outcome, grade = "undecided", "none"
    return {"verdict": outcome, "grade": grade, "rows": list(rows)}
