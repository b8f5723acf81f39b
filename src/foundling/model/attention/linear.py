"""Linear attention without parameters: retention (Sun et al. 2023, arXiv 2307.08621), a state that fades.

Each key-value head keeps a D x D state: S_t = g S_(t-1) + k_t v_t^T with a g below 1 of the head's own, empty where a
document begins; a position reads q_t S_t and the result is normed. Queries, keys and values flow in, mixed values out.
`recur` is the definition, `attend_chunks` the way of training, `attend_faded` that of few queries onto a cache.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.model.attention.sight import Sight
from foundling.recipe.attention import Linear

_FLOOR = 1.0  # of the mean square in the norm: far smaller, small states shout and a model learns to recall more slowly


def fading(heads: int, device: torch.device) -> Tensor:
    """log g of each key-value head, (K,), float32: from a memory of 32 positions to one of 512, as in RetNet."""
    shares = torch.linspace(math.log(1 / 32), math.log(1 / 512), heads, device=device)
    return torch.log1p(-shares.exp())


def _normed(y_BHTD: Tensor, dtype: torch.dtype) -> Tensor:
    """Each head's result at a root mean square of at most 1: how much a state holds by now has little say."""
    return F.rms_norm(y_BHTD.float(), (y_BHTD.shape[-1],), None, _FLOOR).to(dtype)


def recur(q_BHTD: Tensor, k_BKTD: Tensor, v_BKTD: Tensor, segment_BT: Tensor | None) -> Tensor:
    """The definition, position by position, (B, H, T, D): for tests."""
    batch, _, length, width = q_BHTD.shape
    q = q_BHTD.view(batch, k_BKTD.shape[1], -1, length, width) * width**-0.5
    fade_K11 = fading(k_BKTD.shape[1], q.device).exp()[:, None, None]
    state_BKDD, out = q.new_zeros(batch, k_BKTD.shape[1], width, width), []
    for t in range(length):
        if segment_BT is not None and t:
            goes_on_B = segment_BT[:, t] == segment_BT[:, t - 1]
            state_BKDD = torch.where(goes_on_B[:, None, None, None], state_BKDD, 0.0)
        state_BKDD = fade_K11 * state_BKDD + k_BKTD[:, :, t, :, None] * v_BKTD[:, :, t, None, :]
        out.append(q[:, :, :, t] @ state_BKDD)
    return _normed(torch.stack(out, dim=3).view(q_BHTD.shape), q_BHTD.dtype)


def attend_faded(q_BHTD: Tensor, k_BKSD: Tensor, v_BKSD: Tensor, mask: Tensor | None) -> Tensor:
    """The same as one weighted sum for each of T queries, the last of S positions, (B, H, T, D): quadratic.

    mask (B or 1, 1, T, S), True where a position may look; None is for a single query, which sees all.
    """
    (batch, _, length, width), (_, shared, total, _) = q_BHTD.shape, k_BKSD.shape
    q = q_BHTD.view(batch, shared, -1, length, width) * width**-0.5
    places = torch.arange(total, device=q.device)
    away_TS = (places[total - length:, None] - places).clamp(min=0)
    fade_KTS = (fading(shared, q.device)[:, None, None] * away_TS).exp()
    weights = (q @ k_BKSD[:, :, None].transpose(-1, -2)).float() * fade_KTS[:, None]
    if mask is not None:
        weights = weights.masked_fill(~mask[:, :, None], 0.0)
    return _normed((weights.to(v_BKSD.dtype) @ v_BKSD[:, :, None]).view(q_BHTD.shape), q_BHTD.dtype)


def _states(k: Tensor, v: Tensor, goes_on_BN: Tensor, ends_BNC: Tensor) -> Tensor:
    """What each chunk finds: (B, K, N, D, D), float32, of keys and values (B, K, N, C, D).

    goes_on: the chunk's last position is of the document that the chunk before ended with; ends: positions of the
    document that the chunk ends with. Only their work enters the state that it leaves.
    """
    chunk, log_fade_K = k.shape[3], fading(k.shape[1], k.device)
    left_C = torch.arange(chunk - 1, -1, -1, device=k.device)
    kept = (log_fade_K[:, None, None] * left_C).exp()[None] * ends_BNC[:, None]
    added = ((k * kept[..., None].to(k.dtype)).transpose(-1, -2) @ v).float()
    over = (log_fade_K * chunk).exp()[None, :, None] * goes_on_BN[:, None]
    state, found = torch.zeros_like(added[:, :, 0]), []
    for goes_on, new in zip(over[..., None, None].unbind(2), added.unbind(2), strict=True):
        found.append(state)
        state = goes_on * state + new
    return torch.stack(found, dim=2)


def attend_chunks(q_BHTD: Tensor, k_BKTD: Tensor, v_BKTD: Tensor, sight: Sight, kind: Linear) -> Tensor:
    """The same in chunks, (B, H, T, D): inside a chunk as a small square, between chunks through the state.

    Time and memory are linear in T. A number of segment_BT that comes again later begins an empty state.
    """
    (batch, heads, length, width), shared, chunk = q_BHTD.shape, k_BKTD.shape[1], min(kind.chunk, q_BHTD.shape[2])
    more, device, group = -length % chunk, q_BHTD.device, heads // k_BKTD.shape[1]
    owner_BT = sight.segment_BT
    if owner_BT is None:
        owner_BT = torch.zeros(batch, length, dtype=torch.long, device=device)
    owner_BNC = F.pad(owner_BT, (0, more), value=-1).view(batch, -1, chunk)
    q, k, v = (F.pad(x, (0, 0, 0, more)) for x in (q_BHTD, k_BKTD, v_BKTD))
    q = q.view(batch, shared, group, -1, chunk, width) * width**-0.5
    k, v = (x.view(batch, shared, -1, chunk, width) for x in (k, v))

    last_BN, places = owner_BNC[:, :, -1], torch.arange(chunk, device=device)
    before_BN = F.pad(last_BN[:, :-1], (1, 0), value=-2)  # no document has this number
    state = _states(k, v, last_BN == before_BN, owner_BNC == last_BN[:, :, None])
    log_fade_K11 = fading(shared, device)[:, None, None]
    fade_KCC = (log_fade_K11 * (places[:, None] - places).clamp(min=0)).exp().tril()
    same_BNCC = owner_BNC[..., :, None] == owner_BNC[..., None, :]
    inside = fade_KCC[None, :, None] * same_BNCC[:, None]
    weights = (q @ k[:, :, None].transpose(-1, -2)) * inside[:, :, None].to(q.dtype)
    reach = (log_fade_K11 * (places + 1)).exp()[None] * (owner_BNC == before_BN[:, :, None])[:, None]
    earlier = (q * reach[:, :, None, ..., None].to(q.dtype)) @ state[:, :, None].to(q.dtype)
    mixed = weights @ v[:, :, None] + earlier
    return _normed(mixed.reshape(batch, heads, -1, width)[:, :, :length], q_BHTD.dtype)
