"""Which rules a document is under: those for strangers' pages, for letters, or the lenient ones for what a person
brings.

The rules of Gopher, C4 and FineWeb were made for crawled pages. A ballad, a play, a child's dialect or a list of the
things in a pocket breaks them all and is worth reading; so they hold for the kinds a stranger's page comes in, and
for no others unless a person says so. A scene is never under them.
"""

from foundling.corpus.dropped import Dropped
from foundling.records import Story

WEB: frozenset[str] = frozenset({"html", "warc", "feed"})
LETTERS: frozenset[str] = frozenset({"mbox", "discourse", "stackexchange"})
EVERY: frozenset[str] = frozenset({"*"})


def applies(story: Story, kinds: frozenset[str]) -> bool:
    """Whether a rule for `kinds` ("*": all of them) is for this story; never for a scene."""
    return story.form == "prose" and ("*" in kinds or story.origin.kind in kinds)


def left_out(story: Story, step: str, reason: str) -> Dropped:
    """The story as a drop of this step; the reason completes "it ..."."""
    return Dropped(title=story.title, reason=reason, step=step, source=story.source, story=story)
