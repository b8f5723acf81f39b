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
    missing = [
        action.option_strings[0] for action in COMMANDS[name]._actions
        if action.option_strings and action.option_strings[0] not in ("-h", "--json")
        and action.option_strings[0] not in told + born
    ]
    assert not missing


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_typed(name: str) -> None:
    example = re.fullmatch(r"example:\n  foundling (.*)", COMMANDS[name].epilog or "")
    assert example and example[1].startswith(name)
    parser().parse_args(shlex.split(example[1]))


@pytest.mark.parametrize("name", COMMANDS)
def test_defaults_are_those_that_hold(name: str) -> None:
    for action in COMMANDS[name]._actions:
        told = re.search(r"\(default: ([\d.]+)([kMG]?)\)", action.help or "")
        if told and action.default is not None:
            factor = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[told[2]]
            assert float(told[1]) * factor == pytest.approx(float(action.default)), action.option_strings
        word = re.escape((action.option_strings or ["-"])[0])
        row = rf"^\| `{word} [A-Z]+` \|[^|\n]*default:? (\d[\d.]*)([kMG]?)\b"
        written = re.search(row, section(name), re.MULTILINE)
        if written and isinstance(action.default, int | float):
            factor = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[written[2]]
            assert float(written[1]) * factor == pytest.approx(action.default), action.option_strings
