"""The one loop: an objective flows in, `Step` events flow out, weights change in place. It saves and prints nothing.

One loop serves next-token training, supervised turns and preferences; they differ by the objective alone. What the
caller wants done between steps (save, print, stop) it does itself, in plain lines, between two events.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from foundling.recipe import TrainRecipe
from foundling.records import Step
from foundling.training.objectives import dropout_seed
from foundling.training.optimisers import Optimiser, rate_at


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What an objective gives back: the scalar to minimise, how many targets it trains, and its named parts."""

    value: Tensor
    tokens: int
    parts: tuple[tuple[str, float], ...] = ()


M = TypeVar("M", bound=nn.Module)  # a decoder, an encoder, ...: the loop needs its weights only
Objective = Callable[[M, int], Loss]
Look = Callable[[M], float]


@dataclass(kw_only=True)
class Run(Generic[M]):
    """The changing state of one run: everything that a resumed run must have to go on to the bit.

    shadow holds the moving average of the weights; best, the weights to be kept; its value, in bits per byte.
    Data order and dropout are functions of (seed, step), so no generator is in here.
    """

    model: M
    shadow: M
    optimiser: Optimiser
    step: int = 0
    first: float = math.inf
    best_value: float = math.inf
    best_step: int = 0
    since_best: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)
    ended: bool = False


@torch.no_grad()
def _follow(run: Run[M], factor: float) -> None:
    """Move the shadow toward the weights; early on faster, so that the start is forgotten (as in Polyak averaging)."""
    factor = min(factor, (1 + run.step) / (10 + run.step))
    shadow: list[Tensor] = list(run.shadow.parameters())
    weights: list[Tensor] = list(run.model.parameters())
    torch._foreach_lerp_(shadow, weights, 1.0 - factor)


def _judge(run: Run[M], recipe: TrainRecipe, value: float) -> None:
    """Take note of a look at validation text: keep the shadow's weights, or not, and end the run where it is due."""
    if not math.isfinite(value):
        raise FloatingPointError(f"the validation loss is {value} at step {run.step}")
    if recipe.bound is None:
        keep = value < run.best_value
        run.since_best = 0 if keep else run.since_best + 1
        run.ended = bool(recipe.patience) and run.since_best >= recipe.patience
    else:
        keep = value <= run.first * (1.0 + recipe.bound)
        run.ended = not keep
    if keep:
        run.best_value, run.best_step = value, run.step
        run.best = {name: weight.detach().clone() for name, weight in run.shadow.state_dict().items()}


def train(
    run: Run[M], recipe: TrainRecipe, objective: Objective[M], look: Look[M], *, seed: int
) -> Iterator[Step]:
    """Steps from where `run` stands to the end of the recipe, or until validation says enough.

    Raises FloatingPointError when a loss is no number: a run that went wrong must not end as a generation.
    """
    if run.step == 0 and math.isinf(run.first):
        run.first = look(run.shadow)
        _judge(run, recipe, run.first)
    while run.step < recipe.steps and not run.ended:
        began, rate = time.perf_counter(), rate_at(recipe, run.step)
        torch.manual_seed(dropout_seed(seed, run.step))
        run.model.train()
        loss = objective(run.model, run.step)
        if not torch.isfinite(loss.value):
            raise FloatingPointError(f"the loss is {loss.value.item()} at step {run.step}")
        torch.autograd.backward(loss.value)
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), recipe.clip, foreach=True)
        run.optimiser.step(rate)
        run.model.zero_grad(set_to_none=True)
        _follow(run, recipe.average)
        run.step += 1
        validation = None
        if run.step % recipe.look == 0 or run.step == recipe.steps:
            validation = look(run.shadow)
            _judge(run, recipe, validation)
        yield Step(
            step=run.step, steps=recipe.steps, loss=float(loss.value.detach()), tokens=loss.tokens, rate=rate,
            seconds=time.perf_counter() - began, validation=validation, parts=loss.parts,
        )
