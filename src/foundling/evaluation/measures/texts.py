"""A text against another: hypotheses and references flow in, BLEU, chrF, ROUGE-L, exact match and F1 flow out.

BLEU (Papineni et al. 2002) and chrF (Popovic 2015) by sacrebleu, whose signature (Post 2018, arXiv 1804.08771) is the
unit's last part; ROUGE-L (Lin 2004) by rouge-score; exact match and F1 of words as SQuAD has them (Rajpurkar et al.
2016, arXiv 1606.05250). All from 0 to 1 but BLEU and chrF, from 0 to 100. No model is here: `continuing` asks one.
"""

import random
import re
import string
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from foundling.evaluation.measures.points import Places, resampled
from foundling.records import BadInput, Score

DRAWS = 1000
_ARTICLES = re.compile(r"\b(a|an|the)\b")
Texts = Sequence[str]


def needs(package: str) -> None:
    """Raises BadInput where an optional package is missing."""
    if find_spec(package) is None:
        raise BadInput(f"This measure needs the package {package}: install foundling[measures].")


def normalised(text: str) -> str:
    """Small letters, no punctuation, no articles, single spaces: the published normalisation of SQuAD."""
    bare = "".join(sign for sign in text.lower() if sign not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact(hypothesis: str, reference: str) -> float:
    """1 where both are the same after normalisation, else 0."""
    return float(normalised(hypothesis) == normalised(reference))


def word_f1(hypothesis: str, reference: str) -> float:
    """The harmonic mean of the shares of words that both have, as a bag; both empty is 1, one empty is 0."""
    ours, theirs = normalised(hypothesis).split(), normalised(reference).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def rouge_l(hypotheses: Texts, references: Texts) -> list[float]:
    """ROUGE-L F1 of each pair, words as rouge-score has them, without a stemmer. Raises BadInput without it."""
    needs("rouge_score")
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return [
        float(scorer.score(reference, hypothesis)["rougeL"].fmeasure)
        for hypothesis, reference in zip(hypotheses, references, strict=True)
    ]


def bleu(name: str, hypotheses: Texts, references: Texts, *, seed: int) -> Score:
    """Corpus BLEU with a bootstrap over pairs (Koehn 2004). Raises BadInput without sacrebleu."""
    needs("sacrebleu")
    from sacrebleu.metrics import BLEU

    metric = BLEU()
    whole = metric.corpus_score(list(hypotheses), [list(references)])
    single = BLEU(effective_order=True)  # only its counts are used
    parts = [single.sentence_score(h, [r]) for h, r in zip(hypotheses, references, strict=True)]
    counts = np.array([[*part.counts, *part.totals, part.sys_len, part.ref_len] for part in parts])
    order = (counts.shape[1] - 2) // 2

    def figure(rows: Places) -> float:
        sums = counts[rows].sum(axis=0).tolist()
        return float(BLEU.compute_bleu(
            sums[:order], sums[order:-2], sys_len=sums[-2], ref_len=sums[-1], smooth_method="exp"
        ).score)

    unit = f"of 100, {metric.get_signature()}"
    return resampled(name, float(whole.score), len(parts), figure, seed=seed, draws=DRAWS, unit=unit)


def chrf(name: str, hypotheses: Texts, references: Texts, *, seed: int) -> Score:
    """Corpus chrF with a bootstrap over pairs. Raises BadInput without sacrebleu."""
    needs("sacrebleu")
    from sacrebleu.metrics import CHRF

    metric, n = CHRF(), len(hypotheses)
    whole = metric.corpus_score(list(hypotheses), [list(references)])
    # sacrebleu's own statistics of each pair: n-grams of the hypothesis, of the reference and of both, by length.
    counts = np.array(metric._extract_corpus_statistics(list(hypotheses), [list(references)]))

    def figure(rows: Places) -> float:
        return float(metric._compute_score_from_stats(counts[rows].sum(axis=0).tolist()).score)

    unit = f"of 100, {metric.get_signature()}"
    return resampled(name, float(whole.score), n, figure, seed=seed, draws=DRAWS, unit=unit)


def shuffled(references: Texts, seed: int) -> list[str]:
    """Every reference in another's place, none in its own: what a text scores that fits no better than chance.

    Raises ValueError for fewer than two.
    """
    if len(references) < 2:
        raise ValueError("one reference cannot change its place")
    order = list(range(len(references)))
    random.Random(f"shuffled {seed}").shuffle(order)
    moved = [""] * len(order)
    for place, other in zip(order, [*order[1:], order[0]], strict=True):
        moved[place] = references[other]
    return moved
