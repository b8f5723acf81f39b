"""A stream of station events in, a person's view of it on stderr out: bars with time left, what each station wrote.

And the last word of a command on stdout, as JSON or as a sentence.
"""

import argparse
import json
import re
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from foundling.life.stations import Done
from foundling.life.words import fact_words

_LEFT_OUT = ("way",)
_ADDRESS = re.compile(r"[0-9a-f]{16,64}")  # of a folder: a name for machines


@dataclass(kw_only=True)
class Shown:
    """What was seen: the facts of the last station, a summary of the whole way, and the seconds it took."""

    facts: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    return f"{minutes}:{rest:02d} left"


def _words(facts: dict[str, Any]) -> str:
    """The facts of a station in one line, without what is long and without addresses."""
    told = {
        key: value for key, value in facts.items()
        if key not in _LEFT_OUT and value not in (None, "") and not isinstance(value, dict | list | tuple)
        and not _ADDRESS.fullmatch(str(value))
    }
    return ", ".join(f"{key.replace('_', ' ')} {fact_words(key, value)}" for key, value in told.items())


def tell(options: argparse.Namespace, facts: dict[str, Any], sentence: str) -> int:
    """The end of a command: its facts as one JSON object, or words; returns the exit code 0."""
    print(json.dumps(facts, sort_keys=True) if options.json else sentence)
    return 0


def show(events: Generator[Any]) -> Shown:
    """Consume the events to their end, drawing on stderr, and give back what they said."""
    console, shown, began = Console(stderr=True, highlight=False), Shown(), time.monotonic()
    columns = (
        TextColumn("{task.description:<18}"), BarColumn(bar_width=28), TextColumn("{task.fields[left]:<11}"),
        TextColumn("{task.fields[text]}"),
    )
    # Closed at once when a person stops us, so that the trainer has saved and ended before the home is let go.
    with Progress(*columns, console=console, transient=True) as bars, closing(events):
        task = bars.add_task("starting", total=None, left="", text="")
        last = 0.0
        for event in events:
            if isinstance(event, Done):
                mark = "" if event.fresh else "(was done) "
                if words := mark + _words(event.facts):
                    console.print(f"[bold]{event.station:<10}[/bold] ", end="")
                    console.print(words, markup=False, overflow="fold")
                shown.facts = event.facts
                shown.summary |= dict(event.facts.get("scores") or {}) | {
                    key: event.facts[key] for key in ("verdict", "report", "generation") if key in event.facts
                }
            else:
                bars.update(
                    task, description=event.station, text=event.text, left=_clock(event.seconds_left),
                    completed=event.done, total=event.total or None,
                )
                now = time.monotonic()
                if not console.is_terminal and now - last > 10:
                    console.print(f"{event.station}: {event.text} {_clock(event.seconds_left)}", markup=False)
                    last = now
    shown.seconds = round(time.monotonic() - began, 1)
    return shown
