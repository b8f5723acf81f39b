"""Figures, times and texts flow in; the words in which people read them flow out, for pages escaped as HTML.

It draws nothing, reads no file and judges nothing. What is no finite number is "not measured" or "not known".
"""

import html
import math
from datetime import datetime

from foundling.records import Score

_LARGEST = 1e12
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)


def escaped(value: object, longest: int = 4000) -> str:
    """Any value as HTML text: control characters and lone surrogates replaced, over-long text cut with a mark."""
    raw = str(value).encode("utf-8", "replace").decode("utf-8")
    raw = "".join(c if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f") else "\ufffd" for c in raw)
    return html.escape(raw if len(raw) <= longest else raw[:longest].rstrip() + " … (cut here)")


def caged(value: object, longest: int = 4000) -> str:
    """Text from outside in an element of its own, so that its writing direction cannot turn the words around it."""
    return f"<bdi>{escaped(value, longest)}</bdi>"


def finite(value: object) -> float | None:
    """The value as a float that can be drawn; None for anything else (NaN, infinities, text, beyond 1e12)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LARGEST else None


def number_words(value: float) -> str:
    """A number as people write it: thousands parted, four figures where there is a fraction, no idle zeros."""
    if value.is_integer():
        return f"{value:,.0f}"
    places = min(8, max(0, 3 - math.floor(math.log10(abs(value)))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def figure_words(value: object, unit: str) -> str:
    """A score's figure: a share as a percentage with one decimal, "not measured" where there is no finite number."""
    number = finite(value)
    if number is None:
        return "not measured"
    return f"{100 * number:.1f}%" if unit == "share" else number_words(number)


def unit_words(score: Score) -> str:
    """The unit of a score as small HTML; "" for shares, and where the name of the figure says it already."""
    shown = "" if score.unit in ("share", score.name) else escaped(score.unit.replace("_", " "), 40)
    return f"<small>{shown}</small>" if shown else ""


def interval_words(score: Score) -> str:
    """The 95% interval of a score in words; "no interval" where an end is not known."""
    if finite(score.low) is None or finite(score.high) is None:
        return "no interval"
    return f"between {figure_words(score.low, score.unit)} and {figure_words(score.high, score.unit)}"


def bar_figure(value: float, unit: str) -> str:
    """As `figure_words`, but 95% rather than 95.0%: for bars and the ends of rulers."""
    return figure_words(value, unit).replace(".0%", "%")


def duration_words(seconds: float) -> str:
    """Seconds as `42 s`, `24 min 8 s` or `3 h 5 min`."""
    if seconds < 60:
        return f"{number_words(round(seconds, 1))}\xa0s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def bytes_words(value: float) -> str:
    """Bytes as `4.9 MB`, in powers of a thousand."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= size:
            return f"{value / size:.1f}\xa0{unit}"
    return f"{value:,.0f} bytes"


def large_words(value: float) -> str:
    """A count as `1.3M`, `71k` or `24`: three figures, in powers of a thousand."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            shown = 1e3 if unit == "k" else size
            return f"{value / shown:.{0 if value >= 100 * shown else 1}f}{unit}"
    return f"{value:,.0f}"


def operations_words(value: float) -> str:
    """Floating point operations as `382.8 Gflop`."""
    for size, unit in ((1e15, "P"), (1e12, "T"), (1e9, "G")):
        if value >= size:
            return f"{value / size:,.1f} {unit}flop"
    return f"{value / 1e6:,.1f} Mflop"


def fact_words(name: str, value: object) -> str:
    """A fact of a station as plain text for a terminal: the end of its name says what it counts."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "flops" and isinstance(value, int | float):
        return operations_words(value)
    number = finite(value)
    if number is None:
        return str(value)
    if name.endswith("seconds"):
        words = duration_words(number)
    elif name.endswith("parameters"):
        words = large_words(number)
    elif name in ("share", "others"):
        words = f"{number:.0%}"
    elif name == "bytes" or name.endswith("_bytes"):
        words = bytes_words(number)
    else:
        words = bytes_words(number * 1e6) if name.endswith("_mb") else number_words(number)
    return words.replace("\xa0", " ")


def value_words(name: str, value: object) -> str:
    """A named value as HTML in the form that people read: the end of its name says whether it is seconds or bytes."""
    number = finite(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if number is None:
        return "not known" if value is None or isinstance(value, float) else caged(value, 200)
    if name.endswith("seconds"):
        return duration_words(number)
    if name.endswith("_mb"):
        return bytes_words(number * 1e6)
    return bytes_words(number) if name.endswith("bytes") else number_words(number)


def _moment(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None


def day_words(iso: str) -> str:
    """An ISO date or time as `21 November 2026, 09:14`; any other text as it is, escaped."""
    when = _moment(iso)
    if when is None:
        return caged(iso, 60) if iso else "on a day that was not written down"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}" + ("" if len(iso) <= 10 else f", {when:%H:%M}")


def age_words(born: str, written: str) -> str:
    """The age in words; "newborn" when either time is missing or they cannot be compared."""
    start, end = _moment(born), _moment(written)
    if start is None or end is None or (start.tzinfo is None) != (end.tzinfo is None):
        return "newborn"
    seconds = (end - start).total_seconds()
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count:,} {word}{'s' if count > 1 else ''} old"
    return "newborn"
