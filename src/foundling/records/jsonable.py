"""Frozen dataclasses in, canonical JSON bytes and content hashes out. It does not read JSON back into classes."""

import dataclasses
import hashlib
import json
from typing import Any


def to_jsonable(thing: Any) -> Any:
    """A dataclass (or a tuple, list or dict of them) as plain JSON values; tuples become lists."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: to_jsonable(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, dict):
        return {str(k): to_jsonable(v) for k, v in thing.items()}
    if isinstance(thing, list | tuple):
        return [to_jsonable(v) for v in thing]
    return thing


def canonical_json(thing: Any) -> bytes:
    """The one byte form of a value: sorted keys, no spaces, UTF-8, a newline at the end. Raises ValueError for NaN."""
    text = json.dumps(to_jsonable(thing), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def content_hash(data: bytes | str | Any) -> str:
    """sha256 in hexadecimal of bytes, of a text's UTF-8, or of any other value's canonical JSON."""
    if isinstance(data, str):
        data = data.encode("utf-8")
    return hashlib.sha256(data if isinstance(data, bytes) else canonical_json(data)).hexdigest()
