"""Figures in, small inline SVG drawings out, for pages that hold a choice beside its pool. They judge nothing.

As in `life.drawing`: no script, no style attribute, colours are classes, values that are no numbers are left out.
"""

from collections.abc import Sequence

from foundling.life.words import escaped, finite

_WIDE, _HIGH, _EDGE = 160.0, 96.0, 2.0


def _svg(kind: str, width: float, height: float, label: str, body: str, shape: str = "") -> str:
    text = escaped(label)
    return (
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}"{shape} role="img" aria-label="{text}">'
        f"<title>{text}</title>{body}</svg>"
    )


def pair_bars(pool: float, choice: float, most: float, label: str) -> str:
    """Two bars from a common start: the choice filled, the pool as an outline around it; `most` fills the width."""
    first, second, whole = finite(pool), finite(choice), finite(most)
    if first is None or second is None or whole is None or whole <= 0:
        return ""
    widths = [max(1.0, 238 * min(1.0, max(0.0, value / whole))) for value in (first, second)]
    body = (f'<rect class="choice" x="1" y="4" width="{widths[1]:.1f}" height="8" rx="1"/>'
            f'<rect class="pool" x="1" y="1.5" width="{widths[0]:.1f}" height="13" rx="1.5"/>')
    return _svg("pair", 240, 16, label, body, ' preserveAspectRatio="none"')


def _points(arc: Sequence[float], reach: float, width: float, height: float) -> str:
    known = [value for value in map(finite, arc) if value is not None]
    step = (width - 2 * _EDGE) / max(1, len(known) - 1)
    return " ".join(
        f"{_EDGE + i * step:.1f},{height / 2 - max(-1.0, min(1.0, value / reach)) * (height / 2 - _EDGE):.1f}"
        for i, value in enumerate(known))


def bundle(arcs: Sequence[Sequence[float]], label: str) -> str:
    """Arcs of one shape, each about its own mean, thin, and their mean thick; "" where there are none."""
    centred = [[value - sum(arc) / len(arc) for value in arc] for arc in arcs if arc]
    if not centred:
        return ""
    mean = [sum(values) / len(values) for values in zip(*centred, strict=False)]
    reach = max(max(abs(value) for value in arc) for arc in centred) or 1.0
    lines = "".join(f'<polyline class="one" points="{_points(arc, reach, _WIDE, _HIGH)}"/>' for arc in centred)
    zero = f'<line class="zero" x1="0" y1="{_HIGH / 2:g}" x2="{_WIDE:g}" y2="{_HIGH / 2:g}"/>'
    return _svg("arc", _WIDE, _HIGH, label, zero + lines
                + f'<polyline class="mean" points="{_points(mean, reach, _WIDE, _HIGH)}"/>')


def spark(arc: Sequence[float], label: str, reach: float = 0.35) -> str:
    """One arc, small, on a scale that is the same for all: `reach` is the valence at its upper edge."""
    zero = '<line class="zero" x1="0" y1="16" x2="110" y2="16"/>'
    return _svg("arc", 110, 32, label, f'{zero}<polyline class="line" points="{_points(arc, reach, 110, 32)}"/>')


def bins(pool: Sequence[float], choice: Sequence[float], names: Sequence[str], label: str) -> str:
    """Two histograms in one, as shares: the choice filled, the pool outlined; one name a bin, "" for none."""
    most, width, floor, high = max((*pool, *choice), default=0.0), 400.0, 150.0, 130.0
    if most <= 0:
        return ""
    step, parts = width / len(pool), [f'<line class="floor" x1="0" y1="{floor:g}" x2="{width:g}" y2="{floor:g}"/>']
    for i, (first, second, name) in enumerate(zip(pool, choice, names, strict=True)):
        x, heights = i * step + 2, (first / most * high, second / most * high)
        parts.append(
            f'<rect class="choice" x="{x + 3:.1f}" y="{floor - heights[1]:.1f}" width="{step - 10:.1f}" '
            f'height="{heights[1]:.1f}"/><rect class="pool" x="{x:.1f}" y="{floor - heights[0]:.1f}" '
            f'width="{step - 4:.1f}" height="{heights[0]:.1f}"/>')
        if name:
            middle = i * step + step / 2
            parts.append(f'<text class="middle" x="{middle:.1f}" y="{floor + 17:g}">{escaped(name)}</text>')
    return _svg("bins", width, floor + 22, label, "".join(parts))
