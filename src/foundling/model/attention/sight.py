"""What each position may see, as a value: plain causal, closed at document borders, or a mask made by hand."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """causal: a position sees itself and earlier ones (else all). segment_BT: only those of its own document, where
    the numbers are equal. mask (B or 1, 1, T, S), True where a position may look: this alone decides then.
    """

    causal: bool = True
    segment_BT: Tensor | None = None
    mask: Tensor | None = None

    def as_mask(self, length: int, device: torch.device | None = None) -> Tensor | None:
        """The same as one mask (B or 1, 1, T, T) of booleans, the reference of every faster way; None: all is seen."""
        if self.mask is not None:
            return self.mask
        order = None
        if self.causal:
            order = torch.ones(length, length, dtype=torch.bool, device=device).tril()[None, None]
        if self.segment_BT is None:
            return order
        same = self.segment_BT[:, None, :, None] == self.segment_BT[:, None, None, :]
        return same if order is None else same & order


CAUSAL = Sight()
