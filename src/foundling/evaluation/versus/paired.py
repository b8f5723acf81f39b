"""Two checkpoints on the same documents: rows of nats and bytes flow in, paired differences in bits per byte flow out.

The judge's own rows are held to what a likelihood can be; a candidate's rows that are not so have lost, and a sentence
says why. Documents are matched by id, so their order says nothing. It decides nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.intervals import LEAST_CLUSTERS
from foundling.evaluation.likelihood import LN2, DocumentScore
from foundling.evaluation.tails import student_point, student_tail
from foundling.evaluation.versus.figures import number
from foundling.records import BadInput

_MOST_NATS = 1e15  # squares of them are still numbers
Rows = Sequence[DocumentScore]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """B less A in bits per byte over `n` documents: a ratio of sums with its linearised standard error.

    error is None, and every interval with it, where there are fewer than six documents.
    """

    value: float
    error: float | None
    n: int

    def interval(self, level: float = 0.95) -> tuple[float | None, float | None]:
        """Student's interval at that level."""
        if self.error is None:
            return None, None
        half = student_point((1 - level) / 2, self.n - 1) * self.error
        return self.value - half, self.value + half

    def p_below(self) -> float | None:
        """The one-sided p value of "the difference is not below 0"."""
        if self.error is None:
            return None
        if self.error == 0:
            return 0.0 if self.value < 0 else 1.0
        return student_tail(-self.value / self.error, self.n - 1)


def wrong_rows(rows: Rows) -> str:
    """Why these rows cannot be a model's likelihoods of documents, in a sentence; "" when they can be."""
    if not rows:
        return "there is no document"
    if len({row.id for row in rows}) != len(rows):
        return "a document was scored twice"
    for row in rows:
        nats, size = number(row.nats), number(row.bytes)
        if nats is None or not 0 <= nats <= _MOST_NATS:
            return f"document {row.id[:12]} has no likelihood ({str(row.nats)[:20]} nats)"
        if type(row.bytes) is not int or size is None or size <= 0:
            return f"document {row.id[:12]} has {str(row.bytes)[:20]} bytes"
    return ""


def wrong_pair(a: Rows, b: Rows) -> str:
    """Why B's rows do not stand beside A's, in a sentence; "" when they do. Raises BadInput where A's are wrong."""
    if fault := wrong_rows(a):
        raise BadInput(f"The incumbent cannot be judged against: {fault}. Score it again.")
    if fault := wrong_rows(b):
        return f"The candidate has lost: {fault}."
    sizes = {row.id: row.bytes for row in a}
    if {row.id: row.bytes for row in b} != sizes:
        return "The candidate has lost: it was not scored on the same documents, byte for byte."
    return ""


def ordered(rows: Rows) -> list[DocumentScore]:
    """The rows by id, as both sides have them."""
    return sorted(rows, key=lambda row: row.id)


def difference(a: Rows, b: Rows) -> Difference:
    """B less A over rows in the same order; the standard error is that of a ratio of sums (Cochran 1977, 6.3)."""
    gains = [later.nats - earlier.nats for earlier, later in zip(a, b, strict=True)]
    sizes = [LN2 * row.bytes for row in a]
    whole, n = math.fsum(sizes), len(gains)
    value = math.fsum(gains) / whole
    if n < LEAST_CLUSTERS:
        return Difference(value=value, error=None, n=n)
    squares = math.fsum((gain - value * size) ** 2 for gain, size in zip(gains, sizes, strict=True))
    return Difference(value=value, error=math.sqrt(n / (n - 1) * squares) / whole, n=n)


def averaged(runs: Sequence[Rows]) -> list[DocumentScore]:
    """Mean nats of each document over several runs of one recipe, by id. Raises BadInput where their documents differ.

    The difference of two of these has, as its error, what the choice of documents adds to a comparison of recipes.
    """
    if not runs or any(wrong_pair(runs[0], run) for run in runs):
        raise BadInput("The runs were not scored on the same documents: score all of them on one hold-out.")
    sums = {row.id: 0.0 for row in runs[0]}
    for run in runs:
        for row in run:
            sums[row.id] += row.nats
    return [
        DocumentScore(id=row.id, nats=sums[row.id] / len(runs), tokens=row.tokens, bytes=row.bytes)
        for row in sorted(runs[0], key=lambda row: row.id)
    ]
