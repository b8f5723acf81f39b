"""What each size would cost and come to: a corpus, a budget, a pace and a fitted law flow in, rows of figures flow out.

It measures nothing and gives no verdict.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.recipe.arithmetic import (
    ALL_SIZES,
    GPU_RATE,
    Fleet,
    Pace,
    disk_bytes,
    energy_kwh,
    fleet_for,
    memory_mb,
    shape_of,
    training_flops,
)
from foundling.recipe.dial import SIZES, vocabulary_for
from foundling.recipe.law import Band, Fit, Trial, band
from foundling.recipe.shape import Shape
from foundling.recipe.training import birth_recipe

TRAIN_SHARE = 0.85  # of the text; the rest is held out
MOST_EPOCHS = 14.0  # a birth reads its text no oftener: validation rose beyond it on the built-in stories
ENOUGH = 20.0  # tokens a parameter at which more parameters pay as much as more text (Hoffmann et al. 2022)
_BYTES_PER_TOKEN = {1024: 2.6, 2048: 3.3, 4096: 3.65, 8192: 3.95, 32_768: 4.4}  # English stories, own vocabularies
MOST_RATIO = 27.0  # parameters a token: the largest ratio at which a tuned run was published (NanoGPT Slowrun)
_LARGE_VOCABULARY = 32_768
_NEAR = 1.02


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """What is there to be read. `sampled` bytes were read; counts are scaled up from them. languages: (code, share)."""

    documents: int
    bytes: int
    words: int
    sampled: int
    languages: tuple[tuple[str, float], ...] = ()
    bytes_per_token: float | None = None

    @property
    def vocabulary(self) -> int:
        """Entries that a birth would give its tokenizer."""
        return vocabulary_for(self.bytes)

    def tokens(self, vocabulary: int | None = None) -> float:
        """Tokens of the whole text under a vocabulary (that of a birth where none is given)."""
        entries = vocabulary or self.vocabulary
        ratio = _BYTES_PER_TOKEN.get(entries, 3.5)
        if self.bytes_per_token is not None:
            ratio = self.bytes_per_token * ratio / _BYTES_PER_TOKEN[self.vocabulary]
        return self.bytes / ratio


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What may be spent. minutes: of pre-training here; gpu_price: of one card for one hour, as money: in the person's
    currency; gpu_rate: the card's stated operations a second; watts: what this machine draws while it works."""

    minutes: float = 24 * 60.0
    disk: float = math.inf
    memory: float = math.inf
    watts: float = 65.0
    price_per_kwh: float | None = None
    gpu_price: float | None = None
    gpu_rate: float = GPU_RATE
    gpu_hours: float = 24.0


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One size over one corpus. `steps` are those that the budget and the text allow; `full_steps` those after which
    more reading is worth little. hours: of `steps`; full_hours: of `full_steps`. Sizes in bytes, money in the person's
    currency (None: no price was given). faults: why this size cannot be done here, each completing "it ...".
    """

    size: str
    parameters: int
    tokens_per_parameter: float
    steps: int
    full_steps: int
    epochs: float
    full_epochs: float
    hours: float
    full_hours: float
    bits: Band
    full_bits: Band
    memory: float
    disk: float
    kwh: float
    money: float | None
    turn: float
    fleet: Fleet
    course: tuple[tuple[float, float, float, float], ...]
    faults: tuple[str, ...] = ()
    timed: bool = False


def turning_epochs(parameters: int, tokens: float, trials: Sequence[Trial] = ()) -> float:
    """Epochs after which validation is expected to rise, or more reading to be worth nothing.

    From trials in which it did rise, scaled by the fourth root of tokens a parameter (a rule of thumb: more text for
    each parameter turns later); without any, 14 epochs at a tenth of a token a parameter, as measured in births.
    """
    def scale(size: int, text: float) -> float:
        return float((text / size / 0.1) ** 0.25)

    seen = [t for t in trials if t.turned is not None and t.turned > 1.0]
    level = math.log(MOST_EPOCHS) * 4.0 + sum(
        math.log((t.turned or 1.0) / scale(t.parameters, t.unique_bytes / 3.3)) for t in seen
    )
    return math.exp(level / (4.0 + len(seen))) * min(3.0, max(0.4, scale(parameters, tokens)))


def _trial(size: str, shape: Shape, unique: float, tokens: float, steps: float, rows: int) -> Trial:
    read = unique * steps * rows * shape.context / tokens
    return Trial(size=size, parameters=shape.parameters, unique_bytes=max(1, round(unique)), read_bytes=max(1.0, read),
                 steps=max(1, round(steps)), seed=0, bits_per_byte=1.0)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What forecasts rest on: the fitted law, its trials, the machine's pace and number format, the timed sizes."""

    fit: Fit
    pace: Pace
    dtype: str
    trials: tuple[Trial, ...] = ()
    timed: tuple[str, ...] = ()


def forecast(size: str, corpus: Corpus, budget: Budget, means: Means) -> Forecast:
    """Everything about one size. Past the dial a vocabulary of 32,768 is taken."""
    vocabulary = corpus.vocabulary if size in SIZES else _LARGE_VOCABULARY
    shape, rows = shape_of(size, vocabulary), birth_recipe(100, 1.0).rows
    tokens, unique = corpus.tokens(vocabulary) * TRAIN_SHARE, corpus.bytes * TRAIN_SHARE
    step, second = rows * shape.context, means.pace.step_seconds(shape, rows)
    turn = turning_epochs(shape.parameters, tokens, means.trials)
    # A run is full when the text was read until it turns, or twice the tokens that the parameters call for.
    full = max(20, math.ceil(min(turn * tokens, 2 * ENOUGH * shape.parameters) / step))
    steps = max(1, min(full, int((budget.minutes * 60 - means.pace.start) / second)))
    seconds, whole = (means.pace.start + second * count for count in (steps, full))
    need, disk = memory_mb(shape, rows, means.dtype) * 2**20, disk_bytes(shape, corpus.bytes, tokens)
    kwh = energy_kwh(seconds, budget.watts)
    faults = []
    if need > budget.memory:
        faults.append(f"needs {need / 1e9:.1f} GB of memory and {budget.memory / 1e9:.1f} GB are free")
    if disk > budget.disk:
        faults.append(f"needs {disk / 1e9:.1f} GB of disk and {budget.disk / 1e9:.1f} GB are free")
    if tokens * MOST_RATIO < shape.parameters:
        faults.append(f"has more than {MOST_RATIO:g} parameters for each token: nothing so large was ever shown to pay")
    if steps < 20:
        faults.append(f"would make only {steps} steps in this time, too few to learn anything")
    elif budget.minutes * 60 < second * full / 50:
        faults.append("would be stopped long before it has learnt what it could")
    course = []
    for count in (20 * (full / 20) ** (k / 24) for k in range(25)):
        at = band(means.fit, _trial(size, shape, unique, tokens, count, rows))
        course.append(((means.pace.start + second * count) / 3600, at.value, at.low, at.high))
    return Forecast(
        size=size, parameters=shape.parameters, tokens_per_parameter=tokens / shape.parameters, steps=steps,
        full_steps=full, epochs=steps * step / tokens, full_epochs=full * step / tokens, hours=seconds / 3600,
        full_hours=whole / 3600, bits=band(means.fit, _trial(size, shape, unique, tokens, steps, rows)),
        full_bits=band(means.fit, _trial(size, shape, unique, tokens, full, rows)), memory=need, disk=disk, kwh=kwh,
        money=None if budget.price_per_kwh is None else kwh * budget.price_per_kwh, turn=turn,
        fleet=fleet_for(shape, training_flops(shape, full * step), budget.gpu_hours, budget.gpu_price, budget.gpu_rate),
        course=tuple(course), faults=tuple(faults), timed=size in means.timed,
    )


def forecasts(corpus: Corpus, budget: Budget, means: Means, sizes: Sequence[str] = ()) -> list[Forecast]:
    """Every size of the dial (or those named), and of the larger ones as many as the text could feed."""
    rows = []
    for size in sizes or ALL_SIZES:
        shape = shape_of(size, corpus.vocabulary if size in SIZES else _LARGE_VOCABULARY)
        if not sizes and size not in SIZES and corpus.tokens() * MOST_EPOCHS < ENOUGH / 4 * shape.parameters:
            break
        rows.append(forecast(size, corpus, budget, means))
    return rows


def best_here(rows: Sequence[Forecast]) -> Forecast | None:
    """The size with the lowest expected bits per byte within the budget; of near-equals the smallest.

    Near-equal is 2%, about what two runs may differ by through their seeds alone (the spread of `law.PRIOR`). None
    where none can be done on this machine.
    """
    possible = [row for row in rows if not row.faults]
    if not possible:
        return None
    lowest = min(row.bits.value for row in possible)
    return next(row for row in possible if row.bits.value <= lowest * _NEAR)


def best_anywhere(rows: Sequence[Forecast], parameters: float) -> Forecast:
    """The size to rent cards for: the largest that the text feeds when read four times (ENOUGH tokens a parameter),
    and that is no more than ten times as large as the hope asks for; the smallest where there is none such."""
    fed = [row for row in rows if row.tokens_per_parameter * 4 >= ENOUGH and row.parameters <= 10 * parameters]
    return max(fed or rows[:1], key=lambda row: row.parameters)


def reached(corpus: Corpus, row: Forecast) -> float:
    """Tokens that a full run of this size reads, repeats counted."""
    return row.full_epochs * corpus.tokens() * TRAIN_SHARE

