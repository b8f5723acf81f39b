"""Clean stories in, five splits out: train, the trainer's own validation, and the judge's screen, confirm and vault.

Long books are first cut into parts at paragraph borders. A split takes whole parts, and near-copies go together. The
split is a function of the texts and the seed alone, made once, before any tokenizer exists. Simulated stories are
only ever trained on: a judge that was narrated by the program it judges would praise the program's habits. Only where
people wrote nothing at all do they judge too, and the card says from what the being was raised.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from foundling.corpus.duplicates import clusters
from foundling.records import BadInput, Story

SPLITS = ("train", "validation", "screen", "confirm", "vault")
_SHARES = {"validation": 0.05, "screen": 0.05, "confirm": 0.03, "vault": 0.02}
LEAST_BYTES = 4_000
_PARTS = 40
_LARGEST_PART = 12_000


def _cut_one(story: Story, size: int) -> list[Story]:
    """A story as parts of roughly `size` bytes, cut between paragraphs (or lines, or sentences where there are none).

    Nothing is lost: the parts, joined by what stood between them (blank line, line end or space), are the story.
    """
    if story.bytes <= size * 1.5:
        return [story]
    joints = ("\n\n", "\n\n"), ("\n", "\n"), (". ", " ")
    mark, joint = next(((m, j) for m, j in joints if story.text.count(m) >= story.bytes / size / 2), ("", ""))
    if not mark or story.form == "scene":
        return [story]
    parts: list[str] = []
    for piece in re.split(r"(?<=\.) ", story.text) if joint == " " else story.text.split(joint):
        if parts and len(parts[-1].encode("utf-8")) + len(piece.encode("utf-8")) <= size:
            parts[-1] += joint + piece
        else:
            parts.append(piece)
    kept = [text for text in parts if text.strip()]
    return [replace(story, title=f"{story.title}, part {n}", text=text) for n, text in enumerate(kept, 1)]


def cut(stories: Sequence[Story]) -> list[Story]:
    """Books as parts, so that even one book can be split. Raises BadInput when there is too little text for a being."""
    total = sum(story.bytes for story in stories)
    if total < LEAST_BYTES:
        raise BadInput(
            f"There are only {total:,} bytes of text in {len(stories)} stories; a being needs at least "
            f"{LEAST_BYTES:,} to learn from: add stories, or leave --stories out to use the built-in ones."
        )
    size = min(_LARGEST_PART, max(400, total // _PARTS))
    parts = [part for story in stories for part in _cut_one(story, size)]
    if len(parts) < len(SPLITS) + 5:
        raise BadInput(
            f"The text cannot be divided: it makes only {len(parts)} parts; put paragraphs on lines of their own, with "
            "a blank line between them."
        )
    return parts


def split(parts: Sequence[Story], seed: int) -> dict[str, list[Story]]:
    """Parts by split. Held-out splits are filled first, cluster by cluster in a random order, prose by people only.

    Raises BadInput when a split stays empty, because the parts are scenes or near-copies of each other.
    """
    groups: dict[int, list[Story]] = defaultdict(list)
    for part, cluster in zip(parts, clusters(parts), strict=True):
        groups[cluster].append(part)
    told = all(part.simulated for part in parts)
    judging = {part.id for part in parts if part.form == "prose" and (told or not part.simulated)}
    total = sum(part.bytes for part in parts if part.id in judging)
    out: dict[str, list[Story]] = {name: [] for name in SPLITS}
    order = np.random.default_rng([seed, 5]).permutation(sorted(groups))
    queue = [groups[int(index)] for index in order]
    for name, share in _SHARES.items():
        filled = 0
        while queue and (filled == 0 or filled < share * total * 0.9):
            index = next((i for i, g in enumerate(queue) if all(s.id in judging for s in g) and len(g) <= 3), None)
            if index is None or len(queue) <= 3:
                break
            group = queue.pop(index)
            out[name] += group
            filled += sum(story.bytes for story in group)
    out["train"] = [story for group in queue for story in group]
    if not all(out.values()):
        raise BadInput(
            f"The text is too much alike to hold some of it out for the judge: its {len(parts)} parts make only "
            f"{len(groups)} different ones, scenes included; add other stories in prose."
        )
    return out
