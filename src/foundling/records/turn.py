"""The turn grammar that corpus, tokens, world and community share: who speaks, what they say, and silence.

A document is `<|begin|>` ... `<|end|>`. Prose stands as it is. A conversation is turns, each
`<|turn|>NAME<|says|>TEXT`, ending where the next `<|turn|>` or `<|end|>` stands; `<|turn|><|silence|>` means that
nobody speaks now. There are no roles. This module knows the grammar as text only; ids are the business of `tokens`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from foundling.records.errors import BadInput

BEGIN, END, TURN, SAYS, SILENCE = "<|begin|>", "<|end|>", "<|turn|>", "<|says|>", "<|silence|>"
SPECIALS = (BEGIN, END, TURN, SAYS, SILENCE)

_LINE = re.compile(r"([^\W\d_][^:\n]{0,39}): ?(.*)")


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One turn of talk. `name` is None, and `text` empty, when nobody speaks."""

    name: str | None
    text: str = ""

    @property
    def silent(self) -> bool:
        """True where nobody speaks."""
        return self.name is None


def parse_line(line: str) -> Turn | None:
    """`Ada: hello` as a turn, `(silence)` as silence, None when the line is neither."""
    if line.strip() == "(silence)":
        return Turn(name=None)
    match = _LINE.fullmatch(line.strip())
    return Turn(name=match[1].strip(), text=match[2].strip()) if match and match[2].strip() else None


def parse_scene(text: str, where: str = "the scene") -> tuple[Turn, ...]:
    """The lines of a scene as turns; blank lines are skipped. Raises BadInput naming the first line that is no turn.

    Only a line feed ends a line: what else Unicode calls a line end (form feed, U+2028) cannot open a turn.
    """
    turns = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        turn = parse_line(line)
        if turn is None:
            raise BadInput(f"Line {number} of {where} is no turn: write `Name: what they say` or `(silence)`.")
        turns.append(turn)
    return tuple(turns)


def render(turns: Iterable[Turn]) -> str:
    """Turns as a scene's lines, the inverse of `parse_scene`: the form people read and write, no special tokens.

    White space in a turn becomes single spaces, so that nobody's words can open a line, and so a turn, of their own.
    """
    return "\n".join("(silence)" if turn.silent else f"{turn.name}: {' '.join(turn.text.split())}" for turn in turns)
