"""A seed in, questions about villages that nobody has read of out, and what a being makes of them by likelihood.

Names, seeds and kinds of physical scenes are kept for this: no narrated corpus holds them.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from foundling.evaluation.choosing import Item, Tally, choose, tally
from foundling.home import Home
from foundling.inference import wake
from foundling.world import examine_physics, examine_villages

_LONGEST = 700  # bytes of a text that is asked about: it has to fit the smallest model's context beside its question


def items(seed: int, count: int) -> Iterator[Item]:
    """Questions of all families, about `count` of each: villages first, then physics and its minimal pairs."""
    for text, question in examine_villages(seed, count, _LONGEST):
        yield Item(
            family=question.family, text=f"{text}\n\n", ask=question.ask, options=question.options,
            answer=question.answer,
        )
    for family, text, ask, options, answer in examine_physics(seed, count):
        yield Item(family=family, text=text, ask=ask, options=options, answer=answer)


def quiz(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """`count` questions for a person, one of each family in turn."""
    families: dict[str, list[Item]] = {}
    for item in items(seed, max(1, count // 8 + 1)):
        families.setdefault(item.family, []).append(item)
    rows = [row for row in families.values() if row]
    for number in range(count):
        row = rows[number % len(rows)]
        if number // len(rows) < len(row):
            yield asdict(row[number // len(rows)])


def ask_being(home: Home, seed: int, count: int) -> tuple[dict[str, Any], str]:
    """What the being of a home knows: facts for a machine, and a table for a person."""
    being = wake(home)
    asked = list(items(seed, count))
    chosen = [choose(being.engine, being.tokenizer, item) for item in asked]
    rows = tally(asked, chosen)
    return {"home": str(home.path), "families": [asdict(row) for row in rows]}, table(rows)


def table(rows: list[Tally]) -> str:
    """The families as lines."""
    head = f"{'family':<19}{'n':>6}{'right':>8}{'95% interval':>18}{'chance':>8}{'unread':>8}{'p':>10}"
    return "\n".join([head, *(
        f"{r.family:<19}{r.n:>6}{r.accuracy:>8.3f}{f'[{r.low:.3f}, {r.high:.3f}]':>18}{r.chance:>8.3f}"
        f"{r.unread:>8.3f}{r.p_value:>10.2g}" for r in rows
    )])
