"""The table of all checks, by code: what the compiler runs, `--list` shows and `docs/compiler.md` is generated from."""

from collections.abc import Sequence

from foundling.evaluation.spaces.data.check import Check
from foundling.evaluation.spaces.data.checks import (
    content,
    copies,
    encoding,
    facts,
    files,
    names,
    rework,
    terms,
    turns,
    wording,
)
from foundling.records import BadInput

_PARTS = (files, encoding, turns, names, wording, copies, terms, content, facts, rework)
CHECKS: tuple[Check, ...] = tuple(sorted((check for part in _PARTS for check in part.CHECKS),
                                         key=lambda check: check.code[1:]))
BY_CODE = {check.code: check for check in CHECKS}


def chosen(select: Sequence[str], ignore: Sequence[str]) -> tuple[Check, ...]:
    """The checks whose codes begin with one of `select` (none: all) and with none of `ignore`. Raises BadInput for a
    code that no check has."""
    for code in (*select, *ignore):
        if not code or not any(check.code.startswith(code.upper()) for check in CHECKS):
            raise BadInput(f"There is no check {code[:20]!a}: `foundling compile --list` shows them all.")
    wanted = tuple(code.upper() for code in select) or ("",)
    unwanted = tuple(code.upper() for code in ignore)
    return tuple(check for check in CHECKS if check.code.startswith(wanted)
                 and not (unwanted and check.code.startswith(unwanted)))


def check_of(code: str) -> Check:
    """The check of a code. Raises BadInput when there is none."""
    if code.upper() not in BY_CODE:
        raise BadInput(f"There is no check {code[:20]!a}: `foundling compile --list` shows them all.")
    return BY_CODE[code.upper()]
