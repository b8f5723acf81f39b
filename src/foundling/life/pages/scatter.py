"""Trials as points, figures with intervals as a dot plot: numbers in, inline SVG out. It judges nothing.

As in `life.drawing`: no script, no style attribute, colours are classes, what is no number is left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.life.drawing import ticks
from foundling.life.words import escaped, finite, number_words

_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _FLOOR = 400.0, 230.0, 44.0, 12.0, 26.0, 192.0


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A trial: where it lies, and the class of its colour ("done", "early" or "best")."""

    x: float
    y: float
    kind: str = "done"


def _svg(kind: str, width: float, height: float, label: str, body: str) -> str:
    text = escaped(label)
    return (f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{text}">'
            f"<title>{text}</title>{body}</svg>")


class _Axes:
    """Where a value lies in the drawing."""

    def __init__(self, dots: Sequence[Dot], log: bool) -> None:
        self._to = math.log if log else float
        across = [self._to(dot.x) for dot in dots]
        room = 0.04 * (max(across) - min(across)) or 0.5
        self.first, self.last = min(across) - room, max(across) + room
        self.heights = ticks(min(dot.y for dot in dots), max(dot.y for dot in dots))

    def across(self, x: float) -> float:
        return _LEFT + (self._to(x) - self.first) / (self.last - self.first) * (_WIDE - _RIGHT - _LEFT)

    def up(self, y: float) -> float:
        return _FLOOR - (y - self.heights[0]) / (self.heights[-1] - self.heights[0]) * (_FLOOR - _TOP)

    def drawn(self, marks: Sequence[float], unit: str, under: str) -> list[str]:
        parts, last = [f'<text class="unit" x="0" y="12">{escaped(unit)}</text>'], -math.inf
        places = min(4, max(0, -math.floor(math.log10(self.heights[1] - self.heights[0]) + 1e-9)))
        for y in self.heights:
            parts.append(f'<line class="grid" x1="{_LEFT:g}" y1="{self.up(y):.1f}" x2="{_WIDE - _RIGHT:g}" '
                         f'y2="{self.up(y):.1f}"/><text class="end" x="{_LEFT - 6:g}" y="{self.up(y) + 4:.1f}">'
                         f"{y:.{places}f}</text>")
        for x in marks:
            if self.across(x) - last >= 34:
                last = self.across(x)
                parts.append(f'<text class="middle" x="{last:.1f}" y="{_FLOOR + 17:g}">{number_words(x)}</text>')
        parts.append(f'<text class="unit end" x="{_WIDE - _RIGHT:g}" y="{_HIGH - 5:g}">{escaped(under)}</text>')
        return parts


def _marks(dots: Sequence[Dot], log: bool) -> list[float]:
    """Values to write under the axis: each of a few, else round ones between the ends."""
    values = sorted({dot.x for dot in dots})
    if len(values) <= 5:
        return values
    if not log:
        return [x for x in ticks(values[0], values[-1]) if values[0] <= x <= values[-1]]
    powers = range(math.floor(math.log10(values[0])), math.ceil(math.log10(values[-1])) + 1)
    return [m * 10.0**p for p in powers for m in (1, 2, 5) if values[0] <= m * 10.0**p <= values[-1]]


def scatter(dots: Sequence[Dot], *, under: str, unit: str, log: bool = False, best: bool = False) -> str:
    """Dots with axes; under: what the level axis says; best: also a line along the best so far. "" without a dot."""
    known = [dot for dot in dots if finite(dot.x) is not None and finite(dot.y) is not None and (dot.x > 0 or not log)]
    if not known:
        return ""
    axes = _Axes(known, log)
    parts = axes.drawn(_marks(known, log), unit, under)
    if best:
        lowest, corners = math.inf, list[str]()
        for dot in sorted(known, key=lambda dot: dot.x):
            if dot.kind != "early" and dot.y < lowest:
                corners += [f"{axes.across(dot.x):.1f},{axes.up(lowest):.1f}"] if corners else []
                lowest = dot.y
            if lowest < math.inf:
                corners.append(f"{axes.across(dot.x):.1f},{axes.up(lowest):.1f}")
        parts.append(f'<polyline class="curve train" points="{" ".join(corners)}"/>')
    for dot in sorted(known, key=lambda dot: dot.kind == "best"):
        x, y, size = axes.across(dot.x), axes.up(dot.y), 5.5 if dot.kind == "best" else 3.5
        parts.append(f'<circle class="trial {dot.kind}" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>')
    return _svg("plot", _WIDE, _HIGH, f"{unit} over {under}, {len(known)} trials", "".join(parts))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A named mean, its interval, and the single values behind it."""

    name: str
    mean: float
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] = ()


def dot_plot(figures: Sequence[Figure], *, unit: str, share: bool = False) -> str:
    """A row for each figure on one ruler: band, single values, mean; "" for no figure. share: in percent."""
    known = [f for f in figures if finite(f.mean) is not None]
    spread = [x for f in known for x in (f.mean, *f.values)]
    spread += [x for f in known for x in (f.low, f.high) if finite(x) is not None and x is not None]
    if not known:
        return ""
    # An interval from two or three seeds may be wider than all there is to see: the ruler holds the single values.
    means = [x for f in known for x in (f.mean, *f.values)]
    room = max(max(means) - min(means), 1e-3)
    marks = ticks(max(min(spread), min(means) - 0.6 * room), min(max(spread), max(means) + 0.6 * room))
    wide, left, step = 420.0, 136.0, 26.0
    floor = 14 + step * len(known)

    def at(x: float) -> float:
        return left + min(1.0, max(0.0, (x - marks[0]) / (marks[-1] - marks[0]))) * (wide - left - 14)

    parts = []
    places = min(4, max(0, -math.floor(math.log10(marks[1] - marks[0]) + 1e-9) - (2 if share else 0)))
    for x in marks:
        words = f"{x:.{places}{'%' if share else 'f'}}"
        parts.append(f'<line class="grid" x1="{at(x):.1f}" y1="8" x2="{at(x):.1f}" y2="{floor:g}"/>'
                     f'<text class="middle" x="{at(x):.1f}" y="{floor + 16:g}">{words}</text>')
    for row, figure in enumerate(known):
        y = 8 + step * (row + 0.5)
        parts.append(f'<text class="end unit" x="{left - 12:g}" y="{y + 4:.1f}">{escaped(figure.name, 24)}</text>')
        if figure.low is not None and figure.high is not None:
            parts.append(f'<rect class="band" x="{at(figure.low):.1f}" y="{y - 6:.1f}" '
                         f'width="{max(2.0, at(figure.high) - at(figure.low)):.1f}" height="12" rx="2"/>')
        parts += [f'<circle class="trial one" cx="{at(x):.1f}" cy="{y:.1f}" r="2.5"/>' for x in figure.values]
        parts.append(f'<circle class="dot" cx="{at(figure.mean):.1f}" cy="{y:.1f}" r="4.5"/>')
    parts.append(f'<text class="unit end" x="{wide - 14:g}" y="{floor + 34:g}">{escaped(unit)}</text>')
    label = f"{unit}: " + ", ".join(f"{figure.name} {figure.mean:.3f}" for figure in known)
    return _svg("dots", wide, floor + 38, label, "".join(parts))
