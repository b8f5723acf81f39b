"""Muon, AdamW, rates and the moving average, each against its definition."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from tinyrun import RECIPE, SHAPE, Fresh, tiny_job

from foundling.model import Decoder
from foundling.recipe import TrainRecipe
from foundling.training.optimisers import Muon, Optimiser, orthogonalise, rate_at


def matrix(rows: int, columns: int, values: torch.Tensor, seed: int) -> torch.Tensor:
    """A matrix with the given singular values."""
    generator = torch.Generator().manual_seed(seed)
    count = min(rows, columns)
    left = torch.linalg.qr(torch.randn(rows, count, generator=generator)).Q
    right = torch.linalg.qr(torch.randn(columns, count, generator=generator)).Q
    return left @ torch.diag(values) @ right.T


@pytest.mark.parametrize(("rows", "columns"), [(32, 32), (96, 32), (32, 96), (64, 1), (1, 64), (16, 48)])
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e3])
def test_orthogonalise_makes_every_singular_value_about_one(rows: int, columns: int, size: float) -> None:
    values = torch.linspace(1.0, 0.05, min(rows, columns)) * size
    given = torch.stack([matrix(rows, columns, values, seed) for seed in range(3)])
    made = orthogonalise(given)
    assert made.shape == given.shape and made.dtype == torch.float32
    found = torch.linalg.svdvals(made)
    assert float(found.min()) > 0.6 and float(found.max()) < 1.3
    # the directions are those of the given matrix: together with it, it is symmetric and positive
    product = made.double().mT @ given.double() / size
    assert torch.allclose(product, product.mT, atol=0.03)
    assert float(torch.linalg.eigvalsh((product + product.mT) / 2).min()) > -0.02


def test_orthogonalise_of_nothing_is_nothing() -> None:
    assert torch.equal(orthogonalise(torch.zeros(2, 8, 4)), torch.zeros(2, 8, 4))


def _muon_update(names: dict[str, torch.Tensor], gradients: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What one step of Muon subtracts, with no decay and a rate of 1."""
    weights = {name: torch.nn.Parameter(weight.clone()) for name, weight in names.items()}
    for name, weight in weights.items():
        weight.grad = gradients[name].clone()
    Muon(weights.items(), SHAPE, replace(RECIPE, matrix_rate=1.0, weight_decay=0.0)).step(1.0)
    return {name: (names[name] - weight).detach() for name, weight in weights.items()}


def test_muon_orthogonalises_the_matrices_inside_a_fused_one() -> None:
    """q, k, v, gate and up are matrices of their own: a huge gradient of one must not shrink the step of another."""
    q, kv = SHAPE.heads * SHAPE.head_dim, SHAPE.kv_heads * SHAPE.head_dim
    generator = torch.Generator().manual_seed(0)
    pieces = {"q": q, "k": kv, "v": kv, "gate": SHAPE.hidden, "up": SHAPE.hidden}
    sizes = {"q": 1.0, "k": 100.0, "v": 0.01, "gate": 50.0, "up": 0.02}
    parts = {
        name: matrix(rows, SHAPE.width, torch.linspace(1.0, 0.2, min(rows, SHAPE.width)), seed) * sizes[name]
        for seed, (name, rows) in enumerate(pieces.items())
    }
    fused = {
        "blocks.0.attention.qkv.weight": torch.cat([parts[n] for n in ("q", "k", "v")]),
        "blocks.0.mlp.gate_up.weight": torch.cat([parts["gate"], parts["up"]]),
    }
    weights = {name: torch.randn(grad.shape, generator=generator) * 0.02 for name, grad in fused.items()}
    update = _muon_update(weights, fused)
    made = dict(zip("qkv", update["blocks.0.attention.qkv.weight"].split([q, kv, kv]), strict=True))
    made |= dict(zip(("gate", "up"), update["blocks.0.mlp.gate_up.weight"].chunk(2), strict=True))
    for name, piece in made.items():
        scale = max(1.0, piece.shape[0] / piece.shape[1]) ** 0.5
        alone = orthogonalise(parts[name][None])[0] * scale
        assert torch.allclose(piece, alone, atol=0.03), name
        values = torch.linalg.svdvals(piece) / scale
        assert float(values.min()) > 0.6 and float(values.max()) < 1.3, name


def test_muon_leaves_a_plain_matrix_whole() -> None:
    """`out` and `down` are one matrix each, whatever their shape."""
    grad = torch.cat([matrix(16, 32, torch.linspace(1.0, 0.5, 16), 1), matrix(16, 32, torch.linspace(1, 0.5, 16), 2)])
    name = "blocks.0.attention.out.weight"
    update = _muon_update({name: torch.zeros(32, 32)}, {name: grad})
    assert torch.allclose(update[name], orthogonalise(grad[None])[0], atol=0.03)


def test_muon_follows_nesterov_momentum() -> None:
    """Two steps: buffer = 0.05 g1, then 0.95 buffer + 0.05 g2; the update looks ahead by 0.95 of it."""
    first, second = (matrix(32, 32, torch.linspace(1.0, 0.3, 32), seed) for seed in (1, 2))
    weight = torch.nn.Parameter(torch.zeros(32, 32))
    muon = Muon([("blocks.0.attention.out.weight", weight)], SHAPE, replace(RECIPE, matrix_rate=0.5, weight_decay=0.2))
    weight.grad = first.clone()
    muon.step(1.0)
    before = weight.detach().clone()
    weight.grad = second.clone()
    muon.step(0.5)
    buffer = 0.95 * (0.05 * first) + 0.05 * second
    ahead = 0.05 * second + 0.95 * buffer
    expected = before * (1 - 0.25 * 0.2) - 0.25 * orthogonalise(ahead[None])[0]
    assert torch.allclose(weight.detach(), expected, atol=0.02)
    assert torch.allclose(muon.buffers["blocks.0.attention.out.weight"], buffer, atol=1e-6)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_decay_falls_on_hidden_matrices_and_on_nothing_else(kind: str) -> None:
    """By what happens, not by the lists alone: with no gradient, only decay can move a weight."""
    model = Decoder(SHAPE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.5)
    optimiser = Optimiser(model, replace(RECIPE, optimiser=kind, weight_decay=0.25, rate=0.1, matrix_rate=0.1))
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    for weight in model.parameters():
        weight.grad = torch.zeros_like(weight)
    optimiser.step(0.5)
    shrunk = {n for n, w in model.named_parameters() if torch.allclose(w, before[n] * (1 - 0.05 * 0.25), atol=1e-7)}
    still = {n for n, w in model.named_parameters() if torch.equal(w, before[n])}
    endings = ("qkv.weight", "out.weight", "gate_up.weight", "down.weight")
    assert shrunk == {name for name in before if name.endswith(endings)} == set(optimiser.decayed)
    assert still == set(before) - shrunk == set(optimiser.undecayed)
    assert "embedding.weight" in still and "norm.weight" in still and len(shrunk) == 4 * SHAPE.layers


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_every_parameter_is_stepped_once_and_state_goes_round(kind: str) -> None:
    model = Decoder(SHAPE, generator=torch.Generator().manual_seed(0))
    optimiser = Optimiser(model, replace(RECIPE, optimiser=kind))
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    optimiser.step(1.0)
    assert all(not torch.equal(w, before[n]) for n, w in model.named_parameters())
    assert sorted(optimiser.decayed + optimiser.undecayed) == sorted(before)
    tensors = optimiser.tensors()
    other = Optimiser(Decoder(SHAPE, generator=torch.Generator().manual_seed(1)), replace(RECIPE, optimiser=kind))
    other.load(tensors)
    assert other.tensors().keys() == tensors.keys()
    assert all(torch.equal(other.tensors()[name], tensor) for name, tensor in tensors.items())
    missing = dict(tensors)
    del missing["muon.blocks.0.mlp.down.weight" if kind == "muon" else "adam.blocks.0.mlp.down.weight.exp_avg"]
    with pytest.raises(KeyError):
        other.load(missing)


def test_rates_by_hand() -> None:
    recipe = TrainRecipe(steps=100, warmup=0.05, decay=0.6, final=0.02)
    expected = {0: 0.2, 1: 0.4, 4: 1.0, 20: 1.0, 40: 1.0, 70: 0.51, 99: 0.02 + 0.98 / 60}
    assert {step: rate_at(recipe, step) for step in expected} == pytest.approx(expected)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 12, 20, 400, 9973])
@pytest.mark.parametrize(("warmup", "decay"), [(0.05, 0.6), (0.0, 1.0), (0.5, 0.5), (0.1, 0.0), (0.9, 0.9)])
def test_rates_rise_stay_and_fall_between_nothing_and_one(steps: int, warmup: float, decay: float) -> None:
    recipe = TrainRecipe(steps=steps, warmup=warmup, decay=decay, final=0.02)
    rates = [rate_at(recipe, step) for step in range(steps)]
    assert all(0.0 < rate <= 1.0 for rate in rates)
    top = rates.index(max(rates))
    assert all(a <= b for a, b in pairwise(rates[:top + 1])) and all(a >= b for a, b in pairwise(rates[top:]))


@pytest.mark.parametrize("average", [0.0, 0.5, 0.98])
def test_the_shadow_is_the_moving_average_of_the_weights(tmp_path: Path, average: float) -> None:
    fresh = Fresh(tiny_job(tmp_path, average=average, look=99))
    expected = {n: w.detach().double().clone() for n, w in fresh.run.model.named_parameters()}
    for number in range(12):
        fresh.steps(number + 1)
        factor = min(average, (1 + number) / (10 + number))
        for name, weight in fresh.run.model.named_parameters():
            expected[name] = factor * expected[name] + (1 - factor) * weight.detach().double()
    for name, weight in fresh.run.shadow.named_parameters():
        assert torch.allclose(weight.double(), expected[name], atol=1e-6)
        assert not weight.requires_grad
    pairs = zip(fresh.run.shadow.parameters(), fresh.run.model.parameters(), strict=True)
    same = all(torch.equal(a, b) for a, b in pairs)
    assert same == (average == 0.0)


def test_gradients_are_clipped_to_the_recipes_norm(tmp_path: Path) -> None:
    """What the optimiser sees has at most the norm of the recipe, over all parameters together."""
    fresh, seen = Fresh(tiny_job(tmp_path, clip=0.25, steps=3)), []
    step = fresh.run.optimiser.step

    def watched(rate: float) -> None:
        seen.append(math.sqrt(sum(float(w.grad.square().sum()) for w in fresh.run.model.parameters())))
        step(rate)

    fresh.run.optimiser.step = watched
    fresh.steps()
    assert len(seen) == 3 and all(norm == pytest.approx(0.25, rel=1e-3) for norm in seen)
