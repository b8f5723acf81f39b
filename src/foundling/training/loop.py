"""The one loop: an objective flows in, `Step` events flow out, weights change in place. It saves and prints nothing.

One loop serves next-token training, supervised turns and preferences; they differ by the objective alone. It serves one
process and many: `world` adds what their parts of a step come to. What the caller wants done between steps (save,
print, stop) it does itself, in plain lines, between two events.
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
from foundling.training.diagnosis import Diverged, Watch
from foundling.training.distributed import ALONE, World
from foundling.training.objectives import dropout_seed
from foundling.training.optimisers import Optimiser, average_at, decay_at, rate_at
from foundling.training.sharded import local, rest, whole


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What an objective gives back: the scalar to minimise, how many targets it trains, and its named parts.

    In one of several processes, value and parts are its shares, to be added; tokens counts the whole batch.
    """

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
    alone_from: the step from which one thread works where the job has more (0: none), for threads decide bits too.
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
    alone_from: int = 0


@torch.no_grad()
def _follow(run: Run[M], recipe: TrainRecipe) -> None:
    """Move the shadow toward the weights, by the recipe's average at this step."""
    shadow = [local(weight) for weight in run.shadow.parameters()]
    weights = [local(weight) for weight in run.model.parameters()]
    torch._foreach_lerp_(shadow, weights, 1.0 - average_at(recipe, run.step))


def _judge(run: Run[M], recipe: TrainRecipe, value: float) -> None:
    """Take note of a look at validation text: keep the shadow's weights, or not, and end the run where it is due.

    A run with a bound goes on above it: while its rate falls, what it lost at the full rate comes back (LOG.md, bound).
    """
    if not math.isfinite(value):
        raise FloatingPointError(f"the validation loss is {value} at step {run.step}")
    if recipe.bound is None:
        keep = value < run.best_value
        run.since_best = 0 if keep else run.since_best + 1
        run.ended = bool(recipe.patience) and run.since_best >= recipe.patience
    else:
        keep = value <= run.first * (1.0 + recipe.bound)
    if keep:
        run.best_value, run.best_step = value, run.step
        run.best = {name: weight.detach().clone() for name, weight in run.shadow.state_dict().items()}


def _look(run: Run[M], look: Look[M], world: World) -> float:
    """Bits per byte of the shadow: all processes look, the first one's number counts."""
    value = world.told(look(run.shadow))
    rest(run.shadow)
    return value


def _gradient(run: Run[M], recipe: TrainRecipe, world: World) -> float:
    """Add the gradients over all processes and clip them by their norm as one vector, which is given back."""
    world.add_gradients(run.model.parameters())
    return float(whole(torch.nn.utils.clip_grad_norm_(run.model.parameters(), recipe.clip, foreach=True)))


def train(
    run: Run[M], recipe: TrainRecipe, objective: Objective[M], look: Look[M], *, seed: int, world: World = ALONE
) -> Iterator[Step]:
    """Steps from where `run` stands to the end of the recipe, or until validation says enough.

    Raises FloatingPointError, before a weight is touched, when a loss or a gradient is no number: a run that went wrong
    must not end as a generation. Its words name the batch, a function of seed and step.
    """
    if run.step == 0 and math.isinf(run.first):
        run.first = _look(run, look, world)
        _judge(run, recipe, run.first)
    watch = Watch()
    while run.step < recipe.steps and not run.ended:
        began, rate = time.perf_counter(), rate_at(recipe, run.step)
        torch.manual_seed(world.seed(dropout_seed(seed, run.step)))
        run.model.train()
        share = objective(run.model, run.step)
        loss, *parts = world.total([float(share.value.detach()), *(part for _, part in share.parts)])
        watch.see(loss, step=run.step, seed=seed)
        torch.autograd.backward(share.value)
        norm = _gradient(run, recipe, world)
        if not math.isfinite(norm):
            raise Diverged(f"the gradient's norm is {norm}", step=run.step, seed=seed)
        run.optimiser.step(rate, decay_at(recipe, run.step))
        run.model.zero_grad(set_to_none=True)
        _follow(run, recipe)
        run.step += 1
        validation = None
        if run.step % recipe.look == 0 or run.step == recipe.steps:
            validation = _look(run, look, world)
            _judge(run, recipe, validation)
        yield Step(
            step=run.step, steps=recipe.steps, loss=loss, tokens=share.tokens, rate=rate, gradient_norm=norm,
            seconds=time.perf_counter() - began, validation=validation,
            parts=tuple((name, part) for (name, _), part in zip(share.parts, parts, strict=True)),
        )
