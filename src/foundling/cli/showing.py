"""A stream of station events in, a person's view of it on stderr out: bars with time left, what each station wrote."""

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from foundling.life.stations import Done

_LEFT_OUT = ("way",)


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
    """The facts of a station in one line, without what is long."""
    def word(value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:,}" if isinstance(value, int) else str(value)

    told = {
        key: value for key, value in facts.items()
        if key not in _LEFT_OUT and value not in (None, "") and not isinstance(value, dict | list | tuple)
    }
    return ", ".join(f"{key.replace('_', ' ')} {word(value)}" for key, value in told.items())


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
                console.print(f"[bold]{event.station:<10}[/bold] {mark}", end="")
                console.print(_words(event.facts), markup=False, overflow="fold")
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
