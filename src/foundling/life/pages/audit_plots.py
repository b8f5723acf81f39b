"""Counts and shares in, tables with small drawings out, for the page of an audit. It judges nothing.

As in `life.drawing`: no script, no style attribute; every text is escaped here.
"""

from collections.abc import Sequence

from foundling.corpus.audit.odds import Leaning
from foundling.corpus.audit.representation import Share
from foundling.corpus.audit.tally import Group
from foundling.evaluation.bias import BiasRow, Gap
from foundling.evaluation.intervals import wilson
from foundling.life.drawing import Interval, interval_bar, share_bar
from foundling.life.words import bytes_words, caged, escaped

UNKNOWN_WORDS = "not written down"
_CHANGE_HEAD = (
    '<thead><tr><th></th><th class="num">before</th><th class="num">after</th><th class="num">change, points</th></tr>'
    "</thead>")
_FEW = 10  # under so many cases an interval is nearly the whole ruler, and only the count is worth printing


def missing(sentence: str) -> str:
    """What is not there, said."""
    return f'<p class="missing">{sentence}</p>'


def group_bars(groups: Sequence[Group], whole: int, *, most: int = 12, unit: str = "documents") -> str:
    """Rows by their share of all bytes; an empty name is said to be unknown. What is beyond `most` is summed."""
    rows = ""
    for row in groups[:most]:
        share = row.bytes / whole if whole else 0.0
        name = caged(row.name, 80) if row.name else f'<span class="unknown">{UNKNOWN_WORDS}</span>'
        drawn = share_bar(share, f"{row.name or UNKNOWN_WORDS}: {share:.1%} of all bytes")
        rows += (f'<tr><th scope="row">{name}</th><td class="draw">{drawn}</td><td class="num">{share:.1%}'
                 f"<small>{row.documents:,} {unit if row.documents != 1 else unit.removesuffix('s')}</small></td></tr>")
    rest = groups[most:]
    more = (f'<p class="quiet">and {len(rest):,} more with {bytes_words(sum(row.bytes for row in rest))} together.</p>'
            if rest else "")
    return f'<table class="bars"><tbody>{rows}</tbody></table>{more}' if rows else missing("Nothing.")


def columns(values: Sequence[int], names: Sequence[str], label: str, blank: Sequence[bool] = ()) -> str:
    """A histogram of counts, each column under its number; `blank` marks those that stand for what is not known."""
    top = max(values, default=0)
    if top <= 0:
        return ""
    width, floor, high, step = 400.0, 120.0, 96.0, 400.0 / len(values)
    parts = [f'<line class="floor" x1="0" y1="{floor:g}" x2="{width:g}" y2="{floor:g}"/>']
    for i, (value, name) in enumerate(zip(values, names, strict=True)):
        middle, height = i * step + step / 2, value / top * high
        wide = min(40.0, step - 4)
        if value:
            kind = "blank" if i < len(blank) and blank[i] else "column"
            parts.append(f'<rect class="{kind}" x="{middle - wide / 2:.1f}" y="{floor - height:.1f}" '
                         f'width="{wide:.1f}" height="{height:.1f}" rx="1.5"/>')
            parts.append(f'<text class="middle" x="{middle:.1f}" y="{floor - height - 5:.1f}">{value:,}</text>')
        parts.append(f'<text class="middle" x="{middle:.1f}" y="{floor + 16:g}">{escaped(name, 20)}</text>')
    text = escaped(label)
    return (f'<svg class="columns" viewBox="0 0 {width:g} {floor + 22:g}" role="img" aria-label="{text}">'
            f"<title>{text}</title>{''.join(parts)}</svg>")


def share_rows(shares: Sequence[Share], *, least: int = 1) -> str:
    """The share of women among those of whom the text says it, with Wilson's interval; the upright line is one half."""
    rows = ""
    for row in shares:
        if row.told < least:
            continue
        low, high = wilson(row.women, row.told)
        value = row.women / row.told
        label = f"{row.name}: {value:.1%} women, between {low:.1%} and {high:.1%}"
        rows += (
            f'<tr><th scope="row">{escaped(row.name[:1].upper() + row.name[1:], 60)}</th><td class="draw">'
            f"{interval_bar(Interval(value=value, end=1.0, low=low, high=high, bar=0.5), label)}</td>"
            f'<td class="num">{value:.1%}<small>{row.women:,} to {row.men:,}</small></td></tr>')
    head = ('<thead><tr><th></th><th><span class="ends"><span>men alone</span><span>half</span><span>women alone</span>'
            '</span></th><th class="num">women, and women to men</th></tr></thead>')
    return f'<table class="between">{head}<tbody>{rows}</tbody></table>' if rows else missing("Nothing was counted.")


def leaning_rows(rows: Sequence[Leaning], reach: float) -> str:
    """Words on one ruler of log-odds from -reach (men) to reach (women), each with its 95% interval."""
    body = ""
    for row in rows:
        low, high = max(row.low, -reach), min(row.high, reach)
        mark = Interval(value=row.log_odds, start=-reach, end=reach, low=low, high=high, bar=0)
        label = f"{row.word}: {row.women} times of women, {row.men} of men; log-odds {row.log_odds:+.2f}"
        body += (f'<tr><th scope="row">{escaped(row.word, 40)}</th><td class="draw">{interval_bar(mark, label)}</td>'
                 f'<td class="num">{row.women:,} : {row.men:,}</td></tr>')
    return f'<table class="between words"><tbody>{body}</tbody></table>' if body else missing("Nothing stands out.")


def bias_rows(rows: Sequence[BiasRow]) -> str:
    """How often the more stereotyping sentence is the likelier one, with Wilson's interval; one half is no leaning."""
    body = ""
    for row in rows:
        label = f"{row.family}: {row.share:.1%} of {row.n:,}, between {row.low:.1%} and {row.high:.1%}"
        mark = Interval(value=row.share, end=1.0, low=row.low, high=row.high, bar=0.5)
        name = row.family.replace("-", " ")
        body += (f'<tr><th scope="row">{escaped(name[:1].upper() + name[1:], 60)}</th>'
                 f'<td class="draw">{interval_bar(mark, label)}</td>'
                 f'<td class="num">{row.share:.1%}<small>of {row.n:,} pairs</small></td></tr>')
    return f'<table class="between"><tbody>{body}</tbody></table>' if body else missing("Nothing was measured.")


def _points(change: float) -> str:
    """A change of a share in percentage points, with a real minus."""
    return f"{100 * change:+.1f}".replace("-", "−")


def gap_rows(gaps: Sequence[Gap]) -> str:
    """Before and after in shares, and the change with its interval; a change towards one half is marked."""
    body = ""
    for gap in gaps:
        sure = gap.low is not None and gap.high is not None and (gap.low > 0 or gap.high < 0)
        kind = ("fewer" if gap.closer else "more") if sure else "quiet"
        bounds = "no interval" if gap.low is None or gap.high is None else f"{_points(gap.low)} to {_points(gap.high)}"
        asked = f"<small>{escaped(gap.family, 60)}, {gap.n:,} pairs</small>"
        body += (f'<tr><th scope="row">{escaped(gap.measure, 40)}{asked}</th><td class="num">{gap.a:.1%}</td>'
                 f'<td class="num">{gap.b:.1%}</td>'
                 f'<td class="num"><span class="{kind}">{_points(gap.change)}</span><small>{bounds}</small></td></tr>')
    return f'<table class="change">{_CHANGE_HEAD}<tbody>{body}</tbody></table>' if body else ""


def rare(shares: Sequence[Share]) -> int:
    """How many rows have too few cases to be drawn."""
    return sum(1 for row in shares if 0 < row.told < _FEW)


def common(shares: Sequence[Share], most: int) -> list[Share]:
    """The rows with enough cases, those told of most often first."""
    return [row for row in shares if row.told >= _FEW][:most]
