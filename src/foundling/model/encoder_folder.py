"""An encoder's weights in the names and layout of transformers' ModernBERT, as files, and back.

Every layer is global and the output has no bias; the mask is the last id of the vocabulary.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foundling.model.encoder import Encoder
from foundling.model.standard import checked_shape, read_tensors, standard_files
from foundling.recipe import Shape

_WHOLE = {
    "embedding.weight": "model.embeddings.tok_embeddings.weight",
    "embedding_norm.weight": "model.embeddings.norm.weight", "norm.weight": "model.final_norm.weight",
    "head.weight": "head.dense.weight", "head_norm.weight": "head.norm.weight",
}
_PARTS = {
    "attention_norm": "attn_norm", "attention.qkv": "attn.Wqkv", "attention.out": "attn.Wo", "mlp_norm": "mlp_norm",
    "mlp.gate_up": "mlp.Wi", "mlp.down": "mlp.Wo",
}


def encoder_configuration(shape: Shape) -> dict[str, Any]:
    """config.json of transformers' ModernBERT for a shape, as plain values."""
    rope = {"rope_type": "default", "rope_theta": shape.rope_base}
    return {
        "architectures": ["ModernBertForMaskedLM"], "model_type": "modernbert", "vocab_size": shape.vocabulary,
        "hidden_size": shape.width, "intermediate_size": shape.hidden, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "hidden_activation": "silu", "classifier_activation": "gelu",
        "max_position_embeddings": shape.context, "norm_eps": shape.eps, "norm_bias": False, "attention_bias": False,
        "mlp_bias": False, "decoder_bias": False, "classifier_bias": False, "attention_dropout": 0.0,
        "embedding_dropout": 0.0, "mlp_dropout": 0.0, "classifier_dropout": 0.0, "tie_word_embeddings": True,
        "layer_types": ["full_attention"] * shape.layers, "local_attention": 128,
        "rope_parameters": {"full_attention": rope, "sliding_attention": rope}, "initializer_range": 0.02,
        "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1, "cls_token_id": 0, "sep_token_id": 1,
        "mask_token_id": shape.vocabulary - 1, "dtype": "float32",
    }


def _shape_of(c: dict[str, Any]) -> Shape:
    heads = c["num_attention_heads"]
    if c["hidden_size"] % heads:
        raise ValueError(f"{heads} heads do not divide a width of {c['hidden_size']}")
    return Shape(
        layers=c["num_hidden_layers"], width=c["hidden_size"], heads=heads, kv_heads=heads,
        head_dim=c["hidden_size"] // heads, hidden=c["intermediate_size"], vocabulary=c["vocab_size"],
        context=c["max_position_embeddings"], rope_base=c["rope_parameters"]["full_attention"]["rope_theta"],
        eps=c["norm_eps"],
    )


def _name(ours: str) -> str:
    """ModernBERT's name of one of our tensors; every one has exactly one."""
    if ours in _WHOLE:
        return _WHOLE[ours]
    _, layer, inner = ours.split(".", 2)
    return f"model.layers.{layer}.{_PARTS[inner.removesuffix('.weight')]}.weight"


def encoder_files(shape: Shape, state: dict[str, Tensor]) -> dict[str, bytes]:
    """The files of a saved encoder: float32 weights and configuration, as transformers reads them."""
    return standard_files(encoder_configuration(shape), {_name(ours): tensor for ours, tensor in state.items()})


def load_encoder(folder: Path, *, dropout: float = 0.0) -> Encoder:
    """The encoder saved in a folder, float32, in evaluation mode. Raises BadInput for anything that is not one."""
    shape = checked_shape(folder, _shape_of, encoder_configuration)
    with torch.device("meta"):
        expected = Encoder(shape).state_dict()
    tensors = read_tensors(folder, {_name(ours): tensor for ours, tensor in expected.items()})
    model = Encoder(shape, dropout=dropout)
    model.load_state_dict({ours: tensors[_name(ours)] for ours in expected})
    return model.eval()
