"""One thing after the other in, sums by name out, in memory that does not grow with them. It judges nothing."""

import heapq
from dataclasses import dataclass
from hashlib import blake2b

OTHERS = "(others)"
MOST_GROUPS = 400  # rows of any table: what comes after goes into OTHERS, so that a crawl of a million hosts fits
_SKETCH = 4096  # smallest hashes kept for counting different values: standard error 1.6%


@dataclass(frozen=True, kw_only=True)
class Group:
    """Documents, bytes of UTF-8 and words under one name; "" is what was not written down."""

    name: str
    documents: int
    bytes: int
    words: int
    simulated: int = 0


class Groups:
    """Sums by name; the first MOST_GROUPS names keep a row of their own."""

    def __init__(self) -> None:
        self._rows: dict[str, list[int]] = {}

    def add(self, name: str, size: int, words: int, *, simulated: bool = False) -> None:
        """One more document under this name."""
        name = name if name in self._rows or len(self._rows) < MOST_GROUPS else OTHERS
        row = self._rows.setdefault(name, [0, 0, 0, 0])
        for place, value in enumerate((1, size, words, int(simulated))):
            row[place] += value

    def rows(self, *, by_name: bool = False) -> tuple[Group, ...]:
        """Rows by falling bytes, or by name; "(others)" comes last."""
        rows = [
            Group(name=name, documents=row[0], bytes=row[1], words=row[2], simulated=row[3])
            for name, row in self._rows.items()
        ]
        return tuple(sorted(rows, key=lambda row: (row.name == OTHERS, 0 if by_name else -row.bytes, row.name)))


class Different:
    """How many different values there were: exact up to 4,096, then by the k smallest hashes.

    Source: Bar-Yossef et al. 2002, Counting Distinct Elements in a Data Stream (k minimum values).
    """

    def __init__(self) -> None:
        self._heap: list[int] = []
        self._kept: set[int] = set()

    def add(self, value: str) -> None:
        """One more value, seen before or not."""
        number = int.from_bytes(blake2b(value.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        if number in self._kept:
            return
        if len(self._heap) < _SKETCH:
            heapq.heappush(self._heap, -number)
            self._kept.add(number)
        elif number < -self._heap[0]:
            self._kept.discard(-heapq.heappushpop(self._heap, -number))
            self._kept.add(number)

    @property
    def exact(self) -> bool:
        """False where the count is an estimate."""
        return len(self._heap) < _SKETCH

    @property
    def count(self) -> int:
        """How many different values there were."""
        return len(self._heap) if self.exact else round((_SKETCH - 1) * 2**64 / -self._heap[0])
