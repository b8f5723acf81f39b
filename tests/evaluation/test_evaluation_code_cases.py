"""What a program is asked, and what counts as right: by the type, by the value, and by nothing that is only written."""

import json
import math

import pytest

from foundling.evaluation.spaces.code_cases import Case, call_parts, read_answers, read_cases, same, same_text
from foundling.records import BadInput


@pytest.mark.parametrize(("got", "expected", "right"), [
    (5, 5, True), (5, 6, False), (True, 1, False), (1, True, False), (0, False, False),
    (None, None, True), (0, None, False),
    (5, 5.0, True), (5.0, 5, False), (0.1 + 0.2, 0.3, True), (0.31, 0.3, False), (math.nan, 0.5, False),
    (math.inf, 1e308, False), (10 ** 400, 1.0, False), ("5", 5, False), ([1, 2], [1, 2], True), ([1], [1, 2], False),
    ([True], [1], False), ({"a": 1}, {"a": 1}, True), ({"a": 1, "b": 2}, {"a": 1}, False), ([], {}, False),
    ({"a": [0.3]}, {"a": [0.1 + 0.2]}, True),
])
def test_what_is_the_same(got: object, expected: object, right: bool) -> None:
    assert same(got, expected) is right


def test_nan_is_never_right() -> None:
    assert not same(math.nan, math.nan)


def test_written_answers_may_end_in_spaces() -> None:
    assert same_text(b"7  \r\n8\n\n", "7\n8")
    assert not same_text(b"7 8", "7\n8") and not same_text(b"\xff", "\ufffd") and not same_text(b"", "7")


@pytest.mark.parametrize("raw", [
    b"", b"not json", b"{}", b"[]", b"[1, 2]", b'[{"value": 1}]', b'[{"value": 1}, {"value": NaN}]',
    b'[{"value": 1}, {"value": Infinity}]', b'[{"value": 1}, {"value": 2, "passed": true}]', b'[{}, {}]',
    b'[{"value": 1}, true]', b"[" * 200_000, b'[{"value": 1}, {"value": ' + b"9" * 5000 + b"}]",
    b'[{"value": 1}, {"value": "' + b"x" * (1 << 20) + b'"}]', b"\xff\xfe",
], ids=range(15))
def test_other_answers_are_no_answers(raw: bytes) -> None:
    assert read_answers(raw, 2) is None


def test_answers_are_read() -> None:
    rows = [{"value": [1, {"a": None}]}, {"raised": "ValueError"}]
    assert read_answers(json.dumps(rows).encode(), 2) == rows


@pytest.mark.parametrize(("raw", "said"), [
    (b"x", "not JSON"), (b"{}", "no list"), (b"[]", "no list"), (b"[3]", "Case 1"), (b'[{"call": "f()"}]', "expected"),
    (b'[{"call": "f()", "expected": 1}, {"call": 3, "expected": 1}]', "Case 2"),
    (b'[{"call": "f()", "stdin": "", "expected": ""}]', "either"), (b'[{"stdin": "", "expected": 3}]', "stdout"),
    (b'[{"call": "f() + g()", "expected": 1}]', "cannot be read"),
    (b'[{"call": "f(g())", "expected": 1}]', "cannot be read"),
    (b'[{"call": "os.system(\'x\')", "expected": 1}]', "cannot be read"),
    (b'[{"call": "f(**{})", "expected": 1}]', "cannot be read"),
    (b'[{"call": "f()", "expected": 1, "points": 3}]', "nothing else"),
    (b'[{"call": "f({[]: 1})", "expected": 1}]', "cannot be read"),
    (b'[{"stdin": "a\\ud83d", "expected": ""}]', "half of a character"),
])
def test_bad_cases_are_named(raw: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_cases(raw, "cases.json")


def test_cases_are_read() -> None:
    raw = b'[{"call": "f(1, [2], b=None)", "expected": null}]'
    assert read_cases(raw, "x") == (Case(call="f(1, [2], b=None)"),)
    assert call_parts("f(1, [2], b=None)") == {"function": "f", "given": "([1, [2]], {'b': None})"}
