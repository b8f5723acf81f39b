"""Files of frames in, sentences out: a small grammar of choices. It knows nothing of villages; slots come from outside.

A file has sections, `[name]`, and one frame a line; lines of `#` are remarks. In a frame `(a|b|)` is a choice, maybe of
nothing; `<name>` is a frame drawn from section `name`; `{slot}` is filled by whoever asks; `{A:go|goes}` is the first
word where A is I or you, the second otherwise. All of them may stand inside one another.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from foundling.records import BadInput
from foundling.world.chance import Dice

_TOKEN = re.compile(r"[(|)]|<[\w.]+>|\{[^{}]+\}|[^(|)<{]+")
_VOWEL = re.compile(r"\b([Aa]) (?=[aeiou](?!ni[cfqtv]|se|sual|ne\b|nce\b|urope)|h(?:our|onest|eir\b))", re.IGNORECASE)
_NEXT = re.compile(r"((?<!\.\.)[.!?] )([a-z])")  # not after dots, nor a quotation: a tag may follow
_QUOTED = re.compile(r'(?<!\.\.)\."(?= [a-z]|[,;:])|(?<=[!?])",')  # a quotation that ended, in a sentence that goes on

Fill = Callable[[str], str]


@dataclass(frozen=True)
class Choice:
    """One of several sequences of parts."""

    options: tuple[tuple["Part", ...], ...]


@dataclass(frozen=True)
class Draw:
    """A frame drawn from a section."""

    section: str


@dataclass(frozen=True)
class Slot:
    """A hole to be filled; `forms` are the words of `{A:go|goes}`."""

    name: str
    forms: tuple[str, ...] = ()


Part = str | Choice | Draw | Slot


@lru_cache(maxsize=100_000)
def parse(frame: str) -> tuple[Part, ...]:
    """The parts of a frame. Raises BadInput for brackets that do not match."""
    tokens = _TOKEN.findall(frame)
    if "".join(tokens) != frame:
        raise BadInput(f"The frame {frame!r} has a bracket that does not close: mend it.")
    parts, rest = _sequence(tokens, 0)
    if rest != len(tokens):
        raise BadInput(f"The frame {frame!r} has a ) too many: mend it.")
    return parts


def _sequence(tokens: list[str], at: int) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    while at < len(tokens) and tokens[at] not in ("|", ")"):
        token = tokens[at]
        if token == "(":
            choice, at = _choice(tokens, at + 1)
            parts.append(choice)
            continue
        if token[0] == "<":
            parts.append(Draw(token[1:-1]))
        elif token[0] == "{":
            name, _, forms = token[1:-1].partition(":")
            parts.append(Slot(name, tuple(forms.split("|")) if forms else ()))
        else:
            parts.append(token)
        at += 1
    if at < len(tokens) and tokens[at] == "|":  # outside of brackets a bar is only a bar
        return (*parts, "|"), at + 1
    return tuple(parts), at


def _choice(tokens: list[str], at: int) -> tuple[Choice, int]:
    options: list[tuple[Part, ...]] = []
    while True:
        start: list[Part] = []
        while at < len(tokens) and tokens[at] not in ("|", ")"):
            if tokens[at] == "(":
                inner, at = _choice(tokens, at + 1)
                start.append(inner)
                continue
            parts, at = _sequence([*tokens[at:at + 1]], 0)[0], at + 1
            start.extend(parts)
        options.append(tuple(start))
        if at >= len(tokens):
            raise BadInput(f"The frame part {''.join(tokens)!r} has a ( that does not close: mend it.")
        at += 1
        if tokens[at - 1] == ")":
            return Choice(tuple(options)), at


def read_sections(paths: Iterable[Path]) -> dict[str, tuple[str, ...]]:
    """Sections of frames from files; a section that stands in several has all their frames. Raises BadInput for a frame
    before the first section."""
    found: dict[str, list[str]] = {}
    for path in paths:
        section = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if re.fullmatch(r"\[[\w.]+\]", line):
                section = line[1:-1]
                found.setdefault(section, [])
            elif not section:
                raise BadInput(f"Line {number} of {path.name} stands before any [section]: give it one.")
            else:
                found[section].append(line)
    return {name: tuple(dict.fromkeys(frames)) for name, frames in found.items()}


class Grammar:
    """Sections of frames and how they are drawn: within one telling a frame comes again only when all others have."""

    def __init__(self, sections: Mapping[str, tuple[str, ...]]) -> None:
        self.sections = sections

    def __contains__(self, section: str) -> bool:
        return bool(self.sections.get(section))

    def draw(self, section: str, dice: Dice, used: set[str]) -> str:
        """A frame of a section, not one of `used` while there are others; it joins `used`. Raises BadInput for none."""
        frames = self.sections.get(section)
        if not frames:
            raise BadInput(f"The grammar has no section [{section}]: write one.")
        for _ in range(4):
            frame = dice.one(frames)
            if frame not in used:
                break
        else:
            fresh = [f for f in frames if f not in used]
            if not fresh:
                used.difference_update(frames)
            frame = dice.one(fresh or frames)
        used.add(frame)
        return frame

    def expand(self, frame: str, fill: Fill, dice: Dice, used: set[str]) -> str:
        """The frame as words: choices drawn, sections expanded, slots filled in the order in which they stand."""
        return "".join(self._words(parse(frame), fill, dice, used))

    def _words(self, parts: tuple[Part, ...], fill: Fill, dice: Dice, used: set[str]) -> Iterable[str]:
        for part in parts:
            if isinstance(part, str):
                yield part
            elif isinstance(part, Choice):
                yield from self._words(dice.one(part.options), fill, dice, used)
            elif isinstance(part, Draw):
                yield from self._words(parse(self.draw(part.section, dice, used)), fill, dice, used)
            elif part.forms:
                yield part.forms[0] if fill(f"{part.name}.plural") else part.forms[-1]
            else:
                yield fill(part.name)


def tidy(words: str) -> str:
    """Single spaces, none before a comma, no comma where a slot said nothing, a or an."""
    text = re.sub(r" +([,.;:!?])", r"\1", " ".join(words.split()))
    text = re.sub(r",(?:,)+", ",", re.sub(r"^[,;] *|,(?=[.;:!?])", "", text))  # where a slot said nothing
    return _VOWEL.sub(r"\1n ", text)


def sentence(words: str) -> str:
    """Words as sentences: tidy, with a capital at the beginning of each."""
    text = _QUOTED.sub('"', tidy(words))
    text = _NEXT.sub(lambda match: match[1] + match[2].upper(), text)
    place = next((i for i, letter in enumerate(text) if letter.isalpha()), 0)
    return text[:place] + text[place:place + 1].upper() + text[place + 1:]
