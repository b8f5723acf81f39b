"""A whole examination: a generation's folder and stories flow in, events and at last an Examination flow out.

Likelihood on held-out stories, before and after when a base is given; the name exam; samples and their texture; what is
copied from training. It reads the folder as files, computes in float32, and decides nothing about promotion.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.evaluation.exam import ExamResult, sit_exam
from foundling.evaluation.intervals import ratio_bootstrap
from foundling.evaluation.likelihood import (
    LN2,
    DocumentScore,
    bits_per_byte,
    likelihood_scores,
    paired_bootstrap,
    plain_text,
    score_text,
    self_test,
    uniform_test,
)
from foundling.evaluation.memorisation import Run, TrainingText
from foundling.evaluation.texture import TEMPERATURES, Sample, Texture, free_samples, openings, texture, write
from foundling.inference import Engine
from foundling.model import Decoder, load_decoder
from foundling.records import BadInput, Progress, Score, Story
from foundling.tokens import Tokenizer

BATCH = 16
EXTRACTIONS = 16  # training stories whose beginning is given, to see whether the model goes on word by word
EXTRACTION_WORDS = 12
_STEPS = 5.0


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """A check of the judge itself that was passed, and its figure. One that fails ends the examination instead."""

    name: str
    value: float
    expected: float


@dataclass(frozen=True, kw_only=True)
class Examination:
    """Everything measured of one generation. documents: held-out nats, in the order given; the seed repeats it all.

    samples: free, and after held-out beginnings; prompted: after the beginnings of training stories, at temperature 0.
    """

    name: str
    seed: int
    stride: int
    scores: tuple[Score, ...]
    exam: ExamResult
    samples: tuple[Sample, ...]
    prompted: tuple[Sample, ...]
    textures: tuple[Texture, ...]
    copied: Run
    copied_when_prompted: Run
    documents: tuple[DocumentScore, ...]
    documents_before: tuple[DocumentScore, ...]
    self_tests: tuple[SelfTest, ...]


def examine(
    generation: Path, *, name: str, heldout: Sequence[Story], train: Sequence[Story], base: Path | None, seed: int
) -> Iterator[Progress | Examination]:
    """Progress events, then the Examination. `base`: the generation or stage to compare held-out likelihood with.

    Raises BadInput for a damaged folder, no held-out text or an empty name; RuntimeError when the judge fails its own
    tests, for then no figure can be trusted.
    """
    if not name.strip() or not any(plain_text(story) for story in heldout):
        raise BadInput("An examination needs the being's name and at least one held-out story with text in it.")
    yield _progress("reading the generation", 0)
    tokenizer, model = Tokenizer.load(generation / "tokenizer.json"), load_decoder(generation)
    stride, engine = max(1, model.shape.context // 2), Engine(model)
    yield _progress("scoring held-out stories", 0)
    documents = score_text(model, tokenizer, heldout, stride=stride, batch=BATCH)
    tests = check_judge(model, tokenizer, heldout, documents, stride)
    before = score_base(base, tokenizer, heldout) if base is not None else ()
    yield _progress("scoring stories it was raised on", 1)
    # Held-out stories are people's; beside the village's easy sentences they would look like overfitting.
    peoples = [story for story in train if not story.simulated] or train
    some = sample_bytes(peoples, sum(d.bytes for d in documents), seed)
    known = score_text(model, tokenizer, some, stride=stride, batch=BATCH)
    exam: ExamResult | None = None
    for event in sit_exam(name, tokenizer, engine, seed=seed):
        if isinstance(event, ExamResult):
            exam = event
        else:
            yield event
    assert exam is not None
    yield _progress("writing samples", 3)
    samples = free_samples(engine, tokenizer, heldout, seed=seed)
    begun = openings(train, most=EXTRACTIONS, length=EXTRACTION_WORDS, seed=seed)
    prompted = write(engine, tokenizer, begun, temperature=0.0, seed=seed)
    yield _progress("looking for copied text", 4)
    text = TrainingText([plain_text(story) for story in train])
    textures = textures_of(samples, text.vocabulary if train else None)
    free_run, prompted_run = (text.longest_run([s.text for s in some_]) for some_ in (samples, prompted))
    yield Examination(
        name=name, seed=seed, stride=stride, exam=exam, samples=samples, prompted=prompted, textures=textures,
        copied=free_run, copied_when_prompted=prompted_run, documents=tuple(documents), documents_before=before,
        self_tests=tests,
        scores=(
            *likelihood_scores(documents, seed=seed), *rise_scores(before, documents, seed),
            *gap_scores(documents, known, seed), *exam.scores, *texture_scores(textures),
            Score(name="longest_copied_run", value=float(free_run.words), n=len(samples), unit="words"),
            Score(name="longest_copied_run_prompted", value=float(prompted_run.words), n=len(prompted), unit="words"),
            copied_score("copied_50_characters", text, [s.text for s in samples], seed),
            copied_score("copied_50_characters_prompted", text, [s.text for s in prompted], seed),
            copied_score("copied_50_characters_heldout", text, [plain_text(story) for story in heldout], seed),
        ),
    )


def _progress(text: str, done: float) -> Progress:
    return Progress(station="examine", text=text, done=done, total=_STEPS)


def check_judge(
    model: Decoder, tokenizer: Tokenizer, heldout: Sequence[Story], documents: Sequence[DocumentScore], stride: int
) -> tuple[SelfTest, ...]:
    """The judge's own tests: uniform bytes are 8 bits, ids decode to their text, a batch changes no number."""
    order = sorted((i for i, d in enumerate(documents) if d.bytes), key=lambda i: documents[i].bytes)[:3]
    some = [heldout[i] for i in order]
    for story in some:
        self_test(tokenizer, story.text)
    alone = bits_per_byte(score_text(model, tokenizer, some, stride=stride, batch=1))
    together = bits_per_byte([documents[i] for i in order])
    if abs(alone - together) > 1e-5:
        raise RuntimeError(f"One by one the stories score {alone} bits per byte, in a batch {together}.")
    return (
        SelfTest(name="uniform_bytes", value=uniform_test(some[0].text[:200]), expected=8.0),
        SelfTest(name="round_trip_failures", value=0.0, expected=0.0),
        SelfTest(name="batch_difference", value=abs(alone - together), expected=0.0),
    )


def score_base(base: Path, tokenizer: Tokenizer, heldout: Sequence[Story]) -> tuple[DocumentScore, ...]:
    """The base's nats on the same stories, by its own tokenizer where its folder has one."""
    own = base / "tokenizer.json"
    model = load_decoder(base)
    stride = max(1, model.shape.context // 2)
    theirs = Tokenizer.load(own) if own.exists() else tokenizer
    return tuple(score_text(model, theirs, heldout, stride=stride, batch=BATCH))


def rise_scores(before: Sequence[DocumentScore], after: Sequence[DocumentScore], seed: int) -> tuple[Score, ...]:
    """bits_per_byte_before, the rise in bits per byte, and the same as a share of before (paired over documents)."""
    if not before:
        return ()
    n, change = sum(d.bytes for d in after), paired_bootstrap(before, after, seed=seed)
    moved = [late.nats - early.nats for early, late in zip(before, after, strict=True)]
    relative = ratio_bootstrap(moved, [d.nats for d in before], seed=seed)
    unit = "bits per byte"
    return (
        Score(name="bits_per_byte_before", value=bits_per_byte(before), n=n, unit=unit),
        Score(name="rise", value=change.value, n=n, low=change.low, high=change.high, unit=unit),
        Score(name="rise_share", value=relative.value, n=n, low=relative.low, high=relative.high),
    )


def sample_bytes(train: Sequence[Story], most: int, seed: int) -> list[Story]:
    """Training stories drawn by the seed until they hold about as many bytes as the held-out ones."""
    chosen, total = [], 0
    for story in random.Random(seed).sample(list(train), len(train)):
        if total >= most:
            break
        if plain_text(story):
            chosen.append(story)
            total += len(plain_text(story).encode("utf-8"))
    return chosen


def gap_scores(heldout: Sequence[DocumentScore], train: Sequence[DocumentScore], seed: int) -> tuple[Score, ...]:
    """Bits per byte of training stories, and by how much held-out stories are harder.

    The interval of the difference is made of the two separate ones (MOVER, Zou and Donner 2008).
    """
    if not train:
        return ()
    a, b = (
        ratio_bootstrap([d.nats for d in part], [LN2 * d.bytes for d in part], seed=seed) for part in (heldout, train)
    )
    gap, low, high = a.value - b.value, None, None
    if a.low is not None and a.high is not None and b.low is not None and b.high is not None:
        low = gap - math.hypot(a.value - a.low, b.high - b.value)
        high = gap + math.hypot(a.high - a.value, b.value - b.low)
    n, unit = sum(d.bytes for d in train), "bits per byte"
    return (
        Score(name="bits_per_byte_train", value=b.value, n=n, low=b.low, high=b.high, unit=unit),
        Score(name="train_gap", value=gap, n=n, low=low, high=high, unit=unit),
    )


def textures_of(samples: Sequence[Sample], known: frozenset[str] | None) -> tuple[Texture, ...]:
    """The texture of the samples of each temperature."""
    return tuple(
        texture([s.text for s in samples if s.temperature == one], temperature=one, known=known) for one in TEMPERATURES
    )


def texture_scores(textures: Sequence[Texture]) -> tuple[Score, ...]:
    """Every count as a score whose name ends in the temperature, as distinct_2_at_0.7."""
    made = []
    for t in textures:
        for name in ("distinct_1", "distinct_2", "distinct_3", "repeated_4grams", "broken_words"):
            value = getattr(t, name)
            if value is not None:
                made.append(Score(name=f"{name}_at_{t.temperature}", value=value, n=t.words))
        made.append(Score(name=f"mean_words_at_{t.temperature}", value=t.mean_words, n=t.samples, unit="words"))
    return tuple(made)


def copied_score(name: str, text: TrainingText, samples: Sequence[str], seed: int) -> Score:
    """The share of windows of 50 characters that stand in the training text, with an interval over samples."""
    counts = text.copied(samples)
    total = sum(windows for _, windows in counts)
    if not total:
        return Score(name=name, value=0.0, n=0)
    found = ratio_bootstrap([float(hit) for hit, _ in counts], [float(windows) for _, windows in counts], seed=seed)
    return Score(name=name, value=found.value, n=total, low=found.low, high=found.high)
