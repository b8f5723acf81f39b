"""`foundling judge-the-judge`: what can be typed, the facts, the table, the page, and a home's canaries."""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import pytest
from pagereader import HOSTILE, Page

from foundling.cli import judging as typed
from foundling.cli.options import parser
from foundling.evaluation.versus.rehearsal import Rehearsal
from foundling.home import Home
from foundling.life.judging import judge_the_judge, table
from foundling.life.pages.judging import judging_page, power_lines
from foundling.life.stations import Done
from foundling.records import BadInput

SMALL = Rehearsal(candidates=30, repeats=6)


def parsed(*words: str) -> argparse.Namespace:
    return parser().parse_args(words)


def facts_of(asked: Rehearsal = SMALL, home: Home | None = None) -> dict[str, Any]:
    *_, last = judge_the_judge(asked, home)
    assert isinstance(last, Done)
    return last.facts


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return facts_of()


def verdict(candidate: str, canary: str | None, grade: str = "none", **given: Any) -> dict[str, Any]:
    outcome = "better" if grade != "none" else "not_better"
    return {"candidate": candidate, "gate": "confirm", "outcome": outcome, "grade": grade, "canary": canary} | given


def test_the_facts_hold_every_bar_and_can_be_written(facts: dict[str, Any]) -> None:
    assert len(facts["worlds"]) == 17 and len(facts["bars"]) == 7
    assert facts["passed"] == all(bar["passed"] for bar in facts["bars"])
    assert facts["rules"]["provisional"] == 0.02 and facts["lond"]["alpha"] == 0.05
    assert json.loads(json.dumps(facts, allow_nan=False))["repeats"] == 6
    words = [bar["words"] for bar in facts["bars"]]
    assert sum("at most 3 of 300" in one for one in words) == 3 and sum("at least 60%" in one for one in words) == 1
    assert facts_of()["worlds"] == facts["worlds"] != facts_of(Rehearsal(candidates=30, repeats=6, seed=1))["worlds"]


def test_the_table_tells_every_world_and_what_fails(facts: dict[str, Any]) -> None:
    told = table(facts)
    assert all(row["world"] in told and row["gate"] in told for row in facts["worlds"])
    assert told.count("holds:") + told.count("FAILS:") == 7
    failed = facts | {"bars": [facts["bars"][0] | {"passed": False}]}
    assert "FAILS: only no-ops" in table(failed)


def test_the_page_draws_the_power_and_nothing_that_is_none(facts: dict[str, Any]) -> None:
    page = Page(judging_page(facts))
    assert page.headings == ["The bars", "How large a gain must be", "World by world"]
    assert [line.name for line in power_lines(facts)] == ["provisional", "confirmed"]
    assert [x for x, _ in power_lines(facts)[0].drawn] == [0.5, 1, 1.5, 2, 3, 4]
    assert judging_page(facts) == judging_page(facts) and "nan" not in page.words
    strange = [row | {"gain": math.nan, "world": HOSTILE} for row in facts["worlds"]]
    hostile = judging_page(facts | {"worlds": strange, "said": [HOSTILE]})
    Page(hostile)
    assert "<script" not in hostile and "onerror=alert(1)>" not in hostile


def test_a_homes_canaries_are_counted(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {"stories": [], "size": "tiny"})
    assert "No canary has been judged" in facts_of(home=home)["said"][0]
    with home.ledger() as ledger:
        ledger.append("verdict", data={"outcome": "better", "candidate": 2, "incumbent": 1})  # of a birth: no gate
        for number in range(12):
            ledger.append("verdict", data=verdict(f"n{number}", "no_op", "provisional" if number < 6 else "none"))
        ledger.append("verdict", data=verdict("own", None, gate="claim", t=1, grade="confirmed"))
    found = facts_of(home=home)
    assert (found["verdicts"], found["claims"], found["discoveries"]) == (13, 1, 1)
    assert "no-ops: 6 of 12 kept, provisional" in found["said"][0] and "Stop" in found["said"][0]
    assert "no-ops: 6 of 12 kept" in table(found) and "Canaries" in Page(judging_page(found)).headings


def test_a_ledger_that_no_judge_wrote_is_refused(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {"stories": [], "size": "tiny"})
    with home.ledger() as ledger:
        ledger.append("verdict", data=verdict("own", None, gate="claim", t=2, grade="confirmed"))
    with pytest.raises(BadInput, match="missing or was added"):
        facts_of(home=home)


def test_settings_that_tell_nothing_are_refused() -> None:
    for asked in (Rehearsal(candidates=19), Rehearsal(repeats=5), Rehearsal(candidates=10**6)):
        with pytest.raises(BadInput, match="needs 20 to 10,000 candidates"):
            facts_of(asked)
    with pytest.raises(BadInput, match="drowns"):
        typed.judge_the_judge(parsed("judge-the-judge", "--sigma", "0.5"))


def test_what_is_typed_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("judge-the-judge", "--candidates", "20", "--repeats", "6", "--page", str(tmp_path / "judge.html"))
    assert typed.judge_the_judge(parsed(*words)) == 0
    told = capsys.readouterr().out
    assert "as built" in told and "The page:" in told and (tmp_path / "judge.html").read_text(encoding="utf-8")
    assert typed.judge_the_judge(parsed(*words, "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["page"] == str(tmp_path / "judge.html") and found["candidates"] == 20
