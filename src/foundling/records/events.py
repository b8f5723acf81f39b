"""What stations say while they work. Progress bars, plots, JSON and pages are all consumers of these same events."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A station's word: which station, what it is doing, how far, and how many seconds are left (None: not known)."""

    station: str
    text: str
    done: float = 0.0
    total: float = 0.0
    seconds_left: float | None = None
    fresh: bool = True


@dataclass(frozen=True, kw_only=True)
class Step:
    """One optimiser step, or a look at the validation text when `validation` is set.

    loss: nats per trained token; tokens: target tokens trained in this step; seconds: wall time of this step;
    rate: the learning-rate multiplier 0..1; validation: bits per byte of the averaged weights on validation text;
    gradient_norm: of all gradients as one vector, before clipping.
    """

    step: int
    steps: int
    loss: float
    tokens: int
    seconds: float
    rate: float
    validation: float | None = None
    parts: tuple[tuple[str, float], ...] = ()
    gradient_norm: float = 0.0
