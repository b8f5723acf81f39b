"""A decoder's weights in the names and layout of transformers' Qwen3, as files: config.json and
weights.safetensors, with the index through which transformers finds them.

A model flows in and bytes flow out, or a folder flows in and a model flows out. Nothing is ever unpickled.
"""

import json
import math
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from foundling.model.decoder import Decoder
from foundling.recipe import Shape
from foundling.recipe.attention import Attention, Full, Sliding, SlidingWithFull, attention_from
from foundling.records import BadInput, canonical_json, to_jsonable

WEIGHTS = "weights.safetensors"
_LIMIT = 8 * 2**30  # a file beyond this is refused before it is opened
_LARGEST, _LONGEST = 2**24, 2**17  # of any integer of a shape, and of its context, whose tables are made at once
_RENAMES = (
    ("attention_norm.", "input_layernorm."), ("mlp_norm.", "post_attention_layernorm."),
    ("attention.out.", "self_attn.o_proj."), ("attention.", "self_attn."), ("mlp.down.", "mlp.down_proj."),
)


def configuration(shape: Shape) -> dict[str, Any]:
    """config.json of transformers' Qwen3 for a shape, as plain values; where Qwen3 knows no such attention, the same
    under a model type of our own, which no other program takes for one that it knows."""
    return {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "attention_bias": False, "attention_dropout": 0.0,
        "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1, "hidden_act": "silu", "initializer_range": 0.02,
        "head_dim": shape.head_dim, "hidden_size": shape.width, "intermediate_size": shape.hidden,
        "max_position_embeddings": shape.context, "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers, "num_key_value_heads": shape.kv_heads, "rms_norm_eps": shape.eps,
        "rope_theta": shape.rope_base, "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_base},
        "tie_word_embeddings": True, "use_sliding_window": False, "vocab_size": shape.vocabulary, "dtype": "float32",
    } | _looking(shape)


def is_qwen3(kind: Attention) -> bool:
    """True for an attention that Qwen3 can have; a model with another runs in foundling only."""
    return isinstance(kind, Full | Sliding | SlidingWithFull)


def _looking(shape: Shape) -> dict[str, Any]:
    """What config.json says of an attention that is not full."""
    kind = shape.attention
    if isinstance(kind, Full):
        return {}
    if isinstance(kind, Sliding | SlidingWithFull):
        full = [isinstance(kind.of_layer(layer), Full) for layer in range(shape.layers)]
        types = ["full_attention" if whole else "sliding_attention" for whole in full]
        return {"use_sliding_window": True, "sliding_window": kind.window, "max_window_layers": 0, "layer_types": types}
    return {
        "architectures": ["FoundlingForCausalLM"], "model_type": "foundling", "attention": to_jsonable(kind),
        "remark": f"A Qwen3 but for its attention ({kind.kind}), which transformers does not have: foundling reads it.",
    }


def _attention_of(c: dict[str, Any]) -> Attention:
    """The kind that a config.json tells of; `_check` refuses one that tells more than the kind can hold."""
    if c["model_type"] == "foundling":
        return attention_from(c["attention"])
    if not c["use_sliding_window"]:
        return Full()
    types, window = c["layer_types"], c["sliding_window"]
    if "full_attention" not in types:
        return Sliding(window=window)
    return SlidingWithFull(window=window, every=types.index("full_attention") + 1)


def read_shape(folder: Path) -> Shape:
    """The shape in a folder's config.json. Raises BadInput when the file is missing or is no Qwen3 of ours."""
    try:
        c = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        shape = Shape(
            layers=c["num_hidden_layers"], width=c["hidden_size"], heads=c["num_attention_heads"],
            kv_heads=c["num_key_value_heads"], head_dim=c["head_dim"], hidden=c["intermediate_size"],
            vocabulary=c["vocab_size"], context=c["max_position_embeddings"],
            rope_base=c["rope_parameters"]["rope_theta"], eps=c["rms_norm_eps"], attention=_attention_of(c),
        )
        _check(shape, c)
        return shape
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as fault:
        raise BadInput(f"{folder / 'config.json'} is no configuration of a foundling ({fault}): restore it.") from fault


def _check(shape: Shape, c: dict[str, Any]) -> None:
    """Raises ValueError for numbers that no model of ours has, before anything is built from them."""
    figures = {name: value for name, value in to_jsonable(shape).items() if name != "attention"}
    for name, value in figures.items():
        whole = name not in ("rope_base", "eps")
        fits = isinstance(value, int) and not isinstance(value, bool) and value <= _LARGEST if whole else (
            isinstance(value, int | float) and math.isfinite(value))
        if not fits or value <= 0:
            raise ValueError(f"{name} is {value!r}")
    if shape.context > _LONGEST:
        raise ValueError(f"a context of {shape.context} is more than {_LONGEST}")
    ours = configuration(shape)
    patterned = ("layer_types",) if ours["use_sliding_window"] else ()
    for name in (
        "model_type", "hidden_act", "attention_bias", "tie_word_embeddings", "use_sliding_window", *patterned,
    ):
        if c[name] != ours[name]:
            raise ValueError(f"{name} is {c[name]!r} and not {ours[name]!r}")


def _check_fit(shape: Shape, tensors: dict[str, Tensor]) -> None:
    """Raises ValueError where names, sizes or types of tensors are not those of the shape; nothing is allocated."""
    fewest = 2 + 11 * shape.layers
    if len(tensors) != fewest:
        raise ValueError(f"{len(tensors)} tensors where {shape.layers} layers have {fewest}")
    with torch.device("meta"):
        expected = _to_qwen3(shape, Decoder(shape).state_dict())
    for name, wanted in expected.items():
        found = tensors[name]
        if found.shape != wanted.shape or found.dtype != wanted.dtype:
            raise ValueError(
                f"{name} is {tuple(found.shape)} {found.dtype} where config.json wants "
                f"{tuple(wanted.shape)} {wanted.dtype}"
            )


def _to_qwen3(shape: Shape, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our fused names to Qwen3's: qkv and gate_up are split, the rest renamed. Tied lm_head is left out."""
    out: dict[str, Tensor] = {}
    q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    for name, tensor in state.items():
        tensor = tensor.detach().to(torch.float32).contiguous()
        if name == "embedding.weight":
            out["model.embed_tokens.weight"] = tensor
        elif name == "norm.weight":
            out["model.norm.weight"] = tensor
        else:
            _, layer, inner = name.split(".", 2)
            head = f"model.layers.{layer}."
            if inner == "attention.qkv.weight":
                for part, piece in zip("qkv", torch.split(tensor, [q, kv, kv]), strict=True):
                    out[f"{head}self_attn.{part}_proj.weight"] = piece.contiguous()
            elif inner == "mlp.gate_up.weight":
                gate, up = tensor.chunk(2)
                out[head + "mlp.gate_proj.weight"] = gate.contiguous()
                out[head + "mlp.up_proj.weight"] = up.contiguous()
            else:
                for ours, theirs in _RENAMES:
                    if inner.startswith(ours):
                        inner = theirs + inner.removeprefix(ours)
                        break
                out[head + inner] = tensor
    return out


def _from_qwen3(shape: Shape, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Qwen3's names to our fused ones. Raises KeyError for a missing tensor."""
    state = {"embedding.weight": tensors["model.embed_tokens.weight"], "norm.weight": tensors["model.norm.weight"]}
    for layer in range(shape.layers):
        head, ours = f"model.layers.{layer}.", f"blocks.{layer}."
        state[ours + "attention.qkv.weight"] = torch.cat([tensors[f"{head}self_attn.{p}_proj.weight"] for p in "qkv"])
        state[ours + "mlp.gate_up.weight"] = torch.cat([tensors[f"{head}mlp.{p}_proj.weight"] for p in ("gate", "up")])
        for ending in ("attention_norm.weight", "mlp_norm.weight", "attention.out.weight", "mlp.down.weight",
                       "attention.q_norm.weight", "attention.k_norm.weight"):
            theirs = ending
            for a, b in _RENAMES:
                if ending.startswith(a):
                    theirs = b + ending.removeprefix(a)
                    break
            state[ours + ending] = tensors[head + theirs]
    return state


def model_files(shape: Shape, state: dict[str, Tensor]) -> dict[str, bytes]:
    """The files of a saved model: float32 weights and configuration, as transformers reads them."""
    tensors = _to_qwen3(shape, state)
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": dict.fromkeys(tensors, WEIGHTS)}
    return {
        WEIGHTS: save_tensors(tensors, metadata={"format": "pt"}),
        "model.safetensors.index.json": canonical_json(index),
        "config.json": canonical_json(configuration(shape)),
    }


def load_decoder(folder: Path, *, dropout: float = 0.0) -> Decoder:
    """The model saved in a folder, float32, in evaluation mode.

    Raises BadInput when a file is missing, damaged, too large, or its tensors do not fit the configuration.
    """
    shape, path = read_shape(folder), folder / WEIGHTS
    try:
        if path.stat().st_size > _LIMIT:
            raise BadInput(f"{path} is larger than {_LIMIT} bytes: it was not saved by foundling, restore it.")
        tensors = load_tensors(path.read_bytes())
        _check_fit(shape, tensors)
        state = _from_qwen3(shape, tensors)
        model = Decoder(shape, dropout=dropout)
        model.load_state_dict(state)
        if not all(bool(torch.isfinite(weight).all()) for weight in model.parameters()):
            raise ValueError("some weights are no numbers")
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as fault:
        sentence = " ".join(str(fault).split())
        raise BadInput(f"{path} cannot be read as weights ({sentence}): restore it from a copy.") from fault
    return model.eval()
