"""How much alpha the next claim may spend: past verdicts flow in, the level of claim t flows out.

LOND (Javanmard and Montanari 2015, arXiv 1502.06197; 2018, Annals of Statistics 46): alpha_t = beta_t (D + 1), where D
counts the discoveries so far and the betas sum to alpha; it holds the false discovery rate at alpha for independent p
values, and under any dependence when divided by H(t) = 1 + 1/2 + ... + 1/t. Only claims count, on seeds that are fresh
for both sides; canaries spend nothing. There is no state but what the ledger's rows give.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from foundling.evaluation.versus.past import Past
from foundling.records import BadInput

Shape = Literal["steep", "flat"]


@dataclass(frozen=True, kw_only=True)
class Lond:
    """alpha over a planned `horizon` of claims; steep spends 77% on the first two, flat is Javanmard and Montanari's.

    dependent: divide by H(t), for tests that share runs.
    """

    alpha: float = 0.05
    horizon: int = 2000
    shape: Shape = "flat"
    dependent: bool = False


# What the judge spends. Claims on one slice share its documents, so their p values depend on each other.
SPENDING = Lond(dependent=True)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Where the spending stands: claims judged so far, and how many of them were discoveries."""

    claims: int = 0
    discoveries: int = 0


def weight(shape: Shape, t: int) -> float:
    """What beta_t is proportional to (judging.md section 5), t from 1."""
    log = math.log(max(t, 2))
    return 1 / (t * log * log) if shape == "steep" else log / (t * math.exp(math.sqrt(math.log(t))))


@lru_cache(maxsize=64)
def betas(lond: Lond) -> tuple[float, ...]:
    """beta_1 to beta_horizon, which sum to alpha. Raises BadInput for an alpha or a horizon that makes no sense."""
    if not 0 < lond.alpha < 1 or lond.horizon < 1:
        raise BadInput(f"Alpha {lond.alpha} cannot be spent over {lond.horizon} claims: give one between 0 and 1.")
    weights = [weight(lond.shape, t) for t in range(1, lond.horizon + 1)]
    whole = math.fsum(weights)
    return tuple(lond.alpha * one / whole for one in weights)


def level(lond: Lond, spent: Spent) -> float:
    """alpha_t of the next claim; 0 beyond the horizon, where nothing is left to claim with."""
    shares, t = betas(lond), spent.claims + 1
    if t > lond.horizon:
        return 0.0
    value = shares[t - 1] * (spent.discoveries + 1)
    return min(1.0, value / math.fsum(1 / i for i in range(1, t + 1)) if lond.dependent else value)


def after(spent: Spent, confirmed: bool) -> Spent:
    """Where the spending stands after one more claim."""
    return Spent(claims=spent.claims + 1, discoveries=spent.discoveries + confirmed)


def fold(past: Sequence[Past]) -> Spent:
    """The spending derived again from the ledger. Raises BadInput where a row's own t is not the one that follows.

    Canaries are judged at the level of the next claim and neither count as claims nor as discoveries: what is known to
    be false must not buy alpha.
    """
    spent, known = Spent(), set[str]()
    for row in past:
        if row.t is None or row.canary is not None:
            continue
        if row.t != spent.claims + 1:
            raise BadInput(
                f"Verdict {row.number} of the ledger is claim {row.t} where claim {spent.claims + 1} follows: one is "
                "missing or was added; restore the ledger from a copy of the home."
            )
        spent = after(spent, row.grade == "confirmed" and row.candidate not in known)
        known |= {row.candidate} if row.grade == "confirmed" else set()  # what is known buys no alpha again
    return spent
