"""Many processes that are one run: what one of them must know of the others, and sums over all of them.

Started alone, or once per process by `torchrun` (or Ray, or Slurm), which say rank and size in the environment. Every
process makes the whole batch of a step from (seed, step), works its own equal share of the rows, and divides by what
the whole batch teaches; so losses and gradients are added, never averaged, and the sum is what one process finds.
Addition runs over gloo on CPU. This module splits no weights (`sharded` does) and knows no batch (`sharing` does).

Trust: whoever reaches the ports of a run can spoil it. Run it on machines of one owner, in a network of their own.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from foundling.records import BadInput

SILENCE = 600.0  # seconds without a message after which a run of several processes counts as hung
_HUNG = 137


def _at_rest() -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class World:
    """One process of a run of `size`: its rank, and whether the weights are split between the processes (`sharded`).

    With a size of 1 nothing is sent anywhere, and every method gives back what it was given. `pulse` is called after
    every message that all have had: the run is alive.
    """

    rank: int = 0
    size: int = 1
    sharded: bool = False
    pulse: Callable[[], None] = field(default=_at_rest, repr=False, compare=False)

    @property
    def first(self) -> bool:
        """True for the one process that writes files and tells events."""
        return self.rank == 0

    def rows(self, count: int) -> slice:
        """This process's rows of `count`, equal shares in order of rank. Raises BadInput where they do not divide."""
        if count % self.size:
            raise BadInput(
                f"{count} rows cannot be dealt equally to {self.size} processes: choose a number of processes that "
                f"divides {count}."
            )
        share = count // self.size
        return slice(self.rank * share, (self.rank + 1) * share)

    def seed(self, seed: int) -> int:
        """A seed of this process's own, so that dropout does not fall alike on the rows of all; rank 0 keeps `seed`."""
        return int(torch.iinfo(torch.int32).max & (seed + 104_729 * self.rank))

    def total(self, values: Iterable[float]) -> list[float]:
        """The sum over all processes, number by number; the same bits everywhere."""
        shares = list(values)
        if self.size == 1:
            return shares
        sums = torch.tensor(shares, dtype=torch.float64)
        dist.all_reduce(sums)
        self.pulse()
        return [float(number) for number in sums]

    def largest(self, value: int) -> int:
        """The largest of what the processes say: one that was asked to stop stops all, at the same step."""
        if self.size == 1:
            return value
        answer = torch.tensor(value)
        dist.all_reduce(answer, op=dist.ReduceOp.MAX)
        self.pulse()
        return int(answer)

    def told(self, value: float) -> float:
        """What rank 0 says, for decisions that must not differ between machines whose last bits do."""
        if self.size == 1:
            return value
        answer = torch.tensor(value, dtype=torch.float64)
        dist.broadcast(answer, src=0)
        self.pulse()
        return float(answer)

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.size > 1:
            dist.barrier()
            self.pulse()

    def add_gradients(self, weights: Iterable[Tensor]) -> None:
        """Replace every gradient by its sum over all processes: one message of them all (sharded ones are added by
        FSDP2 while they are made). Nothing overlaps with the backward pass.
        """
        if self.size == 1 or self.sharded:
            return
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(flat)
        for gradient, part in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))


ALONE = World()


@contextmanager
def _watched(limit: float) -> Iterator[Callable[[], None]]:
    """End this process, as a kill would, when what is given was not called for `limit` seconds: gloo can wait without
    end for a process that is gone, and only a new start helps then.
    """
    heard, over = threading.Event(), threading.Event()

    def watch() -> None:
        while heard.wait(limit):
            if over.is_set():
                return
            heard.clear()
        sys.stderr.write(f"Nothing was heard for {limit:.0f} seconds: this process of the run ends itself.\n")
        os._exit(_HUNG)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield heard.set
    finally:
        over.set()
        heard.set()


@contextmanager
def joined(processes: int, *, sharded: bool = False, silence: float = SILENCE) -> Iterator[World]:
    """Meet the other processes of this run, and part from them at an orderly end.

    A process in which nothing is heard of the run for `silence` seconds ends. Raises BadInput where another number of
    processes was started than the job asks for: some launchers silently start one, which would train for all and take
    that many times as long. An error leaves without waiting for processes that may have died.
    """
    met = dist.is_available() and dist.is_initialized()  # Ray has introduced them already
    started = dist.get_world_size() if met else int(os.environ.get("WORLD_SIZE", "1"))
    if started != processes:
        raise BadInput(
            f"The job asks for {processes} processes and {started} were started: start it with "
            f"`{' '.join(['python', *command('-m foundling.training.program', 'JOB.json', processes)[1:]])}`."
        )
    if processes == 1:
        yield ALONE
        return
    with _watched(silence) as pulse:
        if not met:
            dist.init_process_group("gloo", timeout=timedelta(seconds=silence))
        yield World(rank=dist.get_rank(), size=processes, sharded=sharded, pulse=pulse)
        if not met:
            dist.barrier()  # a process that leaves early takes the others down, and torchrun would start all again
            dist.destroy_process_group()


def command(program: str, job: str, processes: int, restarts: int = 3) -> list[str]:
    """The command line that runs the trainer program on this machine; torchrun restarts all where one is lost."""
    if processes == 1:
        return [sys.executable, program, job]
    return [
        sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}",
        f"--max-restarts={restarts}", program, job,
    ]


def environment() -> dict[str, str]:
    """What torchrun needs in its environment to recover: by default workers share its store, in which the addresses
    of the dead stay, and every second restart hangs (by hand: 6 of 12 hung; with this, 0 of 8).
    """
    return {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
