"""One stream, fast: int8 weights, a cache of fixed size and, where a compiler is found, a compiled step.

At one stream a step reads every weight once, so bytes per weight decide the speed (LOG.md, generation). Prompts are
read by the float32 model; only the steps that follow use the int8 weights. Batches stay with `Engine`.
"""

import copy
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.inference.engine import Engine
from foundling.inference.sampling import Sampling, choose
from foundling.model import CAUSAL, Cache, Decoder
from foundling.model.decoder import Block, rotate


def quantise(weight_OI: Tensor) -> tuple[Tensor, Tensor]:
    """Symmetric int8 per output row: (int8 weights, scales (O,)), so that weight = int8 * scale within half a step."""
    scale_O = weight_OI.abs().amax(dim=1).clamp(min=1e-8) / 127.0
    return (weight_OI / scale_O[:, None]).round().clamp(-127, 127).to(torch.int8), scale_O


def rounded(model: Decoder) -> Decoder:
    """A float32 copy whose matrices hold what int8 can hold: to measure what the rounding costs in bits per byte."""
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for weight in twin.parameters():
            if weight.dim() == 2:
                values, scale = quantise(weight)
                weight.copy_(values.float() * scale[:, None])
    return twin


class Int8(torch.nn.Module):
    """x @ weight.T with int8 weights and bfloat16 activations."""

    values: Tensor
    scale: Tensor

    def __init__(self, weight_OI: Tensor) -> None:
        super().__init__()
        values, scale = quantise(weight_OI.detach())
        self.register_buffer("values", values)
        self.register_buffer("scale", scale.bfloat16())

    def forward(self, x_BI: Tensor) -> Tensor:
        return torch._weight_int8pack_mm(x_BI, self.values, self.scale)


class FastStep(torch.nn.Module):
    """One position through the whole decoder: ids (1,) at place (1,) in, logits (1, vocabulary) out."""

    def __init__(self, model: Decoder, capacity: int) -> None:
        super().__init__()
        shape = self.shape = model.shape
        blocks: list[Block] = [block for block in model.blocks if isinstance(block, Block)]
        self.embedding = model.embedding.weight.detach().bfloat16()
        self.qkv = torch.nn.ModuleList(Int8(b.attention.qkv.weight) for b in blocks)
        self.out = torch.nn.ModuleList(Int8(b.attention.out.weight) for b in blocks)
        self.gate_up = torch.nn.ModuleList(Int8(b.mlp.gate_up.weight) for b in blocks)
        self.down = torch.nn.ModuleList(Int8(b.mlp.down.weight) for b in blocks)
        self.head = Int8(model.embedding.weight)
        self.norms = [
            tuple(n.weight.detach() for n in (b.attention_norm, b.mlp_norm, b.attention.q_norm, b.attention.k_norm))
            for b in blocks
        ]
        self.last = model.norm.weight.detach()
        self.cos, self.sin = model.tables
        # A tensor a layer: a compiled step would copy one big tensor whenever a slice of it is written.
        size = (shape.kv_heads, capacity, shape.head_dim)
        self.keys = [torch.zeros(size) for _ in blocks]
        self.values = [torch.zeros(size) for _ in blocks]
        self.places = torch.arange(capacity)

    def norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.rms_norm(x.float(), (x.shape[-1],), weight, self.shape.eps).bfloat16()

    def forward(self, ids_1: Tensor, place_1: Tensor) -> Tensor:
        shape = self.shape
        x = self.embedding[ids_1]
        cos, sin = self.cos[place_1], self.sin[place_1]
        closed = self.places > place_1
        for layer in range(shape.layers):
            before, middle, q_norm, k_norm = self.norms[layer]
            heads = self.qkv[layer](self.norm(x, before)).view(-1, 1, shape.head_dim)
            q, k, v = heads.split([shape.heads, shape.kv_heads, shape.kv_heads])
            q, k = rotate(self.norm(q, q_norm), cos, sin), rotate(self.norm(k, k_norm), cos, sin)
            keys, values = self.keys[layer], self.values[layer]
            keys.index_copy_(1, place_1, k.float())
            values.index_copy_(1, place_1, v.float())
            # One query a head: products and sums, which a compiler fuses, beat a matrix product of one row.
            q_KGD = q.view(shape.kv_heads, -1, 1, shape.head_dim).float() * shape.head_dim**-0.5
            scores_KGS = (q_KGD * keys[:, None]).sum(dim=-1)
            shares_KGS = scores_KGS.masked_fill(closed, -torch.inf).softmax(dim=-1)
            mixed_KGD = (shares_KGS[..., None] * values[:, None]).sum(dim=2)
            x = x + self.out[layer](mixed_KGD.reshape(1, -1).bfloat16())
            gate, up = self.gate_up[layer](self.norm(x, middle)).chunk(2, dim=-1)
            x = x + self.down[layer](F.silu(gate) * up)
        logits: Tensor = self.head(self.norm(x, self.last))
        return logits.float()


class FastEngine:
    """An engine for one stream. Its first words after a start wait for the compiler when `compiled` is asked for."""

    def __init__(self, model: Decoder, *, capacity: int | None = None, compiled: bool = False) -> None:
        self.slow, self.context = Engine(model), min(capacity or model.shape.context, model.shape.context)
        self._fast = FastStep(model.eval(), self.context)
        self._step = torch.compile(self._fast, dynamic=False) if compiled else self._fast

    @torch.no_grad()
    def stream(
        self, prompt: Sequence[int], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> Iterator[int]:
        """New ids of one prompt as they come, without the stop id; the prompt loses its beginning where it must.

        `most` bounds the new ids, and so does the context. Raises ValueError for a prompt without ids. One stream at a
        time: the cache is the engine's.
        """
        if not prompt:
            raise ValueError("a prompt has no ids; begin it with <|begin|>")
        most = min(most, self.context)
        ids = list(prompt)[-max(1, self.context - most):]
        model, fast = self.slow.model, self._fast
        cache = Cache(model.shape, 1, model.embedding.weight.dtype, len(ids))
        logits = model.logits(model.hidden(torch.tensor([ids]), CAUSAL, cache)[:, -1])
        for layer in range(model.shape.layers):
            fast.keys[layer][:, :len(ids)] = cache.keys[layer, 0]
            fast.values[layer][:, :len(ids)] = cache.values[layer, 0]
        seen: list[int] = []
        for place in range(len(ids), len(ids) + most):
            value = int(choose(logits, [seen], how, generator))
            if value in stops:
                return
            yield value
            seen.append(value)
            if place < self.context:
                logits = self._step(torch.tensor([value]), torch.tensor([place]))

    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """As `Engine.log_probabilities`, in float32."""
        return self.slow.log_probabilities(prefix, continuations)
