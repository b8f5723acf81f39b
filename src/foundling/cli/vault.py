"""`foundling vault HOME`: options in, whether what was promoted held on text that nobody has seen, an exit code out."""

import argparse
import json
from collections.abc import Callable
from typing import Any

from foundling.cli.showing import show, tell
from foundling.cli.values import count, positive
from foundling.records import BadInput


def add_vault(add: Callable[..., argparse.ArgumentParser]) -> None:
    """`foundling vault`, made by `add(word, what, example)`."""
    vault = add(
        "vault", "open the judge's vault once ten promotions are confirmed: did their gain hold?",
        "foundling vault wren",
    )
    vault.add_argument("a", metavar="A", nargs="?", default="",
                       help="the A of the first promotion, where the home does not keep it: weights, a recipe, a "
                       "folder of texts, a program")
    vault.add_argument("b", metavar="B", nargs="?", default="", help="the B of the newest")
    vault.add_argument("--found-why", metavar="TEXT", dest="found",
                       help="instead of opening it: what you found, which lifts a freeze and stands in the ledger")
    length = vault.add_mutually_exclusive_group()
    length.add_argument("--steps", type=count, help="recipes, texts, programs: of each training, as in the claims "
                        "(default: 100)")
    length.add_argument("--minutes", type=positive, help="the same in minutes, as in the claims")
    vault.add_argument("--threads", type=count, default=1, help="of trainings and of the judge (default: 1)")
    vault.add_argument("--i-accept-no-sandbox", action="store_true", dest="bare",
                       help="programs: I have read both, run them where no sandbox works")


def vault(options: argparse.Namespace) -> int:
    """Open it: exit code 0 where the gain held, 1 where promotion is frozen now, 2 while it is not due."""
    from foundling.life.versus.saying import opened
    from foundling.life.versus.vault import Opening, open_vault

    if bool(options.a) != bool(options.b):
        raise BadInput("Give both, the A of the first promotion and the B of the newest, or neither.")
    shown = show(open_vault(Opening(
        home=options.home, a=options.a, b=options.b, steps=options.steps, minutes=options.minutes,
        threads=options.threads, bare=options.bare, found=options.found,
    )))
    facts: dict[str, Any] = json.loads(json.dumps(shown.facts))
    tell(options, facts | {"seconds": shown.seconds}, "\n".join(opened(facts)))
    return 1 if facts["frozen"] else 0
