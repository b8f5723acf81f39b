"""Frames become words: choices, lists, slots, agreement, and faults that say where they are."""

from pathlib import Path

import pytest

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.narrator.grammar import Grammar, parse, read_sections, sentence


def fill(slot: str) -> str:
    return {"A": "Ada", "X": "the jug", "A.plural": "", "I.plural": "yes"}[slot]


def words(frame: str, seed: int = 0, **sections: str) -> str:
    grammar = Grammar({name.replace("_", "."): tuple(text.split("|||")) for name, text in sections.items()})
    return sentence(grammar.expand(frame, fill, Dice(seed, "test"), set()))


def test_a_choice_gives_each_of_its_options_and_may_give_nothing() -> None:
    seen = {words("{A} (took|kept|) it (, (so|thus)|).", seed) for seed in range(200)}
    assert seen == {f"Ada {verb}it{tail}." for verb in ("took ", "kept ", "") for tail in ("", ", so", ", thus")}


def test_lists_are_drawn_and_may_hold_choices_and_lists() -> None:
    seen = {words("<a>", seed, a="(one|two) <b>", b="cats|||dogs") for seed in range(100)}
    assert seen == {f"{n} {b}" for n in ("One", "Two") for b in ("cats", "dogs")}


def test_verbs_agree() -> None:
    assert words("{A:go|goes}") == "Goes" and words("{I:go|goes}") == "Go"


@pytest.mark.parametrize(("raw", "tidy"), [
    ("a owl and a hour ,  a useful one", "An owl and an hour, a useful one"), ("it was a uncle .", "It was an uncle."),
    ('"a apple ," he', '"An apple," he'),
])
def test_a_sentence_is_tidied(raw: str, tidy: str) -> None:
    assert sentence(raw) == tidy


@pytest.mark.parametrize("frame", ["(open", "one (two (three)", "a { b"])
def test_brackets_that_do_not_close_are_refused(frame: str) -> None:
    with pytest.raises(BadInput, match="close"):
        parse(frame)


def test_no_frame_comes_twice_while_there_are_others() -> None:
    grammar, dice, used = Grammar({"s": tuple("abcdef")}), Dice(1, "t"), set[str]()
    for _ in range(3):
        assert sorted(grammar.draw("s", dice, used) for _ in range(6)) == list("abcdef")


def test_a_section_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match=r"\[nowhere\]"):
        words("<nowhere>")


def test_files_are_read_into_sections_and_a_frame_before_any_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "f.txt"
    file.write_text("# remark\n[a]\none\n\none\ntwo\n[b.c]\nthree\n")
    assert read_sections([file, file]) == {"a": ("one", "two"), "b.c": ("three",)}
    file.write_text("early\n[a]\n")
    with pytest.raises(BadInput, match=r"Line 1 of f\.txt"):
        read_sections([file])
