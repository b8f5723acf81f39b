"""How well each architecture tells a hidden span: a model and spans of ids flow in, nats of each span flow out.

A span is a run of ids inside a sequence; whatever stands right of it is seen by the readers that look both ways and by
no other. Masked readers tell a span's ids one by one from the left, those further right in it hidden as well
(Salazar et al. 2020, arXiv 1910.14659; within words from left to right: Kauf and Ivanova 2023, arXiv 2305.10588).
Float32 always. No text, no threshold and no training.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.model import Decoder, Sight
from foundling.model.architectures import Model
from foundling.model.encoder import Encoder
from foundling.model.seq2seq import Seq2Seq
from foundling.records import BEGIN, SPECIALS

_BEGIN = SPECIALS.index(BEGIN)
_ROWS = 64
_LEFT_OUT = -100  # a target that no loss counts
Row = tuple[list[int], list[int]]  # ids as the model reads them, and its target at each place


@dataclass(frozen=True, kw_only=True)
class Span:
    """ids[start:end], start > 0, to be told; `ids` is all that is there."""

    ids: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One way of reading. chained: spans are told from what stands left of them only, so that the nats of a whole text
    are its likelihood; else their sum over words is a pseudo-likelihood, which is none (Salazar et al., section 2)."""

    name: str
    nats: Callable[[Sequence[Span]], list[float]]
    chained: bool
    model: Model = field(repr=False)


def _gathered(rows: Sequence[Row], tell: Callable[[Tensor, Tensor], Tensor]) -> list[float]:
    """Nats of each row's targets; rows of like length go together, padded on the right."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    sums = [0.0] * len(rows)
    for first in range(0, len(order), _ROWS):
        some = order[first:first + _ROWS]
        longest = max(len(rows[i][0]) for i in some)
        ids_BT = torch.zeros(len(some), longest, dtype=torch.long)
        targets_BT = torch.full((len(some), longest), _LEFT_OUT)
        lengths_B = torch.tensor([len(rows[i][0]) for i in some])
        for row, i in enumerate(some):
            ids_BT[row, :len(rows[i][0])], targets_BT[row, :len(rows[i][1])] = map(torch.tensor, rows[i])
        logits = tell(ids_BT, lengths_B).float()
        nats_BT = F.cross_entropy(logits.flatten(0, 1), targets_BT.flatten(), reduction="none", ignore_index=_LEFT_OUT)
        for i, value in zip(some, nats_BT.view(targets_BT.shape).double().sum(1).tolist(), strict=True):
            sums[i] = value
    return sums


def _both_sides(length: int, lengths_B: Tensor) -> Sight:
    """Each row sees all of itself; its padding sees only padding."""
    return Sight(causal=False, segment_BT=(torch.arange(length)[None, :] < lengths_B[:, None]).long())


def _told(span: Span) -> list[int]:
    return [_LEFT_OUT] * len(span.ids)


def _spread(spans: Sequence[Span], nats: Sequence[float]) -> list[float]:
    """Nats of one row per id of each span, added up by span."""
    sums, at = [], 0
    for span in spans:
        sums.append(sum(nats[at:at + span.end - span.start]))
        at += span.end - span.start
    return sums


@torch.inference_mode()
def causal_nats(model: Decoder, spans: Sequence[Span]) -> list[float]:
    """Nats of each span, told from left to right; what stands right of it is not read."""
    rows = []
    for span in spans:
        targets = _told(span)[:span.end - 1]
        targets[span.start - 1:] = span.ids[span.start:span.end]
        rows.append((list(span.ids[:span.end - 1]), targets))
    return _gathered(rows, lambda ids_BT, _: model(ids_BT))


def _gapped(spans: Sequence[Span], mask_id: int, ahead: int) -> list[Row]:
    """One row per id of each span: it and the rest of the span to its right hidden; its target stands `ahead` places
    before it."""
    rows = []
    for span in spans:
        for place in range(span.start, span.end):
            ids, targets = list(span.ids), _told(span)
            ids[place:span.end] = [mask_id] * (span.end - place)
            targets[place - ahead] = span.ids[place]
            rows.append((ids, targets))
    return rows


@torch.inference_mode()
def masked_nats(model: Encoder, spans: Sequence[Span]) -> list[float]:
    """Nats of each span, told by an encoder from both sides."""
    rows = _gapped(spans, model.mask_id, 0)
    return _spread(spans, _gathered(rows, lambda ids, lengths: model(ids, _both_sides(ids.shape[1], lengths))))


@torch.inference_mode()
def masked_next_nats(model: Decoder, spans: Sequence[Span]) -> list[float]:
    """Nats of each span, told by a hybrid decoder from both sides; the place before an id tells it."""
    rows = _gapped(spans, model.shape.vocabulary - 1, 1)
    return _spread(spans, _gathered(rows, lambda ids, lengths: model(ids, _both_sides(ids.shape[1], lengths))))


@torch.inference_mode()
def written_nats(model: Seq2Seq, spans: Sequence[Span]) -> list[float]:
    """Nats of each span, written out by an encoder-decoder that reads a sentinel in its place."""
    sentinel = model.shape.vocabulary - 1
    order = sorted(range(len(spans)), key=lambda i: len(spans[i].ids))
    sums = [0.0] * len(spans)
    for first in range(0, len(order), _ROWS):
        some = order[first:first + _ROWS]
        sources = [[*spans[i].ids[:spans[i].start], sentinel, *spans[i].ids[spans[i].end:]] for i in some]
        longest = max(map(len, sources))
        source_BS = torch.tensor([source + [0] * (longest - len(source)) for source in sources])
        segment_BS = (torch.arange(longest)[None, :] >= torch.tensor([[len(source)] for source in sources])).long()
        rows = []
        for i in some:
            told = list(spans[i].ids[spans[i].start:spans[i].end])
            rows.append(([_BEGIN, sentinel, *told[:-1]], [_LEFT_OUT, *told]))
        width = max(len(ids) for ids, _ in rows)
        target_BT = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in rows])
        wanted_BT = torch.tensor([targets + [_LEFT_OUT] * (width - len(targets)) for _, targets in rows])
        logits = model(source_BS, target_BT, segment_BS, torch.zeros_like(target_BT)).float()
        nats = F.cross_entropy(logits.flatten(0, 1), wanted_BT.flatten(), reduction="none", ignore_index=_LEFT_OUT)
        for i, value in zip(some, nats.view(wanted_BT.shape).double().sum(1).tolist(), strict=True):
            sums[i] = value
    return sums


def readers(architecture: str, model: Model) -> tuple[Reader, ...]:
    """The ways in which a model of an architecture reads; a hybrid has two. Raises ValueError for a strange pair."""
    if architecture == "gpt" and isinstance(model, Decoder):
        return (Reader(name="GPT", nats=lambda s: causal_nats(model, s), chained=True, model=model),)
    if architecture == "hybrid" and isinstance(model, Decoder):
        return (
            Reader(name="hybrid, left to right", nats=lambda s: causal_nats(model, s), chained=True, model=model),
            Reader(name="hybrid, both sides", nats=lambda s: masked_next_nats(model, s), chained=False, model=model),
        )
    if architecture == "bert" and isinstance(model, Encoder):
        return (Reader(name="BERT", nats=lambda s: masked_nats(model, s), chained=False, model=model),)
    if architecture == "encoder-decoder" and isinstance(model, Seq2Seq):
        return (Reader(name="encoder-decoder", nats=lambda s: written_nats(model, s), chained=False, model=model),)
    raise ValueError(f"a {type(model).__name__} is no {architecture}")
