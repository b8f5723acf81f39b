"""What can be typed to gather, clean, look at, choose and audit texts, and to plan: options with their help."""

import argparse
from collections.abc import Callable
from pathlib import Path

from foundling.cli.values import count, page, positive, seed, tokens
from foundling.recipe import SIZES

OBJECTIVES = ("balanced", "depth", "diversity", "feelings")
HOPES = ("story", "name", "questions", "fluent", "assistant")


def add_collect(command: argparse.ArgumentParser) -> None:
    """Sources and what a person states about all of them."""
    command.add_argument(
        "sources", nargs="*", metavar="SOURCE",
        help="files, folders, globs, archives, http(s) addresses, sitemaps, hf:NAME (default: the built-in stories "
        "and the village's)",
    )
    command.add_argument("--licence", default="", help="the licence of all of it, if you know it: 'CC BY-SA 4.0', own")
    command.add_argument("--consent", default="", help="who agreed to its use: own, public, 'given by Ada'")
    command.add_argument("--author", default="", help="who wrote it, where the files do not say")
    command.add_argument("--column", default="", help="the column with the text, in tables (default: by its name)")


def add_prepare(command: argparse.ArgumentParser) -> None:
    """What is cleaned and what is left out; without any option, what was asked the last time, or the defaults."""
    command.add_argument("--language", nargs="+", metavar="CODE", help="keep these languages: en de (default: all)")
    command.add_argument("--lower", action="store_true", help="make everything lower case")
    command.add_argument("--plain", action="store_true", help="remove special characters")
    command.add_argument(
        "--quality", choices=("web", "all", "none"),
        help="which texts the rules of Gopher, C4 and FineWeb judge: those from the web, all, none (default: web)",
    )
    command.add_argument("--least-words", type=count, metavar="N", help="leave out texts with fewer words")
    command.add_argument("--licences", nargs="+", metavar="NAME", help="keep texts under these licences only")
    command.add_argument("--keep-personal", action="store_true", help="leave mail addresses, phone numbers as they are")
    command.add_argument(
        "--keep-out", nargs="+", type=Path, metavar="PATH",
        help="files or folders of evaluation texts: whatever shares 13 words in a row with them is left out",
    )


def add_corpus(add: Callable[..., argparse.ArgumentParser]) -> None:
    """dropped, curate, audit and plan, each made by `add(word, what, example, home)`."""
    dropped = add(
        "dropped", "show what was left out, why and where, and put it back", "foundling dropped wren --step quality"
    )
    dropped.add_argument("--step", help="only what this step left out")
    dropped.add_argument("--count", type=count, default=20, help="how many to show (default: 20)")
    dropped.add_argument("--restore", nargs="+", metavar="ID", help="put these back; the next `prepare` keeps them")

    curate = add("curate", "choose the best texts up to a budget of tokens", "foundling curate wren --tokens 1.24M")
    curate.add_argument("--tokens", type=tokens, default=1_240_000, help="how much to choose (default: 1.24M)")
    curate.add_argument("--objective", choices=OBJECTIVES, default="balanced", help="what for (default: balanced)")
    curate.add_argument("--pin", nargs="+", default=[], metavar="TITLE", help="these are in: titles (with * ) or ids")
    curate.add_argument("--ban", nargs="+", default=[], metavar="TITLE", help="these are out: titles (with * ) or ids")
    curate.add_argument("--feelings", type=Path, metavar="DIR", help="GoEmotions, to train the reader of feelings on")
    curate.add_argument("--off", action="store_true", help="forget the choice: read everything again")

    audit = add("audit", "write the data card: what is in the corpus, from whom, on what terms", "foundling audit wren")
    audit.add_argument("--bias", type=Path, metavar="DIR", help="CrowS-Pairs and WinoBias, to measure the being on")
    audit.add_argument("--generation", type=count, help="which generation is measured (default: the newest)")

    plan = add(
        "plan", "say before any work what is feasible: sizes, hours, memory, quality, cost",
        "foundling plan my-stories/ --minutes 60 --hope name", home=False,
    )
    plan.add_argument("sources", nargs="*", metavar="SOURCE", help="the texts (default: built-in ones, the village)")
    plan.add_argument("--tokens", type=tokens, help="instead of sources: so much text, in tokens of 4.03 bytes")
    plan.add_argument("--minutes", type=positive, help="the time there is (default: a day)")
    plan.add_argument("--size", choices=("auto", *SIZES), default="auto", help="look at one size only (default: all)")
    plan.add_argument("--hope", choices=HOPES, default="story", help="what it shall be able to do (default: story)")
    plan.add_argument("--watts", type=positive, help="what the machine draws at work (default: by its cores)")
    plan.add_argument("--kwh-price", type=positive, help="of a kilowatt hour, in your money")
    plan.add_argument("--gpu-price", type=positive, help="of a rented GPU for an hour, in your money")
    plan.add_argument("--calibrate", action="store_true", help="fit the forecast to this machine and text first")
    plan.add_argument("--seed", type=seed, default=0, help="of the calibration (default: 0)")
    plan.add_argument("--out", type=page, default=Path("plan.html"), metavar="FILE", help="page (default: plan.html)")
