"""Bytes of any format in, stories with their origin out, or the reason why there is none. It reads no network.

The first bytes say what a source is (`detect`), its reader makes the stories (`read`).
"""

from foundling.corpus.reading.kinds import CONTAINERS, HEAD, detect
from foundling.corpus.reading.opened import Opened, Reader
from foundling.corpus.reading.registry import READERS, look, read

__all__ = ["CONTAINERS", "HEAD", "READERS", "Opened", "Reader", "detect", "look", "read"]
