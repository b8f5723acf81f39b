"""Figures flow in; how a report draws them flows out: small inline SVG drawings.

Drawn by hand, without a plotting library: no script, no style attribute, no outside reference, so that a page may carry
a strict content security policy. Colours are classes and belong to the page's style sheet. Values that are no finite
numbers are left out; every text is escaped. It reads no file and judges nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foundling.life.words import escaped, finite

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 400.0, 230.0, 40.0, 10.0, 30.0, 38.0
_RULER, _EDGE, _MIDDLE = 240.0, 6.0, 11.0
Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A figure on a ruler from `start` to `end`, its 95% interval, and the bar it had to reach (None: not known)."""

    value: float
    end: float
    start: float = 0.0
    low: float | None = None
    high: float | None = None
    bar: float | None = None


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values, evenly spaced, the first at or below `low` and the last at or above `high`; at least two."""
    room = 1e-6 * max(1.0, abs(low), abs(high))
    if high - low < room:
        room = max(0.5, 0.1 * abs(high))
        low, high = low - room, high + room
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, max(last, first + 1) + 1)]


def ruler(values: Iterable[float | None], *, share: bool) -> tuple[float, float]:
    """Round ends of a ruler that holds the values with air at both sides; within 0 to 1 for a share."""
    known = [v for v in values if v is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if high == low:
        low, high = min(0.0, low), max(0.0, high)
    room = 0.4 * (high - low) or 0.5
    ends = ticks(max(0.0, low - room) if low >= 0 else low - room, high + room)
    return (max(0.0, ends[0]), min(1.0, ends[-1])) if share else (ends[0], ends[-1])


def _svg(kind: str, width: float, height: float, label: str, body: str) -> str:
    text = escaped(label)
    return (
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{text}">'
        f"<title>{text}</title>{body}</svg>"
    )


def interval_bar(mark: Interval, label: str, ends: tuple[str, str] | None = None) -> str:
    """The figure as a dot, its interval as a band, the bar as an upright line; `ends` are words under the ruler's ends.

    Returns "" when the figure itself cannot be drawn.
    """
    value, right_edge = finite(mark.value), _RULER - _EDGE
    if value is None or not mark.end > mark.start:
        return ""

    def at(figure: float) -> float:
        return _EDGE + (right_edge - _EDGE) * min(1.0, max(0.0, (figure - mark.start) / (mark.end - mark.start)))

    parts = [f'<line class="track" x1="{_EDGE:g}" y1="{_MIDDLE:g}" x2="{right_edge:g}" y2="{_MIDDLE:g}"/>']
    low, high, bar = finite(mark.low), finite(mark.high), finite(mark.bar)
    if low is not None and high is not None and low <= high:
        left, width = at(low), max(3.0, at(high) - at(low))
        parts.append(f'<rect class="band" x="{left:.2f}" y="5.5" width="{width:.2f}" height="11" rx="2"/>')
    if bar is not None:
        parts.append(f'<line class="bar" x1="{at(bar):.2f}" y1="1" x2="{at(bar):.2f}" y2="{2 * _MIDDLE - 1:g}"/>')
    parts.append(f'<circle class="dot" cx="{at(value):.2f}" cy="{_MIDDLE:g}" r="3.5"/>')
    if ends:
        parts.append(f'<text x="{_EDGE:g}" y="32">{escaped(ends[0])}</text>')
        parts.append(f'<text class="end" x="{right_edge:g}" y="32">{escaped(ends[1])}</text>')
    return _svg("interval", _RULER, 35.0 if ends else 2 * _MIDDLE, label, "".join(parts))


def share_bar(share: float, label: str) -> str:
    """A part of a whole, 0 to 1, as a filled ruler; "" when the share is no number."""
    value = finite(share)
    if value is None:
        return ""
    filled = max(2.0, _RULER * min(1.0, max(0.0, value)))
    body = f'<rect class="rest" width="{_RULER:g}" height="6" rx="2"/>'
    return _svg("share", _RULER, 6.0, label, f'{body}<rect class="part" width="{filled:.2f}" height="6" rx="2"/>')


def smooth(points: Sequence[Point]) -> list[Point]:
    """A centred running mean over a twentieth of the points, for curves too noisy to read."""
    reach, out = max(1, len(points) // 40), []
    for i, (step, _) in enumerate(points):
        around = points[max(0, i - reach): i + reach + 1]
        out.append((step, sum(value for _, value in around) / len(around)))
    return out


def _path(points: Sequence[Point], kind: str) -> str:
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def curve_plot(
    points: Iterable[tuple[object, object]], *, kind: str, unit: str, label: str, kept: object = None
) -> str:
    """A curve over steps, with axes, their names and, where `kept` is a step, a mark there; "" when nothing is finite.

    kind: the class of its colour; unit: what the upright axis counts. From 60 points on the single points go pale and
    a running mean is drawn over them; up to 40 points each gets a dot, so that a curve of one point can be seen.
    """
    pairs = sorted((x, y) for x, y in ((finite(a), finite(b)) for a, b in points) if x is not None and y is not None)
    if not pairs:
        return ""
    kept_step, right, floor = finite(kept), _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    heights = ticks(min(y for _, y in pairs), max(y for _, y in pairs))
    first, last = min(0.0, pairs[0][0]), max(1.0, pairs[-1][0], kept_step or 0.0)
    places = min(6, max(0, -math.floor(math.log10(heights[1] - heights[0]) + 1e-9)))

    def across(step: float) -> float:
        return _LEFT + (step - first) / (last - first) * (right - _LEFT)

    def up(value: float) -> float:
        return floor - (value - heights[0]) / (heights[-1] - heights[0]) * (floor - _TOP)

    parts = [f'<text class="unit" x="0" y="12">{escaped(unit)}</text>']
    for value in heights:
        y = up(value)
        parts.append(f'<line class="grid" x1="{_LEFT:g}" y1="{y:.1f}" x2="{right:g}" y2="{y:.1f}"/>')
        parts.append(f'<text class="end" x="{_LEFT - 7:g}" y="{y + 4:.1f}">{value:,.{places}f}</text>')
    for step in (t for t in ticks(first, last) if first <= t <= last and t.is_integer()):
        parts.append(f'<text class="middle" x="{across(step):.1f}" y="{floor + 17:g}">{step:,.0f}</text>')
    parts.append(f'<text class="unit end" x="{right:g}" y="{_HEIGHT - 5:g}">step</text>')
    drawn = [(across(x), up(y)) for x, y in pairs]
    noisy = len(drawn) >= 60
    parts.append(_path(drawn, f"curve {kind} pale" if noisy else f"curve {kind}"))
    if noisy:
        parts.append(_path(smooth(drawn), f"curve {kind}"))
    if len(drawn) <= 40:
        parts += [f'<circle class="point {kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in drawn]
    if kept_step is not None and first <= kept_step <= last:
        ringed = [up(y) for x, y in pairs if x == kept_step][:1]
        parts.append(_kept(across(kept_step), ringed, f"kept: step {kept_step:,.0f}"))
    return _svg("plot", _WIDTH, _HEIGHT, label, "".join(parts))


def _kept(x: float, heights: Sequence[float], words: str) -> str:
    rings = "".join(f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="5"/>' for y in heights)
    place = f'class="mark end" x="{x - 6:.1f}"' if x > _WIDTH / 2 else f'class="mark" x="{x + 6:.1f}"'
    return (
        f'<line class="kept" x1="{x:.1f}" y1="{_TOP - 8:g}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM:g}"/>{rings}'
        f'<text {place} y="{_TOP - 1:g}">{words}</text>'
    )


def cloth(digest: str, label: str) -> str:
    """A scrap of woven cloth drawn from a sha256 in hexadecimal (64 digits): the same digest, the same pattern.

    Named after the scraps that were left with foundlings so that they could be known again. Raises ValueError when
    the digest is no hexadecimal number.
    """
    bits, cells = int(digest, 16), []
    for row in range(12):
        for column in range(6):
            shade = bits >> (2 * (6 * row + column)) & 3
            for x in (column, 11 - column):
                cells.append(f'<rect class="thread{shade}" x="{x * 8}" y="{row * 8}" width="7.2" height="7.2"/>')
    return _svg("cloth", 95.2, 95.2, label, "".join(cells))
