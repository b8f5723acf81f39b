"""Each command: options in, stations run, their events shown, an exit code out. Torch is imported where it is used."""

import argparse
import glob
import sys
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundling.cli import compare, corpus, examining, judgement, record, versus
from foundling.cli.showing import Shown, show, tell
from foundling.home import Home, check_name, remove_folder
from foundling.records import BadInput

_TERMS = ("licence", "consent", "author", "column")
_TURN, _LONGEST = 1.5, 30.0  # seconds: of a turn of training; from which a step of attention is left out
Command = Callable[[argparse.Namespace], int]


def _whole(source: str) -> str:
    """A path from the root, so that a later run finds it from anywhere; an address or a name as it was typed."""
    if "://" in source or source.startswith("hf:"):
        return source
    if not glob.has_magic(source) and not Path(source).exists():
        raise BadInput(f"There is no file or folder {source}: check what was given.")
    return str(Path(source).absolute())


def _home(options: argparse.Namespace) -> Home:
    """The home a birth command works on: made when it is new and a name is given, else opened and checked."""
    path: Path = options.home
    if (path / "being.toml").exists():
        home = Home.open(path)
        if options.name and check_name(options.name) != home.name:
            raise BadInput(f"{path} is the home of {home.name}, not of {options.name}: give another folder.")
        return home
    if not options.name:
        raise BadInput(f"{path} is no home yet: give the new being a name, as in --name Wren.")
    settings = {
        "stories": [_whole(source) for source in options.sources], "size": options.size,
        "minutes": options.minutes, "steps": options.steps or 0, "seed": options.seed,
    } | {key: value for key in _TERMS if (value := getattr(options, key, ""))}
    return Home.create(path, options.name, datetime.now(UTC).strftime("%Y-%m-%d"), settings)


def _walk(options: argparse.Namespace, last: str) -> Shown:
    """Hold the home's lock and walk the stations up to `last`, showing what each read and wrote."""
    from foundling.cli.corpus import cleaning_of
    from foundling.life.way import walk

    fresh = not (options.home / "being.toml").exists()
    home = _home(options) if hasattr(options, "sources") else Home.open(options.home)
    try:
        with home.locked() as notes:
            for note in notes:
                print(note, file=sys.stderr)
            return show(walk(home, last, cleaning_of(options), getattr(options, "processes", 1)))
    except BadInput:
        if fresh and not _begun(home):  # or its settings would hold what was refused, and every later run obey them
            remove_folder(home.path)
        raise


def _begun(home: Home) -> bool:
    """True once texts were collected."""
    with home.ledger() as ledger:
        return ledger.last("collect") is not None


def _raise(options: argparse.Namespace) -> int:
    shown = _walk(options, "report")
    home = Home.open(options.home)
    facts = {"home": str(options.home), "name": home.name, "seconds": shown.seconds} | shown.summary
    return tell(options, facts, (
        f"{home.name} is born. Report: {options.home / 'reports' / 'birth.html'}\n"
        f"Talk with it: foundling talk {options.home}   or   foundling serve {options.home} --open"
    ))


def _station(last: str) -> Command:
    def command(options: argparse.Namespace) -> int:
        shown = _walk(options, last)
        facts = {"home": str(options.home), "station": last, "seconds": shown.seconds}
        return tell(options, facts | shown.facts, "done.")
    return command


def _collect(options: argparse.Namespace) -> int:
    """The first collection of a home, or more texts for one that is there."""
    if (options.home / "being.toml").exists() and options.sources:
        return corpus.add_sources(options)
    if options.name is None and not (options.home / "being.toml").exists():
        options.name = options.home.name.capitalize()  # `foundling collect wren stories/` names the being Wren
    return _station("collect")(options)


def _history(options: argparse.Namespace) -> int:
    from foundling.life.history import generations

    rows = generations(Home.open(options.home))
    lines = []
    for row in rows:
        lines.append(f"generation {row['generation'] or '-'}  parents {row['parents'] or 'none'}  born {row['born']}")
        lines.append(f"    {row['verdict']}")
        if scores := [f"{name.replace('_', ' ')} {row['scores'][name]:.3f}" for name in _TOLD if name in row["scores"]]:
            lines.append(f"    {', '.join(scores)}")
    return tell(options, {"home": str(options.home), "generations": rows}, "\n".join(lines) or "no generation yet")


_TOLD = ("bits_per_byte", "perplexity", "name_hold", "name_leak")


def _examine(options: argparse.Namespace) -> int:
    """The suite where one was asked for, else the birth's own examination."""
    return examining.examine(options) if examining.wanted(options) else _station("report")(options)


def _verify(options: argparse.Namespace) -> int:
    if options.verdict is not None:
        return versus.verify(options)
    if options.deep:
        raise BadInput("--deep reads the weights of one verdict again: add --verdict N.")
    counts = Home.open(options.home).verify()
    words = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items())
    return tell(options, {"home": str(options.home), "verified": counts}, f"all is as it was written: {words}")


def _talk(options: argparse.Namespace) -> int:
    from foundling.cli.talk import run

    return run(
        options.home, json_output=options.json, name=options.speaker, temperature=options.temperature, seed=options.seed
    )


def _serve(options: argparse.Namespace) -> int:
    from foundling.server.run import serve

    return serve(
        options.home, port=options.port, open_browser=options.open, seed=options.seed, json_output=options.json
    )


def _score(options: argparse.Namespace) -> int:
    from foundling.evaluation.textfile import score_file

    home = Home.open(options.home)
    notes: list[str] = []
    number = home.chosen(options.generation, notes)
    for note in notes:
        print(note, file=sys.stderr)
    scores = {s.name: s.value for s in score_file(home.generation(number), options.text, options.stride)}
    facts = {"home": str(options.home), "generation": number, "text": str(options.text), "stride": options.stride}
    words = ", ".join(f"{k} {v:,.4f}" for k, v in scores.items())
    return tell(options, facts | scores, f"generation {number} on {options.text}: {words}")


def _bench(options: argparse.Namespace) -> int:
    if options.part == "corpus":
        return corpus.race(options)
    if options.part == "attention":
        return _bench_attention(options)
    from foundling.evaluation.speed import rounding_cost, table

    rows = show(_bench_events(options)).facts["bench"]
    rows += rounding_cost(Home.open(options.home)) if options.home else []
    return tell(options, {"bench": rows}, table(rows))


def _bench_events(options: argparse.Namespace) -> Generator[Any]:
    """The bench as a station: its words while it measures, its rows at the end."""
    from foundling.evaluation.speed import bench
    from foundling.life.stations import Done

    rows = yield from bench(options.part, options.seconds or _TURN, options.shape)
    yield Done(station="bench", facts={"rows": len(rows), "bench": rows})


def _bench_attention(options: argparse.Namespace) -> int:
    """Each kind of attention at growing lengths: a table, and a page with the curves."""
    from foundling.evaluation.attention_speed import attention_table, bench_attention
    from foundling.home import write_atomically
    from foundling.life.pages.attention_plot import attention_page

    rows, page = bench_attention(options.seconds or _LONGEST), Path("attention.html")
    write_atomically(page, attention_page(rows).encode("utf-8"))
    return tell(options, {"bench": rows, "page": str(page)}, f"{attention_table(rows)}\n\nThe page: {page}")


def _world(options: argparse.Namespace) -> int:
    from foundling.cli.world import run

    return run(options)


COMMANDS: dict[str, Command] = {
    "raise": _raise, "collect": _collect, "dropped": corpus.dropped, "curate": corpus.curate,
    "audit": corpus.audit, "plan": corpus.plan, "prepare": _station("plan"), "pretrain": _station("pretrain"),
    "name": _station("name"), "examine": _examine, "talk": _talk, "serve": _serve, "score": _score,
    "history": _history, "verify": _verify, "bench": _bench, "world": _world,
    **judgement.COMMANDS,
    "compare": compare.compare, "sweep": compare.sweep, "record": record.record, "curve": record.curve,
}
