"""What a check is: a code, how grave it is, what it says and why, an example of wrong and right, and the function.

A check reads one document and the bench of what was given and seen before; it changes no text and decides nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.evaluation.spaces.data.places import Mark

Severity = Literal["error", "warning"]
Need = Literal["", "tokenizer", "prints", "today", "corpus", "originals"]
"""What a check cannot do without: a tokenizer, evaluation texts, the day, or other documents beside this one, the
texts that this one was made of."""
Example = tuple[tuple[str, str], ...]
"""Files by name with their texts. A byte that is no UTF-8 is written as the half character of `surrogateescape`."""
Find = Callable[[Document, Bench], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One row of the table. `why` is a paragraph; `wrong` trips this check and `right` does not (a test holds both);
    both are empty where the example cannot be written down, and `why` then says what it would be. secret: the line that
    it was found in is not shown."""

    code: str
    title: str
    why: str
    fix: str
    find: Find
    wrong: Example = ()
    right: Example = ()
    need: Need = ""
    secret: bool = False

    @property
    def severity(self) -> Severity:
        """The first letter of the code says it."""
        return "error" if self.code[0] == "E" else "warning"


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """What the compiler says of one place. source: the part of the line around it, as it stands in the file; caret:
    which character of that part is meant, from 0."""

    code: str
    severity: Severity
    mark: Mark
    message: str
    source: str = ""
    caret: int = 0


def prose(text: str) -> Example:
    """An example of one file of prose."""
    return (("story.txt", text),)


def scene(text: str) -> Example:
    """An example of one scene."""
    return (("scene.txt", f"---\nform: scene\n---\n{text}"),)


def rows(*lines: str) -> Example:
    """An example of JSON lines."""
    return (("rows.jsonl", "\n".join(lines)),)


@dataclass(frozen=True, kw_only=True)
class Met:
    """A check that tells what parsing met under its code; the only kind that is run where a text could not be read."""

    code: str

    def __call__(self, document: Document, _: Bench) -> Iterator[Finding]:
        """The faults, as findings."""
        yield from (Finding(mark=fault.mark, said=fault.said) for fault in document.faults if fault.code == self.code)


def met(code: str) -> Met:
    """The check that tells what parsing met under a code."""
    return Met(code=code)
