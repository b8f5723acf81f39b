"""Hold-outs used up in turn, and lots that nobody can foresee."""

from collections import Counter
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.evaluation.versus.holdout import Pool, place, shared_out
from foundling.evaluation.versus.lots import fresh_seeds, lot
from foundling.evaluation.versus.past import Past, read_past, seeds_used
from foundling.records import BadInput

SECRET = b"sixteen or more bytes"
POOL = Pool(slices=("c0", "c1", "c2"), gates=("confirm",))


NAMES = count()


def row(kept: bool = False, slice_: str = "c0", **given: Any) -> dict[str, Any]:
    """A row of a candidate of its own."""
    return {
        "candidate": f"candidate {next(NAMES)}", "gate": "confirm", "outcome": "better" if kept else "not_better",
        "grade": "provisional" if kept else "none", "statistics": {"slice": slice_},
    } | given


def past(*rows: dict[str, Any]) -> tuple[Past, ...]:
    return read_past(rows)


def test_a_slice_serves_for_twenty_tests() -> None:
    rows = [row() for _ in range(19)]
    assert place((), POOL).slice == "c0" and place(past(*rows), POOL).tests == 19
    turned = place(past(*rows, row()), POOL)
    assert (turned.slice, turned.tests, turned.left) == ("c1", 0, 1)


def test_a_slice_serves_for_three_promotions_and_canaries_use_it_up_alike() -> None:
    two = [row(), row(True), row(True, canary="good"), row()]
    assert place(past(*two), POOL).slice == "c0"
    assert place(past(*two, row(True)), POOL).slice == "c1"


def test_a_look_and_the_test_after_it_are_one_answer_on_one_slice() -> None:
    ours = row()
    steps = [ours, ours | {"outcome": "better", "grade": "provisional"}]
    assert place(past(*steps), POOL).tests == 1 and place(past(*steps), POOL).promotions == 1
    assert place(past(*steps, *steps, ours), POOL).tests == 3
    whole = [ours | {"gate": "screen"}, *steps]
    both = Pool(slices=POOL.slices, gates=("screen", "confirm"))
    assert place(past(*whole, *whole), both).tests == 2
    assert place(past(*[row() for _ in range(19)], *whole), both).slice == "c1"
    nineteen = [row() for _ in range(19)]
    turned = place(past(*nineteen, *steps), POOL)
    assert (turned.slice, turned.tests, turned.promotions) == ("c1", 0, 0)
    with pytest.raises(BadInput, match="did not serve then"):
        place(past(*nineteen, *steps, row(slice_="c1"), steps[1]), POOL)


def test_other_gates_and_other_pools_use_nothing_up() -> None:
    rows = [row(gate="screen", slice_="s0") for _ in range(40)] + [row(slice_="elsewhere") for _ in range(50)]
    assert place(past(*rows), POOL).tests == 0
    assert place(past(*rows), Pool(slices=("s0", "s1"), gates=("screen",), tests=40)).slice == "s1"


def test_used_up_is_said_and_never_begun_again() -> None:
    rows = [row(slice_=name) for name in POOL.slices for _ in range(20)]
    with pytest.raises(BadInput, match="All 3 hold-out slices"):
        place(past(*rows), POOL)


def test_a_slice_out_of_turn_is_noticed() -> None:
    for rows in ([row(slice_="c1")], [row() for _ in range(21)]):
        with pytest.raises(BadInput, match="did not serve then"):
            place(past(*rows), POOL)
    for slices in ((), ("c0", "c0")):
        with pytest.raises(BadInput, match="a name of its own"):
            place((), Pool(slices=slices, gates=("confirm",)))


@given(st.lists(st.booleans(), max_size=59))
def test_no_slice_ever_answers_too_often(kept: list[bool]) -> None:
    """A loop that asks `place` before each test: at most twenty answers and three promotions of any slice."""
    pool, rows = Pool(slices=tuple(f"c{i}" for i in range(20)), gates=("confirm",)), list[dict[str, Any]]()
    for one in kept:
        rows.append(row(one, place(past(*rows), pool).slice))
    answers = Counter(r["statistics"]["slice"] for r in rows)
    wins = Counter(r["statistics"]["slice"] for r in rows if r["outcome"] == "better")
    assert max(answers.values(), default=0) <= 20 and max(wins.values(), default=0) <= 3
    order = [r["statistics"]["slice"] for r in rows]
    assert order == sorted(order, key=lambda name: int(name[1:]))


def test_documents_are_shared_out_evenly_and_by_the_secret() -> None:
    names = [f"story {i}" for i in range(100)]
    first = shared_out(names, ["a", "b", "c"], SECRET)
    assert sorted(Counter(first.values()).values()) == [33, 33, 34]
    assert shared_out(list(reversed(names)), ["a", "b", "c"], SECRET) == first
    assert shared_out(names, ["a", "b", "c"], SECRET[::-1]) != first
    for most, slices in ((2, ["a", "b", "c"]), (5, [])):
        with pytest.raises(BadInput, match="cannot fill"):
            shared_out(names[:most], slices, SECRET)


def test_lots_are_the_secrets() -> None:
    assert lot(SECRET, "no-op", 3, 1000) == lot(SECRET, "no-op", 3, 1000)
    drawn = [lot(SECRET, "no-op", i, 8) for i in range(8000)]
    assert all(900 < count < 1100 for count in Counter(drawn).values()) and len(set(drawn)) == 8
    assert [lot(SECRET, "good", i, 1000) for i in range(9)] != [lot(SECRET, "no-op", i, 1000) for i in range(9)]
    with pytest.raises(BadInput, match="secret"):
        lot(b"short", "no-op", 0, 8)


def test_seeds_are_fresh_and_their_own() -> None:
    used = seeds_used(past(row(seeds=[1, 2]), row(seeds=[3])))
    assert used == {1, 2, 3}
    first = fresh_seeds(SECRET, "test 7", 5, used)
    assert len(set(first)) == 5 and not set(first) & used and fresh_seeds(SECRET, "test 7", 5, used) == first
    again = fresh_seeds(SECRET, "test 7", 5, first[:2])
    assert not set(again) & set(first[:2]) and again[:3] == first[2:]
    assert not set(fresh_seeds(SECRET, "test 8", 5, used)) & set(first)
