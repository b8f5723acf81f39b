"""Local and block-sparse attention in time and memory linear in T: queries, keys and values in, mixed values out.

Positions are cut into N blocks; each block of queries meets the J blocks that it looks at, gathered beside each other,
in one call of torch's fused attention. Its mask has T x J x block entries, for all heads together.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.model.attention.pattern import chosen_blocks, document_starts
from foundling.model.attention.sight import Sight
from foundling.recipe.attention import BlockSparse, Sliding

_LARGEST, _SMALLEST = 128, 16  # positions of a block of sliding attention: wide enough for fast matrix products


def _neighbours(kind: Sliding, causal: bool, block: int, blocks: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The blocks (1, N, J) that a window reaches from each block, its own first, and which of these exist."""
    reach = -(-(kind.window - 1) // block)
    away = [0, *range(1, reach + 1)] + ([] if causal else [-step for step in range(1, reach + 1)])
    found = torch.arange(blocks, device=device)[None, :, None] - torch.tensor(away, device=device)
    there = (found >= 0) & (found < blocks)
    return torch.where(there, found, 0), there


def _gathered(x_BKTD: Tensor, block: int, index: Tensor, taken: int) -> Tensor:
    """(B * N, K, J * block, D): for every block the blocks that `index`, (B * N * J,), names, side by side."""
    batch, heads, length, width = x_BKTD.shape
    cut = x_BKTD.view(batch, heads, length // block, block, width).transpose(1, 2).reshape(-1, heads * block * width)
    found = F.embedding(index, cut).view(-1, taken, heads, block, width)  # index_select is slow on the way back
    return found.transpose(1, 2).reshape(-1, heads, taken * block, width)


def _looks(kind: Sliding | BlockSparse, sight: Sight, owner_BT: Tensor, block: int) -> tuple[Tensor, Tensor]:
    """Indices (B * N * J,) into all blocks of a batch, and the mask (B * N, 1, block, J * block) of what is seen there.

    owner_BT: which document a position belongs to, -1 where it is padding; T is a multiple of the block.
    """
    (batch, length), device = owner_BT.shape, owner_BT.device
    blocks = length // block
    if isinstance(kind, Sliding):
        found, there = _neighbours(kind, sight.causal, block, blocks, device)
    else:
        found, there = chosen_blocks(kind, document_starts(owner_BT, block, blocks, device))
    found, there = found.expand(batch, -1, -1), there.expand(batch, -1, -1)
    index = (found + torch.arange(batch, device=device)[:, None, None] * blocks).flatten()
    places = torch.arange(length, device=device, dtype=torch.int32).view(blocks, block)
    query, key = places.view(1, blocks, block, 1), places[found].view(batch, blocks, 1, -1)
    mine = owner_BT.view(batch, blocks, block, 1)
    theirs = owner_BT.view(-1, block).index_select(0, index).view(batch, blocks, 1, -1)
    seen = (mine == theirs) & there.repeat_interleave(block, dim=2)[:, :, None]
    if sight.causal:
        seen &= key <= query
    if isinstance(kind, Sliding):
        seen &= (query - key).abs() < kind.window
    return index, seen.view(batch * blocks, 1, block, -1)


def attend_blocks(q_BHTD: Tensor, k_BKTD: Tensor, v_BKTD: Tensor, sight: Sight, kind: Sliding | BlockSparse) -> Tensor:
    """Attention of a kind that looks at few blocks, (B, H, T, D), as `masks.visible` defines it.

    For as many queries as keys and a sight without a mask made by hand. Equal numbers in segment_BT are one document
    where they stand next to each other.
    """
    batch, heads, length, width = q_BHTD.shape
    block = kind.block if isinstance(kind, BlockSparse) else max(_SMALLEST, min(_LARGEST, kind.window))
    more, group = -length % block, heads // k_BKTD.shape[1]
    owner_BT = sight.segment_BT
    if owner_BT is None:
        owner_BT = torch.zeros(batch, length, dtype=torch.long, device=q_BHTD.device)
    index, seen = _looks(kind, sight, F.pad(owner_BT, (0, more), value=-1), block)
    taken = seen.shape[-1] // block
    q, k, v = (F.pad(x, (0, 0, 0, more)) for x in (q_BHTD, k_BKTD, v_BKTD))
    q = q.view(batch, heads, -1, block, width).transpose(1, 2).reshape(-1, heads, block, width)
    k, v = (_gathered(x, block, index, taken) for x in (k, v))
    if group > 1:  # heads that share keys become more rows of one head
        q, seen = q.reshape(-1, heads // group, group * block, width), seen.repeat(1, 1, group, 1)
    bias = torch.zeros(seen.shape, dtype=q.dtype, device=q.device).masked_fill_(~seen, -torch.inf)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    mixed = mixed.reshape(batch, -1, heads, block, width).transpose(1, 2)
    return mixed.reshape(batch, heads, -1, width)[:, :, :length]
