"""Plain text and Markdown: any encoding, front matter, plain prose."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading import Opened, read
from foundling.corpus.reading.decoding import decode, lines
from foundling.corpus.reading.markdown import prose
from foundling.records import Origin, Story

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
GERMAN = "Das Mädchen lief über die große Brücke.\r\n„Wohin?“ fragte die Ziege.\rNach Hause.\n"


def one(data: bytes, name: str = "a/the-blue_jug.txt", origin: Origin | None = None) -> Story:
    (story,) = read(Opened(name=name, stream=io.BytesIO(data), origin=origin or Origin()))
    assert isinstance(story, Story), story
    return story


def why_not(data: bytes, name: str = "x.txt") -> str:
    (drop,) = read(Opened(name=name, stream=io.BytesIO(data)))
    assert isinstance(drop, Dropped), drop
    return drop.reason


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_marks_and_zeros_tell_the_encoding(encoding):
    text, said = decode(GERMAN.encode(encoding))
    assert text == GERMAN.replace("\r\n", "\n").replace("\r", "\n") and "guessed" not in said
    assert list(lines(io.BytesIO(GERMAN.encode(encoding)))) == text.removesuffix("\n").split("\n")


def test_a_guess_is_said():
    assert decode("Das Mädchen".encode("cp1252")) == ("Das Mädchen", "cp1252 (guessed)")
    russian = "Девочка несла синий кувшин к колодцу, и никто в деревне не знал зачем. " * 5
    assert decode(russian.encode("cp1251"))[0] == russian
    assert decode("Zoë".encode()[:-1] * 1)[1] == "cp1252 (guessed)"
    assert decode("Über Zoë".encode()[:-1]) == ("Über Zo\ufffd", "utf-8 (guessed)")


@given(st.binary(max_size=200))
def test_decoding_never_fails(data):
    text, said = decode(data)
    assert said and "\r" not in text
    text.encode("utf-8")
    "".join(lines(io.BytesIO(data))).encode("utf-8")


def test_lines_of_mixed_encodings_each_stand_for_themselves():
    assert list(lines(io.BytesIO(b"caf\xe9\ncaf\xc3\xa9\r\n\nend"))) == ["café", "café", "", "end"]


def test_a_line_without_end_comes_in_pieces():
    pieces = list(lines(io.BytesIO("ä".encode() * 50_000), longest=999))
    assert "".join(pieces) == "ä" * 50_000 and max(len(piece.encode()) for piece in pieces) <= 999


def test_front_matter_and_origin():
    given = Origin(licence="own", author="Ada", retrieved="2026-11-21")
    data = b"\xef\xbb\xbf---\r\ntitle: Two\r\nfeelings: joy, fear\r\nsimulated: yes\r\n---\r\nTwo jugs.\r\n"
    story = one(data, origin=given)
    assert (story.title, story.text, story.feelings, story.simulated) == ("Two", "Two jugs.", ("joy", "fear"), True)
    assert story.origin == Origin(kind="text", licence="own", author="Ada", retrieved="2026-11-21")
    scene = one(b"---\nform: scene\n---\nAda: hi\nBo: hello\n", "x.md")
    assert scene.form == "scene" and len(scene.turns) == 2 and scene.origin.kind == "markdown"


BAD = {
    "spaces": (b" \r\n\t\n", "is empty"),
    "a very long line": (b"word " * 240_000, "has a line of more than 1,048,576 characters: put its paragraphs on "
                         "lines of their own"),
    "a scene with a bad line": (b"---\nform: scene\n---\nAda: hi\nshe leaves\n", "is no scene (Line 2 of x is no turn: "
                                "write `Name: what they say` or `(silence)`.)"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_what_is_no_story_is_left_out_with_its_reason(data, reason):
    assert why_not(data) == reason


@pytest.mark.parametrize("start", [b"# A\n\n", b"*** START OF THE PROJECT GUTENBERG EBOOK A ***\n"])
def test_ten_million_lines_are_refused_where_each_line_costs_time(start):
    assert why_not(start + b"a\n" * 10_000_000, "x.md") == "has more than 1,000,000 lines: split it into smaller files"


class Endless(io.RawIOBase):
    """Words for ever."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        buffer[:] = (b"word\n" * (len(buffer) // 5 + 1))[: len(buffer)]
        return len(buffer)


def test_an_endless_stream_ends_at_the_limit():
    (drop,) = read(Opened(name="x.txt", stream=Endless()))
    assert drop.reason == "is larger than 64 MB: split it into smaller files"


MARKDOWN = """\
# The *Blue* Jug

Ida carried the **blue** jug
to [the well](http://x.org/a_(b) "title"), `every day`.
She said: ![a jug](jug.png) <b>Oh</b>, snake_case and 2 * 3 * 4.

<!-- a note
to self -->
> "Who goes?"
> asked the goat.

- bread
- _cheese_
1. soup

The Well
--------
Deep.\\
Cold.

| who | what |
|-----|:----:|
| Ida | **jug** |

***

```python
x = "_a_ *b*"
```

[ref]: http://x.org
\\*Not emphasis\\*
"""


def test_markdown_becomes_plain_prose():
    story = one(MARKDOWN.encode(), "jug.md")
    assert story.title == "The Blue Jug" and story.origin.kind == "markdown"
    assert story.text == """\
The Blue Jug

Ida carried the blue jug to the well, every day. She said:  Oh, snake_case and 2 * 3 * 4.

"Who goes?" asked the goat.

- bread
- cheese
1. soup

The Well

Deep.
Cold.

who | what
Ida | jug

* * *

x = "_a_ *b*"

*Not emphasis*"""


@pytest.mark.parametrize("piece", ["-", "# " + " " * 999, "*", "* ", "_a", "[", "[a](", "`", "<a ", "<!--", "|-", "> ",
                                   "a\n", "\\", "1. ", "  x", "~~a"])
def test_half_a_megabyte_of_any_mark_takes_linear_time(piece):
    assert isinstance(prose(piece * (2**19 // len(piece))), str)  # quadratic work would take minutes


@given(st.text(alphabet="ab *_#`[]()!<>\n-|\\", max_size=120))
def test_markdown_never_fails_and_keeps_every_letter_outside_of_links_and_tags(text):
    plain = prose(text)
    if not set(text) & set("[<`"):
        assert [c for c in plain if c in "ab"] == [c for c in text if c in "ab"]
