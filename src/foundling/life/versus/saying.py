"""A verdict in words for a person: the rows of a comparison flow in, sentences flow out. It decides nothing.

Whoever proposed a candidate hears the outcome alone, one of three words; these sentences are for who runs the judge.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from foundling.evaluation.versus.vault import EVERY
from foundling.evaluation.versus.verdict import PERSON
from foundling.life.words import duration_words

Facts = Mapping[str, Any]
OUTCOMES = {"better": "B is better than A", "not_better": "B is not better than A",
            "undecided": "undecided: B was not shown to be better than A, nor that it is not"}
GRADES = {
    "provisional": "Provisional: good enough to go on with, not to be claimed. It was chosen on this text, and of many "
                   "provisional ones some are luck.",
    "confirmed": "Confirmed: it held on text that had no part in the choice, at a level that is spent only once over "
                 "the whole life (LOND); it may be claimed.",
    "none": "",
}
STEPS = {
    "screen": "one run of B", "look": "the first fresh runs of B", "test": "all fresh runs of B",
    "claim": "fresh runs of both, on text that chose nothing",
}
BESIDE = {
    "agrees": ", and the checks say so too", "disagrees": ", against the checks; it is shown and decides nothing",
    "alone": "; nothing else decides for it, and alone it decides nothing", "abstains": "; it has no opinion",
}


def _signed(value: float | None) -> str:
    return "no figure" if value is None else f"{value:+.5f}"


def what(row: Facts) -> str:
    """What a row asked."""
    if row["gate"] == "vault":
        return "a person's word on the vault" if row["kind"] == PERSON else f"the vault, {row['kind']}"
    step = row["statistics"].get("step")
    if step:
        return f"{row['kind']}, {STEPS[step]}"
    return f"{row['kind']}, a claim on other text" if row["t"] is not None else str(row["kind"])


def figures(row: Facts) -> str:
    """The difference with its interval, in one line; the reason where there is none."""
    found = row["statistics"]
    if found["difference"] is None or found["low"] is None:
        return str(found["reason"])
    units = f"{found['n']} {'runs' if row['seeds'] else 'documents'}"
    level = "" if row["alpha"] is None else f", asked {row['alpha']:.2g}"
    odds = "" if found["p"] is None else f", p = {found['p']:.2g}{level}"
    return (f"{_signed(found['difference'])} bits per byte [{_signed(found['low'])}, {_signed(found['high'])}] over "
            f"{units}{odds}; negative is better.")


def vetoes(rows: Sequence[Facts]) -> list[str]:
    """What stopped a candidate whatever its likelihood."""
    return [str(words) for row in rows for words in row["statistics"]["vetoes"]]


def peers(rows: Sequence[Facts]) -> list[str]:
    """What a peer said of two texts, which made no difference to the outcome."""
    said = [row["statistics"]["peer"] for row in rows if "peer" in row["statistics"]]
    sides = {"a": " (A)", "b": " (B)", "abstains": ""}
    return [f"The peer {one['detail']}{sides[one['says']]}{BESIDE[one['beside']]}." for one in said]


def sentences(facts: Facts) -> list[str]:
    """The whole answer: the outcome, why, what the grade means, what was written."""
    rows = facts["rows"]
    said = [f"{OUTCOMES[facts['verdict']]}."]
    said[0] = said[0][0].upper() + said[0][1:]
    said += [f"{what(row)[0].upper()}{what(row)[1:]}: {figures(row)}" for row in rows]
    said += [f"Vetoed: {words}" for words in vetoes(rows)]
    said += peers(rows)
    said += facts.get("notes", [])
    if GRADES[facts["grade"]]:
        said.append(GRADES[facts["grade"]])
    cost = duration_words(sum(row["cost_seconds"] for row in rows))
    if "home" in facts:
        said.append(f"In the ledger: {len(rows)} {'row' if len(rows) == 1 else 'rows'}, {cost} of judging.")
    else:
        said.append(f"No ledger was written, so nothing is spent and nothing can be claimed. Evidence: {facts['out']}.")
    return said


def opened(facts: Facts) -> list[str]:
    """What the vault said, or what a person said of it, and what follows."""
    row, frozen = facts["row"], facts["frozen"]
    found, number = row["statistics"], facts["verdict_number"]
    if row["kind"] == PERSON:
        return [f"Noted as verdict {number}: {found['found']}", "Promotion goes on; the next opening is after "
                f"{EVERY} more confirmed promotions."]
    said = [f"{len(found['promotions'])} of {found['since']} confirmed promotions, each on top of the one before, "
            f"claimed {found['claimed']:.5f} bits per byte together."]
    if found["gain"] is None:
        said.append(str(found["reason"]))
    else:
        span = "too few documents for an interval" if found["low"] is None else (
            f"95% interval over documents [{-found['high']:+.5f}, {-found['low']:+.5f}]")
        said.append(f"On text that none of them had seen, {found['n']} documents, it is {found['gain']:+.5f} ({span}).")
    said.append(frozen or "The gain held: at least half of it is there, and promotion goes on.")
    said += facts["notes"]
    if frozen:
        said.append("All promotion is frozen from now on. Where to look: who could see the held-out text, whether it "
                    "is like the vault's, the noise floor, and the canaries (`foundling judge-the-judge --home HOME`).")
    return [*said, f"In the ledger as verdict {number}: `foundling verify {facts['home']} --verdict {number}`."]
