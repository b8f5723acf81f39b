"""Every rule of Gopher, C4 and FineWeb, and our own, on both sides of its threshold; and who is under which."""

import random
import re

import numpy as np
import pytest

from foundling.corpus import Dropped
from foundling.corpus.steps.boilerplate import Boilerplate
from foundling.corpus.steps.hashing import words_of
from foundling.corpus.steps.length import Length
from foundling.corpus.steps.quality import Quality
from foundling.corpus.steps.repetition import Gross, Repetition, again_share, lengths_of, no_top, top_share, twice
from foundling.records import Origin, Story

WORDS = [a + b for a in ("ash", "birk", "colm", "dahl", "elm", "farr", "grau", "holt") for b in
         ("en", "ing", "wood", "ley", "ton", "by", "ham", "er", "ford", "stow")]


def page(text: str, kind: str = "html", **more) -> Story:
    return Story(title="t", text=text, source="s", origin=Origin(kind=kind, language="en"), **more)


def prose(lines: int = 20, seed: int = 0) -> list[str]:
    """Lines in which hardly a run of words comes twice."""
    rng = random.Random(seed)
    return [" ".join([*rng.choices(WORDS, k=4), "and the", *rng.choices(WORDS, k=6)]) + "." for _ in range(lines)]


def kept(step, story: Story) -> bool:
    result = step(story)
    if isinstance(result, Dropped):
        assert result.step == step.name and result.story == story and result.reason
    return result is story


@pytest.mark.parametrize(("step", "fits", "fails", "reason"), [
    (Length(least_words=5), "a b c d e", "a b c d", "has 4 words, fewer than 5"),
    (Length(most_words=5), "aa bb cc dd ee", "aa bb cc dd ee ff", "has 6 words, more than 5"),
    (Length(most_bytes=6), "ääü", "ääüx", "has 7 bytes, more than 6: is it one document?"),
])
def test_length(step, fits, fails, reason):
    assert kept(step, page(fits)) and not kept(step, page(fails)) and step(page(fails)).reason == reason


def test_a_page_that_breaks_no_rule_passes_them_all():
    good = page("\n".join(prose()))
    assert kept(Quality(), good) and kept(Repetition(), good) and kept(Gross(), good)


LINES = prose(20)


@pytest.mark.parametrize(("fits", "fails", "rule"), [
    (["a the " * 25 + "b. C. D."], ["a the " * 22 + "b. C. D."], "words (Gopher: 50"),
    (["the have aaaa. B. C. "] * 15, ["a the b c of. D. E. "] * 15, "letters in the mean"),
    ([*LINES, "# " * 24], [*LINES, "# " * 40], "of # a word"),
    ([*LINES, "Oh ... so. " * 20], [*LINES, "Oh ... so. " * 40], "of ... a word"),
    ([*LINES, *["- " + line for line in prose(50, 3)]], ["- " + line for line in LINES], "beginning with a bullet"),
    ([*LINES, *[line + ".." for line in prose(8, 3)]], [*LINES, *[line + ".." for line in prose(10, 3)]],
     "ending in dots"),
    ([*LINES, "12 " * 45], [*LINES, "12 " * 80], "words with a letter"),
    (["The birk dahl and elm holt moss nagy. Is. So. "] * 9, ["Some birk dahl and elm holt moss nagy. Is. So. "] * 9,
     "commonest words"),
    ([*LINES, "Lorem was his name."], [*LINES, "Lorem ipsum was his name."], "lorem ipsum"),
    ([*LINES, "He drew (a ring)."], [*LINES, "He drew {a ring}."], "curly bracket"),
    (["The have of it was; " * 12 + "so. And. No."], ["The have of it was; " * 12 + "so. And"], "sentences (C4"),
    ([*LINES, *[line[:-1] for line in prose(100, 3)]], [*LINES[:6], *[line[:-1] for line in prose(100, 3)]],
     "lines ending in a stop (FineWeb"),
    ([*LINES, *[f"So it was {n}." for n in range(38)]], [*LINES, *[f"So it was {n}." for n in range(42)]],
     "shorter than 30 letters"),
    ([*LINES, LINES[0]], [*LINES, *LINES[:4]], "characters in repeated lines (FineWeb"),
])
def test_each_rule_for_pages_on_both_sides(fits, fails, rule):
    step = Quality()
    low, high = step(page("\n".join(fits))), step(page("\n".join(fails)))
    assert not isinstance(low, Dropped) or rule not in low.reason
    assert isinstance(high, Dropped) and rule in high.reason


def said(times: int, words: str) -> str:
    """Some words between others, `times` times."""
    return "\n".join(f"{words} {line}" for line in prose(times, 9))


@pytest.mark.parametrize(("fits", "fails", "rule"), [
    ([*prose(20), *["x."] * 9], [*prose(20), *["x."] * 11], "its lines repeated"),
    ([*prose(20), *prose(4)], [*prose(20), *prose(6)], "its characters in repeated lines"),
    ([*prose(10), "\nx.\n", *prose(10, 1), "\nx.\n"], [*prose(10), "\nx.\n" * 3, *prose(10, 1), "\nx.\n"],
     "its paragraphs repeated"),
    ([said(20, "ab cd")], [said(20, "abashingly courteously")], "one run of 2 words"),
    ([said(20, "ab cd ef")], [said(20, "abashin courteo deafeni")], "one run of 3 words"),
    ([said(20, "a b c d")], [said(20, "abashi cours deafe entab")], "one run of 4 words"),
    ([*prose(80), " ".join(prose(80)[:11])], [*prose(80), " ".join(prose(80)[:17])], "repeated runs of 5 words"),
])
def test_each_rule_of_repetition_on_both_sides(fits, fails, rule):
    step = Repetition()
    low, high = step(page("\n".join(fits))), step(page("\n".join(fails)))
    assert not isinstance(low, Dropped) or rule not in low.reason
    assert isinstance(high, Dropped) and rule in high.reason and "Gopher" in high.reason


def test_measures_of_repetition_are_what_one_counts_by_hand():
    assert twice(["ab", "ab", "cd", "ab"]) == (0.5, 0.5) and twice([]) == (0.0, 0.0)
    text = "a b c d e x a b c d e"
    words, lengths = words_of(text)[0], np.array([len(word) for word in text.split()])
    assert top_share(words, lengths, 2) == 4 / 11 and again_share(words, lengths, 5) == 5 / 11
    assert top_share(words, lengths, 6) == 0 and again_share(words, lengths, 6) == 0
    assert again_share(words_of("a a a a")[0], np.ones(4, np.int64), 2) == 3 / 4  # overlapping runs count once


@pytest.mark.parametrize("text", [
    "", "x", "The jug, THE_jug 12!", " “Zoë’s” straße… İda ΟΔΟΣ \u212a ² ٣ ⅷ ⓐ 你好。你 e\u0301 🦔 \ud800 a\x80b\x00c ",
])
def test_lengths_are_those_of_the_words_that_are_hashed(text):
    lengths = lengths_of(text).tolist()
    assert lengths == [len(word) for word in re.findall(r"\w+", text.lower())]
    assert len(lengths) == len(words_of(text)[0])


def test_what_repetition_leaves_unmeasured_could_not_be_too_much():
    rng, unmeasured = random.Random(4), 0
    for _ in range(300):
        text = " ".join(rng.choices(WORDS[:rng.randint(2, 80)], k=rng.randint(1, 400)) + WORDS[:2] * rng.randint(0, 9))
        words, lengths = words_of(text)[0], lengths_of(text)
        shares = [again_share(words, lengths, width) for width in range(5, 11)]
        assert shares == sorted(shares, reverse=True)
        if no_top(words, lengths):
            unmeasured += 1
            assert all(top_share(words, lengths, width) <= most for width, most in ((2, 0.20), (3, 0.18), (4, 0.16)))
    assert 50 < unmeasured < 250


def test_only_a_line_that_comes_a_hundred_times_and_fills_a_third_is_gross():
    refrain = "Row, row, row your boat."
    assert kept(Gross(), page("\n".join([refrain] * 99), "text"))
    assert kept(Gross(), page("\n".join([refrain] * 100 + prose(120)), "text"))
    left = Gross()(page("\n".join([refrain] * 100), "text"))
    assert isinstance(left, Dropped) and "repeats one line 100 times, which fills 100% of it" in left.reason


@pytest.mark.parametrize("step", [Quality(), Repetition(), Boilerplate()])
def test_books_plays_and_scenes_are_under_no_rule_for_pages(step):
    verse = "{Home}\nHome\nHome\nHome\nHome\nHome\nLog in\n" * 5
    for kind in ("text", "markdown", "gutenberg", "epub", "docx", "pdf", "play", "subtitles", "irc", ""):
        assert kept(step, page(verse, kind))
    assert kept(step, page("Ada: Home.\n" * 50, "html", form="scene"))
    assert not kept(step, page(verse, "html"))


def test_the_frame_of_a_page_goes_and_its_tale_stays():
    frame = ["Home", "About us", "Contact", "Shop", "Basket", "", "We use cookies to improve your visit.",
             "A | B | C | D | E",
             "Click here to read it all again, please.", "Share this on Facebook and Twitter now.", "© Ash 2020"]
    tale = ["Ida carried the jug down to the well.", "", "\"No,\" said the frog, and that was that."]
    assert Boilerplate()(page("\n".join([*frame, *tale, *frame]))).text == "\n".join(tale)
    left = Boilerplate()(page("\n".join(frame)))
    assert isinstance(left, Dropped) and left.reason.startswith("has only the frame")


@pytest.mark.parametrize(("line", "stays"), [
    ("This line has a stop.", True), ("This line has no stop", False), ("Too short it is.", False),
    ("Please switch on your JavaScript for us.", False),
])
def test_lines_of_c4_on_both_sides_for_pages_not_for_letters(line, stays):
    tale = "Ida carried the jug down to the well."
    assert (line in Boilerplate()(page(f"{tale}\n{line}\n{tale}")).text) == stays
    assert line in Boilerplate()(page(f"{tale}\n{line}\n{tale}", "mbox")).text


def test_a_letter_loses_its_device_and_keeps_its_greeting():
    letter = page("Dear Bo\n\nThe plums are ripe now.\n\nYours\nIda\n\nSent from my iPhone", "mbox")
    assert Boilerplate()(letter).text == "Dear Bo\n\nThe plums are ripe now.\n\nYours\nIda"
