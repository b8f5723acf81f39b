"""Readers as a broken or attacked parser may be, for the process that contains them."""

import os
import sys
import time
from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.records import Story


def read(opened: Opened) -> Iterator[Story | Dropped]:
    """Do what the document says."""
    data = opened.stream.read()
    word = data.split()[0].decode()
    sys.stdout.write("a parser chatters\n")
    if word == "hang":
        time.sleep(60)
    if word == "swell":
        list(range(10**9))
    if word == "die":
        os.kill(os.getpid(), 11)
    if word == "leave":
        raise SystemExit(3)
    if word == "raise":
        raise ValueError("broken\nin two lines")
    if word == "drop":
        yield Dropped(title="x", reason="has no text in it: is it scanned?", source=opened.name)
        return
    yield Story(title=word, text=f"{len(data)} {os.getpid()}", source=opened.name, origin=opened.origin)
