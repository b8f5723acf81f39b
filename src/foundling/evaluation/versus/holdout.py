"""Which held-out text judges next: past verdicts and the names of slices flow in, the slice that serves flows out.

A slice that has answered often enough has been learned by whoever asked, even from "better" and "not better" alone
(Dwork et al. 2015; Blum and Hardt 2015, "The Ladder", arXiv 1502.04585), so slices are used up in turn and never come
back. Pure functions over the ledger's rows: no state, no text, no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.versus.lots import lot
from foundling.evaluation.versus.past import Gate, Past
from foundling.records import BadInput


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The names of the slices that a gate uses up in turn: after so many tests or promotions the next one serves."""

    slices: tuple[str, ...]
    gates: tuple[Gate, ...]
    tests: int = 20
    promotions: int = 3


@dataclass(frozen=True, kw_only=True)
class Place:
    """The slice that serves now, and how often it has answered and promoted; left: slices that are still unused."""

    slice: str
    tests: int
    promotions: int
    left: int


def place(past: Sequence[Past], pool: Pool) -> Place:
    """Where the rotation stands. A canary's answers count as any other's, for they use the slice up alike.

    Steps of one candidate in a row (a screen, the look, the test) are one answer and stay on one slice, even when the
    first was the last that the slice had to give; the same candidate proposed again is a new answer.
    Raises BadInput when all slices are used up, or when the ledger has judged on one that did not serve then.
    """
    if not pool.slices or len(set(pool.slices)) != len(pool.slices):
        raise BadInput("A gate needs hold-out slices, each with a name of its own: give at least one.")
    at, tests, promotions = 0, 0, 0
    steps: list[Past] = []  # of the answer that is being given
    for row in past:
        if row.gate not in pool.gates or row.slice not in pool.slices:
            continue
        again = _goes_on(row, steps)
        steps = [*steps, row] if again else [row]
        if again and (at == len(pool.slices) or row.slice != pool.slices[at]):
            continue
        if at == len(pool.slices) or row.slice != pool.slices[at]:
            raise BadInput(
                f"Verdict {row.number} was judged on {row.slice}, which did not serve then: it cannot be counted; "
                "restore the ledger from a copy of the home."
            )
        tests, promotions = tests + (not again), promotions + row.kept
        if tests >= pool.tests or promotions >= pool.promotions:
            at, tests, promotions = at + 1, 0, 0
    if at == len(pool.slices):
        raise BadInput(
            f"All {at} hold-out slices of this gate are used up: add text that arrived since, or stop; used slices may "
            "go to training."
        )
    return Place(slice=pool.slices[at], tests=tests, promotions=promotions, left=len(pool.slices) - at - 1)


def _goes_on(row: Past, steps: Sequence[Past]) -> bool:
    """Whether this row is a further step of the candidate whose steps came just before: screen, look, test."""
    if not steps or row.gate != "confirm" or (row.candidate, row.slice) != (steps[0].candidate, steps[0].slice):
        return False
    return len(steps) < {"screen": 3, "confirm": 2}.get(steps[0].gate, 1)


def shared_out(documents: Sequence[str], slices: Sequence[str], secret: bytes) -> dict[str, str]:
    """Every document's slice, by the judge's lots: even in size to one document, and not to be foreseen.

    documents: ids of documents, or of clusters that must stay together. Raises BadInput for fewer than slices.
    """
    names = sorted(set(documents))
    if len(names) < len(slices) or not slices:
        raise BadInput(f"{len(names)} documents cannot fill {len(slices)} hold-out slices: give more text.")
    order = sorted(names, key=lambda name: (lot(secret, f"slice of {name}", 0, 2**64), name))
    return {name: slices[i % len(slices)] for i, name in enumerate(order)}
