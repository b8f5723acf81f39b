"""The fast stream: int8 weights near the true ones, nearly the same scores, the same ends as the engine's own."""

import pytest
import torch
import torch.nn.functional as F

from foundling.inference import Engine, Sampling
from foundling.inference.fast import FastEngine, quantise, rounded
from foundling.model import Decoder
from foundling.recipe import Shape

GREEDY = Sampling(temperature=0.0, repetition=1.0)
NEVER: frozenset[int] = frozenset()


@pytest.fixture(scope="module", params=[2, 4], ids=["grouped queries", "as many heads"])
def model(request):
    shape = Shape(
        layers=2, width=64, heads=4, kv_heads=request.param, head_dim=16, hidden=96, vocabulary=128, context=40)
    model = Decoder(shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight *= 6.0
            else:
                weight += 0.2 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(4))
    return model.eval()


def test_int8_is_within_half_a_step_of_every_weight():
    weight = torch.randn(20, 30, generator=torch.Generator().manual_seed(0))
    weight[3] = 0.0
    values, scale = quantise(weight)
    assert values.dtype == torch.int8 and scale.shape == (20,)
    assert ((weight - values.float() * scale[:, None]).abs() <= 0.5001 * scale[:, None]).all()
    assert (values.abs().amax(dim=1)[torch.arange(20) != 3] == 127).all() and not values[3].any()


def test_a_rounded_model_is_a_copy_with_other_matrices(model):
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    twin = rounded(model)
    for name, weight in twin.state_dict().items():
        assert torch.equal(model.state_dict()[name], before[name])
        assert torch.equal(weight, before[name]) == (weight.dim() < 2)


@torch.no_grad()
def test_its_scores_are_nearly_the_models(model):
    ids = torch.randint(128, (30,), generator=torch.Generator().manual_seed(1))
    fast = FastEngine(model)._fast
    found = torch.cat([fast(ids[i:i + 1], torch.tensor([i])) for i in range(30)])
    wanted = model(ids[None])[0]
    assert wanted.std() > 0.5
    assert F.cosine_similarity(found, wanted, dim=-1).min() > 0.99


def test_it_goes_on_where_the_prompt_ends_and_stops_at_a_stop(model):
    fast, slow = FastEngine(model), Engine(model)
    prompt = [0, 9, 100, 7]
    free = list(fast.stream(prompt, GREEDY, stops=NEVER, most=20))
    first = next(iter(slow.stream(prompt, GREEDY, stops=NEVER, most=1)))
    assert len(free) == 20 and free[0] == first and free == list(fast.stream(prompt, GREEDY, stops=NEVER, most=20))
    stop = free[8]
    assert list(fast.stream(prompt, GREEDY, stops=frozenset({stop}), most=20)) == free[:free.index(stop)]
    how = Sampling(temperature=1.5)
    draw = lambda seed: list(fast.stream(  # noqa: E731
        prompt, how, stops=NEVER, most=12, generator=torch.Generator().manual_seed(seed)))
    assert draw(1) == draw(1) != draw(2)


@pytest.mark.parametrize(("length", "most"), [(1, 39), (39, 10), (40, 5), (200, 12), (5, 40), (5, 500)])
def test_prompts_lose_their_beginning_as_in_the_engine(model, length, most):
    fast, slow = FastEngine(model), Engine(model)
    prompt = [(7 * i) % 128 for i in range(length)]
    made = list(fast.stream(prompt, GREEDY, stops=NEVER, most=most))
    assert len(made) == min(most, 40) and made[0] == next(iter(slow.stream(prompt, GREEDY, stops=NEVER, most=most)))


def test_an_empty_prompt_is_refused(model):
    with pytest.raises(ValueError, match="a prompt has no ids"):
        next(FastEngine(model).stream([], GREEDY, stops=NEVER, most=3))


def test_scores_of_names_are_the_engines_own(model):
    ask = ([0, 5], [[1, 2], [3]])
    assert FastEngine(model).log_probabilities(*ask) == Engine(model).log_probabilities(*ask)
