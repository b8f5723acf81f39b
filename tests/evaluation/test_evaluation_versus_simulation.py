"""The issue's bars, through the real gates: seeds are fixed, and every bar is held with its Monte-Carlo error."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from foundling.evaluation.versus import rehearsal as tried
from foundling.evaluation.versus.gates import Rules
from foundling.evaluation.versus.lond import SPENDING
from foundling.evaluation.versus.rehearsal import Rehearsal, Tally, rehearse, share, tally
from foundling.evaluation.versus.simulation import Life, World, live, live_greedily
from foundling.records import Progress

NULLS = World(harmful=0.0)


def lives(world: World, count: int, rules: Rules | None = None, seed: int = 0) -> list[Life]:
    return [live(world, rules or Rules(), SPENDING, np.random.default_rng([seed, i])) for i in range(count)]


def kept(life: Life, *grades: str) -> int:
    return sum(grade in grades for grade in life.grades)


def judged(life: Life) -> Iterator[tuple[float, str]]:
    """(true effect, grade) of every candidate."""
    return zip(life.effects, life.grades, strict=True)


def mean(values: list[int]) -> tuple[float, float]:
    """Mean, and two standard errors of it."""
    return float(np.mean(values)), 2 * float(np.std(values)) / math.sqrt(len(values))


def test_three_hundred_no_ops_hardly_promote_anything() -> None:
    """200 lives of 300: at most 3 provisional and 0.05 confirmed in expectation, with two standard errors to spare."""
    found = lives(NULLS, 200)
    provisional, error = mean([kept(life, "provisional", "confirmed") for life in found])
    assert provisional > 0 and provisional + error <= 3
    confirmed, error = mean([kept(life, "confirmed") for life in found])
    assert confirmed + error <= 0.05


@pytest.mark.parametrize(("gamble", "most"), [(1.0, 3.0), (2.0, 3.5)])
def test_no_ops_that_each_meet_an_incumbent_of_their_own_are_held_too(gamble: float, most: float) -> None:
    """In a life an unlucky incumbent is soon replaced, which flatters the gate; here every candidate meets a new one.

    So many lives that two standard errors are half a promotion; the second time no-ops spread twice as much as noise,
    for which the issue sets no bar: that the spread hardly pays is all that is asked.
    """
    count = 12_000
    found = lives(replace(NULLS, candidates=1, gamble=gamble), count, seed=1)
    rate = sum(kept(life, "provisional", "confirmed") for life in found) / count
    assert 0.5 < 300 * rate <= most and 300 * (rate + 2 * math.sqrt(rate / count)) <= most + 0.5
    assert 300 * sum(kept(life, "confirmed") for life in found) / count <= 0.05


def test_gains_of_two_noise_deviations_are_found() -> None:
    found = lives(World(helpful=0.05, planted=(2.0,)), 80, seed=2)
    shares = [sum(g != "none" for e, g in judged(life) if e < 0) / 15 for life in found]
    middle, error = float(np.mean(shares)), 2 * float(np.std(shares)) / math.sqrt(len(shares))
    assert middle - error >= 0.6
    confirmed = [sum(g == "confirmed" for e, g in judged(life) if e < 0) / 15 for life in found]
    assert 0.4 < np.mean(confirmed) < middle
    false = [sum(g == "confirmed" for e, g in judged(life) if e >= 0) for life in found]
    assert np.mean(false) <= 0.05


def test_greed_claims_more_and_finds_no_more() -> None:
    """judging.md section 6: without a gate two thirds of what is kept is false, and an empty world gets worse."""
    world = World(helpful=0.05, gain=0.010)
    greedy = [live_greedily(world, np.random.default_rng([3, i])) for i in range(25)]
    gated = lives(world, 25, seed=3)

    def false(found: list[Life]) -> float:
        pairs = [(e, g) for life in found for e, g in judged(life) if g != "none"]
        return sum(e >= 0 for e, _ in pairs) / len(pairs)

    assert 0.6 < false(greedy) < 0.8 and false(gated) < 0.2
    assert np.mean([life.gain for life in gated]) < np.mean([life.gain for life in greedy]) + 0.01
    empty = [live_greedily(World(), np.random.default_rng([4, i])) for i in range(60)]
    assert np.mean([kept(life, "provisional") for life in empty]) > 4


def test_larger_gains_are_found_more_often() -> None:
    found = lives(World(helpful=0.2, planted=(1.0, 2.0, 4.0)), 15, seed=5)
    pairs = [(round(-e / 0.004, 6), g) for life in found for e, g in judged(life) if e < 0]
    rates = [np.mean([g != "none" for size, g in pairs if size == step]) for step in (1.0, 2.0, 4.0)]
    assert rates[0] < 0.35 < rates[1] < 0.9 < rates[2]


def test_a_life_is_its_seed() -> None:
    world = World(helpful=0.1, gain=0.005)
    assert lives(world, 2, seed=6) == lives(world, 2, seed=6) != lives(world, 2, seed=7)
    life = lives(world, 1, seed=6)[0]
    assert len(life.effects) == len(life.grades) == 300 and life.trainings > 310
    assert sum(e < 0 for e in life.effects) == 30 and sum(e > 0 for e in life.effects) == 90
    assert life.gain == pytest.approx(sum(e for e, g in judged(life) if g != "none"))


def test_shares_have_the_wider_interval() -> None:
    """Hits that come in a heap are less certain than their number; no hit at all is not certain at all."""
    heap = share([10, 0, 0, 0, 0, 0, 0, 0, 0, 0], [10] * 10, "x", seed=0)
    spread = share([1] * 10, [10] * 10, "x", seed=0)
    assert heap.value == spread.value == 0.1 and heap.high is not None and spread.high is not None
    assert heap.high > spread.high
    none = share([0] * 10, [10] * 10, "x", seed=0)
    assert none.low == 0 and none.high == pytest.approx(0.037, abs=1e-3)
    with pytest.raises(ValueError):
        share([0], [0], "x", seed=0)


def test_a_tally_by_hand() -> None:
    world = World(planted=(2.0,))
    life = Life(effects=(0.0, 0.004, -0.008, -0.008), grades=("provisional", "none", "confirmed", "none"), trainings=30)
    found = tally(world, ("w", "g"), [life], 0)
    assert (found.kept, found.false, found.trainings, found.gain) == (2, 0.5, 30, pytest.approx(-0.008))
    values = {score.name: (score.value, score.n, score.passed) for score in found.scores}
    assert values["nulls.provisional"] == (1.0, 1, False) and values["nulls.confirmed"] == (0.0, 1, True)
    assert values["gains.2.provisional"] == (0.5, 2, False) and values["harmful.provisional"] == (0.0, 1, None)


def test_a_rehearsal_tells_how_far_it_is_and_repeats_itself() -> None:
    asked = Rehearsal(candidates=20, repeats=6)

    def tallies() -> Iterator[Tally]:
        return (event for event in rehearse(asked) if isinstance(event, Tally))

    events = [event for event in rehearse(asked) if isinstance(event, Progress)]
    assert events[-1].done <= events[-1].total and all(one.seconds_left is not None for one in events)
    first, second = list(tallies()), list(tallies())
    assert first == second and {one.world for one in first} >= {tried.NULLS, tried.ALONE, tried.PLANTED, tried.CURVE}
    curve = next(one for one in first if one.world == tried.CURVE)
    assert curve.score("nothing") is None and len(first) == 17
