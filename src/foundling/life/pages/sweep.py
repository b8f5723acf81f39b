"""The page of a sweep: the facts of `life.sweeping.sweep` flow in, one self-contained HTML page flows out.

The same facts give the same page, byte for byte. It measures nothing and writes no file.
"""

from collections.abc import Mapping
from typing import Any

from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.scatter import Dot, Figure, dot_plot, scatter
from foundling.life.words import bytes_words, escaped, finite, number_words

Facts = Mapping[str, Any]
_UNIT = "bits per byte"


def _short(value: float) -> str:
    """Three figures of a fraction; a whole number as it is."""
    if float(value).is_integer():
        return number_words(float(value))
    return number_words(float(f"{value:.3g}"))


def _figure(trial: Facts) -> float | None:
    """The judge's figure of a finished trial; the last look of one that was ended early."""
    if trial["bits"] is not None:
        return finite(trial["bits"])
    looks = {int(percent): bits for percent, bits in trial["course"].items()}
    return finite(looks[max(looks)]) if looks else None


def _kind(trial: Facts, best: Facts) -> str:
    if trial["state"] == "early":
        return "early"
    return "best" if trial["draw"] == best and trial["state"] == "done" else "done"


def _history(facts: Facts) -> str:
    dots = [Dot(x=trial["number"] + 1.0, y=y, kind=_kind(trial, facts["best"]))
            for trial in facts["trials"] if (y := _figure(trial)) is not None]
    return f'<div class="plots">{scatter(dots, under="trial", unit=_UNIT, best=True)}</div>'


def _scatters(facts: Facts) -> str:
    """A drawing for each dimension, the one that did most first."""
    dimensions = {dimension["name"]: dimension for dimension in facts["space"]}
    order = [effect["name"] for effect in facts["effects"]] or list(dimensions)
    parts = []
    for name in order:
        dots = [Dot(x=float(trial["draw"][name]), y=y, kind=_kind(trial, facts["best"]))
                for trial in facts["trials"] if name in trial["draw"] and (y := _figure(trial)) is not None]
        log = bool(dimensions[name].get("log", "values" in dimensions[name]))
        parts.append(f"<div>{scatter(dots, under=name.replace('_', ' '), unit=_UNIT, log=log)}</div>")
    return f'<div class="plots">{"".join(parts)}</div>'


def _effects(facts: Facts) -> str:
    rows = ""
    for effect in facts["effects"]:
        groups = ", ".join(f"{words}: {mean:.3f} ({count})" for words, mean, count in effect["groups"])
        ends = f"{_short(effect['low'])} to {_short(effect['high'])}"
        rows += (f'<tr><th scope="row">{escaped(effect["name"].replace("_", " "), 40)}</th>'
                 f'<td class="num" data-what="Spread">{effect["spread"]:.3f}'
                 f'<small>chance: {effect["chance"]:.3f}</small></td>'
                 f'<td class="num" data-what="In the best quarter">{ends}</td>'
                 f'<td data-what="Means by value (trials)">{escaped(groups, 300)}</td></tr>')
    head = ('<th></th><th class="num">Spread</th><th class="num">In the best quarter</th>'
            "<th>Means by value (trials)</th>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else "<p>Too few trials.</p>"


def _again(facts: Facts) -> str:
    figures = [Figure(name=name, mean=row["value"], low=row["low"], high=row["high"], values=tuple(row["bits"]))
               for name, row in facts["again"].items()]
    return dot_plot(figures, unit=f"{_UNIT} of text that nothing was chosen by")


def _recipes(facts: Facts) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escaped(name.replace("_", " "), 40)}</th>'
        f'<td class="num" data-what="Best">{_short(facts["best"][name])}</td>'
        f'<td class="num" data-what="Default">{_short(value)}</td></tr>'
        for name, value in facts["default"].items())
    head = '<th></th><th class="num">Best</th><th class="num">Default</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def sweep_page(facts: Facts) -> str:
    """The whole page, from the facts that a sweep gives at its end (as JSON values)."""
    done = sum(trial["state"] == "done" for trial in facts["trials"])
    head = (
        '<header class="head"><p class="kind">Foundling sweeps</p>'
        f"<h1>{facts['bits_per_byte']:.3f} bits per byte</h1>"
        f'<p class="opening">The best of {len(facts["trials"]):,} recipes for size {escaped(facts["size"], 20)}, '
        f"{done} of them trained to their end on {bytes_words(facts['text_bytes'])} of text.</p></header>")
    body = (
        section("What it found", "Sizes in bits per byte, beside the noise of the seed.", listed(facts["sentences"]))
        + section("The best recipe", "Beside what a birth takes today.", _recipes(facts))
        + section("Tried again", "Both with other seeds, on text that nothing was chosen by.", _again(facts))
        + section("Trial by trial", "The line is the best so far; open dots were ended early and stand at their last "
                  "look at the trainer's own validation text.", _history(facts))
        + section("Setting by setting", "The setting that did most comes first. Later trials crowd where earlier ones "
                  "were good, so the settings are not independent.", _scatters(facts))
        + section("In figures", "Spread: the mean of the worst group of values less that of the best; chance: what 95% "
                  "of shuffles of the values over the trials stay below. A trial that was ended early counts with "
                  "what it would have come to, had it gone on falling as the others did.",
                  _effects(facts)))
    return framed("A sweep", f'<div class="comparison">{head}{body}</div>', "comparison.css")
