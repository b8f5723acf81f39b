"""A raw story in, a clean one or the reason for dropping it out. It mends form, never wording."""

import re
import unicodedata
from itertools import islice

from foundling.corpus.dropped import Dropped
from foundling.records import BadInput, Story, parse_scene

LEAST_LETTERS = 20
_LINE_ENDS = re.compile(r"[\t\x0b\x0c\x85\u2028\u2029]")  # a form feed or U+2028 parts words, as a space does
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")


def _left_out(story: Story, reason: str) -> Dropped:
    return Dropped(title=story.title, reason=reason, step="form", source=story.source, story=story)


def clean(story: Story) -> Story | Dropped:
    """NFC, no control or invisible characters, no trailing spaces, at most one blank line in a row.

    Cleaning twice changes nothing more.
    """
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _LINE_ENDS.sub(" ", story.text)))
    text = re.sub(r"[ \u00a0]+\n", "\n", re.sub(r"[ \u00a0]{2,}", " ", text))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    if len(list(islice(filter(str.isalpha, text), LEAST_LETTERS))) < LEAST_LETTERS:
        return _left_out(story, f"has fewer than {LEAST_LETTERS} letters")
    cleaned = story.with_text(text)
    try:
        parse_scene(text if story.form == "scene" else "")
    except BadInput:
        return _left_out(story, "is a scene in which a turn has no visible words")
    return cleaned
