"""Norms, rotary heads and SwiGLU by the kernels of rows.cpp, as differentiable functions: tensors in, tensors out.

Each gives None where no kernel fits; whoever calls it has the plain torch twin beside the call. First derivatives only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from foundling.model.kernels.library import LETTERS, call, matrix_type, usable

_PARTS = 32  # stretches over which rows.cpp sums the gradients of norm weights
_KINDS = {"fff", "ffb", "fbb", "bbb"}  # of stream, what is added and what is normed, as rows.cpp has them
Grads = tuple[Tensor | None, ...]


@dataclass(frozen=True, kw_only=True)
class _How:
    eps: float
    share: float = 0.0
    seed: int = 0
    kind: str = "fff"


class _AddNorm(torch.autograd.Function):
    """(stream, normed) of a stream and what is added to it; normed alone where nothing is added."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor | None, added: Tensor | None, weight: Tensor, dtypes: tuple[torch.dtype, ...], how: _How
    ) -> tuple[Tensor, Tensor] | Tensor:
        given = x if added is None else added
        assert given is not None
        x, added = None if x is None else x.contiguous(), None if added is None else added.contiguous()
        stream = x if x is not None and added is None else torch.empty(given.shape, dtype=dtypes[0])
        normed, rows = torch.empty(given.shape, dtype=dtypes[1]), given.numel() // given.shape[-1]
        inverse = torch.empty(rows)
        call("rows", f"add_norm_{how.kind}", x, added, weight, None if added is None else stream, normed, inverse,
             rows, given.shape[-1], how.eps, how.share, how.seed)
        ctx.save_for_backward(stream, weight, inverse)
        ctx.how, ctx.normed, ctx.added = how, dtypes[1], None if added is None else added.dtype
        ctx.set_materialize_grads(False)
        return normed if added is None else (stream, normed)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> Grads:
        stream, weight, inverse = ctx.saved_tensors
        how, d_normed = ctx.how, grads[-1]
        d_stream = grads[0].contiguous() if len(grads) == 2 and grads[0] is not None else None
        d_normed = torch.zeros(stream.shape, dtype=ctx.normed) if d_normed is None else d_normed.contiguous()
        wants_x, wants_added, wants_weight = ctx.needs_input_grad[:3]
        d_x = torch.empty_like(stream) if wants_x else None
        d_added = torch.empty(stream.shape, dtype=ctx.added) if wants_added else None
        d_weight = torch.zeros(_PARTS, weight.numel())
        call("rows", f"add_norm_backward_{how.kind}", d_normed, d_stream, stream, weight, inverse, d_x, d_added,
             d_weight, inverse.numel(), weight.numel(), how.share, how.seed)
        return d_x, d_added, d_weight.sum(0) if wants_weight else None, None, None


_add_norm: Callable[..., Any] = _AddNorm.apply


def norm(x: Tensor, weight: Tensor, eps: float) -> Tensor | None:
    """x / rms(x) * weight in the type that matrices take; None where no kernel fits."""
    if not usable(x, weight) or weight.dtype != torch.float32:
        return None
    dtype = matrix_type(x)
    kind = LETTERS[x.dtype] + LETTERS[dtype] * 2
    if kind not in _KINDS or not x.numel():
        return None
    normed: Tensor = _add_norm(x, None, weight, (x.dtype, dtype), _How(eps=eps, kind=kind))
    return normed


def add_norm(
    x: Tensor | None, added: Tensor, weight: Tensor, eps: float, dropout: float
) -> tuple[Tensor, Tensor] | None:
    """(stream, normed): x (None: zeros) plus what dropout leaves of `added`, and its norm; None where no kernel fits.

    The share `dropout` is by a number of torch's own generator, so that torch.manual_seed decides what falls out.
    """
    if not usable(x, added, weight) or weight.dtype != torch.float32 or not added.numel():
        return None
    dtype = matrix_type(added if x is None else x)
    stream = added.dtype if x is None else x.dtype
    kind = LETTERS[stream] + LETTERS[added.dtype] + LETTERS[dtype]
    if kind not in _KINDS or dropout >= 1:
        return None
    seed = int(torch.randint(2**62, ())) if dropout else 0
    how = _How(eps=eps, share=float(dropout), seed=seed, kind=kind)
    both: tuple[Tensor, Tensor] = _add_norm(x, added, weight, (stream, dtype), how)
    return both


class _TurnHeads(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, qkv: Tensor, q_weight: Tensor, k_weight: Tensor, tables: tuple[Tensor, Tensor],
        heads: tuple[int, int], eps: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        batch, length, _ = qkv.shape
        width = q_weight.numel()
        sizes, qkv = [batch, length, *heads, width], qkv.contiguous()
        cos, sin = (table.contiguous() for table in tables)
        q, k, v = (torch.empty(batch, count, length, width, dtype=qkv.dtype) for count in (*heads, heads[1]))
        call("rows", f"turn_heads_{LETTERS[qkv.dtype]}", qkv, q_weight, k_weight, cos, sin, q, k, v, sizes, eps)
        ctx.save_for_backward(qkv, q_weight, k_weight, cos, sin)
        ctx.sizes, ctx.eps = sizes, eps
        return q, k, v

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *d_heads: Tensor) -> Grads:
        qkv, q_weight, k_weight, cos, sin = ctx.saved_tensors
        d_qkv, width = torch.empty_like(qkv), q_weight.numel()
        d_q_weight, d_k_weight = torch.zeros(_PARTS, width), torch.zeros(_PARTS, width)
        d_q, d_k, d_v = (d.contiguous() for d in d_heads)
        call("rows", f"turn_heads_backward_{LETTERS[qkv.dtype]}", d_q, d_k, d_v, qkv, q_weight, k_weight, cos, sin,
             d_qkv, d_q_weight, d_k_weight, ctx.sizes, ctx.eps)
        return d_qkv, d_q_weight.sum(0), d_k_weight.sum(0), None, None, None


_turn_heads: Callable[..., Any] = _TurnHeads.apply


def turn_heads(
    qkv_BTX: Tensor, weights: tuple[Tensor, Tensor], tables: tuple[Tensor, Tensor], heads: tuple[int, int], eps: float
) -> tuple[Tensor, Tensor, Tensor] | None:
    """q (B, H, T, D), k and v (B, K, T, D) of the fused projection: q and k normed by `weights` and turned by the
    rotary `tables` (T, D); None where no kernel fits."""
    if not usable(qkv_BTX, *weights, *tables) or not qkv_BTX.numel():
        return None
    if any(t.dtype != torch.float32 for t in (*weights, *tables)):
        return None
    made: tuple[Tensor, Tensor, Tensor] = _turn_heads(qkv_BTX, *weights, tables, heads, eps)
    return made


class _SwiGLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gate_up: Tensor) -> Tensor:
        gate_up = gate_up.contiguous()
        width = gate_up.shape[-1] // 2
        out = torch.empty(*gate_up.shape[:-1], width, dtype=gate_up.dtype)
        call("rows", f"swiglu_{LETTERS[out.dtype]}", gate_up, out, out.numel() // width, width)
        ctx.save_for_backward(gate_up)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor) -> Tensor:
        gate_up, = ctx.saved_tensors
        d_gate_up, width = torch.empty_like(gate_up), d_out.shape[-1]
        call("rows", f"swiglu_backward_{LETTERS[gate_up.dtype]}", d_out.contiguous(), gate_up, d_gate_up,
             d_out.numel() // width, width)
        return d_gate_up


_swiglu: Callable[..., Any] = _SwiGLU.apply


def swiglu(gate_up: Tensor) -> Tensor | None:
    """silu(gate) * up of the two halves of the last dimension; None where no kernel fits."""
    if not usable(gate_up) or not gate_up.numel():
        return None
    out: Tensor = _swiglu(gate_up)
    return out
