"""A plain text in, one story out: front matter read, nothing else changed. It joins no lines and judges nothing."""

from collections.abc import Iterator
from dataclasses import replace

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import LONGEST_LINE, decode
from foundling.corpus.reading.document import Unreadable, contained, story_of, title_of, valid, whole
from foundling.corpus.reading.opened import Opened
from foundling.records import BadInput, Story, read_story

LARGEST = 64  # MB; a story is held in memory as a whole, several times over


def plain(opened: Opened) -> str:
    """The decoded text of a source. Raises Unreadable where it is empty, too large, or a line is no line."""
    text = valid(decode(whole(opened, LARGEST))[0].removeprefix("\ufeff"))
    if not text.strip():
        raise Unreadable("is empty")
    if len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise Unreadable(
            f"has a line of more than {LONGEST_LINE:,} characters: put its paragraphs on lines of their own")
    return text


def story_in(opened: Opened, text: str, kind: str) -> Story:
    """The story that a text with or without front matter holds. Raises Unreadable for a scene that is none."""
    try:
        story = read_story(text, title=title_of(opened.name), source=valid(opened.name))
    except BadInput as fault:
        raise Unreadable(f"is no scene ({fault})") from fault
    origin = story_of(opened, kind, story.text).origin
    return replace(story, origin=origin)


@contained("text")
def read_text(opened: Opened) -> Iterator[Story | Dropped]:
    """One story; `title`, `feelings`, `about`, `people`, `form` and `simulated` come from front matter."""
    yield story_in(opened, plain(opened), "text")
