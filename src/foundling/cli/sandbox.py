"""`foundling sandbox`: what fences code in here, or one program tried in it; options in, an exit code out."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from foundling.cli.values import seed
from foundling.records import BadInput

LANGUAGES: dict[str, Literal["python", "c"]] = {".py": "python", ".c": "c"}


def add_sandbox(add: Callable[..., argparse.ArgumentParser]) -> None:
    """sandbox, made by `add(word, what, example, home)`."""
    sandbox = add(
        "sandbox", "show what fences code in on this machine, or try a program in it: parses, compiles, runs, passes",
        "foundling sandbox answer.py --cases cases.json", home=False,
    )
    sandbox.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a program to try (default: none)")
    sandbox.add_argument(
        "--cases", type=Path, metavar="FILE",
        help='what it is asked: [{"call": "add(2, 3)", "expected": 5}], or {"stdin": "2 3", "expected": "5"}',
    )
    sandbox.add_argument("--language", choices=("python", "c"), help="(default: by the file's ending)")
    sandbox.add_argument("--seed", type=seed, default=0, help="of the order of cases and of hashes (default: 0)")
    sandbox.add_argument("--full", action="store_true", help="without FILE: every attempt to break out, not only seven")
    sandbox.add_argument(
        "--i-accept-no-sandbox", dest="accept_none", action="store_true",
        help="where no fence holds, run it all the same: only what you have read yourself",
    )


def sandbox(options: argparse.Namespace) -> int:
    """Exit code 0: it passes, or a fence holds; 1: not so; 2: bad input, or nothing to run the program in."""
    if options.file is None:
        if options.cases:
            raise BadInput("--cases is for a program: give its file too.")
        return _shown(options)
    return _tried(options)


def _shown(options: argparse.Namespace) -> int:
    """What is here, and what each attempt to break out came to."""
    from foundling.cli.showing import tell
    from foundling.sandbox import cure, installed, probed
    from foundling.sandbox.embedded import present
    from foundling.sandbox.trying import ATTEMPTS, try_all

    backends: list[dict[str, Any]] = []
    for backend in installed():
        found = try_all(backend, list(ATTEMPTS)) if options.full else probed(backend)
        known = [tried.word for tried in found if backend.name in ATTEMPTS[tried.word].leaks]
        backends.append({
            "backend": backend.name, "version": backend.version, "experimental": backend.experimental,
            "holds": all(tried.held for tried in found if tried.word not in known),
            "known_to_leak": known, "attempts": [asdict(tried) for tried in found],
        })
    chosen = next((each["backend"] for each in backends if each["holds"]), None)
    facts = {"chosen": chosen, "backends": backends, "embedded": present(), "cure": cure()}
    lines = []
    for each in backends:
        lines.append(f"{each['backend']} ({each['version']}): {'holds' if each['holds'] else 'DOES NOT HOLD'}")
        for tried in each["attempts"]:
            mark = "held" if tried["held"] else "known" if tried["word"] in each["known_to_leak"] else "BROKEN"
            lines.append(f"  {mark:<7} {tried['word']:<17} {tried['said'][:90]}")
    lines.append(f"embedded interpreter: {'installed' if facts['embedded'] else 'not installed'}")
    lines += [cure()] if cure() else []
    none = "No fence holds here: code that nobody has read is not run."
    lines.append(f"Code is run in {chosen}." if chosen else none)
    tell(options, facts, "\n".join(lines))
    return 0 if chosen else 1


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadInput(f"{path} cannot be read: {fault.strerror}.") from None


def _tried(options: argparse.Namespace) -> int:
    """One program and its labels."""
    from foundling.cli.showing import tell
    from foundling.evaluation.spaces.code import Language, code_space
    from foundling.evaluation.spaces.code_cases import read_cases

    language: Language | None = options.language or LANGUAGES.get(options.file.suffix.lower())
    if language is None:
        raise BadInput(f"{options.file} does not say its language by its ending: give --language python or c.")
    program = _read(options.file)
    cases = read_cases(_read(options.cases), str(options.cases)) if options.cases else ()
    space = code_space(language, cases, accept_none=options.accept_none)
    evidence = space.judge(program, seed=options.seed)
    fine = all(label.passed for label in evidence.labels if cases or label.name != "passes")
    words = {True: "yes", False: "no", None: "-"}
    rows = [f"{label.name:<9} {words[label.passed]:<4} {label.detail}".rstrip() for label in evidence.labels]
    backend = space.backend.name if space.backend else "embedded interpreter"
    facts = asdict(evidence) | {"backend": backend, "language": language, "passed": fine}
    tell(options, facts, "\n".join([*rows, f"({backend})"]))
    return 0 if fine else 1
