"""Attention by the kernel of attention.cpp: queries, keys, values and a sight in, mixed values out, memory linear in T.

It takes rows in which queries and keys are the same positions: a cache, a mask made by hand, and what is no float32 or
(natively multiplied) bfloat16 on a processor stay with plain torch. First derivatives only.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from foundling.model.attention.sight import Sight
from foundling.model.kernels.building import load
from foundling.model.kernels.library import LETTERS, call, usable

_FAR = 2**30  # places: no bound


def _steps(x_BHTD: Tensor) -> list[int]:
    return [x_BHTD.stride(0), x_BHTD.stride(1), x_BHTD.stride(2)]


def _whole(x_BHTD: Tensor) -> Tensor:
    """Itself where the numbers of a place lie together in whole 32-bit units, else a copy of which this holds."""
    fits = x_BHTD.stride(3) == 1 and all(step % 2 == 0 for step in _steps(x_BHTD)) and x_BHTD.storage_offset() % 2 == 0
    return x_BHTD if fits else x_BHTD.contiguous()


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, document_BT: Tensor | None, seen: tuple[int, int]
    ) -> Tensor:
        q, k, v = _whole(q), _whole(k), _whole(v)
        batch, heads, length, width = q.shape
        out = torch.empty(batch, length, heads, width, dtype=q.dtype).transpose(1, 2)
        sums = torch.empty(batch, heads, length)
        ctx.sizes = [batch, heads, k.shape[1], length, width, *_steps(q), *_steps(k), *_steps(v), *_steps(out), *seen]
        call("attention", f"attend_{LETTERS[q.dtype]}", q, k, v, document_BT, out, sums, ctx.sizes)
        ctx.save_for_backward(q, k, v, document_BT, out, sums)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, document_BT, out, sums = ctx.saved_tensors
        d_out = d_out.transpose(1, 2).contiguous().transpose(1, 2)  # as `out` lies
        d_q, d_k, d_v = (torch.empty(x.shape, dtype=x.dtype) for x in (q, k, v))
        call("attention", f"attend_backward_{LETTERS[q.dtype]}", d_out, q, k, v, out, sums, document_BT, d_q, d_k, d_v,
             ctx.sizes)
        return d_q, d_k, d_v, None, None


_attend: Callable[..., Tensor] = _Attend.apply


def attend_tiles(
    q_BHTD: Tensor, k_BKTD: Tensor, v_BKTD: Tensor, sight: Sight, window: int | None = None
) -> Tensor | None:
    """Values mixed by softmax(q k / sqrt(D)), (B, H, T, D), within `window` positions (itself among them) each way that
    the sight leaves open; None where the kernel does not fit."""
    length, width = q_BHTD.shape[2:]
    if not usable(q_BHTD, k_BKTD, v_BKTD) or sight.mask is not None or k_BKTD.shape[2] != length:
        return None
    if length < 2 or width % 2 or not q_BHTD.numel() or not q_BHTD.dtype == k_BKTD.dtype == v_BKTD.dtype:
        return None
    if not hasattr(load("attention"), f"attend_{LETTERS[q_BHTD.dtype]}"):
        return None
    document_BT = None
    if sight.segment_BT is not None:
        document_BT = sight.segment_BT.to(torch.int32).expand(len(q_BHTD), length).contiguous()
    before = _FAR if window is None else window - 1
    return _attend(q_BHTD, k_BKTD, v_BKTD, document_BT, (before, 0 if sight.causal else before))
