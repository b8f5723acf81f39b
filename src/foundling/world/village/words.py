"""The closed lists in `words/`: file names in, tuples of phrases out, each file read once. It draws nothing.

A file has one phrase a line; `|` parts columns, `[name]` opens a section, lines of `#` are remarks.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a list, each as its columns."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return tuple(
        tuple(part.strip() for part in line.split("|"))
        for line in lines if line.strip() and not line.startswith(("#", "["))
    )


@cache
def phrases(name: str) -> tuple[str, ...]:
    """The first column of every line of a list."""
    return tuple(row[0] for row in rows(name))


@cache
def section(name: str, part: str) -> tuple[str, ...]:
    """The lines of a list under `[part]`. Raises KeyError for a section that is not there."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n"):
        line = line.strip()
        if line.startswith("["):
            current = line[1:-1]
        elif line and not line.startswith("#"):
            found.setdefault(current, []).append(line)
    return tuple(found[part])


@cache
def works() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every work: the kind of place where it is done, and its tasks."""
    return {row[0]: (row[1], tuple(task.strip() for task in row[2].split(";"))) for row in rows("works")}


@cache
def thing_kinds() -> dict[str, tuple[str, ...]]:
    """Every kind of thing and its flags: fragile, food, make, small."""
    return {row[0]: tuple(row[1].split()) for row in rows("things")}


@cache
def feasts() -> dict[int, str]:
    """The feast of a day of the year."""
    return {int(row[0]): row[1] for row in rows("feasts")}
