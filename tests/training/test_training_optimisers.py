"""SGD, Adam, AdamW, Muon, rates, decay and the averages of weights, each against its definition."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from tinyrun import RECIPE, SHAPE, Fresh, tiny_job

from foundling.model import Decoder
from foundling.recipe import TrainRecipe
from foundling.training.machine import bfloat16_pays
from foundling.training.optimisers import Muon, Optimiser, average_at, decay_at, fused_rows, rate_at
from foundling.training.orthogonal import orthogonalise

FUSED = fused_rows(Decoder(SHAPE))
KINDS = ("sgd", "adam", "adamw", "muon")


def direction(grad: torch.Tensor) -> torch.Tensor:
    """The step of one matrix, in the arithmetic that Muon uses on this machine."""
    return orthogonalise(grad[None].to(torch.bfloat16 if bfloat16_pays() else torch.float32))[0].float()


def matrix(rows: int, columns: int, values: torch.Tensor, seed: int) -> torch.Tensor:
    """A matrix with the given singular values."""
    generator = torch.Generator().manual_seed(seed)
    count = min(rows, columns)
    left = torch.linalg.qr(torch.randn(rows, count, generator=generator)).Q
    right = torch.linalg.qr(torch.randn(columns, count, generator=generator)).Q
    return left @ torch.diag(values) @ right.T


@pytest.mark.parametrize(("rows", "columns"), [(32, 32), (96, 32), (32, 96), (64, 1), (1, 64), (16, 48)])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e3])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_orthogonalise_makes_every_singular_value_about_one(
    rows: int, columns: int, size: float, dtype: torch.dtype
) -> None:
    values = torch.linspace(1.0, 0.05, min(rows, columns)) * size
    given = torch.stack([matrix(rows, columns, values, seed) for seed in range(3)])
    made = orthogonalise(given.to(dtype))
    assert made.shape == given.shape and made.dtype == dtype
    found = torch.linalg.svdvals(made.float())
    assert float(found.min()) > 0.67 and float(found.max()) < 1.25
    # the directions are those of the given matrix: together with it, it is symmetric and positive
    product = made.double().mT @ given.double() / size
    assert torch.allclose(product, product.mT, atol=0.03)
    assert float(torch.linalg.eigvalsh((product + product.mT) / 2).min()) > -0.02


def test_orthogonalise_of_nothing_is_nothing() -> None:
    assert torch.equal(orthogonalise(torch.zeros(2, 8, 4)), torch.zeros(2, 8, 4))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_singular_values_of_a_gradients_spectrum_stay_within_bounds(dtype: torch.dtype) -> None:
    """Values as momentum has them, some far above all others and many near nothing: none overshoots, those above 1%
    of the largest are about one, and the small ones keep their order of size."""
    values = torch.logspace(0, -4, 96)
    made = torch.linalg.svdvals(orthogonalise(matrix(128, 96, values, 0)[None].to(dtype)).float()[0])
    assert float(made.max()) < 1.25
    assert float(made[:int((values > 0.0125).sum()) - 2].min()) > 0.67


def _muon_update(names: dict[str, torch.Tensor], gradients: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What one step of Muon subtracts, with no decay and a rate of 1."""
    weights = {name: torch.nn.Parameter(weight.clone()) for name, weight in names.items()}
    for name, weight in weights.items():
        weight.grad = gradients[name].clone()
    Muon(weights.items(), FUSED, replace(RECIPE, matrix_rate=1.0, weight_decay=0.0)).step(1.0)
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
        alone = direction(parts[name]) * scale
        assert float((piece - alone).norm() / alone.norm()) < 0.2, name  # bfloat16; unsplit it would be near 1
        values = torch.linalg.svdvals(piece) / scale
        assert float(values.min()) > 0.6 and float(values.max()) < 1.3, name


def test_muon_leaves_a_plain_matrix_whole() -> None:
    """`out` and `down` are one matrix each, whatever their shape."""
    grad = torch.cat([matrix(16, 32, torch.linspace(1.0, 0.5, 16), 1), matrix(16, 32, torch.linspace(1, 0.5, 16), 2)])
    name = "blocks.0.attention.out.weight"
    update = _muon_update({name: torch.zeros(32, 32)}, {name: grad})
    assert torch.allclose(update[name], direction(grad), atol=0.03)


def test_muon_follows_nesterov_momentum() -> None:
    """Two steps: buffer = 0.05 g1, then 0.95 buffer + 0.05 g2; the update looks ahead by 0.95 of it."""
    first, second = (matrix(32, 32, torch.linspace(1.0, 0.3, 32), seed) for seed in (1, 2))
    weight = torch.nn.Parameter(torch.zeros(32, 32))
    muon = Muon([("blocks.0.attention.out.weight", weight)], FUSED, replace(RECIPE, matrix_rate=0.5, weight_decay=0.2))
    weight.grad = first.clone()
    muon.step(1.0)
    before = weight.detach().clone()
    weight.grad = second.clone()
    muon.step(0.5)
    buffer = 0.95 * (0.05 * first) + 0.05 * second
    ahead = 0.05 * second + 0.95 * buffer
    expected = before * (1 - 0.25 * 0.2) - 0.25 * direction(ahead)
    assert torch.allclose(weight.detach(), expected, atol=0.02)
    assert torch.allclose(muon.buffers["blocks.0.attention.out.weight"], buffer, atol=1e-6)


@pytest.mark.parametrize("kind", ["sgd", "adamw", "muon"])
def test_decay_falls_on_hidden_matrices_and_on_nothing_else(kind: str) -> None:
    """By what happens, not by the lists alone: with no gradient, only decay can move a weight."""
    model = Decoder(SHAPE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.5)
    recipe = replace(RECIPE, optimiser=kind, weight_decay=0.25, rate=0.1, matrix_rate=0.1, momentum=0.0)
    optimiser = Optimiser(model, recipe)
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


@pytest.mark.parametrize("kind", KINDS)
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
    for name in tensors:
        with pytest.raises(KeyError):
            other.load({key: tensor for key, tensor in tensors.items() if key != name})


def stepped(kind: str, gradients: list[torch.Tensor], **recipe: float) -> torch.Tensor:
    """What a hidden matrix of zeros becomes, stepped at full rate by each gradient."""
    layer = torch.nn.Linear(4, 4, bias=False)
    torch.nn.init.zeros_(layer.weight)
    settings: dict[str, Any] = {"optimiser": kind, "rate": 0.1, "weight_decay": 0.5, "momentum": 0.9} | recipe
    optimiser = Optimiser(layer, replace(RECIPE, **settings))
    for grad in gradients:
        layer.weight.grad = grad.clone()
        optimiser.step(1.0)
    return layer.weight.detach()


def test_sgd_by_hand() -> None:
    """Nesterov momentum and decay in the gradient; without momentum, plain steps downhill."""
    first, second = torch.full((4, 4), 2.0), torch.full((4, 4), -1.0)
    once = -0.1 * (2.0 + 0.9 * 2.0)  # the buffer begins as the first gradient
    grad = -1.0 + 0.5 * once
    twice = once - 0.1 * (grad + 0.9 * (0.9 * 2.0 + grad))
    assert torch.allclose(stepped("sgd", [first, second]), torch.full((4, 4), twice), atol=1e-6)
    plain = stepped("sgd", [first, second], momentum=0.0, weight_decay=0.0)
    assert torch.allclose(plain, torch.full((4, 4), -0.1), atol=1e-6)


def test_adam_has_its_decay_in_the_gradient_and_adamw_beside_it() -> None:
    """After a first step of -0.1 a decay of 0.5 against no gradient: Adam's second step hardly feels it (it is scaled
    to the moments), AdamW's takes it as it is."""
    grads = [torch.full((4, 4), 2.0), torch.zeros(4, 4)]
    betas = RECIPE.betas
    moved = -0.1
    first = betas[0] * (1 - betas[0]) * 2.0
    second = betas[1] * (1 - betas[1]) * 4.0
    beside = moved * (1 - 0.1 * 0.5) - 0.1 * (first / (1 - betas[0]**2)) / (second / (1 - betas[1]**2))**0.5
    assert torch.allclose(stepped("adamw", grads), torch.full((4, 4), beside), atol=1e-5)
    pull = 0.5 * moved
    first, second = first + (1 - betas[0]) * pull, second + (1 - betas[1]) * pull**2
    inside = moved - 0.1 * (first / (1 - betas[0]**2)) / (second / (1 - betas[1]**2))**0.5
    assert torch.allclose(stepped("adam", grads), torch.full((4, 4), inside), atol=1e-5)


def test_a_model_that_fuses_nothing_is_stepped_whole_and_embeddings_are_left_to_adamw() -> None:
    model = torch.nn.Sequential(torch.nn.Embedding(9, 8), torch.nn.Linear(8, 16))
    optimiser = Optimiser(model, replace(RECIPE, optimiser="muon"))
    assert optimiser.decayed == ["1.weight"] and optimiser.undecayed == ["0.weight", "1.bias"]
    assert fused_rows(model) == {} and set(FUSED) == {
        f"blocks.{n}.{name}.weight" for n in range(SHAPE.layers) for name in ("attention.qkv", "mlp.gate_up")
    }


def test_decay_follows_its_path() -> None:
    recipe = TrainRecipe(steps=100, weight_decay_path=((0.2, 1.0), (0.6, 0.1), (1.0, 0.9)))
    found = {step: decay_at(recipe, step) for step in (0, 20, 40, 60, 80, 100)}
    assert found == pytest.approx({0: 1.0, 20: 1.0, 40: 0.55, 60: 0.1, 80: 0.5, 100: 0.9})
    assert decay_at(TrainRecipe(steps=100), 50) == 1.0


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_the_path_of_decay_is_felt_by_step_and_after_a_resume(kind: str) -> None:
    recipe = replace(RECIPE, optimiser=kind, steps=4, rate=0.1, matrix_rate=0.1, weight_decay=1.0,
                     weight_decay_path=((0.5, 0.0), (1.0, 2.0)))
    model = torch.nn.Linear(8, 8, bias=False)
    optimiser, sizes = Optimiser(model, recipe), [float(model.weight.detach().norm())]
    for number in range(4):
        model.weight.grad = torch.zeros_like(model.weight)
        optimiser.step(1.0, decay_at(recipe, number))
        sizes.append(float(model.weight.detach().norm()))
        again = Optimiser(model, recipe)
        again.load(optimiser.tensors())
        optimiser = again
    shrunk = [1.0 - after / before for before, after in pairwise(sizes)]
    assert shrunk == pytest.approx([0.0, 0.0, 0.0, 0.1], abs=1e-5)


def test_averages_by_hand() -> None:
    recipe = TrainRecipe(steps=10, average=0.5, tail=0.3)
    factors = [average_at(recipe, step) for step in range(10)]
    assert factors == pytest.approx([0.1, 2 / 11, 3 / 12, 4 / 13, 5 / 14, 6 / 15, 7 / 16, 0.0, 0.5, 2 / 3])
    assert [average_at(replace(recipe, tail=0.0), step) for step in (0, 9, 99)] == pytest.approx([0.1, 0.5, 0.5])


def test_the_tail_is_the_mean_of_its_weights(tmp_path: Path) -> None:
    fresh, kept = Fresh(tiny_job(tmp_path, tail=0.5, look=99)), []
    for number in range(1, 13):
        fresh.steps(number)
        kept.append({name: weight.detach().clone() for name, weight in fresh.run.model.named_parameters()})
    for name, weight in fresh.run.shadow.named_parameters():
        assert torch.allclose(weight, torch.stack([k[name] for k in kept[6:]]).mean(0), atol=1e-6)


def test_an_optimiser_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="sgd, adam, adamw, muon"):
        TrainRecipe(steps=1, optimiser="adagrad")


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

    def watched(rate: float, decay: float) -> None:
        seen.append(math.sqrt(sum(float(w.grad.square().sum()) for w in fresh.run.model.parameters())))
        step(rate, decay)

    fresh.run.optimiser.step = watched
    fresh.steps()
    assert len(seen) == 3 and all(norm == pytest.approx(0.25, rel=1e-3) for norm in seen)
