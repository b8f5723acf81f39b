"""A story in, its portrait out: measures that a person can read. The same story always gives the same portrait.

The measures count words and signs; they do not understand the story, and are made for English prose and talk. What they
are worth is to be seen in the choice that they make, not in one figure of one story.
"""

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.portrait.arc import arc_of
from foundling.corpus.portrait.ease import reading_ease, sentences, syllables
from foundling.corpus.portrait.feelings import Classifier
from foundling.corpus.portrait.lexicon import Lexicon, lexicon
from foundling.corpus.portrait.people import people_of
from foundling.corpus.portrait.talk import talk_of
from foundling.records import BadInput, Story

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_PLAIN = re.compile(r"[a-z]+(?:'[a-z]+)?")  # the same words where a text is ASCII, found in two thirds of the time
_REACH = 3  # a "not" up to three words before turns a word's valence and takes its feeling away
_TURNED = -0.5
_ONE_IN, _LARGEST_SKETCH = 8, 4096
_MOST_PEOPLE = 40


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """What can be read off one story.

    id, title, source: the story's; bytes of UTF-8; words: their number. talk: share quoted or in turns, 0 to 1; turns:
    of dialogue. people: names, most often named first (at most 40), pairs and meetings: see `people.People`. feelings,
    themes: name -> signs per 1,000 words; valence: mean over the words that have one, -1 to 1. arc, shape, strength:
    see `arc.Arc`. ease: Flesch's reading ease; sentence: mean words a sentence; rare: share of words outside the 2,000
    common ones.
    sketch: hashes of an eighth of the story's different pairs of words, by which overlap of stories is estimated.
    """

    id: str
    title: str
    source: str
    bytes: int
    words: int
    talk: float
    turns: int
    people: tuple[str, ...]
    pairs: int
    meetings: int
    feelings: Mapping[str, float]
    themes: Mapping[str, float]
    valence: float
    arc: tuple[float, ...]
    shape: str
    strength: float
    ease: float
    sentence: float
    rare: float
    sketch: tuple[int, ...]


def portrait_from(row: Mapping[str, Any]) -> Portrait:
    """A portrait from the plain JSON values that `to_jsonable` made of it. Raises BadInput when they are none."""
    try:
        tuples = {key: tuple(row[key]) for key in ("people", "arc", "sketch")}
        return Portrait(**{field.name: row[field.name] for field in fields(Portrait)} | tuples)
    except (TypeError, KeyError) as fault:
        raise BadInput(f"A line that should hold a portrait does not ({fault}): draw the portraits again.") from fault


@lru_cache(maxsize=200_000)
def _facts(word: str) -> tuple[int, int, int]:
    """A word's number in the lexicon, a hash that is the same on every machine, and its syllables."""
    return lexicon().numbers.get(word, 0), zlib.crc32(word.encode("utf-8", "replace")), syllables(word)


def _sketch(codes: NDArray[np.uint64]) -> tuple[int, ...]:
    """Hashes of pairs of neighbouring words, those kept that are divisible: the same pairs are kept in every story."""
    mixed = (codes[:-1] * np.uint64(0x9E3779B97F4A7C15)) ^ (codes[1:] * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(33)
    return tuple(np.unique(mixed[mixed % _ONE_IN == 0])[:_LARGEST_SKETCH].tolist())


def _signs(ids: NDArray[np.int64], table: Lexicon) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Valence of every word, turned and weakened after a "not", and which words stand after one."""
    negated = np.zeros(len(ids), dtype=np.bool_)
    said = table.negator[ids]
    for back in range(1, _REACH + 1):
        negated[back:] |= said[:-back]
    return np.where(negated, _TURNED, 1.0) * table.valence[ids], negated


def _rates(names: Sequence[str], counts: NDArray[np.float64], words: int) -> dict[str, float]:
    return {name: round(1000 * float(n) / words, 4) for name, n in zip(names, counts, strict=True)}


def _rare(unique: Sequence[str], counts: NDArray[np.int64], common: NDArray[np.bool_], people: Sequence[str]) -> float:
    """Share of the words that are not common ones; names are no rare words, they are left out."""
    named = {word.lower() for name in people for word in name.split()}
    kept = np.fromiter((word not in named for word in unique), dtype=np.bool_, count=len(unique))
    total = int(counts[kept].sum())
    return float(counts[kept & ~common].sum()) / total if total else 0.0


def draw(story: Story, classifier: Classifier | None = None) -> Portrait:
    """The portrait of one story. With a classifier (`feelings.train`) the feelings that it knows are its sentences per
    1,000 words; the others, and all without it, are words of the shipped lexicon per 1,000 words. On old books the
    lexicon is the steadier one: the classifier, raised on remarks from the web, hardly finds shame or relief there."""
    table, text = lexicon(), story.text
    lower = text.replace("’", "'").lower()
    words = (_PLAIN if lower.isascii() else _WORD).findall(lower)
    tally = Counter(words)
    # Every different word is looked up once; the words in order are places among the different ones.
    unique, counts = list(tally), np.fromiter(tally.values(), dtype=np.int64, count=len(tally))
    place = {word: index for index, word in enumerate(unique)}
    order = np.fromiter(map(place.__getitem__, words), dtype=np.int64, count=len(words))
    facts = np.fromiter(chain.from_iterable(map(_facts, unique)), np.int64, 3 * len(unique)).reshape(-1, 3)
    known, codes, spoken = facts[:, 0], facts[:, 1].astype(np.uint64), facts[:, 2]
    ids, size = known[order], max(1, len(words))
    valence, negated = _signs(ids, table)
    felt = table.feeling_rows[ids[(ids > 0) & ~negated]].sum(axis=0)
    feelings = _rates(table.feelings, felt, size)
    if classifier is not None:
        feelings |= {name: round(1000 * n / size, 4) for name, n in classifier.count(text).items()}
    moral = counts @ table.theme_rows[known]
    people, talk, arc = people_of(story, tally), talk_of(story), arc_of(valence)
    ends = sentences(text, story.form)
    told = valence[valence != 0]
    return Portrait(
        id=story.id, title=story.title, source=story.source, bytes=story.bytes, words=len(words),
        talk=round(talk.share, 4), turns=talk.turns, people=people.names[:_MOST_PEOPLE],
        pairs=people.pairs, meetings=people.meetings,
        feelings=feelings, themes=_rates(table.themes, moral, size),
        valence=round(float(told.mean()), 4) if len(told) else 0.0, arc=arc.points, shape=arc.shape,
        strength=arc.strength, ease=reading_ease(len(words), int(counts @ spoken), ends),
        sentence=round(len(words) / ends, 2), rare=round(_rare(unique, counts, table.common[known], people.names), 4),
        sketch=_sketch(codes[order]),
    )
