"""The vault: past verdicts flow in, when and for whom it is opened flows out; nats flow in, whether the gain held does.

Its text has chosen nothing and claimed nothing, and is opened once for ten confirmed promotions (judging notes, section
7). Who is promoted was lucky too, so what promotions claim is too much on average; here it is seen by how much, and too
little freezes all promotion. Pure functions over the ledger's rows: no state, no text, no file.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foundling.evaluation.likelihood import paired_bootstrap
from foundling.evaluation.versus.gates import Ruling
from foundling.evaluation.versus.paired import Rows, difference, ordered, wrong_pair, wrong_rows
from foundling.evaluation.versus.past import Past
from foundling.records.judgement import Outcome

EVERY = 10  # confirmed promotions to an opening
_LIFT = "has found out why and says so: `foundling vault HOME --found-why TEXT`."


@dataclass(frozen=True, kw_only=True)
class Line:
    """Promotions of which each began with what the one before it ended in; first: the oldest one's incumbent.

    Gains of promotions that do not follow each other may not be added: whoever beat the same incumbent twice did not
    win both gains. claimed: theirs together, in bits per byte; numbers: of their verdicts, the oldest first; since: how
    many were confirmed since the last opening, in this line or not.
    """

    kind: str
    first: str
    newest: str
    claimed: float
    numbers: tuple[int, ...]
    since: int


def since_opened(past: Sequence[Past]) -> list[Past]:
    """Confirmed promotions since the vault was opened, or a person spoke in its place; those of canaries were none."""
    last = max((row.number for row in past if row.gate == "vault"), default=0)
    return [row for row in past[last:] if row.grade == "confirmed" and row.canary is None]


def remaining(past: Sequence[Past], every: int = EVERY) -> int:
    """How many promotions are to be confirmed before the vault is opened; 0: it is due, and nothing is claimed."""
    return max(0, every - len(since_opened(past)))


def openings(past: Sequence[Past]) -> int:
    """How often the vault was opened."""
    return sum(row.gate == "vault" and not row.found for row in past)


def line(past: Sequence[Past]) -> Line | None:
    """The line that ends in the newest confirmed promotion; None where none was confirmed since the last opening."""
    rows, promotions = list[Past](), since_opened(past)
    for row in reversed(promotions):
        if not rows or row.candidate == rows[-1].incumbent:
            rows.append(row)
    if not rows:
        return None
    return Line(
        kind=rows[0].kind, first=rows[-1].incumbent, newest=rows[0].candidate,
        claimed=math.fsum(-(row.difference or 0.0) for row in rows),
        numbers=tuple(row.number for row in reversed(rows)), since=len(promotions),
    )


def frozen(past: Sequence[Past]) -> str:
    """Why nothing may be promoted now, in a sentence; "" when it may. The newest row about the vault decides.

    Frozen when the vault saw less than half of the claimed gain (judging notes, section 7), or nothing that is a
    number; a person's word after that lifts it.
    """
    rows = [row for row in past if row.gate == "vault"]
    if not rows or rows[-1].found:
        return ""
    gain, claimed = rows[-1].gain, rows[-1].claimed
    if gain is None or claimed is None:
        return f"The last opening of the vault gave no number: nothing is promoted until a person {_LIFT}"
    if gain < claimed / 2:
        return (f"The vault saw a gain of {gain:.4f} bits per byte where {claimed:.4f} were claimed: nothing is "
                f"promoted until a person {_LIFT}")
    return ""


def judge_vault(a: Rows, b: Rows, promoted: Line, *, seed: int) -> tuple[Ruling, dict[str, Any]]:
    """Whether the newest has at least half of the claimed gain over the first; rows that are no numbers hold nothing.

    The figure itself decides, as few documents lie there; its interval (over documents alone) stands beside it.
    """
    told: dict[str, Any] = {
        "claimed": promoted.claimed, "promotions": list(promoted.numbers), "since": promoted.since,
    }
    if fault := wrong_rows(a) or wrong_pair(a, b):
        return Ruling(
            gate="vault", outcome="undecided", grade="none", holds=False, reason=f"The vault gave no number: {fault}",
        ), told | {"gain": None}
    before, later = ordered(a), ordered(b)
    ratio, gap = paired_bootstrap(before, later, seed=seed), difference(before, later)
    gain = -ratio.value
    outcome: Outcome = "better" if gain >= promoted.claimed / 2 else "not_better"
    reason = f"{gain:+.5f} of the {promoted.claimed:+.5f} bits per byte that were claimed, {gap.n} documents."
    return Ruling(
        gate="vault", outcome=outcome, grade="none", holds=outcome == "better", reason=reason, difference=ratio.value,
        low=ratio.low, high=ratio.high, error=gap.error, freedom=gap.n - 1, n=gap.n,
    ), told | {"gain": gain}
