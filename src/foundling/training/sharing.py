"""How the processes of one run share a step's work: an objective flows in, this process's part of it flows out.

The values and parts of what comes out are shares: added over all processes they are those of the whole batch, and so
are the gradients. `tokens` counts the whole batch everywhere. No message is sent here.
"""

from dataclasses import replace
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from foundling.model import Sight
from foundling.recipe import Shape, TrainRecipe
from foundling.training.distributed import World
from foundling.training.loop import Loss, M, Objective
from foundling.training.sources import Nats, Precision
from foundling.training.tasks import build_objective

ROW_BY_ROW = {"birth", "dialogue", "masked", "hybrid"}
"""Tasks whose loss is a weighted sum of nats over a batch's rows, divided by numbers that the batch alone gives."""


def _sight_of(sight: Sight, rows: slice) -> Sight:
    """What the rows see: fields of one entry a row are cut with them, a mask that serves all rows stays."""
    segment = None if sight.segment_BT is None else sight.segment_BT[rows]
    mask = sight.mask if sight.mask is None or len(sight.mask) == 1 else sight.mask[rows]
    return replace(sight, segment_BT=segment, mask=mask)


def split(nats: Nats, world: World) -> Nats:
    """Nats (B, T) of this process's rows, and 0, without a gradient, for the rows that others work.

    A sum over rows divided by what the whole batch teaches is then this process's share of the loss, exactly. Where B
    does not divide (half a batch of replay, say) every process works all rows and counts 1/size.
    """
    if world.size == 1:
        return nats

    def own(model: Any, ids_BT: Tensor, targets_BT: Tensor, sight: Sight) -> Tensor:
        if len(ids_BT) % world.size:
            return nats(model, ids_BT, targets_BT, sight) / world.size
        rows = world.rows(len(ids_BT))
        part = nats(model, ids_BT[rows], targets_BT[rows], _sight_of(sight, rows))
        return F.pad(part, (0, 0, rows.start, len(ids_BT) - rows.stop))
    return own


def counted_once(objective: Objective[M], world: World) -> Objective[M]:
    """A loss that is no sum over rows (preferences compare pairs): every process works all of it and counts 1/size.

    Right at any size, and faster at none.
    """
    if world.size == 1:
        return objective

    def share(model: M, step: int) -> Loss:
        loss = objective(model, step)
        parts = tuple((name, part / world.size) for name, part in loss.parts)
        return replace(loss, value=loss.value / world.size, parts=parts)
    return share


def shared_objective(
    job: dict[str, Any], recipe: TrainRecipe, shape: Shape, precision: Precision, world: World
) -> Objective[Any]:
    """The objective of the job's task for one process of the world: split by rows where its loss allows.

    Raises BadInput where the rows of a step do not divide.
    """
    world.rows(recipe.rows)
    if job["task"] not in ROW_BY_ROW:
        return counted_once(build_objective(job, recipe, shape, precision), world)
    return build_objective(job, recipe, shape, replace(precision, nats=split(precision.nats, world)))
