"""Small trainings on this machine: settings and stories in, measured trials out. The trainer is that of a birth.

Before each trial a few steps are timed, and what they promise (seconds, memory) is kept beside what came true. The
homes are temporary; nothing of a being is touched. It fits no law.
"""

import os
import re
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from foundling.corpus import BUILTIN, Dropped, clean, cut, gather, split
from foundling.home import Home
from foundling.life.planning import job_for
from foundling.life.stations import Done
from foundling.life.trainer import run_program
from foundling.recipe import NamingRecipe, Plan, birth_recipe, preset, vocabulary_for
from foundling.recipe.arithmetic import memory_mb
from foundling.recipe.law import Trial, trial_data
from foundling.records import BadInput, Progress, Story
from foundling.tokens import read_shards, shard_files, train_tokenizer
from foundling.training.machine import bfloat16_pays, threads_here

HELD_OUT = 80_000  # bytes of validation text, the same for all trials: short enough to be looked at often
MOST_TEXT = 6_000_000  # bytes of training text that trials read; more would take longer to pack than to train on
PROBE = 7  # steps of a probe; the first two warm up and are not counted


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One trial to be run: size, steps, and the share of the training text that it may read."""

    size: str
    steps: int
    share: float = 1.0
    seed: int = 0


# Eight of the smallest size at different lengths and shares, and two of the next: the least that tells the terms apart,
# each in the midst of others, so that every one can be forecast from the rest. About eight minutes on two quiet cores.
SETTINGS = (
    Setting(size="tiny", steps=30), Setting(size="tiny", steps=100), Setting(size="tiny", steps=60, share=0.12),
    Setting(size="small", steps=24), Setting(size="tiny", steps=60, seed=1), Setting(size="tiny", steps=90, share=0.05),
    Setting(size="tiny", steps=70, share=0.035), Setting(size="tiny", steps=50, share=0.4),
    Setting(size="small", steps=56), Setting(size="tiny", steps=75, seed=2),
)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a few steps promise: seconds of the program's start, of a look at validation text and of a step; MB. around:
    what the first steps take longer than others, and the program's end."""

    start: float
    look: float
    step: float
    memory_mb: float
    around: float = 0.0

    def seconds(self, steps: int, look: int) -> float:
        """The whole run's wall time: its looks come every `look` steps, before the first and after the last."""
        looks = 1 + steps // look + (steps % look > 0)
        return self.start + looks * self.look + steps * self.step + self.around


def stories_of(sources: Sequence[str | Path], most: int = MOST_TEXT) -> list[Story]:
    """Clean stories of the sources until `most` bytes are read. Raises BadInput when there are none."""
    stories: dict[str, Story] = {}
    filled = 0
    for found in gather(list(sources) or [BUILTIN]):
        story = found if isinstance(found, Dropped) else clean(found)
        if not isinstance(story, Dropped) and story.id not in stories:
            stories[story.id] = story
            filled += story.bytes
        if filled >= most:
            break
    if not stories:
        raise BadInput(f"No story can be read from {', '.join(map(str, sources))}: give text to be raised on.")
    return list(stories.values())


def peak_memory(job: Path) -> float | None:
    """Largest resident size so far, in MB, of the running trainer that works on this job; None where /proc is not."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(job) in (entry / "cmdline").read_bytes():
                match = re.search(r"VmHWM:\s*(\d+) kB", (entry / "status").read_text())
                return int(match[1]) / 1024 if match else None
        except OSError:  # it ended while we looked
            continue
    return None


def _watched(home: Home, stage: str, job: dict[str, Any], seen: dict[str, float]) -> Iterator[dict[str, Any]]:
    """The trainer's events; `seen` gets its wall seconds and its peak memory in MB."""
    began, peak = time.perf_counter(), 0.0
    for event in run_program(home, stage, job):
        peak = max(peak, peak_memory(Path(job["out"]).parent / "job.json") or 0.0)
        yield event | {"after": time.perf_counter() - began}
    seen["seconds"], seen["memory_mb"] = time.perf_counter() - began, peak


def probe(home: Home, plan: Plan, tokens: str, steps: int = PROBE) -> Probe:
    """A few steps of the plan's own training, timed. Its result is forgotten."""
    job = job_for(home, plan, "birth", "probe") | {"tokens": str(home.tokens / tokens), "measure": steps}
    seen: dict[str, float] = {}
    events = list(_watched(home, "probe", job, seen))
    started = next(e["after"] for e in events if e["event"] == "start")
    taken = [e for e in events if e["event"] == "step"]
    look = taken[0]["after"] - started - taken[0]["seconds"]
    first = min(2, steps - 1)
    step = median(e["seconds"] for e in taken[first:])
    around = seen["seconds"] - events[-1]["after"] + sum(e["seconds"] for e in taken[:first]) - first * step
    return Probe(
        start=started, look=max(0.0, look), step=step, memory_mb=seen["memory_mb"], around=max(0.0, around),
    )


class Bench:
    """A temporary home with the stories split and packed, one token folder for each share of the text."""

    def __init__(self, place: Path, stories: Sequence[Story], seed: int = 0) -> None:
        self.home = Home.create(place, "Trial", "2000-01-01", {"stories": []})
        splits = split(cut(stories), seed)
        self._train = [splits["train"][i] for i in np.random.default_rng([seed, 9]).permutation(len(splits["train"]))]
        held: list[Story] = []
        filled = 0
        for story in splits["validation"]:
            if filled < HELD_OUT:
                held.append(story)
                filled += story.bytes
        self._held, self._folders = held, dict[float, tuple[str, int, int]]()
        self.bytes = sum(story.bytes for story in self._train)
        self._tokenizer = train_tokenizer((s.text for s in self._train), vocabulary_for(self.bytes))
        self.vocabulary = self._tokenizer.vocabulary

    def tokens(self, share: float) -> tuple[str, int, int]:
        """Name of the token folder, tokens and bytes of the training text, for a share of it."""
        if share not in self._folders:
            chosen: list[Story] = []
            filled = 0
            for story in self._train:
                if not chosen or filled < share * self.bytes:
                    chosen.append(story)
                    filled += story.bytes
            files: dict[str, bytes] = {}
            for prefix, part in (("train", chosen), ("validation", self._held)):
                whole = [(ids, [True] * len(ids)) for ids in map(self._tokenizer.encode_story, part)]
                files |= shard_files(whole, prefix, sum(s.bytes for s in part))
            name = self.home.commit_new("tokens", files)
            self._folders[share] = name, read_shards(self.home.tokens / name, "train").tokens, filled
        return self._folders[share]

    def plan(self, setting: Setting) -> Plan:
        """The frozen plan of a trial."""
        name, tokens, _ = self.tokens(setting.share)
        shape = preset(setting.size, self.vocabulary)
        draft = birth_recipe(setting.steps, 1.0)
        recipe = birth_recipe(setting.steps, setting.steps * draft.rows * shape.context / tokens)
        return Plan(
            name="Trial", size=setting.size, seed=setting.seed, corpus="", tokens=name, shape=shape, birth=recipe,
            naming=NamingRecipe(), dtype="bfloat16" if bfloat16_pays() else "float32", threads=threads_here(),
            predictions={},
        )

    def run(self, setting: Setting, stage: str) -> Generator[Progress, None, Trial]:
        """Promise, train, and tell what came true. `stage` names the trial for people too: "trial 3 of 10"."""
        name, tokens, size = self.tokens(setting.share)
        plan, folder = self.plan(setting), stage.replace(" ", "-")
        promise = probe(self.home, plan, name)
        seconds = promise.seconds(setting.steps, plan.birth.look)
        seen: dict[str, float] = {}
        looks: list[tuple[int, float]] = []
        best, kept = float("inf"), 0
        for event in _watched(self.home, folder, job_for(self.home, plan, "birth", folder), seen):
            if event["event"] == "step":
                if event["validation"] is not None:
                    looks.append((event["step"], event["validation"]))
                left = promise.step * (setting.steps - event["step"])
                yield Progress(station="calibrate", text=f"{stage}: {setting.size}, step {event['step']}",
                               done=event["step"], total=setting.steps, seconds_left=left)
            if event["event"] == "done":
                best, kept = float(event["validation"]), int(event["kept_step"])
        rows = plan.birth.rows * plan.shape.context
        ended = looks[-1][0]
        # Validation turned where two looks in a row after the kept one were worse: one alone may be noise.
        turned = kept * rows / tokens if sum(step > kept for step, _ in looks) >= 2 else None
        whole = promise.start + promise.look + promise.around
        return Trial(
            size=setting.size, parameters=plan.shape.parameters, unique_bytes=size, steps=ended, seed=setting.seed,
            read_bytes=ended * rows / tokens * size, bits_per_byte=best, turned=turned, seconds=seen["seconds"],
            promised_seconds=whole + (seconds - whole) * ended / setting.steps, memory_mb=seen["memory_mb"],
            promised_memory_mb=memory_mb(plan.shape, plan.birth.rows, plan.dtype),
        )


def run_trials(
    sources: Sequence[str | Path], settings: Sequence[Setting] = SETTINGS, seed: int = 0, place: Path | None = None
) -> Generator[Progress | Done]:
    """Run all the trials, one after the other; the facts of the end are the trials in JSON form and the vocabulary."""
    yield Progress(station="calibrate", text="reading and packing the stories")
    stories = stories_of(sources)
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory(dir=place, prefix="foundling-trials-") as folder:
        bench = Bench(Path(folder) / "home", stories, seed)
        for number, setting in enumerate(settings, 1):
            trials.append((yield from bench.run(setting, f"trial {number} of {len(settings)}")))
        facts = {"trials": [trial_data(trial) for trial in trials], "vocabulary": bench.vocabulary,
                 "bytes": bench.bytes, "tokens": bench.tokens(1.0)[1]}
    yield Done(station="calibrate", facts=facts)
