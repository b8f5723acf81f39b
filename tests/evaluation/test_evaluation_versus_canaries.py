"""Where canaries are planted, that nobody can tell, and how their rates are read."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.evaluation.intervals import wilson
from foundling.evaluation.versus.canaries import canary_rates, planted
from foundling.evaluation.versus.past import read_past
from foundling.records import BadInput


@given(st.binary(min_size=16, max_size=40), st.integers(0, 50))
def test_each_block_has_its_canaries(secret: bytes, block: int) -> None:
    """Forty slots: five no-ops, one in every eight; one harmful, one good; 33 of the proposer's own."""
    kinds = [planted(secret, 40 * block + i) for i in range(40)]
    assert Counter(kinds) == {"no_op": 5, "harmful": 1, "good": 1, None: 33}
    assert all(kinds[i:i + 8].count("no_op") == 1 for i in range(0, 40, 8))


def test_a_tenth_of_every_life_of_sixteen_slots_or_more_is_no_ops() -> None:
    for number in range(20):
        kinds = [planted(bytes([number]) * 16, slot) == "no_op" for slot in range(400)]
        assert all(sum(kinds[:n]) >= 0.1 * n - 1 for n in range(16, 401))
        assert sum(kinds) >= 40


def test_no_slot_gives_itself_away() -> None:
    """Over 400 secrets every slot of a block is a no-op about as often as any other: 50 times, four deviations 26."""
    counts = Counter(
        slot for number in range(400) for slot in range(40)
        if planted(number.to_bytes(16, "big"), slot) == "no_op")
    assert all(24 < counts[slot] < 76 for slot in range(40))


def test_planting_follows_from_the_secret_alone() -> None:
    one, two = bytes(range(16)), bytes(range(1, 17))
    plan = [planted(one, slot) for slot in range(200)]
    assert plan == [planted(one, slot) for slot in range(200)] != [planted(two, slot) for slot in range(200)]
    with pytest.raises(BadInput):
        planted(b"guess", 0)
    with pytest.raises(ValueError):
        planted(one, -1)


def row(name: str, canary: str | None, grade: str = "none", gate: str = "confirm") -> dict[str, Any]:
    outcome = "not_better" if grade == "none" else "better"
    return {"candidate": name, "gate": gate, "outcome": outcome, "grade": grade, "canary": canary}


def test_rates_are_counted_by_candidate() -> None:
    rows = [
        row("n1", "no_op", gate="screen"), row("n2", "no_op"), row("n3", "no_op", "provisional"),
        row("n3", "no_op", gate="claim"), row("h1", "harmful"), row("g1", "good", "provisional"),
        row("g1", "good", "confirmed", gate="claim"), row("own", None, "provisional"),
    ]
    rates = {(r.canary, r.grade): r
             for r in canary_rates(read_past(rows), provisional=0.02, confirmed=0.05, power=0.6)}
    assert (rates["no_op", "provisional"].kept, rates["no_op", "provisional"].n) == (1, 3)
    assert (rates["no_op", "confirmed"].kept, rates["harmful", "provisional"].n) == (0, 1)
    assert rates["good", "provisional"].kept == rates["good", "confirmed"].kept == rates["good", "confirmed"].n == 1
    assert (rates["no_op", "provisional"].low, rates["no_op", "provisional"].high) == wilson(1, 3)


def test_alarms_ring_when_the_interval_says_so() -> None:
    def alarm(kind: str, kept: int, n: int) -> bool:
        rows = [row(f"c{i}", kind, "provisional" if i < kept else "none") for i in range(n)]
        rates = canary_rates(read_past(rows), provisional=0.02, confirmed=0.05, power=0.6)
        return next(r for r in rates if r.canary == kind and r.grade == "provisional").alarm

    assert alarm("no_op", 8, 40) and not alarm("no_op", 1, 40) and not alarm("no_op", 0, 0)
    assert alarm("harmful", 1, 30) and not alarm("harmful", 0, 30)
    assert alarm("good", 1, 10) and not alarm("good", 5, 10)
