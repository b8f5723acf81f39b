"""Finished runs of a side in, its training page out: every seed's curves, times and diagnosis, for whoever tunes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from foundling.home import write_atomically
from foundling.life.pace import with_pace
from foundling.life.pages.run import RunData, run_page
from foundling.life.record.frame import Frame
from foundling.training.diagnosis import diagnose

PAGE = "training.html"


def write_training(frame: Frame, runs: Sequence[Mapping[str, Any]]) -> None:
    """Write training.html into the side's folder; nothing where no curve was kept."""
    if not all(run["curve"] for run in runs):
        return
    size = frame.text["train_bytes"] / frame.text["train_tokens"]
    data = []
    for run in runs:
        found = diagnose(run["curve"], bytes_per_token=size)
        data.append(RunData(
            title=f"Seed {run['seed']}", curve=with_pace(run["curve"], frame.seed(run["seed"]) / "pace.json"),
            kept_step=run["kept_step"], bytes_per_token=size, verdict=found.verdict, words=found.words,
            advice=found.advice, facts=(("Judged", f"{run['bits_per_byte']:.4f} bits per byte"),),
        ))
    title = f"{frame.track.name}, {frame.folder.name}"
    page = run_page(title, f"{frame.minutes:g} minutes of training, seed by seed.", data)
    write_atomically(frame.folder / PAGE, page.encode("utf-8"))
