"""The llama.cpp side of the generation bench: our weights as a GGUF file, and greedy ids and speeds from it.

A decoder flows in and a file flows out; a file and ids flow in, ids and tokens per second flow out. llama.cpp runs in
this process (package xllamacpp) and opens a port on 127.0.0.1 while it does: the bench gives it one of its own.
Layout: architecture qwen3, embeddings tied, weights unchanged; the tokens are stand-ins, for ids go in and come out.
"""

import importlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from foundling.model import Decoder, model_files
from foundling.records import BadInput

Format = Literal["F32", "F16", "BF16", "Q8_0"]


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as fault:
        raise BadInput(f"llama.cpp's side needs the package {name}: pip install 'foundling[peers]'.") from fault


def write_gguf(model: Decoder, path: Path, form: Format) -> None:
    """The decoder's weights for llama.cpp; matrices in the format, norms in float32."""
    gguf = _imported("gguf")
    shape, arch = model.shape, "qwen3"
    writer = gguf.GGUFWriter(path, arch)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_layer_norm_rms_eps(shape.eps)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([token_of(i) for i in range(shape.vocabulary)])
    writer.add_token_types([gguf.TokenType.NORMAL] * shape.vocabulary)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(1)
    writer.add_add_bos_token(False)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, shape.layers)
    kind = gguf.GGMLQuantizationType[form]
    for name, weight in _tensors(model).items():
        array = weight.numpy()
        target = names.get_name(name, try_suffixes=(".weight",))
        if target is None:
            raise BadInput(f"llama.cpp's qwen3 has no place for {name}: it cannot be compared.")
        if array.ndim == 1 or form == "F32":
            writer.add_tensor(target, array.astype(np.float32))
        else:  # a row that is no multiple of 32 stays in 16 bits, as llama.cpp's own program does it
            fits = gguf.GGMLQuantizationType.F16 if form == "Q8_0" and array.shape[1] % 32 else kind
            writer.add_tensor(target, gguf.quants.quantize(array, fits), raw_dtype=fits)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _tensors(model: Decoder) -> dict[str, torch.Tensor]:
    from safetensors.torch import load

    return dict(load(model_files(model.shape, model.state_dict())["weights.safetensors"]))


def token_of(number: int) -> str:
    """The text of an id: one by which the id can be read off again."""
    return f"i{number}."


class Llama:
    """llama.cpp on one file. `slots` streams at once, each with room for `context` ids."""

    def __init__(self, path: Path, *, slots: int, context: int, threads: int) -> None:
        package = _imported("xllamacpp")
        given = package.CommonParams()
        given.model.path = str(path)
        given.n_ctx, given.n_parallel, given.warmup = context * slots, slots, True
        given.cpuparams.n_threads = given.cpuparams_batch.n_threads = threads
        self._server = package.Server(given)

    def _asked(self, prompt: Sequence[int], **wish: Any) -> dict[str, Any]:
        answer = self._server.handle_completions(
            {"prompt": list(prompt), "temperature": 0.0, "top_k": 1, "cache_prompt": False, "ignore_eos": True} | wish)
        answer = json.loads(answer) if isinstance(answer, str | bytes) else answer
        found: dict[str, Any] = answer[0] if isinstance(answer, list) else answer
        return found

    def generate(self, prompts: Sequence[Sequence[int]], new: int) -> list[list[int]]:
        """`new` ids after each prompt, all asked at once."""
        with ThreadPoolExecutor(len(prompts)) as pool:
            answers = list(pool.map(lambda prompt: self._asked(prompt, n_predict=new), prompts))
        return [[int(number[1:]) for number in a["choices"][0]["text"].split(".")[:-1]] for a in answers]

    def pace(self, prompt: Sequence[int], new: int) -> float:
        """Ids a second by its own clock, the prompt left out."""
        return float(self._asked(prompt, n_predict=new)["timings"]["predicted_per_second"])

    def shares(self, prompt: Sequence[int], count: int) -> dict[int, float]:
        """The log-probabilities of the `count` likeliest ids after a prompt."""
        answer = self._asked(prompt, n_predict=1, logprobs=count)["choices"][0]["logprobs"]
        return {int(row["id"]): float(row["logprob"]) for row in answer["content"][0]["top_logprobs"]}
