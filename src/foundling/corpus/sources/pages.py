"""Pages of the web, kept in a folder: what was asked once need not be asked again, and reads the same ever after.

A page is a folder `<sha256 of its address>/` with `body` and `meta.json`. It asks nobody. One process a folder.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from foundling.home.files import clear_leftovers, write_folder
from foundling.records import canonical_json


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What is known of a page. status: the server's answer; retrieved: when this body came first, ISO 8601; etag,
    modified: what the server wants to hear when it is asked whether the page has changed."""

    address: str
    status: int
    retrieved: str
    etag: str = ""
    modified: str = ""


class Pages:
    """The folder. Raises BadInput when it may not be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        clear_leftovers(folder)

    def _place(self, address: str) -> Path:
        return self._folder / hashlib.sha256(address.encode("ascii", "replace")).hexdigest()

    def body(self, address: str) -> Path:
        """Where the body of a page lies that is kept."""
        return self._place(address) / "body"

    def meta(self, address: str) -> Meta | None:
        """What is known of a page; None where it is not kept, or not whole."""
        try:
            meta = Meta(**json.loads((self._place(address) / "meta.json").read_bytes()))
            return meta if meta.address == address and self.body(address).is_file() else None
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, meta: Meta, body: bytes) -> None:
        """Keep a page in the place of what was there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_folder(self._place(meta.address), {"body": body, "meta.json": canonical_json(asdict(meta))}, replace=True)
