"""The page of the judge judged: the facts of `life.judging` flow in, one self-contained HTML page flows out.

The same facts give the same page, byte for byte. It measures nothing and writes no file.
"""

from collections.abc import Mapping
from typing import Any

from foundling.evaluation.versus.rehearsal import BUILT, CURVE
from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.lines import Line, legend, line_plot
from foundling.life.words import escaped, finite

Facts = Mapping[str, Any]
GRADES = ("provisional", "confirmed")


def _found(facts: Facts) -> dict[str, list[tuple[float, Facts]]]:
    """(size of the planted gain in sigmas, share found) in order, for each grade."""
    rows = [row for row in facts["worlds"] if row["world"] == CURVE and row["gate"] == BUILT]
    scores = {score["name"]: score for row in rows for score in row["scores"]}
    found = {}
    for grade in GRADES:
        mine = [name for name in scores if name.startswith("gains.") and name.endswith(f".{grade}")]
        found[grade] = sorted((float(size), scores[name]) for name in mine
                              if (size := name.removeprefix("gains").removesuffix(grade).strip(".")))
    return found


def power_lines(facts: Facts) -> list[Line]:
    """The share of planted gains found over their size: a line a grade."""
    return [
        Line(name=grade, ink=ink, exact=True, points=[(size, score["value"]) for size, score in points])
        for ink, (grade, points) in enumerate(_found(facts).items())
    ]


def _curve(facts: Facts) -> str:
    lines = power_lines(facts)
    drawing = line_plot(lines, unit="share of planted gains found", label="Power over the size of the gain",
                        across="gain in noise deviations of one run", top=1.0)
    words = [
        f"{size:g} deviations: " + ", ".join(
            f"{score['value']:.0%} [{score['low']:.0%}, {score['high']:.0%}] {grade}"
            for grade, points in _found(facts).items() for other, score in points if other == size)
        for size, _ in _found(facts)[GRADES[0]]
    ]
    return f'{legend(lines)}<div class="plots"><figure>{drawing}</figure></div>{listed(words, "advice", 400)}'


def _row(row: Facts) -> str:
    scores = {score["name"]: score["value"] for score in row["scores"]}
    cells = (
        ("true gain of a life", row["gain"], "+.4f"), ("kept", row["kept"], ".2f"),
        ("of it false", row["false"], ".0%"), ("gains kept", scores.get("gains.provisional"), ".0%"),
        ("gains confirmed", scores.get("gains.confirmed"), ".0%"), ("trainings", row["trainings"], ".0f"),
    )
    drawn = "".join(
        f'<td data-what="{what}">{"-" if (figure := finite(value)) is None else format(figure, words)}</td>'
        for what, value, words in cells)
    name = f'{escaped(row["world"], 60)}<br><small>{escaped(row["gate"], 60)}</small>'
    return f'<tr><th scope="row">{name}</th>{drawn}</tr>'


def _table(facts: Facts) -> str:
    """Worlds of whole lives; those of a single candidate are told with the bars."""
    head = "".join(f"<th>{words}</th>" for words in (
        "world and gate", "true gain of a life", "kept", "of it false", "gains kept", "gains confirmed", "trainings"))
    rows = "".join(_row(row) for row in facts["worlds"] if row["lives"] <= facts["repeats"])
    return f'<table class="contest"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def judging_page(facts: Facts) -> str:
    """The whole page."""
    held = [("Holds: " if bar["passed"] else "Fails: ") + bar["words"] for bar in facts["bars"]]
    lead = (f"{facts['repeats']:,} simulated lives of {facts['candidates']:,} candidates in every world; seeds alone "
            f"change a run by {facts['sigma']:g} bits per byte.")
    body = section("The bars", "What was asked of the judge.", listed(held, "advice", 400))
    body += section("How large a gain must be", "95% intervals in brackets.", _curve(facts))
    body += '<div class="wide">' + section(
        "World by world", "A gain is negative: fewer bits per byte. What is kept and does not help is false.",
        _table(facts)) + "</div>"
    if "said" in facts:
        body += section("Canaries", "Planted among this home's own candidates; who proposes cannot tell them.",
                        listed(facts["said"], "advice", 400))
    head = (f'<header class="head"><p class="kind">How often the judge is wrong</p><h1>The judge, judged</h1>'
            f'<p class="quiet">{escaped(lead, 400)}</p></header>')
    return framed("The judge, judged", head + body, "lines.css")
