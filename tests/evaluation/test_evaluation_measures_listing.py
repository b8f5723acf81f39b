"""The document of measures is the catalogue, and the catalogue knows every figure there is a row for."""

import re
from pathlib import Path

import pytest

from foundling.evaluation.measures.catalogue import Measure
from foundling.evaluation.measures.listing import listing, written
from foundling.evaluation.measures.table import MEASURES, measure_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "measures.md"


def test_the_document_holds_the_catalogue() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written(text, MEASURES) == text, "write docs/measures.md anew with listing.written(text, MEASURES)"


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
