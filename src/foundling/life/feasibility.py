"""Feasible or folly, before any work: text, machine, budget and a hope flow in; the facts of a plan flow out.

It reads a sample of the text, measures the machine for some seconds, times a few real steps of the two smallest sizes,
and puts the pure functions of `recipe` to work on that. It starts no being and leaves nothing behind.
"""

import os
import tempfile
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from foundling.corpus import BUILTIN, Dropped, clean, gather
from foundling.corpus.steps.language import voted
from foundling.evaluation.machine_rate import Machine, measure_machine
from foundling.home import Home
from foundling.life.feasibility_proof import kept_fit
from foundling.life.feasibility_trials import probe
from foundling.life.stations import Done
from foundling.life.village import REFERENCE_TOKENS, TOKEN_BYTES
from foundling.recipe import SIZES, NamingRecipe, Plan, birth_recipe, preset
from foundling.recipe.arithmetic import ALL_SIZES, GPU_RATE, GPU_SHARE, Pace, memory_mb, pace_from
from foundling.recipe.forecast import Budget, Corpus, Means, forecasts
from foundling.recipe.verdict import LEAST_BYTES, WAYS, hope_from, judge
from foundling.records import BadInput, Progress, Story, content_hash
from foundling.tokens import shard_files
from foundling.training.machine import bfloat16_pays, threads_here

SAMPLE = 8_000_000  # bytes of text that are read of a large corpus
_PACKED, _UNPACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".epub", ".docx"), 3.0  # how much text packs, roughly
WATTS_A_CORE, WATTS_AT_REST = 8.0, 25.0  # what is assumed of a machine whose draw was not typed in


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person typed. minutes: of pre-training on this machine (None: a day); tokens: take the text to have so
    many instead of counting it; prices in the person's own currency."""

    sources: tuple[str, ...] = ()
    minutes: float | None = None
    size: str = "auto"
    tokens: float | None = None
    gpu_price: float | None = None
    gpu_rate: float = GPU_RATE
    watts: float | None = None
    price_per_kwh: float | None = None
    hope: str = "story"


def _short(source: str) -> str:
    """A source as people call it: the end of a path, the whole of an address."""
    return source if "://" in source else Path(source).name or source


def check(wanted: Wanted) -> None:
    """Raise BadInput with one sentence for what cannot be meant."""
    hope_from(wanted.hope)
    if wanted.size != "auto" and wanted.size not in ALL_SIZES:
        raise BadInput(f"There is no size {wanted.size[:40]!r}: give one of {', '.join(ALL_SIZES)}, or auto.")
    figures = {"minutes": wanted.minutes, "tokens": wanted.tokens, "watts": wanted.watts, "gpu price": wanted.gpu_price,
               "price of a kilowatt-hour": wanted.price_per_kwh, "gpu rate": wanted.gpu_rate}
    for name, value in figures.items():
        least = 0.0 if "price" in name else 1e-9
        if value is not None and not least <= value < 1e18:
            raise BadInput(f"The {name} cannot be {value:g}: give a number above 0.")


def _sizes_on_disk(sources: Iterable[str | Path]) -> float:
    """Bytes of text to be expected in all the files, hidden ones left out; what is no file or folder counts nothing."""
    total = 0.0
    for source in map(Path, sources):
        found = [source] if source.is_file() else []
        for base, folders, names in os.walk(source):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [Path(base, name) for name in names if not name.startswith(".")]
        for path in found:
            packed = path.suffix.lower() in _PACKED
            total += path.stat().st_size * (_UNPACKED if packed else 1.0) if path.is_file() else 0.0
    return total


def _languages(stories: Sequence[Story]) -> tuple[tuple[str, float], ...]:
    """Languages by their share of the sampled bytes, the largest first; "?" where small words leave it open."""
    weights: dict[str, int] = {}
    for story in stories[:400]:
        code = story.origin.language or voted(story.text) or "?"
        weights[code] = weights.get(code, 0) + story.bytes
    total = sum(weights.values()) or 1
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((code, weight / total) for code, weight in ranked[:5] if weight / total >= 0.01)


def _so_many(tokens: float, corpus: Corpus) -> Corpus:
    """The corpus as if it had so many tokens; its vocabulary grows with it, which moves its bytes once more."""
    for _ in range(4):
        grown = tokens / corpus.tokens()
        corpus = replace(corpus, bytes=max(1, round(corpus.bytes * grown)), words=round(corpus.words * grown),
                         documents=round(corpus.documents * grown))
    return corpus


def survey(sources: Sequence[str | Path], tokens: float | None = None) -> tuple[Corpus, str]:
    """The corpus from a sample of it, and the fingerprint of that sample, by which a calibration is known again.

    Without sources: what a birth would read, the built-in stories with as much of the village as it would be told.
    With `tokens`, the text is taken to have so many. Raises BadInput when nothing can be read.
    """
    stories: list[Story] = []
    kept, whole = 0, True
    for found in gather(list(sources) or [BUILTIN]):
        story = found if isinstance(found, Dropped) else clean(found)
        if isinstance(story, Dropped):
            continue
        stories.append(story)
        kept += story.bytes
        if kept >= SAMPLE:
            whole = False
            break
    if not stories:
        raise BadInput(f"No story can be read from {', '.join(map(str, sources))}: give text to be raised on.")
    scale = 1.0 if whole else max(1.0, _sizes_on_disk(sources) / kept)
    if not sources:
        scale = max(1.0, REFERENCE_TOKENS * TOKEN_BYTES / kept)
    corpus = Corpus(
        documents=round(len(stories) * scale), bytes=round(kept * scale), sampled=kept, languages=_languages(stories),
        words=round(sum(len(story.text.split()) for story in stories) * scale),
    )
    fingerprint = content_hash([story.id for story in stories])[:16]
    return (corpus if tokens is None else _so_many(tokens, corpus)), fingerprint


def time_steps(sizes: Sequence[str], vocabulary: int, steps: int = 5) -> Generator[Progress, None, dict[str, float]]:
    """Seconds of an optimiser step of each size in the trainer itself, on text of random tokens."""
    rng = np.random.default_rng(0)
    documents = [([0, *ids, 1], [True] * 1202) for ids in rng.integers(5, vocabulary, size=(60, 1200)).tolist()]
    files = shard_files(documents, "train", 4000) | shard_files(documents[:4], "validation", 4000)
    taken: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="foundling-pace-") as folder:
        home = Home.create(Path(folder) / "home", "Pace", "2000-01-01", {"stories": []})
        tokens = home.commit_new("tokens", files)
        for number, size in enumerate(sizes):
            yield Progress(station="plan", text=f"timing steps of size {size}", done=number, total=len(sizes))
            plan = Plan(
                name="Pace", size=size, seed=0, corpus="", tokens=tokens, shape=preset(size, vocabulary),
                birth=birth_recipe(100, 4.0), naming=NamingRecipe(), threads=threads_here(),
                dtype="bfloat16" if bfloat16_pays() else "float32", predictions={},
            )
            taken[size] = probe(home, plan, tokens, steps).step
    return taken


def pace_here(
    machine: Machine, vocabulary: int, wanted: str = "auto"
) -> Generator[Progress, None, tuple[Pace, list[str]]]:
    """The machine's pace from timed steps, and the sizes timed (those that a quarter of the free memory holds)."""
    rows, sizes = birth_recipe(100, 1.0).rows, list(SIZES[:2])
    if wanted in SIZES and wanted not in sizes:
        sizes.append(wanted)
    room = machine.memory_free / 4 / 2**20
    sizes = [s for s in sizes if memory_mb(preset(s, vocabulary), rows, machine.dtype) < room] or [SIZES[0]]
    taken = yield from time_steps(sizes, vocabulary)
    shapes = {size: preset(size, vocabulary) for size in sizes}
    return pace_from(taken, shapes, rows, machine.rate), sizes


def assumed_watts(cores: int) -> float:
    """What a machine is taken to draw while it works, when nobody typed it in."""
    return WATTS_AT_REST + WATTS_A_CORE * cores


def consider(wanted: Wanted, place: Path, fits: Path | None = None) -> Generator[Progress | Done]:
    """The facts of the plan as JSON values. `place`: where a home would be; `fits`: folder of calibrations.

    Raises BadInput for wishes that cannot be meant and for text that cannot be read.
    """
    check(wanted)
    yield Progress(station="plan", text="reading a sample of the text")
    corpus, fingerprint = survey(wanted.sources, wanted.tokens)
    yield Progress(station="plan", text="measuring this machine")
    machine = measure_machine(place, threads=threads_here(), native=bfloat16_pays())
    pace, timed = yield from pace_here(machine, corpus.vocabulary, wanted.size)
    yield Done(station="plan", facts=facts_of(wanted, corpus, machine, pace, timed, (fingerprint, fits)))


def facts_of(
    wanted: Wanted, corpus: Corpus, machine: Machine, pace: Pace, timed: Sequence[str],
    calibration: tuple[str, Path | None] = ("", None),
) -> dict[str, Any]:
    """The forecasts and the verdict over what was measured, as JSON values; it measures nothing itself."""
    hope, kept = hope_from(wanted.hope), kept_fit(*calibration)
    watts = assumed_watts(machine.cores) if wanted.watts is None else wanted.watts
    budget = Budget(
        minutes=24 * 60.0 if wanted.minutes is None else wanted.minutes, disk=float(machine.disk_free), watts=watts,
        memory=float(machine.memory_free), price_per_kwh=wanted.price_per_kwh, gpu_price=wanted.gpu_price,
        gpu_rate=wanted.gpu_rate,
    )
    means = Means(fit=kept.fit, pace=pace, dtype=machine.dtype, trials=kept.trials, timed=tuple(timed))
    rows = forecasts(corpus, budget, means, () if wanted.size == "auto" else (wanted.size,))
    verdict = judge(hope, corpus, rows, budget)
    return {
        "corpus": asdict(corpus) | {"tokens": round(corpus.tokens()), "vocabulary": corpus.vocabulary,
                                    "enough": corpus.bytes >= LEAST_BYTES,
                                    "sources": [_short(source) for source in wanted.sources]},
        "machine": asdict(machine), "pace": asdict(pace), "budget": asdict(budget) | {
            "minutes_given": wanted.minutes is not None, "watts_given": wanted.watts is not None,
            "gpu_share": GPU_SHARE},
        "law": {"constants": kept.fit.constants, "spread": kept.fit.spread, "runs": kept.fit.runs,
                "here": kept.here, "trials": len(kept.trials),
                "parameters": sorted({trial.parameters for trial in kept.trials}),
                "bytes": max((trial.unique_bytes for trial in kept.trials), default=0)},
        "hope": {"level": hope.level, "words": hope.words, "why": hope.why},
        "sizes": [asdict(row) | {"card_hours": row.fleet.card_hours} for row in rows],
        "verdict": asdict(replace(verdict, chosen=None)) | {
            "size": verdict.chosen.size if verdict.chosen else None, "way_words": WAYS[verdict.way]},
    }

