"""A home is examined: figures of the asked generations, kept ones of the others, a page, an event of the ledger."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from pagereader import Page
from tinyhome import finish

from foundling.evaluation.measures.table import measure_of
from foundling.home import Home
from foundling.life import examining
from foundling.life.examining import Examined, examine_home
from foundling.life.pages.exam import exam_page
from foundling.life.words import figure_words
from foundling.model import Decoder, model_files
from foundling.recipe import Shape
from foundling.records import BadInput, Score, canonical_json, content_hash, to_jsonable
from foundling.tokens import train_tokenizer

HOSTILE = "<script>alert(1)</script>"


def part(name, value, state="found", **given):
    scores = [to_jsonable(Score(name=f"{name}.figure", value=value, n=40, low=value / 2, high=value * 1.2))]
    row = {"part": name, "state": state}
    if state != "found":
        return row | {"why": "There is no such set."} | given
    return row | {
        "fresh": True, "version": 1, "count": 4, "scores": scores, "seconds": 1.5, "cpu_seconds": 1.0,
        "measured": "2026-01-01", "key": f"{name}{value}", "sha256": "s",
    } | given


@pytest.fixture
def home(tmp_path, builtin):
    """A home with splits and two generations of noise."""
    tokenizer = train_tokenizer([story.text for story in builtin[::20]], 400)
    shape = Shape(layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=32, vocabulary=400, context=64)
    made = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    with made.locked(), made.ledger() as ledger:
        splits = {"screen.json": builtin[:8], "sample.json": builtin[8:16]}
        address = made.commit_new("judge", {name: canonical_json(to_jsonable(s)) for name, s in splits.items()})
        ledger.append("prepare", data={"judge": address})
        for number in (1, 2):
            decoder = Decoder(shape)
            folder = made.path / "generations" / ".made"
            folder.mkdir()
            for name, data in (model_files(shape, decoder.state_dict()) | tokenizer.files()).items():
                (folder / name).write_bytes(data)
            made.commit_generation(number, folder)
    return made


@pytest.fixture
def told(monkeypatch):
    """A suite that needs no model: what it finds of each generation; the jobs that it was given."""
    told = SimpleNamespace(failing=False, jobs=[])

    def follow(module, job, path, environment):
        told.jobs.append(job)
        generations = []
        for row in job["generations"]:
            parts = [part("language", 2.0 + row["number"]), part("blimp", 0.5)]
            if told.failing:
                parts.append(part("piqa", 0, state="failed", why=HOSTILE))
            generations.append({"number": row["number"], "digest": f"{row['number']}" * 64, "parameters": 1000,
                                "parts": [*parts, part("turns", 0, state="left_out")]})
        yield {"event": "progress", "station": "suite", "text": "x", "done": 0, "total": 2, "seconds_left": 3.0}
        yield {"event": "note", "text": "turns was left out"}
        Path(job["out"]).write_bytes(canonical_json({
            "suite": job["suite"], "seed": job["seed"], "generations": generations}))
        if told.failing:
            raise BadInput("a part failed")
    monkeypatch.setattr(examining, "follow", follow)
    return told


def examined(home, **asked):
    with home.locked(), home.ledger() as ledger:
        return finish(examine_home(home, ledger, Examined(**asked))).facts


def test_the_newest_is_measured_and_the_others_are_looked_up(home, told):
    facts = examined(home)
    assert [(row["number"], row["measure"]) for row in told.jobs[0]["generations"]] == [(1, False), (2, True)]
    assert facts["generation"] == 2 and facts["parts_measured"] == 4 and facts["parts_failed"] == 0
    examined(home, every=True)
    assert [row["measure"] for row in told.jobs[1]["generations"]] == [True, True]
    assert examined(home, generation=1)["generation"] == 1
    examined(home, suite=None, tasks=("blimp",))
    assert told.jobs[3]["parts"] is False and told.jobs[3]["tasks"] == ["blimp"]


def test_the_ledger_holds_hashes_and_the_next_job_knows_them(home, told):
    examined(home)
    with home.ledger() as ledger:
        (event,) = ledger.events("examined")
    exam = (home.reports / "exam.json").read_bytes()
    assert event.data["exam"] == content_hash(exam) and event.data["measured"]["blimp0.5"] == "s"
    assert event.data["generations"] == {"1": "1" * 64, "2": "2" * 64}
    examined(home)
    with home.ledger() as ledger:
        assert len(ledger.events("examined")) == 1  # the same figures are the same event
    assert told.jobs[1]["known"] == event.data["measured"]
    home.verify()


def test_a_failed_part_is_on_the_page_and_in_the_facts(home, told):
    told.failing = True
    assert examined(home)["parts_failed"] == 2
    page = Page((home.reports / "exam.html").read_text())
    assert "piqa failed: " + HOSTILE in page.words and "script" not in page.names()
    assert "turns left out: There is no such set." in page.words


def test_a_suite_that_dies_is_told(home, monkeypatch):
    def follow(*given):
        yield {"event": "progress", "station": "suite", "text": "x", "done": 0, "total": 2, "seconds_left": 3.0}
        raise BadInput("it ended with code -9")
    monkeypatch.setattr(examining, "follow", follow)
    with pytest.raises(BadInput, match="-9"):
        examined(home)
    assert not (home.reports / "exam.html").exists()


def test_what_cannot_be_examined_is_refused(home, told, tmp_path):
    for asked, words in (
        ({"generation": 7}, "no generation 7"), ({"sets": tmp_path / "nowhere"}, "test sets"),
        ({"task_path": tmp_path / "nowhere"}, "task files"),
    ):
        with pytest.raises(BadInput, match=words):
            examined(home, **asked)
    bare = Home.create(tmp_path / "bare", "Ada", "2026-01-01", {})
    with pytest.raises(BadInput, match="no generation yet"):
        examined(bare)
    assert told.jobs == []


def test_a_damaged_generation_is_passed_over(home, told):
    path = home.generation(2) / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    facts = examined(home)
    assert facts["generation"] == 1 and "Generation 2 is passed over" in facts["notes"][0]
    assert [row["number"] for row in told.jobs[0]["generations"]] == [1]


def test_a_generation_that_was_asked_for_and_is_damaged_is_one_sentence(home, told):
    next(home.generation(1).glob("*.safetensors")).unlink()
    with pytest.raises(BadInput) as caught:
        examined(home, generation=1)
    assert "\n" not in str(caught.value) and "generations/1" in str(caught.value) and not told.jobs
    assert examined(home, generation=2)["generation"] == 2


def figures():
    """Facts with two generations: a figure with a bar, a family of many, hostile words."""
    def scores(number):
        many = [Score(name=f"blimp.p{i}", value=i / 20, n=8, low=0.0, high=1.0) for i in range(20)]
        return [
            Score(name="language.bits_per_byte", value=1.5 + number / 7, n=900, low=1.4, high=1.8,
                  unit="bits per byte"),
            Score(name="blimp.all", value=0.6, n=160, low=0.55, high=0.65), *many,
            Score(name="name.hold", value=0.97, n=70, low=0.9, high=0.99, bar=">= 0.95", passed=True),
            Score(name="name.leak", value=0.07, n=70, bar="<= 0.05", passed=False),
            Score(name="continuation.rouge_l_gain", value=0.02, n=30, low=-0.04, high=0.05),
            Score(name=f"strange.{HOSTILE}", value=3.25, n=1, unit=HOSTILE),
        ]
    return {
        "name": HOSTILE, "suite": "quick", "seed": 0, "shown": 2, "notes": [HOSTILE], "generations": [{
            "number": number, "digest": "ab" * 32, "parameters": 1_300_000, "measured": "2026-01-01", "seconds": 12.5,
            "figures": [to_jsonable(score) | {"part": "p"} for score in scores(number)], "parts": [],
            "left_out": [{"part": "piqa", "why": HOSTILE}], "failed": [],
        } for number in (1, 2)],
    }


def test_every_number_of_the_json_is_on_the_page_and_no_other():
    facts = figures()
    source = exam_page(facts)
    page = Page(source)
    shown = json.loads(json.dumps(facts["generations"][1]["figures"]))
    rows = source.split('<tr data-figure="')[1:]
    assert len(rows) == len(shown)
    for figure in shown:
        (row,) = [r for r in rows if Page(f'<table><tr data-figure="{r.split("</tr>")[0]}</tr></table>').tags[1][1][
            "data-figure"] == figure["name"]] if HOSTILE not in figure["name"] else rows[-1:]
        words = Page(f'<table><tr data-figure="{row.split("</tr>")[0]}</tr></table>').words
        assert figure_words(figure["value"], figure["unit"]) in words and f"{figure['n']:,}" in words
        if figure["low"] is not None:
            assert figure_words(figure["low"], figure["unit"]) in words
            assert figure_words(figure["high"], figure["unit"]) in words
        else:
            assert "no interval" in words
        row_of = measure_of(figure["name"])
        assert row_of is None or row_of.paper in words
    assert "It reached 1 of 2 bars." in page.words and "✗ missed" in page.words and "at least 95%" in page.words


def test_the_page_is_whole_and_harmless():
    source = exam_page(figures())
    page = Page(source)
    assert "script" not in page.names() and "img" not in page.names() and "a" not in page.names()
    assert "http" not in source.replace("http-equiv", "")
    assert exam_page(figures()) == source
    assert page.words.count(HOSTILE) >= 4
    assert "20 more" in page.words and "from 0.0% to 95.0%" in page.words
    assert source.count('class="plot"') == 4  # bits per byte, BLiMP, hold and leak over two generations
    one = figures() | {"generations": figures()["generations"][1:]}
    assert 'class="plot"' not in exam_page(one)


def test_an_interval_below_nought_is_drawn_whole():
    source = exam_page(figures())
    row = source[source.index('<tr data-figure="continuation.rouge_l_gain"'):]
    assert "-10%" in row[:row.index("</tr>")] or "-5%" in row[:row.index("</tr>")]


def test_a_real_suite_runs_in_a_process_of_its_own(home, monkeypatch):
    """Only parts that need no sets and little work: the rest is left out for want of them, or measured."""
    facts = examined(home, suite=None, tasks=("no_such_task",))
    assert facts["parts_failed"] == 0 and "no_such_task" in facts["notes"][-1]
    assert (home.reports / "exam.json").exists() and not (home.judge / "measured" / "suite.out").exists()
