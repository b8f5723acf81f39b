"""Lives of a being that proposes and judges edits, simulated: a world and rules flow in, what was kept flows out.

The gates are the real ones, called as the loop calls them; only nature is made up (judging.md section 6): true effects,
the noise of seeds and of documents. A run's luck is the same on every hold-out, and so is the incumbent's until it is
measured again; what a choice of documents adds to a candidate is one for screen, look and test, and another for the
claim. Effects add up and sigma is the same for all recipes: real loops are worse.
"""

import math
import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundling.evaluation.versus.gates import Rules, Trial, judge_claim, judge_look, judge_screen, judge_test
from foundling.evaluation.versus.lond import Lond, Spent, after, level
from foundling.evaluation.versus.noise import Noise, noise_floor
from foundling.evaluation.versus.past import Grade


@dataclass(frozen=True, kw_only=True)
class World:
    """What is proposed and how it is blurred, in bits per byte; shares of the candidates, the rest are no-ops.

    gain, harm: means of exponential effects; planted: exact gains in sigmas instead, in turn; paired: the standard
    deviation of one document's paired difference; bits: where the first incumbent stands; gamble: how many sigmas the
    candidates' own runs spread.
    """

    candidates: int = 300
    helpful: float = 0.0
    gain: float = 0.0
    planted: tuple[float, ...] = ()
    harmful: float = 0.3
    harm: float = 0.004
    sigma: float = 0.004
    documents: int = 300
    paired: float = 0.02
    bits: float = 1.7
    gamble: float = 1.0

    @property
    def blur(self) -> float:
        """The standard error that the choice of documents adds."""
        return self.paired / math.sqrt(self.documents)


@dataclass(frozen=True, kw_only=True)
class Life:
    """Every candidate's true effect (negative: better) and the grade that it got, in order; trainings spent."""

    effects: tuple[float, ...]
    grades: tuple[Grade, ...]
    trainings: int

    @property
    def gain(self) -> float:
        """What all that was kept truly changed."""
        return math.fsum(effect for effect, grade in zip(self.effects, self.grades, strict=True) if grade != "none")


class _Nature:
    """Trains recipes: scores of fresh seeds around a recipe's truth, counted."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng, self.trainings = world, rng, 0

    def effects(self) -> list[float]:
        world, rng = self.world, self.rng
        helpful, harmful = (round(share * world.candidates) for share in (world.helpful, world.harmful))
        drawn: NDArray[np.float64] = np.zeros(world.candidates)
        if world.planted:
            drawn[:helpful] = -world.sigma * np.resize(np.asarray(world.planted), helpful)
        else:
            drawn[:helpful] = -rng.exponential(world.gain, helpful)
        drawn[helpful:helpful + harmful] = rng.exponential(world.harm, harmful)
        return [float(effect) for effect in rng.permutation(drawn)]

    def runs(self, truth: float, count: int, gamble: float = 1.0) -> dict[int, float]:
        luck = self.rng.standard_normal(count) * self.world.sigma * gamble
        first, self.trainings = self.trainings, self.trainings + count
        return {first + i: truth + float(one) for i, one in enumerate(luck)}

    def seen(self, truth: float) -> float:
        """A candidate's truth as one hold-out sees it, beside the incumbent's."""
        return truth + float(self.rng.standard_normal()) * self.world.blur


def live(world: World, rules: Rules, lond: Lond, rng: np.random.Generator) -> Life:
    """One life through both lists: what passes the test is the new incumbent, and claims at the level LOND leaves."""
    nature, truth, spent = _Nature(world, rng), world.bits, Spent()
    effects, grades = nature.effects(), list[Grade]()
    incumbent = nature.runs(truth, rules.incumbent)
    noise = noise_floor(incumbent)
    for effect in effects:
        grade: Grade = "none"
        if _tested(nature, truth + effect, (incumbent, noise), rules):
            before = nature.runs(truth, rules.incumbent)
            measured = nature.runs(truth + effect, rules.incumbent, world.gamble)
            shift = nature.seen(0.0)
            trial = Trial(
                candidate={seed: score + shift for seed, score in measured.items()}, incumbent=before,
                noise=noise_floor(before), documents=world.blur,
            )
            claim = judge_claim(trial, rules, level(lond, spent))
            spent = after(spent, claim.grade == "confirmed")
            grade = "confirmed" if claim.grade == "confirmed" else "provisional"
            truth, incumbent, noise = truth + effect, measured, noise_floor(measured)
        grades.append(grade)
    return Life(effects=tuple(effects), grades=tuple(grades), trainings=nature.trainings)


def _tested(nature: _Nature, truth: float, against: tuple[dict[int, float], Noise], rules: Rules) -> bool:
    """Screen, look and test of one candidate, on one hold-out."""
    incumbent, noise = against
    gamble = nature.world.gamble

    def trial(runs: dict[int, float]) -> Trial:
        return Trial(candidate=runs, incumbent=incumbent, noise=noise, documents=nature.world.blur)

    seen = nature.seen(truth)
    if not judge_screen(trial(nature.runs(seen, 1, gamble)), rules).holds:
        return False
    runs = nature.runs(seen, rules.first, gamble)
    if not judge_look(trial(runs), rules).holds:
        return False
    return judge_test(trial(runs | nature.runs(seen, rules.runs - rules.first, gamble)), rules).holds


def live_greedily(world: World, rng: np.random.Generator) -> Life:
    """One life without gates: keep whatever one run says is lower than the last run that was kept."""
    nature = _Nature(world, rng)
    effects, grades, truth = nature.effects(), list[Grade](), world.bits
    best = statistics.fmean(nature.runs(truth, 1).values())
    for effect in effects:
        score = statistics.fmean(nature.runs(truth + effect, 1).values())
        kept = nature.seen(score) < best
        grades.append("provisional" if kept else "none")
        truth, best = (truth + effect, score) if kept else (truth, best)
    return Life(effects=tuple(effects), grades=tuple(grades), trainings=nature.trainings)
