"""The embedded interpreter: calls are answered with plain values, and there is nothing in it to break out of."""

import time
from dataclasses import replace

import pytest

from foundling.sandbox import FUNCTION, MB
from foundling.sandbox.embedded import interpret, plain, present

pytestmark = pytest.mark.skipif(not present(), reason="pydantic-monty is not installed: pip install -e '.[sandbox]'")
LIMITS = replace(FUNCTION, cpu=1, memory=32 * MB)


def answers(source: str, *calls: str) -> list[dict[str, object]]:
    found = interpret(source, calls, LIMITS)
    assert found.parses and not found.wrong, found.wrong
    return list(found.answers)


def test_calls_are_answered() -> None:
    source = "import math\ndef f(a, b=1):\n    print('aside')\n    return {'sum': a + b, 'all': (a, [math.floor(2.5)])}"
    assert answers(source, "f(2)", "f(1, b=0)", "f('x')") == [
        {"value": {"sum": 3, "all": [2, [2]]}}, {"value": {"sum": 1, "all": [1, [2]]}}, {"raised": "TypeError"},
    ]


def test_what_is_no_python_is_told() -> None:
    assert not interpret("def f(:", [], LIMITS).parses
    assert interpret("1 / 0", [], LIMITS).wrong == "ZeroDivisionError"


@pytest.mark.parametrize("source", [
    "import os\nos.listdir('/')", "open('/etc/passwd').read()", "import socket", "import ctypes", "import subprocess",
    "().__class__.__base__.__subclasses__()", "__import__('os').system('id')", "import torch",
    "print.__self__.open('/etc/passwd')", "import sys\nsys.modules['os']", "import os\nos.environ['HOME']",
])
def test_there_is_nothing_to_reach(source: str) -> None:
    assert interpret(source, [], LIMITS).wrong


def test_time_and_memory_have_an_end() -> None:
    began = time.monotonic()
    assert answers("def f():\n    while True: pass", "f()") == [{"raised": "TimeoutError"}]
    assert time.monotonic() - began < 10
    assert answers("def f():\n    return len('a' * (1 << 30))", "f()") == [{"raised": "MemoryError"}]
    assert interpret("x = [1]\nwhile True:\n    x = x + x", [], LIMITS).wrong in ("MemoryError", "TimeoutError")


def test_only_plain_values_come_out() -> None:
    for hostile in (float("nan"), float("inf"), object(), {1: 2}, b"x", {1}, type("Liar", (int,), {})(1)):
        with pytest.raises(ValueError):
            plain(hostile)
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError):
        plain(deep)
    assert answers("class A: pass", "A()", "1e999", "{1, 2}", "10 ** 5000") == [
        {"raised": "a MontyClassProxy"}, {"raised": "a float"}, {"raised": "a set"},
        {"raised": "a number too long to write"},
    ]
