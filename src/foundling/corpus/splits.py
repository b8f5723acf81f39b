"""Clean stories in, five splits out: train, the trainer's own validation, and the judge's screen, confirm and vault.

Long books are first cut into parts at paragraph borders. A split takes whole documents where there are enough of them
(`whole_documents`), else whole parts, so that even one book can be divided; near-copies go together. The split is a
function of the texts and the seed alone, made once, before any tokenizer exists. Simulated stories are only ever
trained on: a judge that was narrated by the program it judges would praise the program's habits. Only where people
wrote nothing at all do they judge too, and the card says from what the being was raised.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.duplicates import clusters
from foundling.records import BadInput, Story

SPLITS = ("train", "validation", "screen", "confirm", "vault")
_SHARES = {"validation": 0.05, "screen": 0.05, "confirm": 0.03, "vault": 0.02}
LEAST_BYTES = 4_000
LARGEST_DOCUMENT = 0.05  # of the text: a larger one would be a whole split by itself, and is only ever trained on
_FEWEST_DOCUMENTS = 20
_PARTS = 40
_LARGEST_PART = 12_000
_MOST_ALIKE = 3  # parts in a cluster that may be held out: a larger one would swallow a split


def cut_one(story: Story, size: int) -> list[Story]:
    """A story as parts of roughly `size` bytes, cut between paragraphs (or lines, or sentences where there are none).

    Nothing is lost: the parts, joined by what stood between them (blank line, line end or space), are the story.
    """
    if story.bytes <= size * 1.5:
        return [story]
    joints = ("\n\n", "\n\n"), ("\n", "\n"), (". ", " ")
    mark, joint = next(((m, j) for m, j in joints if story.text.count(m) >= story.bytes / size / 2), ("", ""))
    if not mark or story.form == "scene":
        return [story]
    parts, held, length = list[str](), list[str](), 0
    for piece in re.split(r"(?<=\.) ", story.text) if joint == " " else story.text.split(joint):
        more = len(piece.encode("utf-8"))
        if held and length + more > size:
            parts.append(joint.join(held))
            held, length = [], 0
        length += more + (len(joint) if held else 0)
        held.append(piece)
    parts.append(joint.join(held))
    kept = [text for text in parts if text.strip()]
    return [replace(story, title=f"{story.title}, part {n}", text=text) for n, text in enumerate(kept, 1)]


def part_size(total: int) -> int:
    """Bytes of a part in a corpus of `total` bytes: small enough that even one book can be split."""
    return min(_LARGEST_PART, max(400, total // _PARTS))


def cut(stories: Sequence[Story]) -> list[Story]:
    """Books as parts, so that even one book can be split. Raises BadInput when there is too little text for a being."""
    total = sum(story.bytes for story in stories)
    if total < LEAST_BYTES:
        raise BadInput(
            f"There are only {total:,} bytes of text in {len(stories)} stories; a being needs at least "
            f"{LEAST_BYTES:,} to learn from: add stories, or leave --stories out to use the built-in ones."
        )
    size = part_size(total)
    parts = [part for story in stories for part in cut_one(story, size)]
    if len(parts) < len(SPLITS) + 5:
        raise BadInput(
            f"The text cannot be divided: it makes only {len(parts)} parts; put paragraphs on lines of their own, with "
            "a blank line between them."
        )
    return parts


def divide(
    sizes: NDArray[np.int64], alike: NDArray[np.int64], judging: NDArray[np.bool_], seed: int, *,
    small: float = 0.0,
) -> dict[str, NDArray[np.int64]]:
    """The numbers of the parts in each split; the order of a split is random, its clusters stay together.

    sizes: bytes of each part; alike: its cluster, any number that near-copies share; judging: whether it may be held
    out; small: the share of all that may be held out up to which a cluster of more than three parts may be, too (in a
    large corpus it swallows no split). Held-out splits are filled first, cluster by cluster. Raises BadInput when a
    split stays empty.
    """
    names, group, members = np.unique(alike, return_inverse=True, return_counts=True)
    order = np.random.default_rng([seed, 5]).permutation(names.size)
    weights = np.bincount(group, weights=sizes, minlength=names.size)
    total, left = int(sizes[judging].sum()), names.size
    allowed = (members <= _MOST_ALIKE) | (weights <= small * total)
    allowed &= np.bincount(group, weights=~judging, minlength=names.size) == 0
    queue = iter(order[allowed[order]].tolist())
    given = np.zeros(names.size, dtype=np.int8)
    for number, name in enumerate(SPLITS[1:], 1):
        filled = 0.0
        while left > 3 and (filled == 0 or filled < _SHARES[name] * total * 0.9):
            chosen = next(queue, None)
            if chosen is None:
                break
            given[chosen] = number
            filled, left = filled + weights[chosen], left - 1
    if np.unique(given).size < len(SPLITS):
        raise BadInput(
            f"The text is too much alike to hold some of it out for the judge: its {sizes.size} parts make only "
            f"{names.size} different ones, scenes included; add other stories in prose."
        )
    rank = np.empty(names.size, dtype=np.int64)
    rank[order] = np.arange(names.size)
    shuffled = np.argsort(rank[group], kind="stable")
    return {name: shuffled[given[group[shuffled]] == number] for number, name in enumerate(SPLITS)}


def whole_documents(
    sizes: NDArray[np.int64], documents: NDArray[np.int64], judging: NDArray[np.bool_]
) -> bool:
    """Whether the text can be divided by whole documents: at least twenty of them, none more than a twentieth of the
    text, which make half of it or more. documents: for each part a number that parts of one document share."""
    names, group = np.unique(documents[judging], return_inverse=True)
    weights = np.bincount(group, weights=sizes[judging], minlength=names.size)
    fit = weights[weights <= LARGEST_DOCUMENT * weights.sum()]
    return bool(fit.size >= _FEWEST_DOCUMENTS and 2 * fit.sum() >= weights.sum())


def judges(prose: NDArray[np.bool_], simulated: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which parts may be held out: prose by people; where people wrote nothing at all, any prose."""
    return prose & (~simulated | bool(simulated.all()))


def split(parts: Sequence[Story], seed: int) -> dict[str, list[Story]]:
    """Parts by split. Raises BadInput when a split stays empty, because the parts are scenes or near-copies of each
    other."""
    may = judges(np.array([part.form == "prose" for part in parts], dtype=np.bool_),
                 np.array([part.simulated for part in parts], dtype=np.bool_))
    ids = [part.id for part in parts]
    judging = {name for name, judge in zip(ids, may, strict=True) if judge}
    found = divide(
        np.array([part.bytes for part in parts], dtype=np.int64), np.array(clusters(parts), dtype=np.int64),
        np.array([name in judging for name in ids], dtype=np.bool_), seed,
    )
    return {name: [parts[index] for index in held] for name, held in found.items()}
