"""JSONL, CSV and Parquet in, one story a row out, row by row whatever the size. It joins no tables.

A JSON file that is one value (a list of rows, or an object with a list of turns such as CRD3's) is read as well.
"""

import csv
from collections.abc import Iterator
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.chat import json_chats
from foundling.corpus.reading.decoding import decode, lines
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.items import json_items, parsed
from foundling.corpus.reading.lines import LONGEST_ROW, byte_lines
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.rows import column_of, story_of_row
from foundling.corpus.reading.steady import peeked, reader
from foundling.corpus.reading.telling import left_out
from foundling.records import Story

_BATCH = 64  # rows of Parquet in memory at a time
_MOST_FAULTS = 1000  # broken rows in a row of files are told one by one up to here; then the file is given up


def _row(opened: Opened, row: Any, number: int) -> Story | Dropped:
    part = f"row {number}"
    if not isinstance(row, dict):
        return left_out(opened, "is no JSON object with named columns", part=part)
    try:
        return story_of_row(opened, row, number, column_of(list(row), opened.column))
    except Unreadable as fault:
        return left_out(opened, str(fault), part=part)


def _json_rows(opened: Opened) -> Iterator[Story | Dropped]:
    head = peeked(opened.stream).removeprefix(b"\xef\xbb\xbf").lstrip()
    first, ended, _ = head.partition(b"\n")
    if head.startswith(b"["):
        rows = (item.value for item in json_items(opened.stream, ("",)) if item.listed)
        yield from (_row(opened, row, number) for number, row in enumerate(rows, 1))
        return
    if ended and head.startswith(b"{") and not first.rstrip().endswith(b"}"):
        yield from json_chats(opened)
        return
    for number, line in enumerate(byte_lines(opened.stream), 1):
        if line is None:
            yield left_out(opened, f"has more than {LONGEST_ROW // 2**20} MB on one line", part=f"row {number}")
        elif line.strip():
            try:
                row = parsed(decode(line)[0])
            except Unreadable as fault:
                yield left_out(opened, str(fault), part=f"row {number}")
                continue
            yield _row(opened, row, number)


def _few_faults(found: Iterator[Story | Dropped]) -> Iterator[Story | Dropped]:
    """Pass everything on until a thousand rows one after the other gave nothing, or the first said that none will."""
    faults = stories = 0
    for thing in found:
        yield thing
        if isinstance(thing, Story):
            faults, stories = 0, stories + 1
        else:
            faults += 1
            if "no column" in thing.reason and not stories:
                return
            if faults >= _MOST_FAULTS:
                raise Unreadable(f"has {_MOST_FAULTS:,} rows without text one after the other: the rest was not read")


@reader("jsonl", "row of JSON")
def read_jsonl(opened: Opened) -> Iterator[Story | Dropped]:
    """A story for every row of JSON lines or of one JSON list."""
    yield from _few_faults(_json_rows(opened))


def _delimiter(sample: str) -> str:
    """The character that parts the fields of the header: the most frequent of the usual four."""
    header = sample.split("\n", 1)[0]
    return max(",\t;|", key=header.count)


@reader("csv", "row under its header")
def read_csv(opened: Opened) -> Iterator[Story | Dropped]:
    """A story for every row under the header."""
    delimiter = _delimiter(decode(peeked(opened.stream))[0].lstrip("\ufeff"))
    before = csv.field_size_limit(LONGEST_ROW)
    try:
        rows = csv.reader((line + "\n" for line in _csv_lines(opened)), delimiter=delimiter)
        header = [name.strip().lstrip("\ufeff") for name in next(rows, [])]
        column = column_of(header, opened.column)
        for number, row in enumerate(rows, 1):
            if row:
                yield story_of_row(opened, dict(zip(header, row, strict=False)), number, column)
    finally:
        csv.field_size_limit(before)


def _csv_lines(opened: Opened) -> Iterator[str]:
    """Lines without nul characters, which csv refuses."""
    return (line.replace("\0", "") for line in lines(opened.stream, LONGEST_ROW))


@reader("parquet", "row")
def read_parquet(opened: Opened) -> Iterator[Story | Dropped]:
    """A story for every row. Parquet keeps its index at the end, so a file or a stream that can go back is needed."""
    import pyarrow.parquet as parquet

    if opened.path is None and not opened.stream.seekable():
        raise Unreadable("is Parquet inside a stream that cannot go back: unpack it to a file first")
    table: Any = parquet.ParquetFile(opened.path or opened.stream)
    column = column_of(table.schema_arrow.names, opened.column)
    number = 0
    for batch in table.iter_batches(batch_size=_BATCH):
        for row in batch.to_pylist():
            number += 1
            yield story_of_row(opened, row, number, column)
