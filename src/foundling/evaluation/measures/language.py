"""How well a subject foretells held-out text, in all and slice by slice: documents flow in, bits per byte flow out.

Bits per byte and perplexity as `likelihood` has them (float32, by document, sums never averages); every slice is a
ratio of sums too, with a bootstrap over documents (Efron 1979). Slices: prose or scene, source, length of the document,
how often a word stands in the training text, and how far into the document. The gap to training text is `examine`'s.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from torch import Tensor

from foundling.evaluation.comparable import word_spans
from foundling.evaluation.examine import gap_scores
from foundling.evaluation.intervals import ratio_bootstrap
from foundling.evaluation.likelihood import (
    LN2,
    DocumentScore,
    Scored,
    document_scores,
    likelihood_scores,
    plain_text,
    prepare,
    target_nats,
)
from foundling.evaluation.subject import Subject
from foundling.evaluation.texture import words_of
from foundling.records import BadInput, Score, Story
from foundling.tokens import Tokenizer

BATCH = 16
LONGEST = 8000  # bytes of one document where only some text is scored
_SHORTEST = 500  # bytes of the last, which fills what is left
MOST_SOURCES = 12
LENGTHS = ((1000, "below_1k"), (4000, "1k_to_4k"), (None, "4k_and_more"))
PLACES = ((256, "first_256"), (1024, "256_to_1k"), (4096, "1k_to_4k"), (None, "4k_and_more"))
SEEN = ((1, "never"), (10, "1_to_9"), (100, "10_to_99"), (None, "100_and_more"))
_UNIT = "bits per byte"
Bands = Sequence[tuple[int | None, str]]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A word and the signs at it: of which document, at which byte of its text, how many bytes, and its nats."""

    document: int
    at: int
    bytes: int
    text: str
    nats: float


def band(value: int, bands: Bands) -> str:
    """The name of the first band whose end lies above the value; the last has none."""
    return next(name for end, name in bands if end is None or value < end)


def excerpts(stories: Sequence[Story], kilobytes: int, seed: int) -> tuple[Story, ...]:
    """Stories drawn by the seed until so many kilobytes are there; 0: all, whole.

    Each is cut to an eighth of that, so that there are documents enough for an interval, and to 8 kB: prose between
    words, a scene between lines.
    """
    if not kilobytes:
        return tuple(stories)
    drawn, left, most = list[Story](), 1000 * kilobytes, min(LONGEST, 125 * kilobytes)
    for story in random.Random(f"language {seed}").sample(list(stories), len(stories)):
        if left <= 0:
            break
        text = _cut(story, min(most, max(left, _SHORTEST)))
        drawn.append(story.with_text(text))
        left -= len(text.encode("utf-8"))
    return tuple(drawn)


def _cut(story: Story, most: int) -> str:
    raw = story.text.encode("utf-8", "replace")
    if len(raw) <= most:
        return story.text
    text, sign = raw[:most].decode("utf-8", "ignore"), "\n" if story.form == "scene" else " "
    return text[:text.rindex(sign)] if sign in text.strip() else text


def pieces(tokenizer: Tokenizer, documents: Sequence[Scored], nats: Sequence[Tensor]) -> Iterator[Piece]:
    """The words of every document with their nats; special ids are in none, so all pieces add up to the document."""
    for number, (document, row) in enumerate(zip(documents, nats, strict=True)):
        at, costs, ids = 0, [0.0, *row.double().tolist()], tuple(document.ids)
        for span in word_spans(ids, 1, tokenizer):
            kept = [i for i in range(span.start, span.end) if document.counts[i]]
            text = tokenizer.decode([ids[i] for i in kept])
            size = len(text.encode("utf-8"))
            if size:
                yield Piece(document=number, at=at, bytes=size, text=text, nats=sum(costs[i] for i in kept))
            at += size


def source_names(stories: Sequence[Story]) -> list[str]:
    """Where each story comes from: its file where several come from it, else the file's folder, else the kind of
    reader; `world` where it was narrated, `others` for all beyond the twelve most frequent."""
    files = [story.source.partition("#")[0] for story in stories]  # a file and the part of it that the story is
    often = Counter(files)
    named = [
        "world" if story.simulated else
        file if often[file] > 1 else
        PurePath(file).parent.as_posix() if "/" in file else story.origin.kind or "others"
        for story, file in zip(stories, files, strict=True)
    ]
    kept = {name for name, _ in Counter(named).most_common(MOST_SOURCES)}
    return [re.sub(r"[^\w-]+", "_", name).strip("_") if name in kept else "others" for name in named]


def sliced(name: str, parts: Iterable[tuple[str, int, float, int]], count: int, *, seed: int) -> Iterator[Score]:
    """Bits per byte of each slice. parts: (slice, document, nats, bytes); `count` documents in all."""
    tops: dict[str, list[float]] = {}
    bottoms: dict[str, list[float]] = {}
    for key, document, nats, size in parts:
        tops.setdefault(key, [0.0] * count)[document] += nats
        bottoms.setdefault(key, [0.0] * count)[document] += size
    for key in sorted(tops):
        held = [i for i in range(count) if bottoms[key][i]]
        if held:
            found = ratio_bootstrap(
                [tops[key][i] for i in held], [LN2 * bottoms[key][i] for i in held], seed=seed
            )
            yield Score(
                name=f"language.bits_per_byte.{name}.{key}", value=found.value, n=int(sum(bottoms[key])),
                low=found.low, high=found.high, unit=_UNIT,
            )


def slices(
    stories: Sequence[Story], scores: Sequence[DocumentScore], words: Sequence[Piece], known: Counter[str], *, seed: int
) -> Iterator[Score]:
    """Every slice of the documents and of their words. known: how often each word stands in the training text."""
    count, sources = len(stories), source_names(stories)

    def whole(keys: Sequence[str]) -> list[tuple[str, int, float, int]]:
        return [(key, d, score.nats, score.bytes) for d, (key, score) in enumerate(zip(keys, scores, strict=True))]

    yield from sliced("form", whole([story.form for story in stories]), count, seed=seed)
    yield from sliced("source", whole(sources), count, seed=seed)
    yield from sliced("length", whole([band(score.bytes, LENGTHS) for score in scores]), count, seed=seed)
    yield from sliced("place", ((band(w.at, PLACES), w.document, w.nats, w.bytes) for w in words), count, seed=seed)
    if known:
        rows = ((_seen(w, known), w.document, w.nats, w.bytes) for w in words)
        yield from sliced("seen", rows, count, seed=seed)


def _seen(piece: Piece, known: Counter[str]) -> str:
    """The band of the rarest word in a piece; `no_word` for signs and figures alone."""
    words = words_of(piece.text)
    return band(min(known[word] for word in words), SEEN) if words else "no_word"


def _alike(train: Sequence[Story], heldout: Sequence[Story]) -> list[Story]:
    """What of the training text a gap may be told of: people's, beside whose the village's easy sentences would look
    like overfitting, but the village's where nothing else was held out; and prose where prose was held out, scenes
    where scenes were, for scenes are harder."""
    forms, made = {story.form for story in heldout}, all(story.simulated for story in heldout)
    return [story for story in train if story.simulated == made and story.form in forms and plain_text(story)]


def language_scores(
    subject: Subject, heldout: Sequence[Story], train: Sequence[Story], *, kilobytes: int, seed: int
) -> tuple[Score, ...]:
    """Bits per byte and perplexity in all and by slice, and the gap to as much training text of a kind.

    `kilobytes` bounds the held-out text, 0 takes all. Raises BadInput when there is none, or when the weights give no
    number.
    """
    stories = [story for story in excerpts(heldout, kilobytes, seed) if plain_text(story)]
    if not stories:
        raise BadInput("There is no held-out text to score: give at least one story with words in it.")
    size = sum(len(plain_text(story).encode("utf-8")) for story in stories)
    read = excerpts(_alike(train, stories), -(-size // 1000), seed)
    documents = [prepare(subject.tokenizer, story) for story in (*stories, *read)]
    stride = max(1, subject.model.shape.context // 2)
    nats = target_nats(subject.model, documents, stride=stride, batch=BATCH)
    scores = document_scores(documents, nats)
    held, trained = scores[:len(stories)], scores[len(stories):]
    words = list(pieces(subject.tokenizer, documents[:len(stories)], nats[:len(stories)]))
    known = Counter(word for story in train for word in words_of(plain_text(story)))
    plain = (*likelihood_scores(held, seed=seed), *gap_scores(held, trained, seed))
    return (
        *(replace(score, name=f"language.{score.name}") for score in plain),
        *slices(stories, held, words, known, seed=seed),
    )
