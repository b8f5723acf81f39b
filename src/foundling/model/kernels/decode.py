"""A decoder packed for the step kernel decode.cpp: positions flow in, hidden states and logits flow out.

Weights are float32 (the model's own), bfloat16, or int8 with a scale for every 32 inputs of a row, which is llama.cpp's
Q8_0. Several positions at once cost hardly more than one as long as memory decides, so a prompt, a batch of streams and
the names of who may speak next all go the same way. Nothing is sampled here, and there is no text.

Numbers of a position are the same to the bit, alone or among others, whatever the number of threads.
"""

import ctypes
import mmap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from foundling.model.decoder import Block, Decoder
from foundling.model.kernels.building import load
from foundling.recipe.attention import Full, Sliding, SlidingWithFull

Precision = Literal["float32", "bfloat16", "int8"]
KINDS: dict[Precision, int] = {"float32": 0, "bfloat16": 1, "int8": 2}
PANEL, BLOCK, LANES = 64, 32, 16  # rows that lie together, inputs with one scale, numbers of a vector: as in decode.cpp


class Column(ctypes.Structure):
    """One position: its id, its cache's slot, its rotary position, the place of its key; it sees the places
    [0, shared) and [start, place]. With `scored` its hidden state and logits are given. What is not told is 0.
    """

    _fields_ = tuple(
        (name, ctypes.c_int32) for name in ("id", "slot", "position", "place", "shared", "start", "scored"))


class _Model(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in (
            "layers", "width", "heads", "kv_heads", "head_dim", "hidden", "vocabulary", "context", "kind", "cache_kind",
            "capacity", "slots")),
        ("eps", ctypes.c_double), *((name, ctypes.c_void_p) for name in ("cosines", "sines", "weights", "windows")),
    )


def quantise(weight_OI: Tensor) -> tuple[Tensor, Tensor]:
    """int8 weights and bfloat16 scales (O, I/32 rounded up): weight = int8 * scale to about half a step."""
    rows, inner = weight_OI.shape
    blocks = torch.nn.functional.pad(weight_OI.detach().float(), (0, -inner % BLOCK)).view(rows, -1, BLOCK)
    exact = blocks.abs().amax(dim=-1).clamp(min=1e-30) / 127.0
    scale = exact.bfloat16()
    low = scale.float() < exact  # the next larger bfloat16, or the largest weight would not fit into int8
    scale = torch.where(low, (scale.view(torch.int16) + 1).view(torch.bfloat16), scale)
    values = (blocks / scale.float()[..., None]).round().clamp(-127, 127).to(torch.int8)
    return values.view(rows, -1)[:, :inner], scale


def restored(values_OI: Tensor, scale: Tensor) -> Tensor:
    """The float32 weights that int8 values and their scales stand for."""
    return values_OI.float() * scale.float().repeat_interleave(BLOCK, dim=1)[:, :values_OI.shape[1]]


def pack(weight_OI: Tensor, precision: Precision) -> tuple[Tensor, Tensor]:
    """A matrix in the kernel's order, panels of 64 rows, and the scales of its int8 blocks (else empty)."""
    inner = weight_OI.shape[1]
    step = {"float32": 1, "bfloat16": 2, "int8": 4}[precision]  # inputs of one row that lie together
    scales = torch.empty(0)
    if precision == "int8":
        signed, scale = quantise(weight_OI)
        values = (signed.to(torch.int16) + 128).to(torch.uint8)  # the instruction multiplies unsigned with signed bytes
        scales = _panels(scale, 1, 0.0)
        fill, multiple = 128.0, BLOCK
    else:
        values, fill, multiple = weight_OI.detach().to(getattr(torch, precision)), 0.0, step
    values = torch.nn.functional.pad(values, (0, -inner % multiple), value=fill)
    panels = _panels(values, step, fill)
    if precision == "int8":  # a group of 16 rows lies together for a whole block, so that memory is read in order
        panels = panels.view(len(panels), -1, BLOCK // 4, PANEL // LANES, LANES, 4).transpose(2, 3).contiguous()
    return panels, scales


def _panels(matrix: Tensor, step: int, fill: float) -> Tensor:
    rows, inner = matrix.shape
    whole = torch.nn.functional.pad(matrix, (0, 0, 0, -rows % PANEL), value=fill)
    return whole.view(-1, PANEL, inner // step, step).transpose(1, 2).contiguous()


def _padded(weight: Tensor) -> Tensor:
    return torch.nn.functional.pad(weight.detach().float(), (0, -len(weight) % PANEL)).contiguous()


def why_not(model: Decoder) -> str | None:
    """Why the kernel cannot run here, as one sentence; None where it can."""
    if not isinstance(model.shape.attention, Full | Sliding | SlidingWithFull):
        return f"the step kernel has no attention of the kind {model.shape.attention.kind}"
    library = load("decode")
    return library if isinstance(library, str) else None


def arena(size: int) -> Tensor:
    """Zeroed memory of `size` bytes in huge pages where the system gives them: looking up small ones costs a third."""
    memory = mmap.mmap(-1, max(1, size) + 2**21)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    whole = torch.frombuffer(memory, dtype=torch.uint8)
    return whole[-whole.data_ptr() % 2**21:][:size]


def together(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Copies of the tensors in one arena, each at a multiple of 64 bytes."""
    sizes = [tensor.numel() * tensor.element_size() for tensor in tensors]
    places = [sum(size + -size % 64 for size in sizes[:number]) for number in range(len(sizes) + 1)]
    memory, out = arena(places[-1]), list[Tensor]()
    for tensor, size, place in zip(tensors, sizes, places, strict=False):
        copy = memory[place:place + size].view(tensor.dtype).view(tensor.shape)
        out.append(copy.copy_(tensor))
    return out


def has_dot_products() -> bool:
    """Whether this processor multiplies eight-bit integers in one instruction; else int8 gains nothing."""
    library = load("decode")
    return not isinstance(library, str) and bool(library.has_dot_products())


def product(x_NI: Tensor, weight_OI: Tensor, precision: Precision, threads: int = 1) -> Tensor:
    """x @ weight.T of up to 16 rows through the kernel: for tests and measurements. Raises RuntimeError without it."""
    library = load("decode")
    if isinstance(library, str):
        raise RuntimeError(library)
    values, scales = pack(weight_OI, precision)
    x = x_NI.float().contiguous()
    y = torch.empty(x.shape[0], weight_OI.shape[0])
    library.product(
        KINDS[precision], *_pointers([values, scales]), ctypes.c_int64(weight_OI.shape[0]),
        ctypes.c_int64(x.shape[1]), *_pointers([x]), x.shape[0], *_pointers([y]), threads)
    return y


def _pointers(tensors: Iterable[Tensor]) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(tensor.data_ptr()) for tensor in tensors]


@dataclass(eq=False)
class Slot:
    """Keys and values of one stream in the kernel's order, for `capacity` places; the ids whose keys stand first."""

    keys: Tensor
    values: Tensor
    capacity: int
    ids: list[int]


class PackedDecoder:
    """A decoder's weights in one precision, as the kernel reads them. Raises RuntimeError where it cannot be built."""

    def __init__(self, model: Decoder, precision: Precision, *, cache: Precision | None = None) -> None:
        fault, library = why_not(model), load("decode")
        if fault is not None or isinstance(library, str):
            raise RuntimeError(fault)
        self.shape, self.precision = model.shape, precision
        self.cache: Precision = "float32" if (cache or precision) == "float32" else "bfloat16"
        self._decode = library.decode
        self._decode.restype = ctypes.c_int64
        tensors = together(_weights(model, precision))
        self.bytes = sum(t.numel() * t.element_size() for t in tensors)
        cosines, sines = (table.float().contiguous() for table in model.tables)
        table = (ctypes.c_void_p * len(tensors))(*[tensor.data_ptr() for tensor in tensors])
        s = model.shape
        kinds = [s.attention.of_layer(layer) for layer in range(s.layers)]
        windows = (ctypes.c_int64 * s.layers)(*[k.window if isinstance(k, Sliding) else 0 for k in kinds])
        self._model = _Model(
            s.layers, s.width, s.heads, s.kv_heads, s.head_dim, s.hidden, s.vocabulary, s.context, KINDS[precision],
            KINDS[self.cache], 0, 0, s.eps, cosines.data_ptr(), sines.data_ptr(), ctypes.addressof(table),
            ctypes.addressof(windows))
        self._held = (tensors, cosines, sines, table, windows)  # the addresses above are theirs

    def slot(self, places: int) -> Slot:
        """An empty slot with room for at least `places` positions; float32, or bfloat16 beside smaller weights."""
        shape, dtype, capacity = self.shape, getattr(torch, self.cache), places + -places % LANES
        rows = shape.layers * shape.kv_heads * capacity
        wide = shape.head_dim + -shape.head_dim % LANES
        whole = arena(rows * (shape.head_dim + wide) * dtype.itemsize).view(dtype)
        return Slot(whole[:rows * shape.head_dim], whole[rows * shape.head_dim:], capacity, [])

    def step(
        self, slots: Sequence[Slot], columns: Sequence[Column], *, threads: int = 1, logits: bool = True,
    ) -> tuple[Tensor, Tensor]:
        """Read the columns in order; hidden states (scored, C) and logits (scored, vocabulary) of the scored ones.

        A column may look at earlier ones of the same call. Slots are of one capacity. Raises ValueError for ids, slots
        or places out of range. Without `logits` there are none.
        """
        scored = sum(1 for column in columns if column.scored)
        hidden_NC = torch.empty(scored, self.shape.width)
        logits_NV = torch.empty(scored if logits else 0, self.shape.vocabulary)
        count = len(slots)
        self._model.slots, self._model.capacity = count, min(slot.capacity for slot in slots)
        if any(slot.capacity != self._model.capacity for slot in slots):
            raise ValueError("slots of several capacities cannot be read together")
        keys = (ctypes.c_void_p * count)(*[slot.keys.data_ptr() for slot in slots])
        values = (ctypes.c_void_p * count)(*[slot.values.data_ptr() for slot in slots])
        fault = self._decode(
            ctypes.byref(self._model), (Column * len(columns))(*columns), ctypes.c_int64(len(columns)), keys, values,
            ctypes.c_void_p(hidden_NC.data_ptr()), ctypes.c_void_p(logits_NV.data_ptr() if logits else None), threads)
        if fault:
            raise ValueError(f"position {fault - 1} of {len(columns)} does not fit the model or its cache")
        return hidden_NC, logits_NV


def _weights(model: Decoder, precision: Precision) -> list[Tensor]:
    """All weights in the kernel's order: 12 tensors a layer, then the last norm and the head."""
    tensors: list[Tensor] = []
    for block in model.blocks:
        assert isinstance(block, Block)
        attention, mlp = block.attention, block.mlp
        for norm in (block.attention_norm, attention.q_norm, attention.k_norm, block.mlp_norm):
            tensors.append(_padded(norm.weight))
        for linear in (attention.qkv, attention.out, mlp.gate_up, mlp.down):
            tensors.extend(pack(linear.weight, precision))
    return [*tensors, _padded(model.norm.weight), *pack(model.embedding.weight, precision)]
