"""AdamW (fused) and Muon: a model's parameters in, updated in place. Decoupled decay falls on matrices only.

Muon: Jordan et al. 2024 (kellerjordan.github.io/posts/muon). Fused matrices are split before they are orthogonalised,
and matrices of one shape go through the iteration as one batch, which is what makes it cheap on a CPU.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor

from foundling.model import Decoder
from foundling.recipe import Shape, TrainRecipe

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # quintic coefficients of the Muon write-up


@torch.no_grad()
def orthogonalise(matrices_NRC: Tensor, iterations: int = 5) -> Tensor:
    """The nearest half-orthogonal matrix of each, roughly: singular values come out between about 0.7 and 1.2."""
    x = matrices_NRC.bfloat16() if matrices_NRC.dtype == torch.float32 else matrices_NRC
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = _NEWTON_SCHULZ
    for _ in range(iterations):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.mT if tall else x).float()


def _pieces(name: str, weight: Tensor, shape: Shape) -> tuple[Tensor, ...]:
    """A fused matrix as the matrices it is made of (views)."""
    if name.endswith("qkv.weight"):
        q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        return torch.split(weight, [q, kv, kv])
    return torch.chunk(weight, 2) if name.endswith("gate_up.weight") else (weight,)


class Muon:
    """Momentum, orthogonalised: for hidden matrices. State: one momentum buffer per matrix, in `buffers` by name."""

    def __init__(self, named: Iterable[tuple[str, Tensor]], shape: Shape, recipe: TrainRecipe) -> None:
        self.named, self.shape, self.recipe = list(named), shape, recipe
        self.buffers = {name: torch.zeros_like(weight) for name, weight in self.named}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One update at `rate` times the recipe's matrix rate, Nesterov momentum 0.95, decoupled decay."""
        groups: dict[torch.Size, list[tuple[Tensor, Tensor]]] = defaultdict(list)
        for name, weight in self.named:
            assert weight.grad is not None
            buffer = self.buffers[name].lerp_(weight.grad, 0.05)
            update = weight.grad.lerp(buffer, 0.95)
            for piece, part in zip(_pieces(name, weight, self.shape), _pieces(name, update, self.shape), strict=True):
                groups[piece.shape].append((piece, part))
        step = self.recipe.matrix_rate * rate
        for (rows, columns), pairs in groups.items():
            updates = orthogonalise(torch.stack([part for _, part in pairs]))
            scale = step * max(1.0, rows / columns) ** 0.5
            for (piece, _), update in zip(pairs, updates, strict=True):
                piece.mul_(1.0 - step * self.recipe.weight_decay).add_(update, alpha=-scale)


class Optimiser:
    """What the loop holds: AdamW for some parameters and Muon for the rest, stepped together.

    `undecayed` and `decayed` list the names, for the run's record. tensors() and load() carry the whole state.
    """

    def __init__(self, model: Decoder, recipe: TrainRecipe) -> None:
        self.recipe = recipe
        matrix = {n: p for n, p in model.named_parameters() if p.dim() == 2 and not n.startswith("embedding")}
        rest = {n: p for n, p in model.named_parameters() if n not in matrix}
        adam: list[dict[str, object]] = [{"params": list(rest.values()), "weight_decay": 0.0}]
        self.undecayed, self.decayed = sorted(rest), sorted(matrix)
        self.muon: Muon | None = None
        if recipe.optimiser == "muon":
            self.muon = Muon(matrix.items(), model.shape, recipe)
        else:
            adam.append({"params": list(matrix.values()), "weight_decay": recipe.weight_decay})
        self.adam = torch.optim.AdamW(adam, lr=recipe.rate, betas=recipe.betas, eps=1e-8, fused=True)
        self._order = [*rest, *matrix] if self.muon is None else list(rest)

    def step(self, rate: float) -> None:
        """One update with every rate multiplied by `rate` (0 to 1)."""
        for group in self.adam.param_groups:
            group["lr"] = self.recipe.rate * rate
        self.adam.step()
        if self.muon is not None:
            self.muon.step(rate)

    def tensors(self) -> dict[str, Tensor]:
        """The whole state as named tensors."""
        adam = {
            f"adam.{self._order[index]}.{key}": value
            for index, entry in self.adam.state_dict()["state"].items() for key, value in entry.items()
        }
        muon = {f"muon.{name}": buffer for name, buffer in self.muon.buffers.items()} if self.muon else {}
        return adam | muon

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Restore what `tensors` gave. Raises KeyError when a tensor is missing."""
        state = self.adam.state_dict()
        if any(name.startswith("adam.") for name in tensors):
            state["state"] = {
                index: {key: tensors[f"adam.{name}.{key}"].clone() for key in ("step", "exp_avg", "exp_avg_sq")}
                for index, name in enumerate(self._order)
            }
            self.adam.load_state_dict(state)
        if self.muon is not None:
            for name, buffer in self.muon.buffers.items():
                buffer.copy_(tensors[f"muon.{name}"])


def rate_at(recipe: TrainRecipe, step: int) -> float:
    """The multiplier of all rates at a step: linear warm-up, plateau, linear decay to `final` (Hägele 2024: WSD)."""
    warmup, decay = max(1, round(recipe.steps * recipe.warmup)), max(1, round(recipe.steps * recipe.decay))
    left = (recipe.steps - step) / decay
    return min((step + 1) / warmup, 1.0, recipe.final + (1.0 - recipe.final) * left)
