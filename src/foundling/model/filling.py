"""Gaps in, likely ids out: what an encoder, a hybrid decoder or an encoder-decoder puts where ids are missing.

Greedy and without randomness. Special ids, masks and sentinels are never put into a gap. It knows no text.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from foundling.model.attention import Sight
from foundling.model.decoder import Decoder
from foundling.model.encoder import Encoder
from foundling.model.seq2seq import Seq2Seq
from foundling.records import BEGIN, END, SPECIALS

_BEGIN, _END = SPECIALS.index(BEGIN), SPECIALS.index(END)


def _text_only(logits: Tensor, highest: int) -> Tensor:
    """Scores with everything but text ids ruled out."""
    allowed = torch.full_like(logits, float("-inf"))
    allowed[..., len(SPECIALS):highest] = logits[..., len(SPECIALS):highest]
    return allowed


@torch.inference_mode()
def fill_gaps(model: Encoder | Decoder, ids: Sequence[int], gaps: Sequence[int]) -> list[int]:
    """The ids with those at the places `gaps` told by the model from both sides, the surest gap first, each then seen
    by the others (as Ghazvininejad et al. 2019, arXiv 1904.09324, one gap at a time).

    A decoder must be a hybrid, whose last id is its mask; its place before a gap tells it. Raises ValueError for a gap
    that is not among the ids, or, for a decoder, at their beginning.
    """
    ahead, mask_id = int(isinstance(model, Decoder)), model.shape.vocabulary - 1
    if any(not ahead <= gap < len(ids) for gap in gaps):
        raise ValueError(f"gaps must lie from {ahead} to {len(ids) - 1}")
    row, left = torch.tensor([list(ids)]), set(gaps)
    row[0, list(left)] = mask_id
    while left:
        logits = model(row, Sight(causal=False))[0].float()
        places = sorted(left)
        best = _text_only(logits[[place - ahead for place in places]], mask_id).log_softmax(-1).max(-1)
        surest = int(best.values.argmax())
        row[0, places[surest]] = best.indices[surest]
        left.remove(places[surest])
    return [int(i) for i in row[0]]


@torch.inference_mode()
def write_spans(
    model: Seq2Seq, source: Sequence[int], *, spans: int, text_ids: int, most: int = 32
) -> list[list[int]]:
    """What an encoder-decoder writes for each of the first `spans` sentinels of the source, at most `most` ids in all.
    Ids from `text_ids` (the tokenizer's entries) on are sentinels.

    The sentinels are put in their order, so only the text between them is the model's; a span ends where the model
    would rather write another sentinel or the end.
    """
    last = model.shape.vocabulary - 1
    memory_BSC = model.encode(torch.tensor([list(source)]))
    target, written = [_BEGIN], list[list[int]]()
    for number in range(spans):
        target.append(last - number)
        span: list[int] = []
        while sum(map(len, written)) + len(span) < most:
            logits = model.logits(model.hidden(torch.tensor([target]), memory_BSC))[0, -1]
            following = int(logits.argmax())
            if following == _END or following >= text_ids:
                break
            span.append(int(_text_only(logits, text_ids).argmax()))
            target.append(span[-1])
        written.append(span)
    return written
