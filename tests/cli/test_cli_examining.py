"""`examine` with a suite: what can be typed, what is refused, what the exit code says."""

import argparse
import json

import pytest

from foundling.cli.examining import add_examining, examine, wanted
from foundling.home import Home
from foundling.life import examining
from foundling.life.stations import Done
from foundling.records import BadInput


def typed(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=lambda text: text)
    parser.add_argument("--json", action="store_true")
    add_examining(parser)
    return parser.parse_args(words)


def test_the_suite_is_asked_for_by_its_name():
    assert not wanted(typed("wren"))
    assert wanted(typed("wren", "--suite", "quick")) and wanted(typed("wren", "--lm-eval", "blimp", "piqa"))
    for words in (["--all"], ["--generation", "2"], ["--sets", "."], ["--seed", "3"], ["--threads", "2"],
                  ["--lm-eval-path", "."]):
        with pytest.raises(BadInput, match="is for the suite"):
            wanted(typed("wren", *words))
    with pytest.raises(BadInput, match="--lm-eval-path"):
        wanted(typed("wren", "--suite", "quick", "--lm-eval-path", "."))


@pytest.mark.parametrize(("failed", "code"), [(0, 0), (1, 1)])
def test_the_exit_code_says_whether_a_part_failed(tmp_path, monkeypatch, capsys, failed, code):
    home = Home.create(tmp_path / "wren", "Wren", "2026-01-01", {})
    seen = []

    def examine_home(home, ledger, asked):
        seen.append(asked)
        yield Done(station="examine", facts={
            "generation": 2, "suite": "quick", "parts_failed": failed, "scores": {"bits_per_byte": 1.5},
            "report": "exam.html", "notes": ["piqa was left out"]})
    monkeypatch.setattr(examining, "examine_home", examine_home)
    monkeypatch.setenv("FOUNDLING_SETS", str(tmp_path))
    options = typed(str(home.path), "--suite", "quick", "--all", "--threads", "1", "--seed", "4", "--json")
    options.home = home.path
    assert examine(options) == code
    told = json.loads(capsys.readouterr().out)
    assert told["bits_per_byte"] == 1.5 and told["generation"] == 2 and told["home"] == str(home.path)
    (asked,) = seen
    assert (asked.suite, asked.every, asked.sets, asked.seed, asked.threads) == ("quick", True, tmp_path, 4, 1)
