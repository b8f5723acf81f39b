"""From tensors to C: which tensors the kernels take, and how a function of a built library is called with them.

Tensors flow in as addresses and are written in place. The plain torch twin of a kernel stands where the kernel is used.
"""

import ctypes
import functools
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from foundling.model.kernels.building import load

LETTERS = {torch.float32: "f", torch.bfloat16: "b"}
NAMES = ("rows", "attention")


@functools.cache
def why_plain() -> str | None:
    """Why training here runs in plain torch, as half a sentence; None where the kernels are used.

    What has to be built is built at once and side by side: a first step waits for the longest, not for the sum.
    """
    with ThreadPoolExecutor(len(NAMES)) as pool:
        return next((found for found in pool.map(load, NAMES) if isinstance(found, str)), None)


def usable(*tensors: Tensor | None) -> bool:
    """True where kernels can take these: on the processor, float32 or bfloat16."""
    return all(t is None or (t.device.type == "cpu" and t.dtype in LETTERS) for t in tensors) and why_plain() is None


def matrix_type(x: Tensor) -> torch.dtype:
    """The type in which matrices will take x: autocast's where that is on, else its own."""
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype


def call(library: str, function: str, *given: Tensor | int | float | list[int] | None) -> None:
    """Call a C function: tensors and lists as addresses, None as a null, numbers as int64 or double; threads last."""
    found = load(library)
    assert not isinstance(found, str), found
    arguments: list[object] = []
    for value in given:
        if isinstance(value, Tensor):
            arguments.append(ctypes.c_void_p(value.data_ptr()))
        elif isinstance(value, list):
            arguments.append((ctypes.c_int64 * len(value))(*value))
        elif value is None:
            arguments.append(None)
        else:
            arguments.append(ctypes.c_double(value) if isinstance(value, float) else ctypes.c_int64(value))
    getattr(found, function)(*arguments, ctypes.c_int64(torch.get_num_threads()))
