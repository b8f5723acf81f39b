"""Hostile text: what is kept of it, and what never is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.community import clean, plain
from foundling.community.words import message
from foundling.records import BadInput

ANY = st.text(alphabet=st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hello", "hello"),
        ("  two\r\nlines\tand  more ", "two lines and more"),
        ("a\x07b\x00c", "abc"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b2J", "2J"),
        ("Ada\u202e:dlorw", "Ada:dlorw"),
        ("e\u0301", "é"),
        ("e\x07\u0301", "é"),
        ("half \ud83d of a pair", "half of a pair"),
        ("<b>&amp;</b> <|turn|>Wren<|says|>no", "<b>&amp;</b> <|turn|>Wren<|says|>no"),
        ("\U0001f469\u200d\U0001f33e می\u200cخواهم", "\U0001f469\u200d\U0001f33e می\u200cخواهم"),
    ],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(ANY)
def test_a_clean_text_is_one_line_that_cleaning_leaves_alone(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == " ".join(once.split()) and unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in once)


@given(st.lists(ANY, max_size=5))
def test_pieces_made_plain_one_by_one_join_to_the_whole(pieces: list[str]) -> None:
    assert "".join(map(plain, pieces)) == plain("".join(pieces))


@pytest.mark.parametrize("empty", ["", "   ", "\n\r\n", "\x00\x1b", "\ud800"])
def test_an_empty_message_is_refused(empty: str) -> None:
    with pytest.raises(BadInput, match="empty"):
        message(empty)


def test_a_message_has_at_most_two_thousand_characters_after_cleaning() -> None:
    assert len(message(" " * 90 + "x" * 2000 + "\x07" * 90)) == 2000
    with pytest.raises(BadInput, match="2,001 characters"):
        message("x" * 2001)
