"""Diagnostics in, lines as a compiler prints them out: place, severity, code, message, the source line and a caret.

Nothing of a file reaches a terminal as it is: what does not print is written as its escape, and the caret still stands
under the right sign.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from foundling.evaluation.spaces.data.check import Check, Diagnostic, Example
from foundling.records import to_jsonable

_WIDE, _LONGEST = 100, 300  # columns of a paragraph; characters of a line of an example


def visible(text: str) -> str:
    """The text on one line, every sign of it printable."""
    return "".join(sign if sign.isprintable() else " " if sign == "\t" else ascii(sign)[1:-1] for sign in text)


def width(text: str) -> int:
    """How many columns of a terminal a visible text takes."""
    return sum(0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def told(diagnostic: Diagnostic) -> str:
    """One diagnostic as one to three lines."""
    mark = diagnostic.mark
    head = (f"{visible(mark.file)}:{mark.line}:{mark.column}: {diagnostic.severity} {diagnostic.code}: "
            f"{visible(diagnostic.message)}")
    if not diagnostic.source:
        return head
    number = str(mark.line)
    under = " " * width(visible(diagnostic.source[:diagnostic.caret])) + "^"
    return f"{head}\n  {number} | {visible(diagnostic.source)}\n  {' ' * len(number)} | {under}"


def told_summary(facts: Mapping[str, Any], hidden: Mapping[str, int]) -> str:
    """The last line, and before it what was counted and not shown."""
    lines = [f"... and {count:,} more of {code} (--most shows more)" for code, count in sorted(hidden.items())]
    def some(count: int, word: str) -> str:
        return f"{count:,} {word}{'' if count == 1 else 's'}"

    line = (f"{some(facts['errors'], 'error')}, {some(facts['warnings'], 'warning')} in "
            f"{facts['documents_with']:,} of {some(facts['documents'], 'document')} "
            f"({some(facts['files'], 'file')}, {facts['bytes'] / 1e6:,.1f} MB)")
    if facts["broken"]:
        line += f"; not to be read: {facts['broken']:,}"
    if facts["shards"]:
        line += (f"; packed: {some(facts['shards']['tokens'], 'token')} in "
                 f"{some(len(facts['shards']['shards']), 'shard')}, "
                 f"{visible(facts['shards']['folder'])}")
    elif facts["wanted"] and facts["errors"]:
        line += "; nothing was packed"
    return "\n".join([*lines, line + "."])


def explained(check: Check) -> str:
    """A check in full: what it means, wrong and right, how to mend it."""
    parts = [f"{check.code} ({check.severity}): {check.title}", fill(check.why, _WIDE)]
    for word, example in (("Wrong:", check.wrong), ("Right:", check.right)):
        if example:
            parts.append(f"{word}\n" + "\n".join(_shown(example)))
    return "\n\n".join([*parts, fill(f"Mend it: {check.fix}", _WIDE)])


def _shown(example: Example) -> list[str]:
    """The files of an example, each line of them visible and none endless."""
    lines = []
    for name, text in example:
        lines.append(f"  {name}")
        rows = text.replace("\r\n", "\\r\\n\n").split("\n")[:8]
        for row in map(visible, rows):
            lines.append(f"    | {row[:_LONGEST] + '...' if len(row) > _LONGEST else row}")
    return lines


def listed(checks: Sequence[Check]) -> str:
    """One line a check."""
    return "\n".join(f"{check.code}  {check.severity:<7}  {check.title}" for check in checks)


def as_json(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """Diagnostics as plain values: code, severity, file, line, column, message, source."""
    return [{
        "code": one.code, "severity": one.severity, **to_jsonable(one.mark), "message": one.message,
        "source": one.source,
    } for one in diagnostics]
