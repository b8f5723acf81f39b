"""A saved folder in, the word that every byte is as it was written out, or a sentence naming the file that is not.

`manifest.json` is our checksum: neither safetensors nor JSON has one, and a flipped byte in either may load silently
(reliability.md section 3). This module reads only; it neither repairs nor deletes.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from foundling.records.errors import BadInput
from foundling.records.jsonable import canonical_json, content_hash

MANIFEST = "manifest.json"
_LARGEST = 16 * 1024 * 1024  # a manifest lists names and hashes; more than this is an attack, not a manifest
_HEX = re.compile(r"[0-9a-f]{64}")


@contextmanager
def plain_read_errors(path: Path) -> Iterator[None]:
    """Turn an OSError while `path` is read into BadInput of one sentence."""
    try:
        yield
    except OSError as exc:
        why = exc.strerror or type(exc).__name__
        raise BadInput(f"{path} cannot be read ({why}); restore it from a copy or make it readable.") from exc


def plain_name(name: str) -> bool:
    """True for a relative path with forward slashes that stays inside its folder and is not the manifest's own name."""
    parts = PurePosixPath(name).parts
    sound = bool(parts) and name == "/".join(parts) and not name.startswith("/") and name != MANIFEST
    return sound and ".." not in parts and "\\" not in name and name.isprintable()


def manifest_bytes(digests: Mapping[str, str]) -> bytes:
    """The one byte form of a manifest: file name to sha256 in hexadecimal."""
    return canonical_json({"format": 1, "sha256": dict(digests)})


def listed_files(folder: Path) -> list[str]:
    """Every file under `folder` as a relative path with forward slashes, sorted.

    Raises BadInput for a link, a special file or a name that no manifest can hold: a saved folder has plain files only,
    because whatever wrote it may not be trusted to point outside of it.
    """
    found = []
    for here, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(here, name)
            mode = path.lstat().st_mode
            shown = path.relative_to(folder).as_posix()
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                raise BadInput(f"{path} is a link or a special file; a saved folder may hold plain files only.")
            if shown != MANIFEST and not plain_name(shown):
                raise BadInput(f"{folder} holds a file named {shown!r}, which cannot be listed; give it a plain name.")
            found.append(shown)
    return sorted(found)


def sha256_of_file(path: Path) -> str:
    """sha256 in hexadecimal, read in pieces so that weights of any size fit."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_folder(path: Path) -> str:
    """Hash every file of a saved folder against its manifest; returns the manifest's own sha256.

    Raises BadInput naming the first file that is missing, changed, or not listed (reliability.md tests 5 and 6).
    """
    digests, own = _read_manifest(path)
    with plain_read_errors(path):
        present = set(listed_files(path)) - {MANIFEST}
    for name, digest in sorted(digests.items()):
        if name not in present:
            raise BadInput(f"{path / name} is missing; restore {path} from a copy or remove it.")
        with plain_read_errors(path / name):
            found = sha256_of_file(path / name)
        if found != digest:
            raise BadInput(f"{path / name} has changed since it was saved; restore {path} from a copy or remove it.")
    for name in sorted(present - digests.keys()):
        raise BadInput(f"{path / name} is not listed in its manifest; move that file out of {path}.")
    return own


def read_verified(path: Path, name: str) -> bytes:
    """The bytes of one file of a saved folder, read once and held against the manifest before they are returned.

    Raises BadInput when the file is not listed, missing or changed.
    """
    digests, _ = _read_manifest(path)
    if name not in digests:
        raise BadInput(f"{path / MANIFEST} lists no file {name!r}; restore {path} from a copy.")
    with plain_read_errors(path / name):
        data = (path / name).read_bytes()
    if content_hash(data) != digests[name]:
        raise BadInput(f"{path / name} has changed since it was saved; restore {path} from a copy or remove it.")
    return data


def _read_manifest(folder: Path) -> tuple[dict[str, str], str]:
    """File name to sha256, and the manifest's own sha256. A size limit first, then the schema, then the content."""
    path = folder / MANIFEST
    with plain_read_errors(path):
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path} is larger than any manifest; restore {folder} from a copy or remove it.")
        data = path.read_bytes()
    try:
        loaded = json.loads(data)
        digests = loaded["sha256"] if loaded["format"] == 1 else None
    except (ValueError, TypeError, KeyError, RecursionError):
        digests = None
    if not isinstance(digests, dict) or not all(
        isinstance(digest, str) and _HEX.fullmatch(digest) and plain_name(name) for name, digest in digests.items()
    ) or data != manifest_bytes(digests):  # the one byte form, so that no flip or cut of it passes either
        raise BadInput(f"{path} is damaged; restore {folder} from a copy or remove it.")
    return digests, content_hash(data)
