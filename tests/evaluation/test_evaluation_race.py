"""Sides that take turns: played by programs of a few lines, and the rows that races of the bench come to."""

import itertools
import sys
import time
from collections.abc import Generator
from typing import Any

import pytest

from foundling.evaluation import generation_speed, peers, training_speed
from foundling.evaluation.race import ROUNDS, Raced, Racer, Side, race
from foundling.evaluation.speed import SHAPES, table
from foundling.model.kernels.building import why_none
from foundling.recipe import Shape
from foundling.records import BadInput, Progress

# Counts without end, in steps of a hundredth of a second.
COUNTS = """
import json, time, itertools
print("a library talks")
for n in itertools.count(1):
    time.sleep(0.01)
    print(json.dumps({"event": "step", "tokens": 5, "n": n}), flush=True)
"""


def side(name: str, program: str) -> Side:
    return Side(name=name, command=(sys.executable, "-c", program))


def drained(events: Generator[Progress, None, Any]) -> tuple[list[Progress], Any]:
    told = []
    while True:
        try:
            told.append(next(events))
        except StopIteration as end:
            return told, end.value


def test_a_side_stands_still_between_its_turns() -> None:
    with Racer(side("counts", COUNTS)) as racer:
        assert [event["n"] for event in racer.turn(0.0)] == [1]
        time.sleep(1.0)  # a hundred of its steps
        events = racer.turn(0.1)
        assert events[0]["n"] == 2 and len(events) <= 11
        assert 0.1 <= sum(event["wall"] for event in events) < 1.0


# Reads its own clock, from the line that it was waiting for: pieces of a hundredth of a second.
WAITS = """
import json, sys, time
while sys.stdin.readline():
    began = time.perf_counter()
    time.sleep(0.01)
    print(json.dumps({"event": "step", "seconds": time.perf_counter() - began}), flush=True)
"""


def test_who_waits_for_its_line_does_not_count_the_standing() -> None:
    with Racer(side("waits", WAITS)) as racer:
        racer.turn(0.0)
        time.sleep(1.0)
        events = racer.turn(0.1)
        assert events and all(0.01 <= event["seconds"] < 0.9 for event in events)


def test_rounds_alternate_and_who_cannot_run_says_why() -> None:
    sides = [side("one", COUNTS), side("torn", "import sys; sys.exit('no such thing')"), side("two", COUNTS),
             side("told", """print('{"event": "error", "text": "It is not installed."}')""")]
    told, found = drained(race(sides, station="race", seconds=0.02, later=1.0))
    assert [len(raced.rounds) for raced in found.values()] == [ROUNDS, 0, ROUNDS, 0] and found["one"].first > 0
    assert found["torn"].missing == "The measurement of torn ended with code 1: no such thing"
    assert found["told"].missing == "It is not installed."
    turns = [event.text for event in told if "round" in event.text]
    assert turns == [f"{name}, round {n} of {ROUNDS}" for n in range(1, ROUNDS + 1) for name in ("one", "two")]
    left = [event.seconds_left for event in told]
    assert left[0] is None and left[-1] is not None and 0 < left[-1] < left[1] < 60


def steps(*walls: float) -> list[dict[str, Any]]:
    return [{"event": "step", "tokens": 100, "wall": wall} for wall in walls]


def test_training_rows_are_medians_of_rounds() -> None:
    raced = {"ours": Raced(first=3.0, rounds=[steps(1.0, 1.0), steps(9.0), steps(0.5)]),
             "peer": Raced(rounds=[steps(2.0), steps(4.0), steps(1.0)]), "none": Raced(missing="It is not there.")}
    rows = {row["what"]: row for row in training_speed.training_rows("S", raced, 1e9)}
    ours, peer = rows["train S: ours"], rows["train S: peer"]
    assert ours["rounds"] == [100.0, 11.1, 200.0] and ours["tokens_per_second"] == 100.0
    assert ours["share_of_limit"] == pytest.approx(100 * SHAPES["S"].flops_per_token / 1e9)
    assert peer["foundling_is_times"] == 2.0 and rows["train S: none"]["missing"] == "It is not there."
    assert "2.00x" in table(list(rows.values())) and "It is not there." in table(list(rows.values()))
    with pytest.raises(BadInput, match="not there"):
        training_speed.training_rows("S", {"none": raced["none"]}, 1e9)


def said(*speeds: float) -> Raced:
    return Raced(rounds=[[{"event": "step", "speeds": {"1": x, "16": 10 * x}, "wall": 1.0}] for x in speeds])


def test_generation_rows_compare_with_the_same_precision_of_ours() -> None:
    raced = {name: said(100.0, 300.0, 1.0) for name, _, _ in generation_speed.SIDES}
    raced |= {"foundling, int8": said(400.0, 300.0, 200.0), generation_speed.TALKING: said(500.0, 500.0, 500.0),
              "llama.cpp, f16": Raced(missing="llama.cpp's side needs the package xllamacpp.")}
    rows = {row["what"]: row for row in generation_speed.generation_rows("M", raced, 1e9)}
    assert len(rows) == 2 * len(generation_speed.SIDES)
    quantised = rows["generate M x1: llama.cpp, q8_0"]
    assert quantised["foundling_is_times"] == 3.0 and quantised["rounds"] == [100.0, 300.0, 1.0]
    assert rows[f"generate M x16: {generation_speed.PLAIN}"]["foundling_is_times"] == 5.0
    assert "xllamacpp" in rows["generate M x1: llama.cpp, f16"]["missing"]
    step = generation_speed.bytes_a_step(SHAPES["M"], 8.5, 1)
    assert rows["generate M x1: foundling, int8"]["share_of_limit"] == pytest.approx(300 * step / 1e9)
    assert "share_of_limit" not in rows[f"generate M x1: {generation_speed.TALKING}"]


SMALL = Shape(layers=1, width=32, heads=2, kv_heads=2, head_dim=16, hidden=48, vocabulary=300, context=96)


@pytest.mark.parametrize("who", [generation_speed.TALKING, generation_speed.PLAIN, "transformers, generate()"])
def test_a_side_says_speeds_round_after_round(who: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if who.startswith("transformers"):
        pytest.importorskip("transformers")
    monkeypatch.setattr(generation_speed, "NEW", 4)
    job = {"side": who, "shape": vars(SMALL) | {"attention": SMALL.attention}, "threads": 1}
    if who == generation_speed.TALKING and why_none() is not None:
        with pytest.raises(BadInput, match="kernels are not there"):
            next(generation_speed.measure(job, tmp_path))
        return
    found = list(itertools.islice(generation_speed.measure(job, tmp_path), 2))
    assert len(found) == 2 and all(set(speeds) == {"1", "16"} and min(speeds.values()) > 0 for speeds in found)


def test_the_peer_trains_without_end() -> None:
    pytest.importorskip("transformers")
    assert list(itertools.islice(peers.train_steps(SMALL, 2, "float32"), 2)) == [192, 192]
