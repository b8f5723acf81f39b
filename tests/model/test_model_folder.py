"""Weights as files: bit for bit there and back, and every kind of damage refused in one sentence."""

import json
import random

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from foundling.model import Decoder, load_decoder, model_files, read_shape
from foundling.recipe import Shape
from foundling.records import BadInput

QUICK = settings(max_examples=200, deadline=None, database=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])
SHAPE = Shape(layers=2, width=16, heads=4, kv_heads=2, head_dim=8, hidden=24, vocabulary=60, context=32)


@pytest.fixture
def folder(tmp_path):
    model = Decoder(SHAPE, generator=torch.Generator().manual_seed(5))
    for name, data in model_files(SHAPE, model.state_dict()).items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_saved_and_loaded_bit_for_bit(folder):
    model = load_decoder(folder, dropout=0.3)
    original = Decoder(SHAPE, generator=torch.Generator().manual_seed(5)).state_dict()
    state = model.state_dict()
    assert state.keys() == original.keys() and all(torch.equal(state[name], original[name]) for name in state)
    assert not model.training and model.dropout == 0.3 and model.shape == SHAPE == read_shape(folder)
    again = model_files(model.shape, state)
    assert all((folder / name).read_bytes() == data for name, data in again.items())


def test_the_files_are_what_transformers_looks_for(folder):
    names = {"weights.safetensors", "model.safetensors.index.json", "config.json"}
    assert {path.name for path in folder.iterdir()} == names
    index = json.loads((folder / "model.safetensors.index.json").read_bytes())
    tensors = load((folder / "weights.safetensors").read_bytes())
    assert set(index["weight_map"]) == set(tensors) and set(index["weight_map"].values()) == {"weights.safetensors"}
    assert index["metadata"]["total_size"] == 4 * SHAPE.parameters and "lm_head.weight" not in tensors
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


def test_weights_trained_low_are_saved_in_float32(folder):
    state = {name: tensor.bfloat16() for name, tensor in load_decoder(folder).state_dict().items()}
    tensors = load(model_files(SHAPE, state)["weights.safetensors"])
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors"])
def test_missing_and_truncated_files_are_refused(folder, name):
    whole, rng = (folder / name).read_bytes(), random.Random(1)
    for length in (0, 1, 7, 8, 9, len(whole) - 2, *(rng.randrange(len(whole) - 1) for _ in range(60))):
        (folder / name).write_bytes(whole[:length])
        with pytest.raises(BadInput, match=f"{name} .*restore it"):
            load_decoder(folder)
    (folder / name).unlink()
    with pytest.raises(BadInput, match=f"{name} .*restore it"):
        load_decoder(folder)
    (folder / name).mkdir()
    with pytest.raises(BadInput, match=f"{name} .*restore it"):
        load_decoder(folder)


@QUICK
@given(at=st.integers(0, 2**31), byte=st.integers(0, 255))
def test_flipped_bytes_in_the_header_are_refused_or_harmless(folder, at, byte):
    whole = (folder / "weights.safetensors").read_bytes()
    place = at % (8 + int.from_bytes(whole[:8], "little"))
    path = folder / "flipped"
    path.mkdir(exist_ok=True)
    (path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (path / "weights.safetensors").write_bytes(whole[:place] + bytes([byte]) + whole[place + 1:])
    try:
        model = load_decoder(path)
    except BadInput as refusal:
        assert "\n" not in str(refusal) and str(refusal).endswith("restore it from a copy.")
    else:
        assert {p.shape for p in model.parameters()} == {p.shape for p in Decoder(SHAPE).parameters()}


WRONG = [
    {"num_hidden_layers": 1}, {"num_hidden_layers": 3}, {"hidden_size": 32}, {"vocab_size": 61}, {"head_dim": 4},
    {"num_key_value_heads": 4}, {"num_key_value_heads": 1}, {"intermediate_size": 23}, {"num_attention_heads": 2},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_weights_that_do_not_fit_the_configuration_are_refused(folder, change):
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(BadInput, match=r"weights.safetensors cannot be read as weights \(.+\): restore it from a copy"):
        load_decoder(folder)


STRANGE = [
    {"num_key_value_heads": 0}, {"num_key_value_heads": 3}, {"head_dim": 7}, {"head_dim": "8"}, {"hidden_size": -16},
    {"hidden_size": 16.0}, {"num_hidden_layers": True}, {"num_hidden_layers": None}, {"num_hidden_layers": 10**12},
    {"vocab_size": 2**40}, {"max_position_embeddings": 10**9}, {"rms_norm_eps": 0}, {"rms_norm_eps": "x"},
    {"rope_parameters": None}, {"rope_parameters": {}}, {"rope_parameters": {"rope_theta": -1}},
    {"rope_parameters": {"rope_theta": float("nan")}}, {"model_type": "llama"}, {"hidden_act": "gelu"},
    {"tie_word_embeddings": False}, {"attention_bias": True}, {"num_hidden_layers": 1025},
]


@pytest.mark.parametrize("change", STRANGE, ids=str)
def test_configurations_that_cannot_be_are_refused(folder, change):
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(BadInput, match=r"config.json is no configuration of a foundling \(.+\): restore it"):
        load_decoder(folder)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "7", '"x"', "[" * 50_000, "\ufeff{}"])
def test_json_that_is_no_configuration_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(BadInput, match=r"config\.json is no configuration"):
        read_shape(folder)


def test_tensors_missing_renamed_added_or_of_another_kind_are_refused(folder):
    path = folder / "weights.safetensors"
    whole = load(path.read_bytes())
    name = "model.layers.1.mlp.up_proj.weight"
    rest = {key: tensor for key, tensor in whole.items() if key != name}
    for tensors in (
        rest, rest | {name + "x": whole[name]}, whole | {"extra": torch.ones(1)}, {}, rest | {name: whole[name].half()},
        rest | {name: whole[name].T.contiguous()}, rest | {name: whole[name].int()}, rest | {name: whole[name][:-1]},
        rest | {name: torch.ones(())},
    ):
        path.write_bytes(save(tensors))
        with pytest.raises(BadInput, match="cannot be read as weights"):
            load_decoder(folder)
    path.write_bytes(save(whole))
    load_decoder(folder)


def test_a_file_too_large_is_refused_before_it_is_read(folder):
    with (folder / "weights.safetensors").open("r+b") as file:
        file.truncate(9 * 2**30)
    with pytest.raises(BadInput, match="is larger than"):
        load_decoder(folder)
