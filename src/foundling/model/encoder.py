"""A bidirectional encoder in plain torch: ids flow in, hidden states or scores of every id at every position flow out.

ModernBERT's layout (Warner et al. 2024, arXiv 2412.13663; transformers' modeling_modernbert) with every layer global:
rotary positions, norms before attention and MLP (LayerNorm without bias; the first layer's stands behind the
embedding), a gated MLP and a dense head before the tied output. The gate is SiLU and not GELU, so that the MLP is the
decoder's own. Shapes: B batch, T positions, C width, H heads, D head width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from foundling.model.attention import Sight, attend
from foundling.model.decoder import SwiGLU, draw_weights, rotary_tables, rotate
from foundling.recipe import Shape
from foundling.recipe.attention import Full

BOTH_SIDES = Sight(causal=False)


class LayerNorm(nn.Module):
    """Centred and scaled to variance 1, a weight but no bias, in float32 (Ba et al. 2016, arXiv 1607.06450)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x.float(), (x.shape[-1],), self.weight, None, self.eps).to(x.dtype)


class PlainAttention(nn.Module):
    """Self-attention with rotary positions and no QK-norm; `qkv` is one fused matrix."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.head_dim = shape.heads, shape.head_dim
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.fused = {"qkv.weight": (shape.width,) * 3}
        self.out = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x_BTC: Tensor, tables: tuple[Tensor, Tensor], sight: Sight) -> Tensor:
        batch, length, _ = x_BTC.shape
        qkv = self.qkv(x_BTC).view(batch, length, 3 * self.heads, self.head_dim).transpose(1, 2)
        q, k, v = qkv.chunk(3, dim=1)
        y_BHTD = attend(rotate(q, *tables), rotate(k, *tables), v, sight)
        out_BTC: Tensor = self.out(y_BHTD.transpose(1, 2).reshape(batch, length, -1))
        return out_BTC


class EncoderBlock(nn.Module):
    """One layer: attention and SwiGLU added to the stream, each behind a norm; the first layer's input is normed."""

    def __init__(self, shape: Shape, layer: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = LayerNorm(shape.width, shape.eps) if layer else nn.Identity()
        self.mlp_norm = LayerNorm(shape.width, shape.eps)
        self.attention, self.mlp = PlainAttention(shape), SwiGLU(shape)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x_BTC: Tensor, tables: tuple[Tensor, Tensor], sight: Sight) -> Tensor:
        x_BTC = x_BTC + self.dropout(self.attention(self.attention_norm(x_BTC), tables, sight))
        out_BTC: Tensor = x_BTC + self.dropout(self.mlp(self.mlp_norm(x_BTC)))
        return out_BTC


class Encoder(nn.Module):
    """The whole model. The last id of its vocabulary is the mask. Weights are drawn from `generator`.

    Raises ValueError for a shape whose heads do not fill its width or share keys: the layout knows none such.
    """

    def __init__(self, shape: Shape, *, dropout: float = 0.0, generator: torch.Generator | None = None) -> None:
        super().__init__()
        if shape.heads * shape.head_dim != shape.width or shape.kv_heads != shape.heads:
            raise ValueError("an encoder needs heads * head_dim == width and as many key-value heads as heads")
        if shape.attention != Full():
            raise ValueError("an encoder has full attention in every layer")
        self.shape, self.mask_id = shape, shape.vocabulary - 1
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.embedding_norm = LayerNorm(shape.width, shape.eps)
        self.blocks = nn.ModuleList(EncoderBlock(shape, layer, dropout) for layer in range(shape.layers))
        self.norm = LayerNorm(shape.width, shape.eps)
        self.head = nn.Linear(shape.width, shape.width, bias=False)
        self.head_norm = LayerNorm(shape.width, shape.eps)
        self.dropout = nn.Dropout(dropout)
        self.tables = rotary_tables(shape, shape.context)
        draw_weights(self, shape.layers, generator)

    def hidden(self, ids_BT: Tensor, sight: Sight = BOTH_SIDES) -> Tensor:
        """Hidden states (B, T, C) of ids (B, T) behind the head, ready for `logits`; each position sees what `sight`
        allows. Raises ValueError where positions exceed the context."""
        length = ids_BT.shape[1]
        if length > self.shape.context:
            raise ValueError(f"{length} positions exceed the context of {self.shape.context}")
        tables = self.tables[0][:length], self.tables[1][:length]
        x_BTC = self.dropout(self.embedding_norm(self.embedding(ids_BT)))
        for block in self.blocks:
            x_BTC = block(x_BTC, tables, sight)
        headed_BTC: Tensor = self.head_norm(F.gelu(self.head(self.norm(x_BTC))))
        return headed_BTC

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        """Scores of every id, (B, T, vocabulary): the embedding used the other way round."""
        return F.linear(hidden_BTC, self.embedding.weight)

    def forward(self, ids_BT: Tensor, sight: Sight = BOTH_SIDES) -> Tensor:
        return self.logits(self.hidden(ids_BT, sight))
