"""The quick engine: the same words as `Engine`, through the step kernel, with the last prompt's keys and values kept.

Prompts and scores are read in one precision (float32 unless asked otherwise: decisions are the model's own), words are
said in another, smaller one where that is quicker. What the last prompt had in common with the next is not read again.
Where the kernel cannot be built, everything is `Engine`'s.
"""

import copy
import logging
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from foundling.inference.engine import Engine
from foundling.inference.sampling import Sampling, choose
from foundling.model import Decoder
from foundling.model.kernels.decode import (
    Column,
    PackedDecoder,
    Precision,
    has_dot_products,
    quantise,
    restored,
    why_not,
)

_log = logging.getLogger(__name__)
_SHARE = 2 * 2**20  # bytes of weights that make it worth waking another thread in every step
_EXTRA = 64  # places beyond the context for continuations that are scored side by side
SMALLER_FROM = 20_000_000  # parameters from which reading weights, not overhead, decides the speed of one stream


def rounded(model: Decoder) -> Decoder:
    """A float32 copy whose matrices hold what int8 can hold: to measure what the rounding costs in bits per byte."""
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for weight in twin.parameters():
            if weight.dim() == 2:
                weight.copy_(restored(*quantise(weight)))
    return twin


def fitting(model: Decoder) -> Precision:
    """The precision in which a model of this size speaks on this processor: float32 as long as it costs nothing."""
    if model.shape.parameters < SMALLER_FROM:
        return "float32"
    return "int8" if has_dot_products() else "bfloat16"


class FastEngine(Engine):
    """An engine that reads with weights of one precision and speaks with weights of another.

    `saying` defaults to what fits the size (`fitting`). `without` says why it is no faster than `Engine`; None: it is.
    One stream at a time is quick: another use between its words makes it read its own past again.
    """

    def __init__(
        self, model: Decoder, *, reading: Precision = "float32", saying: Precision | None = None,
    ) -> None:
        super().__init__(model)
        self.without = why_not(model)
        self._user: object = None
        if self.without is not None:
            _log.info("words come at the pace of plain torch: %s", self.without)
            return
        self._reader = PackedDecoder(model, reading)
        saying = saying or fitting(model)
        self._sayer = self._reader if saying == reading else PackedDecoder(model, saying, cache=reading)
        self._kept = self._reader.slot(self.context + _EXTRA)

    def _threads(self, packed: PackedDecoder) -> int:
        return max(1, min(torch.get_num_threads(), packed.bytes // _SHARE))

    def _known(self, ids: Sequence[int]) -> int:
        """How many of the ids' keys and values are kept already; the last id is always read, for its scores."""
        same = 0
        for ours, theirs in zip(self._kept.ids, ids[:-1], strict=False):
            if ours != theirs:
                break
            same += 1
        return same

    def _read(self, ids: Sequence[int], more: Sequence[Column] = (), *, scored: bool = False) -> tuple[Tensor, Tensor]:
        """Read ids into the kept slot, and `more` positions after them; hidden states and logits of the last id and of
        `more`, or with `scored` of all ids (hidden states alone).
        """
        known, last, kept = 0 if scored else self._known(ids), len(ids) - 1, self._kept
        columns = [
            Column(id=value, position=place, place=place, scored=scored or place == last)
            for place, value in enumerate(ids[known:], known)
        ]
        del kept.ids[known:]
        found = self._reader.step(
            [kept], [*columns, *more], threads=self._threads(self._reader), logits=not scored)
        kept.ids.extend(ids[known:])
        return found

    @torch.inference_mode()
    def batches(
        self, prompts: Sequence[Sequence[int]], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> Iterator[list[int | None]]:
        """As `Engine.batches`. A row that has met its stop costs nothing more."""
        if self.without is not None:
            yield from super().batches(prompts, how, stops=stops, most=most, generator=generator)
            return
        if not all(len(p) for p in prompts):
            raise ValueError("a prompt has no ids; begin it with <|begin|>")
        most = min(most, self.context)
        if not prompts or most < 1:
            return
        rows = [list(p)[-max(1, self.context - most):] for p in prompts]
        if len(rows) == 1:
            yield from ([value] for value in self._one(rows[0], how, stops, most, generator))
            return
        slots = [self._reader.slot(max(map(len, rows)) + most) for _ in rows]
        columns = [
            Column(id=value, slot=row, position=place, place=place, scored=place == len(ids) - 1)
            for row, ids in enumerate(rows) for place, value in enumerate(ids)
        ]
        _, logits = self._reader.step(slots, columns, threads=self._threads(self._reader))
        seen: list[list[int]] = [[] for _ in rows]
        alive = list(range(len(rows)))
        for made in range(most):
            new = choose(logits, seen, how, generator).tolist()
            for row, value in enumerate(new):
                seen[row].append(value)
            alive = [row for row in alive if new[row] not in stops]
            yield [new[row] if row in alive else None for row in range(len(rows))]
            if not alive or made == most - 1:
                return
            places = [len(rows[row]) + made for row in alive]
            columns = [
                Column(id=new[row], slot=row, position=at, place=at, scored=1)
                for row, at in zip(alive, places, strict=True)
            ]
            # Ended rows keep their old scores: every row draws at every position, as in `Engine`.
            logits[alive] = self._sayer.step(slots, columns, threads=self._threads(self._sayer))[1]

    def _one(
        self, ids: list[int], how: Sampling, stops: frozenset[int], most: int, generator: torch.Generator | None,
    ) -> Iterator[int | None]:
        """One row of `batches` on the kept slot, None at its stop."""
        me = self._user = object()
        _, logits = self._read(ids)
        seen: list[int] = []
        for made in range(most):
            value = int(choose(logits, [seen], how, generator))
            if value in stops:
                yield None
                return
            yield value
            seen.append(value)
            if made == most - 1:
                return
            if self._user is not me:  # something else was read meanwhile
                me = self._user = object()
                _, logits = self._read([*ids, *seen])
                continue
            place = len(ids) + made
            column = Column(id=value, position=place, place=place, scored=1)
            _, logits = self._sayer.step([self._kept], [column], threads=self._threads(self._sayer))
            if self._sayer is self._reader:  # to the bit what reading it would give
                self._kept.ids.append(value)

    @torch.inference_mode()
    def log_probabilities(self, prefix: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """As `Engine.log_probabilities`, in the precision of reading; what is kept of the prefix is not read again."""
        if self.without is not None:
            return super().log_probabilities(prefix, continuations)
        longest = max(len(c) for c in continuations)
        if not prefix or longest >= self.context:
            raise ValueError(f"{len(prefix)} ids before {longest} cannot be scored in a context of {self.context}")
        ids = list(prefix)[-(self.context - longest):]
        self._user = None
        totals: list[float] = []
        rest = list(continuations)
        while rest:
            many = self._side_by_side(len(ids), rest)
            totals += self._scores(ids, rest[:many])
            del rest[:many]
        return totals

    def _side_by_side(self, start: int, rest: Sequence[Sequence[int]]) -> int:
        """How many of the continuations fit into the kept slot after `start` places; one always does."""
        taken, room = 0, self._kept.capacity - start
        for many, continuation in enumerate(rest):
            taken += max(0, len(continuation) - 1)
            if taken > room and many:
                return many
        return len(rest)

    def _scores(self, ids: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """Each continuation sees the prefix and itself alone; all of them and what is new of the prefix in one go."""
        columns, wanted = list[Column](), list[list[tuple[int, int]]]()  # (row of the scores, id)
        end = len(ids)
        for continuation in continuations:
            start = end + len(columns)
            rows = [0, *range(1 + len(columns), len(columns) + len(continuation))]
            columns += [
                Column(id=value, position=end + step, place=start + step, shared=end, start=start, scored=1)
                for step, value in enumerate(continuation[:-1])
            ]
            wanted.append(list(zip(rows, continuation, strict=False)))
        _, logits = self._read(ids, columns)
        nats = logits.log_softmax(dim=-1)
        return [float(sum(nats[row, value] for row, value in pairs)) for pairs in wanted]

    @torch.inference_mode()
    def hidden(self, ids: Sequence[int]) -> Tensor:
        """Normed hidden states (T, C) of ids, in the precision of reading. Raises ValueError beyond the context."""
        if not 0 < len(ids) <= self.context:
            raise ValueError(f"{len(ids)} ids do not fit a context of {self.context}")
        if self.without is not None:
            return self.model.hidden(torch.tensor([list(ids)]))[0]
        self._user = None
        return self._read(ids, scored=True)[0]
