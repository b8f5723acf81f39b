"""`foundling compile`: options in, a folder of texts compiled, diagnostics as a compiler prints them, an exit code out.

0 for a clean folder or warnings only, 1 for errors, 2 for input that cannot be compiled at all.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundling.cli.showing import show, tell
from foundling.cli.values import count
from foundling.records import BadInput

if TYPE_CHECKING:
    from foundling.evaluation.spaces.data.bench import Given
    from foundling.evaluation.spaces.data.check import Diagnostic
    from foundling.evaluation.spaces.data.compiler import Compiled, Wanted

_MOST = 20
_HELD_OUT = ("screen.json", "confirm.json", "vault.json")


def add_compile(add: Callable[..., argparse.ArgumentParser]) -> None:
    """`foundling compile`, made by `add(word, what, example, home)`."""
    command = add(
        "compile", "hold texts against every check of a corpus, with codes and lines as a compiler has, and pack them",
        "foundling compile my-stories/ --home wren --out packed", home=False,
    )
    command.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="texts: .txt, .md, scenes, .jsonl")
    command.add_argument("--home", type=Path, metavar="HOME", help="its tokenizer, and its held-out splits as leaks")
    command.add_argument("--tokenizer", type=Path, metavar="FILE", help="a tokenizer.json instead of the home's")
    command.add_argument("--out", type=Path, metavar="DIR", help="pack what is clean into this folder")
    command.add_argument("--against", type=Path, nargs="+", default=[], metavar="PATH",
                         help="texts of examinations or held-out splits: what shares 13 words in a row is a leak")
    command.add_argument("--strict", action="store_true", help="warnings are errors")
    command.add_argument("--select", nargs="+", default=[], metavar="CODE", help="only these checks (E, W04, E012)")
    command.add_argument("--ignore", nargs="+", default=[], metavar="CODE", help="without these checks")
    command.add_argument("--most", type=count, default=_MOST, help=f"shown of one code at most (default: {_MOST})")
    command.add_argument("--licence", default="", help="the licence of all that state none")
    command.add_argument("--source", default="", help="where all of it comes from that does not say so")
    command.add_argument("--author", default="", help="who wrote all of it that does not say so")
    command.add_argument("--consent", default="", help="who agreed to the use of all that does not say so")
    about = command.add_mutually_exclusive_group()
    about.add_argument("--explain", metavar="CODE", help="what a code means, wrong and right, and how to mend it")
    about.add_argument("--list", action="store_true", help="every check in a line")


def _newest_tokenizer(home: Path) -> Path:
    """tokenizer.json of a home's newest generation, or of the newest tokens where it was never trained."""
    from foundling.home import Home

    opened = Home.open(home)
    newest = opened.newest()
    if newest is not None:
        return opened.generation(newest) / "tokenizer.json"
    packed = sorted(opened.tokens.glob("*/tokenizer.json"), key=lambda path: (path.stat().st_mtime, path))
    if not packed:
        raise BadInput(f"{home} has no tokenizer yet: run `foundling prepare {home}`, or give --tokenizer FILE.")
    return packed[-1]


def _against(options: argparse.Namespace) -> list[Path]:
    """The evaluation texts given, and the home's splits that nobody may train on."""
    paths: list[Path] = list(options.against)
    if missing := [path for path in paths if not path.exists()]:
        raise BadInput(f"There is no file or folder {missing[0]}: check what was given to --against.")
    if options.home:
        paths += sorted(path for name in _HELD_OUT for path in (options.home / "judge").glob(f"*/{name}"))
    return paths


def _given(options: argparse.Namespace) -> "Given":
    """What the checks work with. Raises BadInput where a home, a tokenizer or an examination cannot be read."""
    from foundling.corpus.steps import fingerprints_of_files
    from foundling.evaluation.spaces.data.bench import Given
    from foundling.evaluation.spaces.data.heads import Terms
    from foundling.records import Origin
    from foundling.tokens import Tokenizer

    place = options.tokenizer or (_newest_tokenizer(options.home) if options.home else None)
    paths = _against(options)
    return Given(
        terms=Terms(source=options.source, origin=Origin(
            licence=options.licence, author=options.author, consent=options.consent)),
        tokenizer=Tokenizer.load(place) if place else None, prints=fingerprints_of_files(paths) if paths else b"",
        today=datetime.now(UTC).strftime("%Y-%m-%d"),
    )


class _Seen:
    """What of the diagnostics is shown: the first so many of each code; the rest is counted."""

    def __init__(self, most: int) -> None:
        self._most, self.counts, self.shown = most, Counter[str](), list["Diagnostic"]()
        self.compiled: Compiled | None = None

    def watch(self, wanted: "Wanted") -> Generator[Any]:
        """Compile; pass on only how far it is."""
        from foundling.evaluation.spaces.data.compiler import Compiled, compile_folder
        from foundling.records import Progress

        for event in compile_folder(wanted):
            if isinstance(event, Progress):
                yield event
            elif isinstance(event, Compiled):
                self.compiled = event
            else:
                self.counts[event.code] += 1
                if self.counts[event.code] <= self._most:
                    self.shown.append(event)

    @property
    def hidden(self) -> dict[str, int]:
        """How many of each code were counted and are not shown."""
        return {code: number - self._most for code, number in sorted(self.counts.items()) if number > self._most}


def compile_texts(options: argparse.Namespace) -> int:
    """Compile, or explain. Returns 0, or 1 where there are errors; raises BadInput for what cannot be compiled."""
    from foundling.evaluation.spaces.data import printing
    from foundling.evaluation.spaces.data.compiler import Wanted
    from foundling.evaluation.spaces.data.table import CHECKS, check_of, chosen
    from foundling.records import to_jsonable

    if options.explain or options.list:
        checks = [check_of(options.explain)] if options.explain else list(CHECKS)
        rows = [{"code": c.code, "severity": c.severity, "title": c.title, "why": c.why, "fix": c.fix} for c in checks]
        words = printing.explained(checks[0]) if options.explain else printing.listed(checks)
        return tell(options, {"checks": rows}, words)
    if options.folder is None:
        raise BadInput("Nothing to compile was given: name a folder of texts, or --explain CODE, or --list.")
    wanted = Wanted(
        folder=options.folder, given=_given(options), checks=chosen(options.select, options.ignore),
        strict=options.strict, out=options.out,
    )
    seen = _Seen(options.most)
    seconds = show(seen.watch(wanted)).seconds
    assert seen.compiled is not None
    facts = to_jsonable(seen.compiled) | {"wanted": options.out is not None, "hidden": seen.hidden}
    words = "\n".join([*map(printing.told, seen.shown), printing.told_summary(facts, seen.hidden)])
    tell(options, facts | {"diagnostics": printing.as_json(seen.shown), "seconds": seconds}, words)
    return seen.compiled.code
