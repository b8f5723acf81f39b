"""A worth, sizes and a budget in, the places chosen and their gains out: lazy greedy under a knapsack, twice.

Once by gain for its size, once by plain gain; the better set of the two is taken. As the plain one begins with the best
single story, the better of both is worth at least 1 - 1/sqrt(e) = 0.39 of the best possible set (Lin and Bilmes 2010
N10-1134 and 2011 P11-1052); in practice it comes far nearer. Lazy (Minoux 1978): gains only ever shrink, so a story
is looked at again only when its old gain would win.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.curation.objective import Worth

WAYS = ("gain for its size", "plain gain")


@dataclass(frozen=True, kw_only=True)
class Picked:
    """One story as it was picked: its place in the pool, and what it added by every quality (see `Worth.parts`)."""

    index: int
    parts: NDArray[np.float64]

    @property
    def gain(self) -> float:
        """What it added to the worth of the set."""
        return float(self.parts.sum())


def greedy(worth: Worth, sizes: Sequence[int], room: int, candidates: Sequence[int], *, scaled: bool) -> list[Picked]:
    """Stories in the order of being picked, from an already begun set (`worth` grows by them) until nothing fits.

    scaled: by gain for its size, else by gain alone. Ties go to the smaller place, so the choice is deterministic.
    """

    def key(index: int) -> float:
        return -worth.gain(index) / (sizes[index] if scaled else 1)

    heap = [(key(index), index) for index in candidates if sizes[index] <= room]
    heapq.heapify(heap)
    picked: list[Picked] = []
    while heap:
        _, index = heapq.heappop(heap)
        if sizes[index] > room:  # room only shrinks, so it never fits again
            continue
        now = key(index)
        if heap and (now, index) > heap[0]:
            heapq.heappush(heap, (now, index))
            continue
        picked.append(Picked(index=index, parts=worth.parts(index)))
        worth.take(index)
        room -= sizes[index]
    return picked


def best(
    worth: Worth, sizes: Sequence[int], budget: int, pins: Sequence[int], candidates: Sequence[int]
) -> tuple[list[Picked], str]:
    """The better of both ways, pins first; and which way it was. `worth` is left holding the set that is returned."""
    found: list[tuple[float, list[Picked]]] = []
    for scaled in (True, False):
        worth.emptied()
        begun = []
        for index in pins:
            begun.append(Picked(index=index, parts=worth.parts(index)))
            worth.take(index)
        room = budget - sum(sizes[index] for index in pins)
        picked = begun + greedy(worth, sizes, room, candidates, scaled=scaled)
        found.append((worth.value(), picked))
    way = 0 if found[0][0] >= found[1][0] else 1
    worth.emptied()
    for one in found[way][1]:
        worth.take(one.index)
    return found[way][1], WAYS[way]
