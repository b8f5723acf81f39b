"""What a training costs, worked out before it begins: shapes and figures flow in, figures flow out.

Floating-point operations, memory, disk, seconds, energy, money, and how many graphics cards for how long. Pure
functions with their assumptions as named constants; it measures nothing and decides nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from foundling.recipe.dial import SIZES, preset
from foundling.recipe.shape import Shape

# Shapes past the dial, for plans only: layers, width, heads, key-value heads, head width, SwiGLU width, context.
_LARGER = {
    "150m": (16, 768, 12, 12, 64, 2048, 1024), "400m": (24, 1024, 16, 16, 64, 2816, 1024),
    "1b": (24, 1792, 14, 7, 128, 4864, 2048), "3b": (32, 2560, 20, 10, 128, 7168, 2048),
    "7b": (32, 4096, 32, 8, 128, 11008, 2048),
}
ALL_SIZES = (*SIZES, *_LARGER)

# Resident MB of a trainer: the program itself, and bytes for each parameter (weight, gradient, momentum, average, best,
# and all of these once more while they are saved), for each activation kept for the way back and each logit. Least
# squares over eight measured peaks on Linux with our kernels, saves and the allocator settings of a birth: tiny, small,
# base and 50m with 3 to 128 rows, all within 6%. In plain torch it is about twice as much (LOG.md, kernels).
_PROGRAM_MB, _PER_PARAMETER, _PER_ACTIVATION, _PER_LOGIT = 337.0, 52.1, 1.68, 1.51
_FLOAT32 = 1.35  # activations in float32 beside bfloat16; by hand, before the kernels

GPU_RATE = 990e12  # bfloat16 operations a second that the makers of an H100-class card state
GPU_SHARE = 0.35  # of them that a training keeps, where the model is large enough to fill the card
_GPU_FILLED = 10e6  # parameters at which half of that share is reached: small matrices leave such a card idle
GPU_MEMORY = 80e9
ONE_MACHINE = 8  # cards in one rented machine
_FLEET_SHARE = 0.9  # of a card's speed that is left when machines are joined
_RENT_HOURS = 0.1  # to start a rented card and copy the text
BYTES_PER_PARAMETER = 24  # in float32: weight, gradient, two moments; the averaged weights and the best of them
_STATES_ROOM = 0.6  # share of a card's memory that these may take; activations and everything else need the rest


def shape_of(size: str, vocabulary: int) -> Shape:
    """The shape of a size of the dial, or of one past it, which plans may name. Raises KeyError for other names."""
    if size in SIZES:
        return preset(size, vocabulary)
    layers, width, heads, kv_heads, head_dim, hidden, context = _LARGER[size]
    return Shape(layers=layers, width=width, heads=heads, kv_heads=kv_heads, head_dim=head_dim, hidden=hidden,
                 vocabulary=vocabulary, context=context)


def training_flops(shape: Shape, tokens: float) -> float:
    """Operations to train on so many tokens, repeats counted: 6 N D and causal attention (see Shape)."""
    return shape.flops_per_token * tokens


def muon_flops(shape: Shape) -> float:
    """Operations of one Muon step: four rounds on each hidden matrix (`training.orthogonal`), whatever the rows."""
    square = [(shape.width, shape.head_dim * heads) for heads in (shape.heads, shape.kv_heads, shape.kv_heads,
                                                                  shape.heads)]
    matrices = [*square, *[(shape.width, shape.hidden)] * 3]
    total = 0.0
    for one, other in matrices:
        short, long = min(one, other), max(one, other)
        total += 4 * (4.0 * short * short * long + 2.0 * short**3)
    return shape.layers * total


def activations(shape: Shape, rows: int) -> float:
    """Numbers that one step keeps for its way back: about 16 widths and 6 SwiGLU widths a layer and token."""
    return float(rows * shape.context * shape.layers * (16 * shape.width + 6 * shape.hidden))


def logits(shape: Shape, rows: int) -> float:
    """Numbers that one step gives out: an entry of the vocabulary for each token."""
    return float(rows * shape.context * shape.vocabulary)


def memory_mb(shape: Shape, rows: int, dtype: str) -> float:
    """Expected peak of the trainer's resident memory in MB (2^20 bytes), as a birth runs it."""
    kept = activations(shape, rows) * (1.0 if dtype == "bfloat16" else _FLOAT32)
    whole = _PER_PARAMETER * shape.parameters + _PER_ACTIVATION * kept + _PER_LOGIT * logits(shape, rows)
    return _PROGRAM_MB + whole / 2**20


def disk_bytes(shape: Shape, corpus_bytes: float, tokens: float, generations: int = 2) -> float:
    """A home's bytes while it is raised: stories as they came and as the judge keeps them, shards, states, weights."""
    states = 2 * 20 * shape.parameters  # a save of five float32 numbers a parameter, and the one before it
    return 2.2 * corpus_bytes + 3.0 * tokens + states + generations * (4 * shape.parameters + 1e6)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a machine trains: operations a second in matrix products, and numbers a second in all around them."""

    products: float
    stream: float
    start: float = 4.0

    def step_seconds(self, shape: Shape, rows: int) -> float:
        """Seconds of one optimiser step with Muon."""
        product, moved = step_work(shape, rows)
        return product / self.products + moved / self.stream


def step_work(shape: Shape, rows: int) -> tuple[float, float]:
    """Operations of one step, and numbers that pass through memory beside its matrix products."""
    product = shape.flops_per_token * rows * shape.context + muon_flops(shape)
    return product, activations(shape, rows) + 4.0 * logits(shape, rows)


def pace_from(timed: Mapping[str, float], shapes: Mapping[str, Shape], rows: int, products: float) -> Pace:
    """The pace that explains timed steps (size -> seconds). products: the machine's rate of matrix products, a ceiling.

    One timed size tells one unknown, so the products are then believed to reach 70% of their rate; two or more are
    solved by least squares of relative errors over a grid of that share. Raises ValueError when nothing was timed.
    """
    if not timed:
        raise ValueError("no step was timed")
    work = [(*step_work(shapes[size], rows), seconds) for size, seconds in timed.items()]
    best, chosen = math.inf, (0.7 * products, 1e9)
    for share in ([0.7] if len(work) == 1 else [0.05 * k for k in range(4, 21)]):
        rests = [(seconds - product / (share * products)) / moved for product, moved, seconds in work]
        each = max(sum(rests) / len(rests), 1e-12)
        miss = sum(
            (math.log((product / (share * products) + moved * each) / seconds)) ** 2 for product, moved, seconds in work
        )
        if miss < best:
            best, chosen = miss, (share * products, 1.0 / each)
    return Pace(products=chosen[0], stream=chosen[1])


def energy_kwh(seconds: float, watts: float) -> float:
    """Kilowatt-hours of a machine that draws so many watts for so long."""
    return watts * seconds / 3.6e6


def gpu_rate(shape: Shape, rate: float = GPU_RATE, share: float = GPU_SHARE) -> float:
    """Operations a second that a training keeps on one card: `share` of its rate, less for a small model."""
    return rate * share * shape.parameters / (shape.parameters + _GPU_FILLED)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Graphics cards for a training: how many, for how many hours each, in words on which engine, and the money."""

    cards: int
    hours: float
    engine: str
    launcher: str
    money: float | None = None

    @property
    def card_hours(self) -> float:
        """Hours of all cards together: what is paid for."""
        return self.cards * self.hours


def fleet_for(shape: Shape, flops: float, within_hours: float, price: float | None, rate: float) -> Fleet:
    """The fewest cards that finish within the hours and hold the model; `price` is that of one card for one hour.

    Up to a model whose states fill 60% of one card each card keeps a copy (DDP); above, they share it (FSDP2).
    """
    states, room = BYTES_PER_PARAMETER * shape.parameters, _STATES_ROOM * GPU_MEMORY
    least, alone = math.ceil(states / room), gpu_rate(shape, rate)
    cards = max(1, least)
    while cards < 4096 and flops / (alone * cards * (1.0 if cards == 1 else _FLEET_SHARE)) > within_hours * 3600:
        cards = cards * 2 if cards < ONE_MACHINE else cards + ONE_MACHINE
    hours = _RENT_HOURS + flops / (alone * cards * (1.0 if cards == 1 else _FLEET_SHARE)) / 3600
    engine = "one process" if cards == 1 else "DDP, a copy on each card" if least == 1 else "FSDP2, shared among cards"
    launcher = "no launcher needed" if cards == 1 else "torchrun on one machine"
    if cards > ONE_MACHINE:
        launcher = f"torchrun on {math.ceil(cards / ONE_MACHINE)} machines, started by Slurm or by Ray Train"
    return Fleet(cards=cards, hours=hours, engine=engine, launcher=launcher,
                 money=None if price is None else price * cards * hours)
