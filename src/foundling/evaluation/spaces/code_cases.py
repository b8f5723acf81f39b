"""What a program is asked, and whether it answered rightly. Cases and bytes of a candidate flow in, judgements out.

Answers come from a hostile process: they are read by a small grammar, and compared here, where nothing of it runs.
"""

import ast
import json
import math
from dataclasses import dataclass
from typing import Any

from foundling.records import BadInput

LARGEST = 1 << 20  # bytes of answers
CLOSE = 1e-9  # relative: sums of floats may be made in another order


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question: a call such as `add(2, 3)`, or a text for stdin; and what has to come back.

    Of a call a plain value comes back, of a text what is written to stdout; spaces at the ends of lines do not count.
    """

    call: str = ""
    stdin: str | None = None
    expected: Any = None


def call_parts(call: str) -> dict[str, str]:
    """The function's name and its arguments, as a literal. Raises ValueError for whatever is no call of that form."""
    try:
        tree = ast.parse(call.strip(), mode="eval").body
        if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
            raise ValueError("it is no call of a function by its name")
        given = [ast.literal_eval(argument) for argument in tree.args]
        named = {str(word.arg): ast.literal_eval(word.value) for word in tree.keywords if word.arg}
        if len(named) != len(tree.keywords):
            raise ValueError("arguments after ** are not read")
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as fault:
        raise ValueError(str(fault)) from None
    return {"function": tree.func.id, "given": repr((given, named))}


def read_cases(raw: bytes, place: str) -> tuple[Case, ...]:
    """Cases of a JSON list of {"call" or "stdin", "expected"}. Raises BadInput that names the case and its fault."""
    try:
        rows = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"{place} is not JSON: {fault}.") from None
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"{place} holds no list of cases: write [{{\"call\": \"add(2, 3)\", \"expected\": 5}}].")
    cases = []
    for number, row in enumerate(rows, 1):
        where = f"Case {number} of {place}"
        if not isinstance(row, dict) or "expected" not in row or set(row) - {"call", "stdin", "expected"}:
            raise BadInput(f"{where} needs `expected`, and `call` or `stdin`, and nothing else.")
        if ("call" in row) == ("stdin" in row) or not isinstance(row.get("call", row.get("stdin")), str):
            raise BadInput(f"{where} needs either `call` or `stdin`, a text.")
        if "stdin" in row and not isinstance(row["expected"], str):
            raise BadInput(f"{where} has `stdin`, so `expected` has to be the text that is written to stdout.")
        if "stdin" in row and any("\ud800" <= sign <= "\udfff" for sign in row["stdin"]):
            raise BadInput(f"{where} has half of a character in `stdin`, which no text can hold: write it whole.")
        if "call" in row:
            try:
                call_parts(row["call"])
            except ValueError as fault:
                raise BadInput(f"{where} is called {row['call'][:80]!r}, which cannot be read: {fault}.") from None
        cases.append(Case(**row))
    return tuple(cases)


def _never(word: str) -> None:
    raise ValueError(f"{word} is no value")


def read_answers(raw: bytes, count: int) -> list[dict[str, Any]] | None:
    """The answers of a candidate's process, or None where they are not exactly that."""
    if len(raw) > LARGEST:
        return None
    try:
        rows = json.loads(raw, parse_constant=_never)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list) or len(rows) != count:
        return None
    good = (isinstance(row, dict) and set(row) in ({"value"}, {"raised"}) for row in rows)
    return rows if all(good) else None


def same(got: Any, expected: Any) -> bool:
    """Whether two plain values are one. True is not 1; a float may differ in its last places; NaN equals nothing."""
    if isinstance(expected, float) and type(got) in (int, float):
        try:
            return math.isfinite(got) and math.isclose(got, expected, rel_tol=CLOSE, abs_tol=1e-12)
        except OverflowError:
            return False
    if type(got) is not type(expected):
        return False
    if isinstance(expected, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(expected, dict):
        return set(got) == set(expected) and all(same(got[key], expected[key]) for key in expected)
    return bool(got == expected)


def same_text(got: bytes, expected: str) -> bool:
    """Whether a program wrote what it should; spaces at the ends of lines, and empty lines at the end, do not count."""
    try:
        text = got.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return [line.rstrip() for line in text.rstrip().splitlines()] == [
        line.rstrip() for line in expected.rstrip().splitlines()
    ]
