"""A decoder's weights in the names and layout of transformers' Qwen3, as files: config.json and
weights.safetensors, with the index through which transformers finds them.

A model flows in and bytes flow out, or a folder flows in and a model flows out. Nothing is ever unpickled.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foundling.model.decoder import Decoder
from foundling.model.standard import checked_shape, read_tensors, standard_files
from foundling.recipe import Shape
from foundling.recipe.attention import Attention, Full, Sliding, SlidingWithFull, attention_from
from foundling.records import to_jsonable

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
    """The kind that a config.json tells of; `_demanded` refuses one that tells more than the kind can hold."""
    if c["model_type"] == "foundling":
        return attention_from(c["attention"])
    if not c["use_sliding_window"]:
        return Full()
    types, window = c["layer_types"], c["sliding_window"]
    if "full_attention" not in types:
        return Sliding(window=window)
    return SlidingWithFull(window=window, every=types.index("full_attention") + 1)


def _shape_of(c: dict[str, Any]) -> Shape:
    return Shape(
        layers=c["num_hidden_layers"], width=c["hidden_size"], heads=c["num_attention_heads"],
        kv_heads=c["num_key_value_heads"], head_dim=c["head_dim"], hidden=c["intermediate_size"],
        vocabulary=c["vocab_size"], context=c["max_position_embeddings"],
        rope_base=c["rope_parameters"]["rope_theta"], eps=c["rms_norm_eps"], attention=_attention_of(c),
    )


def _demanded(shape: Shape) -> dict[str, Any]:
    """What config.json must say; of the rest, which no weight depends on, a later transformers may think otherwise."""
    ours = configuration(shape)
    names = ("model_type", "hidden_act", "attention_bias", "tie_word_embeddings", "use_sliding_window", "layer_types")
    return {name: ours[name] for name in names if name in ours}


def read_shape(folder: Path) -> Shape:
    """The shape in a folder's config.json. Raises BadInput when the file is missing or is no Qwen3 of ours."""
    return checked_shape(folder, _shape_of, _demanded)


def _to_qwen3(shape: Shape, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our fused names to Qwen3's: qkv and gate_up are split, the rest renamed. Tied lm_head is left out."""
    out: dict[str, Tensor] = {}
    q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    for name, tensor in state.items():
        if name == "embedding.weight":
            out["model.embed_tokens.weight"] = tensor
        elif name == "norm.weight":
            out["model.norm.weight"] = tensor
        else:
            _, layer, inner = name.split(".", 2)
            head = f"model.layers.{layer}."
            if inner == "attention.qkv.weight":
                for part, piece in zip("qkv", torch.split(tensor, [q, kv, kv]), strict=True):
                    out[f"{head}self_attn.{part}_proj.weight"] = piece
            elif inner == "mlp.gate_up.weight":
                gate, up = tensor.chunk(2)
                out[head + "mlp.gate_proj.weight"] = gate
                out[head + "mlp.up_proj.weight"] = up
            else:
                for ours, theirs in _RENAMES:
                    if inner.startswith(ours):
                        inner = theirs + inner.removeprefix(ours)
                        break
                out[head + inner] = tensor
    return out


def _from_qwen3(shape: Shape, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Qwen3's names to our fused ones."""
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
    return standard_files(configuration(shape), _to_qwen3(shape, state))


def load_decoder(folder: Path, *, dropout: float = 0.0) -> Decoder:
    """The model saved in a folder, float32, in evaluation mode. Raises BadInput for anything that is not one."""
    shape = read_shape(folder)
    with torch.device("meta"):
        expected = _to_qwen3(shape, Decoder(shape).state_dict())
    tensors = read_tensors(folder, expected)
    model = Decoder(shape, dropout=dropout)
    model.load_state_dict(_from_qwen3(shape, tensors))
    return model.eval()
