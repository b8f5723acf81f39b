"""`foundling canaries HOME`: options in, planted secrets in the home's texts, or none any more, an exit code out."""

import argparse
from collections.abc import Callable

from foundling.cli.corpus import at
from foundling.cli.showing import tell
from foundling.cli.values import count, seed


def add_canaries(add: Callable[..., argparse.ArgumentParser]) -> None:
    """`foundling canaries`, made by `add(word, what, example)`."""
    canaries = add(
        "canaries", "plant made-up secrets among the texts, to measure later how much the being learnt by heart",
        "foundling canaries wren --count 24"
    )
    canaries.add_argument("--count", type=count, default=24, help="how many, told 0, 1, 4 and 16 times (default: 24)")
    canaries.add_argument("--seed", type=seed, default=0, help="of what they say (default: 0)")
    canaries.add_argument("--off", action="store_true", help="take them out again")


def canaries(options: argparse.Namespace) -> int:
    """Plant, or take out."""
    from foundling.life.planting import plant_canaries, take_out

    shown = at(options, take_out if options.off else lambda home, ledger: plant_canaries(
        home, ledger, count=options.count, seed=options.seed))
    facts = {"home": str(options.home), "station": "canaries", "seconds": shown.seconds} | shown.facts
    new = shown.facts["new_stories"]
    if options.off:
        words = f"{-new} tellings are out." if new else "No canary was planted here."
    else:
        words = (f"{options.count} canaries, told {new} times, {shown.facts['share']:.1%} of the text." if new
                 else "Nothing new: they are planted already.")
    if shown.facts["too_late"]:
        words += " The being has read its text already, so this changes nothing for it."
    elif new:
        words += f" Then: foundling prepare {options.home}"
    return tell(options, facts, words)
