"""Stories and drops in as they come, files of a few megabytes out: the shards of a collection. It commits nothing."""

from collections.abc import Iterable, Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.shards import lines_of
from foundling.records import Story

DOCUMENTS, DROPPED = "documents.jsonl", "dropped.jsonl"
MOST_BYTES = 8_000_000
_HALF = "holds halves of characters (lone surrogates), which no file can: save it again as UTF-8"


class Packer:
    """Holds what is put in until a shard of `most_bytes` bytes is full: never more than that one. Order is kept."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._files = most_bytes, {DOCUMENTS: bytearray(), DROPPED: bytearray()}

    def put(self, thing: Story | Dropped) -> dict[str, bytes] | None:
        """Take one more, or a drop in the place of what no file can hold; gives the files of the shard that has no
        room for it, None where it fits."""
        full = None
        try:
            line = lines_of([thing])
        except UnicodeEncodeError:
            thing = Dropped(title=ascii(thing.title)[1:-1], source=ascii(thing.source)[1:-1], reason=_HALF)
            line = lines_of([thing])
        held = sum(map(len, self._files.values()))
        if held and held + len(line) > self._most:
            full = self.rest()
        self._files[DROPPED if isinstance(thing, Dropped) else DOCUMENTS] += line
        return full

    def rest(self) -> dict[str, bytes] | None:
        """The last shard, None where nothing is left; then it is empty."""
        files = {name: bytes(data) for name, data in self._files.items()}
        self._files = {DOCUMENTS: bytearray(), DROPPED: bytearray()}
        return files if any(files.values()) else None


def write_shards(things: Iterable[Story | Dropped], most_bytes: int = MOST_BYTES) -> Iterator[dict[str, bytes]]:
    """Shard by shard the two files `documents.jsonl` and `dropped.jsonl`, together of at most `most_bytes`, except
    where a single document is longer. Nothing in, nothing out.
    """
    packer = Packer(most_bytes)
    for thing in things:
        if full := packer.put(thing):
            yield full
    if last := packer.rest():
        yield last
