"""`foundling record` and `foundling curve`: options in, a record run or a training page written, an exit code out."""

import argparse
from collections.abc import Callable
from pathlib import Path

from foundling.cli.showing import show, tell
from foundling.cli.values import count, folder, page, positive, seed
from foundling.home import Home

TRACKS, PEERS = ("sprint", "marathon"), ("trainer", "trainer-bf16")


def add_record(add: Callable[..., argparse.ArgumentParser]) -> None:
    """record and curve, each made by `add(word, what, example, home)`."""
    record = add(
        "record", "run the small-data record: the same text, minutes and judge for us and for a peer",
        "foundling record record --train stories/train --heldout stories/heldout --track sprint", home=False,
    )
    record.add_argument("place", type=folder, metavar="FOLDER", help="where runs, results and the page are kept")
    record.add_argument("--train", type=Path, required=True, metavar="DIR", help="the texts to train on (.txt)")
    record.add_argument("--heldout", type=Path, required=True, metavar="DIR", help="the judge's texts (.txt)")
    record.add_argument("--track", choices=TRACKS, default="sprint", help="10 minutes or 4 hours (default: sprint)")
    other = record.add_mutually_exclusive_group()
    other.add_argument("--peer", choices=PEERS, default="", help="run transformers' Trainer instead of our own side")
    other.add_argument(
        "--beside", default="", metavar="NAME=COMMAND",
        help="run a command of yours instead, which gets TRAIN HELDOUT MINUTES SEED THREADS OUT and writes its figures",
    )
    record.add_argument(
        "--seeds", nargs="+", type=seed, default=[0, 1, 2], metavar="N",
        help="those to run now; others of the same plan that are through stay in the result (default: 0 1 2)",
    )
    record.add_argument("--minutes", type=positive, help="instead of the track's")
    record.add_argument("--threads", type=count, help="of timing, runs and judge (default: the cores there are)")
    record.add_argument("--plan", action="store_true", help="only time the steps and freeze the plan; run it later")

    curve = add("curve", "write the page of the training's curves: loss, gap, gradients, rate, speed, their meaning",
                "foundling curve wren")
    curve.add_argument("--out", type=page, metavar="FILE", help="page (default: reports/training.html in the home)")


def record(options: argparse.Namespace) -> int:
    """Run a side of a track, and write its result and the page."""
    from foundling.life.pages.record import record_table
    from foundling.life.record.contest import Wanted, hold_record, read_results

    shown = show(hold_record(Wanted(
        place=options.place, train=options.train, heldout=options.heldout, track=options.track, peer=options.peer,
        beside=options.beside, seeds=tuple(options.seeds), minutes=options.minutes, threads=options.threads,
        planned=options.plan,
    )))
    facts = shown.facts | {"seconds": shown.seconds}
    words = "The plan is frozen; the same command without --plan runs it."
    if not options.plan:
        words = f"{record_table(read_results(options.place))}\n\nThe page: {shown.facts['page']}"
    return tell(options, facts, words)


def curve(options: argparse.Namespace) -> int:
    """The training page of a home's newest being."""
    from foundling.life.curving import write_curves

    facts = write_curves(Home.open(options.home), options.out)
    words = "\n".join([*facts["said"], f"The page: {facts['page']}"])
    return tell(options, facts, words)
