"""Span corruption: rows of packed ids flow in, sources with sentinels and targets that write the spans out flow out.

T5 (Raffel et al. 2020, arXiv 1910.10683, section 3.1.4), with document borders honoured: no span crosses one, every
piece of a document counts its sentinels from the first, and its target begins with `<|begin|>` and ends with `<|end|>`,
as if it stood alone. Special ids are never hidden. Every id of the rows stands in the source or in a target, once.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foundling.recipe.architectures import MaskingRecipe, spans_of
from foundling.records import BEGIN, END, SPECIALS

_BEGIN, _END = SPECIALS.index(BEGIN), SPECIALS.index(END)
_PADDED_TO = 16  # rows differ by a few ids; few lengths are kinder to the allocator
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Corrupted:
    """source (B, S); inputs and targets (B, T), the targets one behind; segments tell pieces of documents apart, -1 is
    padding; weight (B, T) is 1 where a target is trained."""

    source_BS: Tensor
    source_segment_BS: Tensor
    inputs_BT: Tensor
    targets_BT: Tensor
    target_segment_BT: Tensor
    weight_BT: Tensor


def span_mask(length: int, hidden: int, spans: int, rng: np.random.Generator) -> Flags:
    """`hidden` of `length` places in `spans` runs, each with a visible place before it; turned round by a random
    offset, so that every place is as likely as any other (a run may then lie across the end)."""
    def parts(total: int) -> Places:
        cuts = np.sort(rng.choice(total - 1, spans - 1, replace=False)) + 1
        return np.diff(np.concatenate([[0], cuts, [total]]))

    sizes = np.stack([parts(length - hidden), parts(hidden)], axis=1).ravel()
    flags = np.repeat(np.arange(2 * spans) % 2 == 1, sizes)
    return np.roll(flags, int(rng.integers(length)))


def _runs(hidden_N: Flags, piece_N: Places) -> tuple[Flags, Places]:
    """Where runs of hidden ids start, and for each hidden id the number of its run within its piece, from 0."""
    before = np.concatenate([[False], hidden_N[:-1]])
    border = np.concatenate([[True], piece_N[1:] != piece_N[:-1]])
    starts = hidden_N & (border | ~before)
    count = np.cumsum(starts)
    base = (count - starts)[np.flatnonzero(border)]
    return starts, count - 1 - base[piece_N]


def _rows(values: tuple[Places, ...], row: Places, rows: int, fill: tuple[int, ...]) -> list[Tensor]:
    """Flat values, each with the row that it belongs to (ascending), as padded tensors (rows, longest)."""
    sizes = np.bincount(row, minlength=rows)
    width = max(_PADDED_TO, -(-int(sizes.max()) // _PADDED_TO) * _PADDED_TO)
    column = np.arange(row.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    made = []
    for value, empty in zip(values, fill, strict=True):
        table = np.full((rows, width), empty, dtype=np.int64)
        table[row, column] = value
        made.append(torch.from_numpy(table))
    return made


def corrupt(ids_BL: Tensor, segment_BL: Tensor, hidden_BL: Flags, vocabulary: int, sentinels: int) -> Corrupted:
    """The source and target of each row, with the flagged ids hidden; those that no sentinel is left for stay seen.

    Sentinel k of a piece is id `vocabulary` - 1 - k.
    """
    rows, length = ids_BL.shape
    ids, row = ids_BL.numpy().ravel(), np.repeat(np.arange(rows), length)
    segment = segment_BL.numpy().ravel()
    fresh = (np.diff(segment) != 0) | (np.diff(row) != 0)
    piece = np.concatenate([[0], np.cumsum(fresh)])
    hidden = hidden_BL.ravel() & (ids >= len(SPECIALS))
    starts, number = _runs(hidden, piece)
    hidden &= number < sentinels
    starts &= hidden
    sentinel = vocabulary - 1 - number

    seen = ~hidden | starts
    source, source_segment = _rows((np.where(starts, sentinel, ids)[seen], piece[seen]), row[seen], rows, (_END, -1))

    place = np.flatnonzero(hidden)
    last = np.append(piece[place[1:]] != piece[place[:-1]], True)[:place.size]
    first = np.concatenate([[True], last[:-1]])[:place.size]
    counts = 1 + starts[place] + last
    at = np.cumsum(counts) - counts
    targets = np.empty(int(counts.sum()), dtype=np.int64)
    targets[at[starts[place]]] = sentinel[place[starts[place]]]
    targets[at + starts[place]] = ids[place]
    targets[(at + starts[place] + 1)[last]] = _END
    inputs = np.concatenate([[_BEGIN], targets[:-1]])[:targets.size]
    inputs[at[first]] = _BEGIN
    owner = np.repeat(piece[place], counts)
    inputs_BT, targets_BT, target_segment, weight = _rows(
        (inputs, targets, owner, np.ones_like(owner)), np.repeat(row[place], counts), rows, (_END, _END, -1, 0)
    )
    return Corrupted(
        source_BS=source, source_segment_BS=source_segment, inputs_BT=inputs_BT, targets_BT=targets_BT,
        target_segment_BT=target_segment, weight_BT=weight.float(),
    )


def corrupt_step(
    ids_BL: Tensor, segment_BL: Tensor, masking: MaskingRecipe, vocabulary: int, *, seed: int, step: int
) -> Corrupted:
    """One step's rows with random spans hidden, a pure function of (seed, step)."""
    rows, length = ids_BL.shape
    hidden, spans = spans_of(length, masking)
    rng = np.random.default_rng([seed, step, 11])
    flags = np.stack([span_mask(length, hidden, spans, rng) for _ in range(rows)])
    return corrupt(ids_BL, segment_BL, flags, vocabulary, spans + 1)
