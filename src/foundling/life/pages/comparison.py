"""The page of a comparison: rows and notes flow in, one self-contained HTML page with a table and plots flows out.

It knows neither tokenizers nor architectures: which columns there are is said by whoever asks. The same facts give the
same page, byte for byte. It measures nothing and writes no file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.scatter import Figure, dot_plot
from foundling.life.words import bytes_words, escaped, finite, large_words, number_words

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table. unit: "bits" and "share" for figures with intervals ({mean, low, high, values}), which
    are drawn too where `drawn`; "count", "large", "bytes", "number", "seconds" or "words" for plain values."""

    key: str
    words: str
    unit: str = "count"
    drawn: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """The page's title and opening, which key of a row is its name, and what the rows are called."""

    title: str
    opening: str
    name: str
    kind: str


TOKENIZERS = (
    Words(title="Tokenizers compared", name="name", kind="Tokenizer",
          opening="The same decoder, text, operations and seeds; only what the text is cut into differs."),
    (
        Column(key="bits_per_byte", words="Bits per byte of unread text", unit="bits", drawn=True),
        Column(key="over_documents", words="Over documents", unit="bits"),
        Column(key="bytes_per_token", words="Bytes per token", unit="number"),
        Column(key="vocabulary", words="Entries"), Column(key="parameters", words="Parameters", unit="large"),
        Column(key="steps", words="Steps"), Column(key="read_bytes", words="Text read", unit="bytes"),
        Column(key="seconds", words="Seconds", unit="seconds"),
    ),
)
ARCHITECTURES = (
    Words(title="Architectures compared", name="reader", kind="Reader",
          opening="The same text, tokenizer, seeds and time of training; only how a model reads differs."),
    (
        Column(key="pairs", words="Minimal pairs", unit="share", drawn=True),
        Column(key="cloze_both_sides", words="Cloze, both sides", unit="share", drawn=True),
        Column(key="cloze_left_only", words="Cloze, left only", unit="share", drawn=True),
        Column(key="bits_per_byte", words="Bits per byte", unit="bits", drawn=True),
        Column(key="sentence_bits_per_byte", words="Of sentences", unit="bits"),
        Column(key="pseudo_bits_per_byte", words="Pseudo bits per byte", unit="bits"),
        Column(key="parameters", words="Parameters", unit="large"), Column(key="steps", words="Steps"),
        Column(key="seconds", words="Seconds", unit="seconds"),
    ),
)


def _figure(value: Any, unit: str) -> str:
    """A mean with its interval in words."""
    if not isinstance(value, Mapping) or (mean := finite(value.get("mean"))) is None:
        return "–"

    def words(number: float) -> str:  # of a share no interval leads out of 0% to 100%
        return f"{min(1.0, max(0.0, number)):.1%}" if unit == "share" else f"{number:.3f}"

    low, high = finite(value.get("low")), finite(value.get("high"))
    band = "" if low is None or high is None else f"<small>{words(low)} to {words(high)}</small>"
    return f"{words(mean)}{band}"


def _plain(value: Any, unit: str) -> str:
    number = finite(value)
    if number is None:
        return escaped(value, 60) if isinstance(value, str) else "–"
    if unit in ("bytes", "large"):
        return (bytes_words if unit == "bytes" else large_words)(number)
    return f"{number:,.1f}\xa0s" if unit == "seconds" else number_words(number)


def _table(rows: Sequence[Row], words: Words, columns: Sequence[Column]) -> str:
    head = f"<th>{escaped(words.kind)}</th>" + "".join(f'<th class="num">{escaped(c.words)}</th>' for c in columns)
    body = ""
    for row in rows:
        cells = "".join(
            f'<td class="num" data-what="{escaped(c.words)}">'
            f"{(_figure if c.unit in ('bits', 'share') else _plain)(row.get(c.key), c.unit)}</td>" for c in columns)
        body += f'<tr><th scope="row">{escaped(row[words.name], 60)}</th>{cells}</tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _plot(rows: Sequence[Row], words: Words, column: Column) -> str:
    figures = [
        Figure(name=str(row[words.name]), mean=value["mean"], low=value.get("low"), high=value.get("high"),
               values=tuple(value.get("values", ())))
        for row in rows if isinstance(value := row.get(column.key), Mapping) and finite(value.get("mean")) is not None
    ]
    drawn = dot_plot(figures, unit=column.words, share=column.unit == "share")
    return f"<h3>{escaped(column.words)}</h3>{drawn}" if drawn else ""


def comparison_page(facts: Mapping[str, Any], words: Words, columns: Sequence[Column]) -> str:
    """The whole page, from a comparison's `rows` and `notes` (as JSON values)."""
    rows, notes = facts["rows"], facts["notes"]
    head = (f'<header class="head"><p class="kind">Foundling compares</p><h1>{escaped(words.title)}</h1>'
            f'<p class="opening">{escaped(words.opening)}</p></header>')
    plots = "".join(_plot(rows, words, column) for column in columns if column.drawn)
    told = listed(notes)
    body = (
        section("At a glance", "Dots are means over seeds, small ones the single runs, bands 95% intervals.", plots)
        + section("In figures", "The same with what each cost.", _table(rows, words, columns)).replace(
            "<section>", '<section class="wide">', 1)
        + section("How it was done", "What was equal, and what the figures do not say.", told))
    return framed(words.title, f'<div class="comparison">{head}{body}</div>', "comparison.css")
