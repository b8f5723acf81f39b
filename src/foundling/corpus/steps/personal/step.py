"""A story in, the same story with `[mail 1]` in the place of an address out. What stood there is not kept."""

import re
from dataclasses import dataclass, replace

from foundling.corpus.steps.personal.finding import KINDS, Found, found
from foundling.records import Story

_STAND_IN = re.compile(rf"\[?\b({'|'.join(KINDS)}) (\d{{1,6}})\b")


class _Numbers:
    """Which stand-in belongs to which value of one document; a stand-in that is there already is given to no other."""

    def __init__(self, text: str) -> None:
        self._known: dict[str, str] = {}
        self._last = dict.fromkeys(KINDS, 0)
        for kind, number in _STAND_IN.findall(text) if "[" in text else ():
            self._last[kind] = max(self._last[kind], int(number))

    def stand_in(self, item: Found) -> str:
        if item.hash not in self._known:
            self._last[item.kind] += 1
            self._known[item.hash] = f"{item.kind} {self._last[item.kind]}"
        return self._known[item.hash]


def _rewritten(text: str, numbers: _Numbers, *, scene: bool = False) -> str:
    """In a scene the name before the colon gets a stand-in without brackets, for a name begins with a letter."""
    parts, at = [], 0
    for item in found(text):
        start, bare = item.start, False
        if scene:
            line = text.rfind("\n", 0, start) + 1
            colon = text.find(":", line)
            bare = item.end <= colon
            start = max(start, colon + 1) if start <= colon < item.end else start
        stand_in = numbers.stand_in(item)
        parts += [text[at:start], stand_in if bare else f"[{stand_in}]"]
        at = item.end
    return "".join([*parts, text[at:]]) if parts else text


@dataclass(frozen=True, kw_only=True)
class Personal:
    """Replaces mail, link, account, card, id, ip, address and phone by typed stand-ins.

    One value has one stand-in throughout a document, in its title as in its text. `Personal.found(text)` says what
    would be replaced, with a short hash of each value, so that an audit can count without keeping. Names are not found.
    """

    name: str = "personal"

    @staticmethod
    def found(text: str) -> tuple[Found, ...]:
        """What this step would replace in `text`."""
        return found(text)

    def __call__(self, story: Story) -> Story:
        """The story with stand-ins; the very same story where there is nothing to replace."""
        numbers = _Numbers(story.text)
        text = _rewritten(story.text, numbers, scene=story.form == "scene")
        title = _rewritten(story.title, numbers)
        people = tuple(_rewritten(person, numbers).strip("[]") for person in story.people)
        if (text, title, people) == (story.text, story.title, story.people):
            return story
        return replace(story, text=text, title=title, people=people)
