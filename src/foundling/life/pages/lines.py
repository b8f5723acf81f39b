"""Several curves in one drawing: named lines of points flow in, an inline SVG and its legend flow out.

As in `life.drawing`: no script, no style attribute, colours are classes (ink0 to ink4), what is no number is left out.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.life.drawing import Point, ticks
from foundling.life.words import escaped, finite

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 400.0, 230.0, 40.0, 10.0, 30.0, 38.0
_NOISY = 60  # points from which the single ones go pale and a running median is drawn over them
_INKS = 5


@dataclass(frozen=True, kw_only=True)
class Line:
    """A named curve: (x, y) points in any order, the number of its colour; exact: never drawn as a running median."""

    name: str
    points: Sequence[tuple[object, object]]
    ink: int = 0
    exact: bool = False

    @property
    def drawn(self) -> list[Point]:
        """The points that are finite numbers, by x."""
        pairs = ((finite(x), finite(y)) for x, y in self.points)
        return sorted((x, y) for x, y in pairs if x is not None and y is not None)


class _Axes:
    """Where a point lies in the drawing, and the lines and figures around it."""

    def __init__(self, points: Sequence[Point], top: float | None, across: str) -> None:
        values = [y for _, y in points]
        self.across, self.heights = across, ticks(min(values), max(values) if top is None else top)
        self.first, self.last = min(0.0, *(x for x, _ in points)), max(1e-9, *(x for x, _ in points))

    def x(self, value: float) -> float:
        return _LEFT + (value - self.first) / (self.last - self.first) * (_WIDTH - _RIGHT - _LEFT)

    def y(self, value: float) -> float:
        share = (value - self.heights[0]) / (self.heights[-1] - self.heights[0])
        return _HEIGHT - _BOTTOM - min(1.0, max(0.0, share)) * (_HEIGHT - _BOTTOM - _TOP)

    def drawn(self, unit: str) -> list[str]:
        right, floor = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        places = min(6, max(0, -math.floor(math.log10(self.heights[1] - self.heights[0]) + 1e-9)))
        parts = [f'<text class="unit" x="0" y="12">{escaped(unit, 80)}</text>']
        for value in self.heights:
            y = self.y(value)
            parts.append(f'<line class="grid" x1="{_LEFT:g}" y1="{y:.1f}" x2="{right:g}" y2="{y:.1f}"/>')
            parts.append(f'<text class="end" x="{_LEFT - 7:g}" y="{y + 4:.1f}">{value:,.{places}f}</text>')
        for value in ticks(self.first, self.last, 6):
            whole = self.across != "step" or float(f"{value:.6g}").is_integer()
            if whole and self.first <= value <= self.last and float(f"{value:.6g}") == round(value, 1):
                parts.append(f'<text class="middle" x="{self.x(value):.1f}" y="{floor + 17:g}">{value:,.10g}</text>')
        parts.append(f'<text class="unit end" x="{right:g}" y="{_HEIGHT - 5:g}">{escaped(self.across, 60)}</text>')
        return parts


def _path(axes: _Axes, points: Sequence[Point], kind: str, top: float) -> str:
    """A polyline; what lies above the top is left out at its beginning and cut off later, where it is a spike."""
    begun = next((i for i, (_, y) in enumerate(points) if y <= top), 0)
    corners = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in points[begun:])
    return f'<polyline class="curve {kind}" points="{corners}"/>'


def _middle(points: Sequence[Point]) -> list[Point]:
    """A centred running median over a fortieth of the points: a single spike leaves no mark on it."""
    reach, values = max(1, len(points) // 80), [y for _, y in points]
    return [(x, statistics.median(values[max(0, i - reach): i + reach + 1])) for i, (x, _) in enumerate(points)]


def line_plot(
    lines: Sequence[Line], *, unit: str, label: str, across: str = "step", top: float | None = None,
    kept: object = None,
) -> str:
    """The lines over a common axis; "" when nothing is finite. top: the largest figure shown (None: all of them);
    kept: an x that is marked."""
    shown = [(line, line.drawn) for line in lines]
    shown = [(line, points) for line, points in shown if points]
    if not shown:
        return ""
    axes = _Axes([point for _, points in shown for point in points], top, across)
    parts = axes.drawn(unit)
    for line, points in shown:
        kind, noisy = f"ink{line.ink % _INKS}", len(points) >= _NOISY and not line.exact
        parts.append(_path(axes, points, f"{kind} pale" if noisy else kind, axes.heights[-1]))
        if noisy:
            parts.append(_path(axes, _middle(points), kind, axes.heights[-1]))
        if len(points) <= 20:
            parts += [f'<circle class="fill{line.ink % _INKS}" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="2.2"/>'
                      for x, y in points if y <= axes.heights[-1]]
    parts.append(_kept(axes, finite(kept)))
    text = escaped(label, 400)
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{text}">'
        f'<title>{text}</title>{"".join(parts)}</svg>'
    )


def _kept(axes: _Axes, value: float | None) -> str:
    """An upright dashed line where the weights were kept."""
    if value is None or not axes.first <= value <= axes.last:
        return ""
    x = axes.x(value)
    side = f'class="mark end" x="{x - 6:.1f}"' if x > _WIDTH / 2 else f'class="mark" x="{x + 6:.1f}"'
    return (
        f'<line class="kept" x1="{x:.1f}" y1="{_TOP - 8:g}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM:g}"/>'
        f'<text {side} y="{_TOP - 1:g}">kept: step {value:,.0f}</text>'
    )


def legend(lines: Sequence[Line]) -> str:
    """One entry for each name and colour, in the order of the lines; "" for fewer than two."""
    keys = {(line.name, line.ink % _INKS): None for line in lines if line.drawn}
    if len(keys) < 2:
        return ""
    items = "".join(
        f'<li><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><line class="curve ink{ink}" x1="1" y1="4" '
        f'x2="23" y2="4"/></svg>{escaped(name, 60)}</li>' for name, ink in keys)
    return f'<ul class="legend">{items}</ul>'
