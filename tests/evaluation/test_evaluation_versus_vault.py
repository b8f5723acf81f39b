"""The vault's rules: when it is due, whose gain is tested, what freezes promotion and what lifts that."""

import math
from typing import Any

import pytest

from foundling.evaluation.likelihood import LN2, DocumentScore
from foundling.evaluation.versus.past import Past, read_past
from foundling.evaluation.versus.vault import frozen, judge_vault, line, openings, remaining, since_opened
from foundling.evaluation.versus.verdict import word_row
from foundling.records import BadInput


def claim(a: str, b: str, gain: float = 0.01, **given: Any) -> dict[str, Any]:
    return {
        "candidate": b, "incumbent": a, "kind": "recipe", "gate": "claim", "outcome": "better", "grade": "confirmed",
        "statistics": {"difference": -gain},
    } | given


def opening(gain: Any, claimed: Any) -> dict[str, Any]:
    return {"candidate": "", "gate": "vault", "outcome": "undecided", "grade": "none",
            "statistics": {"gain": gain, "claimed": claimed}}


def climb(count: int, begin: int = 0, gain: float = 0.01) -> list[dict[str, Any]]:
    """Promotions of which each beats the one before."""
    return [claim(f"r{n}", f"r{n + 1}", gain) for n in range(begin, begin + count)]


def past(*rows: dict[str, Any]) -> tuple[Past, ...]:
    return read_past(rows)


def test_it_is_due_once_for_ten_confirmed_promotions() -> None:
    provisional = claim("r9", "x", grade="provisional", gate="confirm")
    assert remaining(()) == 10
    assert remaining(past(*climb(9), provisional, claim("r9", "x", canary="good"))) == 1
    assert remaining(past(*climb(10))) == 0 and remaining(past(*climb(12))) == 0
    opened = [*climb(10), opening(0.09, 0.1)]
    assert remaining(past(*opened)) == 10 and openings(past(*opened)) == 1
    assert remaining(past(*opened, *climb(10, 10))) == 0
    assert [row.candidate for row in since_opened(past(*opened, *climb(1, 10)))] == ["r11"]


def test_only_gains_that_follow_each_other_are_added() -> None:
    """Whoever beats the same incumbent ten times has not won ten gains."""
    found = line(past(*climb(10)))
    assert found is not None and (found.first, found.newest, found.since) == ("r0", "r10", 10)
    assert found.claimed == pytest.approx(0.1) and found.numbers == tuple(range(1, 11))
    star = line(past(*[claim("r0", f"s{n}", 0.01 * n) for n in range(1, 11)]))
    assert star is not None and (star.first, star.newest) == ("r0", "s10")
    assert star.claimed == pytest.approx(0.1) and star.numbers == (10,) and star.since == 10
    twice = line(past(*climb(2), claim("r1", "r2", 0.03)))
    assert twice is not None and twice.claimed == pytest.approx(0.04) and twice.numbers == (1, 3)
    aside = line(past(*climb(3), claim("being 1", "being 2", 0.2, kind="checkpoint", gate="checkpoint")))
    assert aside is not None and (aside.kind, aside.first, aside.numbers) == ("checkpoint", "being 1", (4,))
    assert line(()) is None and line(past(*climb(3), opening(0.1, 0.1))) is None


def test_a_line_does_not_reach_behind_the_last_opening_nor_run_in_a_circle() -> None:
    after = line(past(*climb(10), opening(0.1, 0.1), *climb(2, 10)))
    assert after is not None and (after.first, after.newest) == ("r10", "r12")
    assert after.claimed == pytest.approx(0.02)
    circle = line(past(claim("a", "b"), claim("b", "a"), claim("a", "b")))
    assert circle is not None and circle.first == "a" and circle.numbers == (1, 2, 3)


def test_half_the_claim_or_all_promotion_is_frozen() -> None:
    assert frozen(()) == "" and frozen(past(opening(0.05, 0.1))) == ""
    assert "0.0490" in frozen(past(opening(0.049, 0.1))) and "--found-why" in frozen(past(opening(0.049, 0.1)))
    assert frozen(past(opening(-0.1, 0.1))) and not frozen(past(opening(-0.1, 0.1), opening(0.1, 0.1)))
    for gain in (math.nan, True, None, "0.1"):
        assert "no number" in frozen(past(opening(gain, 0.1)))


def test_a_persons_word_lifts_the_freeze_and_is_no_opening() -> None:
    rows = [*climb(10), opening(-0.1, 0.1)]
    word = word_row(past(*rows), " the vault's stories\n are older ")
    assert word["statistics"]["found"] == "the vault's stories are older"
    assert frozen(past(*rows)) and not frozen(past(*rows, word)) and openings(past(*rows, word)) == 1
    assert remaining(past(*rows, word)) == 10
    for nothing in ("", "  \n", "\x1b[31m", "\u202e"):
        with pytest.raises(BadInput, match="found-why"):
            word_row((), nothing)


def rows_of(bits: float, count: int = 8, nats: float | None = None) -> list[DocumentScore]:
    return [DocumentScore(id=f"d{n}", nats=LN2 * 100 * (bits + 0.01 * (n % 3)) if nats is None else nats, tokens=0,
                          bytes=100) for n in range(count)]


def test_the_gain_is_held_against_half_of_what_was_claimed() -> None:
    promoted = line(past(*climb(10)))
    assert promoted is not None
    held, told = judge_vault(rows_of(2.0), rows_of(1.94), promoted, seed=0)
    assert (held.outcome, held.gate, held.grade) == ("better", "vault", "none")
    assert told["gain"] == pytest.approx(0.06) and told["claimed"] == pytest.approx(0.1)
    short, told = judge_vault(rows_of(2.0), rows_of(1.96), promoted, seed=0)
    assert short.outcome == "not_better" and told["gain"] == pytest.approx(0.04)
    few, _ = judge_vault(rows_of(2.0, 3), rows_of(1.9, 3), promoted, seed=0)
    assert few.outcome == "better" and few.low is None and few.error is None
    for a, b in ((rows_of(2.0), rows_of(1.9, 7)), (rows_of(2.0), rows_of(0, nats=math.nan)),
                 (rows_of(0, nats=math.nan), rows_of(1.9)), ([], [])):
        none, told = judge_vault(a, b, promoted, seed=0)
        assert none.outcome == "undecided" and told["gain"] is None and "no number" in none.reason
