"""Calibration and its proof: trials in; a fit that is kept, and a count of how many forecasts came true, out.

A kept fit is a JSON file named after the fingerprint of the text that it was made on; it is checked before it is used.
After a run the same scoring tells whether a forecast of time, memory and bits per byte held.
"""

import json
import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.home import write_atomically
from foundling.life.feasibility_trials import SETTINGS, Setting, run_trials
from foundling.life.stations import Done
from foundling.recipe.law import PRIOR, Band, Fit, Trial, band, fit_law, trial_data, trial_from
from foundling.recipe.measured import shipped_fit, shipped_trials
from foundling.records import Progress, canonical_json, content_hash
from foundling.training.machine import facts as machine_facts

TOLERANCE = 0.20  # of time and memory
_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A fit to forecast with, its trials, and whether it was made on this very text."""

    fit: Fit
    trials: tuple[Trial, ...]
    here: bool


def fits_folder() -> Path:
    """Where calibrations are kept: the cache, outside every home."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "foundling" / "fits"


def calibrated(trials: Sequence[Trial]) -> Fit:
    """The law fitted to trials on one text, with what the shipped trainings taught as the belief before."""
    return fit_law(trials, shipped_fit() if shipped_trials() else PRIOR)


def keep_fit(folder: Path, fingerprint: str, trials: Sequence[Trial]) -> Path:
    """Write the trials of a text to FOLDER/FINGERPRINT.json with their hash. Raises BadInput when it cannot."""
    content = {"format": _FORMAT, "text": fingerprint, "machine": machine_facts(),
               "trials": [trial_data(trial) for trial in trials]}
    path = folder / f"{fingerprint}.json"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, canonical_json(content | {"hash": content_hash(content)}))
    return path


def kept_fit(fingerprint: str, folder: Path | None = None) -> Kept:
    """The fit made on this text, where there is one and it is whole; else the shipped one."""
    path = (folder or fits_folder()) / f"{fingerprint}.json"
    try:
        content = json.loads(path.read_bytes()) if fingerprint else {}
        whole = content.pop("hash", None) == content_hash(content) and content["format"] == _FORMAT
        trials = tuple(trial_from(row) for row in content["trials"]) if whole else ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        trials = ()
    if trials:
        return Kept(fit=calibrated(trials), trials=trials, here=True)
    return Kept(fit=shipped_fit(), trials=shipped_trials(), here=False)


def score_prediction(predicted: Mapping[str, Any], measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was promised beside what came true, for a report: rows of name, promised, came, held.

    Both hold any of seconds, memory_mb and bits_per_byte; the promise of the last is a mapping of value, low and high
    (or a Band). A figure that either side lacks gives no row.
    """
    rows: list[dict[str, Any]] = []
    for name in ("seconds", "memory_mb"):
        promise, came = predicted.get(name), measured.get(name)
        if promise and came:
            rows.append({"name": name, "promised": promise, "came": came, "bar": f"within {TOLERANCE:.0%}",
                         "held": abs(came / promise - 1.0) <= TOLERANCE})
    promise, came = predicted.get("bits_per_byte"), measured.get("bits_per_byte")
    if promise is not None and came is not None:
        ends = promise if isinstance(promise, Band) else Band(
            value=float(promise["value"]), low=float(promise["low"]), high=float(promise["high"]))
        rows.append({"name": "bits_per_byte", "promised": ends.value, "came": came,
                     "bar": f"{ends.low:.3f} to {ends.high:.3f}", "held": ends.holds(came)})
    return rows


def left_out(trials: Sequence[Trial], prior: Fit = PRIOR) -> list[Band]:
    """The band that the other trials give for each trial, by a fit that never saw it."""
    return [
        band(fit_law([*trials[:index], *trials[index + 1:]], prior), trial) for index, trial in enumerate(trials)
    ]


def prove(trials: Sequence[Trial], prior: Fit = PRIOR) -> dict[str, Any]:
    """Every trial against its forecast: bits per byte from the others, time and memory as promised before it began."""
    rows: list[dict[str, Any]] = []
    for trial, ends in zip(trials, left_out(trials, prior), strict=True):
        promise = {"seconds": trial.promised_seconds, "memory_mb": trial.promised_memory_mb, "bits_per_byte": ends}
        came = {"seconds": trial.seconds, "memory_mb": trial.memory_mb, "bits_per_byte": trial.bits_per_byte}
        rows.append({"size": trial.size, "steps": trial.steps, "epochs": round(trial.epochs, 2), "seed": trial.seed,
                     "rows": score_prediction(promise, came)})
    counts = {
        name: sum(row["held"] for run in rows for row in run["rows"] if row["name"] == name)
        for name in ("seconds", "memory_mb", "bits_per_byte")
    }
    bar = 0.9 * len(trials)
    return {"runs": rows, "held": counts, "of": len(trials), "passed": all(count >= bar for count in counts.values())}


def calibrate(
    sources: Sequence[str | Path], fingerprint: str, *, settings: Sequence[Setting] = SETTINGS,
    folder: Path | None = None, seed: int = 0,
) -> Generator[Progress | Done]:
    """Run the trials on this machine and text, keep their fit, and prove it; the facts hold trials, fit and proof."""
    for event in run_trials(sources, settings, seed):
        if isinstance(event, Progress):
            yield event
            continue
        trials = [trial_from(row) for row in event.facts["trials"]]
        path, fit = keep_fit(folder or fits_folder(), fingerprint, trials), calibrated(trials)
        yield Done(station="calibrate", facts=event.facts | {
            "kept": str(path), "constants": fit.constants, "spread": fit.spread, "proof": prove(trials, shipped_fit()),
        })


def shipped_file(facts: Mapping[str, Any], corpus: str) -> bytes:
    """The content of recipe/measured_runs.json from the facts of a calibration on the text that `corpus` names."""
    return canonical_json({
        "corpus": corpus, "vocabulary": facts["vocabulary"], "bytes": facts["bytes"], "tokens": facts["tokens"],
        "machine": machine_facts(), "trials": facts["trials"],
    })


def proof_table(proof: Mapping[str, Any]) -> str:
    """The proof as lines for a terminal."""
    lines = [f"{'run':<28}{'seconds':>18}{'memory, MB':>18}{'bits per byte':>30}"]
    for run in proof["runs"]:
        cells = {row["name"]: row for row in run["rows"]}
        text = f"{run['size']} {run['steps']} steps, {run['epochs']} epochs"
        for name, width, form in (("seconds", 18, ".0f"), ("memory_mb", 18, ".0f"), ("bits_per_byte", 30, ".3f")):
            row = cells.get(name)
            band_words = f" ({row['bar']})" if row and name == "bits_per_byte" else ""
            said = f"{row['promised']:{form}}/{row['came']:{form}}{band_words}" if row else "-"
            said += " x" if row and not row["held"] else ""
            text = f"{text:<28}{said:>{width}}" if name == "seconds" else f"{text}{said:>{width}}"
        lines.append(text)
    held = ", ".join(f"{name.replace('_', ' ')} {count} of {proof['of']}" for name, count in proof["held"].items())
    return "\n".join([*lines, f"held: {held} (bar: 9 of 10 each)"])
