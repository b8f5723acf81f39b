"""BLiMP (Warstadt et al. 2020, arXiv 1912.00582): a subject and minimal pairs flow in, shares of right ones flow out.

The sentence with the greater summed log-probability is chosen, as published: float32, `<|begin|>` before the sentence,
ties count half, NaN and infinity are wrong. It says nothing of sentences one by one.
"""

from collections.abc import Sequence
from pathlib import Path

from foundling.evaluation.comparable import Pair, pair_nats, read_pairs
from foundling.evaluation.measures.points import point, share_score, strata_score
from foundling.evaluation.spans import Reader, readers
from foundling.evaluation.subject import Subject
from foundling.records import Score
from foundling.tokens import Tokenizer

FILE = "blimp.jsonl.gz"


def judge_points(reader: Reader, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[float]:
    """1, 0.5 or 0 for each pair."""
    return [point(good, bad) for good, bad in pair_nats(reader, tokenizer, pairs)]


def table(pairs: Sequence[Pair], points: Sequence[float], *, seed: int) -> tuple[Score, ...]:
    """`blimp.all`, one figure a field and one a paradigm. Fields and all are means over their paradigms, each counting
    alike however many of its pairs were drawn; their bootstrap draws in every paradigm by itself."""
    strata: dict[str, list[float]] = {}
    fields: dict[str, str] = {}
    for pair, won in zip(pairs, points, strict=True):
        strata.setdefault(pair.kind, []).append(won)
        fields[pair.kind] = pair.field
    named = sorted({field for field in fields.values() if field})
    return (
        strata_score("blimp.all", strata.values(), seed=seed),
        *(strata_score(f"blimp.field.{field}", [strata[kind] for kind in strata if fields[kind] == field], seed=seed)
          for field in named),
        *(share_score(f"blimp.{kind}", strata[kind]) for kind in sorted(strata)),
    )


def blimp_scores(subject: Subject, path: Path, *, per_paradigm: int, seed: int) -> tuple[Score, ...]:
    """All of BLiMP, or `per_paradigm` pairs of each paradigm drawn by the seed (0: all). Raises BadInput for a file
    that holds no minimal pairs."""
    pairs = read_pairs(path, per_paradigm, seed)
    (reader,) = readers("gpt", subject.model)
    return table(pairs, judge_points(reader, subject.tokenizer, pairs), seed=seed)
