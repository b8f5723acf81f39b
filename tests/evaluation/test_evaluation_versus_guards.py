"""Guards: what vetoes and what does not, differences of scores, slices that hold all at once."""

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.evaluation.intervals import wilson
from foundling.evaluation.likelihood import LN2, DocumentScore
from foundling.evaluation.versus.guards import Guard, guard_of_scores, slice_guards, vetoes
from foundling.records import BadInput, Score


def guard(**given: Any) -> Guard:
    return Guard(**{"name": "g", "difference": 0.1, "low": 0.05, "high": 0.15, "margin": 0.02} | given)


def test_only_an_interval_beyond_the_margin_vetoes() -> None:
    assert "worse by 0.1" in guard().veto()
    for passing in (guard(margin=0.05), guard(low=-0.3), guard(difference=-0.1, low=-0.2, high=0.0), guard(margin=1)):
        assert passing.veto() == ""
    assert guard(low=None, high=None).veto() == ""
    assert len(vetoes([guard(), guard(margin=1), guard(name="h")])) == 2


@pytest.mark.parametrize("wrong", [
    {"difference": math.nan}, {"difference": math.inf}, {"difference": True}, {"low": math.nan}, {"high": math.nan},
    {"low": None}, {"high": -1.0}, {"low": 0.12, "difference": 0.1, "margin": 5.0},
])
def test_what_cannot_be_measured_vetoes(wrong: dict[str, Any]) -> None:
    assert guard(**wrong).veto()


def test_margins_that_make_no_sense_are_refused() -> None:
    for margin in (-0.1, math.nan, math.inf, True):
        with pytest.raises(BadInput, match="margin"):
            guard(margin=margin).veto()


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_wider_margin_never_vetoes_more(value: float, down: float, up: float, margin: float, more: float) -> None:
    one = guard(difference=value, low=value - down, high=value + up, margin=margin)
    wider = guard(difference=value, low=value - down, high=value + up, margin=margin + more)
    assert not wider.veto() or one.veto()


def score(hits: int, n: int) -> Score:
    low, high = wilson(hits, n)
    return Score(name="name.hold", value=hits / n, n=n, low=low, high=high)


def test_the_difference_of_two_shares_is_newcombes() -> None:
    """Newcombe 1998, table II: 56/70 less 48/80 is .2000 [.0524, .3339] by his method 10."""
    found = guard_of_scores(score(48, 80), score(56, 70), better="lower", margin=0.01)
    assert found.difference == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=5e-5) and found.high == pytest.approx(0.3339, abs=5e-5)
    turned = guard_of_scores(score(48, 80), score(56, 70), better="higher", margin=0.01)
    assert turned.low == pytest.approx(-0.3339, abs=5e-5) and found.veto() and not turned.veto()


def test_twenty_guards_do_not_stop_the_honest() -> None:
    """Exams of 200 prompts, A and B alike, margin .05: of 300 honest candidates nearly none is vetoed by any of 20."""
    rng, stopped = np.random.default_rng(2), 0
    for _ in range(300):
        stopped += any(
            guard_of_scores(score(int(a), 200), score(int(b), 200), better="higher", margin=0.05).veto()
            for a, b in rng.binomial(200, 0.9, (20, 2)))
    assert stopped / 300 < 0.02


def test_scores_that_are_none_veto_and_two_figures_are_refused() -> None:
    broken = Score(name="name.hold", value=math.nan, n=10)
    assert guard_of_scores(score(9, 10), broken, better="higher", margin=0.1).veto()
    truth = Score(name="name.hold", value=0.9, n=10, low=True, high=1.0)
    assert guard_of_scores(score(9, 10), truth, better="higher", margin=0.1).veto()
    with pytest.raises(BadInput, match="incumbent"):
        guard_of_scores(broken, score(9, 10), better="higher", margin=0.1)
    with pytest.raises(BadInput, match="one figure"):
        guard_of_scores(score(9, 10), Score(name="other", value=1.0, n=1), better="higher", margin=0.1)


def sides(harm: dict[str, float], each: int) -> tuple[list[DocumentScore], list[DocumentScore], dict[str, str]]:
    """Documents of named slices, B worse by so many bits per byte in each."""
    rng, a, b, slices = random.Random(1), [], [], {}
    for name, gap in harm.items():
        for i in range(each):
            made = DocumentScore(id=f"{name}{i}", nats=1200.0, tokens=1, bytes=1000)
            a.append(made)
            b.append(DocumentScore(id=made.id, nats=1200 + 1000 * LN2 * rng.gauss(gap, 0.02), tokens=1, bytes=1000))
            slices[made.id] = name
    return a, b, slices


def test_a_slice_that_came_off_worse_vetoes() -> None:
    a, b, slices = sides({"tales": -0.05, "letters": 0.05, "scenes": 0.0}, 30)
    guards = slice_guards(a, b, slices, margin=0.01)
    assert [one.name for one in guards] == ["slice letters", "slice scenes", "slice tales"]
    (words,) = vetoes(guards)
    assert "slice letters" in words


def test_small_slices_are_one_and_bad_slices_are_refused() -> None:
    a, b, slices = sides({"tales": 0.0, "notes": 0.0, "odes": 0.0}, 4)
    assert [one.name for one in slice_guards(a, b, slices, margin=0.01)] == ["slice all small slices"]
    with pytest.raises(BadInput, match="no slice"):
        slice_guards(a, b, {}, margin=0.01)
    with pytest.raises(BadInput, match="same documents"):
        slice_guards(a, b[1:], slices, margin=0.01)


def test_the_intervals_of_slices_hold_all_at_once() -> None:
    """Ten slices of 20 documents where B is no worse: in 400 trials at most 5% have an interval that says otherwise."""
    rng, wrong = np.random.default_rng(5), 0
    for _ in range(400):
        a = [DocumentScore(id=f"{i:03d}", nats=1200.0, tokens=1, bytes=1000) for i in range(200)]
        luck = rng.normal(0, 0.02, 200)
        b = [DocumentScore(id=r.id, nats=1200 + 1000 * LN2 * float(x), tokens=1, bytes=1000)
             for r, x in zip(a, luck, strict=True)]
        guards = slice_guards(a, b, {r.id: r.id[-1] for r in a}, margin=0.0)
        wrong += any(g.low is not None and g.high is not None and not g.low <= 0 <= g.high for g in guards)
    assert wrong / 400 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
