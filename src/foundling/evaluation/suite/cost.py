"""How long a part will take: its count, the parameters and the threads flow in, seconds flow out. It measures nothing.

What was measured in the same home before is believed first. The table holds processor seconds of a being of 12.2M
parameters (weights drawn, so that nothing it writes ends early) on one busy thread of an AMD Zen 4, 2026-11-21; what
all there is takes is reckoned from the items of the published sets. Another machine's pace shows after the first part.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from foundling.evaluation.suite.cache import Row

_PARAMETERS = 12_200_000
_UNKNOWN = 5.0
_SECOND = 0.6  # how much of a thread's work each further one adds


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds for each item, and for all that there are (count 0)."""

    item: float
    whole: float


TABLE = {
    "language": Cost(item=0.38, whole=100.0), "continuation": Cost(item=0.2, whole=60.0),
    "blimp": Cost(item=0.81, whole=810.0), "piqa": Cost(item=0.042, whole=77.0), "world": Cost(item=2.1, whole=420.0),
    "turns": Cost(item=0.15, whole=60.0), "name": Cost(item=0.77, whole=60.0), "voice": Cost(item=0.19, whole=30.0),
    "feelings": Cost(item=0.011, whole=100.0), "writing": Cost(item=1.1, whole=70.0),
    "canaries": Cost(item=1.0, whole=60.0), "crows_pairs": Cost(item=0.024, whole=36.0),
    "winobias": Cost(item=0.018, whole=29.0), "calibration": Cost(item=0.00065, whole=60.0),
    "battery": Cost(item=0.79, whole=120.0), "cost": Cost(item=7.6, whole=7.6),
}


class Costs:
    """What is known of the parts' costs, from earlier runs (`past`), the table, and what this run has learnt so far."""

    def __init__(self, past: Iterable[Row], parameters: int, threads: int) -> None:
        self._seen = {
            (row.ingredients["part"], row.ingredients["version"], row.ingredients["count"]):
            row.seconds * parameters / max(1, row.parameters) for row in past
        }
        self._scale = parameters / _PARAMETERS / (1 + _SECOND * (threads - 1))
        self._thought, self._took = 0.0, 0.0

    @property
    def pace(self) -> float:
        """How many times longer than the table says parts take here; 1 until one has been seen."""
        return self._took / self._thought if self._thought else 1.0

    def seconds(self, part: str, version: int, count: int) -> float:
        """About how long that part will take."""
        seen = self._seen.get((part, version, count))
        return self._table(part, count) * self.pace if seen is None else seen

    def _table(self, part: str, count: int) -> float:
        cost = TABLE.get(part)
        if cost is None:
            return _UNKNOWN * self._scale
        return (cost.item * count if count else cost.whole) * self._scale

    def learn(self, part: str, count: int, seconds: float) -> None:
        """Take what a part took into the pace."""
        self._thought += self._table(part, count)
        self._took += seconds
