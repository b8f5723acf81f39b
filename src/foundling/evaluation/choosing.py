"""Questions with options in, what a model chooses by likelihood out, family by family against chance.

Each option is read after its text and question in float32; a tie is wrong (judging.md section 10). Significance is
exact: the sum of unequal coins, since questions have two to four options. Nothing is said aloud.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.intervals import wilson
from foundling.inference.engine import Engine
from foundling.tokens import Tokenizer


@dataclass(frozen=True, kw_only=True)
class Item:
    """A text, what is asked of it, the options and the place of the right one; `family` is what it tests."""

    family: str
    text: str
    ask: str
    options: tuple[str, ...]
    answer: int


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How a family went: n questions, share right with its Wilson bounds, share by chance, and the chance (p) of so
    many or more right by guessing."""

    family: str
    n: int
    accuracy: float
    low: float
    high: float
    chance: float
    p_value: float


def choose(engine: Engine, tokenizer: Tokenizer, item: Item) -> int:
    """The place of the option that the text makes more likely than the question alone does; -1 for a tie or no number.

    The gain in nats (Holtzman et al. 2021, Surface Form Competition, arXiv 2104.08315) leaves out how likely an option
    is as words: a long common place would else beat a rare name. Without a question (minimal pairs): nats per byte.
    """
    options = [tokenizer.encode(f" {option}" if item.ask else option) for option in item.options]
    totals = engine.log_probabilities([tokenizer.begin, *tokenizer.encode(f"{item.text}{item.ask}")], options)
    if item.ask:
        alone = engine.log_probabilities([tokenizer.begin, *tokenizer.encode(item.ask)], options)
        scores = [t - a for t, a in zip(totals, alone, strict=True)]
    else:
        scores = [t / len(o.encode("utf-8")) for t, o in zip(totals, item.options, strict=True)]
    if not all(math.isfinite(score) for score in scores) or scores.count(max(scores)) > 1:
        return -1
    return scores.index(max(scores))


def tally(items: Sequence[Item], chosen: Sequence[int]) -> list[Tally]:
    """Accuracy of each family and of all together."""
    right = [choice == item.answer for item, choice in zip(items, chosen, strict=True)]
    rows = []
    for family in (*dict.fromkeys(item.family for item in items), "all"):
        mine = [i for i, item in enumerate(items) if family in (item.family, "all")]
        hits, shares = sum(right[i] for i in mine), [1 / len(items[i].options) for i in mine]
        low, high = wilson(hits, len(mine))
        rows.append(Tally(
            family=family, n=len(mine), accuracy=hits / len(mine), low=low, high=high, chance=sum(shares) / len(mine),
            p_value=at_least(hits, shares),
        ))
    return rows


def at_least(hits: int, shares: Sequence[float]) -> float:
    """The chance of `hits` or more successes in independent trials with these shares (Poisson binomial, exactly)."""
    odds = [1.0]
    for share in shares:
        odds = [
            (odds[k] if k < len(odds) else 0.0) * (1 - share) + (odds[k - 1] * share if k else 0.0)
            for k in range(len(odds) + 1)
        ]
    return min(1.0, sum(odds[hits:]))
