"""An encoder-decoder in plain torch: a source and the target so far flow in, scores of the target's next ids flow out.

T5 v1.1's layout (Raffel et al. 2020, arXiv 1910.10683; transformers' modeling_t5): RMSNorm before each part, a bias by
distance instead of positions, a gated MLP (SiLU, so that it is the decoder's own), tied embeddings, whose scores are
taken of states scaled by 1/sqrt(C). Shapes: B batch, S source positions, T target positions, C width, H heads, D head
width. Attention is scaled by 1/sqrt(D), which T5 leaves to its query matrix: saving folds it in.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from foundling.model.decoder import RMSNorm, SwiGLU, draw_weights
from foundling.recipe import Shape
from foundling.recipe.attention import Full

BUCKETS, FARTHEST = 32, 128
_UNSEEN = -1e4  # added to a score that does not count; finite, so that a padded position that sees nothing stays finite


def distance_buckets(length: int, *, both_sides: bool) -> Tensor:
    """(T, T) integers: the bucket of each key position seen from each query position (Raffel et al., section 2.1).

    Half of a side's buckets hold one distance each; the rest widen logarithmically up to FARTHEST. Looking both ways,
    keys to the right have the second half of all buckets; else they, whom nobody sees, share bucket 0.
    """
    place = torch.arange(length)
    offset = place[None, :] - place[:, None]
    side = BUCKETS // 2 if both_sides else BUCKETS
    distance = offset.abs() if both_sides else (-offset).clamp(min=0)
    exact = side // 2
    share = torch.log(distance.clamp(min=1).float() / exact) / math.log(FARTHEST / exact)
    wide = (exact + (share * (side - exact)).long()).clamp(max=side - 1)
    bucket = torch.where(distance < exact, distance, wide)
    return bucket + side * (offset > 0) if both_sides else bucket


def _same(query_BT: Tensor | None, key_BS: Tensor | None) -> Tensor | None:
    """(B, 1, T, S), 0 where both belong to the same document and _UNSEEN elsewhere; None where nothing is told."""
    if query_BT is None or key_BS is None:
        return None
    return torch.where(query_BT[:, None, :, None] == key_BS[:, None, None, :], 0.0, _UNSEEN)


def _mix(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
    """Attention with `bias` (B or 1, H or 1, T, S) added to the scores; heads joined, (B, T, H * D)."""
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=None if bias is None else bias.to(q.dtype))
    return y.transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    """Every position looks at those of its own sequence; `qkv` is one fused matrix."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.head_dim = shape.heads, shape.head_dim
        self.qkv = nn.Linear(shape.width, 3 * shape.heads * shape.head_dim, bias=False)
        self.fused = {"qkv.weight": (shape.heads * shape.head_dim,) * 3}
        self.out = nn.Linear(shape.heads * shape.head_dim, shape.width, bias=False)

    def forward(self, x_BTC: Tensor, bias: Tensor) -> Tensor:
        batch, length, _ = x_BTC.shape
        qkv = self.qkv(x_BTC).view(batch, length, 3 * self.heads, self.head_dim).transpose(1, 2)
        q, k, v = qkv.chunk(3, dim=1)
        out_BTC: Tensor = self.out(_mix(q, k, v, bias))
        return out_BTC


class CrossAttention(nn.Module):
    """Every target position looks at the source; no bias by distance."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.head_dim, inner = shape.heads, shape.head_dim, shape.heads * shape.head_dim
        self.q, self.k, self.v = (nn.Linear(shape.width, inner, bias=False) for _ in range(3))
        self.out = nn.Linear(inner, shape.width, bias=False)

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, self.head_dim).transpose(1, 2)

    def forward(self, x_BTC: Tensor, memory_BSC: Tensor, bias: Tensor | None) -> Tensor:
        q, k, v = self._heads(self.q(x_BTC)), self._heads(self.k(memory_BSC)), self._heads(self.v(memory_BSC))
        out_BTC: Tensor = self.out(_mix(q, k, v, bias))
        return out_BTC


class StackBlock(nn.Module):
    """One layer of either stack: self-attention, in the decoder cross-attention, and SwiGLU, each behind a norm."""

    def __init__(self, shape: Shape, dropout: float, *, crossed: bool) -> None:
        super().__init__()
        self.attention_norm, self.mlp_norm = RMSNorm(shape.width, shape.eps), RMSNorm(shape.width, shape.eps)
        self.attention, self.mlp = SelfAttention(shape), SwiGLU(shape)
        self.cross_norm = RMSNorm(shape.width, shape.eps) if crossed else None
        self.cross = CrossAttention(shape) if crossed else None
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x_BTC: Tensor, bias: Tensor, memory_BSC: Tensor | None = None, cross_bias: Tensor | None = None
    ) -> Tensor:
        x_BTC = x_BTC + self.dropout(self.attention(self.attention_norm(x_BTC), bias))
        if self.cross is not None and self.cross_norm is not None and memory_BSC is not None:
            x_BTC = x_BTC + self.dropout(self.cross(self.cross_norm(x_BTC), memory_BSC, cross_bias))
        out_BTC: Tensor = x_BTC + self.dropout(self.mlp(self.mlp_norm(x_BTC)))
        return out_BTC


class Seq2Seq(nn.Module):
    """The whole model: `shape.layers` layers in each stack. Sentinels count down from the last id of its vocabulary.

    The tables of distance are called embeddings, as which optimisers treat them. Weights are drawn from `generator`.
    Raises ValueError for a shape whose heads share keys: the layout knows none such.
    """

    def __init__(self, shape: Shape, *, dropout: float = 0.0, generator: torch.Generator | None = None) -> None:
        super().__init__()
        if shape.kv_heads != shape.heads:
            raise ValueError("an encoder-decoder needs as many key-value heads as heads")
        if shape.attention != Full():
            raise ValueError("an encoder-decoder has full attention in every layer")
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.embedding_near_source = nn.Embedding(BUCKETS, shape.heads)
        self.embedding_near_target = nn.Embedding(BUCKETS, shape.heads)
        self.source_blocks = nn.ModuleList(StackBlock(shape, dropout, crossed=False) for _ in range(shape.layers))
        self.target_blocks = nn.ModuleList(StackBlock(shape, dropout, crossed=True) for _ in range(shape.layers))
        self.source_norm, self.target_norm = RMSNorm(shape.width, shape.eps), RMSNorm(shape.width, shape.eps)
        self.dropout = nn.Dropout(dropout)
        draw_weights(self, shape.layers, generator)
        nn.init.constant_(self.target_norm.weight, shape.width**0.5)  # so that scores start as a decoder's do

    def encode(self, source_BS: Tensor, segment_BS: Tensor | None = None) -> Tensor:
        """What the decoder looks at, (B, S, C); each source position sees those with its own segment number."""
        near = self.embedding_near_source(distance_buckets(source_BS.shape[1], both_sides=True)).permute(2, 0, 1)[None]
        same = _same(segment_BS, segment_BS)
        bias = near if same is None else near + same
        x_BSC = self.dropout(self.embedding(source_BS))
        for block in self.source_blocks:
            x_BSC = block(x_BSC, bias)
        memory_BSC: Tensor = self.dropout(self.source_norm(x_BSC))
        return memory_BSC

    def hidden(
        self, target_BT: Tensor, memory_BSC: Tensor, source_segment_BS: Tensor | None = None,
        target_segment_BT: Tensor | None = None,
    ) -> Tensor:
        """Normed hidden states (B, T, C) of target ids, each seeing earlier ones and the source of its segment; scaled,
        so that `logits` are plain products as the other architectures' are."""
        length = target_BT.shape[1]
        near = self.embedding_near_target(distance_buckets(length, both_sides=False)).permute(2, 0, 1)[None]
        bias = near + torch.full((length, length), _UNSEEN).triu(1)
        same = _same(target_segment_BT, target_segment_BT)
        bias, across = bias if same is None else bias + same, _same(target_segment_BT, source_segment_BS)
        x_BTC = self.dropout(self.embedding(target_BT))
        for block in self.target_blocks:
            x_BTC = block(x_BTC, bias, memory_BSC, across)
        scaled_BTC: Tensor = self.target_norm(x_BTC) * self.shape.width**-0.5
        return scaled_BTC

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        """Scores of every id, (B, T, vocabulary): the embedding used the other way round."""
        return F.linear(hidden_BTC, self.embedding.weight)

    def forward(
        self, source_BS: Tensor, target_BT: Tensor, source_segment_BS: Tensor | None = None,
        target_segment_BT: Tensor | None = None,
    ) -> Tensor:
        memory_BSC = self.encode(source_BS, source_segment_BS)
        return self.logits(self.hidden(target_BT, memory_BSC, source_segment_BS, target_segment_BT))
