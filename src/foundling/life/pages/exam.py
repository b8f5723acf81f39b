"""The page of an examination: the facts of `life.examining`, as JSON values, flow in, one self-contained page out.

The same facts give the same page, byte for byte; every number on it stands in them. What a figure means is read from
the catalogue of measures. It measures nothing and writes no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from foundling.evaluation.measures.catalogue import Measure
from foundling.evaluation.measures.table import measure_of
from foundling.life.pages.figures import Spot, bar_words, drawn_score, generation_plot, state_words
from foundling.life.pages.frame import framed, listed, section
from foundling.life.words import (
    caged,
    day_words,
    duration_words,
    escaped,
    figure_words,
    finite,
    interval_words,
    large_words,
)
from foundling.records import Score

Facts = Mapping[str, Any]
SHEET = "lines.css exam.css"
HEADLINES = {
    "language.bits_per_byte": "Bits per byte", "language.perplexity": "Perplexity", "blimp.all": "Grammar: BLiMP",
    "name.hold": "Name hold", "name.leak": "Name leak", "turns.next_speaker": "Next speaker",
    "world.all": "The simulated world", "piqa.accuracy": "How things are done: PIQA", "voice.own": "Its own voice",
    "calibration.error": "Calibration error",
}
_FAMILIES = {
    "language": "Language", "continuation": "Going on as the author did", "blimp": "Grammar: BLiMP",
    "piqa": "How things are done: PIQA", "world": "The simulated world", "turns": "Whose turn it is",
    "name": "Its name", "voice": "Its voice", "feelings": "Feelings", "health": "Health: repetition",
    "memorisation": "What it knows by heart", "emitted": "What it should not say", "bias": "Bias",
    "calibration": "How sure it is", "cost": "Speed and memory", "battery": "Better from worse",
    "downstream": "Downstream", "lm_eval": "The field's harness: lm-eval",
}
_SPELT = {"bleu": "BLEU", "chrf": "chrF", "rouge": "ROUGE", "l": "L", "f1": "F1", "auc": "AUC", "mb": "MB"}
# What a headline must be held against: a figure of the same page or a number, and what that is.
_BESIDE: dict[str, tuple[str | float, str]] = {
    "blimp.all": (0.5, "guessing"), "piqa.accuracy": (0.5, "guessing"), "world.all": ("world.all.chance", "guessing"),
    "turns.next_speaker": ("turns.next_speaker.most_frequent", "naming whoever spoke most"),
    "voice.own": ("voice.shuffled", "shuffled speakers"),
}
_FEW = 6  # figures of one pattern that are shown at once; more are folded
_BETTER = {"lower": "lower is better", "higher": "higher is better", "none": ""}


def score_of(figure: Mapping[str, Any]) -> Score:
    """A figure of the facts as a score."""
    return Score(**{key: value for key, value in figure.items() if key != "part"})


def _plain(words: str) -> str:
    text = " ".join(_SPELT.get(word, word) for word in words.replace("_", " ").replace(".", " , ").split())
    text = text.replace(" ,", ",")
    return escaped(text if text.startswith("chrF") else text[:1].upper() + text[1:], 120)


def _title(name: str) -> str:
    family, _, rest = name.partition(".")
    return _plain(rest or family)


def _unit(score: Score, row: Measure | None) -> str:
    """The unit without a metric's signature, which follows a comma."""
    told = score.unit if score.unit != "share" or row is None else row.unit
    return escaped(told.partition(",")[0].replace("_", " "), 60)


def _row(score: Score, *, told: bool, barred: bool) -> str:
    """A figure as a row of its family's table; told: with what it means, which folded rows leave to their summary;
    barred: with a column for bars."""
    row = measure_of(score.name)
    what = f"<small>{escaped(row.what, 200)}</small>" if row and told else ""
    signature = score.unit.partition(",")[2].strip()
    what += f"<small>{escaped(signature, 120)}</small>" if signature else ""
    better = _BETTER[row.better] if row else ""
    drawn = drawn_score(score, whole=score.unit == "share")
    bar = f'<td data-what="Bar">{bar_words(score)} {state_words(score)}</td>' if barred else ""
    return (
        f'<tr data-figure="{escaped(score.name, 200)}"><th scope="row">{_title(score.name)}{what}</th>'
        f'<td class="num" data-what="Result">{figure_words(score.value, score.unit)}'
        f"<small>{interval_words(score)}</small></td>"
        f'<td class="draw">{drawn}</td><td data-what="Unit">{_unit(score, row)}<small>{better}</small></td>'
        f'<td class="num" data-what="Counted">{score.n:,}</td>{bar}'
        f'<td data-what="Defined in">{escaped(row.paper, 200) if row else "–"}</td></tr>'
    )


def _table(scores: Sequence[Score], *, told: bool = True) -> str:
    barred = any(score.bar or score.passed is not None for score in scores)
    columns = ["Figure", "Result", "95% interval", "Unit", "Counted", *(["Bar"] if barred else []), "Defined in"]
    kinds = {"Result": "num", "95% interval": "draw", "Counted": "num"}
    head = "".join(f'<th class="{kinds.get(words, "")}">{words}</th>' for words in columns)
    rows = "".join(_row(score, told=told, barred=barred) for score in scores)
    return f'<table class="contest"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _pattern(name: str) -> str:
    """The pattern of the catalogue that a figure falls under; "" for one with a row of its own, or of all."""
    row = measure_of(name)
    return row.name if row and "*" in row.name and not name.endswith(".all") else ""


def _family(scores: Sequence[Score]) -> str:
    """The table of a family; where many figures fall under one pattern they are folded behind what they mean."""
    groups: dict[str, list[Score]] = {}
    for score in scores:
        groups.setdefault(_pattern(score.name), []).append(score)
    folded = {pattern: group for pattern, group in groups.items() if pattern and len(group) > _FEW}
    shown = [score for score in scores if _pattern(score.name) not in folded]
    body = _table(shown) if shown else ""
    for pattern, group in folded.items():
        row, known = measure_of(group[0].name), [s for s in group if finite(s.value) is not None]
        least, most = min(known, key=lambda s: s.value), max(known, key=lambda s: s.value)
        ends = f"from {figure_words(least.value, least.unit)} to {figure_words(most.value, most.unit)}"
        what = escaped(row.what if row else pattern, 200)
        body += (f"<details><summary>{len(group)} more <small>{what}; {ends}</small></summary>"
                 f"{_table(group, told=False)}</details>")
    return body


def _cards(scores: Mapping[str, Score]) -> str:
    cards = []
    for name in HEADLINES:
        if name not in scores:
            continue
        score, row = scores[name], measure_of(name)
        bar = f'<p class="bars">Bar: {bar_words(score)} {state_words(score)}</p>' if score.bar else ""
        what = f"{row.what[:1].upper()}{row.what[1:]}" if row else ""
        better = f"; {_BETTER[row.better]}" if row and _BETTER[row.better] else ""
        beside, whose = _BESIDE.get(name, ("", ""))
        other = scores[beside].value if isinstance(beside, str) and beside in scores else beside
        held = f" By {whose}: {figure_words(other, score.unit)}." if isinstance(other, float) else ""
        cards.append(
            f'<article data-figure="{escaped(name)}"><h3>{HEADLINES[name]}</h3><p class="figure">'
            f"{figure_words(score.value, score.unit)}</p>{drawn_score(score, whole=False)}{bar}"
            f"<p>{escaped(what, 240)}{better}.{held}</p>"
            f'<p class="quiet">{interval_words(score).capitalize()}; counted: {score.n:,}.</p></article>')
    return f'<div class="cards">{"".join(cards)}</div>'


def _plots(generations: Sequence[Facts]) -> str:
    """Headline figures that at least two generations have."""
    drawn = []
    for name in HEADLINES:
        spots, unit = [], ""
        for generation in generations:
            for figure in generation["figures"]:
                if figure["name"] == name:
                    unit = figure["unit"]
                    spots.append(Spot(generation=generation["number"], value=figure["value"], low=figure["low"],
                                      high=figure["high"]))
        plot = generation_plot(spots, unit=unit, label=f"{name} over the generations")
        if plot:
            row = measure_of(name)
            told = f"{_BETTER[row.better]}" if row else ""
            drawn.append(f"<figure><h3>{HEADLINES[name]}</h3>{plot}<figcaption>{told}</figcaption></figure>")
    return f'<div class="plots">{"".join(drawn)}</div>' if drawn else ""


def _listed(rows: Sequence[Mapping[str, Any]], what: str) -> str:
    items = "".join(f"<li><b>{escaped(row['part'], 80)}</b> {what}: {caged(row['why'], 400)}</li>" for row in rows)
    return f'<ul class="notes">{items}</ul>' if rows else ""


def _head(facts: Facts, one: Facts, scores: Sequence[Score]) -> str:
    judged = [score.passed for score in scores if score.passed is not None]
    bars = f" It reached {sum(judged)} of {len(judged)} bars." if judged else ""
    failed = f" {len(one['failed'])} of its parts failed, as told below." if one["failed"] else ""
    return (
        f'<header class="head"><p class="kind">Examination, {escaped(facts["suite"])} suite</p>'
        f"<h1>{caged(facts['name'], 80)}</h1>"
        f'<p class="opening">Generation {one["number"]}, {large_words(one["parameters"])} parameters: {len(scores):,} '
        f"figures, each with what it counts and how far luck alone could move it.{bars}{failed}</p>"
        f'<p class="quiet">Measured {day_words(one["measured"])} in {duration_words(float(one["seconds"]))}; seed '
        f"{facts['seed']}; weights {escaped(one['digest'][:16])}.</p></header>"
    )


def _reading(facts: Facts) -> str:
    told = [
        "The dot is what was measured. The pale band is the 95% interval: how far it could have come out otherwise "
        "with other documents or questions of the same kind. It says nothing of other trainings of the same recipe.",
        "Two generations whose bands overlap may still differ, and a pair of many is apart by luck: `foundling versus` "
        "judges pairs.",
        "The upright line is the bar, where a figure has one; whether it was reached goes by the dot.",
        "Chance is no nought: two options give 50%. Figures called chance, unread or shuffled are what guessing gets.",
        "Ties count half in BLiMP and PIQA and are wrong elsewhere; what is no number is wrong everywhere.",
        "The held-out text is the judge's screening split, which no training reads.",
        *facts["notes"],
    ]
    return listed(told, longest=400)


def exam_page(facts: Facts) -> str:
    """The whole page: of the generation that was asked for, and all that have figures as curves."""
    one = next(row for row in facts["generations"] if row["number"] == facts["shown"])
    scores = [score_of(figure) for figure in one["figures"]]
    named = {score.name: score for score in scores}
    body = section("At a glance", "The figures that tell most, with their 95% intervals.", _cards(named))
    plots = _plots(facts["generations"])
    if plots:
        body += section("Over the generations", "The same figures of every generation that was examined alike; upright "
                        "lines are 95% intervals.", plots)
    families: dict[str, list[Score]] = {}
    for score in scores:
        families.setdefault(score.name.partition(".")[0], []).append(score)
    for family, group in families.items():
        body += section(_FAMILIES.get(family) or _plain(family), f"{len(group)} figures.", _family(group)).replace(
            "<section>", '<section class="wide">', 1)
    missing = _listed(one["failed"], "failed") + _listed(one["left_out"], "left out")
    if missing:
        body += section("What is missing", "Parts that could not be measured, and why.", missing)
    body += section("How to read this", "What an interval says, and what it does not.", _reading(facts))
    return framed(f"{facts['name']}: examination", f'<div class="exam">{_head(facts, one, scores)}{body}</div>', SHEET)
