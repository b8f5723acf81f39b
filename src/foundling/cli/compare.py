"""Compare and sweep: options in, trials run and shown, a page written, an exit code out."""

import argparse
from pathlib import Path
from typing import Any

from foundling.cli.showing import show, tell


def _sources(options: argparse.Namespace) -> tuple[str, ...]:
    """The sources as they were typed, or the built-in stories."""
    from foundling.corpus import BUILTIN

    return tuple(options.sources) or (str(BUILTIN),)


def _tokenizers(options: argparse.Namespace) -> tuple[dict[str, Any], str, str]:
    """Facts, table and page of the tokenizers."""
    from foundling.life.comparing.tokenizers import TokenizerContest, compare_tokenizers, table
    from foundling.life.pages.comparison import TOKENIZERS, comparison_page

    contest = TokenizerContest(
        size=options.size, seconds=options.seconds, steps=options.steps, seeds=options.seeds,
        vocabulary=options.vocabulary, kinds=tuple(options.kinds), parallel=options.parallel or 0,
    )
    shown = show(compare_tokenizers(_sources(options), contest, options.out, held_out=options.held_out))
    facts = shown.facts | {"seconds": shown.seconds}
    return facts, table(facts), comparison_page(facts, *TOKENIZERS)


def _architectures(options: argparse.Namespace) -> tuple[dict[str, Any], str, str]:
    """Facts, table and page of the architectures."""
    from foundling.life.comparing.architectures import Contest, compare_architectures, table
    from foundling.life.pages.comparison import ARCHITECTURES, comparison_page

    contest = Contest(
        size=options.size, seconds=options.seconds, steps=options.steps, seeds=options.seeds,
        pairs=str(options.pairs) if options.pairs else None,
    )
    shown = show(compare_architectures(_sources(options), contest, options.out, held_out=options.held_out))
    facts = shown.facts | {"seconds": shown.seconds}
    return facts, table(facts), comparison_page(facts, *ARCHITECTURES)


def compare(options: argparse.Namespace) -> int:
    """Tokenizers or architectures beside each other."""
    from foundling.home import write_atomically
    from foundling.life.folder import held_folder
    from foundling.records import canonical_json

    out: Path = options.out
    what = "tokenizers" if options.tokenizers else "architectures"
    with held_folder(out):
        facts, words, page = (_tokenizers if options.tokenizers else _architectures)(options)
        write_atomically(out / f"{what}.html", page.encode("utf-8"))
        write_atomically(out / f"{what}.json", canonical_json(facts))
    facts |= {"page": str(out / f"{what}.html")}
    return tell(options, facts, f"{words}\n\nThe page: {facts['page']}")


def sweep(options: argparse.Namespace) -> int:
    """A search for a better recipe."""
    from foundling.life.sweeping.sweep import Wish, sweep

    wish = Wish(
        sources=_sources(options), out=options.out, size=options.size, trials=options.trials, minutes=options.minutes,
        seconds_per_trial=options.seconds_per_trial, epochs=options.epochs, repeats=options.repeats,
        parallel=options.parallel or 0, seed=options.seed,
    )
    shown = show(sweep(wish))
    words = "\n".join(shown.facts["sentences"])
    return tell(options, shown.facts | {"seconds": shown.seconds}, f"{words}\n\nThe page: {shown.facts['page']}")
