"""What one step trains on, for each kind of run: shards and pairs of ids in, objectives for the loop out.

Each objective is a pure function of (weights, step). Looks at validation text score whole documents in a fixed order.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foundling.model import CAUSAL, Decoder, Sight
from foundling.model.encoder import Encoder
from foundling.recipe import NamingRecipe
from foundling.records import SPECIALS, BadInput
from foundling.tokens import Batch, Shards, pack_batch
from foundling.training.loop import Look, Loss, M, Objective
from foundling.training.objectives import (
    next_token_loss,
    preference_accuracy,
    preference_loss,
    summed_log_probability,
    token_nats,
)

Nats = Callable[[Any, Tensor, Tensor, Sight], Tensor]
"""(model, ids, targets, sight) -> nats (B, T); the model is any with `hidden` and `logits`."""
Noise = Callable[[Tensor, int], Tensor]
"""(ids (B, T), step) -> ids that the model reads in their place; the targets stay."""


@dataclass(frozen=True, kw_only=True)
class Precision:
    """How matrices are multiplied: "bfloat16" or "float32" activations, and the function that gives nats."""

    dtype: str
    nats: Nats = token_nats

    def __call__(self, model: Decoder | Encoder, ids_BT: Tensor, targets_BT: Tensor, sight: Sight) -> Tensor:
        """Nats (B, T) under this precision; the weights stay float32."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.dtype == "bfloat16"):
            return self.nats(model, ids_BT, targets_BT, sight)

    def on(self, model: Decoder, batch: Batch) -> Tensor:
        """Nats (B, T) of a packed batch, attention closed at document borders."""
        return self(model, batch.ids_BT, batch.targets_BT, Sight(segment_BT=batch.segment_BT))


def stories(
    shards: Shards, precision: Precision, *, seed: int, rows: int, length: int, noise: Noise | None = None
) -> Objective[Decoder]:
    """Next-token training on packed documents, read through `noise` where there is one. Raises BadInput when they teach
    nothing, which no curve would show."""
    if shards.targets < 1:
        raise BadInput("The token shards hold nothing that is taught: run `foundling prepare` on another home.")

    def objective(model: Decoder, step: int) -> Loss:
        batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
        if noise is not None:
            batch = replace(batch, ids_BT=noise(batch.ids_BT, step))
        value = next_token_loss(precision.on(model, batch), batch.weight_BT)
        return Loss(value=value, tokens=int(batch.weight_BT.sum()))
    return objective


def together(objectives: dict[str, tuple[float, Objective[M]]]) -> Objective[M]:
    """The weighted sum of named objectives, each seen in the event's parts."""
    def objective(model: M, step: int) -> Loss:
        losses = {name: (weight, part(model, step)) for name, (weight, part) in objectives.items()}
        value = torch.stack([weight * loss.value for weight, loss in losses.values()]).sum()
        parts = tuple((name, float(loss.value.detach())) for name, (_, loss) in losses.items())
        inner = tuple(part for _, loss in losses.values() for part in loss.parts)
        return Loss(value=value, tokens=sum(loss.tokens for _, loss in losses.values()), parts=parts + inner)
    return objective


Pair = tuple[list[int], list[int], list[int]]


def read_pairs(folder: Path, context: int) -> list[Pair]:
    """(context, chosen, rejected) ids of preferences.json.

    Raises BadInput when the file cannot be read or holds none, and when one is longer than the context.
    """
    path = folder / "preferences.json"
    try:
        pairs: list[Pair] = [(prefix, a, b) for prefix, a, b in json.loads(path.read_bytes())["pairs"]]
        longest = max(len(prefix) + max(len(a), len(b)) for prefix, a, b in pairs)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(f"The preferences {path} cannot be read ({fault}): run `foundling prepare`.") from fault
    if longest > context:
        raise BadInput(f"A preference is {longest} ids long and the context holds {context}: shorten the lessons.")
    return pairs


def _rows(pairs: list[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """ids, targets and scored (2P, T): chosen turns first, then rejected; only the turns' own ids are scored."""
    rows = [(p, a) for p, a, _ in pairs] + [(p, b) for p, _, b in pairs]
    length = max(len(p) + len(t) for p, t in rows) - 1
    ids, targets = torch.zeros(len(rows), length, dtype=torch.long), torch.zeros(len(rows), length, dtype=torch.long)
    scored = torch.zeros(len(rows), length)
    for i, (prefix, turn) in enumerate(rows):
        whole = torch.tensor(prefix + turn)
        ids[i, :len(whole) - 1], targets[i, :len(whole) - 1] = whole[:-1], whole[1:]
        scored[i, len(prefix) - 1:len(whole) - 1] = 1.0
    return ids, targets, scored


def preferences(
    pairs: list[Pair], reference: Decoder, precision: Precision, naming: NamingRecipe, *, seed: int
) -> Objective[Decoder]:
    """DPO with an SFT term on the chosen turn; the reference's differences are computed once, here."""
    def differences(model: Decoder, chosen: list[Pair]) -> tuple[Tensor, Tensor, Tensor]:
        ids, targets, scored = _rows(chosen)
        totals = summed_log_probability(precision(model, ids, targets, CAUSAL), scored)
        a, b = totals.chunk(2)
        return a, b, scored[:len(chosen)].sum(1)

    reference.eval()
    with torch.no_grad():
        blocks = [differences(reference, pairs[i:i + 64]) for i in range(0, len(pairs), 64)]
    base = torch.cat([a - b for a, b, _ in blocks])

    def objective(model: Decoder, step: int) -> Loss:
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        picked = torch.randint(len(pairs), (naming.pairs,), generator=generator)
        chosen, rejected, lengths = differences(model, [pairs[i] for i in picked.tolist()])
        preference = preference_loss(chosen, rejected, base[picked], naming.beta)
        imitation = (-chosen / lengths).mean()
        accuracy = preference_accuracy(chosen, rejected, base[picked])
        return Loss(
            value=preference + naming.sft * imitation, tokens=int(lengths.sum()),
            parts=(("preference", float(preference.detach())), ("accuracy", accuracy)),
        )
    return objective


def part_of(batch: Batch, rows: slice) -> Batch:
    """Some rows of a batch."""
    return Batch(ids_BT=batch.ids_BT[rows], targets_BT=batch.targets_BT[rows], segment_BT=batch.segment_BT[rows],
                 weight_BT=batch.weight_BT[rows])


Scored = Callable[[M, Batch, int], tuple[Tensor, Tensor]]
"""(model, rows of a batch, the number of the first) -> nats and weights of what is scored in them, of any one shape."""


def look_by(shards: Shards, scored: Scored[M], *, rows: int, length: int, limit: int) -> Look[M]:
    """Bits per byte of what `scored` says of validation shards (at most `limit` ids), its rows in a fixed order.

    The bytes of what is scored are its share of all text ids, so that a whole split gives its bits per byte exactly.
    This is the trainer's own number: it may say where a run stops and decides nothing about promotion.
    """
    count = max(1, min(limit, shards.tokens - 1) // length)
    batch = pack_batch(shards, seed=0, step=0, rows=count, length=length)
    text_ids = int((shards.ids >= len(SPECIALS)).sum())
    if not text_ids or not shards.text_bytes:
        raise BadInput("The validation shards hold no text: give more stories and run `foundling prepare` anew.")

    @torch.no_grad()
    def look(model: M) -> float:
        model.eval()
        nats, told = 0.0, 0.0
        for first in range(0, count, rows):
            nats_BT, weight_BT = scored(model, part_of(batch, slice(first, first + rows)), first)
            nats, told = nats + float((nats_BT * weight_BT).sum()), told + float(weight_BT.sum())
        if not told:
            raise BadInput("The validation text is too short for anything in it to be scored: give more stories.")
        return nats / (math.log(2) * (shards.text_bytes * told / text_ids))
    return look


def validation_look(
    shards: Shards, precision: Precision, *, rows: int, length: int, limit: int = 40_000
) -> Look[Decoder]:
    """Bits per byte of whole documents read from left to right, special ids left out."""
    def scored(model: Decoder, batch: Batch, _: int) -> tuple[Tensor, Tensor]:
        return precision.on(model, batch), batch.weight_BT * (batch.targets_BT >= len(SPECIALS))
    return look_by(shards, scored, rows=rows, length=length, limit=limit)
