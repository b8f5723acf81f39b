"""A zip that holds one document (EPUB, DOCX) in, its entries within limits out. A zip bomb stops at the first limit."""

import io
import zipfile

from foundling.corpus.reading.document import MB, Unreadable, whole
from foundling.corpus.reading.opened import Opened

LARGEST = 256  # MB, of the packed file: pictures are most of it
_MOST_ENTRIES = 20_000
_LARGEST_ENTRY = 32 * MB
_LARGEST_SUM = 128 * MB
_RATIO = 200  # unpacked to packed; prose packs to a third, markup seldom below a fiftieth
_SMALL = MB  # bytes: below this any ratio may pass, for a file of spaces is no bomb


class Entries:
    """The entries of a zip, each read within limits that hold for one and for all together."""

    def __init__(self, data: bytes) -> None:
        """Raises Unreadable for what is no zip or has too many entries."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
            raise Unreadable("is cut off or no whole zip: its list of entries is missing") from fault
        if len(self._zip.infolist()) > _MOST_ENTRIES:
            raise Unreadable(f"has more than {_MOST_ENTRIES:,} entries")
        self._left = _LARGEST_SUM

    def names(self) -> list[str]:
        """The names of the entries, in the order of the zip."""
        return self._zip.namelist()

    def read(self, name: str) -> bytes:
        """The bytes of an entry. Raises Unreadable where it is missing, encrypted, damaged or past a limit."""
        try:
            entry = self._zip.getinfo(name)
            if entry.flag_bits & 1:
                raise Unreadable("is encrypted: take off its password or its copy protection first")
            with self._zip.open(entry) as stream:
                data = stream.read(min(_LARGEST_ENTRY, self._left) + 1)
        except KeyError as fault:
            raise Unreadable(f"lacks its part {name[:80]}") from fault
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
            raise Unreadable(f"has a damaged part {name[:80]}") from fault
        if len(data) > min(_LARGEST_ENTRY, self._left):
            raise Unreadable(
                f"unpacks to more than {_LARGEST_ENTRY // MB} MB in one part or {_LARGEST_SUM // MB} in all")
        if len(data) > _SMALL and len(data) > _RATIO * max(1, entry.compress_size):
            raise Unreadable(f"unpacks to more than {_RATIO} times its size, as a zip bomb does")
        self._left -= len(data)
        return data


def entries_of(opened: Opened) -> Entries:
    """The entries of an opened zip. Raises Unreadable."""
    return Entries(whole(opened, LARGEST))


