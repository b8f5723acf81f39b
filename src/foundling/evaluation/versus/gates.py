"""The two gates: evidence of A and of B flows in, a ruling flows out. It trains, scores and writes nothing.

Gate 1 (checkpoints) answers "these weights are better on text like this"; gate 2 (recipes, data, programs) answers
"this edit helps", for which seeds are the unit, not documents (judging.md sections 3 and 4). Gate 2 has four steps:
a screen by one run; a look after three fresh runs, which can only give up; the test after five, which alone can promote
(provisional); a claim by fresh runs of both sides, on text that had no part in the choice, at LOND's level (confirmed).
Whatever is no number, missing or cut short has lost; a broken incumbent is BadInput, never somebody's win.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundling.evaluation.likelihood import paired_bootstrap
from foundling.evaluation.tails import fisher_tail, student_point, student_tail
from foundling.evaluation.versus.figures import number, numbers
from foundling.evaluation.versus.guards import Guard, vetoes
from foundling.evaluation.versus.noise import LEAST_RUNS, Noise, variance
from foundling.evaluation.versus.paired import Rows, difference, ordered, wrong_pair
from foundling.evaluation.versus.past import Gate, Grade
from foundling.records import BadInput
from foundling.records.judgement import Outcome

# At .20 no-ops whose runs spread twice as much are promoted 2.77 times in 300 (`judge-the-judge`), at .05 3.75 times;
# of five times the spread 11 without it (both by hand: docs/judging.md). It costs 3 points of power at two deviations.
_GAMBLE = 0.2
_MOST_BITS = 1e6
_NO_SCORE = "a run has no bits per byte as its score."
Runs = Mapping[int, object]  # a score for each seed; whatever came back, which need not be a number


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How strict the gates are; the figures that hold the issue's bars (docs/judging.md has those that did not).

    screen, hope: gains, in sigmas, below which one run, or the first look, gives up; first, runs: how many fresh runs
    the look and the test have; provisional: the p value of the test; least: the smallest gain worth having, a share of
    the incumbent's figure; incumbent: runs by which every new incumbent is measured again, and both sides of a claim.
    """

    screen: float = 0.5
    hope: float = 0.5
    first: int = 3
    runs: int = 5
    provisional: float = 0.02
    least: float = 0.002
    incumbent: int = 10


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The evidence of a step of gate 2: scores in bits per byte by seed, and what blurs them.

    documents: the standard error that the choice of documents adds (`paired.averaged`, `paired.difference`); used:
    seeds that this candidate was judged by before, which may not come again.
    """

    candidate: Runs
    incumbent: Runs
    noise: Noise
    documents: float
    used: frozenset[int] = frozenset()
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a gate says. `holds`: the candidate goes on, or is promoted; outcome is all that its proposer may hear.

    difference: B less A (negative: better) with low and high, its 95% interval; p: one-sided, of "B is not better";
    error, freedom: its standard error and degrees of freedom; n: documents or runs of B; alpha: the level of a claim.
    """

    gate: Gate
    outcome: Outcome
    grade: Grade
    holds: bool
    reason: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    error: float | None = None
    freedom: float | None = None
    n: int = 0
    alpha: float | None = None
    vetoes: tuple[str, ...] = ()


def judge_checkpoint(
    a: Rows, b: Rows, *, seed: int, guards: Sequence[Guard] = (), alpha: float | None = None
) -> Ruling:
    """Gate 1. Better: the upper end of the 95% bootstrap interval of B less A lies below 0 and no guard vetoes.

    alpha: LOND's level, at which "better" is also confirmed. Raises BadInput for a broken incumbent.
    """
    if fault := wrong_pair(a, b):
        return Ruling(gate="checkpoint", outcome="not_better", grade="none", holds=False, reason=fault, n=len(b))
    before, later = ordered(a), ordered(b)
    ratio, gap = paired_bootstrap(before, later, seed=seed), difference(before, later)
    p, stopped = gap.p_below(), vetoes(guards)
    better = ratio.high is not None and ratio.high < 0
    worse = ratio.low is not None and ratio.low > 0
    outcome: Outcome = "not_better" if worse or stopped else "better" if better else "undecided"
    confirmed = alpha is not None and p is not None and alpha > 0 and p <= alpha
    grade: Grade = "none" if outcome != "better" else "confirmed" if confirmed else "provisional"
    if stopped:
        reason = " ".join(stopped)
    elif ratio.low is None or ratio.high is None:
        reason = f"{ratio.clusters} documents are too few for an interval: give at least six."
    else:
        reason = f"{ratio.value:+.5f} bits per byte [{ratio.low:+.5f}, {ratio.high:+.5f}], {ratio.clusters} documents."
    return Ruling(
        gate="checkpoint", outcome=outcome, grade=grade, holds=better and not stopped, reason=reason,
        difference=ratio.value, low=ratio.low, high=ratio.high, p=p, error=gap.error, freedom=gap.n - 1, n=gap.n,
        alpha=alpha, vetoes=stopped,
    )


def judge_screen(trial: Trial, rules: Rules) -> Ruling:
    """Gate 2, step 1: one run of B must beat the mean of A's runs by `screen` sigmas. It promotes nothing."""
    return _kept_on("screen", trial, 1, rules.screen)


def judge_look(trial: Trial, rules: Rules) -> Ruling:
    """Gate 2, step 2: after the first fresh runs, whether to train the others. It promotes nothing.

    A look that can only give up never makes a false promotion likelier, whatever its rule (a non-binding boundary for
    futility: Lan, Simon and Halperin 1982): what the test promotes it would have promoted without the look.
    """
    return _kept_on("confirm", trial, rules.first, rules.hope)


def judge_test(trial: Trial, rules: Rules) -> Ruling:
    """Gate 2, step 3: all fresh runs of B against the measured incumbent; better is provisional."""
    if fault := _short(trial, rules.runs):
        return _lost("confirm", fault, trial)
    return _tested("confirm", trial, rules, rules.provisional)


def judge_claim(trial: Trial, rules: Rules, alpha: float) -> Ruling:
    """Gate 2, step 4: fresh runs of both sides on a hold-out that did not choose the candidate, at `lond.level`.

    Better is confirmed. The candidate's runs are at once those by which the new incumbent is measured again. Raises
    BadInput where the incumbent's runs are not as many, and fresh too.
    """
    level = number(alpha)
    if level is None or not 0 <= level < 1:
        raise BadInput(f"A claim cannot be judged at alpha {alpha}: take the level that the ledger leaves.")
    if len(trial.incumbent) < rules.incumbent or set(trial.incumbent) & trial.used:
        raise BadInput(f"A claim needs {rules.incumbent} fresh runs of the incumbent: train it again with new seeds.")
    if fault := _short(trial, rules.incumbent):
        return _lost("claim", fault, trial)
    return _tested("claim", trial, rules, level)


def _tested(gate: Gate, trial: Trial, rules: Rules, alpha: float) -> Ruling:
    before, later = _incumbent(trial), _scores(trial.candidate)
    if later is None:
        return _lost(gate, _NO_SCORE, trial)
    error, freedom = standard_error(later, len(before), trial.noise, documents=trial.documents)
    mean = statistics.fmean(before)
    gap, half = statistics.fmean(later) - mean, student_point(0.025, freedom) * error
    p, least, stopped = student_tail(-gap / error, freedom), rules.least * abs(mean), vetoes(trial.guards)
    better = alpha > 0 and p <= alpha and gap <= -least and not stopped
    outcome: Outcome = "better" if better else "undecided"
    if stopped or gap >= 0 or gap - half > -least:
        outcome = "not_better"
    grade: Grade = "none" if not better else "confirmed" if gate == "claim" else "provisional"
    told = f"{gap:+.5f} [{gap - half:+.5f}, {gap + half:+.5f}], p = {p:.2g}; asked: {alpha:.2g} and {-least:+.5f}."
    return Ruling(
        gate=gate, outcome=outcome, grade=grade, holds=better, reason=" ".join([told, *stopped]), difference=gap,
        low=gap - half, high=gap + half, p=p, error=error, freedom=freedom, n=len(later), alpha=alpha, vetoes=stopped,
    )


def standard_error(
    candidate: Sequence[float], incumbent: int, noise: Noise, *, documents: float
) -> tuple[float, float]:
    """The standard error of B's mean less A's over so many runs, and the degrees of freedom of its estimate.

    SE^2 = sigma^2 (1/k + 1/m) + documents^2; sigma is pooled from the noise floor and B's own spread. Where B
    spreads more than noise explains (F test at _GAMBLE), B's own spread is taken instead (Welch 1947): an edit that
    only gambles more must not win by it. The part of the documents is taken as known, so the degrees of freedom are
    rather too few. Raises BadInput without a noise floor.
    """
    extra, k = number(documents), len(candidate)
    if noise.freedom < LEAST_RUNS - 1 or not noise.sigma > 0:
        raise BadInput(f"The noise floor stands on fewer than {LEAST_RUNS} runs: train the incumbent with more seeds.")
    if extra is None or extra < 0:
        raise BadInput(f"The documents add an error of {documents}: give a number of 0 or more.")
    floor, own = noise.sigma**2, variance(candidate)
    if fisher_tail(own / floor, k - 1, noise.freedom) < _GAMBLE:
        ours, theirs = floor / incumbent, own / k
        freedom = (ours + theirs) ** 2 / (ours**2 / noise.freedom + theirs**2 / (k - 1))
        return math.sqrt(ours + theirs + extra**2), freedom
    freedom = noise.freedom + k - 1
    pooled = (noise.freedom * floor + (k - 1) * own) / freedom
    return math.sqrt(pooled * (1 / k + 1 / incumbent) + extra**2), freedom


def _kept_on(gate: Gate, trial: Trial, planned: int, sigmas: float) -> Ruling:
    """Whether the runs so far are good enough for more of them to be trained."""
    before, values = _incumbent(trial), _scores(trial.candidate)
    if fault := _short(trial, planned):
        return _lost(gate, fault, trial)
    if values is None:
        return _lost(gate, _NO_SCORE, trial)
    gap, asked = statistics.fmean(values) - statistics.fmean(before), -sigmas * trial.noise.sigma
    return Ruling(
        gate=gate, outcome="undecided" if gap <= asked else "not_better", grade="none", holds=gap <= asked,
        reason=f"{gap:+.5f} over {len(values)} runs, asked {asked:+.5f} to go on.", difference=gap, n=len(values),
    )


def _short(trial: Trial, planned: int) -> str:
    """Why these runs are not the planned ones; a seed that was seen before is the judge's own mistake."""
    if set(trial.candidate) & trial.used:
        raise BadInput("A seed was judged before: the runs of a test need seeds that nobody has seen.")
    return "" if len(trial.candidate) == planned else f"{len(trial.candidate)} of {planned} runs came to an end."


def _lost(gate: Gate, why: str, trial: Trial) -> Ruling:
    return Ruling(
        gate=gate, outcome="not_better", grade="none", holds=False, reason=f"The candidate has lost: {why}",
        n=len(trial.candidate),
    )


def _scores(runs: Runs) -> list[float] | None:
    """The runs' bits per byte; None where one is no number, or one that no text can have."""
    values = numbers(runs.values())
    return values if values is not None and all(0 <= value <= _MOST_BITS for value in values) else None


def _incumbent(trial: Trial) -> list[float]:
    values = _scores(trial.incumbent)
    if not values:
        raise BadInput("The incumbent has a run without a number as its score, or no run: train and score it again.")
    return values
