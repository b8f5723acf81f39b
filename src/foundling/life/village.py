"""A seed in, stories of the simulated village out, as many as a birth or a folder asks for. It writes nothing.

Sizes are bytes of UTF-8; a "token" of the reference (1.24M of them) is one of a vocabulary of 49k entries.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from foundling.records import Story
from foundling.world import Shares, Thread, narrate

TOKEN_BYTES = 4.03  # a convention: bytes a token of a vocabulary of 49k entries, by hand on the project's books
REFERENCE_TOKENS = 1_240_000


def village_stories(
    seed: int, room: int, threads: Sequence[Thread] = (), shares: Shares | None = None
) -> Iterator[Story]:
    """Simulated stories until `room` bytes are filled."""
    filled = 0
    for story in narrate(seed, shares, threads):
        if filled >= room:
            return
        filled += story.bytes
        yield replace(story, simulated=True)
