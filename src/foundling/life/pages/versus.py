"""The page of a comparison: the facts of `life.versus` flow in, one self-contained HTML page flows out.

The same facts give the same page, byte for byte. It measures nothing, decides nothing and writes no file.
"""

from collections.abc import Mapping
from typing import Any

from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.scatter import Figure, dot_plot
from foundling.life.versus.saying import GRADES, figures, sentences, vetoes, what
from foundling.life.words import escaped, finite

Facts = Mapping[str, Any]
_UNIT = "bits per byte"
_TITLES = {"better": "B is better", "not_better": "B is not better", "undecided": "Undecided"}


def _drawn(facts: Facts) -> str:
    """The difference of every row that has an interval, beside nothing gained."""
    found = []
    for number, row in enumerate(facts["rows"], 1):
        values = [finite(row["statistics"][name]) for name in ("difference", "low", "high")]
        if values[0] is not None and values[1] is not None and values[2] is not None:
            found.append(Figure(name=f"{number}. {what(row)}", mean=values[0], low=values[1], high=values[2],
                                values=(values[0],)))
    if not found:
        return "<p>No step of this comparison has an interval.</p>"
    none = Figure(name="no difference", mean=0.0, low=0.0, high=0.0, values=(0.0,))
    return dot_plot([*found, none], unit=f"{_UNIT}, B less A; left is better")


def _runs(facts: Facts) -> str:
    """Every run's figure, A's beside B's, of the step with the most runs."""
    rows = [row for row in facts["rows"] if isinstance(row["statistics"].get("bits_per_byte", {}).get("a"), list)]
    if not rows:
        return "<p>Nothing was trained for this comparison: its unit is the document, not the run.</p>"
    bits = rows[-1]["statistics"]["bits_per_byte"]
    found = []
    for side in ("a", "b"):
        values = [value for one in bits[side] if (value := finite(one)) is not None]
        if values:
            found.append(Figure(name=side.upper(), mean=sum(values) / len(values), low=min(values), high=max(values),
                                values=tuple(values)))
    if not found:
        return "<p>No run has a figure.</p>"
    return dot_plot(found, unit=f"{_UNIT}; a line from the least to the most")


def _outcome(row: Facts) -> str:
    grade = "" if row["grade"] == "none" else f"<small>{escaped(row['grade'], 20)}</small>"
    return escaped(str(row["outcome"]).replace("_", " "), 20) + grade


def _steps(facts: Facts) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escaped(what(row), 80)}</th><td data-what="Outcome">{_outcome(row)}</td>'
        f'<td data-what="Figures">{escaped(figures(row), 300)}</td></tr>' for row in facts["rows"])
    return ("<table><thead><tr><th></th><th>Outcome</th><th>Figures</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>")


def _guards(facts: Facts) -> str:
    rows = ""
    for guard in (guard for row in facts["rows"] for guard in row["statistics"].get("guards", [])):
        span = "too few for an interval" if guard["low"] is None else f"[{guard['low']:+.4f}, {guard['high']:+.4f}]"
        stopped = guard["low"] is not None and guard["low"] > guard["margin"]
        rows += (f'<tr><th scope="row">{escaped(guard["name"], 80)}</th>'
                 f'<td class="num" data-what="Worse by">{guard["difference"]:+.4f}<small>{span}</small></td>'
                 f'<td class="num" data-what="Allowed">{guard["margin"]:.4g}</td>'
                 f'<td data-what="Says">{"veto" if stopped else "passes"}</td></tr>')
    head = '<th></th><th class="num">Worse by</th><th class="num">Allowed</th><th>Says</th>'
    if not rows:
        return "<p>No guard was asked.</p>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _hashes(facts: Facts) -> str:
    lines = []
    for number, row in enumerate(facts["rows"], 1):
        parts = {name: row[name] for name in ("incumbent", "candidate", "evidence", "gate_version")}
        lines += [f"{number}. {name.replace('_', ' ')}: {value}" for name, value in (parts | row["inputs"]).items()]
    return listed(lines)


def _opening(facts: Facts) -> str:
    """What the grade means; of what was not promoted, why not."""
    stopped = vetoes(facts["rows"])
    return GRADES[facts["grade"]] or (stopped[0] if stopped else figures(facts["rows"][-1]))


def versus_page(facts: Facts) -> str:
    """The whole page, from the facts that a comparison gives at its end (as JSON values)."""
    grade = "" if facts["grade"] == "none" else f", {facts['grade']}"
    head = (
        '<header class="head"><p class="kind">Foundling judges A versus B</p>'
        f"<h1>{_TITLES[facts['verdict']]}{grade}</h1>"
        f'<p class="opening">{escaped(_opening(facts), 400)}</p></header>')
    body = (
        section("In words", "Why it came out so.", listed(sentences(facts)))
        + section("The difference", "With its 95% interval, step by step.", _drawn(facts))
        + section("Step by step", "Each is a row of the ledger with evidence of its own.", _steps(facts))
        + section("Run by run", "How much the seed alone changes.", _runs(facts))
        + section("Guards", "What must not get worse. A guard vetoes only when its whole interval lies beyond what is "
                  "allowed.", _guards(facts))
        + section("By hash", "What was judged, and by what: anybody with the files can derive it again.",
                  _hashes(facts)))
    return framed("A versus B", f'<div class="comparison">{head}{body}</div>', "comparison.css")
