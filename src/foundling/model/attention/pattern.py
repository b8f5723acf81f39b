"""Which blocks of positions a block looks at, as small tables of integers: a kind and document starts flow in.

N blocks of a row, J blocks looked at by each. No queries, keys or values: definition and fast way read one table.
"""

import torch
from torch import Tensor

from foundling.recipe.attention import BlockSparse

_SHARES = 2**16


def document_starts(segment_BT: Tensor | None, block: int, blocks: int, device: torch.device) -> Tensor:
    """(B or 1, N): the block in which the document of each block's first position begins."""
    if segment_BT is None:
        return torch.zeros(1, blocks, dtype=torch.long, device=device)
    places = torch.arange(segment_BT.shape[1], device=device)
    begins = torch.ones_like(segment_BT, dtype=torch.bool)
    begins[:, 1:] = segment_BT[:, 1:] != segment_BT[:, :-1]
    start_BT = torch.where(begins, places, 0).cummax(dim=1).values
    return start_BT[:, ::block][:, :blocks] // block


def _scattered(kind: BlockSparse, blocks: int, device: torch.device) -> Tensor:
    """(N, R) integers below 2^16 that look random, each a function of (seed, block, slot) alone: a longer row has the
    same ones at its beginning. Rounds of a 32-bit multiply and shift, in 64 bits so that nothing overflows."""
    number = torch.arange(blocks, device=device)[:, None] * 65_537 + torch.arange(kind.random_blocks, device=device)
    number = (number + kind.seed % 2**31 * 40_503) & 0xFFFFFFFF
    for _ in range(3):
        number = ((number >> 16) ^ number) * 0x45D9F3B & 0xFFFFFFFF
    return (number >> 8) & (_SHARES - 1)


def chosen_blocks(kind: BlockSparse, starts_BN: Tensor) -> tuple[Tensor, Tensor]:
    """The blocks that each block looks at, (B, N, J), its own first, and which of these count, (B, N, J) booleans.

    Those between the document's first blocks and the local ones are cut into as many even stretches as there are
    random blocks, and one is drawn from each: so none is met twice.
    """
    device, blocks = starts_BN.device, starts_BN.shape[1]
    own_N1 = torch.arange(blocks, device=device)[:, None]
    start_BN1 = starts_BN[:, :, None]
    local = (own_N1 - torch.arange(kind.local_blocks, device=device)).expand(len(starts_BN), -1, -1)
    nearest = own_N1 - kind.local_blocks  # the first block back that is not local
    first = start_BN1 + torch.arange(kind.global_blocks, device=device)
    low = start_BN1 + kind.global_blocks
    between = (nearest + 1 - low).clamp(min=0)
    stretch = torch.arange(kind.random_blocks, device=device) * _SHARES + _scattered(kind, blocks, device)
    drawn = low + stretch * between // max(1, kind.random_blocks * _SHARES)
    fresh = torch.ones_like(drawn, dtype=torch.bool)
    fresh[:, :, 1:] = drawn[:, :, 1:] != drawn[:, :, :-1]
    found = torch.cat([local, first, drawn], dim=2)
    counts = torch.cat([local >= start_BN1, first <= nearest, fresh & (between > 0)], dim=2)
    return torch.where(counts, found, 0), counts
