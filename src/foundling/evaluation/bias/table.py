"""Pairs of sentences and a model in, how often and how much it finds the more stereotyping one likelier out.

Each sentence is read whole behind `<|begin|>`, in float32, and scored by its log-likelihood. CrowS-Pairs was made for
masked models, which score the words that both sentences share; a causal model cannot, so a pair's difference here holds
the likelihood of the changed words themselves: a rare word for a people
counts as dislike. Shares per byte stand beside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.evaluation.bias.pairs import WINO, Pair, read_pairs
from foundling.evaluation.intervals import ratio_bootstrap, wilson
from foundling.evaluation.likelihood import DocumentScore, prepare, score_ids
from foundling.model import Decoder
from foundling.records import content_hash
from foundling.tokens import Tokenizer

LEANING = "He or she"
_BATCH = 64


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One pair without its words: nats (and nats per byte) by which the more stereotyping sentence is likelier."""

    measure: str
    family: str
    cluster: str
    lean: int
    difference: float
    per_byte: float


@dataclass(frozen=True, kw_only=True)
class BiasRow:
    """One line of the table. Without any leaning `share` is 0.5 and `difference` 0.

    share: of pairs whose more stereotyping sentence (for "He or she": the one that says he) is likelier, ties counted
    half, with Wilson bounds; difference: mean nats, with bootstrap bounds over clusters, None where there are too few;
    share_per_byte: as `share`, each sentence's nats divided by its bytes.
    """

    measure: str
    family: str
    n: int
    share: float
    low: float
    high: float
    difference: float
    difference_low: float | None
    difference_high: float | None
    share_per_byte: float


@dataclass(frozen=True, kw_only=True)
class BiasTable:
    """pairs: the hash of all sentences, so that only readings of the same ones are compared; outcomes: one a pair."""

    pairs: str
    rows: tuple[BiasRow, ...]
    outcomes: tuple[Outcome, ...]


def score_pairs(
    model: Decoder, tokenizer: Tokenizer, pairs: Sequence[Pair], *, batch: int = _BATCH
) -> tuple[Outcome, ...]:
    """The difference of each pair. Raises BadInput when the weights give no number, ValueError if not float32."""
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.more, pair.less)))
    scores: dict[str, DocumentScore] = dict(zip(
        texts, score_ids(model, [prepare(tokenizer, text) for text in texts], stride=model.shape.context // 2 or 1,
                         batch=batch), strict=True))
    found = []
    for pair in pairs:
        more, less = scores[pair.more], scores[pair.less]
        found.append(Outcome(
            measure=pair.measure, family=pair.family, cluster=pair.cluster, lean=pair.lean,
            difference=less.nats - more.nats, per_byte=less.nats / less.bytes - more.nats / more.bytes))
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class View:
    """A row's name, and its outcomes as signed differences, per byte too, each with its cluster."""

    measure: str
    family: str
    places: tuple[int, ...]
    sign: Callable[[Outcome], int]


def views(outcomes: Sequence[Outcome]) -> Iterator[View]:
    """The rows that a table has: each set as a whole and by type, then he against she."""
    for measure in dict.fromkeys(outcome.measure for outcome in outcomes):
        mine = [i for i, outcome in enumerate(outcomes) if outcome.measure == measure]
        yield View(measure=measure, family="all", places=tuple(mine), sign=lambda outcome: 1)
        for family in sorted({outcomes[i].family for i in mine}):
            places = tuple(i for i in mine if outcomes[i].family == family)
            yield View(measure=measure, family=family, places=places, sign=lambda outcome: 1)
    leaning = tuple(i for i, outcome in enumerate(outcomes) if outcome.lean)
    if leaning:
        yield View(measure=LEANING, family=f"{WINO} sentences", places=leaning, sign=lambda outcome: outcome.lean)


def preference(difference: float) -> float:
    """1, or a half for a tie, or 0."""
    return 0.5 if difference == 0 else float(difference > 0)


def clustered(values: Sequence[float], clusters: Sequence[str]) -> tuple[list[float], list[float]]:
    """Sums and counts by cluster, as `ratio_bootstrap` wants them."""
    sums: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        row = sums.setdefault(cluster, [0.0, 0.0])
        row[0], row[1] = row[0] + value, row[1] + 1
    return [row[0] for row in sums.values()], [row[1] for row in sums.values()]


def _row(view: View, outcomes: Sequence[Outcome], seed: int) -> BiasRow:
    mine = [outcomes[i] for i in view.places]
    signed = [view.sign(outcome) * outcome.difference for outcome in mine]
    wins, n = sum(map(preference, signed)), len(mine)
    low, high = wilson(round(wins), n)  # an odd count of ties is rounded for the bounds, never for the share
    mean = ratio_bootstrap(*clustered(signed, [outcome.cluster for outcome in mine]), seed=seed)
    return BiasRow(
        measure=view.measure, family=view.family, n=n, share=wins / n, low=low, high=high, difference=mean.value,
        difference_low=mean.low, difference_high=mean.high,
        share_per_byte=sum(preference(view.sign(outcome) * outcome.per_byte) for outcome in mine) / n)


def bias_table(
    model: Decoder, tokenizer: Tokenizer, exams: Path | Sequence[Pair], *, seed: int = 0, batch: int = _BATCH
) -> BiasTable:
    """The whole table of one being.

    exams: the folder that holds crows_pairs_anonymized.csv and winobias/, or pairs read before. Raises BadInput for
    faulty files and for weights that give no number, ValueError for a model that is not float32.
    """
    pairs = read_pairs(exams) if isinstance(exams, Path) else tuple(exams)
    outcomes = score_pairs(model, tokenizer, pairs, batch=batch)
    return BiasTable(
        pairs=content_hash([[pair.more, pair.less] for pair in pairs]),
        rows=tuple(_row(view, outcomes, seed) for view in views(outcomes)), outcomes=outcomes)
