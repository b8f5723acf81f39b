"""A person's table in, texts with their labels out: CSV, TSV or JSON lines. It trains nothing and guesses no column.

Rows without a label or a text are left out and counted, and so is a text that stands there again: in two folds at once
it would be known by heart.
"""

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from foundling.records import BadInput

LARGEST = 128 * 2**20
MOST_ROWS = 1_000_000
LONGEST_LABEL = 200
MOST_CLASSES = 200
_TABLES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_LINES = (".jsonl", ".ndjson")
_MISSING = ("", "nan", "null")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Texts and their labels, and in words how many rows were left out and why."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that there are, the most frequent first."""
        return tuple(label for label, _ in Counter(self.labels).most_common())


def read_table(path: Path, label: str, columns: Sequence[str], folds: int) -> Labelled:
    """The rows of a table that can be used in so many folds. `columns` are joined to one text; none given: the column
    `text`, or the only one that is not the label.

    Raises BadInput for a file or a column that cannot be used, one class only, or a class with fewer rows than folds.
    """
    if label in columns:
        raise BadInput(f"The label {label!r} is also given as text, so that every text would hold its answer.")
    rows = list(islice(_rows(path), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise BadInput(f"{path} has more than {MOST_ROWS:,} rows: give a sample of them.")
    if not rows:
        raise BadInput(f"{path} has no row below its head: give a table with texts and labels.")
    chosen = _columns(path, rows, label, columns)
    kept: dict[str, str] = {}
    lacking = empty = again = 0
    for number, row in enumerate(rows, 1):
        answer, text = _label(path, number, row.get(label)), "\n".join(_text(row.get(c)) for c in chosen).strip()
        if answer is None:
            lacking += 1
        elif not text:
            empty += 1
        elif text in kept:
            again += 1
        else:
            kept[text] = answer
    counts = ((lacking, "without a label"), (empty, "without a text"), (again, "whose text stood there before"))
    left_out = tuple(f"{count:,} row{'s'[:count > 1]} {why}" for count, why in counts if count)
    found = Labelled(texts=tuple(kept), labels=tuple(kept.values()), left_out=left_out)
    check(path, label, found, folds)
    return found


def check(path: Path, label: str, found: Labelled, folds: int) -> None:
    """Raises BadInput where the labels cannot be told apart in so many folds."""
    counts = Counter(found.labels)
    told = f" ({', '.join(found.left_out)})" if found.left_out else ""
    if not counts:
        raise BadInput(f"{path} has no row with both a text and a label{told}: fill the column {label!r}.")
    if len(counts) == 1:
        raise BadInput(f"Every label in {path} is {next(iter(counts))[:40]!r}{told}: give at least two classes.")
    if len(counts) > MOST_CLASSES:
        raise BadInput(f"The column {label!r} has {len(counts):,} different labels, more than {MOST_CLASSES}: "
                       "give one that names classes.")
    rarest, rows = min(counts.items(), key=lambda pair: (pair[1], pair[0]))
    if rows < folds:
        raise BadInput(f"The class {rarest[:40]!r} has {rows} row{'s'[:rows > 1]}{told}, fewer than the {folds} folds: "
                       "give fewer folds or more rows of it.")


def _columns(path: Path, rows: Sequence[Mapping[str, Any]], label: str, columns: Sequence[str]) -> tuple[str, ...]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    for wanted in (label, *columns):
        if wanted not in names:
            raise BadInput(f"{path} has no column {wanted!r}: it has {', '.join(map(repr, names[:20]))}.")
    if columns:
        return tuple(columns)
    others = [name for name in names if name != label]
    if "text" in others or len(others) == 1:
        return ("text",) if "text" in others else (others[0],)
    raise BadInput(f"{path} has no column `text`: name the columns to read with --text, "
                   f"of {', '.join(map(repr, others[:20]))}.")


def _label(path: Path, number: int, value: Any) -> str | None:
    """A label as text, None where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, dict | list):
        raise BadInput(f"The label of row {number} of {path} is a list: give one label a row.")
    text = " ".join(str(value).split())
    if len(text) > LONGEST_LABEL:
        raise BadInput(f"The label of row {number} of {path} is longer than {LONGEST_LABEL} characters: "
                       "give a column that names classes.")
    return None if text.casefold() in _MISSING else text


def _text(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value).replace("\0", "\ufffd")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows as mappings from column to value. Raises BadInput."""
    suffix = path.suffix.casefold()
    if suffix not in (*_TABLES, *_LINES):
        raise BadInput(f"{path} is no table by its name: give a file that ends in .csv, .tsv or .jsonl.")
    try:
        if not path.is_file():
            raise BadInput(f"There is no file {path}: give the path of a table.")
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than {LARGEST // 2**20} MB: give a sample of its rows.")
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8 (byte {fault.start:,}): save it as UTF-8.") from fault
    except (OSError, ValueError) as fault:
        raise BadInput(f"{str(path)!a} cannot be read ({fault}): check the path and its permissions.") from fault
    if "\0" in text:
        raise BadInput(f"{path} is no text but binary data: give a table in UTF-8.")
    yield from _json_lines(path, text) if suffix in _LINES else _table(path, text, _TABLES[suffix])


def _json_lines(path: Path, text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as fault:
                raise BadInput(f"Line {number} of {path} is no JSON ({fault}): give one object a line.") from fault
            if not isinstance(row, dict):
                raise BadInput(f"Line {number} of {path} is no JSON object: give one object a line.")
            yield row


def _table(path: Path, text: str, delimiter: str) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(LARGEST)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip() for name in next(rows, [])]
        twice = [name for name, count in Counter(head).items() if count > 1]
        if twice:
            raise BadInput(f"{path} has the column {twice[0]!r} twice: rename one of them.")
        for row in rows:
            if len(row) > len(head):
                raise BadInput(f"Line {rows.line_num} of {path} has {len(row)} fields and its head {len(head)}: "
                               "put fields with a separator in them in quotation marks.")
            if row:
                yield dict(zip(head, row, strict=False))
    except csv.Error as fault:
        raise BadInput(f"Line {rows.line_num} of {path} is no row of a table ({fault}): correct it.") from fault
