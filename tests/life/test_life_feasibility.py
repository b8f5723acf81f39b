"""Surveys, measurements, trials and their proof. The trainer is played by a list of events, except in the slow test."""

import json
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundling.evaluation import machine_rate
from foundling.evaluation.machine_rate import Machine, bandwidth, disk_write, measure_machine, memory_bytes
from foundling.home import Home
from foundling.life import feasibility, feasibility_trials
from foundling.life.feasibility import Wanted, check, consider, facts_of, pace_here, survey
from foundling.life.feasibility_proof import (
    calibrate,
    keep_fit,
    kept_fit,
    proof_table,
    prove,
    score_prediction,
    shipped_file,
)
from foundling.life.feasibility_trials import Bench, Probe, Setting, run_trials, stories_of
from foundling.life.stations import Done
from foundling.recipe.arithmetic import Pace
from foundling.recipe.forecast import Corpus
from foundling.recipe.law import PRIOR, Band, Trial, expected, trial_from
from foundling.recipe.measured import promised_bits, shipped_trials
from foundling.records import BadInput, Progress

MACHINE = Machine(
    cores=2, threads=2, float32=2e11, bfloat16=4e11, dtype="bfloat16", memory=24 * 10**9, memory_free=20 * 10**9,
    bandwidth=2e10, disk_free=80 * 10**9, disk_write=5e8,
)
PACE = Pace(products=2e11, stream=1.5e8)


def words(count: int, seed: int) -> str:
    """Different sentences without end: a text that no cleaning step can object to."""
    names, things = ("Ada", "Ben", "Cleo", "Dov", "Enid", "Finn", "Gus"), ("lamp", "boat", "goose", "letter", "coat")
    lines = []
    for n in range(count):
        who, what = names[(n * 3 + seed) % 7], things[(n * 7 + seed * 2) % 5]
        lines.append(f"On day {n * 31 + seed} {who} took the {what} to the mill and told number {n * n % 97} about it.")
    return "\n\n".join(" ".join(lines[i:i + 6]) for i in range(0, len(lines), 6))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("text")
    for number in range(6):
        (place / f"tale-{number}.txt").write_text(words(160, number), encoding="utf-8")
    return place


def played(home: Home, stage: str, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A trainer that takes no time: validation falls until the sixth look, then rises."""
    steps, look = job["recipe"]["steps"], job["recipe"]["look"]
    Path(job["out"]).parent.mkdir(parents=True, exist_ok=True)
    yield {"event": "start", "step": 0}
    best, kept = 9.0, 0
    for step in range(1, steps + 1):
        value = 3.0 - 0.1 * step / look if step <= 6 * look else 2.4 + 0.1 * (step / look - 6)
        at_look = step % look == 0 or step == steps
        if at_look and value < best:
            best, kept = value, step
        yield {"event": "step", "step": step, "steps": steps, "seconds": 0.5, "tokens": 8192,
               "validation": value if at_look else None}
        if job["measure"] and step >= job["measure"]:
            return
    yield {"event": "done", "step": steps, "kept_step": kept, "validation": best}


def end(events: Iterator[Progress | Done]) -> dict[str, Any]:
    *_, last = events
    assert isinstance(last, Done)
    return last.facts


# ---- measuring


def test_the_machine_is_measured_without_leaving_anything_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_rate, "_PRODUCT", 128)
    monkeypatch.setattr(machine_rate, "_WRITE", 2**21)
    monkeypatch.setattr(machine_rate, "_COPY", 2**22)
    found = measure_machine(tmp_path / "not" / "there" / "yet", threads=1, native=False)
    assert found.float32 > 1e8 and found.bfloat16 == 0 and found.rate == found.float32
    assert 0 < found.memory_free <= found.memory and found.disk_write > 0 and found.bandwidth > 0
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_a_quarter_of_the_free_memory_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    real = np.ones

    def ones(count: int) -> Any:
        taken.append(8 * count)
        return real(count)
    monkeypatch.setattr("numpy.ones", ones)
    assert bandwidth(32 * 2**20) > 0
    assert sum(taken) * 2 <= 8 * 2**20
    assert bandwidth(2**20) == 0.0


def test_memory_is_told_and_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total, free = memory_bytes()
    assert 0 < free <= total
    full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: full)
    with pytest.raises(BadInput, match="full: make room"):
        disk_write(tmp_path)


def test_the_pace_comes_from_the_sizes_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def timed(sizes: list[str], vocabulary: int) -> Generator[Progress, None, dict[str, float]]:
        yield Progress(station="plan", text="timing")
        return {size: 1.0 + n for n, size in enumerate(sizes)}
    monkeypatch.setattr(feasibility, "time_steps", timed)

    def sizes(free: int, wanted: str = "auto") -> list[str]:
        run = pace_here(replace(MACHINE, memory_free=free), 2048, wanted)
        while True:
            try:
                next(run)
            except StopIteration as stop:
                return list(stop.value[1])
    assert sizes(20 * 10**9) == ["tiny", "small"]
    assert sizes(20 * 10**9, "base") == ["tiny", "small", "base"]
    assert sizes(20 * 10**9, "50m") == ["tiny", "small"]  # a quarter of 20 GB does not hold it
    assert sizes(2 * 10**9) == ["tiny"]


# ---- surveying


def test_a_small_text_is_counted_and_a_large_one_scaled_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, name = survey([folder])
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert whole.documents == 6 and whole.bytes == pytest.approx(size, rel=0.01)
    assert dict(whole.languages).get("en", 0) > 0.5 and whole.words == pytest.approx(size / 5, rel=0.2)
    monkeypatch.setattr(feasibility, "SAMPLE", size // 3)
    part, other = survey([folder])
    assert part.sampled < whole.sampled and part.bytes == pytest.approx(whole.bytes, rel=0.02) and name != other


def test_a_text_may_be_taken_to_have_so_many_tokens(folder: Path) -> None:
    corpus, _ = survey([folder], 3e8)
    assert corpus.tokens() == pytest.approx(3e8, rel=0.01) and corpus.bytes > 1e9


def test_without_sources_the_plan_is_about_what_a_birth_would_read() -> None:
    corpus, name = survey([])
    assert 4_000_000 < corpus.bytes < 6_000_000 and corpus.sampled < 1_000_000 and name


def test_nothing_to_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        survey([tmp_path / "nowhere"])


@pytest.mark.parametrize(("wanted", "said"), [
    (Wanted(hope="xyzzy"), "hoped"), (Wanted(size="huge"), "no size 'huge'"), (Wanted(minutes=-1), "minutes"),
    (Wanted(tokens=float("nan")), "tokens"), (Wanted(watts=0), "watts"), (Wanted(gpu_price=-2), "gpu price"),
])
def test_what_cannot_be_meant_is_refused(wanted: Wanted, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check(wanted)


def test_the_whole_plan_as_json(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def paced(machine: Machine, vocabulary: int, size: str) -> Generator[Progress, None, tuple[Pace, list[str]]]:
        yield Progress(station="plan", text="timing")
        return PACE, ["tiny", "small"]
    monkeypatch.setattr(feasibility, "pace_here", paced)
    monkeypatch.setattr(feasibility, "measure_machine", lambda place, *, threads, native: MACHINE)
    wanted = Wanted(sources=(str(folder),), minutes=5.0, gpu_price=2.0, hope="story")
    facts = end(consider(wanted, tmp_path / "home", tmp_path / "fits"))
    assert json.loads(json.dumps(facts, allow_nan=False))["verdict"]["way"] in ("scratch", "finetune")
    assert [row["size"] for row in facts["sizes"]] == ["tiny", "small", "base", "50m"]
    assert facts["law"]["here"] is False and facts["budget"]["watts_given"] is False


# ---- trials and their proof


def test_a_trial_keeps_its_best_and_knows_where_validation_turned(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feasibility_trials, "run_program", played)
    facts = end(run_trials([folder], [Setting(size="tiny", steps=40), Setting(size="tiny", steps=120, share=0.3)],
                           place=tmp_path))
    short, long = (trial_from(row) for row in facts["trials"])
    assert short.turned is None and short.bits_per_byte == pytest.approx(2.6) and short.steps == 40
    assert long.turned is not None and 0 < long.turned < long.epochs and long.bits_per_byte == pytest.approx(2.4)
    assert long.unique_bytes < 0.5 * short.unique_bytes and short.parameters == long.parameters
    assert short.promised_memory_mb > 500 and short.promised_seconds > 15
    assert list(tmp_path.iterdir()) == []


def test_a_share_of_the_text_is_held_out_the_same_for_all(folder: Path, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "home", stories_of([folder]))
    whole, part = bench.tokens(1.0), bench.tokens(0.25)
    assert part[1] < 0.45 * whole[1] and bench.tokens(1.0) == whole
    held = [(bench.home.tokens / name / "validation.ids").read_bytes() for name, _, _ in (whole, part)]
    assert held[0] == held[1]


def test_a_probe_promises_starts_steps_and_looks() -> None:
    promise = Probe(start=4.0, look=2.0, step=0.5, memory_mb=900)
    assert promise.seconds(100, 25) == 4.0 + 5 * 2.0 + 50.0
    assert promise.seconds(101, 25) == 4.0 + 6 * 2.0 + 50.5


def test_a_kept_fit_is_used_for_its_text_alone_and_a_changed_one_for_none(tmp_path: Path) -> None:
    trials = [replace(t, bits_per_byte=0.7 * t.bits_per_byte) for t in shipped_trials()]
    path = keep_fit(tmp_path, "0123456789abcdef", trials)
    here, elsewhere = kept_fit("0123456789abcdef", tmp_path), kept_fit("fedcba9876543210", tmp_path)
    assert here.here and not elsewhere.here and here.trials == tuple(trials)
    assert expected(here.fit, trials[0]) < 0.9 * expected(elsewhere.fit, trials[0])
    path.write_bytes(path.read_bytes().replace(b'"steps":', b'"steps":1', 1))
    assert not kept_fit("0123456789abcdef", tmp_path).here
    for broken in (b"", b"[]", b"{}", b"\xff", b'{"hash": 1}'):
        path.write_bytes(broken)
        assert not kept_fit("0123456789abcdef", tmp_path).here
    assert not kept_fit("", tmp_path).here


def test_a_birth_is_promised_the_band_of_its_own_plan(folder: Path, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "home", stories_of([folder]))
    _, tokens, size = bench.tokens(1.0)
    short, long = (
        promised_bits(bench.plan(Setting(size="tiny", steps=steps)), tokens, size) for steps in (30, 300))
    assert long.low < long.value < long.high and long.value < short.value


def test_promises_are_scored_by_the_bar() -> None:
    promise = {"seconds": 100.0, "memory_mb": 1000.0, "bits_per_byte": {"value": 2.0, "low": 1.9, "high": 2.1}}
    good = score_prediction(promise, {"seconds": 119.0, "memory_mb": 801.0, "bits_per_byte": 1.9})
    bad = score_prediction(promise, {"seconds": 121.0, "memory_mb": 799.0, "bits_per_byte": 1.899})
    assert [row["held"] for row in good] == [True] * 3 and [row["held"] for row in bad] == [False] * 3
    assert score_prediction({"seconds": None}, {"seconds": 3.0}) == []
    assert score_prediction({"bits_per_byte": Band(value=2, low=1, high=3)}, {"bits_per_byte": 2.5})[0]["held"]


def _ten(noise: float) -> list[Trial]:
    shapes = (("tiny", 1_267_712), ("small", 3_689_216))
    settings = [(shapes[n % 5 == 4], 40 + 30 * n, 4_000_000 if n % 2 else 500_000) for n in range(10)]
    runs = [
        Trial(size=name, parameters=size, unique_bytes=unique, read_bytes=steps * 27_000.0, steps=steps, seed=n,
              bits_per_byte=1.0, seconds=100.0, promised_seconds=110.0, memory_mb=1000.0, promised_memory_mb=900.0)
        for n, ((name, size), steps, unique) in enumerate(settings)
    ]
    return [replace(t, bits_per_byte=expected(PRIOR, t) * (1 + noise * (-1) ** t.seed)) for t in runs]


def test_the_proof_counts_what_held_and_never_shows_a_run_to_its_own_forecast() -> None:
    proof = prove(_ten(0.005))
    assert proof["passed"] and proof["held"] == {"seconds": 10, "memory_mb": 10, "bits_per_byte": 10}
    late = [replace(t, seconds=200.0) for t in _ten(0.005)]
    assert not prove(late)["passed"] and prove(late)["held"]["seconds"] == 0
    odd = _ten(0.005)
    odd[3] = replace(odd[3], bits_per_byte=9.0)
    assert prove(odd)["runs"][3]["rows"][2]["held"] is False
    assert "seconds 10 of 10" in proof_table(proof) and "(bar: 9 of 10 each)" in proof_table(proof)


def test_calibration_keeps_its_fit_and_proves_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feasibility_trials, "run_program", played)
    facts = end(calibrate([folder], "aa" * 8, settings=[Setting(size="tiny", steps=24)], folder=tmp_path / "fits"))
    assert kept_fit("aa" * 8, tmp_path / "fits").here and facts["proof"]["of"] == 1
    shipped = json.loads(shipped_file(facts, "six tales"))
    assert shipped["corpus"] == "six tales" and [trial_from(row) for row in shipped["trials"]]


def test_facts_hold_whatever_was_hoped() -> None:
    corpus = Corpus(documents=1, bytes=3_000_000, words=500_000, sampled=3_000_000)
    facts = facts_of(Wanted(hope="general assistant", size="base"), corpus, MACHINE, PACE, [])
    assert facts["verdict"]["way"] == "finetune" and [row["size"] for row in facts["sizes"]] == ["base"]


@pytest.mark.slow
def test_a_real_trial_comes_out_near_its_promise(folder: Path) -> None:
    facts = end(run_trials([folder], [Setting(size="tiny", steps=30)]))
    trial = trial_from(facts["trials"][0])
    assert trial.bits_per_byte < 4.0
    assert trial.memory_mb == pytest.approx(trial.promised_memory_mb, rel=0.20)
    assert trial.seconds == pytest.approx(trial.promised_seconds, rel=0.5)
