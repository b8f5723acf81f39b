"""A Qwen3 decoder in plain torch: ids (and which document each belongs to) flow in, hidden states or logits flow out.

RMSNorm, rotary positions, QK-norm, SwiGLU, grouped-query attention, tied embeddings (Qwen3 report, arXiv 2505.09388;
layout of transformers' modeling_qwen3). It knows no loss, no optimiser, no sampling and no text.

Shapes: B batch, T positions, S cached and new positions, C width, H query heads, K key-value heads, D head width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from foundling.model.attention import CAUSAL, Sight, attend
from foundling.recipe import Shape


class RMSNorm(nn.Module):
    """Root-mean-square norm of the last dimension, computed in float32 (Zhang and Sennrich 2019, arXiv 1910.07467)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps).to(x.dtype)


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
        self.shape, self.layer = shape, layer
        self.qkv = nn.Linear(shape.width, shape.head_dim * (shape.heads + 2 * shape.kv_heads), bias=False)
        self.out = nn.Linear(shape.heads * shape.head_dim, shape.width, bias=False)
        self.q_norm = RMSNorm(shape.head_dim, shape.eps)
        self.k_norm = RMSNorm(shape.head_dim, shape.eps)

    def forward(self, x_BTC: Tensor, tables: tuple[Tensor, Tensor], sight: Sight, cache: Cache | None) -> Tensor:
        shape, (batch, length, _) = self.shape, x_BTC.shape
        sizes = [shape.heads, shape.kv_heads, shape.kv_heads]
        qkv = self.qkv(x_BTC).view(batch, length, sum(sizes), shape.head_dim).transpose(1, 2)
        q, k, v = qkv.split(sizes, dim=1)
        q, k = rotate(self.q_norm(q), *tables), rotate(self.k_norm(k), *tables)
        if cache is not None:
            k, v = cache.write(self.layer, k, v)
        y_BHTD = attend(q, k, v, sight)
        out_BTC: Tensor = self.out(y_BHTD.transpose(1, 2).reshape(batch, length, -1))
        return out_BTC


class SwiGLU(nn.Module):
    """down(silu(gate(x)) * up(x)) with gate and up in one fused matrix (Shazeer 2020, arXiv 2002.05202)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_up = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x_BTC: Tensor) -> Tensor:
        gate, up = self.gate_up(x_BTC).chunk(2, dim=-1)
        out_BTC: Tensor = self.down(F.silu(gate) * up)
        return out_BTC


class Block(nn.Module):
    """One layer: attention and SwiGLU, each behind a norm and added to the stream; dropout on what is added."""

    def __init__(self, shape: Shape, layer: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm, self.mlp_norm = RMSNorm(shape.width, shape.eps), RMSNorm(shape.width, shape.eps)
        self.attention, self.mlp = Attention(shape, layer), SwiGLU(shape)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x_BTC: Tensor, tables: tuple[Tensor, Tensor], sight: Sight, cache: Cache | None) -> Tensor:
        x_BTC = x_BTC + self.dropout(self.attention(self.attention_norm(x_BTC), tables, sight, cache))
        out_BTC: Tensor = x_BTC + self.dropout(self.mlp(self.mlp_norm(x_BTC)))
        return out_BTC


class Decoder(nn.Module):
    """The whole model. Dropout works only in training mode. Randomness: weights are drawn from `generator`."""

    def __init__(self, shape: Shape, *, dropout: float = 0.0, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape, layer, dropout) for layer in range(shape.layers))
        self.norm = RMSNorm(shape.width, shape.eps)
        self.dropout = nn.Dropout(dropout)
        self.tables = rotary_tables(shape, shape.context)
        self._initialise(generator)

    def _initialise(self, generator: torch.Generator | None) -> None:
        """Normal weights of standard deviation 0.02, matrices into the stream scaled by 1/sqrt(2L) (GPT-2 report)."""
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                into_stream = name.endswith(("out.weight", "down.weight"))
                deviation = 0.02 / (2 * self.shape.layers) ** 0.5 if into_stream else 0.02
                nn.init.normal_(weight, std=deviation, generator=generator)

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
        x_BTC = self.dropout(self.embedding(ids_BT))
        for block in self.blocks:
            x_BTC = block(x_BTC, tables, sight, cache)
        if cache is not None:
            cache.length = start + length
        normed_BTC: Tensor = self.norm(x_BTC)
        return normed_BTC

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        """Scores of every id, (B, T, vocabulary), from normed hidden states: the embedding used the other way round."""
        return F.linear(hidden_BTC, self.embedding.weight)

    def forward(self, ids_BT: Tensor, sight: Sight = CAUSAL) -> Tensor:
        return self.logits(self.hidden(ids_BT, sight))
