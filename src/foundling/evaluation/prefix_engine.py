"""An engine that reads what several continuations share once: ids flow in, float32 log-probabilities flow out.

A question with its options, a room with its names: the beginning is long and the continuations are short, so reading it
again for each of them would cost most of the time of an examination. The figures are `Engine`'s.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from foundling.inference import Engine
from foundling.model import Cache, Sight


class PrefixEngine(Engine):
    """An Engine whose `log_probabilities` reads the prefix in one row and the continuations in many."""

    @torch.inference_mode()
    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """As `Engine.log_probabilities`."""
        longest, rows = max(len(c) for c in continuations), len(continuations)
        if not prefix or longest >= self.context:
            raise ValueError(f"{len(prefix)} ids before {longest} cannot be scored in a context of {self.context}")
        prefix = list(prefix)[-(self.context - longest):]
        # The last id of the prefix is read beside the continuations: its score tells their first ids.
        shared, width = len(prefix) - 1, max(1, longest)
        ids_BT = torch.zeros(rows, width + 1, dtype=torch.long)
        ids_BT[:, 0] = prefix[-1]
        for row, continuation in enumerate(continuations):
            ids_BT[row, 1:1 + len(continuation)] = torch.tensor(list(continuation), dtype=torch.long)
        cache, sight = self._read(prefix[:-1], rows, width)
        hidden_BTC = self.model.hidden(ids_BT[:, :-1], sight, cache) if shared else self.model.hidden(ids_BT[:, :-1])
        logits = self.model.logits(hidden_BTC).float()
        nats = F.cross_entropy(logits.flatten(0, 1), ids_BT[:, 1:].flatten(), reduction="none").view(rows, width)
        lengths_B = torch.tensor([len(c) for c in continuations])
        told = torch.arange(width)[None, :] < lengths_B[:, None]
        totals: list[float] = (-torch.where(told, nats, 0.0).sum(1)).tolist()
        return totals

    def _read(self, ids: Sequence[int], rows: int, width: int) -> tuple[Cache, Sight]:
        """Keys and values of the ids, the same in every row, with room for `width` more; and what those may see."""
        shape, dtype, length = self.model.shape, self.model.embedding.weight.dtype, len(ids)
        cache = Cache(shape, rows, dtype, length + width)
        if length:
            one = Cache(shape, 1, dtype, length)
            self.model.hidden(torch.tensor([list(ids)]), cache=one)
            cache.keys[:, :, :, :length], cache.values[:, :, :, :length] = one.keys, one.values
            cache.length = length
        places = torch.arange(length + width)
        return cache, Sight(mask=(places[None, :] <= places[length:, None])[None, None].expand(rows, 1, -1, -1))
