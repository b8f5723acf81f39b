"""A seed in, questions about villages that nobody has read of out, and what a being makes of them by likelihood.

Names, seeds and kinds of physical scenes are kept for this: no narrated corpus holds them.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from foundling.evaluation.choosing import Item, Tally, choose, tally
from foundling.evaluation.measures.world import items
from foundling.home import Home
from foundling.inference import wake


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
