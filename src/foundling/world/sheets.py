"""A file of a character in, its paragraphs, lines, strings or turns out, each one harmless line. It gives no meaning.

Files come from strangers: links that lead out of the folder, files over a megabyte, text that is not UTF-8 and JSON
that is broken or nested too deep are refused in a sentence that names the file.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foundling.home import check_name
from foundling.records import BadInput, Turn
from foundling.records.turn import parse_line
from foundling.world.small_files import read_small
from foundling.world.speech import tidy

LONGEST = 20_000  # characters of a paragraph or a line
MOST_FILES = 1_000  # of a folder
_DEEPEST = 8  # lists and objects in one another
_SENDERS, _MESSAGES = ("sender", "name", "speaker", "from"), ("message", "text", "line", "content")


def shown(path: Path) -> str:
    """The last two parts of a path, safe to stand in a sentence."""
    return ascii("/".join(path.parts[-2:]))[1:-1]


def entries(root: Path, folder: Path) -> list[Path]:
    """What lies in a folder, by name. Raises BadInput for a link that leads out of `root`, and for too many files."""
    found = sorted(folder.iterdir(), key=lambda path: (path.name.casefold(), path.name))
    if len(found) > MOST_FILES:
        raise BadInput(f"{shown(folder)} has {len(found)} files: give a folder of at most {MOST_FILES}.")
    home = root.resolve()
    for path in found:
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            raise BadInput(f"{shown(path)} is a link that leads out of the folder: put the file itself there.")
    return found


def paragraphs(path: Path) -> tuple[str, ...]:
    """What blank lines part; the lines, where there are none."""
    text = read_small(path, shown(path)).strip()
    return _tidied(re.split(r"\n\s*\n", text)) if re.search(r"\n\s*\n", text) else lines(path)


def lines(path: Path) -> tuple[str, ...]:
    """The lines that have something in them."""
    return _tidied(read_small(path, shown(path)).split("\n"))


def strings(path: Path) -> tuple[str, ...]:
    """Every string that is a value in a JSON file, in order."""
    return _tidied(_strings(_load(path), path, 0))


def turns(path: Path) -> tuple[Turn, ...]:
    """A conversation: in JSON a list, maybe in an object, of objects with a sender and a message; in text its lines,
    `Ada: hello`. Strings in a JSON list are such lines too. Raises BadInput for a sender whose name is none."""
    if path.suffix.casefold() == ".txt":
        rows: Any = list(lines(path))
    else:
        rows = _load(path)
        while isinstance(rows, dict):
            rows = next((value for value in rows.values() if isinstance(value, list)), [])
    return tuple(turn for row in rows if (turn := _turn(row, path))) if isinstance(rows, list) else ()


def _turn(row: Any, path: Path) -> Turn | None:
    if isinstance(row, str):
        turn = parse_line(row)
        name, text = (turn.name, turn.text) if turn else ("", "")
    elif isinstance(row, dict):
        name = next((row[key] for key in _SENDERS if key in row), "")
        text = next((row[key] for key in _MESSAGES if isinstance(row.get(key), str)), "")
    else:
        return None
    text = tidy(text, LONGEST)
    if name is None and not text:
        return Turn(name=None)
    if not isinstance(name, str) or not name.strip() or not text:
        return None
    try:
        return Turn(name=check_name(name.replace("_", " ")), text=text)
    except BadInput as fault:
        raise BadInput(f"In {shown(path)} somebody speaks whose name is none: {fault}") from fault


def _load(path: Path) -> Any:
    text = read_small(path, shown(path))
    try:
        return json.loads(text) if text.strip() else []
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{shown(path)} is not whole JSON: mend it, or give a .txt.") from error


def _strings(value: Any, path: Path, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise BadInput(f"{shown(path)} is nested more than {_DEEPEST} deep: give a plain list.")
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, path, depth + 1)


def _tidied(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for raw in texts if (text := tidy(raw, LONGEST)))
