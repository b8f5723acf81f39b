"""Stories and drops in as they come, files of a few megabytes out: the shards of a collection. It commits nothing."""

from collections.abc import Iterable, Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.shards import lines_of
from foundling.records import Story

DOCUMENTS, DROPPED = "documents.jsonl", "dropped.jsonl"
MOST_BYTES = 8_000_000
_HALF = "holds halves of characters (lone surrogates), which no file can: save it again as UTF-8"


def write_shards(things: Iterable[Story | Dropped], most_bytes: int = MOST_BYTES) -> Iterator[dict[str, bytes]]:
    """Shard by shard the two files `documents.jsonl` and `dropped.jsonl`, together of at most `most_bytes`, except
    where a single document is longer. Order is kept; no more than one shard is held in memory; nothing in, nothing out.
    A document that cannot be written as UTF-8 becomes a drop.
    """
    files = {DOCUMENTS: bytearray(), DROPPED: bytearray()}
    for thing in things:
        try:
            line = lines_of([thing])
        except UnicodeEncodeError:
            thing = Dropped(title=ascii(thing.title)[1:-1], source=ascii(thing.source)[1:-1], reason=_HALF)
            line = lines_of([thing])
        held = sum(map(len, files.values()))
        if held and held + len(line) > most_bytes:
            yield {name: bytes(data) for name, data in files.items()}
            files = {DOCUMENTS: bytearray(), DROPPED: bytearray()}
        files[DROPPED if isinstance(thing, Dropped) else DOCUMENTS] += line
    if any(files.values()):
        yield {name: bytes(data) for name, data in files.items()}
