"""Lots that nobody can foresee: the judge's secret and a label flow in, a number or fresh seeds flow out.

HMAC-SHA256 under a secret that stays on the judge's side: the same label always gives the same lot, so that a verdict
can be derived again, and a proposer who has seen all earlier lots knows nothing of the next. It stores no secret.
"""

import hashlib
import hmac
from collections.abc import Collection

from foundling.records import BadInput

LEAST_SECRET = 16
_SEEDS = 2**31


def lot(secret: bytes, what: str, number: int, below: int) -> int:
    """A number from 0 up to `below` (left out). Raises BadInput for a secret that could be guessed."""
    if len(secret) < LEAST_SECRET:
        raise BadInput(f"The judge's secret has {len(secret)} bytes: give at least {LEAST_SECRET} random ones.")
    if below < 1:
        raise ValueError("a lot needs something to choose from")
    digest = hmac.digest(secret, f"{what} {number}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:16], "big") % below  # 128 bits: the remainder's slant is below 2^-96


def fresh_seeds(secret: bytes, what: str, count: int, used: Collection[int]) -> tuple[int, ...]:
    """`count` different seeds that nobody has judged by; what: names the test, so that every test has its own."""
    found: dict[int, None] = {}
    number = 0
    while len(found) < count:
        drawn = lot(secret, f"seed {what}", number, _SEEDS)
        number += 1
        if drawn not in used:
            found[drawn] = None
    return tuple(found)
