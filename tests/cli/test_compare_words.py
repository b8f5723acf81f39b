"""`foundling compare` and `foundling sweep` as they are typed: options, what is refused, what is written and told."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foundling.cli import compare
from foundling.cli.compare_options import TOKENIZERS
from foundling.cli.options import parser
from foundling.life.comparing import architectures, tokenizers
from foundling.life.pages.comparison import ARCHITECTURES
from foundling.life.stations import Done
from foundling.life.sweeping import sweep as sweeping
from foundling.records import BadInput, Progress
from foundling.tokens import KINDS

FIGURE = {"mean": 2.25, "low": 2.2, "high": 2.3, "values": [2.24, 2.26]}
ROW = {
    "name": "bytes", "bits_per_byte": FIGURE, "over_documents": FIGURE, "bytes_per_token": 1.0, "vocabulary": 261,
    "parameters": 1000, "steps": 9, "read_bytes": 5000, "seconds": 1.5,
}
READER = {"reader": "GPT", "likelihood": True, "parameters": 9, "steps": 1, "seconds": 1.0} | dict.fromkeys(
    architectures.FIGURES, FIGURE)


def typed(*words: str) -> argparse.Namespace:
    return parser().parse_args(words)


def test_the_kinds_that_can_be_typed_are_those_that_there_are():
    assert TOKENIZERS == KINDS


def test_the_page_has_a_column_for_every_figure_of_the_architectures():
    assert {column.key for column in ARCHITECTURES[1]} >= set(architectures.FIGURES)


def test_one_comparison_must_be_asked_for():
    for words in (["compare"], ["compare", "--tokenizers", "--architectures"], ["sweep", "--seed", "n"],
                  ["compare", "--tokenizers", "--kinds", "bpes"], ["sweep", "--trials", "3", "--minutes", "4"]):
        with pytest.raises(BadInput):
            typed(*words)
    assert typed("compare", "--tokenizers", "a", "b").sources == ["a", "b"]


@pytest.mark.parametrize("what", ["tokenizers", "architectures"])
def test_a_comparison_is_told_and_written(what, tmp_path, monkeypatch, capsys):
    asked: list[Any] = []

    def played(sources: Any, contest: Any, place: Path, *, held_out: Any) -> Iterator[Progress | Done]:
        asked.append((sources, contest, held_out))
        yield Progress(station="compare", text="training")
        yield Done(station="compare", facts={"rows": [ROW | READER | {"name": "bytes"}], "notes": ["It was equal."]})
    monkeypatch.setattr(tokenizers, "compare_tokenizers", played)
    monkeypatch.setattr(architectures, "compare_architectures", played)
    words = ["compare", f"--{what}", "tales", "--held-out", "unread", "--seeds", "2", "--out", str(tmp_path / "out")]
    assert compare.compare(typed(*words)) == 0
    told = capsys.readouterr().out
    assert "2.250" in told and "It was equal." in told and f"{what}.html" in told
    assert compare.compare(typed(*words, "--json")) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["rows"][0]["bits_per_byte"] == FIGURE and Path(facts["page"]).exists()
    assert json.loads((tmp_path / "out" / f"{what}.json").read_text())["notes"] == ["It was equal."]
    sources, contest, held_out = asked[0]
    assert (sources, contest.seeds, list(held_out)) == (("tales",), 2, ["unread"])


def test_a_sweep_is_told(tmp_path, monkeypatch, capsys):
    def played(wish: Any) -> Iterator[Progress | Done]:
        yield Done(station="sweep", facts={"sentences": [f"{wish.trials} recipes were tried."], "page": "sweep.html"})
    monkeypatch.setattr(sweeping, "sweep", played)
    assert compare.sweep(typed("sweep", "--trials", "7", "--out", str(tmp_path))) == 0
    assert "7 recipes were tried.\n" in capsys.readouterr().out
