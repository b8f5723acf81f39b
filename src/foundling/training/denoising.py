"""Objectives that fill in, for the one loop, and their looks at validation text: shards flow in, functions flow out.

Masked ids for an encoder (Devlin et al. 2019, arXiv 1810.04805), spans for an encoder-decoder (Raffel et al. 2020,
arXiv 1910.10683), both ways of reading for one decoder (GPT-BERT, Charpentier and Samuel 2024, arXiv 2410.24159). Each
is a pure function of (weights, step). A look's bits per byte are those of the hidden text alone, told while the rest is
seen: they fall with learning, but are no likelihood of the text and compare with no other architecture's.
"""

import torch
from torch import Tensor

from foundling.model import Decoder, Sight
from foundling.model.encoder import Encoder
from foundling.model.seq2seq import Seq2Seq
from foundling.recipe import Shape
from foundling.recipe.architectures import MaskingRecipe, reserved_ids
from foundling.records import SPECIALS, BadInput
from foundling.tokens import Batch, Shards, pack_batch
from foundling.training.corruption import Corrupted, corrupt_step
from foundling.training.loop import Look, Loss, Objective
from foundling.training.masking import hide, hide_next, mask_generator
from foundling.training.objectives import next_token_loss, target_nats
from foundling.training.sources import Precision, look_by, part_of, validation_look

_LOOK = MaskingRecipe(rate=0.15, kept=0.0, random=0.0)  # every look hides the same ids, as many as BERT did
_LOOK_SEED = 3_141


def masked_nats(
    model: Encoder, batch: Batch, masking: MaskingRecipe, precision: Precision, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """(nats, chosen), both (B, T): every id foretold at its own place, and which of them were hidden."""
    gaps_BT, chosen_BT = hide(batch.ids_BT, masking, model.mask_id, generator)
    sight = Sight(causal=False, segment_BT=batch.segment_BT)
    return precision(model, gaps_BT, batch.ids_BT, sight), chosen_BT.float()


def masked_next_nats(
    model: Decoder, batch: Batch, masking: MaskingRecipe, precision: Precision, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """(nats, weight), both (B, T): at each place the nats of the next id, seen from both sides; weight 1 at gaps."""
    mask_id = model.shape.vocabulary - 1
    gaps_BT, weight_BT = hide_next(batch.ids_BT, batch.segment_BT, masking, mask_id, generator)
    sight = Sight(causal=False, segment_BT=batch.segment_BT)
    return precision(model, gaps_BT, batch.targets_BT, sight), weight_BT


def span_nats(model: Seq2Seq, batch: Corrupted, dtype: str) -> Tensor:
    """Nats (B, T) of each target, special ones included."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
        memory_BSC = model.encode(batch.source_BS, batch.source_segment_BS)
        hidden_BTC = model.hidden(batch.inputs_BT, memory_BSC, batch.source_segment_BS, batch.target_segment_BT)
        return target_nats(model, hidden_BTC, batch.targets_BT)


def masked(
    shards: Shards, precision: Precision, masking: MaskingRecipe, *, seed: int, rows: int, length: int
) -> Objective[Encoder]:
    """Masked-id training on packed documents: mean nats of the hidden ids."""
    def objective(model: Encoder, step: int) -> Loss:
        batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
        nats_BT, weight_BT = masked_nats(model, batch, masking, precision, mask_generator(seed, step))
        return Loss(value=next_token_loss(nats_BT, weight_BT), tokens=int(weight_BT.sum()))
    return objective


def hybrid(
    shards: Shards, precision: Precision, masking: MaskingRecipe, *, seed: int, rows: int, length: int
) -> Objective[Decoder]:
    """One decoder, two ways of reading: a share of every step's rows fills in, the rest is read from left to right.

    The value is the mean of both, weighted by rows. Raises BadInput when the rows cannot hold both ways.
    """
    filling = round(rows * masking.share)
    if not 0 < filling < rows:
        raise BadInput(f"Of {rows} rows {filling} would fill in: a hybrid needs both ways, give more rows.")

    def objective(model: Decoder, step: int) -> Loss:
        batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
        reading, gapped = part_of(batch, slice(filling, None)), part_of(batch, slice(filling))
        following = next_token_loss(precision.on(model, reading), reading.weight_BT)
        nats_BT, weight_BT = masked_next_nats(model, gapped, masking, precision, mask_generator(seed, step))
        filled, share = next_token_loss(nats_BT, weight_BT), filling / rows
        return Loss(
            value=(1 - share) * following + share * filled, tokens=int(reading.weight_BT.sum() + weight_BT.sum()),
            parts=(("next", float(following.detach())), ("masked", float(filled.detach()))),
        )
    return objective


def seq2seq(
    shards: Shards, precision: Precision, masking: MaskingRecipe, *, seed: int, rows: int, length: int
) -> Objective[Seq2Seq]:
    """Span corruption of packed documents: mean nats of the targets, sentinels and ends among them."""
    def objective(model: Seq2Seq, step: int) -> Loss:
        batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
        spans = corrupt_step(
            batch.ids_BT, batch.segment_BT, masking, model.shape.vocabulary, seed=seed, step=step
        )
        value = next_token_loss(span_nats(model, spans, precision.dtype), spans.weight_BT)
        return Loss(value=value, tokens=int(spans.weight_BT.sum()))
    return objective


def masked_look(
    shards: Shards, precision: Precision, *, rows: int, length: int, limit: int = 40_000
) -> Look[Encoder]:
    """Bits per byte of hidden ids, told by an encoder from both sides."""
    def scored(model: Encoder, batch: Batch, number: int) -> tuple[Tensor, Tensor]:
        return masked_nats(model, batch, _LOOK, precision, mask_generator(_LOOK_SEED, number))
    return look_by(shards, scored, rows=rows, length=length, limit=limit)


def hybrid_look(
    shards: Shards, precision: Precision, masking: MaskingRecipe, *, rows: int, length: int, limit: int = 40_000
) -> Look[Decoder]:
    """The mean of both ways' bits per byte, weighted as in training: true ones from left to right, and those of hidden
    ids. Half the limit goes to each."""
    def scored(model: Decoder, batch: Batch, number: int) -> tuple[Tensor, Tensor]:
        return masked_next_nats(model, batch, _LOOK, precision, mask_generator(_LOOK_SEED, number))
    reading = validation_look(shards, precision, rows=rows, length=length, limit=limit // 2)
    filling = look_by(shards, scored, rows=rows, length=length, limit=limit // 2)
    return lambda model: (1 - masking.share) * reading(model) + masking.share * filling(model)


def seq2seq_look(
    shards: Shards, precision: Precision, masking: MaskingRecipe, shape: Shape, *, rows: int, limit: int = 40_000
) -> Look[Seq2Seq]:
    """Bits per byte of hidden spans, told by an encoder-decoder; sentinels and ends are left out."""
    first_sentinel = shape.vocabulary - reserved_ids("encoder-decoder", shape.context, masking)

    def scored(model: Seq2Seq, batch: Batch, number: int) -> tuple[Tensor, Tensor]:
        spans = corrupt_step(
            batch.ids_BT, batch.segment_BT, masking, shape.vocabulary, seed=_LOOK_SEED, step=number
        )
        text_BT = (spans.targets_BT >= len(SPECIALS)) & (spans.targets_BT < first_sentinel)
        return span_nats(model, spans, precision.dtype), spans.weight_BT * text_BT
    return look_by(shards, scored, rows=rows, length=shape.context, limit=limit)
