"""Files that transformers loads, of every architecture: named tensors and a configuration in, bytes out, and back.

Names and configurations of each architecture stand in its own module. Nothing is ever unpickled, and nothing is built
from a configuration whose numbers no model of ours has.
"""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from foundling.recipe import Shape
from foundling.records import BadInput, canonical_json

WEIGHTS = "weights.safetensors"
_LIMIT = 8 * 2**30  # a file beyond this is refused before it is opened
_LARGEST = 2**24  # of any integer of a shape
_MOST = {"context": 2**17, "layers": 2**10}  # of what is made for each: rows of tables, modules of a model
_WHOLE = ("layers", "width", "heads", "kv_heads", "head_dim", "hidden", "vocabulary", "context")
_REAL = ("rope_base", "eps")
Tensors = dict[str, Tensor]


def standard_files(configuration: dict[str, Any], tensors: Tensors) -> dict[str, bytes]:
    """config.json, float32 weights and the index through which transformers finds them."""
    tensors = {name: tensor.detach().to(torch.float32).contiguous() for name, tensor in tensors.items()}
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": dict.fromkeys(tensors, WEIGHTS)}
    return {
        WEIGHTS: save_tensors(tensors, metadata={"format": "pt"}),
        "model.safetensors.index.json": canonical_json(index), "config.json": canonical_json(configuration),
    }


def read_configuration(folder: Path) -> dict[str, Any]:
    """config.json as plain values. Raises BadInput when it is missing or no JSON object."""
    path = folder / "config.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it is no JSON object")
    except (OSError, ValueError, RecursionError) as fault:
        raise BadInput(f"{path} is no configuration of a foundling ({fault}): restore it.") from fault
    return found


def _check_numbers(shape: Shape) -> None:
    """Raises ValueError for numbers that no model of ours has."""
    for name in _WHOLE:
        value = getattr(shape, name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MOST.get(name, _LARGEST):
            raise ValueError(f"{name} is {value!r}")
    for name in _REAL:
        value = getattr(shape, name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise ValueError(f"{name} is {value!r}")


def checked_shape(folder: Path, shape_of: Callable[[dict[str, Any]], Shape],
                  demanded: Callable[[Shape], dict[str, Any]]) -> Shape:
    """The shape in a folder's config.json. Raises BadInput when its numbers are none of ours, or the file differs from
    what is `demanded` of that shape's, before anything is built from it."""
    found = read_configuration(folder)
    try:
        shape = shape_of(found)
        _check_numbers(shape)
        for name, wanted in demanded(shape).items():
            if found.get(name) != wanted:
                raise ValueError(f"{name} is {found.get(name)!r} and not {wanted!r}")
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError, RecursionError) as fault:
        raise BadInput(f"{folder / 'config.json'} is no configuration of a foundling ({fault}): restore it.") from fault
    return shape


def read_tensors(folder: Path, expected: Tensors) -> Tensors:
    """The weights of a folder, float32, with exactly the names and sizes of `expected` (which may be on "meta").

    Raises BadInput when the file is missing, damaged, too large, or does not fit.
    """
    path = folder / WEIGHTS
    try:
        if path.stat().st_size > _LIMIT:
            raise ValueError(f"it is larger than {_LIMIT} bytes")
        tensors: Tensors = load_tensors(path.read_bytes())
        if tensors.keys() != expected.keys():
            strange = sorted(tensors.keys() ^ expected.keys())[:3]
            raise ValueError(f"its tensors are not those of config.json: {strange}")
        for name, wanted in expected.items():
            found = tensors[name]
            if found.shape != wanted.shape or found.dtype != torch.float32:
                raise ValueError(f"{name} is {tuple(found.shape)} {found.dtype} where {tuple(wanted.shape)} is wanted")
            if not bool(torch.isfinite(found).all()):
                raise ValueError(f"some weights of {name} are no numbers")
    except (OSError, SafetensorError, ValueError, RuntimeError) as fault:
        sentence = " ".join(str(fault).split())
        raise BadInput(f"{path} cannot be read as weights ({sentence}): restore it from a copy.") from fault
    return tensors
