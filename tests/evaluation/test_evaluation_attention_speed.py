"""The bench of attention: measured in processes of their own, growth found as planted, and the bar judged."""

import os
from typing import Any

import pytest
import torch

from foundling.evaluation import attention_speed
from foundling.evaluation.attention_speed import (
    KINDS,
    attention_table,
    bench_attention,
    growth,
    layer_cost,
    measure_attention,
)
from foundling.recipe.attention import FULL, BlockSparse, Layered, Linear, Sliding

POWERS: dict[type[Layered], tuple[float, float]] = {
    type(FULL): (2.0, 1.0), Sliding: (1.0, 1.0), BlockSparse: (1.1, 1.0), Linear: (1.0, 0.9),
}


def planted(kind: Layered, length: int, dtype: str, threads: int) -> dict[str, float]:
    """Costs that grow by known powers; at 8,192 tokens full takes 8 times as long as sliding."""
    time, memory = POWERS[type(kind)]
    return {"seconds": 1e-3 * (length / 1024) ** time, "memory_mb": 4 * (length / 1024) ** memory}


def test_growth_is_found_and_the_bar_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_speed, "_measured", planted)
    rows = bench_attention(100.0)
    for name, kind in KINDS.items():
        assert growth(rows[:28], name, "seconds") == pytest.approx(POWERS[type(kind)][0])
        assert growth(rows[:28], name, "memory_mb") == pytest.approx(POWERS[type(kind)][1])
    judged = [row for row in rows if "passed" in row]
    assert [row["value"] for row in judged] == [pytest.approx(8.0)] and judged[0]["passed"] is True
    words = attention_table(rows)
    assert "8.00 (at least 3: yes)" in " ".join(words.split()) and words.count("tokens to the power") == 8


def test_what_would_take_too_long_is_not_run_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def counted(kind: Layered, length: int, dtype: str, threads: int) -> dict[str, float]:
        asked.append((kind.kind, length))
        return planted(kind, length, dtype, threads)

    monkeypatch.setattr(attention_speed, "_measured", counted)
    rows = measure_attention(1, 0.1, (1024, 8192, 16384, 32768))
    left_out = [row for row in rows if "remark" in row]
    assert [(row["kind"], row["tokens"]) for row in left_out] == [("full", 16384), ("full", 32768)]
    assert all("seconds" not in row and row["remark"].startswith("not run: about") for row in left_out)
    assert len(asked) == 14 and "not run" in attention_table(rows)
    assert all("full_takes_times" not in row for row in rows if row["tokens"] > 8192)


def test_no_growth_is_made_up() -> None:
    rows: list[dict[str, Any]] = [{"kind": "full", "tokens": 512, "seconds": 1.0}, {"kind": "full", "tokens": 4096}]
    assert growth(rows, "full", "seconds") is None and growth(rows, "other", "seconds") is None


def test_a_layer_is_measured_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_speed, "_environment", lambda threads: dict(os.environ))
    cost = attention_speed._measured(Sliding(window=16), 256, "float32", 1)
    assert cost["seconds"] > 0 and cost["memory_mb"] >= 0


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_kind_can_be_measured(kind: Layered) -> None:
    assert layer_cost(kind, 300, torch.float32, 1)["seconds"] > 0
