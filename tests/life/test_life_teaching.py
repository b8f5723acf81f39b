"""Teaching a being to judge: a candidate is left, nothing is promoted, and nothing that is scored was taught."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from pagereader import HOSTILE, Page
from tinyhome import finish

from foundling.cli.battery import words
from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.subject import digest_of, open_subject
from foundling.home import Home, Ledger, verify_folder
from foundling.home.files import temporary
from foundling.life.pages.battery import battery_page
from foundling.life.planning import Wishes, plan_birth
from foundling.life.stations import recorded
from foundling.life.teaching import Asked, refuse_shared, score_battery, teach_judging
from foundling.life.trainer import workplace
from foundling.model import Decoder, model_files
from foundling.recipe.plan import read_plan
from foundling.records import BadInput

SMALL = Asked(count=1, taught=2, steps=1, pairs=4)


@pytest.fixture
def grown(home: Home) -> Iterator[tuple[Home, Ledger]]:
    """A home with a plan and a generation that nobody trained."""
    with home.locked(), home.ledger() as ledger:
        finish(plan_birth(home, ledger, Wishes(size="tiny", steps=8, seed=5)))
        plan = read_plan(json.loads(json.dumps(recorded(ledger, "plan"))))
        model = Decoder(plan.shape, generator=torch.Generator().manual_seed(1))
        made = temporary(home.generation(1))
        made.mkdir()
        for name, data in model_files(plan.shape, model.state_dict()).items():
            (made / name).write_bytes(data)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(home.tokens / plan.tokens / name, made / name)
        manifest = home.commit_generation(1, made)
        ledger.append("generation", key="generation:1", data={"n": 1, "manifest": manifest})
        yield home, ledger


def test_a_candidate_is_left_and_nothing_is_promoted(grown: tuple[Home, Ledger], tmp_path: Path) -> None:
    home, ledger = grown
    before, events = digest_of(home.generation(1)), len(ledger.events("generation"))
    facts = finish(teach_judging(home, ledger, SMALL, tmp_path / "taught")).facts
    verify_folder(tmp_path / "taught")
    candidate = open_subject(tmp_path / "taught", "Wren")
    assert candidate.digest == facts["candidate"] != facts["parent"] == before
    assert home.generations() == [1] and digest_of(home.generation(1)) == before
    assert len(ledger.events("generation")) == events and not workplace(home, "judging").exists()
    assert json.loads((tmp_path / "taught" / "teaching.json").read_bytes())["asked"]["steps"] == 1
    assert [row["cls"] for row in facts["before"]] == [row["cls"] for row in facts["rows"]]
    assert {score["name"] for score in facts["cost"]} == {"bits_per_byte_before", "bits_per_byte", "rise"}
    assert "Nothing was promoted" in words(facts)
    assert set(facts["surface"]) == {"shorter", "longer", "words"}
    assert "readers who understand nothing" in words(facts)
    page = Page(battery_page(facts))
    assert "Readers who understand nothing" in page.headings
    assert "After it was taught" in page.headings and "What it cost" in page.headings
    home.verify()


def test_what_another_teaching_left_is_not_taken_for_this_one(grown: tuple[Home, Ledger], tmp_path: Path) -> None:
    home, ledger = grown
    left = workplace(home, "judging") / "out"
    left.parent.mkdir()
    shutil.copytree(home.generation(1), left)  # whole, as the trainer leaves it, and untrained
    (left.parent / "job.json").write_text("{}")
    facts = finish(teach_judging(home, ledger, SMALL, tmp_path / "taught")).facts
    assert facts["candidate"] != facts["parent"]


def test_a_battery_scores_and_changes_nothing(grown: tuple[Home, Ledger]) -> None:
    home, ledger = grown
    head = ledger.head()
    facts = finish(score_battery(home, ledger, Asked(count=1))).facts
    assert len(facts["rows"]) >= 11 and facts["usable"] == [] and ledger.head() == head
    assert "no class" in words(facts) and set(facts["checks"]) == {"repetition", "ending"}
    assert battery_page(facts) == battery_page(facts)
    Page(battery_page(facts | {"rows": [facts["rows"][0] | {"cls": HOSTILE}]}))


def test_a_folder_that_is_there_is_refused_before_any_work(grown: tuple[Home, Ledger], tmp_path: Path) -> None:
    home, ledger = grown
    (tmp_path / "there").mkdir()
    with pytest.raises(BadInput, match="there already"):
        finish(teach_judging(home, ledger, SMALL, tmp_path / "there"))
    with pytest.raises(BadInput, match="no folder"):
        finish(teach_judging(home, ledger, SMALL, tmp_path / "nowhere" / "taught"))


def test_a_home_without_a_generation_is_refused(home: Home) -> None:
    with home.ledger() as ledger, pytest.raises(BadInput, match="no generation yet"):
        finish(score_battery(home, ledger, SMALL))
    with home.ledger() as ledger, pytest.raises(BadInput, match="no generation 7"):
        finish(score_battery(home, ledger, Asked(generation=7)))


def test_a_pair_that_is_scored_is_never_taught() -> None:
    def pair(better: str, worse: str) -> Pair:
        return Pair(id="x", cls="typos", better=better, worse=worse, source="stories", group="x")

    refuse_shared([pair("a", "b")], [pair("c", "d")])
    for taught in (pair("a", "d"), pair("c", "b"), pair("b", "a")):
        with pytest.raises(RuntimeError, match="taught and scored"):
            refuse_shared([pair("a", "b")], [taught])
