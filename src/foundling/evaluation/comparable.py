"""What all architectures can be asked alike: texts and readers flow in, shares of right choices and bits flow out.

Minimal pairs (BLiMP, Warstadt et al. 2020, arXiv 1912.00582, or the simulated world's own): which of two sentences the
reader finds likelier, by likelihood where it reads from left to right, else by pseudo-likelihood (Salazar et al. 2020,
arXiv 1910.14659). Cloze: which of five words stood in a gap. Bits per byte of whole sentences; a pseudo-likelihood's
are not comparable with a likelihood's: every word is told with all the others in sight.
"""

import gzip
import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.evaluation.spans import Reader, Span
from foundling.records import SPECIALS, BadInput, Story
from foundling.tokens import Tokenizer
from foundling.world.questions.exam import examine_physics

CHOICES = 5
_LARGEST = 64 * 2**20
_SENTENCE = re.compile(r"(?<=[.!?])[\"']?\s+")
_WORD = re.compile(r"[a-z]{4,}")
_FIELDS = ("sentence_good", "sentence_bad", "UID")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two texts that differ in little, after a context that both share; `kind` is what they test, `field` of what."""

    kind: str
    good: str
    bad: str
    context: str = ""
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Cloze:
    """A sentence whose ids from `start` to `end` were one word; `options` are ids of as many words, the first right."""

    ids: tuple[int, ...]
    start: int
    end: int
    options: tuple[tuple[int, ...], ...]


def read_pairs(path: Path, per_kind: int, seed: int) -> list[Pair]:
    """`per_kind` pairs of every paradigm of a BLiMP file (JSON lines, perhaps gzipped), 0 for all. Raises BadInput."""
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path} is larger than {_LARGEST // 2**20} MB: give BLiMP's JSON lines.")
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found: dict[str, list[Pair]] = {}
        for line in raw.decode("utf-8").splitlines():
            row = json.loads(line)
            good, bad, kind = (str(row[name]) for name in _FIELDS)
            field = str(row.get("field", "")).replace("/", "_")  # BLiMP spells syntax_semantics in two ways
            found.setdefault(kind, []).append(Pair(kind=kind, good=good, bad=bad, field=field))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(f"{path} cannot be read as minimal pairs ({fault}): give BLiMP's JSON lines.") from fault
    rng = random.Random(f"pairs {seed}")
    most = per_kind or _LARGEST
    return [pair for kind in sorted(found) for pair in rng.sample(found[kind], min(most, len(found[kind])))]


def world_pairs(count: int, seed: int) -> list[Pair]:
    """Minimal pairs of the simulated world's physics, for want of others: which of two ends a scene had."""
    return [
        Pair(kind=family, context=text.rstrip() + " ", good=options[answer], bad=options[1 - answer])
        for family, text, _, options, answer in examine_physics(seed, count) if family.startswith("physics_pairs")
    ]


def word_spans(ids: Sequence[int], first: int, tokenizer: Tokenizer) -> list[Span]:
    """Every word of ids[first:] as a span: an id whose text begins with white space begins a word, and so does what
    stands after a special id."""
    borders = [
        i for i in range(first, len(ids))
        if i == first or ids[i - 1] < len(SPECIALS) or tokenizer.decode([ids[i]])[:1].isspace()
    ]
    ends = [*borders[1:], len(ids)]
    return [Span(ids=tuple(ids), start=a, end=b) for a, b in zip(borders, ends, strict=True)]


def _text_spans(reader: Reader, ids: Sequence[int], first: int, tokenizer: Tokenizer) -> list[Span]:
    """The spans whose nats add up to the (pseudo-)likelihood of ids[first:]."""
    return [Span(ids=tuple(ids), start=first, end=len(ids))] if reader.chained else word_spans(ids, first, tokenizer)


def _summed(reader: Reader, groups: Sequence[list[Span]]) -> list[float]:
    nats = iter(reader.nats([span for group in groups for span in group]))
    return [sum(next(nats) for _ in group) for group in groups]


def _cut(ids: list[int], first: int, context: int) -> tuple[list[int], int]:
    """The last `context` ids behind <|begin|>, and where what is told begins in them."""
    over = max(0, len(ids) - context)
    return [ids[0], *ids[1 + over:]], max(1, first - over)


def pair_nats(reader: Reader, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[tuple[float, float]]:
    """The nats of each pair's good text and of its bad one."""
    groups = []
    for pair in pairs:
        before = [tokenizer.begin, *tokenizer.encode(pair.context)]
        for text in (pair.good, pair.bad):
            ids, first = _cut([*before, *tokenizer.encode(text)], len(before), reader.model.shape.context)
            groups.append(_text_spans(reader, ids, first, tokenizer))
    nats = _summed(reader, groups)
    return list(zip(nats[::2], nats[1::2], strict=True))


def judge_pairs(reader: Reader, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[bool]:
    """For each pair whether the good one has fewer nats; equal ones count as wrong."""
    return [good < bad for good, bad in pair_nats(reader, tokenizer, pairs)]


def sentences(stories: Sequence[Story], least: int = 8, most: int = 25) -> Iterator[str]:
    """Sentences of prose with `least` to `most` words."""
    for story in stories:
        for paragraph in story.text.split("\n") if story.form == "prose" else ():
            for sentence in _SENTENCE.split(paragraph):
                if least <= len(sentence.split()) <= most:
                    yield sentence.strip()


def draw_clozes(
    stories: Sequence[Story], tokenizer: Tokenizer, count: int, seed: int, context: int
) -> list[Cloze]:
    """Gaps in held-out sentences: a word of four letters or more, neither first nor last; the wrong options are other
    gaps' words with as many ids, drawn as often as they occur, so that neither length nor frequency tells the answer.

    Raises BadInput when the text has too few sentences for that.
    """
    rng = random.Random(f"cloze {seed}")
    drawn = list(dict.fromkeys(sentences(stories)))
    rng.shuffle(drawn)
    found: list[tuple[Span, tuple[int, ...]]] = []
    for sentence in drawn[:4 * count]:
        ids = [tokenizer.begin, *tokenizer.encode(sentence)]
        words = [w for w in word_spans(ids, 1, tokenizer)[1:-1]
                 if _WORD.fullmatch(tokenizer.decode(ids[w.start:w.end]).strip())]
        if words and len(ids) <= context:
            word = rng.choice(words)
            found.append((word, word.ids[word.start:word.end]))
    by_length: dict[int, list[tuple[int, ...]]] = {}
    for _, answer in found:
        by_length.setdefault(len(answer), []).append(answer)
    made: list[Cloze] = []
    for word, answer in found:
        others = by_length[len(answer)].copy()
        rng.shuffle(others)  # a word that stands in more gaps comes first more often
        wrong = [other for other in dict.fromkeys(others) if other != answer][:CHOICES - 1]
        if len(wrong) == CHOICES - 1 and len(made) < count:
            made.append(Cloze(ids=word.ids, start=word.start, end=word.end, options=(answer, *wrong)))
    if not made:
        raise BadInput("The held-out text has too few sentences for a cloze test: give more text.")
    return made


def judge_clozes(reader: Reader, clozes: Sequence[Cloze], *, left_only: bool) -> list[bool]:
    """For each gap whether the word that stood there has the fewest nats of all options.

    left_only: the sentence ends with the word. Else a reader from left to right weighs the word and all after it, any
    other the word in its place.
    """
    groups = []
    for cloze in clozes:
        for option in cloze.options:
            tail = () if left_only else cloze.ids[cloze.end:]
            ids, end = (*cloze.ids[:cloze.start], *option, *tail), cloze.start + len(option)
            groups.append([Span(ids=ids, start=cloze.start, end=len(ids) if reader.chained else end)])
    nats = _summed(reader, groups)
    rows = [nats[i:i + CHOICES] for i in range(0, len(nats), CHOICES)]
    return [row[0] < min(row[1:]) for row in rows]


def sentence_bits(reader: Reader, tokenizer: Tokenizer, texts: Sequence[str]) -> float:
    """Bits per byte of sentences, each by itself: of their likelihood, or of their pseudo-likelihood."""
    groups = [_text_spans(reader, [tokenizer.begin, *tokenizer.encode(t)], 1, tokenizer) for t in texts]
    return sum(_summed(reader, groups)) / (math.log(2) * sum(len(text.encode("utf-8")) for text in texts))
