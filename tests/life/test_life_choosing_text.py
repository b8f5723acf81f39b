"""Choosing and auditing, from a home: what is chosen is what is packed, and the pages and cards say what is there."""

import json
from pathlib import Path

import pytest
from tinyhome import NAMING, finish

from foundling.home import Home
from foundling.life.auditing import audit_home
from foundling.life.curating import Choosing, choose_text, forget_choice
from foundling.life.preparing import prepare
from foundling.life.sifting import Asked, chosen_splits, sift, text_to_read
from foundling.life.stations import recorded
from foundling.records import BadInput

BUDGET = 6_000  # tokens: about half of what there is


def test_what_is_chosen_is_what_is_packed(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        before = recorded(ledger, "prepare")
        facts = finish(choose_text(home, ledger, Choosing(tokens=BUDGET))).facts
        assert 0 < facts["reference_tokens"] <= BUDGET and 0 < facts["chosen"] < facts["pool"]
        after = finish(prepare(home, ledger, NAMING, 5)).facts
        assert after["story_bytes"] == facts["bytes"] < before["story_bytes"]
        assert {k: v for k, v in after["splits"].items() if k != "train"} == {
            k: v for k, v in before["splits"].items() if k != "train"
        }, "the judge's splits do not hang on the choice"
        forget_choice(home, ledger)
        assert finish(prepare(home, ledger, NAMING, 5)).facts["tokens"] == before["tokens"]


def test_pins_are_in_and_bans_are_out(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        parts = chosen_splits(home, recorded(ledger, "clean")["text"])["train"]
        pin, ban = parts[0].title, parts[1].id[:12]
        facts = finish(choose_text(home, ledger, Choosing(tokens=BUDGET, pins=(pin,), bans=(ban,)))).facts
        chosen = {part.id for part in chosen_splits(home, facts["text"])["train"]}
        assert parts[0].id in chosen and parts[1].id not in chosen
        with pytest.raises(BadInput, match="--pin"):
            finish(choose_text(home, ledger, Choosing(tokens=BUDGET, pins=("no such title",))))


def test_a_choice_made_of_other_text_is_not_read(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        chosen = finish(choose_text(home, ledger, Choosing(tokens=BUDGET))).facts
        assert text_to_read(ledger) == chosen["text"]
        cleaned = finish(sift(home, ledger, Asked(lower=True), 5)).facts
        assert text_to_read(ledger) == cleaned["text"] != chosen["text"]


def test_after_the_being_has_read_nothing_is_chosen(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        ledger.append("pretrain", data={})
        with pytest.raises(BadInput, match="read its text already"):
            finish(choose_text(home, ledger, Choosing(tokens=BUDGET)))


def test_the_page_names_what_is_in_and_what_is_out(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        page = Path(finish(choose_text(home, ledger, Choosing(tokens=BUDGET))).facts["page"]).read_text()
        parts = chosen_splits(home, recorded(ledger, "clean")["text"])["train"]
    assert "<script" not in page and sum(part.title in page for part in parts) > 4
    rows = json.loads((home.reports / "curation.json").read_bytes())["stories"]
    assert len(rows) == len(parts) and all(row["why"] for row in rows)


def test_the_audit_counts_what_is_there(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        facts = finish(audit_home(home, ledger)).facts
        cleaned = recorded(ledger, "clean")
    assert facts["documents"] == cleaned["parts"] and facts["bytes"] == cleaned["bytes"]
    figures = json.loads(Path(facts["json"]).read_text(encoding="utf-8"))
    assert figures["card"]["documents"] == cleaned["parts"] and "bias" not in figures, "no being was measured"
    assert "## " in Path(facts["markdown"]).read_text(encoding="utf-8")
    page = Path(facts["page"]).read_text(encoding="utf-8")
    assert "Wren" in page and "<script" not in page and "unknown" in page.casefold()


def test_an_audit_of_the_being_needs_one(home: Home, tmp_path: Path) -> None:
    with home.locked(), home.ledger() as ledger, pytest.raises(BadInput, match="has no generation yet"):
        finish(audit_home(home, ledger, bias=tmp_path))
