"""Expected bits per byte over hours, a line and its band for each size: forecasts flow in, one inline SVG flows out."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from foundling.life.drawing import ticks
from foundling.life.words import escaped, finite

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 480.0, 270.0, 30.0, 44.0, 26.0, 30.0
_COLOURS = 5
_MARKS = (
    (1 / 3600, "1 s"), (10 / 3600, "10 s"), (1 / 60, "1 min"), (0.05, "3 min"), (1 / 6, "10 min"), (0.5, "30 min"),
    (1.0, "1 h"), (3.0, "3 h"), (10.0, "10 h"), (30.0, "30 h"), (96.0, "4 days"), (336.0, "2 weeks"),
    (960.0, "40 days"), (8766.0, "1 year"), (87_660.0, "10 years"), (876_600.0, "100 years"),
)


def _points(row: Mapping[str, Any]) -> list[tuple[float, float, float, float]]:
    """(hours, value, low, high) of a size, what cannot be drawn left out."""
    found = []
    for point in row.get("course", ()):
        numbers = [number for number in map(finite, point) if number is not None]
        if len(numbers) == 4 and numbers[0] > 0:
            found.append((numbers[0], numbers[1], numbers[2], numbers[3]))
    return found


class _Frame:
    """Where an hour and a figure lie in the drawing: hours on a logarithmic axis."""

    def __init__(self, curves: Sequence[Sequence[tuple[float, float, float, float]]]) -> None:
        hours = [p[0] for curve in curves for p in curve]
        self.first, self.last = math.log(min(hours)), math.log(max(hours))
        if self.last - self.first < 1e-9:
            self.first, self.last = self.first - 1.0, self.last + 1.0
        bottom = min(p[2] for curve in curves for p in curve)
        top = min(max(p[1] for curve in curves for p in curve), bottom + 2.5)
        self.heights = ticks(bottom, top, 5)

    def across(self, hours: float) -> float:
        share = (math.log(hours) - self.first) / (self.last - self.first)
        return _LEFT + min(1.0, max(0.0, share)) * (_WIDTH - _RIGHT - _LEFT)

    def up(self, value: float) -> float:
        share = (value - self.heights[0]) / (self.heights[-1] - self.heights[0])
        return _HEIGHT - _BOTTOM - min(1.0, max(0.0, share)) * (_HEIGHT - _BOTTOM - _TOP)

    def axes(self) -> list[str]:
        right, floor = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        parts = ['<text class="unit" x="0" y="10">expected bits per byte of unread text</text>']
        for value in self.heights:
            y = self.up(value)
            parts.append(f'<line class="grid" x1="{_LEFT:g}" y1="{y:.1f}" x2="{right:g}" y2="{y:.1f}"/>')
            parts.append(f'<text class="end" x="{_LEFT - 5:g}" y="{y + 3:.1f}">{value:.1f}</text>')
        last = -math.inf
        for hours, words in _MARKS:
            x = self.across(hours)
            if self.first - 1e-6 <= math.log(hours) <= self.last + 1e-6 and x - last >= 44:
                last = x
                parts.append(f'<line class="grid" x1="{x:.1f}" y1="{floor:g}" x2="{x:.1f}" y2="{floor + 4:g}"/>')
                parts.append(f'<text class="middle" x="{x:.1f}" y="{floor + 14:g}">{words}</text>')
        parts.append(f'<text class="unit end" x="{right:g}" y="{_HEIGHT - 3:g}">time on this machine</text>')
        return parts


def _budget(frame: _Frame, hours: float | None, words: str) -> str:
    """An upright dashed line at the hours that a person has, where they lie inside the drawing."""
    if hours is None or not frame.first <= math.log(hours) <= frame.last:
        return ""
    x = frame.across(hours)
    side = f'class="mark end" x="{x - 5:.1f}"' if x > _WIDTH / 2 else f'class="mark" x="{x + 5:.1f}"'
    return (
        f'<line class="kept" x1="{x:.1f}" y1="{_TOP - 6:g}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM:g}"/>'
        f'<text {side} y="{_TOP:g}">{escaped(words, 60)}</text>'
    )


def _names(ends: Sequence[tuple[float, float, int, str]]) -> list[str]:
    """The names beside the ends of their lines, moved apart where they would stand in each other."""
    parts, last = [], -math.inf
    for x, y, colour, name in sorted(ends, key=lambda end: end[1]):
        last = max(y + 3, last + 11)
        parts.append(f'<text class="name fill{colour}" x="{x + 6:.1f}" y="{last:.1f}">{escaped(name, 12)}</text>')
    return parts


def hours_chart(rows: Sequence[Mapping[str, Any]], hours: float | None, words: str) -> str:
    """The chart of at most five sizes; `hours` and `words` mark the person's own time. "" when nothing can be drawn."""
    curves = [(str(row.get("size", "")), _points(row)) for row in rows[:_COLOURS]]
    curves = [(name, points) for name, points in curves if len(points) > 1]
    if not curves:
        return ""
    frame, zones, lines, ends = _Frame([points for _, points in curves]), list[str](), list[str](), []
    for colour, (name, points) in enumerate(curves):
        edge = [(p[0], p[3]) for p in points] + [(p[0], p[2]) for p in reversed(points)]
        corners = " ".join(f"{frame.across(x):.1f},{frame.up(y):.1f}" for x, y in edge)
        zones.append(f'<polygon class="zone fill{colour}" points="{corners}"/>')
        shown = [p for p in points if p[1] <= frame.heights[-1]] or points[-1:]
        path = " ".join(f"{frame.across(p[0]):.1f},{frame.up(p[1]):.1f}" for p in shown)
        x, y = frame.across(points[-1][0]), frame.up(points[-1][1])
        lines.append(f'<polyline class="line ink{colour}" points="{path}"/>')
        lines.append(f'<circle class="fill{colour}" cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>')
        ends.append((x, y, colour, name))
    body = "".join([*frame.axes(), *zones, *lines, _budget(frame, hours, words), *_names(ends)])
    label = escaped("Expected bits per byte over hours of training, with a 90% band, for " + ", ".join(
        name for name, _ in curves))
    return (
        f'<svg class="hours" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{label}">'
        f"<title>{label}</title>{body}</svg>"
    )
