"""A data set of the library `datasets`, by name or as a saved folder, in; its rows as JSON lines out.

Pictures, sounds and whatever else is no text or number stay behind. A name is looked for on the network only because a
person typed it, and not at all where HF_HUB_OFFLINE forbids it.
"""

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from foundling.corpus.reading.opened import Opened
from foundling.corpus.sources.naming import shown
from foundling.corpus.sources.unpacking import Stream
from foundling.records import BadInput, Origin

MARK = "hf:"
_ROWS = 500
_WAIT = 10.0
_PLAIN = ("string", "int", "uint", "float", "bool", "double", "timestamp", "date")


def is_saved(folder: Path) -> bool:
    """True for a folder that `datasets` made by `save_to_disk`."""
    return (folder / "dataset_dict.json").is_file() or (
        (folder / "state.json").is_file() and (folder / "dataset_info.json").is_file())


def _library() -> Any:
    try:
        import datasets
    except ImportError as missing:
        raise BadInput("Reading a data set needs the package datasets: pip install 'foundling[data]'.") from missing
    return datasets


def _is_plain(kind: Any) -> bool:
    """True for columns of text and numbers, and lists and records of such; `kind` is a type of Arrow."""
    inner = getattr(kind, "value_type", None)
    if inner is not None:
        return _is_plain(inner)
    fields = getattr(kind, "num_fields", 0)
    if fields:
        return all(_is_plain(kind.field(i).type) for i in range(fields))
    return str(kind).removeprefix("large_").startswith(_PLAIN)


def _lines(data: Any) -> Iterator[bytes]:
    for table in data.with_format("arrow").iter(batch_size=_ROWS):
        kept = table.select([name for name in table.column_names if _is_plain(table.schema.field(name).type)])
        for row in kept.to_pylist():
            yield json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n"


def _opened(name: str, data: Any, given: Origin, column: str) -> Opened:
    licence = given.licence or str(getattr(data.info, "license", None) or "")
    return Opened(name=name, stream=Stream(_lines(data)), origin=replace(given, licence=licence), column=column)


def _splits(name: str, data: Any, given: Origin, column: str) -> Iterator[Opened]:
    if hasattr(data, "items"):
        for split, part in data.items():
            yield _opened(f"{name}:{split}", part, given, column)
    else:
        yield _opened(name, data, given, column)


def rows_of_saved(folder: Path, given: Origin, column: str) -> Iterator[Opened]:
    """Each split of a saved data set as a stream of JSON lines. Raises BadInput when it is damaged."""
    datasets = _library()
    try:
        data = datasets.load_from_disk(str(folder))
    except Exception as fault:  # the library has no common error
        raise BadInput(f"{shown(folder)} is no whole data set ({type(fault).__name__}): save it again.") from fault
    yield from _splits(shown(folder.name), data, given, column)


def _ask(name: str) -> None:
    """One quick question before the library asks many patient ones. Raises BadInput."""
    place = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    where = f"{place}/api/datasets/{urllib.parse.quote(name)}"
    try:
        with urllib.request.urlopen(urllib.request.Request(where, method="HEAD"), timeout=_WAIT):
            return
    except urllib.error.HTTPError as fault:
        if fault.code in (401, 403, 404):
            raise BadInput(f"There is no open data set {shown(name)} at {place}: check its name.") from fault
        raise BadInput(f"{place} answers {fault.code} when asked for {shown(name)}: try again later.") from fault
    except (OSError, ValueError, http.client.HTTPException) as fault:
        raise BadInput(f"{place} cannot be reached to ask for the data set {shown(name)}: check the network, or save "
                       "the data set to a folder and give that.") from fault


def rows_of_name(name: str, given: Origin, column: str) -> Iterator[Opened]:
    """Each split (or the one after the last colon) of a data set, by name, as a stream of JSON lines.

    Raises BadInput when there is none, or none can be reached.
    """
    name, _, split = name.partition(":")
    datasets = _library()
    offline = bool(datasets.config.HF_HUB_OFFLINE)
    if not offline:
        _ask(name)
    try:
        data = datasets.load_dataset(name, split=split or None, streaming=not offline)
    except Exception as fault:  # as above
        why = "is not on this machine, and HF_HUB_OFFLINE forbids asking for it" if offline else \
            f"cannot be opened ({type(fault).__name__})"
        raise BadInput(f"The data set {shown(name)}{' with the split ' + shown(split) if split else ''} {why}: save "
                       "it to a folder with save_to_disk and give that.") from fault
    yield from _splits(f"{MARK}{name}{':' + split if split else ''}", data, given, column)
