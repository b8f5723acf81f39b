"""Sizes, recipes and plans: every number that a run obeys."""

import dataclasses
import json

import pytest
import torch

from foundling.model import Decoder
from foundling.recipe import SIZES, NamingRecipe, Plan, Shape, birth_recipe, dialogue_recipe, preference_recipe, preset
from foundling.recipe.dial import vocabulary_for
from foundling.recipe.plan import read_plan
from foundling.records import canonical_json

ROUGHLY = {"tiny": 1e6, "small": 3e6, "base": 10e6, "50m": 50e6}


@pytest.mark.parametrize("size", SIZES)
def test_a_size_has_roughly_the_parameters_of_its_name(size):
    shape = preset(size, 2048)
    assert 0.75 < shape.block_parameters / ROUGHLY[size] < 1.25
    with torch.device("meta"):
        model = Decoder(shape)
    assert sum(p.numel() for p in model.parameters()) == shape.parameters
    assert shape.parameters - shape.block_parameters == 2048 * shape.width


def test_sizes_grow_and_an_unknown_one_is_no_size():
    counts = [preset(size, 2048).block_parameters for size in SIZES]
    assert counts == sorted(set(counts)) and tuple(ROUGHLY) == SIZES
    with pytest.raises(KeyError):
        preset("huge", 2048)


@pytest.mark.parametrize("given", [{"heads": 3, "kv_heads": 2}, {"head_dim": 15}])
def test_a_shape_that_cannot_be_is_refused(given):
    fields = dataclasses.asdict(preset("tiny", 512))
    with pytest.raises(ValueError, match="heads must be a multiple of kv_heads, and head_dim even"):
        Shape(**fields | given)


def test_work_per_token_counts_every_matrix_once():
    shape = preset("tiny", 512)
    with torch.device("meta"):
        model = Decoder(shape)
    matrices = sum(p.numel() for p in model.parameters() if p.dim() == 2)
    attention = 6 * shape.layers * shape.heads * shape.head_dim * shape.context
    assert abs(shape.flops_per_token - (6 * matrices + attention)) <= 6 * shape.width  # the last norm


def test_vocabulary_grows_with_the_corpus_and_fits_sixteen_bits():
    found = [vocabulary_for(size) for size in (0, 100_000, 5_000_000, 50_000_000, 10**10)]
    assert found == sorted(found) and found[0] > 261 and found[-1] < 65_536


@pytest.mark.parametrize("steps", [1, 2, 10, 1000])
@pytest.mark.parametrize("epochs", [0.2, 5.0, 40.0])
def test_recipes_are_usable_at_every_length(steps, epochs):
    for recipe in (birth_recipe(steps, epochs), dialogue_recipe(steps), preference_recipe(steps)):
        assert recipe.steps == steps and recipe.look >= 1 and 0 <= recipe.dropout < 1 and recipe.rate > 0
        assert 0 <= recipe.warmup + recipe.decay <= 1 and 0 < recipe.average < 1


def test_more_epochs_are_regularised_more():
    recipes = [birth_recipe(100, epochs) for epochs in (1, 5, 20)]
    assert [r.dropout for r in recipes] == sorted({r.dropout for r in recipes})
    assert [r.weight_decay for r in recipes] == sorted({r.weight_decay for r in recipes})
    assert preference_recipe(10).dropout == 0.0  # or DPO would compare two dropouts


def _plan() -> Plan:
    return Plan(
        name="Wren", size="tiny", seed=7, corpus="c", tokens="t", shape=preset("tiny", 512), birth=birth_recipe(9, 3.0),
        naming=NamingRecipe(counter=0.6), dtype="float32", threads=1, predictions={"steps": 9},
    )


def test_a_plan_is_read_back_from_its_json():
    assert read_plan(json.loads(canonical_json(_plan()))) == _plan()


@pytest.mark.parametrize("change", [{"extra": 1}, {"shape": {"layers": 1}}, {"birth": {}}, {"naming": {"x": 1}}])
def test_a_plan_with_missing_or_unknown_fields_is_refused(change):
    data = json.loads(canonical_json(_plan()))
    with pytest.raises((TypeError, KeyError)):
        read_plan({k: v for k, v in data.items() if k != "seed"})
    data |= change
    with pytest.raises((TypeError, KeyError)):
        read_plan(data)


def test_naming_teaches_others_at_least_as_often_as_itself():
    assert NamingRecipe().counter >= 0.5 and NamingRecipe().sft > 0 and NamingRecipe().replay > 0
