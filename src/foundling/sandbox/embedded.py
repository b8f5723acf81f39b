"""An interpreter in place of a fence: source and calls flow in, plain values flow out, on every system.

It knows Python's language and almost none of its library, and has no file, no network and no process to give away: its
worker is a process of its own. What needs more than that is told to need more; nothing is ever run outside of it.
"""

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foundling.sandbox.limits import Limits

PACKAGE, DEEPEST, WIDEST = "pydantic_monty", 50, 14_000  # bits: what Python turns into decimals


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """What came of a source: whether it is Python, what went wrong while it was read, and each call's answer.

    An answer is `{"value": ...}` of plain values, or `{"raised": ...}` with the name of what was raised.
    """

    parses: bool
    wrong: str
    answers: tuple[dict[str, Any], ...] = ()


def present() -> bool:
    """Whether the embedded interpreter is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def plain(value: Any, depth: int = 0) -> Any:
    """The value as JSON has it. Raises ValueError for whatever is no plain value: an object, an endless number."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if type(value) is int and value.bit_length() > WIDEST:
        raise ValueError("a number too long to write")
    if value is None or type(value) in (bool, int, str) or (type(value) is float and math.isfinite(value)):
        return value
    if type(value) in (list, tuple):
        return [plain(each, depth + 1) for each in value]
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: plain(each, depth + 1) for key, each in value.items()}
    raise ValueError(f"a {type(value).__name__}")


def interpret(source: str, calls: Sequence[str], limits: Limits) -> Embedded:
    """Read the source, then make each call, in one interpreter that is gone afterwards."""
    import pydantic_monty as monty

    bounds = monty.ResourceLimits(max_feed_duration_secs=min(limits.wall, limits.cpu), max_memory=limits.memory)
    said = monty.CollectString(max_bytes=limits.output)
    faults = (monty.MontyError, ValueError, MemoryError, RecursionError)

    def name(fault: Exception) -> str:
        return str(fault).partition(":")[0].partition("\n")[0][:60]

    with monty.Monty() as machine, machine.checkout(limits=bounds) as session:
        try:
            session.feed_run(source, print_callback=said)
        except monty.MontySyntaxError as fault:
            return Embedded(parses=False, wrong=str(fault).partition("\n")[0][:200])
        except faults as fault:
            return Embedded(parses=True, wrong=name(fault))
        answers: list[dict[str, Any]] = []
        for call in calls:
            try:
                answers.append({"value": plain(session.feed_run(call, print_callback=said))})
            except faults as fault:
                answers.append({"raised": name(fault)})
    return Embedded(parses=True, wrong="", answers=tuple(answers))
