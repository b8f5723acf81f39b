"""What can be typed is written down, and what is written down can be typed."""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundling.cli.options import parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.exists()]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)


def words_of(command: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The words that may follow a command, {} where none may."""
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


FIRST = words_of(parser())
COMMANDS = {word: command for word, command in FIRST.items() if not words_of(command)} | {
    f"{word} {second}": command for word, group in FIRST.items() for second, command in words_of(group).items()
}


def options() -> Iterator[tuple[str, str]]:
    """(command, option) for every long option."""
    for word, command in COMMANDS.items():
        for action in command._actions:
            for option in action.option_strings:
                if option.startswith("--"):
                    yield word, option


def test_the_documents_and_the_commands_are_there() -> None:
    assert (ROOT / "README.md").exists() and len(COMMANDS) >= 12


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_is_written_down(word: str) -> None:
    """As a person would type it, or in a heading that lists several: `foundling collect, prepare ...`."""
    typed = re.compile(rf"\bfoundling (?:[a-z]+, )*{word}\b")
    assert typed.search(TEXT), f"no document says `foundling {word}`"


@pytest.mark.parametrize(("word", "option"), list(options()))
def test_every_option_is_written_down(word: str, option: str) -> None:
    assert re.search(rf"(?<![\w-]){option}(?![\w-])", TEXT), f"no document names {option} of `foundling {word}`"


def test_every_command_in_the_documents_can_be_typed() -> None:
    """Each `foundling ...` line inside a code block is parsed by the real parser: words, options and their values."""
    blocks = [block.replace("\\\n", " ") for block in re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL)]
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    typed = [line for line in lines if re.match(r"(\S*/)?foundling ", line)]
    for line in typed:
        words = re.sub(r"\s+#.*|\s+[|>&].*", "", line).split()[1:]
        if "--help" not in words:
            parser().parse_args(words)


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_has_help_with_an_example_that_parses(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args([*word.split(), "--help"])
    out = capsys.readouterr().out
    assert end.value.code == 0 and "example:" in out
    example = re.search(r"example:\s*\n\s*(foundling .*)", out)
    assert example and parser().parse_args(example[1].split()[1:]).command == word.split()[0]
    for action in COMMANDS[word]._actions:
        assert action.help, f"{action.dest} of {word} has no help"


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_answers_in_json(word: str) -> None:
    assert "--json" in {o for w, o in options() if w == word}


def test_the_first_page_of_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args(["--help"])
    out = capsys.readouterr().out
    assert end.value.code == 0 and "example:" in out
    assert all(re.search(rf"^\s+{word}\s", out, re.MULTILINE) for word in FIRST)


def test_every_command_that_is_parsed_is_done() -> None:
    from foundling.cli.commands import COMMANDS as DONE

    assert set(DONE) == set(FIRST)


def test_help_comes_without_torch() -> None:
    """Torch costs seconds: a person who asks what can be typed must not wait for it. One process asks for all."""
    program = (
        "import contextlib, io, sys\n"
        "from foundling.cli.main import run\n"
        "for words in sys.argv[1:]:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        try:\n"
        "            run([*words.split(), '--help'])\n"
        "        except SystemExit as end:\n"
        "            assert end.code == 0\n"
        "    assert 'example:' in out.getvalue(), words\n"
        "heavy = {'torch', 'numpy', 'transformers', 'tokenizers', 'safetensors', 'starlette'} & set(sys.modules)\n"
        "sys.exit(' '.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "", *COMMANDS], capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.name}: {target}" for path in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_exit_codes_and_json_keys_are_written_down() -> None:
    for word in ("130", "exit code", "--json", "bits_per_byte"):
        assert word in TEXT.replace("Exit code", "exit code"), f"no document says {word}"
