"""Shards in, milled shards out in the same order, on as many processes as asked for. It writes nothing and keeps no
state: whoever calls it saves each result and, after a kill, asks only for the shards that are missing.

Worker processes are begun afresh (no copied memory, no torch), take one shard at a time, do not hear Ctrl-C and end
when the parent closes or is gone.
"""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from foundling.corpus.runner.milling import PART_BYTES, Milled, Spared, mill_shard
from foundling.corpus.steps import CleaningStep
from foundling.records import BadInput

_AHEAD = 2  # shards a worker may be ahead of the one that is waited for: what bounds the memory


@dataclass(frozen=True, kw_only=True)
class _Fault:
    """What went wrong in a worker; bad: it is the input's fault and the sentence is for people."""

    text: str
    bad: bool


def _work(pipe: Connection, steps: Sequence[CleaningStep], part_bytes: int, spared: Spared | None) -> None:
    """A worker's life: paths in, `Milled` or `_Fault` out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            shard: Path = pipe.recv()
            try:
                answer: Milled | _Fault = mill_shard(shard, steps, part_bytes, spared)
            except BadInput as fault:
                answer = _Fault(text=str(fault), bad=True)
            except MemoryError:
                answer = _Fault(text=f"{shard} needs more memory than there is: use fewer workers.", bad=True)
            except Exception as fault:
                answer = _Fault(text=f"{type(fault).__name__}: {fault}", bad=False)
            pipe.send(answer)
            del answer


class _Worker:
    """A process, the parent's end of its pipe, and the number of the shard it has (None: idle)."""

    def __init__(self, steps: Sequence[CleaningStep], part_bytes: int, spared: Spared | None) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.number: int | None = None
        self.process: SpawnProcess = context.Process(
            target=_work, args=(theirs, steps, part_bytes, spared), daemon=True)
        with _deaf():
            self.process.start()
        theirs.close()

    def give(self, number: int, shard: Path) -> None:
        """Hands over the next shard; a worker that died meanwhile is noticed when its answer is asked for."""
        self.number = number
        with suppress(OSError):
            self.pipe.send(shard)

    def answer(self, shard: Path) -> Milled:
        """What became of the shard. Raises BadInput when it, or the worker, broke."""
        try:
            answer = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(5)
            raise BadInput(
                f"The process that worked on {shard} was ended from outside (exit code {self.process.exitcode}): free "
                "some memory or use fewer workers, and run it again."
            ) from None
        if isinstance(answer, Milled):
            self.number = None
            return answer
        if answer.bad:
            raise BadInput(answer.text)
        raise RuntimeError(f"{shard}: {answer.text}")

    def end(self) -> None:
        """Ends the process at once: it has nothing that could be lost."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        self.process.close()


@contextmanager
def _deaf() -> Iterator[None]:
    """A process begun in here never hears Ctrl-C, not even while it still imports; the parent hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def mill(
    shards: Sequence[Path], steps: Sequence[CleaningStep], *, workers: int, part_bytes: int = PART_BYTES,
    spared: Spared | None = None,
) -> Iterator[Milled]:
    """Each shard milled, in the order given; the same bytes with any number of workers.

    Raises BadInput for a broken shard and for a worker that was killed; all processes have ended when it returns,
    raises or is closed.
    """
    if workers <= 1 or len(shards) <= 1:
        for shard in shards:
            yield mill_shard(shard, steps, part_bytes, spared)
        return
    crew: list[_Worker] = []
    try:
        crew += [_Worker(steps, part_bytes, spared) for _ in range(min(workers, len(shards)))]
        done: dict[int, Milled] = {}
        given = 0
        for number in range(len(shards)):
            while number not in done:
                for worker in crew:
                    if worker.number is None and given < min(len(shards), number + _AHEAD * len(crew)):
                        worker.give(given, shards[given])
                        given += 1
                busy = {worker.pipe: worker for worker in crew if worker.number is not None}
                for pipe in wait(list(busy)):
                    worker = next(w for p, w in busy.items() if p is pipe)
                    if worker.number is not None:
                        finished = worker.number
                        done[finished] = worker.answer(shards[finished])
            yield done.pop(number)
    finally:
        for worker in crew:
            worker.end()
