"""What a training step costs as rows grow longer, a line for each kind of attention.

The bench's rows flow in, inline SVG drawings on logarithmic axes, or a page around them, flow out. It measures nothing.

The lines of time and of memory are straight where a cost grows as a power of the length: the less steep, the better.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from foundling.life.drawing import Point
from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.lines import Line, legend
from foundling.life.words import escaped, finite, number_words

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 400.0, 260.0, 52.0, 24.0, 30.0, 34.0
_INKS, SHEET = 5, "lines.css"


class _Axes:
    """Where a point lies: both axes are logarithmic, to base 2 across and 10 upwards."""

    def __init__(self, points: Sequence[Point]) -> None:
        lengths, costs = [math.log2(x) for x, _ in points], [math.log10(y) for _, y in points]
        self.first, self.last = min(lengths), max(max(lengths), min(lengths) + 1)
        self.low, self.high = math.floor(min(costs)), max(math.ceil(max(costs)), math.floor(min(costs)) + 1)

    def x(self, tokens: float) -> float:
        share = (math.log2(tokens) - self.first) / (self.last - self.first)
        return _LEFT + share * (_WIDTH - _RIGHT - _LEFT)

    def y(self, cost: float) -> float:
        share = (math.log10(cost) - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)

    def drawn(self, unit: str) -> list[str]:
        right, floor = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        parts = [f'<text class="unit" x="0" y="12">{escaped(unit, 80)}</text>']
        for power in range(self.low, self.high + 1):
            y = self.y(10.0**power)
            parts.append(f'<line class="grid" x1="{_LEFT:g}" y1="{y:.1f}" x2="{right:g}" y2="{y:.1f}"/>')
            parts.append(f'<text class="end" x="{_LEFT - 7:g}" y="{y + 4:.1f}">{number_words(10.0**power)}</text>')
        for power in range(math.ceil(self.first), math.floor(self.last) + 1):
            x = self.x(2.0**power)
            parts.append(f'<text class="middle" x="{x:.1f}" y="{floor + 17:g}">{number_words(2.0**power)}</text>')
        parts.append(f'<text class="unit end" x="{right:g}" y="{_HEIGHT - 2:g}">tokens in a row</text>')
        return parts


def cost_lines(rows: Sequence[Mapping[str, Any]], figure: str) -> list[Line]:
    """One line for each kind in the order of the rows; what was not run, or is no positive number, is no point."""
    kinds = list(dict.fromkeys(str(row["kind"]) for row in rows if "kind" in row))
    found: list[Line] = []
    for ink, kind in enumerate(kinds):
        pairs = [(finite(row.get("tokens")), finite(row.get(figure))) for row in rows if row.get("kind") == kind]
        points = [(x, y) for x, y in pairs if x is not None and y is not None and x > 0 and y > 0]
        found.append(Line(name=kind, points=points, ink=ink))
    return found


def cost_plot(rows: Sequence[Mapping[str, Any]], figure: str, unit: str) -> str:
    """The drawing of one figure of the rows ("seconds" or "memory_mb"); "" when there is nothing to draw."""
    lines = [line for line in cost_lines(rows, figure) if line.drawn]
    if not lines:
        return ""
    axes = _Axes([point for line in lines for point in line.drawn])
    parts = axes.drawn(unit)
    for line in lines:
        corners = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in line.drawn)
        parts.append(f'<polyline class="curve ink{line.ink % _INKS}" points="{corners}"/>')
        parts += [f'<circle class="fill{line.ink % _INKS}" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="2.2"/>'
                  for x, y in line.drawn]
    text = escaped(f"{unit} over the length of a row, for " + ", ".join(line.name for line in lines), 400)
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{text}">'
        f'<title>{text}</title>{"".join(parts)}</svg>'
    )


def attention_page(rows: Sequence[Mapping[str, Any]]) -> str:
    """A whole page of the bench's rows: both drawings, and what they come to in words."""
    figures = "".join(
        f"<figure>{drawing}</figure>" for drawing in (
            cost_plot(rows, "seconds", "seconds of one training step"),
            cost_plot(rows, "memory_mb", "MB at the peak, beyond the program"),
        ) if drawing
    )
    said = [f"{row['what']}: {row['value']:.2f}" for row in rows if finite(row.get("value")) is not None]
    said += [f"{row['what']}: {row['remark']}" for row in rows if "remark" in row]
    lead = "Forward and backward of one layer on one row, each measured in a process of its own."
    body = legend(cost_lines(rows, "seconds")) + f'<div class="plots">{figures}</div>' + listed(said, "advice", 200)
    return framed("Kinds of attention", section("What a longer row costs", lead, body), SHEET)
