"""The sweep: sources and a budget in; a folder with the study, every trial's figures and a page out.

Every trial has the same operations to spend and the same share of the text, both frozen when the sweep begins. The
trainer's own looks end a trial early; what counts is the judge's bits per byte on text that no trial was given; what is
claimed in the end was measured over other seeds, on text that nothing was chosen by. Killed at any instant, the same
command goes on.
"""

import json
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.evaluation.seeds import Mean, mean_over
from foundling.home import Home, write_atomically
from foundling.life.comparing.crew import Crew, Event, Stopped
from foundling.life.comparing.texts import Texts, pack_texts, read_texts, write_judged
from foundling.life.comparing.trials import (
    Candidate,
    Outcome,
    Trials,
    bench_home,
    plan_of,
    sources_hash,
    step_flops,
    steps_for,
)
from foundling.life.feasibility_trials import probe
from foundling.life.folder import held_folder
from foundling.life.stations import Done
from foundling.life.sweeping.findings import Tried, effects, noise_of, sentences
from foundling.life.sweeping.space import LOOKS, Dimension, default_draw, default_space, recipe_of, shape_of
from foundling.life.sweeping.study import Study
from foundling.records import BadInput, Progress, canonical_json, to_jsonable
from foundling.tokens import Tokenizer, train_tokenizer
from foundling.training.machine import bfloat16_pays, threads_here

VALIDATION, JUDGED = 20_000, 60_000  # bytes of the trainers' looks and of each text of the judge: every trial pays
_FAILURES = 3  # in a row, before anything worked, after which the sweep gives up


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asked for. minutes, where given, ends the trials instead of their number; parallel 0: one trial a
    core, each with one thread; epochs: how often the default recipe shall read its share of the text."""

    sources: tuple[str, ...]
    out: Path
    size: str = "tiny"
    trials: int = 20
    minutes: float | None = None
    seconds_per_trial: float = 60.0
    epochs: float = 4.0
    repeats: int = 3
    parallel: int = 0
    seed: int = 0


class _Bench:
    """The frozen settings of a sweep, and what makes a candidate of a draw."""

    def __init__(self, wish: Wish, texts: Texts, space: tuple[Dimension, ...], context: int | None) -> None:
        self.wish, self.whole, self.space, self.context = wish, texts, space, context
        self.home = bench_home(wish.out)
        self.dtype = "bfloat16" if bfloat16_pays() else "float32"
        self.default = default_draw(wish.size, self.whole.bytes, wish.epochs)
        self._packed: dict[int, tuple[Path, int]] = {}
        self._settings = self._frozen()
        self.texts: Texts = self.whole.share(self._settings["share"], wish.seed)
        self._packed.clear()

    def _frozen(self) -> dict[str, Any]:
        """The settings as they were frozen, or frozen now. Raises BadInput for a folder with another sweep in it."""
        wish, path = self.wish, self.wish.out / "sweep.json"
        asked = {"text": self.whole.identity, "size": wish.size, "epochs": wish.epochs, "seed": wish.seed,
                 "seconds_per_trial": wish.seconds_per_trial, "space": to_jsonable(self.space), "dtype": self.dtype,
                 "sources": sources_hash(), "context": self.context}
        if path.exists():
            held: dict[str, Any] = json.loads(path.read_bytes())
            other = [key for key, value in asked.items() if held.get(key) != json.loads(json.dumps(value))]
            if other:
                raise BadInput(f"{wish.out} holds a sweep with another {', '.join(other)} (sources: the trainer's "
                               "own): give another folder with --out.")
            return held
        settings = asked | self._budget()
        write_atomically(path, canonical_json(settings))
        return dict(json.loads(canonical_json(settings)))

    def _budget(self) -> dict[str, Any]:
        """Operations that a trial of the default draw does in its seconds on this machine, and the share of the text
        that it reads `epochs` times meanwhile."""
        self.texts = self.whole
        tokens, train_tokens = self.pack(self.default["vocabulary"])
        draft = self.candidate(self.default, steps=100)
        promise = probe(self.home, plan_of(draft), tokens.name)
        left = self.wish.seconds_per_trial - promise.start - promise.around - (1 + LOOKS) * promise.look
        flops = max(10.0, left / promise.step) * step_flops(draft.shape, draft.recipe)
        read = steps_for(flops, draft.shape, draft.recipe) * draft.recipe.rows * draft.shape.context
        return {"flops": flops, "share": min(1.0, read / (self.wish.epochs * train_tokens)),
                "seconds_of_a_step": promise.step}

    @property
    def flops(self) -> float:
        """Operations of every trial."""
        return float(self._settings["flops"])

    @property
    def share(self) -> float:
        """The share of the training text that trials read."""
        return float(self._settings["share"])

    def pack(self, vocabulary: int) -> tuple[Path, int]:
        """The shards of a vocabulary, and the ids in them; its tokenizer sees only the share that trials read."""
        if vocabulary not in self._packed:
            tokenizer = train_tokenizer((story.text for story in self.texts.train), vocabulary)
            folder = pack_texts(self.home, tokenizer, self.texts)
            self._packed[vocabulary] = folder, json.loads((folder / "train.json").read_bytes())["tokens"]
        return self._packed[vocabulary]

    def candidate(self, draw: dict[str, Any], *, seed: int = 0, steps: int | None = None) -> Candidate:
        """The training of a draw, with as many steps as the budget pays for."""
        tokens, _ = self.pack(draw["vocabulary"])
        vocabulary = Tokenizer.load(tokens / "tokenizer.json").vocabulary
        shape = shape_of(self.wish.size, draw, vocabulary, self.context)
        if steps is None:
            steps = steps_for(self.flops, shape, recipe_of(draw, 100, self.wish.epochs))
        recipe = recipe_of(draw, steps, self.wish.epochs)
        return Candidate(tokens=tokens, shape=shape, recipe=recipe, seed=seed, dtype=self.dtype)


def _looked(event: Event) -> bool:
    """Whether the step has a look at validation text, and the trial still goes on."""
    return event["validation"] is not None and bool(event["step"] < event["steps"])


def _look(event: Event) -> tuple[int, float]:
    """How far the trial was, in percent, cut to the looks' own distance so that trials of any length can be held beside
    each other; and its validation bits per byte."""
    return event["step"] * LOOKS // event["steps"] * 100 // LOOKS, float(event["validation"])


class _Clock:
    """When the trials shall end, and how long they will still take."""

    def __init__(self, wish: Wish, many: int, before: int) -> None:
        self._wish, self._many, self._before, self._began = wish, many, before, time.monotonic()
        self._spent: list[float] = []

    def took(self, seconds: float) -> None:
        self._spent.append(seconds)

    def over(self, begun: int) -> bool:
        """Whether no further trial may begin."""
        if self._wish.minutes is not None:
            return time.monotonic() - self._began > 60 * self._wish.minutes
        return begun >= self._wish.trials

    def left(self, ended: int) -> float:
        """Seconds until the last trial ends, if it takes as long as those before."""
        if self._wish.minutes is not None:
            return max(0.0, 60 * self._wish.minutes - (time.monotonic() - self._began))
        each = sum(self._spent) / len(self._spent) if self._spent else self._wish.seconds_per_trial
        return max(0, self._wish.trials - ended) * each / self._many


def _search(bench: _Bench, study: Study, trials: Trials, many: int) -> Iterator[Progress]:
    """Draw, train and judge until the budget is used; everything is told to the study at once."""
    wish, clock = bench.wish, _Clock(bench.wish, many, 0)
    ended, failures, best = len(study.tried()), 0, min((t.bits for t in study.tried() if t.bits), default=None)
    running: dict[int, tuple[Candidate, float]] = {}
    cut: set[int] = set()
    with Crew() as crew:
        while True:
            while crew.running < many and not clock.over(ended + crew.running):
                number, draw = study.ask()
                candidate = bench.candidate(draw)
                running[number] = candidate, time.monotonic()
                crew.start(number, trials.run(candidate))
            if not crew.running:
                return
            number, event = crew.wait()
            if isinstance(event, dict):
                if event["event"] == "step":
                    if _looked(event) and number not in cut and study.look(number, *_look(event)):
                        cut.add(number)
                        crew.stop(number)
                    told = "" if best is None else f", best {best:.3f}"
                    yield Progress(
                        station="sweep", text=f"trial {number + 1}: step {event['step']} of {event['steps']}{told}",
                        done=ended, total=0 if wish.minutes else wish.trials, seconds_left=clock.left(ended))
                continue
            candidate, since = running.pop(number)
            notes = {"ended": True, "steps": candidate.recipe.steps, "seconds": round(time.monotonic() - since, 1)}
            clock.took(notes["seconds"])
            ended += 1
            if isinstance(event, Outcome):
                study.tell(number, "done", event.bits, **notes)
                best = event.bits if best is None else min(best, event.bits)
            elif isinstance(event, Stopped):
                study.tell(number, "early", **notes)
                trials.forget(candidate)
            else:
                study.tell(number, "failed", **notes, fault=str(event))
                failures += 1
                if best is None and failures >= _FAILURES:
                    raise event


def _repeat(
    bench: _Bench, trials: Trials, draws: dict[str, dict[str, Any]], many: int
) -> Generator[Progress, None, dict[str, list[Outcome]]]:
    """Each draw with the same other seeds, judged on the text that nothing was chosen by."""
    seeds = range(bench.wish.seed + 1, bench.wish.seed + 1 + bench.wish.repeats)
    jobs = {name: [bench.candidate(draw, seed=seed) for seed in seeds] for name, draw in draws.items()}
    rounds = [candidate for pair in zip(*jobs.values(), strict=True) for candidate in pair]
    outcomes: dict[Candidate, Outcome] = {}
    for candidate, event in trials.together(rounds, many):
        if isinstance(event, Outcome):
            outcomes[candidate] = event
        elif event["event"] == "step":
            left = (len(rounds) - len(outcomes)) * bench.wish.seconds_per_trial / many
            yield Progress(station="sweep", text=f"again, seed {candidate.seed}: step {event['step']}",
                           done=len(outcomes), total=len(rounds), seconds_left=left)
    return {name: [outcomes[candidate] for candidate in made] for name, made in jobs.items()}


def _facts(bench: _Bench, tried: list[Tried], again: dict[str, list[Outcome]]) -> dict[str, Any]:
    """Everything that the page, the JSON and the table show."""
    bits = {name: [outcome.bits for outcome in outcomes] for name, outcomes in again.items()}
    noise = noise_of(list(bits.values()))
    difference: Mean | None = None
    if bits.get("best") and bits.get("default"):
        difference = mean_over([one - other for one, other in zip(bits["best"], bits["default"], strict=True)])
    found = effects(bench.space, tried)
    best = min((t for t in tried if t.bits is not None), key=lambda t: t.bits or 0.0)
    return {
        "size": bench.wish.size, "trials": to_jsonable(tried), "best": dict(best.draw), "default": bench.default,
        "bits_per_byte": best.bits, "noise": noise, "difference": to_jsonable(difference),
        "again": {name: {"bits": values} | to_jsonable(mean_over(values)) for name, values in bits.items() if values},
        "effects": to_jsonable(found), "sentences": sentences(tried, found, noise, difference),
        "space": to_jsonable(bench.space), "flops": bench.flops, "share": bench.share, "epochs": bench.wish.epochs,
        "text_bytes": bench.texts.bytes, "dtype": bench.dtype, "seed": bench.wish.seed,
    }


def sweep(
    wish: Wish, space: tuple[Dimension, ...] | None = None, context: int | None = None
) -> Generator[Progress | Done]:
    """Search, repeat the best and the default with other seeds, and write OUT/sweep.html and OUT/facts.json.

    space, context: other than the defaults of the size, for tests. Raises BadInput when Optuna is missing, the folder
    holds a sweep of something else, or the text is too little.
    """
    from foundling.life.pages.sweep import sweep_page

    space = space or default_space(wish.size)
    with held_folder(wish.out):
        yield Progress(station="sweep", text="reading the text")
        texts = read_texts(wish.sources, seed=wish.seed, validation=VALIDATION, judged=JUDGED)
        with Study(wish.out / "study.db", space, wish.seed) as study:
            yield Progress(station="sweep", text="timing a few steps")
            bench = _Bench(wish, texts, space, context)
            many = wish.parallel or threads_here()
            place = Home(path=wish.out.absolute()).judge
            screen = Trials(wish.out / "trials", write_judged(place, bench.texts, "screen"))
            study.first(bench.default)
            yield from _search(bench, study, screen, many)
            tried = study.tried()
        if not any(trial.bits is not None for trial in tried):
            raise BadInput("No trial came to its end: give more trials, minutes or seconds for each.")
        best = min((t for t in tried if t.bits is not None), key=lambda t: t.bits or 0.0)
        draws = {"best": dict(best.draw), "default": bench.default}
        confirm = Trials(wish.out / "trials", write_judged(place, bench.texts, "confirm"))
        again = (yield from _repeat(bench, confirm, draws, many)) if wish.repeats else {}
        facts = _facts(bench, tried, again)
        write_atomically(wish.out / "facts.json", canonical_json(facts))
        write_atomically(wish.out / "sweep.html", sweep_page(facts).encode("utf-8"))
    yield Done(station="sweep", facts=facts | {"page": str(wish.out / "sweep.html")})
