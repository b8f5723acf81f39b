"""The training page: curves of a run and what they mean in words flow in, one self-contained HTML page flows out.

Loss and its gap to unread text, gradient norms, learning rate and throughput over the steps, beside a verdict:
underfit, well fit or overfit. What a curve does not hold is not drawn, and said. It reads no file and judges nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundling.life.drawing import Point
from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.lines import Line, legend, line_plot
from foundling.life.words import escaped, finite, number_words

_EARLY = 0.04  # share of the steps that the upright axis of losses need not hold


@dataclass(frozen=True, kw_only=True)
class RunData:
    """What the page says of one run.

    curve: points of training.json (step, loss in nats per token, validation in bits per byte; gradient_norm, rate,
    tokens and seconds where they are known). bytes_per_token: of the training text, 0 where loss and validation cannot
    be put on one scale. verdict, words, advice: what a diagnosis said, nothing where none was made. facts: (name,
    value) in words.
    """

    title: str
    curve: Sequence[Mapping[str, Any]]
    kept_step: int | None = None
    bytes_per_token: float = 0.0
    verdict: str = ""
    words: str = ""
    advice: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()


def _points(data: RunData, key: str, factor: float = 1.0) -> list[Point]:
    found = ((finite(row.get("step")), finite(row.get(key))) for row in data.curve)
    return [(step, value * factor) for step, value in found if step is not None and value is not None]


def _ceiling(lines: Sequence[Line]) -> float | None:
    """The largest figure after the first steps: a loss that falls from 8 to 2 would flatten everything after it."""
    points = [point for line in lines for point in line.drawn]
    last = max((x for x, _ in points), default=0.0)
    late = [y for x, y in points if x >= _EARLY * last]
    return max(late) if len(late) >= 4 else None


def _gap(train: Sequence[Point], unread: Sequence[Point]) -> list[Point]:
    """Validation minus the training loss around it, where there is one on either side or near."""
    steps = [step for step, _ in train]
    out = list[Point]()
    for step, value in unread:
        if step <= 0 or not train:
            continue
        reach = max(1.0, 0.04 * steps[-1])
        near = [loss for at, loss in train if abs(at - step) <= reach]
        if near:
            out.append((step, value - sum(near) / len(near)))
    return out


def _figure(lines: Sequence[Line], caption: str, **drawn: Any) -> str:
    plot = line_plot(lines, **drawn)
    if not plot:
        return ""
    return f"<figure>{plot}{legend(lines)}<figcaption>{caption}</figcaption></figure>"


def _losses(data: RunData) -> list[str]:
    """Loss and gap on one scale where the bytes of a token are known, else loss and validation apart."""
    unread = Line(name="unread text", points=_points(data, "validation"), ink=1)
    if not data.bytes_per_token > 0:
        train = Line(name="training text", points=_points(data, "loss"))
        return [
            _figure([train], "Loss of each step on the text that it trains on.", unit="loss, nats per token",
                    label="Training loss over steps", top=_ceiling([train]), kept=data.kept_step),
            _figure([unread], "What the trainer's own unread text still costs.", unit="bits per byte",
                    label="Validation over steps", top=_ceiling([unread]), kept=data.kept_step),
        ]
    train = Line(name="training text", points=_points(data, "loss", 1 / (math.log(2) * data.bytes_per_token)))
    gap = Line(name="gap", points=_gap(train.drawn, unread.drawn), ink=2)
    return [
        _figure([train, unread], "Both fall together while it learns what is true of all text; the training text alone "
                "goes on falling when it learns that text by heart.", unit="bits per byte",
                label="Training and validation loss over steps", top=_ceiling([train, unread]), kept=data.kept_step),
        _figure([gap], "Unread minus training text. Dropout raises the training loss and averaged weights lower the "
                "other, so it begins below zero; what counts is how it grows.", unit="gap, bits per byte",
                label="Gap between validation and training loss over steps", kept=data.kept_step),
    ]


def _workings(data: RunData) -> list[str]:
    """Gradient norm, learning rate and throughput, each where the curve holds it."""
    norms = Line(name="gradient norm", points=_points(data, "gradient_norm"), ink=3)
    rate = Line(name="learning rate", points=_points(data, "rate", 100.0), ink=2, exact=True)
    spent = ((finite(row.get(key)) for key in ("step", "tokens", "seconds")) for row in data.curve
             if row.get("validation") is None)
    speed = Line(name="throughput", points=[
        (step, tokens / seconds) for step, tokens, seconds in spent if step is not None and tokens and seconds])
    return [
        _figure([norms], "Length of the gradient before it is clipped. A rise that stays is the first sign of a run "
                "that will diverge.", unit="gradient norm", label="Gradient norm over steps", top=_ceiling([norms])),
        _figure([rate], "As a share of its peak: warm-up, plateau, decay.", unit="learning rate, percent of its peak",
                label="Learning rate over steps"),
        _figure([speed], "A fall that stays means that the machine has other work, or is hot.",
                unit="tokens per second", label="Throughput in tokens per second over steps"),
    ]


def _course(data: RunData) -> str:
    drawn = [figure for figure in _losses(data) if figure]
    body = f'<div class="plots">{"".join(drawn)}</div>' if drawn else '<p class="missing">No loss was written down.</p>'
    if data.words:
        body = f'<p>{escaped(data.words, 600)}</p>{listed(data.advice, "advice", 600)}' + body
    return body


def _section(data: RunData, heading: str) -> str:
    lead = "What it still had to guess of each byte, of the text that it trained on and of text that it never read."
    workings = [figure for figure in _workings(data) if figure]
    missing = '<p class="missing">Gradient norms, rates and times of steps were not written down in this run.</p>'
    facts = "".join(
        f"<div><dt>{escaped(name, 60)}</dt><dd>{escaped(value, 200)}</dd></div>" for name, value in data.facts)
    return (
        section(heading, lead, _course(data) + (f"<dl>{facts}</dl>" if facts else ""))
        + section("How the steps went", "The run's pulse: what to look at when it goes wrong.",
                  f'<div class="plots">{"".join(workings)}</div>' if workings else missing)
    )


def run_page(title: str, opening: str, runs: Sequence[RunData]) -> str:
    """The page of the runs of one being or record; the first one's verdict heads it. The same data, the same page."""
    first = runs[0]
    said = escaped(first.verdict[:1].upper() + first.verdict[1:], 80)
    verdict = f'<p class="opening">{said}.</p>' if said else ""
    head = (f'<header class="head"><p class="kind">How the training went</p><h1>{escaped(title, 80)}</h1>{verdict}'
            f'<p class="quiet">{escaped(opening, 400)}</p></header>')
    return framed(f"{title}: training", head + "".join(_section(run, run.title) for run in runs), "lines.css")


def last_words(data: RunData) -> str:
    """One line for a terminal: verdict, last validation, and what to change first."""
    unread = _points(data, "validation")
    value = f"validation {number_words(round(unread[-1][1], 3))} bits per byte" if unread else "no look at unread text"
    advice = f"; {data.advice[0]}" if data.advice else ""
    return f"{data.title}: {data.verdict or 'not diagnosed'}, {value}{advice}"
