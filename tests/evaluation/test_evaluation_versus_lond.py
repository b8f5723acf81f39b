"""LOND against the paper's formula, its sums, and its state derived again from rows."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.evaluation.versus.lond import Lond, Spent, after, betas, fold, level
from foundling.evaluation.versus.past import Past, read_past
from foundling.records import BadInput


def row(**given: Any) -> dict[str, Any]:
    return {"candidate": "c", "gate": "claim", "outcome": "undecided", "grade": "none", "t": 1} | given


def claims(*grades: str) -> tuple[Past, ...]:
    words = {"confirmed": "better", "none": "undecided"}
    return read_past([
        row(candidate=f"c{t}", grade=grade, outcome=words[grade], t=t) for t, grade in enumerate(grades, start=1)
    ])


def test_the_same_claim_again_buys_no_alpha() -> None:
    twice = read_past([row(candidate="c", grade="confirmed", outcome="better", t=t) for t in (1, 2)])
    assert fold(twice) == Spent(claims=2, discoveries=1) and fold(claims("confirmed", "confirmed")).discoveries == 2


def test_the_steep_sequence_is_that_of_the_notes() -> None:
    """judging.md section 5: g = .513, .256, .068, .032, .019, .013; g_10 = .0046, g_20 = .0014, g_100 = .00012."""
    found = [one / 0.05 for one in betas(Lond(horizon=1999, shape="steep"))]
    for t, share in ((1, .513), (2, .256), (3, .068), (4, .032), (5, .019), (6, .013)):
        assert found[t - 1] == pytest.approx(share, abs=6e-4)
    assert found[9] == pytest.approx(.0046, abs=6e-5) and found[19] == pytest.approx(.0014, abs=6e-5)
    assert found[99] == pytest.approx(.00012, abs=6e-6) and found[0] + found[1] == pytest.approx(.77, abs=.005)


def test_the_flat_sequence_is_javanmards_and_montanaris() -> None:
    """beta_t proportional to log(max(t, 2)) / (t exp(sqrt(log t))), over a horizon of three by hand."""
    weights = [math.log(2), math.log(2) / (2 * math.exp(math.sqrt(math.log(2)))),
               math.log(3) / (3 * math.exp(math.sqrt(math.log(3))))]
    assert betas(Lond(alpha=0.1, horizon=3)) == pytest.approx([0.1 * w / sum(weights) for w in weights])


@given(st.floats(1e-4, 0.5), st.integers(1, 3000), st.sampled_from(["steep", "flat"]))
def test_the_betas_sum_to_alpha_over_the_horizon(alpha: float, horizon: int, shape: Any) -> None:
    found = betas(Lond(alpha=alpha, horizon=horizon, shape=shape))
    assert len(found) == horizon and math.fsum(found) == pytest.approx(alpha) and min(found) > 0


@given(st.lists(st.booleans(), max_size=40), st.booleans())
def test_the_level_is_the_papers(confirmed: list[bool], dependent: bool) -> None:
    """alpha_t = beta_t (D_{t-1} + 1), divided by H(t) under dependence; said again in the plainest way."""
    lond = Lond(horizon=60, dependent=dependent)
    for t in range(1, len(confirmed) + 2):
        spent = Spent()
        for one in confirmed[:t - 1]:
            spent = after(spent, one)
        harmonic = sum(1 / i for i in range(1, t + 1)) if dependent else 1.0
        assert level(lond, spent) == pytest.approx(betas(lond)[t - 1] * (sum(confirmed[:t - 1]) + 1) / harmonic)


def test_discoveries_buy_alpha_and_waiting_costs_it() -> None:
    lond = Lond()
    for t in range(0, 50, 7):
        here = [level(lond, Spent(claims=t, discoveries=d)) for d in range(4)]
        assert here == sorted(here) and level(lond, Spent(claims=t + 1)) < here[0]
    assert level(Lond(horizon=5), Spent(claims=5, discoveries=5)) == 0.0
    assert level(Lond(alpha=0.5, horizon=1), Spent(claims=0, discoveries=9)) == 1.0


def test_the_state_is_what_the_rows_say() -> None:
    assert fold(()) == Spent() and fold(claims("none", "confirmed", "none")) == Spent(claims=3, discoveries=1)


def test_neither_canaries_nor_other_gates_spend() -> None:
    rows = [row(), row(gate="confirm", t=None, outcome="better", grade="provisional"), row(gate="screen", t=None),
            row(t=2, canary="no_op", outcome="better", grade="confirmed"), row(t=2)]
    assert fold(read_past(rows)) == Spent(claims=2, discoveries=0)


def test_a_claim_taken_out_or_put_in_is_noticed() -> None:
    for places in ([1, 3], [1, 1], [2]):
        with pytest.raises(BadInput, match="missing or was added"):
            fold(read_past([row(t=t) for t in places]))


@pytest.mark.parametrize("wrong", [
    {"outcome": "best"}, {"grade": "sure"}, {"gate": "door"}, {"canary": "dove"}, {"t": 0}, {"t": True}, {"t": 1.0},
    {"seeds": ["1"]}, {"seeds": [True]}, {"statistics": [1]}, {"outcome": "better"}, {"grade": "confirmed"},
])
def test_rows_that_no_judge_wrote_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="Verdict 1 of the ledger"):
        read_past([row(**wrong)])


def test_alphas_that_make_no_sense_are_refused() -> None:
    for wrong in (Lond(alpha=0.0), Lond(alpha=1.0), Lond(alpha=math.nan), Lond(horizon=0)):
        with pytest.raises(BadInput):
            level(wrong, Spent())


def test_the_false_discovery_rate_is_held() -> None:
    """4,000 lives of 60 claims, a quarter of them true at z = 3: FDR at most .05 and its Monte-Carlo error."""
    lond, rng, shares = Lond(horizon=60), np.random.default_rng(4), []
    for _ in range(4000):
        true = rng.random(60) < 0.25
        z = rng.standard_normal(60) + 3 * true
        spent, false = Spent(), 0
        for t in range(60):
            hit = 0.5 * math.erfc(z[t] / math.sqrt(2)) <= level(lond, spent)
            spent, false = after(spent, bool(hit)), false + int(hit and not true[t])
        shares.append(false / max(1, spent.discoveries))
    assert np.mean(shares) <= 0.05 + 3 * np.std(shares) / math.sqrt(len(shares))
    assert np.mean(shares) > 0.001  # it does spend
