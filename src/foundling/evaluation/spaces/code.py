"""The code compiler: a program that nobody has read flows in; whether it parses, compiles, runs and passes flows out.

Everything that touches the candidate happens in the sandbox. What should come back is never given to it, and what it
says of itself is no label: it can only answer, and answers are compared here.
"""

import functools
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from foundling.evaluation.spaces.code_cases import LARGEST, Case, call_parts, read_answers, same, same_text
from foundling.evaluation.spaces.space import Evidence, Label
from foundling.records import BadInput, content_hash
from foundling.sandbox import COMPILER, FUNCTION, Backend, Inputs, Limits, Outcome, choose, printable, run
from foundling.sandbox.embedded import interpret, present
from foundling.sandbox.running import interpreter_for

INSIDE = Path(__file__).with_name("inside")
LONGEST = 64 * 1024  # bytes of a candidate
COMPILERS = ("cc", "gcc", "clang", "tcc")
STEPS = ("parses", "compiles", "runs", "passes")
Language = Literal["python", "c"]


def c_compiler() -> Path | None:
    """The C compiler of this machine, by the path that it has behind its links."""
    found = next(filter(None, (shutil.which(name, path="/usr/bin:/usr/local/bin:/bin") for name in COMPILERS)), None)
    return Path(found).resolve() if found else None


def languages() -> tuple[str, ...]:
    """What can be judged here."""
    return ("python", "c") if sys.platform == "linux" and c_compiler() else ("python",)


@dataclass(frozen=True, kw_only=True)
class CodeSpace:
    """Programs in one language, asked the same cases. backend: None is the embedded interpreter, for calls only.

    Python is the bare interpreter with its standard library. C answers on stdout alone.
    """

    name: str = "code"
    language: Language = "python"
    cases: tuple[Case, ...] = ()
    backend: Backend | None
    limits: Limits = FUNCTION

    def __post_init__(self) -> None:
        if len({case.stdin is None for case in self.cases}) > 1:
            raise BadInput("Some cases are calls and some are texts for stdin: give each kind a list of its own.")

    def judge(self, candidate: bytes, *, seed: int) -> Evidence:
        """Try one program. The order of cases, hashes and random numbers are those of the seed."""
        order = list(range(len(self.cases)))
        random.Random(seed).shuffle(order)
        trial = _Trial(space=self, candidate=candidate, seed=seed, cases=[self.cases[number] for number in order])
        labels: list[Label] = []
        for label in trial.labels():
            labels.append(label)
            if label.passed is False:
                break
        missing = [Label(name=step, passed=None, detail="not tried") for step in STEPS[len(labels):]]
        return Evidence(space=self.name, candidate=content_hash(candidate), seed=seed, labels=(*labels, *missing))


def code_space(language: Language, cases: Sequence[Case], *, accept_none: bool = False) -> CodeSpace:
    """The space with the fence that holds here. Without one, calls of Python go to the embedded interpreter.

    Raises BadInput where this program cannot be tried on this machine.
    """
    if language == "c" and "c" not in languages():
        raise BadInput("There is no C compiler here: install one, such as gcc.")
    if language == "c" and any(case.call for case in cases):
        raise BadInput("A program in C is asked by `stdin`, not by `call`: give it a main that reads and prints.")
    try:
        backend = choose(accept_none)
    except BadInput:
        if language == "python" and cases and all(case.call for case in cases) and present():
            return CodeSpace(language=language, cases=tuple(cases), backend=None)
        raise
    if language == "c" and (why := why_no_c(backend)):
        raise BadInput(
            f"C cannot be judged here, an empty program fails ({why}): see to gcc, its headers and a /tmp that may run "
            "programs."
        )
    return CodeSpace(language=language, cases=tuple(cases), backend=backend)


@functools.cache
def why_no_c(backend: Backend) -> str:
    """Why even an empty program in C fails in this fence, in the words of the label; "" where it does not."""
    empty = b"#include <stdio.h>\nint main(void) { return 0; }\n"
    evidence = CodeSpace(language="c", backend=backend).judge(empty, seed=0)
    wrong = next((label for label in evidence.labels if label.passed is False), None)
    return f"{wrong.name}: {wrong.detail}" if wrong else ""


@dataclass(kw_only=True)
class _Trial:
    """One candidate in one space: each step gives its label, and the first that fails is the last."""

    space: CodeSpace
    candidate: bytes
    seed: int
    cases: list[Case]

    def labels(self) -> Iterator[Label]:
        """The labels, one after the other; each costs a run."""
        if len(self.candidate) > LONGEST:
            yield Label(name="parses", passed=False, detail=f"longer than {LONGEST} bytes")
        elif self.space.backend is None:
            yield from self._embedded()
        elif self.space.language == "c":
            yield from self._c()
        else:
            yield from self._python()

    def _run(self, command: Sequence[str], inputs: Inputs, limits: Limits, into: Path | None = None) -> Outcome:
        assert self.space.backend is not None
        outcome = run(command, inputs, limits, backend=self.space.backend, into=into)
        if outcome.ended == "failed":
            raise BadInput(
                f"The sandbox {outcome.backend} could not be set up: {printable(outcome.errors, 300).strip()}; see "
                "`foundling sandbox`."
            )
        return outcome

    def _python(self) -> Iterator[Label]:
        assert self.space.backend is not None
        python = interpreter_for(self.space.backend)
        files = {"candidate.py": self.candidate, "check.py": (INSIDE / "check.py").read_bytes()}
        command = python.command("../in/check.py", "../in/candidate.py")
        outcome = self._run(command, Inputs(files=files), self.space.limits)
        try:
            told = json.loads(outcome.output)
        except ValueError:
            told = {"parses": _how(outcome)}
        for step in STEPS[:2]:
            yield Label(name=step, passed=not told[step], detail=printable(told[step].encode(), 200))
        settled = {"PYTHONHASHSEED": str(self.seed % (1 << 32))}
        yield from self._called(python.command, settled)
        files = {"candidate.py": self.candidate}
        yield from self._asked(python.command("../in/candidate.py"), files, settled)

    def _called(self, command: Callable[..., list[str]], settled: dict[str, str]) -> Iterator[Label]:
        """The cases that are calls, all in one process."""
        cases = [case for case in self.cases if case.call]
        if not cases:
            return
        files = {
            "candidate.py": self.candidate, "call.py": (INSIDE / "call.py").read_bytes(),
            "calls.json": json.dumps([call_parts(case.call) for case in cases]).encode(),
        }
        words = ("../in/call.py", "../in/candidate.py", "../in/calls.json", "answers.json", str(self.seed))
        with tempfile.TemporaryDirectory(prefix="foundling-") as into:
            inputs = Inputs(files=files, environment=settled, results=("answers.json",))
            outcome = self._run(command(*words), inputs, self.space.limits, Path(into))
            left = outcome.results.get("answers.json")
            raw = left.read_bytes() if left and left.stat().st_size <= LARGEST else b""
        yield from _judged(cases, read_answers(raw, len(cases)) if outcome.clean else None, _how(outcome))

    def _asked(self, command: Sequence[str], files: dict[str, bytes], settled: dict[str, str]) -> Iterator[Label]:
        """The cases that are texts for stdin, each in a process of its own; without any case it is only run."""
        cases = [case for case in self.cases if case.stdin is not None]
        if self.cases and not cases:
            return
        right = 0
        for case in cases or [Case(stdin="")]:
            inputs = Inputs(files=files, stdin=(case.stdin or "").encode("utf-8"), environment=settled)
            outcome = self._run(command, inputs, self.space.limits)
            if not outcome.clean:
                yield Label(name="runs", passed=False, detail=_how(outcome))
                return
            right += bool(cases) and same_text(outcome.output, case.expected)
        yield Label(name="runs", passed=True)
        if cases:
            yield Label(name="passes", passed=right == len(cases), detail=f"{right} of {len(cases)} cases")

    def _c(self) -> Iterator[Label]:
        compiler = str(c_compiler())
        inputs = Inputs(files={"candidate.c": self.candidate})
        outcome = self._run([compiler, "-fsyntax-only", "-w", "../in/candidate.c"], inputs, COMPILER)
        yield Label(name="parses", passed=outcome.clean, detail="" if outcome.clean else _first(outcome))
        with tempfile.TemporaryDirectory(prefix="foundling-") as into:
            inputs = Inputs(files={"candidate.c": self.candidate}, results=("program",))
            command = [compiler, "-O1", "-w", "-o", "program", "../in/candidate.c", "-lm"]
            outcome = self._run(command, inputs, COMPILER, Path(into))
            made = outcome.results.get("program") if outcome.clean else None
            program = made.read_bytes() if made else b""
        yield Label(name="compiles", passed=bool(program), detail="" if program else _first(outcome))
        yield from self._asked(["../in/program"], {"program": program}, {})

    def _embedded(self) -> Iterator[Label]:
        calls = [case.call for case in self.cases]
        try:
            found = interpret(self.candidate.decode("utf-8"), calls, self.space.limits)
        except UnicodeDecodeError:
            yield Label(name="parses", passed=False, detail="it is not UTF-8")
            return
        yield Label(name="parses", passed=found.parses, detail="" if found.parses else found.wrong)
        yield Label(name="compiles", passed=True)
        if found.wrong:
            yield Label(name="runs", passed=False, detail=printable(found.wrong.encode(), 60))
            return
        yield from _judged(self.cases, list(found.answers), "")


def _judged(cases: Sequence[Case], answers: list[dict[str, Any]] | None, how: str) -> Iterator[Label]:
    """The labels of answers to calls: it runs when each call gives a value, and passes when each value is right."""
    if answers is None:
        yield Label(name="runs", passed=False, detail=how if how != "exit 0" else "it left no answers")
        return
    raised = [str(answer["raised"]) for answer in answers if "raised" in answer]
    detail = f"{len(raised)} of {len(cases)} calls raised {printable(raised[0].encode(), 60)}" if raised else ""
    yield Label(name="runs", passed=not raised, detail=detail)
    pairs = zip(answers, cases, strict=True)
    right = sum("value" in answer and same(answer["value"], case.expected) for answer, case in pairs)
    yield Label(name="passes", passed=right == len(cases), detail=f"{right} of {len(cases)} cases")


def _how(outcome: Outcome) -> str:
    """How a run ended, in words that are the same each time."""
    limits = {
        "wall": f"longer than {outcome.limits.wall:g} s", "cpu": f"more than {outcome.limits.cpu:g} s of computing",
        "memory": f"more than {outcome.limits.memory >> 20} MB", "processes": "too many processes",
        "output": "too much output", "folder": "too many files, or too large ones",
        "signal": f"signal {-outcome.code}", "exit": f"exit {outcome.code}",
    }
    return limits.get(outcome.ended, outcome.ended)


def _first(outcome: Outcome) -> str:
    """What a compiler complained of first."""
    lines = printable(outcome.errors, 4000).splitlines()
    found = next((line for line in lines if "error" in line), "")
    return found.replace("../in/", "")[:200] or _how(outcome)
