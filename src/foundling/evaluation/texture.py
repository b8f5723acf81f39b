"""What free writing looks like: an engine and openings flow in, samples and counts of their words flow out.

Likelihood cannot see repetition (judging.md section 10), so it is counted here, at three temperatures. Nothing is said
about how good a sample is.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.exam import generate
from foundling.inference import Engine, Sampling
from foundling.records import Story
from foundling.tokens import Tokenizer

TEMPERATURES = (0.0, 0.7, 1.0)
FREE = 8  # samples from nothing at each temperature; one at 0, where all would be the same
OPENED = 8  # samples that go on from the beginning of a held-out story
OPENING_WORDS = 8
LONGEST = 120  # new ids of a sample
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What was written after `opening` (empty: from nothing) at a temperature; the text is the continuation alone.

    ended: the model ended it by itself before the room was used up.
    """

    temperature: float
    opening: str
    text: str
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Texture:
    """Counts over the samples of one temperature.

    distinct_n: different n-grams of words / all of them; it falls with more words, so compare equal amounts only.
    repeated_4grams: share of 4-grams that stood before in the same sample. broken_words: share of words that the given
    word list lacks, None without a list.
    """

    temperature: float
    samples: int
    words: int
    mean_words: float
    distinct_1: float
    distinct_2: float
    distinct_3: float
    repeated_4grams: float
    broken_words: float | None


def words_of(text: str) -> list[str]:
    """The words of a text, case folded, without punctuation and numbers."""
    return [word.casefold() for word in _WORD.findall(text)]


def grams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """All runs of n words."""
    return [tuple(words[i:i + n]) for i in range(len(words) - n + 1)]


def texture(texts: Sequence[str], *, temperature: float, known: frozenset[str] | None = None) -> Texture:
    """The counts over some samples; shares of nothing are 0."""
    lists = [words_of(text) for text in texts]
    total = sum(len(words) for words in lists)

    def distinct(n: int) -> float:
        runs = [run for words in lists for run in grams(words, n)]
        return len(set(runs)) / len(runs) if runs else 0.0

    fours = [grams(words, 4) for words in lists]
    count = sum(len(runs) for runs in fours)
    broken = None if known is None else sum(word not in known for words in lists for word in words) / max(1, total)
    return Texture(
        temperature=temperature, samples=len(texts), words=total, mean_words=total / max(1, len(texts)),
        distinct_1=distinct(1), distinct_2=distinct(2), distinct_3=distinct(3),
        repeated_4grams=sum(len(runs) - len(set(runs)) for runs in fours) / max(1, count), broken_words=broken,
    )


def openings(stories: Sequence[Story], *, most: int, length: int, seed: int) -> tuple[str, ...]:
    """The first `length` words of up to `most` prose stories that go on after them, drawn by the seed."""
    prose = [story.text for story in stories if story.form == "prose" and len(story.text.split()) > 2 * length]
    chosen = random.Random(seed).sample(prose, min(most, len(prose)))
    return tuple(_first_words(text, length) for text in chosen)


def _first_words(text: str, length: int) -> str:
    starts = [match.start() for match in re.finditer(r"\S+", text)]
    return text[:starts[length]].rstrip()


def write(
    engine: Engine, tokenizer: Tokenizer, begun: Sequence[str], *, temperature: float, seed: int
) -> tuple[Sample, ...]:
    """One continuation of each opening as prose, drawn from the model's whole distribution, nothing cut or punished."""
    most = min(LONGEST, engine.context // 2)
    how = Sampling(temperature=temperature, top_k=0, top_p=1.0, repetition=1.0)
    prompts = [[tokenizer.begin, *tokenizer.encode(opening)][:engine.context - most] for opening in begun]
    made = generate(engine, tokenizer, prompts, how, most=most, seed=seed)
    return tuple(
        Sample(temperature=temperature, opening=opening, text=tokenizer.decode(ids), ended=len(ids) < most)
        for opening, ids in zip(begun, made, strict=True)
    )


def free_samples(engine: Engine, tokenizer: Tokenizer, heldout: Sequence[Story], *, seed: int) -> tuple[Sample, ...]:
    """Samples from nothing and from held-out beginnings, at every temperature."""
    begun = openings(heldout, most=OPENED, length=OPENING_WORDS, seed=seed)
    made: list[Sample] = []
    for temperature in TEMPERATURES:
        from_nothing = [""] * (FREE if temperature else 1)
        made += write(engine, tokenizer, [*from_nothing, *begun], temperature=temperature, seed=seed)
    return tuple(made)
