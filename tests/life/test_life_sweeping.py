"""The sweep: its space, what it concludes, its study on disk, and whole sweeps with a played trainer and judge."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundling.corpus import BUILTIN
from foundling.evaluation.seeds import Mean
from foundling.home import Home
from foundling.life.comparing.trials import Candidate, Trials
from foundling.life.feasibility_trials import Probe
from foundling.life.stations import Done
from foundling.life.sweeping import sweep as sweeping
from foundling.life.sweeping.findings import Tried, effects, expected_bits, noise_of, sentences
from foundling.life.sweeping.space import (
    Choice,
    Range,
    default_draw,
    default_space,
    formed,
    recipe_of,
    shape_of,
)
from foundling.life.sweeping.study import Study
from foundling.life.sweeping.sweep import Wish, sweep
from foundling.recipe import SIZES, birth_recipe, preset
from foundling.records import BadInput

pytest.importorskip("optuna")
SOURCES = (str(BUILTIN / "stories"),)
SPACE = (Range(name="rate", low=1e-3, high=1e-2), Range(name="matrix_rate", low=4e-3, high=0.08),
         Range(name="weight_decay", low=0.02, high=3.2), Range(name="dropout", low=0.0, high=0.3, log=False),
         Choice(name="rows", values=(8, 32)), Choice(name="layers", values=(2, 5)),
         Choice(name="vocabulary", values=(1024, 2048)))


def value_of(candidate: Candidate) -> float:
    """Bits per byte of a candidate in the played world: only the rate matters, and the seed a little."""
    return 2.0 + abs(math.log10(candidate.recipe.rate / 3e-3)) + 0.004 * candidate.seed


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A trainer and a judge that take no time; the hashes of the candidates that were trained."""
    trained: list[str] = []

    def run(home: Home, stage: str, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
        steps, rate = job["recipe"]["steps"], job["recipe"]["rate"]
        trained.append(home.path.name)
        for step in range(1, steps + 1):
            looks = step % job["recipe"]["look"] == 0
            value = 2.5 + abs(math.log10(rate / 3e-3)) - 0.5 * step / steps
            yield {"event": "step", "step": step, "steps": steps, "loss": 3.0, "validation": value if looks else None}
        Path(job["out"]).mkdir(parents=True, exist_ok=True)
        (Path(job["out"]) / "training.json").write_text(json.dumps({"validation": 2.0, "steps": steps}))

    def judge(self: Trials, folder: Path, model: Path, candidate: Candidate) -> dict[str, Any]:
        row = {"nats": 1.0, "tokens": 1, "bytes": 1}
        return {"bits_per_byte": value_of(candidate), "documents": [row]}
    monkeypatch.setattr("foundling.life.comparing.trials.run_program", run)
    monkeypatch.setattr("foundling.life.comparing.trials.sources_hash", lambda: "the same")
    monkeypatch.setattr(sweeping, "sources_hash", lambda: "the same")
    monkeypatch.setattr(Trials, "_judge", judge)
    promise = Probe(start=0.0, look=0.0, step=1.0, memory_mb=0.0)
    monkeypatch.setattr(sweeping, "probe", lambda *_: promise)
    return trained


def swept(wish: Wish) -> dict[str, Any]:
    *_, last = sweep(wish, SPACE)
    assert isinstance(last, Done)
    return last.facts


def test_a_sweep_finds_what_matters_and_says_so(played, tmp_path):
    wish = Wish(sources=SOURCES, out=tmp_path / "sweep", trials=14, seconds_per_trial=20, repeats=2, parallel=2)
    facts = swept(wish)
    assert len(facts["trials"]) == 14 and facts["trials"][0]["draw"] == facts["default"]
    assert facts["effects"][0]["name"] == "rate"
    assert abs(math.log10(facts["best"]["rate"] / 3e-3)) < 0.3
    assert facts["noise"] == pytest.approx(0.004 / math.sqrt(2), rel=1e-6)
    assert facts["again"]["default"]["bits"] == pytest.approx([2.004, 2.008])
    assert "rate" in next(words for words in facts["sentences"] if words.startswith(("What mattered", "With so few")))
    page = (wish.out / "sweep.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 + len(SPACE) and "<script" not in page
    assert json.loads((wish.out / "facts.json").read_text())["best"] == facts["best"]


def test_a_sweep_goes_on_where_it_stopped_and_trains_nothing_twice(played, tmp_path):
    wish = Wish(sources=SOURCES, out=tmp_path / "sweep", trials=6, seconds_per_trial=12, repeats=1, parallel=1)
    course = sweep(wish, SPACE)
    for event in course:
        if not isinstance(event, Done) and event.text.startswith("trial 4"):
            break
    course.close()  # as Ctrl-C does
    before = list(played)
    facts = swept(wish)
    assert len(facts["trials"]) == 6 and {trial["state"] for trial in facts["trials"]} <= {"done", "early"}
    again = [key for key in played[len(before):] if key in before]
    assert again in ([], before[-1:])  # the one that was running, if it had not just ended, and no other
    count = len(played)
    assert swept(wish)["trials"] == facts["trials"] and len(played) == count
    more = swept(replace(wish, trials=8))
    assert len(more["trials"]) == 8 and more["trials"][:6] == facts["trials"]


def test_a_folder_with_another_sweep_is_refused(played, tmp_path):
    wish = Wish(sources=SOURCES, out=tmp_path / "sweep", trials=1, seconds_per_trial=12, repeats=0, parallel=1)
    swept(wish)
    with pytest.raises(BadInput, match="another epochs"):
        swept(replace(wish, epochs=9.0))


def test_trials_that_cannot_run_end_the_sweep_with_their_reason(played, tmp_path, monkeypatch):
    def broken(*_: object) -> Iterator[dict[str, Any]]:
        raise BadInput("The training diverged: the loss is nan at step 3.")
        yield {}
    monkeypatch.setattr("foundling.life.comparing.trials.run_program", broken)
    with pytest.raises(BadInput, match="diverged"):
        swept(Wish(sources=SOURCES, out=tmp_path / "sweep", trials=9, seconds_per_trial=12, parallel=1))


def test_a_study_ends_what_lies_behind_and_forgets_nothing(tmp_path):
    with Study(tmp_path / "study.db", SPACE[:1], 0) as study:
        study.first({"rate": 3e-3})
        assert study.ask() == (0, {"rate": pytest.approx(3e-3)})
        for number in range(5):
            assert number == 0 or study.ask()[0] == number
            assert not study.look(number, 60, 2.0 - number / 100)
            study.tell(number, "done", 1.9, ended=True, steps=7)
        number, _ = study.ask()
        assert not study.look(number, 20, 9.0)  # too early to tell
        assert study.look(number, 60, 9.0)
        study.tell(number, "early", ended=True)
        lost, draw = study.ask()
    with Study(tmp_path / "study.db", SPACE[:1], 0) as study:
        assert [trial.state for trial in study.tried()] == ["done"] * 5 + ["early"]
        assert study.tried()[0].course == {60: 2.0} and study.tried()[0].steps == 7
        assert study.ask() == (lost + 1, draw)


def tried(number: int, bits: float | None, state: str = "done", course: dict[int, float] | None = None,
          **draw: float) -> Tried:
    return Tried(number=number, draw=draw, state=state, bits=bits, course=course or {})


def test_a_trial_that_was_ended_early_counts_with_what_it_would_have_come_to():
    rows = [tried(0, 2.0, course={40: 2.5, 100: 2.1}), tried(1, 2.2, course={40: 2.6}),
            tried(2, None, "early", {20: 3.9, 40: 3.0}), tried(3, None, "failed")]
    assert expected_bits(rows) == {0: 2.0, 1: 2.2, 2: pytest.approx(3.0 - 0.45)}


def test_effects_are_the_distance_of_the_worst_group_of_values_from_the_best():
    space = (Range(name="rate", low=1e-3, high=1e-1), Choice(name="rows", values=(4, 8)))
    rows = [tried(n, 2.0 + 0.5 * (n % 2), rate=1e-3 * 10 ** (n / 6), rows=8 if n % 2 else 4) for n in range(12)]
    found = {effect.name: effect for effect in effects(space, rows)}
    assert found["rows"].spread == pytest.approx(0.5) and found["rate"].spread < 0.2
    assert found["rows"].spread > found["rows"].chance and found["rate"].spread < found["rate"].chance
    words = sentences(rows, list(found.values()), 0.001, None)
    assert "What mattered" in words[-2] and "rows" in words[-2] and words[-1].endswith("chance or noise: rate.")
    assert (found["rows"].low, found["rows"].high) == (4, 4)
    assert sum(count for _, _, count in found["rate"].groups) == 12 and effects(space, rows[:3]) == []


def test_sentences_tell_better_from_not_told_apart():
    rows = [tried(n, 2.0 + n / 10, rate=1e-3) for n in range(4)]
    sure = " ".join(sentences(rows, [], 0.01, Mean(value=-0.05, low=-0.08, high=-0.02, n=3)))
    assert "better than it" in sure and "2.000 bits per byte" in sure and "0.010" in sure
    assert "not told apart" in " ".join(sentences(rows, [], 0.01, Mean(value=-0.05, low=-0.2, high=0.1, n=3)))
    assert "not told apart" in " ".join(sentences(rows, [], None, Mean(value=-0.05, low=None, high=None, n=1)))
    assert noise_of([[2.0]]) is None and noise_of([[2.0, 2.2], [3.0, 3.2]]) == pytest.approx(0.1 * math.sqrt(2))


@pytest.mark.parametrize("size", SIZES)
def test_depth_against_width_keeps_the_parameters(size):
    base = preset(size, 1024)
    space = {dimension.name: dimension for dimension in default_space(size)}
    for layers in space["layers"].values:
        assert abs(formed(base, layers).block_parameters / base.block_parameters - 1) < 0.15
    draw = default_draw(size, 4_000_000, 4.0)
    assert shape_of(size, draw, 1024) == base and set(draw) == set(space)
    for name, dimension in space.items():
        inside = draw[name] in dimension.values if isinstance(dimension, Choice) else (
            dimension.low <= draw[name] <= dimension.high)
        assert inside, name


def test_a_draw_changes_what_it_names_and_nothing_else():
    draw = default_draw("tiny", 4_000_000, 4.0) | {"rate": 0.007, "rows": 8}
    made, default = recipe_of(draw, 60, 4.0), birth_recipe(60, 4.0)
    assert made == replace(default, rate=0.007, rows=8, look=12, patience=0)


def test_one_trial_with_the_real_trainer_and_judge(tmp_path, monkeypatch):
    """Nothing is played: the timing, some ten steps of a tiny model with a context of 32, the judge."""
    monkeypatch.setattr(sweeping, "VALIDATION", 4_000)
    monkeypatch.setattr(sweeping, "JUDGED", 8_000)
    wish = Wish(sources=SOURCES, out=tmp_path / "sweep", trials=1, seconds_per_trial=0.1, repeats=0, parallel=1)
    *_, last = sweep(wish, SPACE, context=32)
    (trial,) = last.facts["trials"]
    (judged,) = (json.loads(path.read_bytes()) for path in wish.out.glob("trials/*/result.json"))
    assert trial["state"] == "done" and trial["steps"] == judged["steps"] >= 10 and trial["bits"] == judged["bits"]
    size, tokens = (sum(row[key] for row in judged["documents"]) for key in ("bytes", "tokens"))
    blank = tokens * math.log2(2048) / size  # of a model that finds all entries of the vocabulary alike
    assert 1.5 < trial["bits"] < blank - 0.5 and size <= 8_000
