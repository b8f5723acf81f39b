"""Programs that take turns on one machine: commands flow in, what each of them did in every round flows out.

A side is a process that writes a JSON line whenever a piece of its work is done. While one works all others stand still
(SIGSTOP), so each starts and warms up once however many rounds there are, and what else the machine does falls on all.
A side whose clock is its own waits for a line on its standard input before every piece, or it would count the standing.
It knows neither what is compared nor what the lines say beyond {"event": "step"} and {"event": "error", "text": ...}.
"""

import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from foundling.records import BadInput, Progress

ROUNDS = 3  # of which the median counts


@dataclass(frozen=True, kw_only=True)
class Side:
    """A contestant's name and how its process is started."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None


@dataclass(kw_only=True)
class Raced:
    """What came of a side: seconds from its start to its first piece of work, and each round's events, every one with
    our clock's seconds under `wall`; or why there is nothing, under `missing`."""

    first: float = 0.0
    rounds: list[list[dict[str, Any]]] = field(default_factory=list)
    missing: str | None = None


class Racer:
    """One side's process, begun when this is made; after its first `turn` it moves only in turns. Closing ends it."""

    def __init__(self, side: Side) -> None:
        self.name, self._open = side.name, ExitStack()
        self._errors = Path(self._open.enter_context(tempfile.TemporaryDirectory())) / "errors.txt"
        environment = None if side.environment is None else dict(side.environment)
        with self._errors.open("wb") as errors:
            self._process = self._open.enter_context(subprocess.Popen(
                list(side.command), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, encoding="utf-8", errors="replace",
            ))

    def __enter__(self) -> "Racer":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            self._open.close()  # the pipes with it

    def turn(self, seconds: float) -> list[dict[str, Any]]:
        """Let it work for at least so long, and to the end of a piece. Raises BadInput in its words when it ended."""
        done, began = list[dict[str, Any]](), time.perf_counter()
        last = began
        self._process.send_signal(signal.SIGCONT)
        while not done or last - began < seconds:
            self._go()
            event = self._piece()
            now = time.perf_counter()
            done.append(event | {"wall": now - last})
            last = now
        self._process.send_signal(signal.SIGSTOP)
        return done

    def _go(self) -> None:
        """A line on its standard input, for sides that read their own clock: SIGSTOP finds them waiting for it."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, and `_piece` says why
            self._process.stdin.write("\n")
            self._process.stdin.flush()

    def _piece(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line) if line.startswith('{"') else {}  # libraries print there too
            if event.get("event") == "error":
                raise BadInput(str(event["text"]))
            if event.get("event") == "step":
                return dict(event)
        code = self._process.wait()
        words = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
        raise BadInput(f"The measurement of {self.name} ended with code {code}: {words[-1]}")


def race(
    sides: Sequence[Side], *, station: str, seconds: float, later: float = 0.0
) -> Generator[Progress, None, dict[str, Raced]]:
    """Start all sides one by one, then `ROUNDS` rounds of turns of at least so many seconds each.

    later: how many times as long as this race all that is to come after it takes, for the time left that is told.
    """
    began, lengths, found = time.monotonic(), dict[str, float](), {side.name: Raced() for side in sides}

    def told(side: Side, text: str, turns: int) -> Progress:
        """turns: how many are to come; each is taken to last what the latest one of each side did on average."""
        left = None
        if lengths:
            here = turns * sum(lengths.values()) / len(lengths)
            left = here + later * (time.monotonic() - began + here)
        return Progress(station=station, text=f"{side.name}, {text}", seconds_left=left)

    with ExitStack() as stack:
        racers = dict[str, Racer]()
        for number, side in enumerate(sides):
            yield told(side, "starting", (1 + ROUNDS) * len(sides) - number)
            racer, mine = stack.enter_context(Racer(side)), found[side.name]
            try:
                mine.first = lengths[side.name] = racer.turn(0.0)[0]["wall"]
                racers[side.name] = racer
            except BadInput as fault:
                mine.missing = str(fault)
        for number in range(ROUNDS):
            for side in sides:
                if side.name in racers:
                    yield told(side, f"round {number + 1} of {ROUNDS}", (ROUNDS - number) * len(racers))
                    found[side.name].rounds.append(racers[side.name].turn(seconds))
                    lengths[side.name] = sum(event["wall"] for event in found[side.name].rounds[-1])
    return found
