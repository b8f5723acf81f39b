"""A verdict derived again: a home and a number flow in, the same figures or the first difference flow out.

The evidence is read by its hash, the held-out text by its own, alpha and every count are folded from the rows before,
and the row is made anew by the functions that made it. `deep` also computes the nats again from the weights, where the
home still has them. It writes nothing.
"""

import math
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from foundling.evaluation.versus.canaries import planted
from foundling.evaluation.versus.evidence import Checkpoints, Evidence, Trainings, read_evidence
from foundling.evaluation.versus.past import read_past
from foundling.evaluation.versus.verdict import PERSON, Meta, gate_version, row_of, word_row
from foundling.home import Home
from foundling.life.stations import Done
from foundling.life.versus.calling import Question, weigh
from foundling.life.versus.keep import Keep, kept_generations, open_keep, slice_named, verdict_rows
from foundling.life.versus.trainings import begun
from foundling.records import BadInput, Progress, content_hash

CLOSE = 1e-4  # share by which nats may differ where threads or processor are others


def verify_verdict(home: Home, number: int, *, deep: bool = False) -> Generator[Progress | Done]:
    """Derive verdict `number` (from 1) again; facts: `same`, `difference` (the first, in words), `notes`.

    Raises BadInput where the ledger was changed or cut, or there is no such verdict.
    """
    with home.ledger() as ledger:
        yield Progress(station="verify", text="the ledger's chain")
        keep = open_keep(home, ledger)
        rows = verdict_rows(ledger)
        if not 1 <= number <= len(rows):
            raise BadInput(f"{home.path} has {len(rows)} verdicts of this judge: there is no verdict {number}.")
        row = rows[number - 1]
        notes: list[str] = []
        try:
            evidence = None if row.get("kind") == PERSON else read_evidence(home.judge, str(row.get("evidence")))
            yield Progress(station="verify", text="the verdict from its evidence")
            difference = _first_difference(keep, rows, number, evidence, notes)
        except BadInput as fault:
            difference = str(fault)
        else:
            if deep and not difference:
                difference = yield from _deep(keep, evidence, notes)
    yield Done(station="verify", facts={
        "verdict": number, "same": not difference, "difference": difference, "notes": notes, "row": row,
    })


def _first_difference(
    keep: Keep, rows: list[dict[str, Any]], number: int, evidence: Evidence | None, notes: list[str]
) -> str:
    """What of the row is not what the files say; "" where all is. Without evidence it is what a person said."""
    row, past = rows[number - 1], read_past(rows[:number - 1])
    if row.get("gate_version") != gate_version():
        notes.append("The gate's source has changed since this verdict: it is derived again by today's.")
    if evidence is None:
        notes.append("It is a person's word: no file can show whether it is true.")
        made = word_row(past, read_past(rows[:number])[-1].found)
        return _differs("", made | {"gate_version": row.get("gate_version")}, row)
    if words := _wrong_text(keep, evidence):
        return words
    canary = None
    if isinstance(evidence, Trainings) and not evidence.vetoes:
        canary = _planted(keep, rows, number)
    made = row_of(evidence, past, Meta(evidence=str(row["evidence"]), cost_seconds=row["cost_seconds"], canary=canary))
    return _differs("", made | {"gate_version": row.get("gate_version")}, row)


def _planted(keep: Keep, rows: list[dict[str, Any]], number: int) -> Any:
    """The canary that stood where this candidate began, by the judge's secret."""
    mine = [slot for slot, place in enumerate(begun(rows))
            if place < number and rows[place]["candidate"] == rows[number - 1]["candidate"]]
    return planted(keep.secret, mine[-1]) if mine else None


def _differs(where: str, made: Any, there: Any) -> str:
    """The first place where two values are not the same, figures to the last bit."""
    if isinstance(made, Mapping) and isinstance(there, Mapping):
        for name in sorted(made.keys() | there.keys()):
            inner = f"{where}.{name}" if where else name
            if name not in made or name not in there:
                return f"{inner} stands in one only."
            if words := _differs(inner, made[name], there[name]):
                return words
        return ""
    if isinstance(made, list | tuple) and isinstance(there, list | tuple):
        if len(made) != len(there):
            return f"{where} has {len(there)} entries in the ledger and {len(made)} derived again."
        return next((words for place, (a, b) in enumerate(zip(made, there, strict=True))
                     if (words := _differs(f"{where}[{place}]", a, b))), "")
    if type(made) is type(there) and made == there:
        return ""
    if isinstance(made, int | float) and isinstance(there, int | float) and float(made) == float(there):
        return ""
    return f"{where} is {str(there)[:60]} in the ledger and {str(made)[:60]} derived again."


def _wrong_text(keep: Keep, evidence: Evidence) -> str:
    """Why the evidence is not of the held-out text that it names; "" where it is."""
    if not isinstance(evidence, Checkpoints | Trainings) or not evidence.documents:
        return ""
    for name, digest in evidence.inputs.items():
        path = keep.home.path / name
        if "/" in name and (not path.is_file() or content_hash(path.read_bytes()) != digest):
            return f"{name} is not the file that the verdict was judged on."
    found = slice_named(keep, evidence.slice)
    if found is None or set(found.documents) != {row.id for row in evidence.documents}:
        return f"The evidence holds other documents than the slice {evidence.slice}."
    return ""


def _deep(keep: Keep, evidence: Evidence | None, notes: list[str]) -> Generator[Progress, None, str]:
    """The nats from the weights again, of checkpoints that the home still has."""
    if not isinstance(evidence, Checkpoints):
        notes.append("Only checkpoints can be read again: the weights of trainings are not kept.")
        return ""
    there, held = kept_generations(keep.home), slice_named(keep, evidence.slice)
    assert held is not None  # or the row did not come out again
    for side, digest in (("a", evidence.incumbent), ("b", evidence.candidate)):
        if side in evidence.faults:
            notes.append(f"{side.upper()} gave no figure then ({evidence.faults[side]}): there is nothing to compare.")
            continue
        if digest not in there:
            notes.append(f"The home no longer has the weights of {side.upper()} ({digest[:12]}): they were not read.")
            continue
        with tempfile.TemporaryDirectory(prefix="foundling-") as made:
            question = Question(heldout=tuple(held.documents.values()), threads=evidence.threads)
            sheet = yield from weigh(there[digest], question, Path(made) / "side", f"judging {side}")
        for row in evidence.documents:
            noted, found = getattr(row, side), sheet.documents.get(row.id, (0, math.nan))[1]
            if sheet.fault or noted is None or not math.isclose(noted, found, rel_tol=CLOSE):
                return f"Document {row.id[:12]} has {noted} nats under {side.upper()} and {found} computed again."
            if noted != found:
                notes.append(f"Nats under {side.upper()} differ in the last places, as on another processor.")
                break
    return ""
