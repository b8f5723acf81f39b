"""Scores in, how pages show them out: drawn intervals, the bar in words, whether it was reached; generations plotted.

Small inline SVG and HTML, as `life.drawing` has them: no script, no style attribute, colours are classes. It measures
nothing and knows no figure by name.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.life.drawing import Interval, interval_bar, ruler, ticks
from foundling.life.words import bar_figure, escaped, figure_words, finite, interval_words
from foundling.records import Score

_SIGNS = {"<=": "at most ", "≤": "at most ", ">=": "at least ", "≥": "at least ", "<": "below ", ">": "above "}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 400.0, 230.0, 44.0, 12.0, 30.0, 30.0


@dataclass(frozen=True, kw_only=True)
class Spot:
    """What a figure was at one generation."""

    generation: int
    value: float
    low: float | None = None
    high: float | None = None


def bar_value(score: Score) -> float | None:
    """The one number in the words of a bar; None when there is none, or more than one."""
    found = re.findall(r"-?\d+(?:\.\d+)?\s*%?", score.bar)
    if len(found) != 1 or (found[0].endswith("%") and score.unit != "share"):
        return None
    return float(found[0].rstrip("% ")) / (100.0 if found[0].endswith("%") else 1.0)


def bar_words(score: Score) -> str:
    """`<= 0.05` as "at most 5%"; other words stay as they are."""
    match = re.fullmatch(r"\s*(<=|>=|≤|≥|<|>)\s*(-?\d+(?:\.\d+)?)\s*", score.bar)
    return _SIGNS[match[1]] + bar_figure(float(match[2]), score.unit) if match else escaped(score.bar, 120)


def state_words(score: Score) -> str:
    """Whether the bar was reached, by the figure itself; "" where there is none."""
    if score.passed is None:
        return ""
    return '<span class="reached">✓ reached</span>' if score.passed else '<span class="missed">✗ missed</span>'


def drawn_score(score: Score, *, whole: bool) -> str:
    """A score on its ruler: for shares the whole of 0 to 1 where asked (rows can be compared), else a near one.

    A near ruler carries its ends in words.
    """
    bar = bar_value(score)
    inside = score.unit == "share" and all(v is None or 0 <= v <= 1 for v in (score.value, score.low, score.high))
    near = ruler((finite(v) for v in (score.value, score.low, score.high, bar)), share=inside)
    start, end = (0.0, 1.0) if whole and inside else near
    mark = Interval(value=score.value, start=start, end=end, low=score.low, high=score.high, bar=bar)
    label = f"{score.name}: {figure_words(score.value, score.unit)}, {interval_words(score)}"
    ends = None if whole and inside else (bar_figure(start, score.unit), bar_figure(end, score.unit))
    return interval_bar(mark, label, ends)


def generation_plot(spots: Sequence[Spot], *, unit: str, label: str) -> str:
    """A figure over the generations, its 95% interval as an upright line through each; "" for fewer than two."""
    seen = sorted((s for s in spots if finite(s.value) is not None), key=lambda s: s.generation)
    if len(seen) < 2:
        return ""
    known = [v for s in seen for v in (s.value, finite(s.low), finite(s.high)) if v is not None]
    heights, floor, right = ticks(min(known), max(known)), _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    room = (right - _LEFT) / len(seen)

    def up(value: float) -> float:
        return floor - (value - heights[0]) / (heights[-1] - heights[0]) * (floor - _TOP)

    parts = [f'<text class="unit" x="0" y="12">{escaped(unit, 60)}</text>']
    places = min(6, max(0, -math.floor(math.log10((heights[1] - heights[0]) * (100 if unit == "share" else 1)) + 1e-9)))
    for value in heights:
        words = f"{value:.{places}%}" if unit == "share" else f"{value:,.{places}f}"
        parts.append(f'<line class="grid" x1="{_LEFT:g}" y1="{up(value):.1f}" x2="{right:g}" y2="{up(value):.1f}"/>')
        parts.append(f'<text class="end" x="{_LEFT - 7:g}" y="{up(value) + 4:.1f}">{words}</text>')
    places_x = [_LEFT + room * (place + 0.5) for place in range(len(seen))]
    corners = " ".join(f"{x:.1f},{up(s.value):.1f}" for x, s in zip(places_x, seen, strict=True))
    parts.append(f'<polyline class="curve pale ink0" points="{corners}"/>')
    every = math.ceil(len(seen) / 12)
    for place, (x, spot) in enumerate(zip(places_x, seen, strict=True)):
        low, high = finite(spot.low), finite(spot.high)
        if low is not None and high is not None:
            parts.append(f'<line class="curve ink0" x1="{x:.1f}" y1="{up(low):.1f}" x2="{x:.1f}" y2="{up(high):.1f}"/>')
        parts.append(f'<circle class="fill0" cx="{x:.1f}" cy="{up(spot.value):.1f}" r="4"/>')
        if place % every == 0:
            parts.append(f'<text class="middle" x="{x:.1f}" y="{floor + 19:g}">{spot.generation}</text>')
    text = escaped(label, 400)
    return (f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{text}">'
            f'<title>{text}</title>{"".join(parts)}</svg>')
