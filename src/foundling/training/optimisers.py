"""SGD, Adam, AdamW and Muon: a model's parameters in, updated in place. Decay falls on hidden matrices only.

Muon: Jordan et al. 2024 (kellerjordan.github.io/posts/muon). Fused matrices are split before they are orthogonalised:
a module says in `fused` how many rows each matrix inside one of its weights has. Rates, decay and averaging over the
course of a run are functions of the step.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn

from foundling.recipe import TrainRecipe
from foundling.training.machine import bfloat16_pays
from foundling.training.orthogonal import orthogonalise
from foundling.training.sharded import local, own_part, whole

Rows = Mapping[str, tuple[int, ...]]
_TOGETHER = 16  # matrices of one shape that are orthogonalised as one batch: more are no faster and want more memory


def hidden_matrices(model: nn.Module) -> dict[str, Tensor]:
    """The weights that decay, and that Muon steps: those of two dimensions that are no embedding."""
    apart = {id(w) for module in model.modules() if isinstance(module, nn.Embedding) for w in module.parameters()}
    return {
        name: weight for name, weight in model.named_parameters()
        if weight.dim() == 2 and id(weight) not in apart and "embedding" not in name
    }


def fused_rows(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """By name of a weight: the rows of each matrix inside it, as the modules that fuse matrices say."""
    return {
        f"{place}.{name}".lstrip("."): rows
        for place, module in model.named_modules() for name, rows in getattr(module, "fused", {}).items()
    }


class Muon:
    """Momentum, orthogonalised: for hidden matrices. State: one momentum buffer per matrix, in `buffers` by name.

    Directions are worked out in bfloat16 where the machine multiplies it natively, else in float32.
    """

    def __init__(self, named: Iterable[tuple[str, Tensor]], fused: Rows, recipe: TrainRecipe) -> None:
        self.named, self.fused, self.recipe = list(named), fused, recipe
        self.buffers = {name: torch.zeros_like(weight) for name, weight in self.named}
        native = bfloat16_pays() or any(weight.is_cuda for _, weight in self.named)
        self.direction = torch.bfloat16 if native else torch.float32

    def _pieces(self, name: str, matrix: Tensor) -> tuple[Tensor, ...]:
        """A fused matrix as the matrices it is made of (views)."""
        return torch.split(matrix, list(self.fused[name])) if name in self.fused else (matrix,)

    @torch.no_grad()
    def step(self, rate: float, decay: float = 1.0) -> None:
        """One update at `rate` times the recipe's matrix rate, with Nesterov momentum and `decay` times its decay."""
        groups: dict[torch.Size, list[Tensor]] = defaultdict(list)
        updates = {}
        for name, weight in self.named:
            assert weight.grad is not None
            buffer = self.buffers[name].lerp_(weight.grad, 1.0 - self.recipe.momentum)
            updates[name] = whole(torch.lerp(weight.grad, buffer, self.recipe.momentum)).to(self.direction)
            for piece in self._pieces(name, updates[name]):
                groups[piece.shape].append(piece)
        for (rows, columns), pieces in groups.items():
            for first in range(0, len(pieces), _TOGETHER):
                batch = pieces[first:first + _TOGETHER]
                made = orthogonalise(torch.stack(batch)).mul_(max(1.0, rows / columns) ** 0.5)
                for piece, one in zip(batch, made, strict=True):
                    piece.copy_(one)
        step = self.recipe.matrix_rate * rate
        for name, weight in self.named:
            weight.mul_(1.0 - step * self.recipe.weight_decay * decay)
            local(weight).add_(own_part(updates.pop(name), weight), alpha=-step)


def _stepper(groups: list[dict[str, object]], recipe: TrainRecipe) -> torch.optim.Optimizer:
    """Torch's own optimiser of the recipe, fused: one pass over the parameters instead of ten."""
    if recipe.optimiser == "sgd":
        nesterov = recipe.momentum > 0.0
        return torch.optim.SGD(groups, lr=recipe.rate, momentum=recipe.momentum, nesterov=nesterov, fused=True)
    kind = torch.optim.Adam if recipe.optimiser == "adam" else torch.optim.AdamW
    return kind(groups, lr=recipe.rate, betas=recipe.betas, eps=1e-8, fused=True)


class Optimiser:
    """What the loop holds: one of torch's optimisers for some parameters and Muon for the rest, stepped together.

    `undecayed` and `decayed` list the names, for the run's record. tensors() and load() carry the whole state.
    """

    def __init__(self, model: nn.Module, recipe: TrainRecipe) -> None:
        self.recipe = recipe
        matrix = hidden_matrices(model)
        rest = {name: weight for name, weight in model.named_parameters() if name not in matrix}
        self.undecayed, self.decayed = sorted(rest), sorted(matrix)
        groups: list[dict[str, object]] = [{"params": list(rest.values()), "weight_decay": 0.0}]
        self.muon: Muon | None = None
        if recipe.optimiser == "muon":
            self.muon = Muon(matrix.items(), fused_rows(model), recipe)
        else:
            groups.append({"params": list(matrix.values()), "weight_decay": recipe.weight_decay})
        self.plain = _stepper(groups, recipe)
        self._order = [*rest, *matrix] if self.muon is None else list(rest)
        self._prefix = "sgd" if recipe.optimiser == "sgd" else "adam"

    def step(self, rate: float, decay: float = 1.0) -> None:
        """One update with every rate multiplied by `rate` and the decay by `decay` (see rate_at and decay_at)."""
        for group in self.plain.param_groups:
            group["lr"] = self.recipe.rate * rate
        if self.muon is None:
            self.plain.param_groups[1]["weight_decay"] = self.recipe.weight_decay * decay
        self.plain.step()
        if self.muon is not None:
            self.muon.step(rate, decay)

    def tensors(self) -> dict[str, Tensor]:
        """The whole state as named tensors."""
        plain = {
            f"{self._prefix}.{self._order[index]}.{key}": value
            for index, entry in self.plain.state_dict()["state"].items() for key, value in entry.items()
            if isinstance(value, Tensor)
        }
        muon = {f"muon.{name}": buffer for name, buffer in self.muon.buffers.items()} if self.muon else {}
        return plain | muon

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Restore what `tensors` gave. Raises KeyError when a tensor is missing."""
        state = self.plain.state_dict()
        keys = ("step", "exp_avg", "exp_avg_sq") if self._prefix == "adam" else ("momentum_buffer",)
        if any(name.startswith(f"{self._prefix}.") for name in tensors):
            state["state"] = {
                index: {key: tensors[f"{self._prefix}.{name}.{key}"].clone() for key in keys}
                for index, name in enumerate(self._order)
            }
            self.plain.load_state_dict(state)
        if self.muon is not None:
            for name, buffer in self.muon.buffers.items():
                buffer.copy_(tensors[f"muon.{name}"])


def rate_at(recipe: TrainRecipe, step: int) -> float:
    """The multiplier of all rates at a step: linear warm-up, plateau, linear decay to `final` (Hägele 2024: WSD)."""
    warmup, decay = max(1, round(recipe.steps * recipe.warmup)), max(1, round(recipe.steps * recipe.decay))
    left = (recipe.steps - step) / decay
    return min((step + 1) / warmup, 1.0, recipe.final + (1.0 - recipe.final) * left)


def decay_at(recipe: TrainRecipe, step: int) -> float:
    """The factor of weight decay at a step: straight lines between the knots of the recipe's path, flat beyond them."""
    path, share = recipe.weight_decay_path, step / max(1, recipe.steps)
    if not path or share <= path[0][0]:
        return path[0][1] if path else 1.0
    for (left, low), (right, high) in pairwise(path):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return path[-1][1]


def average_at(recipe: TrainRecipe, step: int) -> float:
    """How much of the averaged weights stays after step number `step` (from 0), the rest coming from the new weights.

    A moving average that forgets its start sooner (Polyak), and over the recipe's tail the plain mean of its steps
    (Izmailov et al. 2018, arXiv 1803.05407), which starts anew where the tail begins.
    """
    begin = round(recipe.steps * (1.0 - recipe.tail))
    if recipe.tail and step >= begin:
        return (step - begin) / (step - begin + 1)
    return min(recipe.average, (1 + step) / (10 + step))
