"""What curves are called, and what a run that went wrong says: curves with the shapes of measured runs, by formula."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tinyrun import RECIPE, TEXT, tiny_job

from foundling.records import to_jsonable
from foundling.tokens import pack_batch, read_shards
from foundling.training.diagnosis import Diverged, Point, Watch, advice_after, diagnose, documents_of, read_point

STEPS, LOOK = 480, 40
BYTES = 3.3  # of a token


def curve(validation: Any, training: Any) -> list[dict[str, Any]]:
    """Rows of a curve as the trainer writes them; both functions of the share of the run, in bits per byte."""
    rng = np.random.default_rng(0)
    return [
        {
            "step": step, "loss": (training(step / STEPS) + rng.normal() * 0.03) * math.log(2) * BYTES, "rate": 1.0,
            "validation": validation(step / STEPS) if step % LOOK == 0 else None, "tokens": 8192, "gradient_norm": 1.0,
        }
        for step in range(1, STEPS + 1)
    ]


def falling(floor: float, speed: float) -> Any:
    return lambda share: floor + 1.8 * math.exp(-speed * share)


def verdict(validation: Any, training: Any) -> str:
    found = diagnose(curve(validation, training), bytes_per_token=BYTES)
    assert found.words.endswith(".") and found.advice and all(found.advice)
    return found.verdict


def test_a_run_that_was_still_learning() -> None:
    assert verdict(falling(1.6, 3.0), falling(1.55, 3.0)) == "still falling"


def test_a_run_that_learnt_its_text_by_heart() -> None:
    """Validation turns; and where it does not turn, training may still stand far below it."""
    assert verdict(lambda s: 1.7 + (s - 0.5)**2, falling(1.0, 3.0)) == "overfit"
    assert verdict(falling(1.7, 15.0), falling(1.0, 15.0)) == "overfit"


def test_a_run_that_learnt_what_it_could() -> None:
    assert verdict(falling(1.7, 15.0), falling(1.58, 15.0)) == "well fit"


def test_a_run_that_could_not_learn_more_of_what_it_read() -> None:
    assert verdict(falling(2.4, 15.0), falling(2.4, 15.0)) == "underfit"


@pytest.mark.parametrize("spoilt", ["nan", "exploded", "never learnt", "gradient"])
def test_a_run_that_diverged(spoilt: str) -> None:
    rows = curve(falling(1.7, 15.0), falling(1.6, 15.0))
    for row in rows:
        if spoilt == "exploded" and row["step"] > 300:
            row["loss"] += 3.0
        if spoilt == "never learnt" and row["step"] > 1:
            row["loss"] = rows[0]["loss"] + 2.0
    if spoilt in ("nan", "gradient"):
        rows[300]["loss" if spoilt == "nan" else "gradient_norm"] = math.inf
    found = diagnose(rows)
    assert found.verdict == "diverged" and "learning rate" in found.advice[0]
    assert spoilt not in ("nan", "gradient") or "step 301" in found.words


def test_too_few_looks_are_no_verdict() -> None:
    assert diagnose([]).verdict == "unclear"
    assert diagnose(curve(falling(1.7, 15.0), falling(1.6, 15.0))[:3 * LOOK]).verdict == "unclear"


def test_points_and_rows_are_diagnosed_alike() -> None:
    rows = curve(falling(1.6, 3.0), falling(1.55, 3.0))
    points = [read_point(row, BYTES) for row in rows]
    assert isinstance(points[0], Point) and points[39].gap == pytest.approx(
        rows[39]["validation"] - rows[39]["loss"] / math.log(2) / BYTES
    )
    assert diagnose(points) == diagnose(rows, bytes_per_token=BYTES)


def test_a_watch_lets_a_calm_run_pass_and_stops_an_explosion_after_fifty_steps() -> None:
    calm, rng = Watch(), np.random.default_rng(1)
    for step in range(500):
        calm.see(5.0 * math.exp(-step / 100) + 2.0 + float(rng.normal()) * 0.2, step=step, seed=1)
    burst, last = Watch(), 0
    with pytest.raises(Diverged, match=r"stood at .*batch \d+ of seed 7"):
        for last in range(500):
            burst.see(3.0 if last < 100 else 6.0, step=last, seed=7)
    assert 150 <= last <= 160


def test_no_number_stops_at_once() -> None:
    with pytest.raises(Diverged, match=r"the loss is nan at step 4 \(batch 4 of seed 2\)") as fault:
        Watch().see(math.nan, step=4, seed=2)
    assert fault.value.step == 4


def test_the_documents_of_a_batch_are_those_whose_ids_it_holds(tmp_path: Path) -> None:
    shards = read_shards(Path(tiny_job(tmp_path)["tokens"]), "train")
    every = set()
    for step in range(8):
        found = documents_of(shards, seed=3, step=step, rows=1, length=24)
        batch = pack_batch(shards, seed=3, step=step, rows=1, length=24)
        pieces = dict.fromkeys(batch.segment_BT.flatten().tolist(), "")
        for segment, i in zip(batch.segment_BT.flatten().tolist(), batch.ids_BT.flatten().tolist(), strict=True):
            pieces[segment] += chr(i + 27) if i >= 5 else ""
        assert all(any(piece in TEXT[number] for piece in pieces.values()) for number in found)
        assert all(any(piece in TEXT[number] for number in found) for piece in pieces.values())
        assert len(found) == len(pieces) <= 3
        every |= set(found)
    assert len(every) > 3 and every <= set(range(len(TEXT)))


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_the_advice_names_the_batch_and_the_settings(tmp_path: Path, optimiser: str) -> None:
    job = tiny_job(tmp_path) | {"recipe": to_jsonable(replace(RECIPE, optimiser=optimiser, rate=0.3, warmup=0.0))}
    words = advice_after(Diverged("the loss is nan", step=2, seed=3), job)
    assert "step 2 (batch 2 of seed 3)" in words and "4 rows were cut from documents" in words
    assert "rate 0.3 to 0.1" in words and "warmup 0 to 0.05" in words
    assert ("matrix_rate" in words) == (optimiser == "muon")
    assert "documents" not in advice_after(FloatingPointError("the validation loss is nan"), job)
