"""Kinds of attention by definition: a mask of what each position may see, and plain softmax over it.

A kind and a sight flow in, a mask (B or 1, 1, T, S) flows out. It is what the faster ways are held to, and what
answers where there are few queries: a position that continues a cache, or a sight with a mask made by hand.
"""

import torch
from torch import Tensor

from foundling.model.attention.pattern import chosen_blocks, document_starts
from foundling.model.attention.sight import Sight
from foundling.recipe.attention import BlockSparse, Layered, Sliding


def _places(sight: Sight, length: int, total: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Where queries (B or 1, T) and keys (B or 1, S) stand in their row; the T queries are its last positions.

    Under a mask a row begins at the first position that its last one may see: before it is padding.
    """
    key_BS = torch.arange(total, device=device)[None]
    if sight.mask is not None:
        key_BS = key_BS - sight.mask[:, 0, -1, :].int().argmax(dim=-1, keepdim=True)
    return key_BS[:, total - length:], key_BS


def _same_blocks(kind: BlockSparse, sight: Sight, query_BT: Tensor, key_BS: Tensor) -> Tensor:
    """(B or 1, T, S): True where the key's block is one of those that the query's block looks at."""
    query_BT, key_BS = query_BT.clamp(min=0), key_BS.clamp(min=0)
    blocks = int(key_BS.max()) // kind.block + 1
    starts_BN = document_starts(sight.segment_BT if sight.mask is None else None, kind.block, blocks, key_BS.device)
    blocks_BNJ, open_BNJ = chosen_blocks(kind, starts_BN)
    looks_BNN = torch.zeros(len(starts_BN), blocks, blocks, dtype=torch.int32, device=key_BS.device)
    looks_BNN = looks_BNN.scatter_add(2, blocks_BNJ, open_BNJ.int()) > 0
    row_B11 = torch.arange(len(starts_BN), device=key_BS.device)[:, None, None]
    same_BTS: Tensor = looks_BNN[row_B11, (query_BT // kind.block)[:, :, None], (key_BS // kind.block)[:, None, :]]
    return same_BTS


def visible(kind: Layered, sight: Sight, length: int, total: int, device: torch.device) -> Tensor | None:
    """What each of `length` queries, the last of `total` positions, may see: (B or 1, 1, T, S); None: everything."""
    mask = sight.as_mask(total, device) if length == total else sight.mask  # a position alone at the end sees all
    if not isinstance(kind, Sliding | BlockSparse):
        return mask
    query, key = _places(sight, length, total, device)
    away = query[:, :, None] - key[:, None, :]
    kept = away.abs() < kind.window if isinstance(kind, Sliding) else _same_blocks(kind, sight, query, key)
    return kept[:, None] if mask is None else kept[:, None] & mask


def attend_plainly(q_BHTD: Tensor, k_BKSD: Tensor, v_BKSD: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(q k / sqrt(D)) v as it is written, (B, H, T, D): quadratic. The definition, for tests."""
    group = q_BHTD.shape[1] // k_BKSD.shape[1]
    k_BHSD, v_BHSD = k_BKSD.repeat_interleave(group, dim=1), v_BKSD.repeat_interleave(group, dim=1)
    scores_BHTS = q_BHTD @ k_BHSD.transpose(-1, -2) * q_BHTD.shape[-1] ** -0.5
    if mask is not None:
        scores_BHTS = scores_BHTS.masked_fill(~mask, -torch.inf)
    mixed_BHTD: Tensor = scores_BHTS.softmax(dim=-1) @ v_BHSD
    return mixed_BHTD
