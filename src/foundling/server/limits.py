"""How fast and how many: times and counts in, a yes or a no out. It closes no connection; who asks does.

The figures are those of serving-security.md section 4.
"""

import time
from collections import Counter

FRAME = 65_536  # bytes of one WebSocket message
WAITING = 64  # messages that may wait for a slow reader
PER_ADDRESS = 16
IN_ALL = 256
_BURST, _RATE = 20.0, 5.0
_MANY = 1_024  # addresses after which those with a full bucket are forgotten: a full one is as good as a new one


class Bucket:
    """A token bucket: `burst` at once, then `rate` a second. The clock is monotonic seconds."""

    def __init__(self, *, burst: float = _BURST, rate: float = _RATE) -> None:
        self._burst, self._rate = burst, rate
        self._left, self._at = burst, time.monotonic()

    def take(self) -> bool:
        """Use one token up; False when there is none."""
        self._fill()
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    @property
    def full(self) -> bool:
        """True when nobody has taken from it for long enough."""
        self._fill()
        return self._left >= self._burst

    def _fill(self) -> None:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now


class Addresses:
    """How many connections each address has open, and how fast all of them together may talk."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._buckets: dict[str, Bucket] = {}

    def enter(self, address: str) -> bool:
        """One more connection; False, and nothing counted, when the address or the whole server has enough."""
        if self._open[address] >= PER_ADDRESS or self._open.total() >= IN_ALL:
            return False
        if len(self._buckets) >= _MANY:
            self._buckets = {who: bucket for who, bucket in self._buckets.items() if not bucket.full}
        self._open[address] += 1
        self._buckets.setdefault(address, Bucket())
        return True

    def take(self, address: str) -> bool:
        """One message of that address; False when it talks too fast."""
        return self._buckets.setdefault(address, Bucket()).take()

    def go(self, address: str) -> None:
        """One connection less. Its bucket stays, or a flood could go on after each new connection."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
