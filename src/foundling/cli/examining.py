"""`foundling examine --suite` and `--lm-eval`: options in, a generation examined, a page written, an exit code out."""

import argparse
import sys
from typing import Any

from foundling.cli.showing import show, tell
from foundling.cli.values import SETS, count, folder, seed, sets_folder
from foundling.records import BadInput

_TOLD = 12  # figures in the last words; all of them are on the page


def add_examining(examine: argparse.ArgumentParser) -> None:
    """What `examine` takes beside a home; without any of it the birth's station is run."""
    examine.add_argument("--suite", choices=("quick", "full"), help="run the whole suite of measures (default: none)")
    which = examine.add_mutually_exclusive_group()
    which.add_argument("--generation", type=count, help="suite: which generation (default: the newest)")
    which.add_argument("--all", action="store_true", dest="every", help="suite: every generation")
    examine.add_argument(
        "--sets", type=folder, metavar="DIR", help=f"suite: the folder of test sets (default: the variable {SETS})"
    )
    examine.add_argument(
        "--lm-eval", nargs="+", default=[], dest="tasks", metavar="TASK", help="run these tasks of the field's harness"
    )
    examine.add_argument(
        "--lm-eval-path", type=folder, dest="task_path", metavar="DIR", help="your own task files, with their data"
    )
    examine.add_argument("--seed", type=seed, default=0, help="suite: of what is drawn (default: 0)")
    examine.add_argument("--threads", type=count, help="suite: of the process (default: the cores there are)")


def wanted(options: argparse.Namespace) -> bool:
    """True where the suite or a task was asked for. Raises BadInput for options that only they know."""
    if options.suite or options.tasks:
        if options.task_path and not options.tasks:
            raise BadInput("--lm-eval-path says where tasks are: name them by --lm-eval, or leave it out.")
        return True
    given = {
        "--generation": options.generation, "--all": options.every, "--sets": options.sets,
        "--lm-eval-path": options.task_path, "--seed": options.seed, "--threads": options.threads,
    }
    idle = next((name for name, value in given.items() if value), None)
    if idle:
        raise BadInput(f"{idle} is for the suite: add --suite quick or --suite full, or leave it out.")
    return False


def examine(options: argparse.Namespace) -> int:
    """The suite on one generation or all. Exit code 1 where a part failed."""
    from foundling.home import Home
    from foundling.life.examining import Examined, examine_home
    from foundling.training.machine import threads_here

    asked = Examined(
        suite=options.suite, generation=options.generation, every=options.every, sets=sets_folder(options.sets),
        seed=options.seed, threads=options.threads or threads_here(), tasks=tuple(options.tasks),
        task_path=options.task_path,
    )
    home = Home.open(options.home)
    with home.locked() as notes, home.ledger() as ledger:
        for note in notes:
            print(note, file=sys.stderr)
        shown = show(examine_home(home, ledger, asked))
    scores, rest = shown.facts["scores"], {key: value for key, value in shown.facts.items() if key != "scores"}
    facts = {"home": str(options.home), "seconds": shown.seconds} | rest
    tell(options, facts | scores, _words(facts, scores))
    return 1 if facts["parts_failed"] else 0


def _words(facts: dict[str, Any], scores: dict[str, float]) -> str:
    """The headline figures, what was left out or failed, and where the page is."""
    lines = [f"generation {facts['generation']}:"]
    lines += [f"    {name.replace('_', ' ')} {value:.4g}" for name, value in list(scores.items())[:_TOLD]]
    lines += facts["notes"]
    return "\n".join([*lines, f"The page: {facts['report']}"])
