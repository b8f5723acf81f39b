"""Help and docs/commands.md against the parser: every option is written down, every example can be typed, and every
default that is told is the one that holds."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundling.cli.options import parser

DOCS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(top: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be typed, with its words."""
    inner = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield name, top
    for action in inner:
        for word, command in action.choices.items():
            yield from commands(command, f"{name} {word}".strip())


COMMANDS = dict(commands(parser()))


def section(name: str) -> str:
    """What docs/commands.md has about a command, under a heading of its own or shared with others."""
    parts = re.split(r"^#{2,3} ", DOCS, flags=re.MULTILINE)
    found = [
        part for part in parts
        if part.startswith("foundling ") and re.search(rf"\b{name}\b", part.split("\n")[0])
    ]
    assert len(found) == 1, (name, [part[:60] for part in found])
    return found[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_written_down(name: str) -> None:
    told = section(name)
    born = section("raise") if name == "collect" else ""  # "all options of `raise` but --stories", it says
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", told + born))  # whole words: --seeds does not tell of --seed
    wanted = {action.option_strings[0] for action in COMMANDS[name]._actions if action.option_strings}
    assert wanted - named <= {"-h", "--json"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_typed(name: str) -> None:
    example = re.fullmatch(r"example:\n  foundling (.*)", COMMANDS[name].epilog or "")
    assert example and example[1].startswith(name)
    parser().parse_args(shlex.split(example[1]))


FACTORS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}


def defaults(name: str, action: argparse.Action) -> Iterator[tuple[float, float]]:
    """(as told, as it is) for a default that is a number: in the help, and in the command's table of the document."""
    if not isinstance(action.default, int | float):
        return
    if told := re.search(r"\(default: ([\d.]+)([kMG]?)\)", action.help or ""):
        yield float(told[1]) * FACTORS[told[2]], action.default
    word = re.escape((action.option_strings or ["-"])[0])
    row = rf"^\| `{word} [A-Z]+` \|[^|\n]*default:? (\d[\d.]*)([kMG]?)\b"
    if written := re.search(row, section(name), re.MULTILINE):
        yield float(written[1]) * FACTORS[written[2]], action.default


@pytest.mark.parametrize("name", COMMANDS)
def test_defaults_are_those_that_hold(name: str) -> None:
    for action in COMMANDS[name]._actions:
        for told, held in defaults(name, action):
            assert told == pytest.approx(held), action.option_strings


def test_defaults_are_found_where_they_are_told() -> None:
    """The control: without it, an expression that finds nothing would find nothing wrong."""
    actions = [(name, action) for name, command in COMMANDS.items() for action in command._actions]
    assert sum(len(list(defaults(name, action))) for name, action in actions) > 40
