"""Seeded chance: a seed and the words of a purpose in, a stream of draws out, the same on every machine and in every
process.

Python's own hash of a string differs between processes, so streams are named through sha256.
"""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice(random.Random):
    """A stream of chance of its own for (seed, purpose...); two streams never disturb each other."""

    def __init__(self, seed: int, *purpose: object) -> None:
        name = "\n".join([str(seed), *map(str, purpose)])
        super().__init__(int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:16], "big"))

    def one(self, things: Sequence[T]) -> T:
        """One of several, all alike. Raises IndexError for none."""
        return things[int(self.random() * len(things))]

    def chance(self, share: float) -> bool:
        """True in about a share of all calls."""
        return self.random() < share

    def mixed(self, things: Sequence[T]) -> list[T]:
        """The same things in an order drawn anew."""
        order = list(things)
        self.shuffle(order)
        return order
