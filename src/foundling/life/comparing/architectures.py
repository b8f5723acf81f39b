"""GPT, BERT, encoder-decoder and hybrid beside each other: texts and a budget flow in, a table of figures flows out.

The same corpus, tokenizer, seeds and wall time of training for all: a few steps of each are timed, and the seconds
become steps, which are then kept. Every model is trained by the trainer program and judged by a process of its own.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from foundling.evaluation.comparable import read_pairs
from foundling.evaluation.seeds import mean_over
from foundling.home import Home, write_atomically
from foundling.life.comparing.texts import Texts, pack_texts, read_texts
from foundling.life.comparing.trials import Candidate, bench_home, plan_of
from foundling.life.planning import job_for
from foundling.life.stations import Done
from foundling.life.trainer import run_program
from foundling.life.words import fact_words
from foundling.recipe import birth_recipe, preset, vocabulary_for
from foundling.recipe.architectures import ARCHITECTURES, TASKS, MaskingRecipe, shape_for
from foundling.records import BadInput, Progress, Story, canonical_json, content_hash, to_jsonable
from foundling.tokens import read_shards, train_tokenizer
from foundling.training.machine import bfloat16_pays, threads_here, trainer_environment

STATION = "compare architectures"
LOOKS = 5  # at validation text, in a run: their time is nobody's training
FIGURES = (
    "pairs", "cloze_both_sides", "cloze_left_only", "bits_per_byte", "sentence_bits_per_byte", "pseudo_bits_per_byte",
)
NOTES = (
    "Bits per byte is a likelihood, of whole documents or of sentences by themselves, only where a reader goes from "
    "left to right. Pseudo bits per byte tell each word of those sentences with all the others in sight: they are no "
    "likelihood and compare with none, as pseudo-perplexity is no perplexity (Salazar et al. 2020).",
    "Minimal pairs are judged by likelihood from left to right, else by pseudo-likelihood, within words from left to "
    "right (Kauf and Ivanova 2023); chance is 50%. Cloze: one word of five; chance is 20%.",
    "An encoder-decoder tells a word after a sentinel; its spans in training were a few ids long.",
    "All use the recipe that was found for GPT; none was tuned for its own architecture.",
)


@dataclass(frozen=True, kw_only=True)
class Contest:
    """What is compared: `seconds` of training for each model, or outright `steps`, the same number for all.

    pairs: a file of minimal pairs (BLiMP), or None for the simulated world's; per_kind: pairs of each kind; gaps,
    sentences: how many of the held-out text; held_bytes: how much of that is scored.
    """

    size: str = "tiny"
    seconds: float = 120.0
    steps: int | None = None
    seeds: int = 3
    rows: int = 32
    architectures: tuple[str, ...] = ARCHITECTURES
    masking: MaskingRecipe = field(default_factory=MaskingRecipe)
    pairs: str | None = None
    per_kind: int = 10
    gaps: int = 300
    sentences: int = 100
    held_bytes: int = 100_000


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """Where a contest is held: a folder with the places of a home, the packed corpus and the judge's text."""

    home: Home
    contest: Contest
    tokens: Path
    judged: Path
    vocabulary: int
    ids: int

    def job(self, architecture: str, seed: int, steps: int) -> dict[str, Any]:
        """The trainer's job for one model."""
        shape = shape_for(architecture, preset(self.contest.size, self.vocabulary), self.contest.masking)
        recipe = birth_recipe(steps, steps * self.contest.rows * shape.context / self.ids)
        recipe = replace(recipe, rows=self.contest.rows, patience=0, look=max(1, steps // LOOKS))
        plan = plan_of(Candidate(
            tokens=self.tokens, shape=shape, recipe=recipe, seed=seed, threads=threads_here(),
            dtype="bfloat16" if bfloat16_pays() else "float32",
        ))
        return job_for(self.home, plan, "birth", f"{architecture}-{seed}") | {
            "task": TASKS[architecture], "tokens": str(self.tokens.absolute()),
            "masking": to_jsonable(self.contest.masking),
        }


def _up_to(stories: Sequence[Story], room: int) -> list[Story]:
    """Stories in prose until so many bytes are filled, at least one."""
    chosen: list[Story] = []
    for story in stories:
        if chosen and sum(s.bytes for s in chosen) >= room:
            break
        chosen += [story] if story.form == "prose" else []
    return chosen


def _bench(place: Path, texts: Texts, contest: Contest) -> _Bench:
    """Tokenizer, shards and the judge's text, each made once, in a folder for this contest on these texts."""
    pairs = content_hash(Path(contest.pairs).read_bytes()) if contest.pairs else None
    asked = {"contest": to_jsonable(replace(contest, pairs=pairs)), "texts": texts.identity}
    home = bench_home(place / content_hash(asked)[:16])
    tokenizer = train_tokenizer([story.text for story in texts.train], vocabulary_for(texts.bytes))
    tokens, judged = pack_texts(home, tokenizer, texts), home.path / "judged.json"
    held = _up_to(texts.judged["confirm"], contest.held_bytes)
    write_atomically(judged, canonical_json([{"title": s.title, "text": s.text, "form": s.form} for s in held]))
    ids = read_shards(tokens, "train").tokens
    return _Bench(home=home, contest=contest, tokens=tokens, judged=judged, vocabulary=tokenizer.vocabulary, ids=ids)


def _step_seconds(bench: _Bench, architecture: str) -> float:
    """The median time of a few real steps, the first two left out (they warm up)."""
    job = bench.job(architecture, 0, 1000) | {"measure": 8}
    events = [e["seconds"] for e in run_program(bench.home, "measure", job) if e["event"] == "step"]
    return float(statistics.median(events[2:]))


def _steps(bench: _Bench) -> Generator[Progress, None, dict[str, dict[str, float]]]:
    """Steps and seconds per step of each architecture, timed once and kept: a contest that goes on obeys them."""
    path = bench.home.path / "steps.json"
    if path.exists():
        return dict(json.loads(path.read_bytes()))
    found = {}
    for architecture in bench.contest.architectures:
        if bench.contest.steps is not None:
            found[architecture] = {"steps": bench.contest.steps, "step_seconds": 0.0}
            continue
        yield Progress(station=STATION, text=f"timing a few steps: {architecture}")
        seconds = _step_seconds(bench, architecture)
        found[architecture] = {"steps": max(10, round(bench.contest.seconds / seconds)), "step_seconds": seconds}
    write_atomically(path, canonical_json(found))
    return found


def _judge(bench: _Bench, architecture: str, job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The judge's rows for one trained model, kept beside it."""
    out, path = Path(job["out"]).parent / "judged.json", Path(job["out"]).parent / "judge-job.json"
    if not out.exists():
        contest = bench.contest
        path.write_bytes(canonical_json({
            "architecture": architecture, "model": job["out"], "tokenizer": str(bench.tokens / "tokenizer.json"),
            "texts": str(bench.judged), "pairs": contest.pairs, "per_kind": contest.per_kind, "gaps": contest.gaps,
            "sentences": contest.sentences, "seed": 0, "threads": job["threads"], "out": str(out),
        }))
        done = subprocess.run(
            [sys.executable, "-m", "foundling.evaluation.comparer", str(path)], capture_output=True, text=True,
            encoding="utf-8", env=trainer_environment(job["threads"]), start_new_session=True, check=False,
        )  # a terminal's Ctrl-C reaches only us, and says one sentence
        if done.returncode != 0:
            said = [json.loads(line).get("text") for line in done.stdout.splitlines() if line.startswith("{")]
            raise BadInput(str(said[-1] if said and said[-1] else f"The judge failed: see {path}."))
    return list(json.loads(out.read_bytes()))


def _row(runs: Sequence[Mapping[str, Any]], architecture: str, work: Mapping[str, float]) -> dict[str, Any]:
    """One reader's figures over its seeds: the mean, its 95% interval (Student's), and every seed's value."""
    row: dict[str, Any] = {
        "architecture": architecture, "reader": runs[0]["reader"], "likelihood": runs[0]["chained"],
        "parameters": runs[0]["parameters"], "steps": int(work["steps"]), "seeds": len(runs),
        "seconds": round(statistics.fmean(run["seconds"] for run in runs), 2),
    }
    for name in FIGURES:
        values = [run[name] for run in runs if run[name] is not None]
        if values:
            mean = mean_over(values)
            row[name] = {"mean": mean.value, "low": mean.low, "high": mean.high, "values": values}
        else:
            row[name] = None
    return row


def _train(bench: _Bench, job: dict[str, Any], label: str, left: float) -> Iterator[Progress]:
    """Train one model; `left` seconds of other work follow it. Its own seconds are kept beside it."""
    spent, started = 0.0, 0
    for event in run_program(bench.home, label, job):
        if event["event"] == "step":
            spent, started = spent + event["seconds"], started or event["step"]
            yield Progress(
                station=STATION, text=f"{label}: loss {event['loss']:.2f}", done=event["step"], total=event["steps"],
                seconds_left=left + spent / (event["step"] - started + 1) * (event["steps"] - event["step"]),
            )
    if spent and started == 1:
        write_atomically(Path(job["out"]).parent / "seconds.json", canonical_json({"seconds": spent}))


def _seconds(job: Mapping[str, Any], work: Mapping[str, float]) -> float:
    """What the training took; by the steps that were timed, where it was stopped on its way."""
    path = Path(job["out"]).parent / "seconds.json"
    return float(json.loads(path.read_bytes())["seconds"]) if path.exists() else work["steps"] * work["step_seconds"]


def compare_architectures(
    sources: Sequence[str | Path], contest: Contest, place: Path, *, held_out: Sequence[str | Path] = ()
) -> Generator[Progress | Done, None, None]:
    """Train and judge every architecture with every seed. `sources` are texts or one home; `place` keeps what is made,
    so that a contest that was stopped goes on.

    The last event's facts: rows (one for each way of reading), notes, and what was asked. Raises BadInput for too
    little text or an unknown architecture.
    """
    unknown, pairs = set(contest.architectures) - set(ARCHITECTURES), contest.pairs
    if unknown or not contest.architectures or contest.seeds < 1:
        raise BadInput(f"Architectures are {', '.join(ARCHITECTURES)}, with one seed or more: not {sorted(unknown)}.")
    if pairs and not Path(pairs).is_file():
        raise BadInput(f"There is no file {pairs}: give minimal pairs as BLiMP has them, JSON lines.")
    if pairs and not read_pairs(Path(pairs), contest.per_kind, 0):
        raise BadInput(f"{pairs} has no minimal pair in it: give BLiMP's JSON lines.")
    yield Progress(station=STATION, text="reading and cutting the texts")
    bench = _bench(place, read_texts(sources, held_out=held_out), contest)
    work = yield from _steps(bench)
    models = [(name, seed) for seed in range(contest.seeds) for name in contest.architectures]
    runs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    judging = 0.0
    for number, (name, seed) in enumerate(models):
        rest = models[number + 1:]
        left = sum(work[other]["steps"] * work[other]["step_seconds"] for other, _ in rest)
        job = bench.job(name, seed, int(work[name]["steps"]))
        yield from _train(bench, job, f"{name}, seed {seed}", left + judging * (len(rest) + 1))
        yield Progress(station=STATION, text=f"judging {name}, seed {seed}", done=number, total=len(models),
                       seconds_left=left + judging * (len(rest) + 1) if judging else None)
        began, seconds = time.monotonic(), _seconds(job, work[name])
        work[name]["step_seconds"] = seconds / work[name]["steps"]
        for row in _judge(bench, name, job):
            runs.setdefault((name, row["reader"]), []).append(row | {"seconds": seconds})
        judging = time.monotonic() - began
    rows = [_row(found, name, work[name]) for (name, _), found in runs.items()]
    yield Done(station=STATION, facts={
        "rows": rows, "notes": [_budget(contest), *NOTES], "asked": next(iter(runs.values()))[0]["asked"],
        "contest": to_jsonable(replace(contest, pairs=pairs and Path(pairs).name)), "vocabulary": bench.vocabulary,
        "pairs_from": Path(pairs).name if pairs else "the world",
    })


def _budget(contest: Contest) -> str:
    """What was equal, in words."""
    if contest.steps is not None:
        return f"Every model was trained for {contest.steps} steps of the same text; their seconds differ."
    return (
        f"Every model had {contest.seconds:.0f} seconds of training, turned into steps by its own step time measured "
        "before; seconds of looks at validation text and of judging are not counted."
    )


def table(facts: Mapping[str, Any]) -> str:
    """The rows as text for a terminal: what was found, what it cost, and the notes."""
    heads = ("pairs", "cloze, both", "cloze, left", "bits/byte", "of sentences", "pseudo bits")
    found = [f"{'':<22}" + "".join(f"{head:>14}" for head in heads)]
    cost = [f"{'':<22}{'parameters':>14}{'steps':>14}{'time':>14}"]
    for row in facts["rows"]:
        found.append(f"{row['reader']:<22}" + "".join(f"{_cell(row[name], name):>14}" for name in FIGURES))
        cost.append(f"{row['reader']:<22}" + "".join(
            f"{fact_words(key, row[key]):>14}" for key in ("parameters", "steps", "seconds")))
    return "\n".join([*found, "(± half of the 95% interval over seeds)", "", *cost, "", *facts["notes"]])


def _cell(figure: Mapping[str, Any] | None, name: str) -> str:
    """A mean and half of its interval, which lies evenly around it."""
    if figure is None:
        return "-"
    factor, places = (1.0, 3) if name.endswith("bits_per_byte") else (100.0, 1)
    unit = "" if places == 3 else "%"
    if figure["low"] is None:
        return f"{factor * figure['mean']:.{places}f}{unit}"
    half = factor * (figure["high"] - figure["low"]) / 2
    return f"{factor * figure['mean']:.{places}f}{unit} ±{half:.{places}f}"


__all__ = ["FIGURES", "Contest", "compare_architectures", "table"]
