"""Documents as one long stream of ids, cut into rows: shards flow in, batches flow out, and no token is wasted.

Every token except the first of a document is a target exactly once an epoch. Documents are shuffled anew every epoch
from (seed, epoch), and a batch is a pure function of (seed, step): nothing about data order is ever saved. The stream
of one epoch runs straight on into the next, so the last row of an epoch is filled, not cropped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foundling.records import BadInput, canonical_json

Ids = NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True)
class Shards:
    """All documents end to end: `ids` (N,), and `starts` (documents + 1,), where each begins and the last one ends.

    `taught` (N,) is 1 where an id, as a target, is trained; stories teach all, lessons only some turns. `text_bytes`
    counts the UTF-8 bytes of the text behind the ids, the denominator of bits per byte.
    """

    ids: Ids
    starts: NDArray[np.int64]
    taught: NDArray[np.uint8]
    text_bytes: int = 0

    @property
    def tokens(self) -> int:
        """Ids in one epoch, special ones included."""
        return len(self.ids)

    @property
    def targets(self) -> int:
        """Tokens trained in one epoch: all taught ones but the first of each document."""
        return int(self.taught.sum()) - int(self.taught[self.starts[:-1]].sum())


@dataclass(frozen=True, kw_only=True)
class Batch:
    """ids, targets (B, T); segment (B, T) tells documents apart; weight (B, T) is 0 where a target is not trained."""

    ids_BT: Tensor
    targets_BT: Tensor
    segment_BT: Tensor
    weight_BT: Tensor


Document = tuple[list[int], list[bool]]


def join(documents: Sequence[Document], text_bytes: int = 0) -> Shards:
    """Documents of (ids, taught) as shards. Raises BadInput when there is none, or an id does not fit sixteen bits."""
    if not documents:
        raise BadInput("There is no document to pack: give at least one story with text in it.")
    if max(max(ids) for ids, _ in documents) > 65_535:
        raise BadInput("The vocabulary is larger than 65,536 entries: choose a smaller one.")
    starts = np.cumsum([0] + [len(ids) for ids, _ in documents], dtype=np.int64)
    return Shards(
        ids=np.concatenate([np.array(ids, dtype=np.uint16) for ids, _ in documents]), starts=starts,
        taught=np.concatenate([np.array(taught, dtype=np.uint8) for _, taught in documents]), text_bytes=text_bytes,
    )


def shard_files(documents: Sequence[Document], prefix: str, text_bytes: int = 0) -> dict[str, bytes]:
    """Shards as files: PREFIX.ids (little-endian uint16), PREFIX.taught (bytes) and PREFIX.json (starts and counts)."""
    s = join(documents, text_bytes)
    head = {"starts": s.starts.tolist(), "tokens": s.tokens, "targets": s.targets, "text_bytes": text_bytes}
    return {
        f"{prefix}.ids": s.ids.astype("<u2").tobytes(), f"{prefix}.taught": s.taught.tobytes(),
        f"{prefix}.json": canonical_json(head),
    }


def read_shards(folder: Path, prefix: str) -> Shards:
    """Shards from their files. Raises BadInput when they are missing or do not fit each other."""
    try:
        head = json.loads((folder / f"{prefix}.json").read_bytes())
        ids = np.frombuffer((folder / f"{prefix}.ids").read_bytes(), dtype="<u2").astype(np.uint16)
        taught = np.frombuffer((folder / f"{prefix}.taught").read_bytes(), dtype=np.uint8)
        starts = np.array(head["starts"], dtype=np.int64)
        if not len(ids) == len(taught) == head["tokens"] == starts[-1]:
            raise ValueError("the counts differ")
        if starts[0] != 0 or (np.diff(starts) < 1).any() or taught.max() > 1:
            raise ValueError("the documents do not follow each other")
        return Shards(ids=ids, starts=starts, taught=taught, text_bytes=int(head["text_bytes"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError) as fault:
        where = folder / prefix
        raise BadInput(f"The token shards {where} cannot be read ({fault}): run `foundling prepare`.") from fault


def epoch_order(documents: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The order of documents in an epoch, from (seed, epoch) alone."""
    return np.random.default_rng([seed, epoch]).permutation(documents)


def _stream(shards: Shards, seed: int, start: int, length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`length` places of the shards from position `start` of the endless stream, and each one's running document."""
    count = len(shards.starts) - 1
    places, owners = [], []
    position, taken = start, 0
    while taken < length:
        epoch, within = divmod(position, shards.tokens)
        order = epoch_order(count, seed, epoch)
        ends = np.cumsum(np.diff(shards.starts)[order])
        index = int(np.searchsorted(ends, within, side="right"))
        while taken < length and index < count:
            document = int(order[index])
            size = int(shards.starts[document + 1] - shards.starts[document])
            skip = within - (int(ends[index]) - size)
            piece = np.arange(shards.starts[document] + skip, shards.starts[document + 1])[:length - taken]
            places.append(piece)
            owners.append(np.full(len(piece), epoch * count + index, dtype=np.int64))
            taken += len(piece)
            position += len(piece)
            within += len(piece)
            index += 1
    return np.concatenate(places), np.concatenate(owners)


def pack_batch(shards: Shards, *, seed: int, step: int, rows: int, length: int) -> Batch:
    """Batch number `step` of the endless stream: `rows` rows of `length` positions, each with its next id as target.

    A target is not trained (weight 0) where it would be the first id of another document, or is not taught.
    """
    block = rows * length
    places, owners = _stream(shards, seed, step * block, block + 1)
    ids = shards.ids[places].astype(np.int64)
    weight = ((owners[1:] == owners[:-1]) & (shards.taught[places[1:]] == 1)).astype(np.float32)
    shape = (rows, length)
    return Batch(
        ids_BT=torch.from_numpy(ids[:-1].reshape(shape)), targets_BT=torch.from_numpy(ids[1:].reshape(shape).copy()),
        segment_BT=torch.from_numpy(owners[:-1].reshape(shape)), weight_BT=torch.from_numpy(weight.reshape(shape)),
    )
