"""An encoder-decoder's weights in the names and layout of transformers' T5 (v1.1, gated), as files, and back.

T5 does not scale its scores by 1/sqrt(D): the self-attention's and cross-attention's query matrices are saved divided
by sqrt(D), which is exact where D is a power of four (64 in every named size). `<|begin|>` starts a target.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foundling.model.seq2seq import BUCKETS, FARTHEST, Seq2Seq
from foundling.model.standard import checked_shape, read_tensors, standard_files
from foundling.recipe import Shape

_WHOLE = {
    "embedding.weight": "shared.weight", "source_norm.weight": "encoder.final_layer_norm.weight",
    "target_norm.weight": "decoder.final_layer_norm.weight",
    "embedding_near_source.weight": "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
    "embedding_near_target.weight": "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
}


def seq2seq_configuration(shape: Shape) -> dict[str, Any]:
    """config.json of transformers' T5 for a shape, as plain values. `n_positions` is our context; T5 has no limit."""
    return {
        "architectures": ["T5ForConditionalGeneration"], "model_type": "t5", "vocab_size": shape.vocabulary,
        "d_model": shape.width, "d_kv": shape.head_dim, "d_ff": shape.hidden, "num_heads": shape.heads,
        "num_layers": shape.layers, "num_decoder_layers": shape.layers, "relative_attention_num_buckets": BUCKETS,
        "relative_attention_max_distance": FARTHEST, "feed_forward_proj": "gated-silu", "dropout_rate": 0.0,
        "layer_norm_epsilon": shape.eps, "initializer_factor": 1.0, "is_encoder_decoder": True,
        "tie_word_embeddings": True, "decoder_start_token_id": 0, "bos_token_id": 0, "eos_token_id": 1,
        "pad_token_id": 1, "n_positions": shape.context, "dtype": "float32",
    }


def _shape_of(c: dict[str, Any]) -> Shape:
    return Shape(
        layers=c["num_layers"], width=c["d_model"], heads=c["num_heads"], kv_heads=c["num_heads"], head_dim=c["d_kv"],
        hidden=c["d_ff"], vocabulary=c["vocab_size"], context=c["n_positions"], eps=c["layer_norm_epsilon"],
    )


def _places(ours: str, head_dim: int) -> list[tuple[str, float]]:
    """T5's names of the equal parts of one of our tensors, in order, and what each is multiplied by when saved."""
    if ours in _WHOLE:
        return [(_WHOLE[ours], 1.0)]
    stack, layer, part, *inner = ours.removesuffix(".weight").split(".")
    side, last = ("encoder", 1) if stack == "source_blocks" else ("decoder", 2)
    number = {"attention": 0, "cross": 1, "mlp": last}[part.removesuffix("_norm")]
    head = f"{side}.block.{layer}.layer.{number}"
    if not inner:
        return [(f"{head}.layer_norm.weight", 1.0)]
    if part == "mlp":
        names = {"gate_up": ("wi_0", "wi_1"), "down": ("wo",)}[inner[0]]
        return [(f"{head}.DenseReluDense.{name}.weight", 1.0) for name in names]
    kind = "SelfAttention" if part == "attention" else "EncDecAttention"
    names = {"qkv": ("q", "k", "v"), "out": ("o",)}.get(inner[0], (inner[0],))
    return [(f"{head}.{kind}.{name}.weight", head_dim**-0.5 if name == "q" else 1.0) for name in names]


def _to_t5(shape: Shape, state: dict[str, Tensor]) -> dict[str, Tensor]:
    out: dict[str, Tensor] = {}
    for ours, tensor in state.items():
        places = _places(ours, shape.head_dim)
        for (name, factor), piece in zip(places, tensor.detach().chunk(len(places)), strict=True):
            out[name] = piece if factor == 1.0 else piece * factor
    return out


def _from_t5(shape: Shape, tensors: dict[str, Tensor], names: list[str]) -> dict[str, Tensor]:
    return {
        ours: torch.cat([tensors[name] / factor for name, factor in _places(ours, shape.head_dim)]) for ours in names
    }


def seq2seq_files(shape: Shape, state: dict[str, Tensor]) -> dict[str, bytes]:
    """The files of a saved encoder-decoder: float32 weights and configuration, as transformers reads them."""
    return standard_files(seq2seq_configuration(shape), _to_t5(shape, state))


def load_seq2seq(folder: Path, *, dropout: float = 0.0) -> Seq2Seq:
    """The encoder-decoder saved in a folder, float32, in evaluation mode. Raises BadInput for anything that is not
    one."""
    shape = checked_shape(folder, _shape_of, seq2seq_configuration)
    with torch.device("meta"):
        empty = Seq2Seq(shape).state_dict()
    tensors = read_tensors(folder, _to_t5(shape, empty))
    model = Seq2Seq(shape, dropout=dropout)
    model.load_state_dict(_from_t5(shape, tensors, list(empty)))
    return model.eval()
