"""A play's text in, one scene out for every scene of the play. Stage directions and lists of persons are left out.

Speakers as editions print them: `HAMLET. words`, `HAMLET` alone above its lines, `Hamlet: words`. Brackets, and lines
that open with Enter, Exit or Exeunt, are directions.
"""

import re
from collections import Counter
from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import lines
from foundling.corpus.reading.document import title_of
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import scene
from foundling.records import Story

MOST_TURNS = 2000
_PART = re.compile(
    r"(?P<kind>ACT|SCENE|PROLOGUE|EPILOGUE|Act|Scene|Prologue|Epilogue)\b"
    r"(?P<rest>[ .:]*[\w ,.:'\u2019-]{0,80})")
_CAPITALS = r"[A-Z\u00c0-\u00de][A-Z\u00c0-\u00de.'\u2019 -]{0,38}[A-Z\u00c0-\u00de]|[A-Z]"
_ALONE = re.compile(rf"(?P<who>{_CAPITALS})[.:]?(?P<words>)")
_RUN_IN = re.compile(rf"(?P<who>{_CAPITALS})(?:[.:][\u2014-]{{0,2}}|,)\s*(?P<words>\S.*)")
_COLON = re.compile(r"(?P<who>[^\W\d_][\w.'\u2019 -]{0,38}): (?P<words>\S.*)")
_DIRECTION = re.compile(r"\[[^\[\]]{0,2000}\]|\([^()]{0,2000}\)|_[^_\n]{1,400}_")
_MOVES = re.compile(r"(Enter|Exit|Exeunt|Re-?enter|Curtain|CURTAIN|Flourish|Alarum)\b.*")

Line = tuple[str, str]


def _named(who: str) -> str:
    """"HAMLET." as "Hamlet": a name is no shout."""
    who = who.strip(" .:,")
    return " ".join(word.capitalize() for word in who.split()) if who.isupper() else who


def _speech(line: str, known: Counter[str]) -> Line | None:
    """Who begins to speak on this line and the first words, None where nobody does."""
    for form in (_ALONE, _RUN_IN, _COLON):
        found = form.fullmatch(line)
        if found and (form is not _COLON or len(found["who"].split()) <= 3):
            known[_named(found["who"])] += 1
            return _named(found["who"]), found["words"]
    return None


class _Stage:
    """What is being said in the scene that is read now."""

    def __init__(self) -> None:
        self.said: list[Line] = []
        self.open = False  # a direction in brackets goes on over several lines

    def words(self, line: str) -> str:
        """The line without directions, also those that began on a line before."""
        if self.open:
            _, bracket, line = line.partition("]")
            self.open = not bracket
            if self.open or not line:
                return ""
        line = _DIRECTION.sub(" ", line)
        line, bracket, _ = line.partition("[")
        self.open = bool(bracket)
        line = line.strip()
        return "" if _MOVES.fullmatch(line) else line


@reader("play", "speech with its speaker")
def read_play(opened: Opened) -> Iterator[Story | Dropped]:
    """The scenes of a play in their order, each titled with the play's name, its act and its scene."""
    stage, known = _Stage(), Counter[str]()
    act, place, part, blank = "", "", 0, True

    def told() -> Story | Dropped:
        titled = ", ".join(x for x in (title_of(opened.name), act, place) if x)
        return scene(opened, [s for s in stage.said if s[1].strip()], title=titled, part=f"scene {part}")

    for raw in lines(opened.stream):
        line = stage.words(raw.strip())
        heading = _PART.fullmatch(line) if line else None
        if heading or len(stage.said) >= MOST_TURNS:
            if any(words.strip() for _, words in stage.said):
                part += 1
                yield told()
            stage.said = []
        if heading:
            label = " ".join(line.split())[:60].rstrip(" .")
            act, place = (label, "") if heading["kind"].lower() == "act" else (act, label)
            continue
        if not line:
            blank = blank or not raw.strip()
            continue
        if speech := _speech(line, known):
            stage.said.append(speech)
        elif stage.said and not (blank and not stage.said[-1][1]):
            who, words = stage.said[-1]
            if len(words) < 2**20:
                stage.said[-1] = (who, f"{words} {line}".strip())
        blank = False
    if any(words.strip() for _, words in stage.said):
        part += 1
        yield told()
