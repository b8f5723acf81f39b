"""The step `form`: what `corpus.clean` does, found unnecessary quickly where a text needs nothing done."""

import re
import unicodedata
from dataclasses import dataclass

from foundling.corpus.cleaning import LEAST_LETTERS, clean
from foundling.corpus.dropped import Dropped
from foundling.records import Story

_CONTROLS = bytes(code for code in (*range(10), *range(11, 32), 127))
_MENDED = re.compile(r"[\x85\u2028\u2029\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")


def formed(text: str) -> bool:
    """Whether `clean` would hand this prose back as it is, but for its ends. It looks at bytes: a book takes a
    millisecond.
    """
    if any(sign in text for sign in ("  ", " \n", "\n\n\n", "\u00a0")):
        return False
    raw = text.encode("utf-8", "replace")
    if len(raw.translate(None, _CONTROLS)) != len(raw):
        return False
    if len(raw) != len(text) and (_MENDED.search(text) or not unicodedata.is_normalized("NFC", text)):
        return False
    return sum(map(str.isalpha, text[:400])) >= LEAST_LETTERS


@dataclass(frozen=True, kw_only=True)
class Form:
    """NFC, no control or invisible characters, spaces and blank lines in order, at least 20 letters
    (`corpus.clean`).
    """

    name: str = "form"

    def __call__(self, story: Story) -> Story | Dropped:
        """The story itself where nothing is amiss."""
        text = story.text.strip()
        if story.form == "scene" or not formed(text):
            return clean(story)
        return story if text == story.text else story.with_text(text)
