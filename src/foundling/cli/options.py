"""What can be typed: one parser with every command and option, each command with an example. It does nothing itself."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from foundling.cli.compare_options import add_compare, add_sweep
from foundling.cli.corpus_options import add_collect, add_corpus, add_prepare
from foundling.cli.examining import add_examining
from foundling.cli.judgement import add_judgement
from foundling.cli.record import add_record
from foundling.cli.values import BUILTIN, count, folder, port, positive, seed, temperature
from foundling.cli.versus import add_verdict
from foundling.cli.world_options import add_world
from foundling.recipe import SIZES
from foundling.records import BadInput

_ABOUT = """Raise a language model of your own: from a folder of stories to a named being that talks. All of it runs
on this machine, offline.

example:
  foundling raise wren --name Wren        a being from the built-in stories, in a few minutes
  foundling talk wren                     talk with it"""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence and exit code 2, in JSON too when that was asked for."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[0].upper()}{message[1:]}; see `{self.prog} --help`.")


def _birth(command: argparse.ArgumentParser) -> None:
    """What a home is begun with; of an existing home only the stations that are not done yet are run."""
    command.add_argument("--name", help="the being's name (needed for a new home)")
    command.add_argument("--size", choices=("auto", *SIZES), default="auto", help="the one dial (default: auto)")
    length = command.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=positive, default=6.0, help="training budget (default: 6)")
    length.add_argument("--steps", type=count, help="pre-training steps outright, instead of minutes")
    command.add_argument("--seed", type=seed, default=0, help="of everything random (default: 0)")


def _raise(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--stories", nargs="+", dest="sources", default=[], metavar="SOURCE",
        help="files, folders, archives or addresses, as `collect` takes them (default: the built-in stories and the "
        "village's)",
    )
    _birth(command)


def _pretrain(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--processes", type=count, default=1, metavar="N", help="so many processes train as one (default: 1)"
    )


def _collect(command: argparse.ArgumentParser) -> None:
    add_collect(command)
    _birth(command)


def _word(
    commands: "argparse._SubParsersAction[_Parser]", word: str, what: str, example: str
) -> argparse.ArgumentParser:
    """A command with its help, an example and --json."""
    command = commands.add_parser(
        word, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="one JSON object on stdout; progress stays on stderr")
    return command


def _world(commands: "argparse._SubParsersAction[_Parser]") -> None:
    """`foundling world` and the words after it."""
    what = "a simulated village: narrate it, ask about it, measure it, watch it, live in it"
    world = commands.add_parser(
        "world", help=what, description=f"{what[0].upper()}{what[1:]}.",
        epilog="example:\n  foundling world watch --seed 4 --open",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = world.add_subparsers(dest="word", required=True, metavar="WORD", parser_class=_Parser)
    add_world(lambda word, what, example: _word(words, word, what, example))


def _temperature(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--temperature", type=temperature, default=0.7, help="0 takes the likeliest word (default: 0.7)"
    )
    command.add_argument("--seed", type=seed, default=0, help="of what it says (default: 0)")


def _being(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What one can do with a being that was raised: talk, serve, score, each made by `add(word, what, example)`."""
    talk = add(
        "talk", "talk with the being in the terminal; `Ada: hello` speaks as Ada", "foundling talk wren --as Ada"
    )
    talk.add_argument("--as", dest="speaker", default="Visitor", help="your name (default: Visitor)")
    _temperature(talk)
    serve = add(
        "serve", "open the being's room in the browser, on this machine only", "foundling serve wren --port 8420"
    )
    serve.add_argument("--port", type=port, default=8420, help="on 127.0.0.1; 0 takes any free one (default: 8420)")
    serve.add_argument("--open", action="store_true", help="open the room in the browser")
    serve.add_argument("--seed", type=seed, default=0, help="of what it says (default: 0)")
    score = add("score", "score any text: bits per byte and perplexity", "foundling score wren --text book.txt")
    score.add_argument("--text", type=Path, required=True, metavar="FILE", help="the text, UTF-8")
    score.add_argument("--stride", type=count, default=128, help="positions scored per window (default: 128)")
    score.add_argument("--generation", type=count, help="which generation (default: the newest)")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(prog="foundling", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def add(word: str, what: str, example: str, home: bool = True) -> argparse.ArgumentParser:
        command = _word(commands, word, what, example)
        if home:
            command.add_argument("home", type=folder, metavar="HOME", help="the being's folder")
        return command

    extend: tuple[tuple[str, str, str, Callable[[argparse.ArgumentParser], None] | None], ...] = (
        ("raise", "raise a being: all stations in order, going on where an earlier run stopped",
         "foundling raise wren --name Wren --stories my-stories/ --minutes 20", _raise),
        ("collect", "gather texts from files, folders, archives, dumps and the web into the home",
         "foundling collect wren my-stories/ book.epub mails.mbox https://example.org/", _collect),
        ("prepare", "clean, filter and split the texts, train the tokenizer, pack the tokens, freeze the plan",
         "foundling prepare wren --language en", add_prepare),
        ("pretrain", "train the decoder from nothing on the packed stories", "foundling pretrain wren", _pretrain),
        ("name", "give the being its name: supervised turns, then preferences", "foundling name wren", None),
        ("examine", "hold the named being against its base and write the report", "foundling examine wren",
         add_examining),
        ("history", "show the generations, their parents, scores and verdicts", "foundling history wren", None),
        ("verify", "hold every file and the ledger's chain against their hashes", "foundling verify wren", add_verdict),
    )
    for word, what, example, more in extend:
        command = add(word, what, example)
        if more:
            more(command)

    _being(add)
    bench = add("bench", "measure speed beside transformers on this machine, as ratios", "foundling bench", home=False)
    bench.add_argument(
        "--part", choices=("all", "train", "generate", "attention", "corpus"), default="all",
        help="what to measure; attention and corpus, cleaning beside datatrove's, are not in all (default: all)",
    )
    bench.add_argument("--texts", type=Path, default=BUILTIN, metavar="DIR", help="corpus: .txt files to repeat")
    bench.add_argument("--megabytes", type=count, default=100, help="corpus: how much to clean (default: 100)")
    bench.add_argument("--home", type=Path, metavar="HOME", help="also measure what int8 costs this being")
    bench.add_argument(
        "--shape", nargs="+", choices=("S", "M"), default=["S", "M"], metavar="S",
        help="train and generate: S, of 5.8M parameters, M, of 49M (default: S M)",
    )
    bench.add_argument(
        "--seconds", type=positive, metavar="S",
        help="train: each turn of a side at least (default: 1.5); attention: the longest step (default: 30)",
    )
    add_corpus(add)
    add_compare(add)
    add_sweep(add)
    add_record(add)
    add_judgement(add)
    _world(commands)
    return top
