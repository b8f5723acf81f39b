"""Pairs and a subject in, the nats of every text and which of two it finds likelier out, in float32.

By nats per byte, since summed nats favour whichever text is told in fewer ids; the sums are kept beside it, to see what
that rule changes. Each text is scored once, by itself and in an order of its own, so that it makes no difference which
of two comes first. No threshold and no vote.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.likelihood import counted_nats, prepare, target_nats
from foundling.evaluation.subject import Subject
from foundling.records import Story
from foundling.records.story import Form

_BATCH = 16

Text = tuple[Form, str]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a text costs a subject."""

    nats: float
    bytes: int

    @property
    def per_byte(self) -> float:
        """Nats a byte; of no byte no number."""
        return self.nats / self.bytes if self.bytes else math.nan


@dataclass(frozen=True, kw_only=True)
class Pick:
    """What a judge makes of a pair: 1 where it finds the better text, -1 the worse, 0 where it can tell neither."""

    pair: Pair
    per_byte: int
    summed: int


def cost_texts(subject: Subject, texts: Sequence[Text]) -> dict[Text, Told]:
    """The nats of each text, by the text. A scene costs its names and what is said, prose what it says."""
    ordered = sorted(set(texts))
    documents = [
        prepare(subject.tokenizer, text if form == "prose" else Story(title="", text=text, source="", form=form))
        for form, text in ordered
    ]
    nats = counted_nats(
        documents, target_nats(subject.model, documents, stride=subject.model.shape.context, batch=_BATCH)
    )
    return {
        text: Told(nats=value, bytes=document.bytes)
        for text, value, document in zip(ordered, nats, documents, strict=True)
    }


def choice(one: float, other: float) -> int:
    """1 where the first is cheaper, -1 where the second is, 0 for a tie or no number."""
    if not (math.isfinite(one) and math.isfinite(other)) or one == other:
        return 0
    return 1 if one < other else -1


def pick(pair: Pair, told: Mapping[Text, Told]) -> Pick:
    """What the costs say of a pair."""
    better, worse = told[(pair.form, pair.better)], told[(pair.form, pair.worse)]
    return Pick(pair=pair, per_byte=choice(better.per_byte, worse.per_byte), summed=choice(better.nats, worse.nats))


def picks(subject: Subject, pairs: Sequence[Pair]) -> tuple[Pick, ...]:
    """What the subject's likelihood makes of each pair."""
    texts = [(pair.form, text) for pair in pairs for text in (pair.better, pair.worse)]
    told = cost_texts(subject, texts)
    return tuple(pick(pair, told) for pair in pairs)
