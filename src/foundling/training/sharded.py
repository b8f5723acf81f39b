"""Weights split between processes (FSDP2), and files that any number of processes can read again.

A shard file holds some rows of each tensor: put together in order of rank they are the tensor. So a state of four
processes is read by one, two or three, each taking its rows, and a state of one process is a state of one shard. Only
safetensors is written or read: torch.distributed.checkpoint is not used, because its metadata are pickles that run code
when they are loaded, and its planners send pickles between processes. Checking the files is the manifest's business.

FSDP2: `torch.distributed.fsdp.fully_shard`, after Zhao et al. 2023 (arXiv 2304.11277); every parameter is cut along its
first dimension, ceil(rows / size) rows to a process.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from foundling.home.files import plain_errors
from foundling.training.distributed import World

_ENTRIES = ("hidden", "encode", "decode")  # methods that begin a pass over the weights, beside `forward`


@cache
def _mesh(size: int) -> Any:
    from torch.distributed.device_mesh import init_device_mesh

    return init_device_mesh("cpu", (size,))


def shard(model: nn.Module, world: World) -> None:
    """Split a model's weights between the processes, in place: each layer of every ModuleList, then the rest.

    Gradients come out as sums over the processes. Every process must have made the same whole weights before.
    """
    if not world.sharded:
        return
    from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

    lists = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    for layer in (layer for layers in lists for layer in layers):
        fully_shard(layer, mesh=_mesh(world.size))
    fully_shard(model, mesh=_mesh(world.size))
    for name in _ENTRIES:
        if hasattr(model, name):
            register_fsdp_forward_method(model, name)
    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.set_gradient_divide_factor(1.0)  # losses are shares of a sum already
            module.set_force_sum_reduction_for_comms(True)  # gloo knows no other reduction


def rest(model: nn.Module) -> None:
    """Put weights that a forward pass gathered back into shards, where no backward pass will do it."""
    reshard = getattr(model, "reshard", None)
    if reshard is not None:
        reshard()


def whole(tensor: Tensor) -> Tensor:
    """The whole of a split tensor (all processes must ask); any other as it is."""
    gather = getattr(tensor, "full_tensor", None)
    full: Tensor = tensor if gather is None else gather()
    return full


def gathered(tensors: Mapping[str, Tensor], world: World) -> dict[str, Tensor]:
    """Whole tensors in rank 0, one after the other, and none elsewhere: what is published is one file."""
    kept: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        full = whole(tensor)
        if world.first:
            kept[name] = full
    return kept


def local(tensor: Tensor) -> Tensor:
    """This process's rows of a split tensor, sharing memory with it; any other as it is."""
    own = getattr(tensor, "to_local", None)
    rows: Tensor = tensor if own is None else own()
    return rows


def own_rows(count: int, world: World) -> slice:
    """Which of `count` rows FSDP2 keeps in this process."""
    share = -(-count // world.size)
    return slice(min(world.rank * share, count), min((world.rank + 1) * share, count))


def own_part(full: Tensor, weight: Tensor) -> Tensor:
    """The rows of a whole tensor that belong to this process's part of `weight`; all where that is not split."""
    mesh = getattr(weight, "device_mesh", None)
    return full if mesh is None else full[own_rows(len(full), World(rank=mesh.get_local_rank(), size=mesh.size()))]


def shard_name(world: World) -> str:
    """The file of this process's rows."""
    return f"state-{world.rank:05d}-of-{world.size:05d}.safetensors" if world.sharded else "state.safetensors"


def write_shard(folder: Path, tensors: Mapping[str, Tensor], world: World) -> None:
    """Write this process's rows of split tensors, and, in rank 0, the tensors that are not split."""
    own = {
        name: local(tensor).detach().contiguous() for name, tensor in tensors.items()
        if world.first or hasattr(tensor, "to_local")
    }
    with plain_errors(folder):
        (folder / shard_name(world)).write_bytes(save_tensors(own))


def _split(rows: Tensor, size: torch.Size, world: World) -> Tensor:
    """This process's rows as a split tensor of the whole size."""
    from torch.distributed.tensor import DTensor, Shard

    stride = torch.empty(size, device="meta").stride()
    mesh = _mesh(world.size)
    return DTensor.from_local(rows, mesh, [Shard(0)], run_check=False, shape=size, stride=stride)


def _put_together(pieces: Sequence[Any], world: World) -> Tensor:
    """A tensor from its rows in every shard, in order of rank; of a sharded world, the rows that are this process's."""
    lengths = [piece.get_shape()[0] for piece in pieces]
    count = sum(lengths)
    wanted = own_rows(count, world) if world.sharded else slice(0, count)
    found, begin = [], 0
    for piece, length in zip(pieces, lengths, strict=True):
        first, last = max(wanted.start - begin, 0), min(wanted.stop - begin, length)
        if first < last:
            found.append(piece[first:last])
        begin += length
    rows = torch.cat(found) if found else pieces[0][0:0].clone()
    return _split(rows, torch.Size([count, *rows.shape[1:]]), world) if world.sharded else rows


def read_tensors(folder: Path, world: World) -> dict[str, Tensor]:
    """The tensors of a folder of shards, whole, or split anew between the processes of a sharded world.

    The folder must have been held against its manifest before: this reads what is there.
    """
    tensors: dict[str, Tensor] = {}
    with ExitStack() as stack:
        pieces: dict[str, list[Any]] = defaultdict(list)
        for file in sorted(folder.glob("state*.safetensors")):
            opened = stack.enter_context(safe_open(str(file), framework="pt"))
            for name in opened.keys():  # noqa: SIM118 (it is no mapping)
                if opened.get_slice(name).get_shape():
                    pieces[name].append(opened.get_slice(name))
                else:
                    tensors[name] = opened.get_tensor(name).clone()
        return tensors | {name: _put_together(held, world) for name, held in pieces.items()}
