"""From evidence to a row of the ledger: frozen evidence and past verdicts flow in, the same row always flows out.

The station that judges and the person who derives a verdict again call the same functions on the same bytes, so that
there is nothing in a row but what the evidence and the ledger before it say (and what it cost). It opens no weights,
reads no held-out text and writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import foundling
from foundling.evaluation.intervals import Ratio, ratio_bootstrap
from foundling.evaluation.likelihood import LN2, DocumentScore
from foundling.evaluation.versus.evidence import Checkpoints, Evidence, Run, Side, Texts, Trainings
from foundling.evaluation.versus.gates import (
    Rules,
    Ruling,
    Trial,
    judge_checkpoint,
    judge_claim,
    judge_look,
    judge_screen,
    judge_test,
)
from foundling.evaluation.versus.guards import Guard, guard_of_scores, slice_guards
from foundling.evaluation.versus.lond import SPENDING, fold, level
from foundling.evaluation.versus.noise import noise_floor
from foundling.evaluation.versus.paired import averaged, difference, wrong_rows
from foundling.evaluation.versus.past import Canary, Gate, Grade, Past
from foundling.evaluation.versus.vault import frozen, judge_vault, line
from foundling.records import BadInput, Score, content_hash, to_jsonable
from foundling.records.judgement import Outcome

PART_MARGIN = 0.02  # bits per byte by which a slice may be worse
NAME_MARGIN = 0.05  # share of answers
REPEAT_MARGIN, COPY_MARGIN = 0.05, 0.02  # share of 4-grams, of windows
RUN_MARGIN, RECITED_MARGIN = 20, 10  # words in a row
SHORT_RUN = 12  # words: runs up to it stand in many books
CHOOSING, CLAIMING, VAULT = "screen", "confirm", "vault"  # how the names of slices begin
PERSON, MOST_WORDS = "person", 1000  # the kind of row that holds a person's word, and its characters
PEER = "peer"  # the check whose votes are told and never counted
_SOURCES = ("evaluation/versus", "evaluation/intervals.py", "evaluation/likelihood.py", "evaluation/tails.py")


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What of a row the evidence does not hold: who it was about is the judge's own affair, and what it cost."""

    evidence: str
    cost_seconds: float
    canary: Canary | None = None


def gate_version() -> str:
    """The hash of the gate's source files."""
    root = Path(foundling.__file__).parent
    paths = sorted(path for name in _SOURCES for path in ([root / name] if name.endswith(".py")
                                                          else (root / name).glob("*.py")))
    return content_hash({path.relative_to(root).as_posix(): content_hash(path.read_bytes()) for path in paths})


def row_of(evidence: Evidence, past: Sequence[Past], meta: Meta) -> dict[str, Any]:
    """The whole row for the ledger. Raises BadInput where the evidence cannot be judged at all."""
    claims = _claims(evidence)
    spent = fold(past)
    alpha = level(SPENDING, spent) if claims else None
    ruling, told = rule(evidence, past, alpha)
    if ruling.gate != "vault" and ruling.outcome == "better" and (why := frozen(past)):
        ruling, told = _stopped(ruling, why), told | {"frozen": why}
    return {
        "candidate": evidence.candidate, "incumbent": evidence.incumbent, "kind": evidence.kind, "gate": ruling.gate,
        "gate_version": gate_version(), "inputs": dict(evidence.inputs), "evidence": meta.evidence,
        "statistics": _figures(ruling) | told | ({"slice": evidence.slice} if not isinstance(evidence, Texts) else {}),
        "alpha": alpha, "t": spent.claims + 1 if claims and meta.canary is None else None,
        "discoveries": spent.discoveries, "seeds": _seeds(evidence), "outcome": ruling.outcome, "grade": ruling.grade,
        "cost_seconds": meta.cost_seconds, "canary": meta.canary,
    }


def word_row(past: Sequence[Past], text: str) -> dict[str, Any]:
    """The row of a person who has looked and says what was found; it lifts a freeze. Raises BadInput for no text."""
    word = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())[:MOST_WORDS]
    if not word.isprintable() or not word:
        raise BadInput("Say in words what was found, as in --found-why \"the vault's stories are all about the sea\".")
    ruling = Ruling(gate="vault", outcome="undecided", grade="none", holds=False, reason=word)
    return {
        "candidate": "", "incumbent": "", "kind": PERSON, "gate": "vault", "gate_version": gate_version(),
        "inputs": {}, "evidence": "", "statistics": _figures(ruling) | {"found": word}, "alpha": None, "t": None,
        "discoveries": fold(past).discoveries, "seeds": [], "outcome": "undecided", "grade": "none",
        "cost_seconds": 0.0, "canary": None,
    }


def _claims(evidence: Evidence) -> bool:
    """Whether this evidence makes a claim: the last step of gate 2, or a checkpoint on text that did not choose it."""
    if isinstance(evidence, Trainings):
        return evidence.step == "claim"
    if isinstance(evidence, Texts):
        return False
    return evidence.slice.startswith(CLAIMING)


def rule(evidence: Evidence, past: Sequence[Past], alpha: float | None) -> tuple[Ruling, dict[str, Any]]:
    """What the gate says, and what else is told with it."""
    if isinstance(evidence, Checkpoints) and evidence.slice.startswith(VAULT):
        return _rule_vault(evidence, past)
    if isinstance(evidence, Trainings) and evidence.step == "vault":
        return _rule_vault(evidence, past)
    if isinstance(evidence, Checkpoints):
        return _rule_checkpoints(evidence, alpha)
    if isinstance(evidence, Trainings):
        return _rule_trainings(evidence, judged_before(evidence, past), alpha)
    return _rule_texts(evidence)


def _figures(ruling: Ruling) -> dict[str, Any]:
    names = ("reason", "holds", "difference", "low", "high", "p", "error", "freedom", "n", "vetoes")
    return {name: to_jsonable(getattr(ruling, name)) for name in names}


def _stopped(ruling: Ruling, why: str) -> Ruling:
    return Ruling(gate=ruling.gate, outcome="undecided", grade="none", holds=False, reason=why,
                  difference=ruling.difference, low=ruling.low, high=ruling.high, p=ruling.p, error=ruling.error,
                  freedom=ruling.freedom, n=ruling.n, alpha=ruling.alpha)


def _lost(gate: Gate, why: str, vetoes: tuple[str, ...] = ()) -> Ruling:
    return Ruling(gate=gate, outcome="not_better", grade="none", holds=False, reason=f"The candidate has lost: {why}",
                  vetoes=vetoes)


def _seeds(evidence: Evidence) -> list[int]:
    """Seeds of runs that this step trained; those of the noise floor were there before."""
    if not isinstance(evidence, Trainings):
        return []
    return sorted({run.seed for run in evidence.runs if run.role == "step"})


def _rows(evidence: Checkpoints, side: Side) -> list[DocumentScore]:
    values = {row.id: (row.a if side == "a" else row.b, row.bytes) for row in evidence.documents}
    return [DocumentScore(id=name, nats=nats, tokens=0, bytes=size)
            for name, (nats, size) in values.items() if nats is not None]


def _rule_checkpoints(evidence: Checkpoints, alpha: float | None) -> tuple[Ruling, dict[str, Any]]:
    if fault := evidence.faults.get("a"):
        raise BadInput(f"The incumbent cannot be judged against: {fault}")
    if evidence.candidate == evidence.incumbent:
        return _lost("checkpoint", "it is the incumbent itself, byte for byte."), {}
    if fault := evidence.faults.get("b"):
        return _lost("checkpoint", fault), {}
    a, b = _rows(evidence, "a"), _rows(evidence, "b")
    if len(b) != len(evidence.documents):
        return _lost("checkpoint", "a document has no number as its likelihood."), {}
    if fault := wrong_rows(b):
        return _lost("checkpoint", f"{fault}."), {}
    guards = checkpoint_guards(evidence, a, b)
    ruling = judge_checkpoint(a, b, seed=evidence.seed, guards=guards, alpha=alpha)
    told = {
        "bits_per_byte": {"a": _bits(a), "b": _bits(b)},
        "guards": [{"name": g.name, "difference": g.difference, "low": g.low, "high": g.high, "margin": g.margin}
                   for g in guards],
    }
    return ruling, told


def _bits(rows: Sequence[DocumentScore]) -> float:
    return sum(row.nats for row in rows) / (LN2 * sum(row.bytes for row in rows))


def checkpoint_guards(evidence: Checkpoints, a: Sequence[DocumentScore], b: Sequence[DocumentScore]) -> list[Guard]:
    """Everything that must not get worse, each with its interval and margin."""
    parts = {row.id: row.part for row in evidence.documents}
    guards = list(slice_guards(a, b, parts, margin=PART_MARGIN))
    guards += [_exam_guard(evidence, name) for name in sorted({item.exam for item in evidence.items})]
    shares = (("repeated 4-grams", "repeated", "fours", REPEAT_MARGIN),
              ("copied windows", "copied", "windows", COPY_MARGIN))
    guards += [
        guard_of_scores(_share(evidence, "a", name, over, under), _share(evidence, "b", name, over, under),
                        better="lower", margin=margin)
        for name, over, under, margin in shares
    ]
    if {sample.side for sample in evidence.samples if sample.fours} == {"a"}:  # who says nothing repeats nothing
        guards.append(Guard(name="samples of four words", difference=1.0, low=1.0, high=1.0, margin=0.0))
    for name, margin in (("train", RUN_MARGIN), ("heldout", RECITED_MARGIN)):
        before, later = (evidence.longest.get(f"{side}.{name}", 0) for side in "ab")
        gap = float(later - max(before, SHORT_RUN))  # counted, not estimated: the interval is the figure itself
        guards.append(Guard(name=f"longest run copied from {name} text", difference=gap, low=gap, high=gap,
                            margin=float(margin)))
    return guards


def _exam_guard(evidence: Checkpoints, exam: str) -> Guard:
    """The share of right answers that was lost; whole templates are drawn again."""
    lost: dict[str, list[int]] = {}
    for item in evidence.items:
        if item.exam == exam:
            lost.setdefault(item.group, []).append(int(item.a) - int(item.b))
    found: Ratio = ratio_bootstrap([float(sum(g)) for g in lost.values()], [float(len(g)) for g in lost.values()],
                                   seed=evidence.seed)
    return Guard(name=exam, difference=found.value, low=found.low, high=found.high, margin=NAME_MARGIN)


def _share(evidence: Checkpoints, side: Side, name: str, over: str, under: str) -> Score:
    rows = [(getattr(s, over), getattr(s, under)) for s in evidence.samples if s.side == side and getattr(s, under)]
    if not rows:
        return Score(name=name, value=0.0, n=0)
    found = ratio_bootstrap([float(top) for top, _ in rows], [float(low) for _, low in rows], seed=evidence.seed)
    return Score(name=name, value=found.value, n=sum(low for _, low in rows), low=found.low, high=found.high)


def _scores(evidence: Trainings, run: Run) -> list[DocumentScore]:
    return [DocumentScore(id=text.id, nats=nats, tokens=0, bytes=text.bytes)
            for text, nats in zip(evidence.documents, run.nats, strict=True)]


def _rule_trainings(
    evidence: Trainings, used: frozenset[int], alpha: float | None
) -> tuple[Ruling, dict[str, Any]]:
    gates: dict[str, Gate] = {"screen": "screen", "look": "confirm", "test": "confirm", "claim": "claim"}
    gate = gates[evidence.step]
    if evidence.vetoes:
        return _lost(gate, " ".join(evidence.vetoes), evidence.vetoes), {"step": evidence.step}
    if _seedless(evidence):
        why = "runs with different seeds gave the same weights: it does not use its seed."
        return _lost(gate, why, (why,)), {"step": evidence.step}
    rules = _rules(evidence)
    trial, told = trial_of(evidence, used)
    if evidence.step == "claim":
        ruling = judge_claim(trial, rules, alpha if alpha is not None else 0.0)
    else:
        ruling = {"screen": judge_screen, "look": judge_look, "test": judge_test}[evidence.step](trial, rules)
    return ruling, {"step": evidence.step} | told


def _seedless(evidence: Trainings) -> bool:
    """Whether the candidate brought its luck with it: a fixed seed that was chosen by many tries elsewhere."""
    made = [run.weights for run in evidence.runs if run.side == "b" and run.role == "step" and not run.fault]
    return len(set(made)) < len(made)


def _rules(evidence: Trainings) -> Rules:
    given = evidence.rules
    if given.keys() != vars(Rules()).keys():
        raise BadInput(f"The evidence names other rules than the gate has ({', '.join(given)}).")
    return Rules(
        screen=given["screen"], hope=given["hope"], first=int(given["first"]), runs=int(given["runs"]),
        provisional=given["provisional"], least=given["least"], incumbent=int(given["incumbent"]),
    )


def judged_before(evidence: Trainings, past: Sequence[Past]) -> frozenset[int]:
    """Seeds that may not come again: of earlier steps, but for the first look's, whose runs the test completes."""
    ours = evidence.step == "test"
    return frozenset(
        seed for row in past if not (ours and row.candidate == evidence.candidate and row.gate == "confirm")
        for seed in row.seeds
    ) | frozenset(run.seed for run in evidence.runs if run.role == "noise")


def trial_of(evidence: Trainings, used: frozenset[int]) -> tuple[Trial, dict[str, Any]]:
    """The evidence as gate 2 wants it, and the figures that are told with it."""
    rows = {id(run): _scores(evidence, run) for run in evidence.runs if not run.fault}
    bits = {id(run): _bits(rows[id(run)]) if id(run) in rows else None for run in evidence.runs}
    if any(run.fault for run in evidence.runs if run.side == "a"):
        raise BadInput("A training of the incumbent came to nothing: nothing can be held against it.")
    floor = [run for run in evidence.runs if run.role == "noise"]
    step = {side: [run for run in evidence.runs if run.role == "step" and run.side == side] for side in ("a", "b")}
    noise = noise_floor({run.seed: bits[id(run)] or 0.0 for run in floor})
    theirs = step["a"] or floor
    whole = [run for run in step["b"] if not run.fault and not wrong_rows(rows[id(run)])]
    extra = 0.0
    if whole and evidence.step in ("test", "claim"):
        gap = difference(averaged([rows[id(run)] for run in theirs]), averaged([rows[id(run)] for run in whole]))
        if gap.error is None:
            raise BadInput(f"{gap.n} held-out documents are too few to judge a recipe by: give at least six.")
        extra = gap.error
    trial = Trial(
        candidate={run.seed: bits[id(run)] for run in step["b"]},
        incumbent={run.seed: bits[id(run)] for run in theirs}, noise=noise, documents=extra,
        used=used,
    )
    told = {
        "noise": to_jsonable(noise) | {"rho": 0.0},  # of runs under equal seeds; the ledger's rows have it
        "documents": extra,
        "bits_per_byte": {side: [bits[id(run)] for run in runs] for side, runs in (("a", theirs), ("b", step["b"]))},
        "faults": [run.fault for run in step["b"] if run.fault],
    }
    return trial, told


def _rule_vault(evidence: Checkpoints | Trainings, past: Sequence[Past]) -> tuple[Ruling, dict[str, Any]]:
    """Of the two that the ledger's promotions lead from and to, and of nobody else. Raises BadInput for others, and
    where a side could not be read at all: that may be tried again."""
    promoted = line(past)
    if promoted is None or (promoted.first, promoted.newest) != (evidence.incumbent, evidence.candidate):
        raise BadInput("The vault is opened for the first and the newest of the ledger's promotions, not for others.")
    if isinstance(evidence, Checkpoints):
        faults, seed = list(evidence.faults.values()), evidence.seed
        a, b = _rows(evidence, "a"), _rows(evidence, "b")
    else:
        faults, seed = [run.fault for run in evidence.runs if run.fault], 0
        a, b = ([] if faults else averaged([_scores(evidence, run) for run in evidence.runs if run.side == side])
                for side in ("a", "b"))
    if faults:
        raise BadInput(f"The vault was not opened: {faults[0]}")
    ruling, told = judge_vault(a, b, promoted, seed=seed)
    step = {"step": evidence.step} if isinstance(evidence, Trainings) else {}
    return ruling, step | told | ({} if told["gain"] is None else {"bits_per_byte": {"a": _bits(a), "b": _bits(b)}})


def _rule_texts(evidence: Texts) -> tuple[Ruling, dict[str, Any]]:
    """All checks that speak must speak for one side, in both orders alike; else nothing is decided. A peer is no check:
    how often it is right was not measured on the battery, and a text can fool it in both orders."""
    spoken = [vote for vote in evidence.forward if vote.check != PEER]
    told: dict[str, Any] = {"votes": to_jsonable(spoken)}
    if evidence.candidate == evidence.incumbent:
        return _lost("screen", "it is the same text."), told | _opinion(evidence, "not_better")
    mirrored = {vote.check: vote.says for vote in evidence.backward}
    steady = [vote for vote in spoken if mirrored.get(vote.check) == vote.says]
    for_a, for_b = ([vote for vote in steady if vote.says == side] for side in ("a", "b"))
    better = bool(for_b) and not for_a
    outcome: Outcome = "better" if better else "not_better" if for_a and not for_b else "undecided"
    reason = " ".join(vote.detail for vote in (for_b if better else for_a))
    if outcome == "undecided":
        reason = "The checks speak for both." if for_a else "No check that may be trusted tells the two apart."
    grade: Grade = "provisional" if better else "none"
    ruling = Ruling(gate="screen", outcome=outcome, grade=grade, holds=better, reason=reason, n=len(steady))
    return ruling, told | _opinion(evidence, outcome)


def _opinion(evidence: Texts, outcome: Outcome) -> dict[str, Any]:
    """What a peer says, and whether what was decided without it says so too; nothing where none was asked."""
    asked = [vote for vote in (*evidence.forward, *evidence.backward) if vote.check == PEER]
    if not asked:
        return {}
    answers = [vote.says for vote in asked]
    says = answers[0] if answers in (["a", "a"], ["b", "b"]) else "abstains"
    decided = {"better": "b", "not_better": "a", "undecided": ""}[outcome]
    beside = says if says == "abstains" else "agrees" if says == decided else "disagrees" if decided else "alone"
    return {PEER: {"says": says, "beside": beside, "answers": answers, "detail": asked[0].detail}}
