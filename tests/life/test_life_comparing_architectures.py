"""Architectures beside each other at the smallest size: trained by the trainer program, judged apart, kept, shown."""

from pathlib import Path
from typing import Any

import pytest

from foundling.life.comparing import architectures
from foundling.life.comparing.architectures import FIGURES, Contest, compare_architectures, table
from foundling.life.stations import Done
from foundling.records import BadInput, Progress

WHO, DEEDS = ("Mina", "Pell", "Ada", "Otto", "Clara"), ("mended the boat", "counted the hens", "swept the kitchen")
PLACES = ("behind the mill", "under the bridge", "beside the river", "inside the barn")


def write_texts(folder: Path) -> Path:
    """Sixty short stories of sentences that are long enough to have gaps."""
    folder.mkdir()
    for n in range(60):
        lines = [
            f"In the year {n * 7 + k} the child {WHO[(n + k) % 5]} {DEEDS[(n * k) % 3]} {PLACES[(n + 3 * k) % 4]} and "
            f"then walked home with {WHO[(n + 2 * k + 1) % 5]} number {n}."
            for k in range(6)
        ]
        (folder / f"{n}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return folder


CONTEST = Contest(size="tiny", steps=2, rows=2, seeds=1, architectures=("bert", "hybrid"), per_kind=2, gaps=6,
                  sentences=4, held_bytes=1_000)


def test_a_comparison_from_texts_to_a_table(tmp_path: Path) -> None:
    texts = write_texts(tmp_path / "texts")
    events = list(compare_architectures([str(texts)], CONTEST, tmp_path / "place"))
    done = events[-1]
    assert isinstance(done, Done) and all(isinstance(event, Progress) for event in events[:-1])
    assert any(isinstance(event, Progress) and event.seconds_left is not None for event in events)
    rows: list[dict[str, Any]] = done.facts["rows"]
    assert [row["reader"] for row in rows] == ["BERT", "hybrid, left to right", "hybrid, both sides"]
    assert [row["bits_per_byte"] is not None for row in rows] == [False, True, False]
    assert [row["likelihood"] for row in rows] == [False, True, False]
    for row in rows:
        assert row["steps"] == 2 and row["seeds"] == 1 and row["seconds"] > 0
        for name in ("pairs", "cloze_both_sides", "cloze_left_only"):
            assert 0 <= row[name]["mean"] <= 1 and row[name]["low"] is None
    assert done.facts["asked"]["pairs"] == 4 and done.facts["pairs_from"] == "the world"
    shown = table(done.facts)
    assert "pseudo-perplexity" in shown and "2 steps" in shown
    assert [row["pseudo_bits_per_byte"] is not None for row in rows] == [True, False, True]
    assert [row["sentence_bits_per_byte"] is not None for row in rows] == [False, True, False]
    again = list(compare_architectures([str(texts)], CONTEST, tmp_path / "place"))[-1]
    assert isinstance(again, Done) and again.facts["rows"] == rows  # nothing is trained or judged twice


def test_seconds_become_steps_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((0.5, 0.25))
    monkeypatch.setattr(architectures, "_step_seconds", lambda *_: next(times))
    contest = Contest(seconds=10.0, architectures=("gpt", "bert"))
    home = architectures.bench_home(tmp_path)
    bench = architectures._Bench(home=home, contest=contest, tokens=tmp_path, judged=tmp_path, vocabulary=300, ids=9000)

    def steps() -> Any:
        events = architectures._steps(bench)
        while True:
            try:
                next(events)
            except StopIteration as end:
                return end.value

    assert steps() == {"gpt": {"steps": 20, "step_seconds": 0.5}, "bert": {"steps": 40, "step_seconds": 0.25}}
    assert steps()["bert"]["steps"] == 40  # kept: the times are used up


def test_rows_have_intervals_over_seeds() -> None:
    run: dict[str, Any] = dict.fromkeys(FIGURES) | {"reader": "GPT", "chained": True, "parameters": 9, "seconds": 2.0}
    row = architectures._row([run | {"pairs": 0.5}, run | {"pairs": 0.6}, run | {"pairs": 0.7}], "gpt", {"steps": 3})
    assert row["pairs"]["mean"] == pytest.approx(0.6) and row["pairs"]["values"] == [0.5, 0.6, 0.7]
    assert row["pairs"]["low"] == pytest.approx(0.6 - 4.302652729696142 * 0.1 / 3**0.5) and row["bits_per_byte"] is None


def test_strange_wishes_are_refused(tmp_path: Path) -> None:
    for contest in (Contest(architectures=("rnn",)), Contest(architectures=()), Contest(seeds=0)):
        with pytest.raises(BadInput, match="Architectures are"):
            list(compare_architectures([], contest, tmp_path))
