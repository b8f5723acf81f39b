"""How much likelier the own name is than others: prompts and an engine flow in, log-probability margins flow out.

Continuous and without sampling, so it tells two checkpoints apart long before their answers differ: compare the margins
of the same prompts, paired (naming.md section 7). It writes no text and passes no verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foundling.evaluation.intervals import wilson
from foundling.evaluation.sheet import Prompt, prompt_ids
from foundling.inference import Engine
from foundling.records import Score
from foundling.tokens import Tokenizer

FORMS = ("I am {name}.", "My name is {name}.")


@dataclass(frozen=True, kw_only=True)
class Margin:
    """Nats by which the turn with the own name is likelier than the mean of the others; rank 1 of them all is best."""

    cell: str
    template: int
    form: str
    nats: float
    rank: int


def first_of_each(prompts: Sequence[Prompt]) -> list[Prompt]:
    """One prompt of every template, the first."""
    chosen: dict[tuple[str, int], Prompt] = {}
    for prompt in prompts:
        chosen.setdefault((prompt.cell, prompt.template), prompt)
    return list(chosen.values())


def margin(prompt: Prompt, rivals: Sequence[str], tokenizer: Tokenizer, engine: Engine) -> Margin:
    """The answerer's own name against the rivals, in one of the two forms; the forms alternate by template.

    Ties count against the own name, so that a model to which all is alike is never first.
    """
    form = FORMS[prompt.template % len(FORMS)]
    turns = [tokenizer.encode(form.format(name=name)) for name in (prompt.answerer, *rivals)]
    prefix, _ = prompt_ids(prompt, tokenizer, engine.context - max(len(turn) for turn in turns))
    own, *theirs = engine.log_probabilities(prefix, turns)
    return Margin(
        cell=prompt.cell, template=prompt.template, form=form, nats=own - sum(theirs) / len(theirs),
        rank=1 + sum(their >= own for their in theirs),
    )


def margin_scores(margins: Sequence[Margin], name: str) -> tuple[Score, ...]:
    """Median and worst decile in nats, and the share of prompts where the own name is first, with Wilson's interval."""
    nats, n = [one.nats for one in margins], len(margins)
    first = sum(one.rank == 1 for one in margins)
    low, high = wilson(first, n)
    return (
        Score(name=f"{name}_median", value=float(np.median(nats)), n=n, unit="nats"),
        Score(name=f"{name}_worst_decile", value=float(np.quantile(nats, 0.1)), n=n, unit="nats"),
        Score(name=f"{name}_first", value=first / n, n=n, low=low, high=high),
    )
