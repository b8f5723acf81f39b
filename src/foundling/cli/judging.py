"""`foundling judge-the-judge`: options in, how often the judge is wrong, measured, out."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from foundling.cli.values import count, page, positive, seed


def add_judging(add: Callable[..., argparse.ArgumentParser]) -> None:
    """judge-the-judge, made by `add(word, what, example, home)`."""
    judge = add(
        "judge-the-judge", "measure the judge itself: its false promotions and its power, in worlds and by canaries",
        "foundling judge-the-judge --repeats 200", home=False,
    )
    judge.add_argument("--candidates", type=count, default=300, help="of a simulated life (default: 300)")
    judge.add_argument("--repeats", type=count, default=200, help="lives of every world (default: 200)")
    judge.add_argument("--sigma", type=positive, default=0.004,
                       help="how much seeds alone change the bits per byte (default: 0.004)")
    judge.add_argument("--home", type=Path, metavar="HOME", help="also the canaries that were planted in this home")
    judge.add_argument("--seed", type=seed, default=0, help="of the simulation (default: 0)")
    judge.add_argument("--page", type=page, metavar="FILE", help="also write a page with the power's curve")


def judge_the_judge(options: argparse.Namespace) -> int:
    """Run the simulated worlds, read the home's canaries, print the table."""
    from foundling.cli.showing import show, tell
    from foundling.evaluation.versus.rehearsal import Rehearsal
    from foundling.home import Home, write_atomically
    from foundling.life import judging
    from foundling.life.pages.judging import judging_page
    from foundling.records import BadInput

    if not math.isfinite(options.sigma) or options.sigma > 0.1:
        raise BadInput(f"A noise of {options.sigma} bits per byte drowns every gain: give one up to 0.1.")
    asked = Rehearsal(
        candidates=options.candidates, repeats=options.repeats, sigma=options.sigma, seed=options.seed)
    shown = show(judging.judge_the_judge(asked, Home.open(options.home) if options.home else None))
    facts = shown.facts | {"seconds": shown.seconds}
    if options.page:
        write_atomically(options.page, judging_page(shown.facts).encode("utf-8"))
        facts |= {"page": str(options.page)}
    words = judging.table(facts) + (f"\n\nThe page: {options.page}" if options.page else "")
    return tell(options, facts, words)
