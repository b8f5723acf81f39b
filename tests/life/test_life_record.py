"""The small-data record on a handful of bytes: what is planned, run and judged once, and what a rerun finds."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundling.evaluation import heldout
from foundling.home import Home
from foundling.life.child import follow
from foundling.life.pace import read_pace
from foundling.life.pages.record import record_page, record_table
from foundling.life.record import contest, ours
from foundling.life.record.contest import Wanted, hold_record, read_results
from foundling.life.record.text import pack_text
from foundling.life.record.timing import Onlooker, Timing, steps_in, timing_of
from foundling.life.stations import Done
from foundling.recipe import Shape, TrainRecipe
from foundling.recipe.record import TRACKS, Entry, marathon, sprint
from foundling.records import BadInput, canonical_json
from foundling.tokens import Tokenizer, read_shards

SENTENCES = (
    "The ferry left at six, and nobody was on it but the goat, who had paid.",
    "Where does the river go? asked Mina, and her aunt said that it went down to the mill.",
    "Old Pell counted seven spoons and found that one of them was a fork with a bent back.",
)


def tiny(steps: int, vocabulary: int) -> Entry:
    shape = Shape(
        layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=16, vocabulary=vocabulary, context=32,
    )
    return Entry(shape=shape, train=TrainRecipe(steps=steps, rows=2, look=max(1, steps // 3)))


@pytest.fixture
def texts(tmp_path: Path) -> tuple[Path, Path]:
    """A folder to learn from and one to be judged by."""
    train, heldout = tmp_path / "train", tmp_path / "heldout"
    for folder in (train, heldout):
        folder.mkdir()
    for name, first in (("one", 0), ("two", 40)):
        lines = (f"{SENTENCES[i % 3]} It was day {i} of the {i * 7}th year." for i in range(first, first + 40))
        (train / f"{name}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    (heldout / "three.txt").write_text(
        "The goat had never seen the mill.\n\nMina gave it a spoon, and it was content.", encoding="utf-8")
    return train, heldout


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sprint of a model of a few hundred weights, timed by hand: 20 steps fit the minute."""
    monkeypatch.setitem(TRACKS, "sprint", replace(
        TRACKS["sprint"], recipe=tiny, vocabulary=280, part=400, minutes=1.0, validation=0.1))
    monkeypatch.setattr(ours, "timing_of", lambda events, onlooker: Timing(steps=(2.0, 2.5, 9.0), look=2.0, others=0.0))
    monkeypatch.setattr(ours, "_MEASURED", 3)


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time nothing and judge in this process: starting one costs seconds."""
    def judged(module: str, job: dict[str, Any], path: Path, environment: Any) -> Iterator[dict[str, Any]]:
        assert module == "foundling.evaluation.heldout"
        path.write_bytes(canonical_json(job))
        assert heldout.main([str(path)]) == 0
        yield from ()

    run = ours.run_program
    monkeypatch.setattr(contest, "follow", judged)
    monkeypatch.setattr(ours, "run_program", lambda home, name, job: [] if job["measure"] else run(home, name, job))


def facts_of(events: Iterator[Any]) -> dict[str, Any]:
    return {event.station: event.facts for event in events if isinstance(event, Done)}


def wanted(tmp_path: Path, texts: tuple[Path, Path], **more: Any) -> Wanted:
    return Wanted(place=tmp_path / "record", train=texts[0], heldout=texts[1], threads=1, **more)


def packed(home: Path, texts: tuple[Path, Path]) -> dict[str, Any]:
    track, events = replace(TRACKS["sprint"], vocabulary=280, part=400, validation=0.1), None
    for part in ("tokens", "texts"):
        (home / part).mkdir(parents=True, exist_ok=True)
    events = pack_text(Home(path=home), *texts, track)
    while True:
        try:
            next(events)
        except StopIteration as end:
            return dict(end.value)


def test_every_byte_of_the_training_text_is_trained_on_or_kept_back(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    facts = packed(tmp_path / "home", texts)
    folder = tmp_path / "home" / "tokens" / facts["tokens"]
    tokenizer, found = Tokenizer.load(folder / "tokenizer.json"), []
    for name in ("train", "validation"):
        shards = read_shards(folder, name)
        ends = zip(shards.starts, shards.starts[1:], strict=False)
        parts = [tokenizer.decode(shards.ids[a:b].tolist()) for a, b in ends]
        assert sum(len(part.encode()) for part in parts) == facts[f"{name}_bytes"] == shards.text_bytes
        found += [paragraph for part in parts for paragraph in part.split("\n\n")]
    whole = [line for path in texts[0].glob("*.txt") for line in path.read_text().split("\n\n")]
    assert sorted(found) == sorted(whole) and facts["validation_bytes"] > 0
    assert "goat had never" not in json.dumps(facts) and list(facts["heldout_files"]) == ["three.txt"]


def test_a_text_that_is_trained_on_cannot_be_held_out(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    (texts[1] / "copy.txt").write_bytes((texts[0] / "one.txt").read_bytes())
    with pytest.raises(BadInput, match=r"copy\.txt is also in"):
        packed(tmp_path / "home", texts)
    with pytest.raises(BadInput, match="no folder"):
        packed(tmp_path / "home", (texts[0], tmp_path / "nowhere"))


def test_a_record_goes_from_text_to_page_and_is_not_run_twice(
    tmp_path: Path, texts: tuple[Path, Path], small: None, at_hand: None
) -> None:
    facts = facts_of(hold_record(wanted(tmp_path, texts, seeds=(0, 1))))
    plan, end = facts["plan"], facts["record"]
    # a minute: the median step takes 2.5 s, and looks before, between and after the steps 2 s each
    assert plan["steps"] == 20 and end["plan"]["entry"]["train"]["look"] == 6
    values = [run["bits_per_byte"] for run in end["runs"]]
    assert end["low"] < min(values) < end["bits_per_byte"] < max(values) < end["high"] and values[0] != values[1]
    for key in ("entry", "steps", "timing", "threads", "dtype", "machine", "package", "program", "date", "text"):
        assert end["plan"][key] not in ("", None)
    ours_place = tmp_path / "record" / "sprint" / "foundling"
    job = (ours_place / "seed-0" / "job.json").read_text()
    assert str(texts[1]) not in job and "heldout" not in job
    pace = read_pace(ours_place / "seed-0" / "pace.json")
    assert set(pace) == set(range(1, 21)) - {6, 12, 18, 20} and all(s > 0 and n > 0 for s, n in pace.values())
    score = json.loads((ours_place / "seed-1" / "score.json").read_bytes())
    assert score["stride"] == 16 and score["documents"][0]["bytes"] == (texts[1] / "three.txt").stat().st_size
    curves = (ours_place / "training.html").read_text()
    assert "Seed 1" in curves and "tokens per second" in curves and "gradient norm" in curves and "gap" in curves
    page = tmp_path / "record" / "record.html"
    before, bits = page.read_bytes(), values
    again = facts_of(hold_record(wanted(tmp_path, texts, seeds=(1,))))  # the seed that ran before stays in the result
    assert [run["bits_per_byte"] for run in again["record"]["runs"]] == bits
    assert page.read_bytes() == before


def test_a_plan_is_frozen_alone_and_obeyed(tmp_path: Path, texts: tuple[Path, Path], small: None) -> None:
    facts = facts_of(hold_record(wanted(tmp_path, texts, planned=True)))
    assert list(facts) == ["text", "plan"] and not (tmp_path / "record" / "sprint" / "foundling" / "seed-0").exists()
    with pytest.raises(BadInput, match="made for 1 minutes, not 3"):
        list(hold_record(wanted(tmp_path, texts, minutes=3.0)))
    (texts[0] / "one.txt").write_text("Another text.\n\n" * 300)
    with pytest.raises(BadInput, match="another text"):
        list(hold_record(wanted(tmp_path, texts)))


def test_a_judge_that_cannot_read_says_so_in_a_sentence(tmp_path: Path) -> None:
    job = {"weights": str(tmp_path), "tokenizer": str(tmp_path / "t.json"), "texts": str(tmp_path / "none"),
           "stride": 8, "threads": 1, "out": str(tmp_path / "score.json")}
    with pytest.raises(BadInput, match=r"There is no folder .*none"):
        list(follow("foundling.evaluation.heldout", job, tmp_path / "job.json", os.environ))
    assert not (tmp_path / "score.json").exists()


def test_an_unknown_peer_is_refused(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    with pytest.raises(BadInput, match="no peer called llama"):
        list(hold_record(wanted(tmp_path, texts, peer="llama")))
    assert not (tmp_path / "record").exists()


def test_looks_are_charged_and_warm_up_is_not() -> None:
    events = [{"event": "start"}] + [
        {"event": "step", "seconds": s, "validation": v}
        for s, v in ((30.0, None), (9.0, None), (1.0, None), (3.5, 2.0), (1.2, None), (1.1, None))
    ]
    timing = timing_of(events, Onlooker())
    assert timing.steps == (1.0, 1.2, 1.1) and timing.step == 1.1 and timing.look == pytest.approx(2.4)
    assert steps_in(1.0, timing, 0) == 54 and steps_in(1.0, timing, 5) == 43 and steps_in(0.001, timing, 5) == 1
    with pytest.raises(BadInput, match="too few steps"):
        timing_of(events[:3], Onlooker())


def test_an_onlooker_counts_what_others_take() -> None:
    """Our own process is one of the others: a measurement is a child's."""
    onlooker = Onlooker()
    if onlooker.busy is None:
        pytest.skip("this system has no /proc/stat")
    while onlooker.others() in (None, 0.0):
        sum(range(200_000))
    share = onlooker.others()
    assert share is not None and 0 < share <= 1.05 * (os.cpu_count() or 1)


@pytest.mark.parametrize("recipe", [sprint, marathon])
def test_recipes_follow_the_steps(recipe: Any) -> None:
    for steps in (1, 100, 20_000):
        entry = recipe(steps, 2048)
        assert entry.train.steps == steps and entry.train.look >= 1 and entry.shape.vocabulary == 2048


def result(contestant: str, values: tuple[float, ...], track: str = "sprint") -> dict[str, Any]:
    mean = sum(values) / len(values)
    curve = [
        {"step": s, "loss": 6.0 - s / 40, "validation": 3.0 - s / 90 if s % 20 == 0 else None} for s in range(0, 101, 5)
    ]
    return {
        "track": track, "contestant": contestant, "bits_per_byte": mean, "low": mean - 0.02, "high": mean + 0.02,
        "seeds": list(range(len(values))),
        "runs": [{"seed": i, "bits_per_byte": v, "curve": curve, "steps": 100} for i, v in enumerate(values)],
        "summary": {"steps": 100, "tokens_per_second": 5000, "epochs": 2.5, "parameters": 5_800_000, "others": 0.03,
                    "step_seconds": 1.2},
        "plan": {"minutes": 10.0, "threads": 2, "dtype": "bfloat16", "date": "2026-11-21",
                 "machine": {"torch": "2.13"}, "text": {"train_bytes": 4_900_000, "heldout_files": {"a": "", "b": ""}},
                 "entry": {"shape": {"layers": 6}, "train": {"rate": 1e-3}}, "package": "ab" * 32},
    }


def test_the_page_says_by_how_much_a_peer_is_beaten() -> None:
    results = [result("trainer", (2.0, 2.02, 1.98)), result("foundling", (1.7, 1.71, 1.69)), result("<b>odd", (2.5,))]
    page, table = record_page(results), record_table(results)
    assert "15.0%" in page and "15.0%" in table and "1.700 bits per byte" in page
    assert "<b>odd" not in page and "&lt;b&gt;odd" in page and "<script" not in page
    assert page.index("foundling</th>") < page.index("Trainer, as it ships</th>")
    assert page == record_page(results)


def test_results_laid_beside_are_read(tmp_path: Path) -> None:
    for name in ("foundling", "nanogpt"):
        place = tmp_path / "sprint" / name
        place.mkdir(parents=True)
        (place / "result.json").write_text(json.dumps(result(name, (1.9,))))
    assert [r["contestant"] for r in read_results(tmp_path)] == ["foundling", "nanogpt"]
