"""How the processes of one run hold its weights: sizes flow in, "replicated" or "sharded" flows out.

Replicated (data parallel): every process holds all of them, and one message a step adds the gradients. Sharded (FSDP2):
each holds a part, and weights travel twice a step; it is for runs that would not fit otherwise.
"""

from typing import Literal

Layout = Literal["replicated", "sharded"]

BYTES_PER_PARAMETER = 24
"""In float32: weight, gradient and AdamW's two moments, 16 together; the averaged weights and the best of them, 8."""

_ROOM = 0.6  # share of the memory that these may take; activations and everything else need the rest


def layout_of(parameters: int, memory_bytes: int) -> Layout:
    """Which layout a run of so many parameters needs where one process has so much memory to itself."""
    return "replicated" if parameters * BYTES_PER_PARAMETER <= memory_bytes * _ROOM else "sharded"
