"""Two options that are off by default, for case and punctuation carry meaning: lower-case text, and plain signs
only.
"""

import re
from dataclasses import dataclass, replace

from foundling.records import Story

_SPECIAL = re.compile(r"[^\w\s.,;:!?'\"()\u2018\u2019\u201c\u201d\u2013\u2014-]|_")
_SPACES = re.compile(r" {2,}")


@dataclass(frozen=True, kw_only=True)
class Casing:
    """Lower-cases the text, and in a scene the names, so that text and `people` still agree."""

    name: str = "casing"

    def __call__(self, story: Story) -> Story:
        """The story in lower case."""
        return replace(story, text=story.text.lower(), people=tuple(person.lower() for person in story.people))


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Removes every sign that is neither letter, digit, space nor common punctuation of prose."""

    name: str = "plain"

    def __call__(self, story: Story) -> Story:
        """The story without special characters."""
        return story.with_text(_SPACES.sub(" ", _SPECIAL.sub("", story.text)).strip())
