"""A folder of texts in, our cleaning beside datatrove's on copies of them in one run, as rows and a table, out."""

import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from foundling.corpus.runner.race import race
from foundling.corpus.steps.recipe import Cleaning, steps_for
from foundling.life.sifting import workers_here
from foundling.life.stations import Done
from foundling.records import BadInput, Progress


def race_texts(folder: Path, megabytes: int) -> Generator[Progress | Done]:
    """Both clean, drop copies and (ours alone) split so many megabytes, with as many processes as there are cores.

    Every rule of quality is on, for us as for them. Raises BadInput without texts or without datatrove.
    """
    texts = sorted(folder.rglob("*.txt")) if folder.is_dir() else []
    if not texts:
        raise BadInput(f"{folder} has no .txt file in it: give a folder of books with --texts.")
    steps, rows = steps_for(Cleaning(quality="all")), list[dict[str, Any]]()
    with tempfile.TemporaryDirectory(prefix="foundling-race-") as place:
        yield Progress(station="race", text=f"making {megabytes} MB and cleaning them")
        for row in race(Path(place) / "race", texts, steps, megabytes, workers_here()):
            rows.append(row)
            yield Progress(station="race", text=f"{row['who']}: {row['seconds']:.1f} s", done=len(rows), total=2)
    ours, theirs = rows
    ratios = {"times_as_fast": round(theirs["seconds"] / ours["seconds"], 2), "times_as_fast_by_processor": round(
        theirs["processor_seconds"] / ours["processor_seconds"], 2)}
    yield Done(station="race", facts={"rows": rows, **ratios})


def table(facts: Mapping[str, Any]) -> str:
    """The rows as text for a terminal."""
    lines = [f"{'':<12}{'MB':>8}{'in':>10}{'kept':>10}{'seconds':>10}{'CPU s':>9}{'MB/s':>8}{'peak MB':>9}"]
    for row in facts["rows"]:
        lines.append(
            f"{row['who']:<12}{row['megabytes']:>8.1f}{row['documents']:>10,}{row['kept']:>10,}{row['seconds']:>10.1f}"
            f"{row['processor_seconds']:>9.1f}{row['mb_per_second']:>8.2f}{row['peak_mb']:>9,.0f}"
        )
    return "\n".join([*lines, (
        f"foundling is {facts['times_as_fast']:.2f} times as fast ({facts['times_as_fast_by_processor']:.2f} times by "
        "processor time); bar 3, peak under 1,000 MB"
    )])
