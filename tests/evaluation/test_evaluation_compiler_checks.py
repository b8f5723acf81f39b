"""Every row of the table of checks: its wrong example trips it, its right one does not, and the document shows it."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN
from foundling.corpus.steps import fingerprints
from foundling.evaluation.spaces.data.bench import Given
from foundling.evaluation.spaces.data.check import Check, Diagnostic, Example, Met
from foundling.evaluation.spaces.data.checks.copies import CHECKS as COPIES
from foundling.evaluation.spaces.data.compiler import Compiled, Wanted, compile_folder
from foundling.evaluation.spaces.data.printing import explained
from foundling.evaluation.spaces.data.table import CHECKS, check_of, chosen
from foundling.records import BadInput
from foundling.tokens import Tokenizer, train_tokenizer

DOCUMENT = Path(__file__).parents[2] / "docs" / "compiler.md"
UNWRITTEN = {"E001", "E002", "E027", "E029", "E066", "E069"}  # their examples are files and folders: tested elsewhere
EXAM = next(check for check in COPIES if check.code == "E046").wrong[0][1]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    texts = [path.read_text(encoding="utf-8") for path in sorted(BUILTIN.rglob("*.txt"))]
    return train_tokenizer(texts, 2048)


def write(folder: Path, example: Example) -> Path:
    for name, text in example:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def codes(folder: Path, given: Given) -> list[str]:
    events = compile_folder(Wanted(folder=folder, given=given))
    return [event.code for event in events if isinstance(event, Diagnostic)]


def given(tokenizer: Tokenizer) -> Given:
    return Given(tokenizer=tokenizer, prints=fingerprints([EXAM]), today="2026-11-21")


@pytest.mark.parametrize("check", [check for check in CHECKS if check.wrong], ids=lambda check: check.code)
def test_the_wrong_example_trips_its_check_and_the_right_one_does_not(
    check: Check, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    assert check.right
    assert check.code in codes(write(tmp_path / "wrong", check.wrong), given(tokenizer))
    assert check.code not in codes(write(tmp_path / "right", check.right), given(tokenizer))


def test_right_examples_are_clean_but_for_what_their_check_is_about(tokenizer: Tokenizer, tmp_path: Path) -> None:
    """A near miss that trips something else would teach nothing: no right example has an error of any kind."""
    faulty = {}
    for check in CHECKS:
        if check.right:
            found = codes(write(tmp_path / check.code, check.right), given(tokenizer))
            if errors := [code for code in found if code[0] == "E"]:
                faulty[check.code] = errors
    assert faulty == {}


def test_only_what_cannot_be_written_down_has_no_example() -> None:
    assert {check.code for check in CHECKS if not check.wrong} == UNWRITTEN
    assert len(CHECKS) - len(UNWRITTEN) >= 30


def test_codes_are_stable_names() -> None:
    assert len({check.code[1:] for check in CHECKS}) == len(CHECKS)
    assert all(re.fullmatch(r"[EW]\d{3}", check.code) for check in CHECKS)
    assert [check.code[1:] for check in CHECKS] == [f"{n:03d}" for n in range(1, len(CHECKS) + 1)]
    assert check_of("e012").title == "turn without a speaker"
    for check in CHECKS:
        assert isinstance(check.find, Met) or check.find.__doc__ or check.find.__name__ == "find", check.code


def test_every_check_explains_itself() -> None:
    for check in CHECKS:
        text = explained(check)
        assert text.startswith(f"{check.code} ({check.severity}): {check.title}") and "Mend it: " in text
        assert len(check.why) > 60 and check.fix.endswith("."), check.code
        assert all(sign.isprintable() or sign == "\n" for sign in text), check.code


def table(checks: Sequence[Check]) -> str:
    """The table of codes in Markdown, as docs/compiler.md has it."""
    rows = [f"| {check.code} | {check.severity} | {check.title} | {check.fix} |" for check in checks]
    return "\n".join(["| code | | what is wrong | how to mend it |", "|---|---|---|---|", *rows])


def test_the_document_has_the_table_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = "<!-- codes: begin -->\n", "\n<!-- codes: end -->"
    assert text[text.index(begin) + len(begin):text.index(end)] == table(CHECKS)
    assert set(re.findall(r"\b[EW]\d{3}\b", text)) <= {check.code for check in CHECKS}


def test_checks_are_chosen_by_the_beginning_of_their_codes() -> None:
    assert {check.code[0] for check in chosen(["E"], [])} == {"E"}
    assert [check.code for check in chosen(["E012", "w01"], ["W018", "W019"])] == [
        "W010", "W011", "E012", "W017"]
    assert len(chosen([], [])) == len(CHECKS)
    for wrong in ("E999", "X", ""):
        with pytest.raises(BadInput):
            chosen([wrong], [])


def test_the_stories_of_the_package_are_clean(tokenizer: Tokenizer) -> None:
    """What people wrote for this project has the terms that `collect` states for it, and nothing wrong."""
    from foundling.evaluation.spaces.data.heads import Terms
    from foundling.records import Origin

    terms = Terms(origin=Origin(licence="Apache-2.0", author="Foundling"))
    told = Given(terms=terms, tokenizer=tokenizer, today="2026-11-21")
    *found, last = compile_folder(Wanted(folder=BUILTIN, given=told))
    assert isinstance(last, Compiled) and last.documents > 150
    assert [event for event in found if isinstance(event, Diagnostic)] == []
