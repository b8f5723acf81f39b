"""Full attention: every position looks at all that it may see (Vaswani et al. 2017, arXiv 1706.03762)."""

import torch.nn.functional as F
from torch import Tensor

from foundling.model.attention.sight import Sight
from foundling.model.kernels.attention import attend_tiles


def attend(q_BHTD: Tensor, k_BKSD: Tensor, v_BKSD: Tensor, sight: Sight) -> Tensor:
    """Values mixed by softmax(q k / sqrt(D)), (B, H, T, D). H query heads share K key-value ones, a divisor of H.

    A single new position (T = 1) sees all S of its row where no mask says otherwise.
    """
    mixed = attend_tiles(q_BHTD, k_BKSD, v_BKSD, sight)
    if mixed is not None:
        return mixed
    length = q_BHTD.shape[2]
    plain = sight.mask is None and sight.segment_BT is None
    return F.scaled_dot_product_attention(
        q_BHTD, k_BKSD, v_BKSD, attn_mask=None if plain else sight.as_mask(length),
        is_causal=plain and sight.causal and length > 1, enable_gqa=q_BHTD.shape[1] != k_BKSD.shape[1],
    )
