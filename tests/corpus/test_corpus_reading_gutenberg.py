"""Project Gutenberg files: nothing of their makers left, nothing of the book lost."""

import io
import re
from pathlib import Path

import pytest

from foundling.corpus.reading import Opened, read
from foundling.corpus.reading.gutenberg import unwrapped, without_frame

DATA = Path(__file__).parents[3] / "shared" / "data" / "stories"
MAKERS = re.compile(
    r"gutenberg|\be-?book|\be-?text|transcriber|produced by|\*\*\*|^contents\W*$|\[illustration|www\.", re.I)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def grams(text: str) -> list[tuple[str, ...]]:
    """The word 8-grams of a text."""
    all_words = words(text)
    return [tuple(all_words[i : i + 8]) for i in range(len(all_words) - 7)]


@pytest.mark.skipif(not DATA.exists(), reason="the shared stories are not beside this checkout")
@pytest.mark.parametrize("name", ["alice-s-adventures-in-wonderland", "grimms-fairy-tales", "the-railway-children",
                                  "the-red-fairy-book"])
def test_the_four_raw_files_lose_their_boilerplate_and_no_story(name):
    (story,) = read(Opened(name=f"{name}.txt", stream=io.BytesIO((DATA / "raw" / f"{name}.txt").read_bytes())))
    clean = next(path for folder in ("train", "heldout", "more") if (path := DATA / folder / f"{name}.txt").exists())
    assert [line for line in story.text.split("\n") if MAKERS.search(line)] == []
    ours, theirs = set(grams(story.text)), grams(clean.read_text("utf-8"))
    # What is missing spans the contents list, or a place where the clean file lost a paragraph that we keep.
    assert sum(gram in ours for gram in theirs) / len(theirs) >= 0.998
    assert story.origin.kind == "gutenberg" and story.origin.language == "en" and story.origin.author
    paragraphs = story.text.count("\n\n")
    assert abs(paragraphs / clean.read_text("utf-8").count("\n\n") - 1) < 0.03


BOOK = """\
The Project Gutenberg EBook of The Jug, by Ada North

Title: The Jug
       and Other Tales

Author: Ada North

Language: German

*** START OF THIS PROJECT GUTENBERG EBOOK THE JUG
AND OTHER TALES ***

Produced by Bo and the Distributed Proofreading Team at
http://www.pgdp.net


[Transcriber's Note: Spelling was kept.

More of the note.]

THE JUG

by Ada North



CONTENTS

CHAPTER I. The Jug ......... 1

CHAPTER II. The Well ...... 20



CHAPTER I. The Jug

Ida carried the _blue_ jug to the well, and nobody in the village knew
why she did so, not even the goat, who knew all that there was to know--
or said so.

[Illustration: Ida at the
well]

  The jug was blue,
    The goat was too.

  And so were you.

My dear Ida,
Bring the jug.
Yours, Bo.

  *   *   *   *   *

She had a half-
dozen jugs_and_more, and 'a good deal of patience with anyone who came to ask
about the contents of them.'

CHAPTER II. The Well

It was deep.



TRANSCRIBER'S NOTES

Page 3: "goat" was "gaot".

End of Project Gutenberg's The Jug, by Ada North

*** END OF THIS PROJECT GUTENBERG EBOOK THE JUG ***

Updated editions will replace the previous one.
"""


def test_a_small_book_of_everything():
    (story,) = read(Opened(name="jug.txt", stream=io.BytesIO(BOOK.replace("\n", "\r\n").encode("utf-8-sig"))))
    assert (story.title, story.origin.author, story.origin.language) == ("The Jug and Other Tales", "Ada North", "de")
    assert story.text.split("\n\n") == [
        "THE JUG", "by Ada North", "CHAPTER I. The Jug",
        "Ida carried the blue jug to the well, and nobody in the village knew why she did so, not even the goat, who "
        "knew all that there was to know--or said so.",
        "The jug was blue,\nThe goat was too.", "And so were you.", "My dear Ida,\nBring the jug.\nYours, Bo.", "* * *",
        "She had a half-dozen jugs_and_more, and 'a good deal of patience with anyone who came to ask about the "
        "contents of them.'",
        "CHAPTER II. The Well", "It was deep."]


def test_the_old_small_print_goes():
    old = ("**The Project Gutenberg Etext of Jugs**\n\nCopyright laws are changing all over the world.\n\n***START** "
           "SMALL PRINT! for\nwords\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n\nJUGS\n\n"
           "Ida ran.\n\nEnd of The Project Gutenberg Etext of Jugs\n")
    assert unwrapped(without_frame(old + "\n")[1]) == unwrapped("JUGS\n\nIda ran.\n")


def test_a_text_without_any_marker_keeps_all():
    text = "Ida ran.\n\nThe goat slept.\n"
    assert without_frame(text) == ("", text)


def test_paragraphs_that_only_indents_part_are_parted():
    block = "\n".join("  Ida ran to the well and back again, and then she sat down for a\nlong while, and said nothing "
                      "to anyone who came by that day, however." for _ in range(3))
    assert len(unwrapped(f"{block}\n").split("\n\n")) == 3


def test_a_chapter_about_contents_is_no_list():
    text = "CONTENTS\n\nThe jug had no contents, as the goat said to everybody who came to the well.\n\nIda ran.\n"
    assert unwrapped(text) == "\n\n".join(text.strip().split("\n\n")[1:])


@pytest.mark.parametrize("piece", [
    "*** START OF THIS PROJECT GUTENBERG EBOOK ", "CONTENTS\n\n", "[Illustration", "_a ", "* " * 50, "CHAPTER I\n\n",
    "Project Gutenberg", "\n", "[Transcriber's note\n\n"])
def test_a_megabyte_of_anything_takes_no_time_to_speak_of(piece):
    text = piece * (2**20 // len(piece))
    unwrapped(without_frame(text)[1])  # quadratic work would run into the time limit of the whole suite
