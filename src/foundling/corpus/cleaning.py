"""A raw story in, a clean one or the reason for dropping it out. It mends form, never wording."""

import re
import unicodedata
from dataclasses import dataclass

from foundling.records import Story

LEAST_LETTERS = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """What was left out, and why: the reason completes the sentence "it ..."."""

    title: str
    reason: str


def clean(story: Story) -> Story | Dropped:
    """NFC, no control or invisible characters, no trailing spaces, at most one blank line in a row."""
    text = unicodedata.normalize("NFC", story.text).replace("\t", " ")
    text = _CONTROL.sub("", text)
    text = re.sub(r"[ \u00a0]+\n", "\n", re.sub(r"[ \u00a0]{2,}", " ", text))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    if sum(character.isalpha() for character in text) < LEAST_LETTERS:
        return Dropped(title=story.title, reason=f"has fewer than {LEAST_LETTERS} letters")
    return story.with_text(text)
