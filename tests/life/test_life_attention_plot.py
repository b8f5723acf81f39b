"""The drawings of what attention costs: every point where it belongs, nothing drawn of what was not run."""

import math
import re
from itertools import pairwise

from foundling.life.pages.attention_plot import attention_page, cost_lines, cost_plot

ROWS = [
    {"what": f"{kind} {tokens}", "kind": kind, "tokens": tokens, "seconds": tokens**power / 1e6, "memory_mb": tokens}
    for kind, power in (("full", 2), ("<b>local</b>", 1)) for tokens in (512, 2048, 8192)
]
ROWS += [{"what": "full, 32,768", "kind": "full", "tokens": 32768, "remark": "not run: about 40 s a step"}]
SUMS = [{"what": "times faster", "value": 8.0, "passed": True}]


def corners(drawing: str) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in found.split())]
        for found in re.findall(r'<polyline [^>]*points="([^"]+)"', drawing)
    ]


def test_powers_are_straight_lines_of_their_slope() -> None:
    drawing = cost_plot(ROWS, "seconds", "seconds")
    full, local = corners(drawing)
    slopes = [
        [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(line)] for line in (full, local)]
    for line in slopes:
        assert math.isclose(line[0], line[1], rel_tol=0.02)
    assert math.isclose(slopes[0][0], 2 * slopes[1][0], rel_tol=0.02) and slopes[1][0] < 0
    assert drawing.count("<circle") == 6


def test_what_is_no_figure_is_not_drawn() -> None:
    assert cost_plot([], "seconds", "s") == "" and cost_plot(ROWS[-1:], "seconds", "s") == ""
    strange = [{"kind": "full", "tokens": 512, "seconds": value} for value in (math.nan, -1.0, 0.0, "x", None, True)]
    assert cost_plot(strange, "seconds", "s") == ""
    assert [len(line.drawn) for line in cost_lines(ROWS, "memory_mb")] == [3, 3]
    assert "<polyline" in cost_plot(ROWS[:1], "seconds", "s")


def test_the_page_says_what_was_found_and_what_was_not_run() -> None:
    page = attention_page([*ROWS, *SUMS])
    assert page.count('<svg class="plot"') == 2 and "<b>" not in page and "&lt;b&gt;local" in page
    assert "times faster: 8.00" in page and "full, 32,768: not run: about 40 s a step" in page
    assert "<script" not in page and "style=" not in page
