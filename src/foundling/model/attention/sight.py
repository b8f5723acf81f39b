"""What each position may see, as a value: plain causal, closed at document borders, or a mask made by hand."""

from dataclasses import dataclass
from functools import cached_property

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
        if self.segment_BT is not None:
            return self._closed
        return torch.ones(length, length, dtype=torch.bool, device=device).tril()[None, None] if self.causal else None

    @cached_property
    def _closed(self) -> Tensor:
        """The mask of a sight with segments; kept, as every layer of a model asks for the same one."""
        assert self.segment_BT is not None
        same = self.segment_BT[:, None, :, None] == self.segment_BT[:, None, None, :]
        return same.tril() if self.causal else same


CAUSAL = Sight()
