"""The code compiler: honest programs get their labels, and hostile ones get no better ones than they earn."""

from dataclasses import replace
from pathlib import Path

import pytest

from foundling.evaluation.spaces import code
from foundling.evaluation.spaces.code import STEPS, CodeSpace, Language, code_space, languages
from foundling.evaluation.spaces.code_cases import Case
from foundling.evaluation.spaces.space import Evidence
from foundling.records import BadInput
from foundling.sandbox import FUNCTION, Backend, holds, installed
from foundling.sandbox.embedded import present

ADD = (
    Case(call="add(2, 3)", expected=5), Case(call="add(-1, b=1)", expected=0),
    Case(call="add('a', 'b')", expected="ab"),
)
SUM = (Case(stdin="3 4\n", expected="7"), Case(stdin="10 -2\n", expected="8\n"))
QUICK = replace(FUNCTION, cpu=0.7, wall=30.0)


@pytest.fixture(params=["linux-bwrap", "linux-landlock"])
def backend(request: pytest.FixtureRequest) -> Backend:
    for found in installed():
        if found.name == request.param and holds(found):
            return found
    pytest.skip(f"{request.param} does not hold on this machine: see `foundling sandbox`")


@pytest.fixture(scope="module")
def fence() -> Backend:
    """The one that is used here: what is compared outside does not depend on which."""
    for found in installed():
        if holds(found):
            return found
    pytest.skip("no fence holds on this machine: see `foundling sandbox`")


def judged(
    backend: Backend | None, program: str, cases: tuple[Case, ...] = ADD, language: Language = "python", seed: int = 0
) -> Evidence:
    return CodeSpace(backend=backend, cases=cases, language=language, limits=QUICK).judge(program.encode(), seed=seed)


def said(evidence: Evidence) -> str:
    """The labels as one word: yes, no or a dash for each step."""
    assert tuple(label.name for label in evidence.labels) == STEPS
    return "".join({True: "y", False: "n", None: "-"}[label.passed] for label in evidence.labels)


HONEST = {
    "def add(a, b):\n    return a + b": "yyyy",
    "def add(a, b):\n    print('aside', a)\n    return a + b": "yyyy",
    "def add(a, b):\n    return a - b": "yyn-",  # it raises for texts
    "def add(a, b):\n    return 5": "yyyn",
    "def add(a, b:": "n---",
    "return 5": "yn--",
    "def sub(a, b):\n    return a - b": "yyn-",
    "1 / 0": "yyn-",
}


@pytest.mark.parametrize("program", HONEST)
def test_honest_programs_get_their_labels(backend: Backend, program: str) -> None:
    evidence = judged(backend, program)
    assert said(evidence) == HONEST[program], evidence.labels
    assert evidence.passed == (HONEST[program] == "yyyy") and evidence.space == "code" and len(evidence.candidate) == 64


HOSTILE = {
    "an end before the tests": "import os\nos._exit(0)",
    "an end with a good code": "raise SystemExit(0)",
    "a verdict on stdout": (
        "print('{\"parses\": \"\", \"compiles\": \"\", \"passes\": true}')\nprint('3 of 3 cases')\n"
        "import os; os._exit(0)"
    ),
    "answers of its own": (
        "import json, os\njson.dump([{'value': True}] * 3, open('answers.json', 'w'))\nos._exit(0)"
    ),
    "answers that say passed": "import os\nopen('answers.json', 'w').write('{\"passed\": true}')\nos._exit(0)",
    "answers that are no number": (
        "import os\n"
        "open('answers.json', 'w').write('[{\"value\": NaN}, {\"value\": 0}, {\"value\": \"ab\"}]')\nos._exit(0)"
    ),
    "answers as a link": "import os\nos.symlink('/proc/self/environ', 'answers.json')\nos._exit(0)",
    "answers as a pipe": "import os\nos.mkfifo('answers.json')\nos._exit(0)",
    "a value that equals everything": (
        "class Any:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
        "def add(a, b): return Any()"
    ),
    "a number that equals everything": (
        "class Any(int):\n    def __eq__(self, other): return True\n    __hash__ = None\ndef add(a, b): return Any(9)"
    ),
    "a text that lies": "class Lie(str):\n    def __eq__(self, other): return True\ndef add(a, b): return Lie('?')",
    "another json": (
        "import json\njson.dumps = lambda *a, **k: '[{\"value\": 1}, {\"value\": 1}, {\"value\": 1}]'\n"
        "def add(a, b): return 5"
    ),
    "another compare": "import builtins\nbuiltins.all = lambda *a: True\nbuiltins.sum = len\ndef add(a, b): return 0",
    "another exit": "import sys, os\nsys.exit = lambda *a: os._exit(0)\nsys.exit()",
    "a search for the answers": (
        "import os\n"
        "files = [open(os.path.join('../in', n)).read() for n in sorted(os.listdir('../in')) if n != 'candidate.py']\n"
        "assert files and 'expected\": ' not in ''.join(files)\ndef add(a, b): return None"
    ),
    "a harness rewritten": "open('../in/call.py', 'w').write('pass')",
    "a look at the caller": "import sys\nframe = sys._getframe(2)\nframe.f_globals.clear()\ndef add(a, b): return True",
    "true for one": "def add(a, b): return True",
    "an endless loop": "while True: pass",
    "a flood": "while True: print('x' * 1000)",
    "a signal to itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nos._exit(0)",
    "a child that answers": "import os\nif os.fork(): os._exit(0)\nimport time; time.sleep(0.2)",
    "an exit handler": "import atexit, os\natexit.register(os._exit, 0)\ndef add(a, b): raise KeyboardInterrupt",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_programs_never_pass(fence: Backend, name: str) -> None:
    evidence = judged(fence, HOSTILE[name])
    assert said(evidence) in ("yyn-", "yyyn"), evidence.labels
    assert not evidence.passed


def test_a_search_for_the_answers_looks_everywhere_and_finds_none(fence: Backend) -> None:
    """It comes to its end: had it found them, or nothing to look at, it would have raised."""
    assert said(judged(fence, HOSTILE["a search for the answers"])) == "yyyn"


def test_source_that_attacks_the_parser(fence: Backend) -> None:
    deep, wide = "(" * 5000 + ")" * 5000, "x = " + "-" * 50_000 + "1"
    for program in (deep, wide, "\0", "# coding: utf-7\n+AGEAYgBj-", "# coding: no-such\nx = 1", "x = 'a' * 10**9 * 1"):
        assert not judged(fence, program).passed
    assert said(judged(fence, "x = 1\n" * 20_000)) == "n---"  # longer than 64 KB


def test_a_value_is_what_it_was_when_it_came_back(fence: Backend) -> None:
    """A list that every call adds to and returns is another one after each."""
    cases = tuple(Case(call=f"more({n})", expected=list(range(n + 1))) for n in range(2))
    found = judged(fence, "kept = []\ndef more(n):\n    kept[:] = range(n + 1)\n    return kept", cases)
    assert said(found) == "yyyy", found.labels


def test_programs_that_read_and_print(fence: Backend) -> None:
    assert judged(fence, "print(sum(map(int, input().split())))", SUM).passed
    assert said(judged(fence, "print(7)", SUM)) == "yyyn"
    assert said(judged(fence, "print(7); raise SystemExit(1)", SUM)) == "yyn-"


def test_without_cases_a_program_is_only_run(fence: Backend) -> None:
    assert said(judged(fence, "x = 1", ())) == "yyy-" and said(judged(fence, "1 / 0", ())) == "yyn-"


def test_the_same_seed_gives_the_same_evidence(fence: Backend) -> None:
    program = "import random\ndef add(a, b): return random.random() + hash('x') % 7"
    assert judged(fence, program, seed=5) == judged(fence, program, seed=5)
    raising = "def add(a, b): raise RuntimeError(object())"  # its message has an address in it
    assert judged(fence, raising) == judged(fence, raising)


@pytest.mark.skipif("c" not in languages(), reason="there is no C compiler here")
class TestC:
    """The same labels for C: compiled in the fence, run in the fence."""

    GOOD = '#include <stdio.h>\nint main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", a + b); }'

    @pytest.fixture(autouse=True)
    def works(self, request: pytest.FixtureRequest) -> None:
        for name in {"backend", "fence"} & set(request.fixturenames):
            if why := code.why_no_c(request.getfixturevalue(name)):
                pytest.skip(f"an empty program in C fails here: {why}")

    def test_where_an_empty_program_fails_none_is_judged(self, fence: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        code.why_no_c.cache_clear()
        monkeypatch.setattr(code, "choose", lambda accept: fence)
        assert code_space("c", SUM).backend is fence
        code.why_no_c.cache_clear()
        monkeypatch.setattr(code, "c_compiler", lambda: Path("/usr/bin/false"))
        with pytest.raises(BadInput, match=r"an empty program fails \(parses: exit 1\)"):
            code_space("c", SUM)
        code.why_no_c.cache_clear()

    @pytest.mark.parametrize(("program", "labels"), [
        (GOOD, "yyyy"), (GOOD.replace("a + b)", "a - b)"), "yyyn"), ("int main({", "n---"),
        ("int f(void); int main(void) { return f(); }", "yn--"), ("int main(void) { int *p = 0; return *p; }", "yyn-"),
        ("int main(void) { for (;;); }", "yyn-"), ("int main(void) { return 1; }", "yyn-"),
        ('#include "/etc/passwd"\nint main(void) { return 0; }', "n---"),
        ("#include <sys/socket.h>\nint main(void) { return socket(2, 1, 0) < 0 ? 3 : 0; }", "yyn-"),
        ('__asm__(".incbin \\"/etc/hostname\\"");\nint main(void) { return 0; }', "yn--"),
    ], ids=range(10))
    def test_labels(self, backend: Backend, program: str, labels: str) -> None:
        evidence = judged(backend, program, SUM, "c")
        assert said(evidence) == labels, evidence.labels

    def test_a_compiler_that_never_ends_is_ended(self, fence: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(code, "COMPILER", replace(code.COMPILER, cpu=0.7, wall=60.0))
        bomb = "".join(f"#define A{n} A{n - 1} A{n - 1} A{n - 1} A{n - 1}\n" for n in range(1, 20)) + "#define A0 x,\n"
        assert said(judged(fence, bomb + "int x, a[] = { A19 };\nint main(void) { return 0; }", SUM, "c")) == "n---"

    def test_calls_are_for_python(self) -> None:
        with pytest.raises(BadInput, match="stdin"):
            code_space("c", ADD)


@pytest.mark.skipif(not present(), reason="pydantic-monty is not installed: pip install -e '.[sandbox]'")
class TestEmbedded:
    """Where nothing fences code in, calls of Python still have an interpreter."""

    @pytest.mark.parametrize("program", [program for program in HONEST if program != "return 5"])
    def test_the_same_labels(self, program: str) -> None:
        assert said(judged(None, program)) == HONEST[program]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_hostile_programs_never_pass(self, name: str) -> None:
        assert not judged(None, HOSTILE[name]).passed

    def test_it_is_taken_where_no_fence_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def none(accept: bool = False) -> Backend:
            raise BadInput("none")

        monkeypatch.setattr(code, "choose", none)
        assert code_space("python", ADD).backend is None
        for language, cases in (("python", SUM), ("python", ()), ("c", SUM)):
            with pytest.raises(BadInput):
                code_space(language, cases)


def test_calls_and_texts_are_not_mixed() -> None:
    with pytest.raises(BadInput, match="a list of its own"):
        CodeSpace(backend=None, cases=ADD + SUM)


def test_a_fence_that_breaks_is_no_verdict(fence: Backend) -> None:
    broken = replace(fence, jail=lambda job: ["/usr/bin/false"])
    with pytest.raises(BadInput, match="could not be set up"):
        judged(broken, "def add(a, b): return a + b")


def test_expected_answers_never_enter(fence: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that is given to a candidate, nothing has the answer in it."""
    given: list[bytes] = []
    real = code.run

    def seen(command, inputs, limits, **more):
        given.extend([*inputs.files.values(), inputs.stdin, repr(command).encode(), repr(inputs.environment).encode()])
        return real(command, inputs, limits, **more)

    monkeypatch.setattr(code, "run", seen)
    marked = (Case(call="add(2, 3)", expected="a-marked-answer"), Case(call="add(1, 1)", expected="a-marked-answer"))
    judged(fence, "def add(a, b): return a + b", marked)
    assert given and not any(b"a-marked-answer" in each for each in given)
    assert not any(b"a-marked-answer" in path.read_bytes() for path in Path(code.INSIDE).glob("*.py"))
