"""The engine: ids in, ids out. KV cache, batches of unequal prompts, streaming, sampling, stop ids; no text at all."""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.inference.sampling import Sampling, choose
from foundling.model import Cache, Decoder, Sight


def _left_pad(prompts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """ids (B, T) padded on the left, and pads of each (B,). Rotary positions are relative, so pads shift nothing."""
    longest = max(len(p) for p in prompts)
    ids = torch.zeros(len(prompts), longest, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, longest - len(prompt):] = torch.tensor(list(prompt), dtype=torch.long)
    return ids, torch.tensor([longest - len(p) for p in prompts])


class Engine:
    """Generates with one decoder. All it keeps between calls is the model."""

    def __init__(self, model: Decoder) -> None:
        self.model = model.eval()
        self.context = model.shape.context

    @torch.inference_mode()
    def batches(
        self, prompts: Sequence[Sequence[int]], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> Iterator[list[int | None]]:
        """At each position the new id of every row, or None for a row that has met a stop id; ends when all have.

        Prompts longer than the context minus `most` lose their beginning. `most` bounds the new ids of a row, and so
        does the context. Raises ValueError for a prompt without ids.
        """
        if not all(len(p) for p in prompts):
            raise ValueError("a prompt has no ids; begin it with <|begin|>")
        most = min(most, self.context)
        if not prompts or most < 1:
            return
        room = max(1, self.context - most)
        ids_BT, pads_B = _left_pad([list(p)[-room:] for p in prompts])
        batch, width = ids_BT.shape
        cache = Cache(self.model.shape, batch, self.model.embedding.weight.dtype, width + most)
        places = torch.arange(width + most)
        open_BS = places[None, :] >= pads_B[:, None]
        causal = places[None, :width] <= places[:width, None]
        mask = None if batch == 1 else causal[None, None] & open_BS[:, None, None, :width]
        if mask is not None:  # a pad row sees itself, or its softmax would be over nothing
            mask = mask | torch.eye(width, dtype=torch.bool)
        hidden = self.model.hidden(ids_BT, Sight(mask=mask), cache)
        # Repetition is punished within a turn only: a prompt ends with the speaker's name, which must stay sayable.
        seen: list[list[int]] = [[] for _ in prompts]
        alive = [True] * batch
        for made in range(most):
            new_B = choose(self.model.logits(hidden[:, -1]), seen, how, generator)
            out: list[int | None] = []
            for row, value in enumerate(new_B.tolist()):
                alive[row] = alive[row] and value not in stops
                seen[row].append(value)
                out.append(value if alive[row] else None)
            yield out
            if not any(alive) or made == most - 1:
                return
            step_mask = None if batch == 1 else open_BS[:, None, None, :cache.length + 1]
            hidden = self.model.hidden(new_B[:, None], Sight(mask=step_mask), cache)

    def generate(
        self, prompts: Sequence[Sequence[int]], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> list[list[int]]:
        """New ids of each prompt, without the stop id."""
        made: list[list[int]] = [[] for _ in prompts]
        for column in self.batches(prompts, how, stops=stops, most=most, generator=generator):
            for row, value in enumerate(column):
                if value is not None:
                    made[row].append(value)
        return made

    def stream(
        self, prompt: Sequence[int], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> Iterator[int]:
        """New ids of one prompt as they come, without the stop id."""
        for (value,) in self.batches([prompt], how, stops=stops, most=most, generator=generator):
            if value is None:
                return
            yield value

    @torch.inference_mode()
    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """The summed log-probability (nats, float32) of each continuation after the prefix, which is read once.

        A prefix that does not fit beside the longest continuation loses its beginning. Raises ValueError for an empty
        prefix and for a continuation as long as the context.
        """
        longest, rows = max(len(c) for c in continuations), len(continuations)
        if not prefix or longest >= self.context:
            raise ValueError(f"{len(prefix)} ids before {longest} cannot be scored in a context of {self.context}")
        prefix = list(prefix)[-(self.context - longest):]
        # The last id of the prefix is read beside the continuations: its score tells their first ids.
        width = max(1, longest)
        ids_BT = torch.zeros(rows, width + 1, dtype=torch.long)
        ids_BT[:, 0] = prefix[-1]
        for row, continuation in enumerate(continuations):
            ids_BT[row, 1:1 + len(continuation)] = torch.tensor(list(continuation), dtype=torch.long)
        before = self._shared(prefix[:-1], rows, width) if len(prefix) > 1 else (Sight(), None)
        logits = self.model.logits(self.model.hidden(ids_BT[:, :-1], *before)).float()
        nats = F.cross_entropy(logits.flatten(0, 1), ids_BT[:, 1:].flatten(), reduction="none").view(rows, width)
        lengths_B = torch.tensor([len(c) for c in continuations])
        told = torch.arange(width)[None, :] < lengths_B[:, None]
        totals: list[float] = (-torch.where(told, nats, 0.0).sum(1)).tolist()
        return totals

    def _shared(self, ids: Sequence[int], rows: int, width: int) -> tuple[Sight, Cache]:
        """What `width` more positions may see, and keys and values of the ids, the same in every row, with room for
        theirs."""
        shape, dtype, length = self.model.shape, self.model.embedding.weight.dtype, len(ids)
        one, cache = Cache(shape, 1, dtype, length), Cache(shape, rows, dtype, length + width)
        self.model.hidden(torch.tensor([list(ids)]), cache=one)
        cache.keys[:, :, :, :length], cache.values[:, :, :, :length], cache.length = one.keys, one.values, length
        places = torch.arange(length + width)
        return Sight(mask=(places[None, :] <= places[length:, None])[None, None].expand(rows, 1, -1, -1)), cache
