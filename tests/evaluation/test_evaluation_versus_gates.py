"""Both gates: by hand in small cases, their properties, and everything that must not win."""

import dataclasses
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundling.evaluation.likelihood import LN2, DocumentScore
from foundling.evaluation.versus.gates import (
    Rules,
    Trial,
    judge_checkpoint,
    judge_claim,
    judge_look,
    judge_screen,
    judge_test,
    standard_error,
)
from foundling.evaluation.versus.guards import Guard
from foundling.evaluation.versus.noise import Noise, noise_floor
from foundling.evaluation.versus.paired import averaged, difference, ordered
from foundling.records import BadInput

NOISE = Noise(sigma=0.004, low=0.003, high=0.007, freedom=9)
TEN = dict(enumerate(1.7 + 0.004 * x for x in (-1.5, -1, -.7, -.3, -.1, .1, .3, .7, 1, 1.5)))
RULES = Rules()


def rows(*nats: float, size: int = 1000) -> list[DocumentScore]:
    return [DocumentScore(id=f"d{i:03d}", nats=one, tokens=10, bytes=size) for i, one in enumerate(nats)]


def pair(gain: float, n: int = 40, seed: int = 0) -> tuple[list[DocumentScore], list[DocumentScore]]:
    """n documents of 1,000 bytes; B is better by `gain` bits per byte, each document's difference spread by 0.02."""
    rng = random.Random(seed)
    a = [1200 + 300 * rng.random() for _ in range(n)]
    return rows(*a), rows(*(x + LN2 * 1000 * rng.gauss(-gain, 0.02) for x in a))


def trial(scores: Any, incumbent: Any = None, **given: Any) -> Trial:
    candidate = scores if isinstance(scores, dict) else dict(enumerate(scores, start=100))
    return Trial(**{"candidate": candidate, "incumbent": TEN if incumbent is None else incumbent, "noise": NOISE,
                    "documents": 0.001} | given)


# Gate 1


def test_a_better_checkpoint_is_better_and_a_worse_one_is_not() -> None:
    a, b = pair(0.03)
    good, bad = judge_checkpoint(a, b, seed=0), judge_checkpoint(b, a, seed=0)
    assert (good.outcome, good.grade, good.holds) == ("better", "provisional", True)
    assert (bad.outcome, bad.grade, bad.holds) == ("not_better", "none", False)
    assert good.difference == pytest.approx(sum(y.nats - x.nats for x, y in zip(a, b, strict=True)) / (LN2 * 40_000))
    assert good.high is not None and good.high < 0 and good.n == 40


def test_equal_checkpoints_are_undecided_and_equal_weights_no_better() -> None:
    a, b = pair(0.0, seed=3)
    assert judge_checkpoint(a, b, seed=0).outcome == "undecided"
    same = judge_checkpoint(a, a, seed=0)
    assert same.outcome == "undecided" and same.difference == 0 and same.p == 1


def test_alpha_confirms_only_what_is_better() -> None:
    a, b = pair(0.03)
    assert judge_checkpoint(a, b, seed=0, alpha=1e-3).grade == "confirmed"
    assert judge_checkpoint(a, b, seed=0, alpha=0.0).grade == "provisional"
    free = [dataclasses.replace(row, nats=0.0) for row in rows(*[5.0] * 10)]  # p is 0, and nothing is left to spend
    assert judge_checkpoint(rows(*[5.0] * 10), free, seed=0, alpha=0.0).grade == "provisional"
    assert judge_checkpoint(b, a, seed=0, alpha=0.5).grade == "none"


@pytest.mark.parametrize("nats", [math.nan, math.inf, -math.inf, -1.0, True, np.True_, None, "0", 1e200, 10**400])
def test_a_candidate_with_a_likelihood_that_is_none_has_lost(nats: Any) -> None:
    a, b = pair(0.03)
    b[7] = dataclasses.replace(b[7], nats=nats)
    ruling = judge_checkpoint(a, b, seed=0)
    assert (ruling.outcome, ruling.grade, ruling.holds) == ("not_better", "none", False)
    assert "has lost" in ruling.reason
    with pytest.raises(BadInput, match="incumbent"):
        judge_checkpoint(b, a, seed=0)


def test_other_documents_have_lost() -> None:
    a, b = pair(0.03)
    renamed = [*b[:-1], dataclasses.replace(b[-1], id="other")]
    resized = [*b[:-1], dataclasses.replace(b[-1], bytes=1001)]
    truth = [*b[:-1], dataclasses.replace(b[-1], bytes=True)]
    for wrong in (b[:-1], [], [*b, b[0]], renamed, resized, truth):
        ruling = judge_checkpoint(a, wrong, seed=0)
        assert (ruling.outcome, ruling.holds) == ("not_better", False)
    for wrong in ([], [*a, a[0]]):
        with pytest.raises(BadInput):
            judge_checkpoint(wrong, b, seed=0)


def test_a_number_that_only_behaves_like_one_has_lost() -> None:
    class Sly(float):
        def __sub__(self, other: float) -> float:
            return -1e6

    a, b = pair(-0.03)
    b[0] = dataclasses.replace(b[0], nats=Sly(1.0))
    assert judge_checkpoint(a, b, seed=0).outcome == "not_better"


def test_few_documents_decide_nothing() -> None:
    a, b = pair(0.5, n=5)
    assert judge_checkpoint(a, b, seed=0).outcome == "undecided"


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.floats(-0.02, 0.02))
def test_the_order_of_documents_says_nothing(rng: random.Random, gain: float) -> None:
    a, b = pair(gain)
    shuffled, other = rng.sample(a, len(a)), rng.sample(b, len(b))
    assert judge_checkpoint(a, b, seed=1) == judge_checkpoint(shuffled, other, seed=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 39), st.floats(0.0, 500.0), st.integers(0, 10))
def test_a_document_told_worse_never_helps(place: int, nats: float, seed: int) -> None:
    """What is worse for B in one document and the same in all others has no lower mean."""
    a, b = pair(0.01, seed=seed)
    worse = [*b[:place], dataclasses.replace(b[place], nats=b[place].nats + nats), *b[place + 1:]]
    first, second = judge_checkpoint(a, b, seed=1), judge_checkpoint(a, worse, seed=1)
    assert first.difference is not None and second.difference is not None
    assert second.difference >= first.difference
    assert second.high is not None and first.high is not None and second.high >= first.high - 1e-12


def test_the_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """600 pairs of 100 documents of uneven size: 93% to 97% of either 95% interval hold the true difference."""
    rng, drawn, linear = np.random.default_rng(11), 0, 0
    for number in range(600):
        sizes = rng.integers(300, 3000, 100)
        a = [DocumentScore(id=str(i), nats=1.2 * s, tokens=1, bytes=int(s)) for i, s in enumerate(sizes)]
        b = [dataclasses.replace(row, nats=row.nats + LN2 * row.bytes * float(rng.normal(-0.01, 0.02))) for row in a]
        ruling = judge_checkpoint(a, b, seed=number)
        low, high = difference(ordered(a), ordered(b)).interval()
        assert ruling.low is not None and ruling.high is not None and low is not None and high is not None
        drawn += ruling.low <= -0.01 <= ruling.high
        linear += low <= -0.01 <= high
    assert 0.93 <= drawn / 600 <= 0.97 and 0.93 <= linear / 600 <= 0.97


def test_the_linearised_error_by_hand() -> None:
    """Equal bytes: the error of a mean, sd / sqrt(n); p from Student's t."""
    gains = [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]
    gap = difference(rows(*[10.0] * 6), rows(*(10 + g for g in gains)))
    assert gap.value == pytest.approx(-3.5 / (LN2 * 1000))
    assert gap.error == pytest.approx(math.sqrt(3.5 / 6) / (LN2 * 1000))
    assert gap.p_below() == pytest.approx(0.003, abs=6e-4)  # t = 4.583 with 5 degrees of freedom


def test_runs_are_averaged_by_document() -> None:
    mean = averaged([rows(1.0, 2.0), list(reversed(rows(3.0, 6.0)))])
    assert [row.nats for row in mean] == [2.0, 4.0]
    for wrong in ([], [rows(1.0), rows(1.0, 2.0)]):
        with pytest.raises(BadInput):
            averaged(wrong)


# Gate 2


def test_the_standard_error_by_hand() -> None:
    """k = 5, m = 10, sigma and own spread both .004: .004 sqrt(1/5 + 1/10), and .001 of documents; 9 + 4 degrees."""
    spread = [1.7 + 0.004 * x / math.sqrt(2.5) for x in (-2, -1, 0, 1, 2)]
    error, freedom = standard_error(spread, 10, NOISE, documents=0.001)
    assert error == pytest.approx(math.sqrt(0.004**2 * 0.3 + 0.001**2)) and freedom == 13
    assert standard_error(spread, 5, NOISE, documents=0)[0] == pytest.approx(0.004 * math.sqrt(0.4))


def test_an_edit_that_gambles_is_judged_by_its_own_spread() -> None:
    wild = [1.7 + 0.02 * x for x in (-2, -1, 0, 1, 2)]
    error, freedom = standard_error(wild, 10, NOISE, documents=0)
    own = 0.02 * math.sqrt(2.5)
    assert error == pytest.approx(math.sqrt(0.004**2 / 10 + own**2 / 5)) and 4 <= freedom < 4.1


def test_the_four_steps_of_a_gain() -> None:
    """Two and a half sigmas, without luck: through the screen, the look and the test; confirmed at a small alpha."""
    gain = [1.69 + 0.004 * x for x in (-1.2, -0.4, 0, 0.4, 1.2)]
    assert judge_screen(trial(gain[:1]), RULES).holds and judge_look(trial(gain[:3]), RULES).holds
    test = judge_test(trial(gain), RULES)
    assert (test.outcome, test.grade, test.holds, test.gate) == ("better", "provisional", True, "confirm")
    claim = judge_claim(trial([*gain, *gain]), RULES, alpha=0.001)
    assert (claim.outcome, claim.grade, claim.gate) == ("better", "confirmed", "claim")
    assert judge_claim(trial([*gain, *gain]), RULES, alpha=1e-9).grade == "none"


def test_screen_and_look_promote_nothing() -> None:
    for ruling in (judge_screen(trial([0.1]), RULES), judge_look(trial([0.1, 0.1, 0.1]), RULES)):
        assert (ruling.outcome, ruling.grade, ruling.holds) == ("undecided", "none", True)
    assert judge_screen(trial([1.699]), RULES).outcome == "not_better"  # a quarter of a sigma, half a sigma is asked
    assert not judge_look(trial([1.7, 1.69, 1.71]), RULES).holds


def test_a_gain_too_small_to_want_is_not_better() -> None:
    """0.1% of the bits where 0.2% is asked, though twenty runs could tell it from nothing."""
    quiet = dataclasses.replace(NOISE, sigma=1e-5)
    still = {seed: 1.7 + 1e-5 * (seed % 3 - 1) for seed in range(10)}
    small = [1.6983 + 1e-5 * x for x in (-1, 0, 1, 0, 0)]
    ruling = judge_test(trial(small, still, noise=quiet, documents=1e-6), RULES)
    assert ruling.p is not None and ruling.p < 1e-6 and ruling.outcome == "not_better" and not ruling.holds


def test_what_cannot_be_told_is_undecided() -> None:
    ruling = judge_test(trial([1.696 + 0.004 * x for x in (-1.2, -0.4, 0, 0.4, 1.2)]), RULES)
    assert ruling.outcome == "undecided" and ruling.p is not None and ruling.p > RULES.provisional


@pytest.mark.parametrize("score", [
    math.nan, math.inf, -math.inf, -0.1, 1e308, True, False, np.False_, None, "0", [1], 10**400,
])
def test_a_score_that_is_no_number_has_lost_in_every_step(score: Any) -> None:
    good = [0.5] * 4
    for ruling in (
        judge_screen(trial([score]), RULES), judge_look(trial([*good[:2], score]), RULES),
        judge_test(trial([*good, score]), RULES), judge_claim(trial([*good, *good, 0.5, score]), RULES, 0.5),
    ):
        assert (ruling.outcome, ruling.grade, ruling.holds) == ("not_better", "none", False)
        assert "has lost" in ruling.reason
    with pytest.raises(BadInput, match="incumbent"):
        judge_test(trial([*good, 0.5], TEN | {3: score}), RULES)


def test_runs_that_did_not_come_to_an_end_have_lost() -> None:
    for count in (0, 1, 4, 6):
        assert judge_test(trial([0.5] * count), RULES).outcome == "not_better"
        assert judge_look(trial([0.5] * count), RULES).outcome == "not_better"
    assert judge_claim(trial([0.5] * 9), RULES, 0.5).outcome == "not_better"
    assert judge_screen(trial([0.5, 0.4]), RULES).outcome == "not_better"


def test_seeds_must_be_fresh() -> None:
    with pytest.raises(BadInput, match="judged before"):
        judge_test(trial([1.69] * 5, used=frozenset({102})), RULES)
    with pytest.raises(BadInput, match="fresh runs of the incumbent"):
        judge_claim(trial([1.69] * 10, used=frozenset({3})), RULES, 0.01)
    with pytest.raises(BadInput, match="fresh runs of the incumbent"):
        judge_claim(trial([1.69] * 10, dict(list(TEN.items())[:9])), RULES, 0.01)


def test_nothing_is_judged_without_a_noise_floor() -> None:
    for wrong in (dataclasses.replace(NOISE, freedom=3), dataclasses.replace(NOISE, sigma=0.0)):
        with pytest.raises(BadInput, match="noise floor"):
            judge_test(trial([1.69, 1.691, 1.692, 1.69, 1.69], noise=wrong), RULES)
    for documents in (-1.0, math.nan, True):
        with pytest.raises(BadInput, match="documents"):
            judge_test(trial([1.69, 1.691, 1.692, 1.69, 1.69], documents=documents), RULES)
    for alpha in (-0.1, 1.0, math.nan, True):
        with pytest.raises(BadInput, match="alpha"):
            judge_claim(trial([1.69] * 10), RULES, alpha)


def test_a_guard_vetoes_both_gates() -> None:
    harm = Guard(name="name.hold", difference=0.3, low=0.2, high=0.4, margin=0.05)
    a, b = pair(0.03)
    first = judge_checkpoint(a, b, seed=0, guards=[harm])
    second = judge_test(trial([1.68 + 0.001 * x for x in range(5)], guards=(harm,)), RULES)
    for ruling in (first, second):
        assert (ruling.outcome, ruling.grade, ruling.holds) == ("not_better", "none", False)
        assert "name.hold" in ruling.reason and len(ruling.vetoes) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(1.6, 1.8), min_size=5, max_size=5), st.floats(0.0, 0.05), st.randoms(use_true_random=False))
def test_lower_scores_never_hurt_and_order_says_nothing(scores: list[float], gain: float, rng: random.Random) -> None:
    first, better = judge_test(trial(scores), RULES), judge_test(trial([x - gain for x in scores]), RULES)
    assert first.p is not None and better.p is not None and better.p <= first.p * (1 + 1e-9) + 1e-15
    assert better.holds or not first.holds
    mixed = judge_test(trial(rng.sample(scores, 5), dict(rng.sample(list(TEN.items()), 10))), RULES)
    assert (mixed.outcome, mixed.p) == (first.outcome, pytest.approx(first.p))


def test_the_test_errs_as_often_as_it_says() -> None:
    """20,000 tests of nothing against an incumbent each, without screen or look: at most 2%, and its own error."""
    rng, wins = np.random.default_rng(8), 0
    for _ in range(20_000):
        before, later = rng.normal(1.7, 0.004, 10), rng.normal(1.7, 0.004, 5) + rng.normal(0, 0.00115)
        runs = {i: float(x) for i, x in enumerate(before)}
        made = trial([float(x) for x in later], runs, noise=noise_floor(runs), documents=0.00115)
        wins += judge_test(made, RULES).holds
    assert 0.01 < wins / 20_000 < 0.02 + 3 * math.sqrt(0.02 * 0.98 / 20_000)
