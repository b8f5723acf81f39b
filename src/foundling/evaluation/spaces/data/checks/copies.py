"""Texts that are there already: the same text twice, nearly the same, and texts of an examination."""

import re
from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.leak import WIDTH, Unseen
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, prose, rows
from foundling.evaluation.spaces.data.form import Document, Finding


def same_text(document: Document, bench: Bench) -> Iterator[Finding]:
    """The same form and text as an earlier document, sign by sign."""
    if document.text:
        place = f"{document.mark.file}:{document.mark.line}"
        if (before := bench.seen.first(document.story.id, place)) is not None:
            yield document.found(0, f"it is the text of {before}")


def nearly_same(document: Document, bench: Bench) -> Iterator[Finding]:
    """Keeps a sketch of the document; which are alike is told when all are there (`Copies.alike`)."""
    if document.text:
        bench.copies.put(_told_once(document.own_words), document.mark, document.provenance.parent if _is_name(
            document.provenance.parent) else document.story.id)
    yield from ()


def _told_once(text: str) -> str:
    """The text; of one that says few words over and over, which would take minutes to sketch, each word once."""
    words = _WORD.findall(text) if len(text) > _LONG else []
    once = dict.fromkeys(words)
    return " ".join(once) if len(once) < _FEW and 20 * len(once) < len(words) else text


def _is_name(parent: str) -> bool:
    return len(parent) >= 16 and all(sign in "0123456789abcdef" for sign in parent)


def leak(document: Document, bench: Bench) -> Iterator[Finding]:
    """Runs of thirteen words, or whole sentences, that stand in an examination."""
    if len(bench.given.prints) <= 8 or not document.text:
        return
    ruling = Unseen(prints=bench.given.prints)(document.story)
    if isinstance(ruling, Dropped):
        yield document.found(_where(document, bench.given.prints), f"it {ruling.reason}")


def _where(document: Document, prints: bytes) -> int:
    """The first line in which it shows; where it runs over several lines, the document's begin."""
    strict = Unseen(prints=prints, run=WIDTH, share=0.0, sentences=1)
    start = 0
    for line in document.text.split("\n"):
        if line.strip() and isinstance(strict(document.story.with_text(line)), Dropped):
            return start + len(line) - len(line.lstrip())
        start += len(line) + 1
    return 0


_WORD = re.compile(r"[^\W_]+")
_LONG, _FEW = 5_000, 1_300  # characters; different words
_KEY = "The miller had a key that fitted no door, and he carried it to the well, to the hill and home again."
_ASKED = "Which of the three sisters carried the lamp down to the harbour on the night when the boats came home?"
CHECKS = (
    Check(
        code="E044", title="text that is there already", find=same_text, need="corpus",
        why="What is read twice is learnt by heart (Lee et al. 2022, arXiv 2107.06499), and a copy in another split "
        "would be a leak. Form and text are compared sign by sign.",
        wrong=rows(f'{{"text": "{_KEY}"}}', f'{{"text": "{_KEY}", "title": "Again"}}'),
        right=rows(f'{{"text": "{_KEY}"}}', f'{{"text": "{_KEY} Nobody asked."}}'),
        fix="Keep one of the two.",
    ),
    Check(
        code="W045", title="text that is nearly there already", find=nearly_same, need="corpus",
        why="Four fifths of its runs of five words stand in another document of this corpus, as 128 hashes of both "
        "estimate it (Broder 1997; the bound is Gopher's): another edition, or one template filled twice. An original "
        "and what was made of it are not held against each other.",
        wrong=rows(f'{{"text": "{_KEY} In the morning he began again, and the wind took his hat."}}',
                   f'{{"text": "{_KEY} In the morning he began again, and the wind took his coat."}}'),
        right=rows(f'{{"text": "{_KEY} In the morning he began again, and the wind took his hat."}}',
                   '{"text": "The key was old. It fitted no door. The miller went to the well, hat in hand."}'),
        fix="Keep one, or keep both knowingly with --ignore W045.",
    ),
    Check(
        code="E046", title="text of an examination", find=leak, need="prints",
        why="Runs of thirteen words, or several whole sentences, stand in the texts given with --against or in the "
        "held-out splits of the home. A being that has read the examination passes it and is no better.",
        wrong=prose(_ASKED), right=prose("Which of the three sisters carried the lamp? It was dark, and nobody saw her "
                                         "face."),
        fix="Take it out of the corpus. Never take it out of the examination.",
    ),
)
