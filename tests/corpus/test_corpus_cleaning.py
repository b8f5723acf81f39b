"""Cleaning mends form and never wording; what is too little is dropped with its reason."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundling.corpus import Dropped, clean
from foundling.records import Story

QUICK = settings(max_examples=300, deadline=None, database=None, derandomize=True)
LONG = "Ida carried the blue jug down to the well."


def cleaned(text: str) -> str:
    story = clean(Story(title="t", text=text, source="s"))
    assert isinstance(story, Story)
    return story.text


@pytest.mark.parametrize(("raw", "wanted"), [
    (f"{LONG}  \n\n\n\n{LONG}\t\n", f"{LONG}\n\n{LONG}"), (f"\ufeff{LONG}\0\x1b", LONG),
    (LONG.replace(" ", "  \t "), LONG),
    (f"{LONG}\nnext line", f"{LONG}\nnext line"), (f"{LONG} Zoe\u0308", f"{LONG} Zoë"),
    (f"{LONG}\u200b\u202e\u2060", LONG), (f"{LONG}\n \u00a0\n \n{LONG}", f"{LONG}\n\n{LONG}"),
    (f"{LONG} <|turn|> & <b>", f"{LONG} <|turn|> & <b>"), (f"{LONG} “No,” 你好 🦔…", f"{LONG} “No,” 你好 🦔…"),
])
def test_form_is_mended(raw, wanted):
    assert cleaned(raw) == wanted


@pytest.mark.parametrize("end", "\t\v\f\x85\u2028\u2029")
def test_what_parted_two_words_still_parts_them(end):
    assert cleaned(f"{LONG} the end{end}Chapter two") == f"{LONG} the end Chapter two"


@QUICK
@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("e\u200b\u0301")
@example(" \x00 \n \x00 \n\n\n")
def test_cleaning_twice_changes_nothing_and_keeps_every_word(text):
    once = cleaned(LONG + text)
    assert cleaned(once) == once and unicodedata.is_normalized("NFC", once)
    assert "\n\n\n" not in once and not any(line != line.rstrip(" ") for line in once.split("\n"))
    letters = lambda t: [c for c in unicodedata.normalize("NFD", t) if c.isalnum()]  # noqa: E731
    assert letters(once) == letters(LONG + text)


@pytest.mark.parametrize("text", ["", "...", "12345 " * 20, "Too short.", "\u200b" * 100])
def test_too_little_is_dropped(text):
    story = Story(title="Ash", text=text, source="s")
    reason = "has fewer than 20 letters"
    assert clean(story) == Dropped(title="Ash", reason=reason, step="form", source="s", story=story)


def test_only_the_text_changes():
    story = Story(title="A  b", text=LONG + " ", source="s", feelings=("envy",), about="x", people=("Ida",))
    assert clean(story) == story.with_text(LONG)


def test_a_scene_stays_a_scene_or_is_dropped():
    text = "Ada:  Good day to you,\u2028  Bo.\n\n\n\n(silence)\nBo: And to you, Ada, good day."
    story = clean(Story(title="t", text=text, source="s", form="scene"))
    assert isinstance(story, Story) and [turn.text for turn in story.turns] == [
        "Good day to you, Bo.", "", "And to you, Ada, good day."]
    empty = clean(Story(title="t", text=f"Ada: {LONG}\nBo: \u200b\nAda: Bo?", source="s", form="scene"))
    assert isinstance(empty, Dropped) and empty.reason == "is a scene in which a turn has no visible words"
