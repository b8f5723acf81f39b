"""Times of steps beside a run, the training page that draws them, and a home's curves."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from foundling.home import Home
from foundling.home.files import write_folder
from foundling.life import curving
from foundling.life.pace import keep_pace, pace_file, read_pace, with_pace
from foundling.life.pages.lines import Line, legend, line_plot
from foundling.life.pages.run import RunData, last_words, run_page
from foundling.life.planning import Wishes, plan_birth
from foundling.records import BadInput, canonical_json


def events(first: int, last: int, steps: int = 10) -> Generator[dict[str, Any]]:
    yield {"event": "start", "step": first}
    for step in range(first + 1, last + 1):
        yield {"event": "step", "step": step, "steps": steps, "seconds": step / 10, "tokens": 100,
               "validation": 2.0 if step == 5 else None}


def test_a_stopped_run_keeps_the_times_of_both_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    first = keep_pace(events(0, 10), path)
    for event in first:
        if event.get("step") == 4:
            break
    first.close()
    assert set(read_pace(path)) == {1, 2, 3, 4}
    assert [e["event"] for e in keep_pace(events(3, 10), path)] == ["start"] + ["step"] * 7
    assert read_pace(path) == {step: (step / 10, 100) for step in range(1, 11) if step != 5}


def test_times_join_the_curve_and_a_broken_file_does_no_harm(tmp_path: Path) -> None:
    path, curve = tmp_path / "pace.json", [{"step": 2, "loss": 3.0, "validation": None}]
    list(keep_pace(events(0, 3), path))
    assert with_pace(curve, path) == [
        {"step": 1, "seconds": 0.1, "tokens": 100},
        {"step": 2, "loss": 3.0, "validation": None, "seconds": 0.2, "tokens": 100},
        {"step": 3, "seconds": 0.3, "tokens": 100},
    ]
    path.write_text("[[1]]")
    assert with_pace(curve, path) == curve == with_pace(curve, tmp_path / "none.json")
    list(keep_pace(events(0, 0), tmp_path / "empty.json"))
    assert not (tmp_path / "empty.json").exists()


def test_lines_share_their_axes_and_a_spike_is_cut() -> None:
    low, high = Line(name="low", points=[(1, 1.0), (2, 2.0)]), Line(name="high", points=[(1, 90.0), (3, 3.0)], ink=1)
    drawn = line_plot([low, high], unit="bits", label="both", top=4.0, kept=2)
    assert drawn.count("<polyline") == 2 and "kept: step 2" in drawn and ">3<" in drawn
    assert '<polyline class="curve ink1" points="390.0,' in drawn, "what begins above the top is left out"
    assert legend([low, low]) == "" and legend([low, high]).count("<li>") == 2
    assert line_plot([Line(name="none", points=[(1, float("nan")), ("x", 2)])], unit="", label="") == ""
    assert "nan" not in line_plot([Line(name="one", points=[(5, 2.0)])], unit="", label="")


def curve(steps: int = 100) -> list[dict[str, Any]]:
    return [
        {"step": s, "loss": 2 + 60 / (s + 10), "validation": 1.5 + 9 / (s + 9) if s % 10 == 0 else None,
         "gradient_norm": 1.0 + (s == 50), "rate": min(1.0, s / 10), "seconds": 0.5, "tokens": 1000}
        for s in range(1, steps + 1)
    ]


def test_the_page_draws_what_it_has_and_says_what_it_lacks() -> None:
    whole = RunData(title="Learning", curve=curve(), bytes_per_token=3.0, verdict="well fit", words="It <fits>.",
                    advice=("Add text.",), kept_step=90)
    page = run_page("Wren", "All of it.", [whole])
    assert page.count('class="plot"') == 5 and "Well fit." in page and "Add text." in page
    assert "It &lt;fits&gt;." in page and "<script" not in page and "2,000" in page
    assert page == run_page("Wren", "All of it.", [whole])
    bare = RunData(title="Old", curve=[{"step": s, "loss": 2.0} for s in range(1, 9)])
    page = run_page("Wren", "", [bare])
    assert page.count('class="plot"') == 1 and "were not written down" in page
    assert "No loss was written down" in run_page("Wren", "", [RunData(title="None", curve=[])])
    assert "well fit" in last_words(whole) and "Add text." in last_words(whole)
    assert "not diagnosed" in last_words(bare)


def test_the_gap_is_of_losses_on_one_scale() -> None:
    """A text told in 1 bit a byte when trained on and 1.5 when not has a gap of half a bit."""
    rows = [{"step": s, "loss": 2.0, "validation": 1.5 if s % 5 == 0 else None} for s in range(1, 41)]
    page = run_page("Wren", "", [RunData(title="x", curve=rows, bytes_per_token=2.0 / 0.6931471805599453)])
    gap = page[page.index("gap, bits per byte"):]
    assert ">0.5<" in gap[:2000]


def test_a_home_that_has_learnt_nothing_has_no_curves(home: Home) -> None:
    with pytest.raises(BadInput, match="learnt nothing yet"):
        curving.write_curves(home, None)


def test_the_facts_of_a_written_page(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curving, "curves_of", lambda home: [RunData(title="x", curve=curve(), verdict="well fit")])
    facts = curving.write_curves(home, None)
    assert facts["page"] == str(home.reports / "training.html") and facts["verdict"] == "well fit"
    assert len(json.loads((home.reports / "training.json").read_bytes())["x"]) == 100
    assert home.name in (home.reports / "training.html").read_text()


def test_a_homes_curves_are_diagnosed_and_drawn_with_their_times(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        list(plan_birth(home, ledger, Wishes(size="tiny", steps=8, seed=5)))
    record = {"curve": curve(), "steps": 100, "kept_step": 100}
    write_folder(home.generation(1), {"training.json": canonical_json(record)})
    write_folder(home.generation(2), {
        "training.json": canonical_json(record | {"kept_step": 7}), "training-dialogue.json": canonical_json(record),
    })
    list(keep_pace(events(0, 10), pace_file(home, "preference")))
    facts = curving.write_curves(home, home.path / "here.html")
    page = (home.path / "here.html").read_text()
    assert facts["verdict"] == "well fit" and facts["advice"]
    stages = [said.split(":")[0] for said in facts["said"]]
    assert stages == ["Learning to read", "Learning to talk", "Learning its name"]
    assert "gap, bits per byte" in page and "kept: step 7" in page and page.count("tokens per second</text>") == 3
