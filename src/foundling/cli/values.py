"""What a person types after an option in, a checked value out, or a sentence that argparse puts before the person."""

import argparse
import math
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BUILTIN = Path(__file__).parents[1] / "corpus" / "builtin"  # importing the corpus for it would cost each command
SETS = "FOUNDLING_SETS"
_MOST_ENTRIES = 2**16  # packed text keeps an id in two bytes


def _number(text: str) -> float:
    """The number that a text is, or NaN, which lies between no two others."""
    with suppress(ValueError):
        return float(text)
    return math.nan


def _whole(text: str, most: int, least: int = 1) -> int | None:
    """The whole number from `least` to `most` that a text is; None for any other text."""
    with suppress(ValueError):  # also for thousands of digits, which Python does not read
        return value if least <= (value := int(text)) <= most else None
    return None


def positive(text: str) -> float:
    """A number above 0 and below ten million."""
    value = _number(text)
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a number above 0 and below ten million")
    return value


def temperature(text: str) -> float:
    """A temperature of sampling, 0 or more."""
    value = _number(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a temperature from 0 to 100")
    return value


def count(text: str) -> int:
    """A whole number from 1 to a thousand million."""
    value = _whole(text, 10**9)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a whole number above 0")
    return value


def entries(text: str) -> int:
    """A size of a vocabulary; the least one depends on the kind, which says so itself."""
    value = _whole(text, _MOST_ENTRIES)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a number of entries up to {_MOST_ENTRIES:,}")
    return value


def repeats(text: str) -> int:
    """How often something is done again, perhaps never."""
    value = _whole(text, 20, least=0)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a whole number from 0 to 20")
    return value


def port(text: str) -> int:
    """A port of this machine; 0 stands for any free one."""
    value = _whole(text, 65_535, least=0)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a port from 0 to 65535")
    return value


def seed(text: str) -> int:
    """A seed from 0 to 2147483647."""
    value = _whole(text, 2**31 - 1, least=0)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a seed from 0 to 2147483647")
    return value


def tokens(text: str) -> int:
    """A number of tokens such as 5M, 200k, 2G or 3000."""
    factor = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}.get(text[-1:].casefold(), 1)
    value = _number(text[:-1] if factor > 1 else text) * factor
    if not 1 <= value <= 1e13:
        raise argparse.ArgumentTypeError(f"{text[:40]} is not a number of tokens such as 5M or 200k")
    return round(value)


def _named(text: str) -> Path:
    """The path of a name that is not empty and can be written down in UTF-8, as settings and pages are."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    with suppress(UnicodeEncodeError):
        text.encode("utf-8")
        return Path(text)
    raise argparse.ArgumentTypeError(f"{text[:40]!a} is no name in UTF-8")


def _asked(what: Callable[[], bool]) -> bool:
    """What a path says of itself; a name that is too long or may not be asked about is told of where it is used."""
    with suppress(OSError, ValueError):
        return what()
    return False


def folder(text: str) -> Path:
    """A folder, there or not: no empty name, which would mean the folder that one stands in, and no file."""
    path = _named(text)
    if _asked(path.exists) and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a file, not a folder")
    return path


def page(text: str) -> Path:
    """A file to be written: its folder is there, and it is no folder itself. Asked at once, before any work."""
    path = _named(text)
    if _asked(path.is_dir):
        raise argparse.ArgumentTypeError(f"{text} is a folder, not a file that could be written")
    if not _asked(path.parent.is_dir):
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent} to write {path.name} into")
    return path


def sets_folder(given: Path | None) -> Path | None:
    """The folder of test sets that was given, else the one that the variable names; None for neither."""
    return given or (Path(os.environ[SETS]) if os.environ.get(SETS) else None)
