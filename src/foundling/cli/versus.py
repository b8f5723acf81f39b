"""`foundling versus A B` and `foundling verify HOME --verdict N`: options in, a verdict in words, an exit code out."""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundling.cli.showing import show, tell
from foundling.cli.values import SETS, count, folder, page, positive, sets_folder
from foundling.home import Home, write_atomically
from foundling.records import BadInput

if TYPE_CHECKING:
    from foundling.evaluation.spaces.peer import Peer

SUITES = ("quick", "full")
KEY = "FOUNDLING_PEER_KEY"


def add_versus(add: Callable[..., argparse.ArgumentParser]) -> None:
    """`foundling versus`, made by `add(word, what, example, home)`."""
    versus = add(
        "versus", "say whether B is better than A: checkpoints, texts, corpora, recipes or trainer programs",
        "foundling versus wren:1 wren:2 --home wren", home=False,
    )
    kinds = "a home, HOME:N, a generation's folder, a text, a folder of texts, a recipe (.toml), a program (.py)"
    versus.add_argument("a", metavar="A", help=f"what is there: {kinds}")
    versus.add_argument("b", metavar="B", help="what is proposed, of the same kind")
    versus.add_argument("--home", type=folder, metavar="HOME", help="whose text judges and whose ledger is written")
    versus.add_argument("--on", choices=SUITES, default="quick", help="how many questions (default: quick)")
    versus.add_argument("--sets", type=folder, metavar="DIR", help=f"with blimp.jsonl.gz (default: {SETS})")
    versus.add_argument("--texts", type=folder, metavar="DIR",
                        help="held-out text that nobody was trained on: judges, or with --home is added to what judges")
    length = versus.add_mutually_exclusive_group()
    length.add_argument("--steps", type=count, help="of each training (default: 100)")
    length.add_argument("--minutes", type=positive, help="of each training of A; becomes a number of steps once")
    versus.add_argument("--seeds", type=count, metavar="K",
                        help="fresh runs of the test; a claim has twice as many of each side (default: the gate's own)")
    versus.add_argument("--provisional", action="store_true", help="stop before the claim")
    versus.add_argument("--threads", type=count, default=1, help="of trainings and of the judge (default: 1)")
    versus.add_argument("--out", type=folder, default=Path("versus"), metavar="DIR",
                        help="without --home: where the evidence lies (default: versus)")
    versus.add_argument("--page", type=page, metavar="FILE", help="write the page here (default: beside the evidence)")
    versus.add_argument("--peer", metavar="URL", help="two texts: also ask the model behind this OpenAI-compatible "
                        f"address, which is shown and decides nothing; its key, if any, stands in {KEY}")
    versus.add_argument("--peer-model", metavar="NAME", help="the name that the peer's server knows its model by")
    versus.add_argument("--i-accept-no-sandbox", action="store_true", dest="bare",
                        help="programs: I have read both, run them where no sandbox works")


def _peer(options: argparse.Namespace) -> "Peer | None":
    """The peer that was asked for, off by default; its key is never typed, since others see what is typed."""
    from foundling.evaluation.spaces.peer import Peer

    if options.peer is None and options.peer_model is None:
        return None
    if options.peer is None or options.peer_model is None:
        raise BadInput("--peer and --peer-model belong together: give the address and the model's name.")
    return Peer(url=options.peer, model=options.peer_model, key=os.environ.get(KEY, ""))


def versus(options: argparse.Namespace) -> int:
    """A against B; exit code 0 whatever the outcome, 2 for what cannot be judged."""
    from foundling.life.pages.versus import versus_page
    from foundling.life.versus.holding import Wish, hold
    from foundling.life.versus.saying import sentences

    shown = show(hold(Wish(
        a=options.a, b=options.b, home=options.home, out=options.out, texts=options.texts, on=options.on,
        sets=sets_folder(options.sets), seeds=options.seeds, steps=options.steps, minutes=options.minutes,
        threads=options.threads, claim=not options.provisional, bare=options.bare, peer=_peer(options),
    )))
    facts: dict[str, Any] = json.loads(json.dumps(shown.facts))
    where = options.page or (Home.open(options.home).reports if options.home else options.out) / "versus.html"
    write_atomically(where, versus_page(facts).encode("utf-8"))
    facts |= {"seconds": shown.seconds, "page": str(where)}
    return tell(options, facts, "\n".join([*sentences(facts), f"The page: {where}"]))


def add_verdict(verify: argparse.ArgumentParser) -> None:
    """What `foundling verify` knows of verdicts."""
    verify.add_argument("--verdict", type=count, metavar="N", help="derive the Nth verdict again from the files")
    verify.add_argument("--deep", action="store_true", help="with --verdict: also read the weights again")


def verify(options: argparse.Namespace) -> int:
    """One verdict from its files: exit code 0 where all is the same, 1 where something differs."""
    from foundling.life.versus.saying import what
    from foundling.life.versus.verifying import verify_verdict

    facts = show(verify_verdict(Home.open(options.home), options.verdict, deep=options.deep)).facts
    row = facts["row"]
    words = f"verdict {options.verdict} ({what(row)}: {row['outcome']}, {row['grade']})"
    said = f"{words} comes out the same." if facts["same"] else f"{words} does NOT come out: {facts['difference']}"
    tell(options, {"home": str(options.home)} | facts, "\n".join([said, *facts["notes"]]))
    return 0 if facts["same"] else 1
