"""The document of measures is the catalogue, and the catalogue knows every figure there is a row for."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from foundling.evaluation.measures.catalogue import Measure
from foundling.evaluation.measures.table import MEASURES, measure_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "measures.md"
_BETTER = {"lower": "lower", "higher": "higher", "none": "–"}
BEGIN, END = "<!-- measures: begin -->", "<!-- measures: end -->"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("*", "\\*")


def listing(rows: Sequence[Measure]) -> str:
    """A table for each family, in the order of the rows."""
    families: dict[str, list[Measure]] = {}
    for row in rows:
        families.setdefault(row.name.partition(".")[0], []).append(row)
    parts = []
    for family, members in families.items():
        parts += [f"### {family}", "", "| figure | what it is | unit | better | 95% interval | defined in |",
                  "|---|---|---|---|---|---|"]
        parts += [
            f"| `{row.name}` | {_cell(row.what)} | {_cell(row.unit)} | {_BETTER[row.better]} | {_cell(row.interval)} | "
            f"{_cell(row.paper)} |" for row in members]
        parts.append("")
    return "\n".join(parts)


def written(text: str, rows: Sequence[Measure]) -> str:
    """A document with the listing between its two marks made anew. Raises ValueError when it lacks one."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{listing(rows)}\n{END}{after}"


def test_the_document_holds_the_catalogue() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written(text, MEASURES) == text, "write docs/measures.md anew with `written(text, MEASURES)`"


def test_every_row_is_there_once() -> None:
    names = [row.name for row in MEASURES]
    assert len(names) == len(set(names)) > 30
    assert sorted(re.findall(r"^\| `([^`]+)` \|", listing(MEASURES), re.MULTILINE)) == sorted(names)
    assert {row.name for name in names if (row := measure_of(name))} == set(names)


def test_cells_cannot_break_the_table() -> None:
    row = Measure(name="a.b", what="one | two", unit="*", better="none", interval="none", paper="x")
    assert listing([row]).splitlines()[-1] == "| `a.b` | one \\| two | \\* | – | none | x |"
    with pytest.raises(ValueError, match="lacks"):
        written("no marks", [row])
