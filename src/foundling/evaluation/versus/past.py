"""The verdicts that were, read off the ledger: its rows of kind "verdict" flow in, typed past verdicts flow out.

Everything that the judge must remember (alpha spent, hold-outs used, canaries kept, seeds taken) is folded from these
rows by pure functions, so that anybody with the ledger gets the same state. It writes nothing and judges nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from foundling.evaluation.versus.figures import number
from foundling.records import BadInput
from foundling.records.judgement import Outcome

Grade = Literal["provisional", "confirmed", "none"]
Gate = Literal["checkpoint", "screen", "confirm", "claim", "vault"]
Canary = Literal["no_op", "harmful", "good"]


@dataclass(frozen=True, kw_only=True)
class Past:
    """One row: what was asked of which gate, and what came of it; `number` is its place among the verdicts, from 1.

    candidate: its hash, by which its rows belong together; incumbent: that of what it was held against; t and alpha: of
    a claim, which spends alpha; slice: the hold-out it was judged on; difference: bits per byte of B less those of A;
    gain and claimed: of an opening of the vault, as improvements; found: a person's word about it instead; canary:
    which, None for none.
    """

    number: int
    candidate: str
    gate: Gate
    outcome: Outcome
    grade: Grade
    incumbent: str = ""
    kind: str = ""
    t: int | None = None
    alpha: float | None = None
    slice: str = ""
    difference: float | None = None
    gain: float | None = None
    claimed: float | None = None
    found: str = ""
    seeds: tuple[int, ...] = ()
    canary: Canary | None = None

    @property
    def kept(self) -> bool:
        """Whether the candidate took the incumbent's place, if only on the working branch."""
        return self.grade != "none"


def read_past(rows: Sequence[Mapping[str, Any]]) -> tuple[Past, ...]:
    """The data of the ledger's verdict events, in order. Raises BadInput for a row that no judge wrote."""
    return tuple(_read(row, place) for place, row in enumerate(rows, start=1))


def _read(row: Mapping[str, Any], place: int) -> Past:
    words = {"gate": Gate, "outcome": Outcome, "grade": Grade}
    for name, known in words.items():
        if row.get(name) not in get_args(known):
            raise _fault(place, name, row.get(name))
    canary, t, statistics = row.get("canary"), row.get("t"), row.get("statistics") or {}
    if canary is not None and canary not in get_args(Canary):
        raise _fault(place, "canary", canary)
    if t is not None and (type(t) is not int or t < 1):
        raise _fault(place, "t", t)
    seeds = row.get("seeds") or ()
    if not isinstance(statistics, Mapping) or any(type(seed) is not int for seed in seeds):
        raise _fault(place, "seeds or statistics", seeds)
    if (row["outcome"] == "better") != (row["grade"] != "none") and row["gate"] != "vault":
        raise _fault(place, "grade", row["grade"])
    return Past(
        number=place, candidate=str(row.get("candidate")), gate=row["gate"], outcome=row["outcome"],
        grade=row["grade"], incumbent=str(row.get("incumbent")), kind=str(row.get("kind")), t=t, canary=canary,
        alpha=number(row.get("alpha")), seeds=tuple(seeds), slice=str(statistics.get("slice") or ""),
        difference=number(statistics.get("difference")), gain=number(statistics.get("gain")),
        claimed=number(statistics.get("claimed")), found=str(statistics.get("found") or ""),
    )


def _fault(place: int, name: str, value: object) -> BadInput:
    return BadInput(
        f"Verdict {place} of the ledger says {name} = {str(value)[:40]!r}, which no judge writes: "
        "restore the ledger from a copy of the home."
    )


def seeds_used(past: Sequence[Past]) -> frozenset[int]:
    """Every seed that a judged run has had."""
    return frozenset(seed for row in past for seed in row.seeds)
