"""`foundling evaluate-on`: a table of texts and labels in, how well a being tells them apart, an exit code out."""

import argparse
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from foundling.cli.values import count, seed

FOLDS = range(2, 21)


def add_downstream(add: Callable[..., argparse.ArgumentParser]) -> None:
    """evaluate-on, made by `add(word, what, example, home)`."""
    command = add(
        "evaluate-on", "hold a being against a bag of words on texts and labels of your own, in folds",
        "foundling evaluate-on reviews.csv --label stars --text title body --home wren", home=False,
    )
    command.add_argument("file", type=Path, metavar="FILE", help="a .csv, .tsv or .jsonl file with a head, UTF-8")
    command.add_argument("--label", required=True, metavar="COLUMN", help="the column that names each row's class")
    command.add_argument("--text", nargs="+", default=[], metavar="COLUMN",
                         help="the columns to read (default: `text`, or the only other one)")
    command.add_argument("--home", type=Path, default=Path(), help="the being's folder (default: this one)")
    command.add_argument("--generation", type=count, metavar="N", help="which generation (default: the newest)")
    command.add_argument("--method", choices=("head", "likelihood"), default="head",
                         help="a fitted head on its states, or its likelihood of the labels' words (default: head)")
    command.add_argument("--folds", type=int, choices=FOLDS, default=5, metavar="K", help="2 to 20 (default: 5)")
    command.add_argument("--seed", type=seed, default=0, help="of the folds and the draws (default: 0)")


def evaluate_on(options: argparse.Namespace) -> int:
    """Read the table, judge, print the figures."""
    from foundling.cli.showing import show, tell

    shown = show(_events(options))
    return tell(options, shown.facts | {"seconds": shown.seconds}, words(shown.facts))


def _events(options: argparse.Namespace) -> Generator[Any]:
    """The table is read before the being, so that a wrong column is told at once."""
    from foundling.evaluation.downstream.judging import Finding
    from foundling.evaluation.downstream.judging import evaluate_on as judge
    from foundling.evaluation.downstream.table import read_table
    from foundling.evaluation.subject import open_subject
    from foundling.home import Home
    from foundling.life.stations import Done
    from foundling.records import to_jsonable

    data = read_table(options.file, options.label, options.text, options.folds)
    home = Home.open(options.home)
    number = home.chosen(options.generation)
    subject = open_subject(home.generation(number), home.name)
    for event in judge(subject, data, method=options.method, folds=options.folds, seed=options.seed):
        if isinstance(event, Finding):
            facts = {"home": str(options.home), "generation": number, "file": str(options.file), "seed": options.seed}
            yield Done(station="evaluate-on", facts=facts | to_jsonable(event))
        else:
            yield event


def words(facts: dict[str, Any]) -> str:
    """The finding for a person: a line for each way, then what it comes to."""
    ways = [facts["being"], *facts["baselines"]]
    lines = [
        f"{facts['rows']:,} rows, {len(facts['classes'])} classes, {facts['folds']} folds"
        + (f"; left out: {', '.join(facts['notes'])}" if facts["notes"] else ""),
        "", f"{'':<24}{'accuracy':>24}{'macro-F1':>24}{'calibration error':>20}{'Brier':>9}",
    ]
    for way in ways:
        figures = {score["name"].removeprefix("downstream."): score for score in way["scores"]}
        lines.append(
            f"{way['name']:<24}{_cell(figures['accuracy']):>24}{_cell(figures['macro_f1']):>24}"
            f"{figures['calibration_error']['value']:>20.3f}{figures['brier']['value']:>9.3f}"
        )
    return "\n".join([*lines, "", *facts["sentences"]])


def _cell(score: dict[str, Any]) -> str:
    return f"{score['value']:.3f}" + (
        "" if score["low"] is None else f" [{score['low']:.3f}, {score['high']:.3f}]")
