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
        """The summed log-probability (nats, float32) of each continuation after the prefix, all in one batch.

        A prefix that does not fit beside the longest continuation loses its beginning. Raises ValueError for an empty
        prefix and for a continuation as long as the context.
        """
        longest = max(len(c) for c in continuations)
        if not prefix or longest >= self.context:
            raise ValueError(f"{len(prefix)} ids before {longest} cannot be scored in a context of {self.context}")
        prefix = list(prefix)[-(self.context - longest):]
        ids = torch.zeros(len(continuations), len(prefix) + longest, dtype=torch.long)
        for row, continuation in enumerate(continuations):
            whole = torch.tensor([*prefix, *continuation])
            ids[row, :len(whole)] = whole
        hidden = self.model.hidden(ids[:, :-1])[:, len(prefix) - 1:]
        targets = ids[:, len(prefix):]
        nats = F.cross_entropy(self.model.logits(hidden).float().flatten(0, 1), targets.flatten(), reduction="none")
        lengths = torch.tensor([len(c) for c in continuations])
        scored = torch.arange(longest)[None, :] < lengths[:, None]
        totals: list[float] = (-(nats.view(targets.shape) * scored).sum(1)).tolist()
        return totals
