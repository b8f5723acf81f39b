"""Tables of two kinds of beings on the same pairs in, what changed between them, and how surely, out.

The beings of a side are raised alike but for their seeds; each pair's figures are averaged over them first. The bounds
are of the pairs (which others might have been asked) and not of the seeds: `by_being` shows how far those lie apart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.bias.table import BiasTable, View, clustered, preference, views
from foundling.evaluation.intervals import ratio_bootstrap


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One row of the table, before (a) and after (b).

    a, b: share of pairs with the more stereotyping sentence (or he) likelier; change: b - a with bootstrap bounds over
    clusters; a_nats, b_nats: mean differences, nats_change with bounds; fewer, more: pairs that moved away from it and
    towards it; p_value: exact two-sided sign test of those two; closer: b lies nearer to one half than a; by_being:
    (a, b) of each pair of beings in the order given, where both sides have as many.
    """

    measure: str
    family: str
    n: int
    a: float
    b: float
    change: float
    low: float | None
    high: float | None
    a_nats: float
    b_nats: float
    nats_change: float
    nats_low: float | None
    nats_high: float | None
    fewer: int
    more: int
    p_value: float
    closer: bool
    by_being: tuple[tuple[float, float], ...] = ()


def sign_test(fewer: int, more: int) -> float:
    """The chance, were both ways as likely, of a count at least as uneven; exact, on two sides."""
    n, most = fewer + more, max(fewer, more)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n) if n else 1.0


def _mean(tables: Sequence[BiasTable], view: View, *, share: bool) -> list[float]:
    """For each pair of the view: the mean over the beings of its preference, or of its signed difference in nats."""
    rows = []
    for i in view.places:
        values = [view.sign(table.outcomes[i]) * table.outcomes[i].difference for table in tables]
        rows.append(sum(map(preference, values) if share else values) / len(tables))
    return rows


def _gap(view: View, a: Sequence[BiasTable], b: Sequence[BiasTable], seed: int) -> Gap:
    clusters, n = [a[0].outcomes[i].cluster for i in view.places], len(view.places)
    shares = [_mean(side, view, share=True) for side in (a, b)]
    nats = [_mean(side, view, share=False) for side in (a, b)]
    moves = [after - before for before, after in zip(*shares, strict=True)]
    change = ratio_bootstrap(*clustered(moves, clusters), seed=seed)
    drift = ratio_bootstrap(
        *clustered([after - before for before, after in zip(*nats, strict=True)], clusters), seed=seed)
    before, after = (sum(side) / n for side in shares)
    fewer, more = sum(move < 0 for move in moves), sum(move > 0 for move in moves)
    each = tuple(zip(*([sum(_mean([x], view, share=True)) / n for x in side] for side in (a, b)), strict=False))
    return Gap(
        measure=view.measure, family=view.family, n=n, a=before, b=after, change=change.value, low=change.low,
        high=change.high, a_nats=sum(nats[0]) / n, b_nats=sum(nats[1]) / n, nats_change=drift.value,
        nats_low=drift.low, nats_high=drift.high, fewer=fewer, more=more, p_value=sign_test(fewer, more),
        closer=abs(after - 0.5) < abs(before - 0.5), by_being=each if len(a) == len(b) else ())


def gap(a: BiasTable | Sequence[BiasTable], b: BiasTable | Sequence[BiasTable], *, seed: int = 0) -> tuple[Gap, ...]:
    """Row by row, what beings b do otherwise than beings a on the same pairs (one table a side, or one per seed).

    Raises ValueError when a side is empty or the tables were made from different pairs.
    """
    first, second = ([side] if isinstance(side, BiasTable) else list(side) for side in (a, b))
    if not first or not second or len({table.pairs for table in (*first, *second)}) != 1:
        raise ValueError("only tables of the same pairs can be compared")
    return tuple(_gap(view, first, second, seed) for view in views(first[0].outcomes))
