"""A Qwen3 decoder in plain torch: ids (and which document each belongs to) flow in, hidden states or logits flow out.

RMSNorm, rotary positions, QK-norm, SwiGLU, grouped-query attention, tied embeddings (Qwen3 report, arXiv 2505.09388;
layout of transformers' modeling_qwen3). It knows no loss, no optimiser, no sampling and no text.

Shapes: B batch, T positions, S cached and new positions, C width, H query heads, K key-value heads, D head width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from foundling.model.attention import CAUSAL, Sight, attend
from foundling.model.kernels import rows
from foundling.recipe import Shape


class RMSNorm(nn.Module):
    """Root-mean-square norm of the last dimension, computed in float32 (Zhang and Sennrich 2019, arXiv 1910.07467).

    Where a kernel does it, the outcome has the type in which autocast would multiply it; in plain torch that of x.
    """

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        normed = rows.norm(x, self.weight, self.eps)
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps).to(x.dtype) if normed is None else normed

    def after(self, x: Tensor | None, added: Tensor, dropout: float) -> tuple[Tensor, Tensor]:
        """The stream x (None: it begins here) plus what dropout leaves of `added`, and its norm."""
        both = rows.add_norm(x, added, self.weight, self.eps, dropout)
        if both is not None:
            return both
        left = F.dropout(added, dropout) if dropout else added
        stream = left if x is None else x + left
        return stream, self(stream)


def rotary_tables(shape: Shape, length: int) -> tuple[Tensor, Tensor]:
    """cos and sin, each (length, D), of rotary positions in the half-rotation layout (Su et al., arXiv 2104.09864)."""
    exponents = torch.arange(0, shape.head_dim, 2, dtype=torch.float32) / shape.head_dim
    angles = torch.outer(torch.arange(length, dtype=torch.float32), 1.0 / shape.rope_base**exponents)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(x_BHTD: Tensor, cos_TD: Tensor, sin_TD: Tensor) -> Tensor:
    """Turn each pair (i, i + D/2) by its position's angle; dtype is kept."""
    first, second = x_BHTD.chunk(2, dim=-1)
    turned = torch.cat([-second, first], dim=-1)
    return (x_BHTD * cos_TD + turned * sin_TD).to(x_BHTD.dtype)


class Cache:
    """Keys and values of what was read, per layer (B, K, S, D), written in place; `length` positions are filled."""

    def __init__(self, shape: Shape, batch: int, dtype: torch.dtype, capacity: int | None = None) -> None:
        size = (shape.layers, batch, shape.kv_heads, capacity or shape.context, shape.head_dim)
        self.keys, self.values = torch.zeros(size, dtype=dtype), torch.zeros(size, dtype=dtype)
        self.length = 0

    def write(self, layer: int, k_BKTD: Tensor, v_BKTD: Tensor) -> tuple[Tensor, Tensor]:
        """Store new keys and values after the filled ones; returns all of this layer's, old and new."""
        end = self.length + k_BKTD.shape[2]
        self.keys[layer][:, :, self.length:end] = k_BKTD
        self.values[layer][:, :, self.length:end] = v_BKTD
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]


class Attention(nn.Module):
    """Grouped-query self-attention with QK-norm; `qkv` is one fused matrix, split when weights are saved."""

    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.shape, self.layer, self.kind = shape, layer, shape.attention.of_layer(layer)
        self.qkv = nn.Linear(shape.width, shape.head_dim * (shape.heads + 2 * shape.kv_heads), bias=False)
        self.out = nn.Linear(shape.heads * shape.head_dim, shape.width, bias=False)
        self.fused = {"qkv.weight": tuple(shape.head_dim * n for n in (shape.heads, shape.kv_heads, shape.kv_heads))}
        self.q_norm = RMSNorm(shape.head_dim, shape.eps)
        self.k_norm = RMSNorm(shape.head_dim, shape.eps)

    def forward(self, x_BTC: Tensor, tables: tuple[Tensor, Tensor], sight: Sight, cache: Cache | None) -> Tensor:
        batch, length, _ = x_BTC.shape
        q, k, v = self._heads(self.qkv(x_BTC), tables)
        if cache is not None:
            k, v = cache.write(self.layer, k, v)
        y_BHTD = attend(q, k, v, sight, self.kind)
        out_BTC: Tensor = self.out(y_BHTD.transpose(1, 2).reshape(batch, length, -1))
        return out_BTC

    def _heads(self, qkv_BTX: Tensor, tables: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """q (B, H, T, D), k and v (B, K, T, D): q and k normed, then turned by their positions."""
        shape, weights = self.shape, (self.q_norm.weight, self.k_norm.weight)
        heads = rows.turn_heads(qkv_BTX, weights, tables, (shape.heads, shape.kv_heads), shape.eps)
        if heads is not None:
            return heads
        sizes = [shape.heads, shape.kv_heads, shape.kv_heads]
        q, k, v = torch.split(qkv_BTX.view(*qkv_BTX.shape[:2], sum(sizes), -1).transpose(1, 2), sizes, dim=1)
        return rotate(self.q_norm(q), *tables), rotate(self.k_norm(k), *tables), v


class SwiGLU(nn.Module):
    """down(silu(gate(x)) * up(x)) with gate and up in one fused matrix (Shazeer 2020, arXiv 2002.05202)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_up = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.fused = {"gate_up.weight": (shape.hidden, shape.hidden)}
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x_BTC: Tensor) -> Tensor:
        gate_up = self.gate_up(x_BTC)
        mixed = rows.swiglu(gate_up)
        if mixed is None:
            gate, up = gate_up.chunk(2, dim=-1)
            mixed = F.silu(gate) * up
        out_BTC: Tensor = self.down(mixed)
        return out_BTC


class Block(nn.Module):
    """One layer: attention and SwiGLU, each behind a norm and added to the stream; dropout on what is added.

    The stream x and what is still to be added to it flow in, and flow out one layer on: so adding, dropout and the
    norm that follows are one pass over the stream.
    """

    def __init__(self, shape: Shape, layer: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm, self.mlp_norm = RMSNorm(shape.width, shape.eps), RMSNorm(shape.width, shape.eps)
        self.attention, self.mlp = Attention(shape, layer), SwiGLU(shape)
        self.dropout = dropout

    def forward(
        self, x_BTC: Tensor | None, added_BTC: Tensor, tables: tuple[Tensor, Tensor], sight: Sight, cache: Cache | None
    ) -> tuple[Tensor, Tensor]:
        dropout = self.dropout if self.training else 0.0
        x_BTC, normed_BTC = self.attention_norm.after(x_BTC, added_BTC, dropout)
        added_BTC = self.attention(normed_BTC, tables, sight, cache)
        x_BTC, normed_BTC = self.mlp_norm.after(x_BTC, added_BTC, dropout)
        added_BTC = self.mlp(normed_BTC)
        return x_BTC, added_BTC


def draw_weights(model: nn.Module, layers: int, generator: torch.Generator | None) -> None:
    """Normal weights of standard deviation 0.02, matrices into the stream scaled by 1/sqrt(2L) (GPT-2 report)."""
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            into_stream = name.endswith(("out.weight", "down.weight"))
            nn.init.normal_(weight, std=0.02 / (2 * layers) ** 0.5 if into_stream else 0.02, generator=generator)


class Decoder(nn.Module):
    """The whole model. Dropout works only in training mode. Randomness: weights are drawn from `generator`."""

    def __init__(self, shape: Shape, *, dropout: float = 0.0, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape, layer, dropout) for layer in range(shape.layers))
        self.norm = RMSNorm(shape.width, shape.eps)
        self.dropout = dropout
        self.tables = rotary_tables(shape, shape.context)
        draw_weights(self, shape.layers, generator)

    def hidden(self, ids_BT: Tensor, sight: Sight = CAUSAL, cache: Cache | None = None) -> Tensor:
        """Normed hidden states (B, T, C) of ids (B, T), each position seeing what `sight` allows.

        With a `cache` the ids continue what it holds and its length grows by T; then a sight with a mask (B, 1, T, S)
        is needed unless the cache was empty or T is 1. Raises ValueError without it, or where positions exceed the
        context.
        """
        start, length = (cache.length if cache else 0), ids_BT.shape[1]
        if start + length > self.shape.context:
            raise ValueError(f"{start + length} positions exceed the context of {self.shape.context}")
        if start and length > 1 and sight.mask is None:  # plain attention would line the new ids up with the oldest
            raise ValueError("several ids that continue a cache need a sight with a mask (B, 1, T, S)")
        cos, sin = self.tables
        tables = cos[start:start + length], sin[start:start + length]
        x_BTC: Tensor | None = None
        added_BTC = self.embedding(ids_BT)
        for block in self.blocks:
            x_BTC, added_BTC = block(x_BTC, added_BTC, tables, sight, cache)
        if cache is not None:
            cache.length = start + length
        return self.norm.after(x_BTC, added_BTC, self.dropout if self.training else 0.0)[1]

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        """Scores of every id, (B, T, vocabulary), from normed hidden states: the embedding used the other way round."""
        return F.linear(hidden_BTC, self.embedding.weight)

    def forward(self, ids_BT: Tensor, sight: Sight = CAUSAL) -> Tensor:
        return self.logits(self.hidden(ids_BT, sight))
