"""The search of transformers' Trainer, without transformers: what is tried, what is chosen, what is run at length."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundling.home import Home
from foundling.home.files import write_folder
from foundling.life.record import rivals
from foundling.life.record.frame import Frame
from foundling.recipe.record import TRACKS
from foundling.records import BadInput, canonical_json

BEST = 2e-3


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every job that is run; a step takes half a second, and validation is best at one rate and at half the epochs."""
    jobs: list[dict[str, Any]] = []

    def follow(module: str, job: dict[str, Any], path: Path, environment: Any) -> Iterator[dict[str, Any]]:
        assert module == "foundling.evaluation.rival" and environment["HF_HUB_OFFLINE"] == "1"
        jobs.append(json.loads(canonical_json(job)))
        path.parent.mkdir(parents=True, exist_ok=True)
        for step in range(1, min(job["steps"], 12) + 1):
            yield {"event": "step", "step": step, "steps": job["steps"], "seconds": 0.5, "validation": None}
        if not job["measure"]:
            value = abs(job["rate"] - BEST) * 100 + abs(job["steps"] - 60) / 1000
            write_folder(Path(job["out"]), {"training.json": canonical_json({"validation": value})})

    monkeypatch.setattr(rivals, "follow", follow)
    return jobs


def frame(tmp_path: Path, train_tokens: int) -> Frame:
    return Frame(
        home=Home(path=tmp_path), track=replace(TRACKS["sprint"], minutes=5.0), minutes=5.0, threads=1,
        text={"tokens": "0", "vocabulary": 300, "train_tokens": train_tokens}, folder=tmp_path / "sprint" / "trainer",
    )


def drained(events: Any) -> Any:
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


def test_a_short_track_searches_rates_and_a_long_one_epochs_too(tmp_path: Path, told: list[dict[str, Any]]) -> None:
    side, place = rivals.rival("trainer"), frame(tmp_path, 1_000_000)
    place.folder.mkdir(parents=True)
    plan = drained(side.freeze(place))
    assert [job["rate"] for job in told[1:]] == list(rivals.RATES) and {job["share"] for job in told[1:]} == {0.2}
    assert plan["steps"] == 600 and {job["steps"] for job in told[1:]} == {120}  # 5 minutes of half a second, a fifth
    assert plan["entry"]["train"]["rate"] == BEST and plan["search_minutes"] == 4.0 and len(plan["search"]) == 4
    assert told[0]["measure"] and told[1]["dtype"] == plan["dtype"] == "float32"
    told.clear()
    drained(side.freeze(place))
    assert [job["measure"] for job in told] == [True], "a trial that is there is not run again"

    deep = frame(tmp_path / "deep", 100_000)
    deep.folder.mkdir(parents=True)
    plan = drained(rivals.rival("trainer-bf16").freeze(deep))
    assert plan["steps"] == 300 and plan["dtype"] == "bfloat16" and len(plan["search"]) == 12
    told.clear()
    out = drained(rivals.rival("trainer-bf16").train(deep, plan, 2))
    assert out == deep.seed(2) / "out" and len(told) == 1
    chosen = {key: told[0][key] for key in ("rate", "steps", "seed", "share", "dtype")}
    assert chosen == {"rate": BEST, "steps": 300, "seed": 2, "share": 1.0, "dtype": "bfloat16"}


def test_only_two_peers_are_known() -> None:
    with pytest.raises(BadInput, match="trainer or trainer-bf16"):
        rivals.rival("foundling")
