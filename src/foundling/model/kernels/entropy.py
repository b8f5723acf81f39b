"""Nats of targets under a softmax over a tied embedding, a stretch of rows at a time: hidden states in, nats out.

Logits in float32 never exist as a whole. They are kept for the gradient in the type of the matrices where they are
small, and multiplied out again where they are not. First derivatives only.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from foundling.model.kernels.library import LETTERS, call, matrix_type, usable

ROWS = 2048  # worked out at a time
KEPT = 2**27  # bytes of logits, beyond which they are not kept for the gradient


class _Nats(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden_NC: Tensor, embedding_VC: Tensor, targets_N: Tensor, dtype: torch.dtype) -> Tensor:
        hidden, matrix = hidden_NC.to(dtype).contiguous(), embedding_VC.to(dtype)
        rows, size = len(hidden), len(matrix)
        nats, sums = torch.empty(rows), torch.empty(rows)
        keep = any(ctx.needs_input_grad) and rows * size * matrix.element_size() <= KEPT
        kept: list[Tensor] = []
        for first in range(0, rows, ROWS):
            part = slice(first, min(first + ROWS, rows))
            logits = F.linear(hidden[part], matrix)
            call("rows", f"nats_{LETTERS[dtype]}", logits, targets_N[part], nats[part], sums[part], len(logits), size)
            if keep:
                kept.append(logits)
        ctx.save_for_backward(hidden, matrix, targets_N, sums, *kept)
        ctx.dtypes = hidden_NC.dtype, embedding_VC.dtype
        return nats

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_nats: Tensor) -> tuple[Tensor | None, ...]:
        hidden, matrix, targets, sums, *kept = ctx.saved_tensors
        d_nats = d_nats.contiguous().float()
        d_hidden, d_matrix = torch.empty_like(hidden), torch.zeros(matrix.shape)
        space = torch.empty(min(ROWS, len(hidden)), len(matrix), dtype=matrix.dtype)
        for index, first in enumerate(range(0, len(hidden), ROWS)):
            part = slice(first, min(first + ROWS, len(hidden)))
            logits = kept[index] if kept else F.linear(hidden[part], matrix)
            d_logits = space[:len(logits)]
            call("rows", f"nats_backward_{LETTERS[matrix.dtype]}", logits, targets[part], sums[part], d_nats[part],
                 d_logits, len(logits), len(matrix))
            torch.mm(d_logits, matrix, out=d_hidden[part])
            d_matrix += d_logits.t() @ hidden[part]
        return d_hidden.to(ctx.dtypes[0]), d_matrix.to(ctx.dtypes[1]), None, None


_nats: Callable[..., Tensor] = _Nats.apply


def linear_nats(hidden_BTC: Tensor, embedding_VC: Tensor, targets_BT: Tensor) -> Tensor | None:
    """Nats (B, T), float32, of each target under softmax(hidden @ embedding.T); None where no kernel fits."""
    if not usable(hidden_BTC, embedding_VC) or not targets_BT.numel():
        return None
    dtype = matrix_type(hidden_BTC)
    if dtype not in LETTERS:
        return None
    if bool((targets_BT < 0).any()) or bool((targets_BT >= len(embedding_VC)).any()):
        raise IndexError(f"a target is not among the {len(embedding_VC)} ids")
    targets_N = targets_BT.reshape(-1).to(torch.int64).contiguous()
    nats = _nats(hidden_BTC.flatten(0, -2), embedding_VC, targets_N, dtype)
    return nats.view(targets_BT.shape)
