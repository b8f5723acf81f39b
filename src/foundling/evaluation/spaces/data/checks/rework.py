"""Texts made of other texts: a parent that is there, edits that stay near it, and not edits of edits of edits."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from foundling.corpus.duplicates import resemblance
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.records import content_hash

ORIG, REWORK = "orig", "rework"
MOST_EDITED = 0.3  # of the words of a short text, by edits of one word each
LEAST_SHARED = 0.25  # of the runs of five words of a longer one: a word in six changed, or a half rewritten
MOST_DEPTH = 2
_SHORT = 400  # words; up to here edits are counted one by one, which costs the square of the length
_WORD = re.compile(r"\w+")
_HEX = re.compile(r"[0-9a-f]{16,64}")


def _under(document: Document, folder: str) -> bool:
    return folder in PurePosixPath(document.mark.file).parts[:-1]


def keep_original(document: Document, bench: Bench) -> None:
    """Lays a text of orig/ on the bench, for those in rework/ that will name it: files come in order of their names."""
    if _under(document, ORIG) and document.text:
        bench.originals.put(document.story.id, document.text)


def no_parent(document: Document, _: Bench) -> Iterator[Finding]:
    """A text in rework/ that names no parent."""
    if _under(document, REWORK) and not document.provenance.parent and not document.broken:
        yield document.found(0)


def wrong_parent(document: Document, bench: Bench) -> Iterator[Finding]:
    """A parent that is no id, or of no original that is here."""
    parent = document.provenance.parent
    if parent and not _HEX.fullmatch(parent):
        yield document.key("parent", f"{parent[:40]!a} is no id: 16 to 64 hexadecimal digits of an original's sha256")
    elif parent and bench.originals.get(parent) is None:
        yield document.key("parent", f"no text in {ORIG}/ has the id {parent[:16]}")


def edits(one: list[str], other: list[str]) -> float:
    """The least number of words to put in, leave out or change, as a share of the longer text (Levenshtein 1966)."""
    before = list(range(len(other) + 1))
    for row, word in enumerate(one, 1):
        now = [row]
        for column, theirs in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (word != theirs)))
        before = now
    return before[-1] / max(1, len(one), len(other))


def too_far(document: Document, bench: Bench) -> Iterator[Finding]:
    """More changed than an edit may change."""
    parent = document.provenance.parent
    text = bench.originals.get(parent) if _HEX.fullmatch(parent) else None
    if text is None:
        return
    ours, theirs = (_WORD.findall(words.casefold()) for words in (document.text, text))
    if max(len(ours), len(theirs)) <= _SHORT:
        if (share := edits(ours, theirs)) > MOST_EDITED:
            yield document.found(0, f"{share:.0%} of its words were changed, and {MOST_EDITED:.0%} are the most")
    elif (alike := resemblance(document.text, text)) < LEAST_SHARED:
        yield document.found(0, f"it shares {alike:.0%} of its runs of five words with its parent, and "
                             f"{LEAST_SHARED:.0%} are the least")


def too_deep(document: Document, _: Bench) -> Iterator[Finding]:
    """An edit of an edit of an edit."""
    depth = document.provenance.depth
    if depth and (not re.fullmatch(r"\d{1,4}", depth, re.ASCII) or int(depth) > MOST_DEPTH):
        yield document.key("depth", f"it says {depth[:20]!a}, and {MOST_DEPTH} is the most")


_OLD = "The miller had a key that fitted no door, and he carried it to the well and home again in the evening."
_NEW = "The miller had a key that fitted no gate, and he carried it to the well and home again in the evening."
_FAR = "The king of the hill sold his crown to a crow, and the crow flew with it over the sea and never came back."
_ID = content_hash(f"prose\n{_OLD}")


def _made(text: str, parent: str) -> tuple[tuple[str, str], ...]:
    head = f"---\nparent: {parent}\n---\n" if parent else ""
    return (("orig/key.txt", _OLD), ("rework/key.txt", head + text))


CHECKS = (
    Check(
        code="E061", title="rework without a parent", find=no_parent,
        why="A text in rework/ was made of one in orig/, and says by `parent:` of which: else nobody could undo it, "
        "compare it or forget the speaker whose words it keeps.",
        wrong=_made(_NEW, ""), right=_made(_NEW, _ID),
        fix="Write parent: and the id of the original (the sha256 of its form, a line end and its text).",
    ),
    Check(
        code="E062", title="parent that is not there", find=wrong_parent, need="originals",
        why="The text names a parent, and no text in orig/ has that id: the original was changed or taken away, or the "
        "id was made up. An edit of nothing is an invention.",
        wrong=_made(_NEW, "0" * 64), right=_made(_NEW, _ID),
        fix="Put the original back, or make the edit again from the one that is there.",
    ),
    Check(
        code="E063", title="too far from what was there", find=too_far, need="originals",
        why="More than 30% of the words of a short text were changed, or fewer than 25% of the runs of five words of a "
        "longer one are left. Operators have bounds because a small model that rewrites its own texts drifts away from "
        "what people wrote.",
        wrong=_made(_FAR, _ID), right=_made(_NEW, _ID),
        fix="Change less, or put it into new/ as the new text that it is.",
    ),
    Check(
        code="W064", title="edit of an edit of an edit", find=too_deep,
        why="Of what was made of what was made of a text (depth 2) nothing more is made: errors add up, and the voice "
        "is no longer that of whoever wrote it.",
        wrong=(("story.txt", f"---\ndepth: 3\n---\n{_OLD}"),), right=(("story.txt", f"---\ndepth: 2\n---\n{_OLD}"),),
        fix="Begin again from the original.",
    ),
)
