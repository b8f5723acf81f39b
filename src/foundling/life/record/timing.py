"""Minutes in, steps out: a few measured steps say what one costs, and how busy the machine was with other things.

What is charged is the steps and the looks at validation text; starting up, building kernels, saving and judging are
charged to nobody. A plan that was frozen on a quiet machine may be run at leisure on a busy one.
"""

import os
import resource
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.records import BadInput

BUSY = 0.1  # of the machine, taken by others, from which a measurement is not to be trusted
_WARM = 2  # steps left out: they fill caches


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds of each measured step, of one look at validation text, and the share of the machine that others took
    meanwhile (None: not known)."""

    steps: tuple[float, ...]
    look: float = 0.0
    others: float | None = None

    @property
    def step(self) -> float:
        """The median step."""
        return statistics.median(self.steps)


class Onlooker:
    """Watches the processors while a child process works: made before it starts, asked after it ended."""

    def __init__(self) -> None:
        self.began, self.busy, self.children = time.monotonic(), _busy(), _children()

    def others(self) -> float | None:
        """The share of all processors that neither our children nor idleness took since then; None where unknown."""
        busy, passed = _busy(), time.monotonic() - self.began
        if busy is None or self.busy is None or passed <= 0:
            return None
        theirs = busy - self.busy - (_children() - self.children)
        return round(max(0.0, theirs) / passed / (os.cpu_count() or 1), 3)


def _busy() -> float | None:
    """Processor seconds that the whole machine has worked since it started."""
    try:
        ticks = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
        user, nice, system, _, _, *rest = (int(tick) for tick in ticks[:8])
        return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timing_of(events: Sequence[Mapping[str, Any]], onlooker: Onlooker) -> Timing:
    """What a measurement's step events say: looks are the difference between steps with one and steps without.

    Raises BadInput when there were too few steps.
    """
    steps = [event for event in events if event.get("event") == "step"][_WARM:]
    plain = [float(event["seconds"]) for event in steps if event.get("validation") is None]
    looks = [float(event["seconds"]) for event in steps if event.get("validation") is not None]
    if not plain:
        raise BadInput("The measurement made too few steps to say how long one takes: try again.")
    look = max(0.0, statistics.median(looks) - statistics.median(plain)) if looks else 0.0
    return Timing(steps=tuple(plain), look=look, others=onlooker.others())


def steps_in(minutes: float, timing: Timing, looks: int) -> int:
    """Steps that fit the minutes beside so many looks; at least one."""
    return max(1, int((minutes * 60.0 - looks * timing.look) / timing.step))
