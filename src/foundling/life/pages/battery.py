"""The page of the battery: the facts of `life.teaching` flow in, one self-contained HTML page flows out.

The same facts give the same page, byte for byte. It measures nothing and writes no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from foundling.evaluation.battery.classes import CLASSES
from foundling.evaluation.battery.skill import USABLE
from foundling.life.drawing import Interval, interval_bar
from foundling.life.pages.frame import framed, section
from foundling.life.words import escaped, finite

Rows = Sequence[Mapping[str, Any]]
_WHAT = {each.name: each.what for each in CLASSES}


def _figure(value: object) -> str:
    number = finite(value)
    return "-" if number is None else f"{100 * number:.1f}%"


def _row(row: Mapping[str, Any]) -> str:
    name, words = str(row["cls"]).replace("_", " "), f"{_figure(row['accuracy'])} right"
    mark = Interval(value=row["accuracy"], low=row["low"], high=row["high"], bar=USABLE, start=0.0, end=1.0)
    label = f"{name}: {words}, between {_figure(row['low'])} and {_figure(row['high'])}"
    sources = ", ".join(f"{escaped(source, 20)} {_figure(share)} of {n}" for source, n, share in row["sources"])
    return (
        f'<tr><th scope="row">{escaped(name, 40)}<br><small>{escaped(_WHAT.get(row["cls"], ""), 80)}</small></th>'
        f'<td data-what="right">{_figure(row["accuracy"])} of {row["n"]:,}</td>'
        f'<td class="draw" data-what="95% interval">{interval_bar(mark, label)}</td>'
        f'<td data-what="by source">{sources}</td><td data-what="may vote">{"yes" if row["usable"] else "no"}</td></tr>'
    )


def _table(rows: Rows) -> str:
    head = "".join(f"<th>{words}</th>" for words in ("class", "right", "95% interval", "by source", "may vote"))
    body = "".join(_row(row) for row in rows)
    return f'<table class="contest"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _wide(title: str, lead: str, rows: Rows) -> str:
    return f'<div class="wide">{section(escaped(title, 60), lead, _table(rows))}</div>'


def _surface(facts: Mapping[str, Any]) -> str:
    read = {name: {row["cls"]: row for row in rows} for name, rows in facts["surface"].items()}
    head = "".join(f"<th>{escaped(name, 20)}</th>" for name in ("class", *read, "being, before", "being, after"))
    body = ""
    for before, after in zip(facts["before"], facts["rows"], strict=True):
        cells = "".join(
            f'<td data-what="{escaped(name, 20)}">{"-" if row["untold"] == row["n"] else _figure(row["accuracy"])}</td>'
            for name, row in ((name, rows[after["cls"]]) for name, rows in read.items())
        )
        body += (
            f'<tr><th scope="row">{escaped(str(after["cls"]).replace("_", " "), 40)}</th>{cells}'
            f'<td data-what="being, before">{_figure(before["accuracy"])}</td>'
            f'<td data-what="being, after">{_figure(after["accuracy"])}</td></tr>'
        )
    return f'<table class="contest"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cost(facts: Mapping[str, Any]) -> str:
    cost = {score["name"]: score for score in facts["cost"]}
    rise = cost["rise"]
    between = "" if rise["low"] is None else f", between {rise['low']:+.4f} and {rise['high']:+.4f}"
    before, after = cost["bits_per_byte_before"]["value"], cost["bits_per_byte"]["value"]
    return f"<p>{before:.4f} before, {after:.4f} after: {rise['value']:+.4f}{between}.</p>"


def battery_page(facts: Mapping[str, Any]) -> str:
    """The whole page."""
    lead = (f"{facts['pairs']:,} pairs of texts whose order is known. It may judge only where the lower bound is above "
            f"{USABLE:.0%}, the upright line; elsewhere it abstains.")
    own = [("Before", facts["before"]), ("After it was taught", facts["rows"])] if "before" in facts else [
        ("Its own likelihood", facts["rows"])]
    checks = [(f"The check of {name}", [row for row in rows if row["untold"] < row["n"]])
              for name, rows in facts["checks"].items()]
    body = "".join(_wide(title, "Right by nats per byte; a tie is wrong.", rows) for title, rows in own)
    body += "".join(_wide(title, "Counted in the texts, without any model.", rows) for title, rows in checks)
    if "surface" in facts:
        told = ("The shorter text, the longer one, and weights of words fitted on the pairs that were taught. Where "
                "they are right, the being may know no more. -: it can tell no pair apart.")
        body += f'<div class="wide">{section("Readers who understand nothing", told, _surface(facts))}</div>'
    if "cost" in facts:
        body += section("What it cost", "Bits per byte of held-out stories.", _cost(facts))
    head = (f'<header class="head"><p class="kind">Better from worse</p><h1>Generation {facts["generation"]}</h1>'
            f'<p class="quiet">{escaped(lead, 400)}</p></header>')
    return framed("Telling better from worse", head + body, "lines.css")
