"""Questions with options in, what a model chooses by likelihood out, family by family against chance.

Each option is read after its text and question in float32; a tie is wrong. Significance is
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
    """How a family went: n questions, share right with its Wilson bounds, share by chance, share right without
    having read the text, and the chance (p) of so many or more right by guessing."""

    family: str
    n: int
    accuracy: float
    low: float
    high: float
    chance: float
    unread: float
    p_value: float


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The place of the option that is likeliest after text and question, and of the one that is likeliest without the
    text; -1 for a tie or no number."""

    read: int
    unread: int


def choose(engine: Engine, tokenizer: Tokenizer, item: Item) -> Chosen:
    """What the being would answer: the option whose words are likeliest in sum, in nats.

    The same without the text shows how much of that it needs no reading for. The gain of one over the other (Holtzman
    et al. 2021, arXiv 2104.08315) is no judge here: it takes away what a being knows of feelings (LOG.md, gain).
    """
    options = [tokenizer.encode(f" {option}" if item.ask else option) for option in item.options]
    after = [tokenizer.begin, *tokenizer.encode(f"{item.text}{item.ask}")]
    alone = [tokenizer.begin, *tokenizer.encode(item.ask)]
    return Chosen(
        read=_likeliest(engine.log_probabilities(after, options)),
        unread=_likeliest(engine.log_probabilities(alone, options)),
    )


def _likeliest(scores: Sequence[float]) -> int:
    if not all(math.isfinite(score) for score in scores) or scores.count(max(scores)) > 1:
        return -1
    return scores.index(max(scores))


def tally(items: Sequence[Item], chosen: Sequence[Chosen]) -> list[Tally]:
    """Accuracy of each family and of all together."""
    pairs = list(zip(items, chosen, strict=True))
    rows = []
    for family in (*dict.fromkeys(item.family for item in items), "all"):
        mine = [(item, choice) for item, choice in pairs if family in (item.family, "all")]
        hits, shares = sum(c.read == i.answer for i, c in mine), [1 / len(item.options) for item, _ in mine]
        low, high = wilson(hits, len(mine))
        rows.append(Tally(
            family=family, n=len(mine), accuracy=hits / len(mine), low=low, high=high, chance=sum(shares) / len(mine),
            unread=sum(c.unread == i.answer for i, c in mine) / len(mine), p_value=at_least(hits, shares),
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
