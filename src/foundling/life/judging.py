"""The judge judged: settings, and perhaps a home, flow in; how often it is wrong, measured, flows out as facts.

In simulated worlds the truth is known; in a home only of the canaries that were planted there. It changes nothing.
"""

from collections.abc import Generator, Mapping
from typing import Any

from foundling.evaluation.versus.canaries import Rate, canary_rates
from foundling.evaluation.versus.lond import fold
from foundling.evaluation.versus.past import read_past
from foundling.evaluation.versus.rehearsal import ALONE, BUILT, GAMBLERS, NULLS, PLANTED, Rehearsal, Tally, rehearse
from foundling.evaluation.versus.vault import frozen, openings, remaining
from foundling.home import Home
from foundling.life.stations import Done
from foundling.records import BadInput, Progress, Score, to_jsonable

_BARRED = (NULLS, ALONE, GAMBLERS, PLANTED)
POWER = 0.6  # what the issue asks of planted gains of two noise deviations
_WORDS = {"no_op": "no-ops", "harmful": "known harmful", "good": "known good"}


def judge_the_judge(asked: Rehearsal, home: Home | None = None) -> Generator[Progress | Done]:
    """Simulated lives first, then the home's canaries; Done has it all. Raises BadInput for settings or a ledger."""
    if not 20 <= asked.candidates <= 10_000 or not 6 <= asked.repeats <= 10_000:
        raise BadInput("A trial of the judge needs 20 to 10,000 candidates and 6 to 10,000 repeats.")
    found = {} if home is None else _planted(home, asked)
    tallies: list[Tally] = []
    for event in rehearse(asked):
        if isinstance(event, Tally):
            tallies.append(event)
        else:
            yield event
    bars = [
        (tally.world, score) for tally in tallies if tally.gate == BUILT and tally.world in _BARRED
        for score in tally.scores if score.passed is not None and (tally.world == PLANTED) == ("gains" in score.name)
    ]
    yield Done(station="judged", facts={
        "candidates": asked.candidates, "repeats": asked.repeats, "sigma": asked.sigma, "seed": asked.seed,
        "rules": to_jsonable(asked.rules), "lond": to_jsonable(asked.lond), "worlds": to_jsonable(tallies),
        "bars": [{"world": world, "passed": score.passed, "words": _bar(world, score, asked)} for world, score in bars],
        "passed": all(score.passed for _, score in bars), **found,
    })


def _bar(world: str, score: Score, asked: Rehearsal) -> str:
    grade = score.name.rsplit(".", 1)[1]
    low, high = score.low or 0.0, score.high or 0.0
    if score.name.startswith("nulls"):
        return (f"{world}: {300 * score.value:.2f} [{300 * low:.2f}, {300 * high:.2f}] of 300 promoted, {grade}; "
                f"bar: {score.bar}")
    return f"{world}: {score.value:.1%} [{low:.1%}, {high:.1%}] of the gains found, {grade}; bar: {score.bar}"


def _planted(home: Home, asked: Rehearsal) -> dict[str, Any]:
    """The canaries of a home's ledger, and where its alpha stands."""
    with home.ledger() as ledger:
        past = read_past([event.data for event in ledger.events("verdict") if "gate" in event.data])
    spent = fold(past)
    rates = canary_rates(past, provisional=asked.rules.provisional, confirmed=asked.lond.alpha, power=POWER)
    return {
        "home": str(home.path), "verdicts": len(past), "claims": spent.claims, "discoveries": spent.discoveries,
        "canaries": to_jsonable(rates), "openings": openings(past), "frozen": frozen(past), "said": [
            *([_said(rate) for rate in rates if rate.n] or [
                "No canary has been judged in this home yet, so its judge's own mistakes are not measured."]),
            f"The vault was opened {openings(past)} times; it is due after {remaining(past)} more confirmed promotions."
            if not frozen(past) else frozen(past)],
    }


def _said(rate: Rate) -> str:
    words = (f"{_WORDS[rate.canary]}: {rate.kept} of {rate.n} kept, {rate.grade} [{rate.low:.1%}, {rate.high:.1%}], "
             f"planned {rate.expected:.1%}")
    return f"{words}. Stop: look at the noise floor, the guards and who can see what." if rate.alarm else words


def table(facts: Mapping[str, Any]) -> str:
    """The worlds as lines of text: what was kept, how much of it was false, and at what cost."""
    lines = [f"{'world':<27}{'gate':<25}" + "".join(
        f"{word:>8}" for word in ("gain", "kept", "false", "conf.", "power", "conf.", "runs"))]
    for row in facts["worlds"]:
        scores = {score["name"]: score["value"] for score in row["scores"]}
        counts = {score["name"]: score["n"] for score in row["scores"]}
        wrong = sum(scores.get(f"{kind}.confirmed", 0.0) * counts.get(f"{kind}.confirmed", 0)
                    for kind in ("nulls", "harmful")) / row["lives"]
        lines.append(
            f"{row['world']:<27}{row['gate']:<25}{row['gain']:>+8.4f}{row['kept']:>8.2f}{_share(row['false']):>8}"
            f"{wrong:>8.3f}{_share(scores.get('gains.provisional')):>8}{_share(scores.get('gains.confirmed')):>8}"
            f"{row['trainings']:>8.0f}")
    return "\n".join([
        *lines, "", "gain: what a life's edits truly changed, in bits per byte; kept: how many, at either grade;",
        "false: the share of them that does not help; conf.: how many of those confirmed; power: the share of true",
        "gains that was kept, and confirmed; runs: trainings.", "",
        *("{} {}".format("holds:" if bar["passed"] else "FAILS:", bar["words"]) for bar in facts["bars"]),
        *facts.get("said", ()),
    ])


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
