"""From scores of the next id to one id: logits and what was said flow in, chosen ids flow out."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """temperature 0 takes the likeliest id; top_k 0 and top_p 1 cut nothing; repetition 1 punishes nothing."""

    temperature: float = 0.8
    top_k: int = 60
    top_p: float = 0.95
    repetition: float = 1.1


GREEDY = Sampling(temperature=0.0, top_k=0, top_p=1.0, repetition=1.0)


def choose(logits_BV: Tensor, seen: list[list[int]], how: Sampling, generator: torch.Generator | None) -> Tensor:
    """One id (B,) per row. `seen` are the ids that the repetition penalty of Keskar 2019 (arXiv 1909.05858) looks at.

    top_k, then top_p (nucleus, Holtzman 2019, arXiv 1904.09751), applied after the temperature.
    """
    scores = logits_BV.float().clone()
    if how.repetition != 1.0:
        for row, ids in enumerate(seen):
            if ids:
                picked = torch.tensor(sorted(set(ids)))
                value = scores[row, picked]
                scores[row, picked] = torch.where(value > 0, value / how.repetition, value * how.repetition)
    if how.temperature <= 0:
        return scores.argmax(dim=-1)
    scores /= how.temperature
    if 0 < how.top_k < scores.shape[-1]:  # sorting a whole vocabulary would take longer than a small model
        scores, order = scores.topk(how.top_k, dim=-1)
    else:
        scores, order = scores.sort(dim=-1, descending=True)
    shares = scores.softmax(dim=-1)
    if how.top_p < 1.0:
        shares = shares.masked_fill(shares.cumsum(dim=-1) - shares > how.top_p, 0.0)
    picked = torch.multinomial(shares, 1, generator=generator)
    return order.gather(-1, picked).squeeze(-1)
