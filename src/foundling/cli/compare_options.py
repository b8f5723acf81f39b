"""What can be typed to compare tokenizers or architectures, and to sweep recipes: options with their help."""

import argparse
from collections.abc import Callable
from pathlib import Path

from foundling.cli.values import count, entries, folder, positive, repeats, seed
from foundling.recipe import SIZES

# Named here and not imported: tokens and the trainer cost seconds, and this is read for every command.
TOKENIZERS = ("bpe", "unigram", "wordpiece", "words", "characters", "bytes")
_SOURCES = "texts as `collect` takes them, or one home (default: the built-in stories)"
Add = Callable[..., argparse.ArgumentParser]


def add_compare(add: Add) -> None:
    """`foundling compare`."""
    compare = add(
        "compare", "hold tokenizers or architectures beside each other: same text, work and seeds",
        "foundling compare --tokenizers my-stories/ --held-out unread/ --seconds 120", home=False,
    )
    what = compare.add_mutually_exclusive_group(required=True)
    what.add_argument("--tokenizers", action="store_true", help="byte BPE, unigram, words, bytes and others")
    what.add_argument("--architectures", action="store_true", help="GPT, BERT, encoder-decoder and hybrid")
    compare.add_argument("sources", nargs="*", metavar="SOURCE", help=_SOURCES)
    compare.add_argument("--held-out", nargs="+", default=[], metavar="SOURCE", help="unread text (default: a split)")
    compare.add_argument("--size", choices=SIZES, default="tiny", help="of the decoder (default: tiny)")
    length = compare.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=positive, default=120.0, help="of training for each trial (default: 120)")
    length.add_argument("--steps", type=count, help="instead of seconds")
    compare.add_argument("--seeds", type=count, default=3, help="trainings of each (default: 3)")
    compare.add_argument("--vocabulary", type=entries, default=2048, help="tokenizers: entries at most (default: 2048)")
    compare.add_argument(
        "--kinds", nargs="+", choices=TOKENIZERS, default=list(TOKENIZERS), help="tokenizers: only these (default: all)"
    )
    compare.add_argument(
        "--parallel", type=count, help="tokenizers: trials at once, one thread each (default: as many as cores)"
    )
    compare.add_argument("--pairs", type=Path, metavar="FILE", help="architectures: minimal pairs, as BLiMP has them")
    compare.add_argument(
        "--out", type=folder, default=Path("comparison"), metavar="DIR",
        help="for the page and all that is finished, so that the same command goes on (default: comparison)",
    )


def add_sweep(add: Add) -> None:
    """`foundling sweep`."""
    sweep = add(
        "sweep", "search for a better recipe on small proxies: rates, decay, dropout, batch, depth, vocabulary",
        "foundling sweep my-stories/ --trials 40 --seconds-per-trial 60", home=False,
    )
    sweep.add_argument("sources", nargs="*", metavar="SOURCE", help=_SOURCES)
    sweep.add_argument("--size", choices=SIZES, default="tiny", help="of the proxies (default: tiny)")
    length = sweep.add_mutually_exclusive_group()
    length.add_argument("--trials", type=count, default=20, help="how many recipes; more go on (default: 20)")
    length.add_argument("--minutes", type=positive, help="begin no trial after so many minutes, instead of --trials")
    sweep.add_argument("--seconds-per-trial", type=positive, default=60.0, help="the work of a trial (default: 60)")
    sweep.add_argument("--epochs", type=positive, default=4.0, help="how often a trial reads its text (default: 4)")
    sweep.add_argument("--repeats", type=repeats, default=3, metavar="N",
                       help="other seeds for the best recipe and the default (default: 3)")
    sweep.add_argument("--parallel", type=count, help="trials at once, one thread each (default: the cores)")
    sweep.add_argument("--seed", type=seed, default=0, help="of the draws, the split and the weights (default: 0)")
    sweep.add_argument(
        "--out", type=folder, default=Path("sweep"), metavar="DIR",
        help="for the study and the page; the same command goes on there (default: sweep)",
    )
