"""Kinds of tokenizer beside each other: texts and a budget flow in, bits per byte of each kind on unread text flow out.

One decoder in all (the same parameters outside the embedding), the same operations of training (the embedding's own are
counted), the same text and seeds. A kind that knows longer pieces reads more text with the same operations, and pays
for them with a larger embedding: that is what is compared. What is finished is kept, and a stopped comparison goes on.
"""

import json
import statistics
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foundling.evaluation.intervals import ratio_bootstrap
from foundling.evaluation.likelihood import LN2
from foundling.evaluation.seeds import mean_over
from foundling.home import write_atomically
from foundling.life.comparing.texts import Texts, pack_texts, read_texts, write_judged
from foundling.life.comparing.trials import Candidate, Outcome, Trials, bench_home, plan_of, step_flops, steps_for
from foundling.life.feasibility_trials import probe
from foundling.life.stations import Done
from foundling.life.words import fact_words, operations_words
from foundling.recipe import Shape, TrainRecipe, birth_recipe, preset
from foundling.records import BadInput, Progress, canonical_json, content_hash, to_jsonable
from foundling.tokens import KINDS, kind_named, make_tokenizer
from foundling.training.machine import bfloat16_pays, threads_here

STATION = "compare tokenizers"
VALIDATION = 20_000  # bytes that the trainer looks at
LOOKS = 5
NOTES = (
    "All kinds are lossless: what a kind does not know is spelled in bytes, so bits per byte charges every byte.",
    "All read windows of the same number of ids, so a kind with longer pieces sees more text at once, as in use.",
    "The interval over seeds is Student's, of the mean; the one over documents draws the unread documents again.",
    "The unread text is kept from trainers and tokenizers, and judged by a process of its own.",
)


@dataclass(frozen=True, kw_only=True)
class TokenizerContest:
    """What is compared: `seconds` of training for byte BPE become operations, the same for all kinds; or outright
    `steps` of byte BPE. vocabulary: at most so many entries; held_bytes: how much unread text is scored; shape: other
    than the size's, for tests; parallel: trials at once, each with one thread (0: as many as cores)."""

    size: str = "tiny"
    seconds: float = 120.0
    steps: int | None = None
    seeds: int = 3
    vocabulary: int = 2048
    kinds: tuple[str, ...] = KINDS
    rows: int = 32
    held_bytes: int = 150_000
    shape: Shape | None = None
    parallel: int = 0


@dataclass(frozen=True, kw_only=True)
class _Entrant:
    """A kind with its packed text: ids and bytes of the training text, and the vocabulary that it came to."""

    name: str
    tokens: Path
    vocabulary: int
    ids: int
    bytes: int


class _Bench:
    """Tokenizers, shards and the frozen budget of a contest."""

    def __init__(self, place: Path, texts: Texts, contest: TokenizerContest) -> None:
        asked = {key: value for key, value in to_jsonable(contest).items() if key not in ("parallel", "seeds", "kinds")}
        self.contest, self.texts = contest, texts
        self.home = bench_home(place / content_hash({"contest": asked, "texts": texts.identity})[:16])
        self.judged = write_judged(self.home.judge, texts, "confirm")
        self.trials = Trials(self.home.path / "trials", self.judged)

    def entrant(self, word: str) -> _Entrant:
        """Make the tokenizer of a kind and pack the text with it."""
        kind = kind_named(word, self.contest.vocabulary)
        tokenizer = make_tokenizer((story.text for story in self.texts.train), kind)
        tokens = pack_texts(self.home, tokenizer, self.texts)
        head = json.loads((tokens / "train.json").read_bytes())
        return _Entrant(name=kind.name, tokens=tokens, vocabulary=tokenizer.vocabulary, ids=head["tokens"],
                        bytes=head["text_bytes"])

    def shape(self, entrant: _Entrant) -> Shape:
        """The one shape, with the entrant's vocabulary."""
        whole = self.contest.shape or preset(self.contest.size, entrant.vocabulary)
        return replace(whole, vocabulary=entrant.vocabulary)

    def candidate(self, entrant: _Entrant, steps: int, seed: int) -> Candidate:
        """One training of an entrant."""
        shape = self.shape(entrant)
        epochs = steps * self.contest.rows * shape.context / entrant.ids
        recipe = replace(birth_recipe(steps, epochs), rows=self.contest.rows, patience=0, look=max(1, steps // LOOKS))
        dtype = "bfloat16" if bfloat16_pays() else "float32"
        return Candidate(tokens=entrant.tokens, shape=shape, recipe=recipe, seed=seed, dtype=dtype)

    def recipe(self) -> TrainRecipe:
        """What a step costs depends on its rows and optimiser alone."""
        return replace(birth_recipe(100, 4.0), rows=self.contest.rows)

    def flops(self, entrant: _Entrant) -> float:
        """The operations of every trial: frozen the first time, from timed steps of this entrant or outright steps."""
        path = self.home.path / "budget.json"
        if not path.exists():
            each = step_flops(self.shape(entrant), self.recipe())
            steps = float(self.contest.steps or 0)
            if not steps:
                promise = probe(self.home, plan_of(self.candidate(entrant, 100, 0)), entrant.tokens.name)
                steps = max(10.0, self.contest.seconds / promise.step)
            write_atomically(path, canonical_json({"flops": steps * each, "of": entrant.name}))
        return float(json.loads(path.read_bytes())["flops"])


def _row(bench: _Bench, entrant: _Entrant, steps: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """One kind's figures over its seeds."""
    shape, mean = bench.shape(entrant), mean_over([outcome.bits for outcome in outcomes])
    documents = zip(*(outcome.documents for outcome in outcomes), strict=True)
    nats = [statistics.fmean(row["nats"] for row in rows) for rows in documents]
    sizes = [row["bytes"] for row in outcomes[0].documents]
    within = ratio_bootstrap(nats, [LN2 * size for size in sizes], seed=0)
    per_token = sum(sizes) / sum(row["tokens"] for row in outcomes[0].documents)
    read = steps * bench.contest.rows * shape.context / entrant.ids * entrant.bytes
    return {
        "name": entrant.name, "vocabulary": entrant.vocabulary, "bytes_per_token": round(per_token, 3),
        "parameters": shape.parameters, "block_parameters": shape.block_parameters, "steps": steps,
        "read_bytes": round(read), "epochs": round(read / entrant.bytes, 3), "seeds": len(outcomes),
        "seconds": round(statistics.fmean(outcome.seconds for outcome in outcomes), 1),
        "bits_per_byte": {"mean": mean.value, "low": mean.low, "high": mean.high,
                          "values": [outcome.bits for outcome in outcomes]},
        "over_documents": {"mean": within.value, "low": within.low, "high": within.high},
    }


def _budget(bench: _Bench, flops: float) -> str:
    """What was equal, in words."""
    contest = bench.contest
    first = f"{contest.steps} steps" if contest.steps else f"{contest.seconds:.0f} seconds of training"
    return (
        f"Every trial had the same {operations_words(flops)} (multiply and add counted apart, the output layer's and "
        f"Muon's own among them): what {first} of byte BPE came to. Seconds differ, and are shown.")


def _train_all(
    bench: _Bench, entrants: Sequence[_Entrant], steps: Sequence[int]
) -> Generator[Progress, None, dict[Candidate, Outcome]]:
    """Every kind with every seed: seed by seed, so that one that is stopped has whole rounds."""
    named = {bench.candidate(entrant, n, seed): entrant.name
             for seed in range(bench.contest.seeds) for entrant, n in zip(entrants, steps, strict=True)}
    total, began = sum(candidate.recipe.steps for candidate in named), time.monotonic()
    at, outcomes = dict.fromkeys(named, 0), dict[Candidate, Outcome]()
    for candidate, event in bench.trials.together(list(named), bench.contest.parallel or threads_here()):
        if isinstance(event, Outcome):
            outcomes[candidate] = event
        elif event["event"] == "step":
            at[candidate] = event["step"]
            done = sum(at.values())
            yield Progress(
                station=STATION, text=f"{named[candidate]}, seed {candidate.seed}: loss {event['loss']:.2f}", done=done,
                total=total, seconds_left=(time.monotonic() - began) / done * (total - done))
    return outcomes


def compare_tokenizers(
    sources: Sequence[str | Path], contest: TokenizerContest, place: Path, *, held_out: Sequence[str | Path] = ()
) -> Generator[Progress | Done]:
    """Train and judge every kind with every seed. `sources` are texts or one home; `place` keeps what is finished.

    The last event's facts: rows, the best first, and notes. Raises BadInput for too little text, an unknown kind or a
    vocabulary without room for all bytes.
    """
    if contest.seeds < 1 or not contest.kinds:
        raise BadInput("A comparison needs at least one seed and one kind of tokenizer.")
    for word in contest.kinds:
        kind_named(word, contest.vocabulary)
    yield Progress(station=STATION, text="reading and cutting the texts")
    texts = read_texts(sources, held_out=held_out, validation=VALIDATION, judged=contest.held_bytes)
    bench = _Bench(place, texts, contest)
    entrants, began = dict[str, _Entrant](), time.monotonic()
    for number, word in enumerate(contest.kinds):
        left = (time.monotonic() - began) / number * (len(contest.kinds) - number) if number else None
        yield Progress(station=STATION, text=f"making a tokenizer: {word}", done=number, total=len(contest.kinds),
                       seconds_left=left)
        entrants[word] = bench.entrant(word)
    first = entrants.get("bpe") or bench.entrant("bpe")
    yield Progress(station=STATION, text="timing a few steps")
    flops = bench.flops(first)
    steps = [steps_for(flops, bench.shape(e), bench.recipe(), least=1) for e in entrants.values()]
    outcomes = yield from _train_all(bench, list(entrants.values()), steps)
    rows = [
        _row(bench, e, n, [outcomes[bench.candidate(e, n, seed)] for seed in range(contest.seeds)])
        for e, n in zip(entrants.values(), steps, strict=True)
    ]
    rows.sort(key=lambda row: row["bits_per_byte"]["mean"])
    yield Done(station=STATION, facts={
        "rows": rows, "notes": [_budget(bench, flops), *_same(list(entrants.values())), *NOTES],
        "contest": to_jsonable(contest), "flops": flops, "train_bytes": texts.bytes,
        "held_bytes": sum(story.bytes for story in texts.judged["confirm"]),
    })


def _same(entrants: Sequence[_Entrant]) -> list[str]:
    """A sentence where two kinds came to the same tokenizer on this text."""
    seen: dict[Path, str] = {}
    found = []
    for entrant in entrants:
        if entrant.tokens in seen:
            found.append(f"On this text {entrant.name} and {seen[entrant.tokens]} came to the same tokenizer.")
        seen.setdefault(entrant.tokens, entrant.name)
    return found


def table(facts: Mapping[str, Any]) -> str:
    """The rows as text for a terminal, the notes below them."""
    lines = [f"{'':<12}{'bits per byte':>22}{'bytes/token':>13}{'entries':>9}{'parameters':>12}{'steps':>7}"
             f"{'text read':>11}{'time':>13}"]
    for row in facts["rows"]:
        bits = row["bits_per_byte"]
        band = "" if bits["low"] is None else f" [{bits['low']:.3f}, {bits['high']:.3f}]"
        figure = f"{bits['mean']:.3f}{band}"
        cost = "".join(f"{fact_words(key, row[key]):>{width}}" for key, width in (
            ("parameters", 12), ("steps", 7), ("read_bytes", 11), ("seconds", 13)))
        lines.append(f"{row['name']:<12}{figure:>22}{row['bytes_per_token']:>13.2f}{row['vocabulary']:>9,}{cost}")
    return "\n".join([*lines, "", *facts["notes"]])
