"""The rows of a home's history: births' verdicts are told, the judge's own verdicts over candidates are not."""

from pathlib import Path

from foundling.home import Home
from foundling.life.history import generations


def test_a_verdict_of_the_judge_is_no_birth(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "wren", "Wren", "2026-11-22", {})
    with home.locked(), home.ledger() as ledger:
        ledger.append("verdict", data={"candidate": 2, "incumbent": 1, "outcome": "not_better", "reason": "it leaks"})
        ledger.append("verdict", data={"candidate": "ab" * 32, "incumbent": "cd" * 32, "gate": "checkpoint"})
    (row,) = generations(home)
    assert row["generation"] is None and row["verdict"] == "not_better: it leaks" and row["parents"] == [1]
