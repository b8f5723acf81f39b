"""`foundling battery`: a home in, how well its being tells better from worse, class by class, out; or one taught to."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from foundling.cli.values import count, page, seed


def add_battery(add: Callable[..., argparse.ArgumentParser]) -> None:
    """battery, made by `add(word, what, example, home)`."""
    command = add(
        "battery", "how well the being tells a better text from a worse one, class by class; or teach it to",
        "foundling battery wren --count 150",
    )
    command.add_argument("--count", type=count, default=150, help="pairs of each class that are scored (default: 150)")
    command.add_argument("--generation", type=count, help="which generation (default: the newest)")
    command.add_argument("--seed", type=seed, default=0, help="of the pairs and of the teaching (default: 0)")
    command.add_argument(
        "--teach", type=Path, metavar="OUT",
        help="train it on other pairs and leave the candidate in this new folder; it is held against what is there by "
        "`foundling versus`",
    )
    command.add_argument("--steps", type=count, default=160, help="teach: steps of training (default: 160)")
    command.add_argument("--page", type=page, metavar="FILE", help="also write a page with the table")


def battery(options: argparse.Namespace) -> int:
    """Score, or teach and score twice; print the table."""
    from foundling.cli.showing import show, tell
    from foundling.home import Home, write_atomically
    from foundling.life.pages.battery import battery_page
    from foundling.life.teaching import Asked, score_battery, teach_judging
    from foundling.records import BadInput

    if options.count > 5_000 or options.steps > 100_000:
        raise BadInput("That would take days: give at most 5,000 pairs of a class and 100,000 steps.")
    home = Home.open(options.home)
    asked = Asked(count=options.count, seed=options.seed, generation=options.generation, steps=options.steps)
    if options.teach is None:
        with home.ledger() as ledger:
            shown = show(score_battery(home, ledger, asked))
    else:
        with home.locked(), home.ledger() as ledger:
            shown = show(teach_judging(home, ledger, asked, options.teach.absolute()))
    facts = shown.facts | {"seconds": shown.seconds}
    if options.page:
        write_atomically(options.page, battery_page(shown.facts).encode("utf-8"))
        facts |= {"page": str(options.page)}
    return tell(options, facts, words(facts) + (f"\n\nThe page: {options.page}" if options.page else ""))


def words(facts: Mapping[str, Any]) -> str:
    """The tables for a person."""
    lines = [f"generation {facts['generation']}, {facts['pairs']:,} pairs, seed {facts['seed']}", ""]
    if "before" in facts:
        lines += ["before", *_table(facts["before"]), "", "after", *_table(facts["rows"]), "", *_cost(facts)]
    else:
        lines += _table(facts["rows"])
    if "surface" in facts:
        lines += ["", *_surface(facts)]
    for name, rows in facts["checks"].items():
        lines += ["", f"check: {name}", *_table([row for row in rows if row["accuracy"] or row["untold"] < row["n"]])]
    chosen = ", ".join(facts["usable"]) or "no class"
    return "\n".join([*lines, "", f"The being's own likelihood may vote in: {chosen}. It abstains everywhere else."])


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    head = f"{'class':<20}{'pairs':>6}{'right':>8}{'95% interval':>16}{'summed':>8}  by source"
    return [head, *(
        f"{row['cls']:<20}{row['n']:>6}{row['accuracy']:>8.3f}{_interval(row):>16}"
        f"{'-' if row['summed'] is None else format(row['summed'], '.3f'):>8}  "
        + ", ".join(f"{name} {share:.2f} of {n}" for name, n, share in row["sources"])
        + ("  usable" if row["usable"] else "") for row in rows
    )]


def _surface(facts: Mapping[str, Any]) -> list[str]:
    """Class by class what readers reach who understand nothing, beside what the being reaches."""
    read = {name: {row["cls"]: row for row in rows} for name, rows in facts["surface"].items()}
    return [
        "readers who understand nothing, beside the being (-: it can tell no pair apart)",
        f"{'class':<20}" + "".join(f"{name:>9}" for name in (*read, "before", "after")), *(
            f"{row['cls']:<20}" + "".join(_reached(rows[row["cls"]]) for rows in read.values())
            + f"{before['accuracy']:>9.3f}{row['accuracy']:>9.3f}"
            for before, row in zip(facts["before"], facts["rows"], strict=True)
        ),
    ]


def _reached(row: Mapping[str, Any]) -> str:
    return f"{'-' if row['untold'] == row['n'] else format(row['accuracy'], '.3f'):>9}"


def _interval(row: Mapping[str, Any]) -> str:
    return f"[{row['low']:.3f}, {row['high']:.3f}]"


def _cost(facts: Mapping[str, Any]) -> list[str]:
    cost = {score["name"]: score for score in facts["cost"]}
    rise = cost["rise"]
    between = "" if rise["low"] is None else f" [{rise['low']:+.4f}, {rise['high']:+.4f}]"
    return [
        f"held-out stories: {cost['bits_per_byte_before']['value']:.4f} bits per byte before, "
        f"{cost['bits_per_byte']['value']:.4f} after, {rise['value']:+.4f}{between}",
        f"The candidate: {facts['out']}. Nothing was promoted.",
    ]
