"""One door to every kind of attention: what looks at what flows in as two values, a sight and a kind."""

from torch import Tensor

from foundling.model.attention import full
from foundling.model.attention.blocks import attend_blocks
from foundling.model.attention.linear import attend_chunks, attend_faded
from foundling.model.attention.masks import visible
from foundling.model.attention.sight import Sight
from foundling.model.kernels.attention import attend_tiles
from foundling.recipe.attention import FULL, BlockSparse, Full, Layered, Linear, Sliding


def attend(q_BHTD: Tensor, k_BKSD: Tensor, v_BKSD: Tensor, sight: Sight, kind: Layered = FULL) -> Tensor:
    """Values mixed as the kind says, (B, H, T, D). H query heads share K key-value ones, a divisor of H.

    Queries are the last T of S positions: with a cache S is more, and several new ones then need a sight with a mask.
    Raises ValueError for an attention that looks back only where the sight looks forward.
    """
    length, total = q_BHTD.shape[2], k_BKSD.shape[2]
    if isinstance(kind, BlockSparse | Linear) and not sight.causal:
        raise ValueError(f"attention of kind {kind.kind} looks back only: an encoder takes full or sliding")
    if isinstance(kind, Full):
        return full.attend(q_BHTD, k_BKSD, v_BKSD, sight)
    if isinstance(kind, Linear):
        if length == total and sight.mask is None:
            return attend_chunks(q_BHTD, k_BKSD, v_BKSD, sight, kind)
        return attend_faded(q_BHTD, k_BKSD, v_BKSD, sight.mask)
    if length == total and sight.mask is None and not _sees_all(kind, total):
        window = kind.window if isinstance(kind, Sliding) else 0
        mixed = attend_tiles(q_BHTD, k_BKSD, v_BKSD, sight, window) if window else None
        return attend_blocks(q_BHTD, k_BKSD, v_BKSD, sight, kind) if mixed is None else mixed
    if not _sees_all(kind, total):
        sight = Sight(causal=sight.causal, mask=visible(kind, sight, length, total, q_BHTD.device))
    return full.attend(q_BHTD, k_BKSD, v_BKSD, sight)


def _sees_all(kind: Sliding | BlockSparse, total: int) -> bool:
    """True where a row is so short that nothing in it is out of sight."""
    return total <= (kind.window if isinstance(kind, Sliding) else kind.block * kind.local_blocks)
