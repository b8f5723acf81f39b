"""A being in the field's harness (lm-eval, Gao et al.): its tasks and a subject flow in, their figures flow out.

Float32, offline, `<|begin|>` before every text as in training. Where a task gives no context its continuation begins a
document, so the space that the harness puts before it is dropped: no document begins with one. What cannot be read as
a number is refused, for the harness would take it for the likeliest. It knows no task by itself.
"""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.intervals import Z
from foundling.evaluation.likelihood import need_numbers
from foundling.evaluation.measures.catalogue import Measure
from foundling.evaluation.measures.points import bounds
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials, Part
from foundling.inference import GREEDY, Engine, Sampling
from foundling.model import Decoder
from foundling.records import BadInput, Score
from foundling.tokens import Tokenizer

ROWS = (
    Measure(name="lm_eval.*", what="a task of the field's harness, as its authors define it", unit="as the task has it",
            better="none", interval="Wilson for shares of right answers, else 1.96 of the harness's standard errors",
            paper="Gao et al., lm-evaluation-harness; Biderman et al. 2024, arXiv 2405.14782"),
)
_PLACES = 8192  # positions read at once
_MOST = 256  # ids written where a task says nothing
_COUNTED = ("acc", "acc_norm", "acc_bytes", "exact_match")  # means of noughts and ones


@dataclass(frozen=True, kw_only=True)
class Told:
    """The log-probability of a continuation in nats, and whether each of its ids is the likeliest at its place."""

    nats: float
    greedy: bool


@torch.inference_mode()
def tell(model: Decoder, rows: Sequence[tuple[Sequence[int], int]]) -> list[Told]:
    """Each row's ids from the given place on, told from those before; rows of like length go together.

    Raises BadInput where the weights give no number.
    """
    found = [Told(nats=0.0, greedy=True)] * len(rows)
    order = sorted((i for i in range(len(rows)) if rows[i][1] < len(rows[i][0])), key=lambda i: len(rows[i][0]))
    while order:
        some, order = _some([len(rows[i][0]) for i in order], order)
        longest = max(len(rows[i][0]) for i in some)
        ids_BT = torch.zeros(len(some), longest, dtype=torch.long)
        told_BT = torch.zeros(len(some), longest - 1, dtype=torch.bool)
        for place, i in enumerate(some):
            ids, first = rows[i]
            ids_BT[place, :len(ids)] = torch.tensor(list(ids))
            told_BT[place, first - 1:len(ids) - 1] = True
        logits = model.logits(model.hidden(ids_BT[:, :-1])[told_BT]).float()
        targets = ids_BT[:, 1:][told_BT]
        nats = logits.log_softmax(-1).gather(1, targets[:, None])[:, 0].double()
        likeliest = logits.argmax(-1) == targets
        at = 0
        for i, many in zip(some, told_BT.sum(1).tolist(), strict=True):
            mine = slice(at, at + many)
            found[i], at = Told(nats=float(nats[mine].sum()), greedy=bool(likeliest[mine].all())), at + many
    need_numbers(all(math.isfinite(one.nats) for one in found))
    return found


def _some(lengths: Sequence[int], order: list[int]) -> tuple[list[int], list[int]]:
    """As many of the first, shorter rows as fit, and the rest."""
    many = next((n for n, length in enumerate(lengths) if (n + 1) * length > _PLACES and n), len(order))
    return order[:many], order[many:]


class Reading:
    """What lm-eval asks of a model, answered by a being: the three methods of `lm_eval.api.model.LM`."""

    def __init__(self, model: Decoder, tokenizer: Tokenizer, engine: Engine, seed: int) -> None:
        super().__init__()
        self.model, self.tokenizer, self.engine, self.seed = model, tokenizer, engine, seed

    def _row(self, context: str, continuation: str) -> tuple[list[int], int]:
        """Ids, and where the continuation begins. Spaces at the context's end belong to the continuation, as they do
        in the harness's own models; the beginning is lost where both do not fit."""
        bare = context.rstrip()
        continuation, context = context[len(bare):] + continuation, bare
        if context:
            before, whole = self.tokenizer.encode(context), self.tokenizer.encode(context + continuation)
            # Where the two fuse at their border, what is left behind the context's length may be nothing, which would
            # cost nothing and win: then the continuation is told by its own ids.
            fits = whole[:len(before)] == before
            after = whole[len(before):] if fits else self.tokenizer.encode(continuation)
        else:
            before, after = [], self.tokenizer.encode(continuation.removeprefix(" "))
        over = max(0, len(before) + len(after) - self.model.shape.context)
        return [self.tokenizer.begin, *[*before, *after][over:]], 1 + max(0, len(before) - over)

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Log-probability of each continuation after its context, and whether it is what greed would write."""
        told = tell(self.model, [self._row(*request.args) for request in requests])
        return [(one.nats, one.greedy) for one in told]

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Log-probability of each whole text, in windows that do not overlap but for the last, as the harness cuts."""
        from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

        rows: list[tuple[list[int], int]] = []
        whose: list[int] = []
        for number, request in enumerate(requests):
            cuts = get_rolling_token_windows(
                self.tokenizer.encode(request.args[0]), self.tokenizer.begin, self.model.shape.context, 1)
            for before, after in map(make_disjoint_window, cuts):
                rows.append(([*before, *after], len(before)))
                whose.append(number)
        sums = [0.0] * len(requests)
        for number, one in zip(whose, tell(self.model, rows), strict=True):
            sums[number] += one.nats
        return sums

    def generate_until(self, requests: Sequence[Any]) -> list[str]:
        """What it writes after each context, up to the first of the texts that end it."""
        return [self._written(*request.args) for request in requests]

    def _written(self, context: str, asked: Mapping[str, Any]) -> str:
        until = asked.get("until") or []
        ends = [until] if isinstance(until, str) else list(until)
        warm = float(asked.get("temperature") or 0.0) if asked.get("do_sample") else 0.0
        top_k, top_p = int(asked.get("top_k") or 0), float(asked.get("top_p") or 1.0)
        how = Sampling(temperature=warm, top_k=top_k, top_p=top_p, repetition=1.0) if warm > 0 else GREEDY
        most = min(int(asked.get("max_gen_toks") or _MOST), max(1, self.engine.context // 2))
        ids = self.tokenizer.encode(context)[-(self.engine.context - most - 1):]
        text = ""
        for text in self._growing([self.tokenizer.begin, *ids], how, most):
            if any(end in text for end in ends):
                break
        return text[:min((text.index(end) for end in ends if end in text), default=len(text))]

    def _growing(self, ids: list[int], how: Sampling, most: int) -> Iterator[str]:
        """The text so far, after every new id."""
        stops = frozenset((self.tokenizer.begin, self.tokenizer.end, self.tokenizer.turn))
        made: list[int] = []
        generator = torch.Generator().manual_seed(self.seed)
        for one in self.engine.stream(ids, how, stops=stops, most=most, generator=generator):
            made.append(one)
            yield self.tokenizer.decode(made)


def harness_model(subject: Subject, seed: int) -> Any:
    """The subject as an `lm_eval.api.model.LM`. Raises BadInput where lm-eval is not installed."""
    if find_spec("lm_eval") is None:
        raise BadInput("Tasks of lm-eval need the package lm_eval: install foundling[harness].")
    from lm_eval.api.model import LM

    made = type("BeingLM", (Reading, LM), {"__doc__": "A being, asked by lm-eval."})
    return made(subject.model, subject.tokenizer, subject.engine, seed)


def harness_scores(subject: Subject, task: str, folder: Path | None, *, seed: int) -> tuple[Score, ...]:
    """The figures of a task or a group of tasks. `folder` has task files (YAML) of one's own, whose paths are read from
    there; nothing is fetched. Raises BadInput for an unknown task, or one whose data are not on this machine."""
    model = harness_model(subject, seed)
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=None if folder is None else str(folder), include_defaults=folder is None)
    if task not in manager.all_tasks:
        manager = TaskManager(include_path=None if folder is None else str(folder), include_defaults=True)
    if task not in manager.all_tasks:
        raise BadInput(f"lm-eval has no task {task}: see its list, or give the folder of your own by --lm-eval-path.")
    with nullcontext() if folder is None else chdir(folder):
        try:
            found = simple_evaluate(
                model=model, tasks=[task], task_manager=manager, log_samples=False, bootstrap_iters=1000,
                random_seed=seed, numpy_random_seed=seed, torch_random_seed=seed, fewshot_random_seed=seed,
            )
        except (OSError, EOFError) as fault:
            words = " ".join(str(fault).split())[:200]
            raise BadInput(f"The data of the task {task} are not on this machine ({words}): give a task file that "
                           "names local ones.") from fault
    return tuple(_scores(found or {}))


def _scores(found: Mapping[str, Any]) -> Iterator[Score]:
    """The harness's table as scores: `lm_eval.TASK.METRIC`, with the filter's name where it has one."""
    for task, figures in found.get("results", {}).items():
        counts = found.get("n-samples", {}).get(task, {})
        n = int(counts.get("effective", figures.get("sample_len", 0)))
        for key, value in figures.items():
            metric, _, chosen = key.partition(",")
            if not chosen or metric.endswith("_stderr") or isinstance(value, bool | str):
                continue
            name = f"lm_eval.{task}.{metric}" + ("" if chosen == "none" else f".{chosen}")
            error = figures.get(f"{metric}_stderr,{chosen}")
            if metric in _COUNTED and n:
                low, high = bounds(value * n, n)
                yield Score(name=name, value=float(value), n=n, low=low, high=high)
            else:
                known = isinstance(error, float) and math.isfinite(error) and error > 0
                half = Z * error if known else None
                yield Score(
                    name=name, value=float(value), n=n, low=None if half is None else value - half,
                    high=None if half is None else value + half, unit="as the task has it",
                )


def part_of(task: str, folder: Path | None) -> Part:
    """A task as a part of a suite; never kept, for nobody lists all the files that a task may read."""
    def run(subject: Subject, given: Materials) -> tuple[Score, ...]:
        return harness_scores(subject, task, folder, seed=given.seed)

    return Part(name=f"lm_eval.{task}", version=1, run=run, quick=0, full=0, sets=(), kept=False)
