"""Whether the next token is as likely as the model says: a subject and held-out text flow in, calibration flows out.

The expected calibration error of the likeliest next token (Guo et al. 2017, arXiv 1706.04599) in bins of equal mass
(Nixon et al. 2019, arXiv 1904.01685), and the temperature that would mend it: one number by which the logits would have
to be divided, fitted to the likelihood of this very text. Tokens of a document hang together: documents are drawn
again. Special ids are not asked.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from foundling.evaluation.intervals import LEAST_CLUSTERS, ratio_bootstrap
from foundling.evaluation.likelihood import Scored, need_numbers, plain_text, prepare, windows
from foundling.evaluation.measures.points import Figures, Places
from foundling.evaluation.subject import Subject
from foundling.evaluation.tails import student_point
from foundling.records import BadInput, Score, Story

BINS = 15
DRAWS = 2000
MOST_TOKENS = 20_000  # logits of all of them are held at once
_STEPS, _NEAR = 50, 1e-6


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """Logits (N, V) of tokens, which token came (N,), and of which document each is (N,)."""

    logits: Tensor
    targets: Tensor
    document: Places


def _pieces(subject: Subject, documents: Sequence[Scored], most: int) -> Iterator[tuple[int, Tensor, Tensor]]:
    """(document, logits, targets) of window after window, at most `most` tokens in all, as much of each document."""
    context, each = subject.model.shape.context, -(-most // len(documents))
    for number, document in enumerate(documents):
        left = min(each, len(document.ids) - 1)
        for start, first, end in windows(left, context, max(1, context // 2)):
            ids = torch.tensor(document.ids[start:end + 1])
            asked = torch.tensor(document.counts[first + 1:end + 1], dtype=torch.bool)
            hidden = subject.model.hidden(ids[None, :-1])[0, first - start:]
            yield number, subject.model.logits(hidden[asked]).float(), ids[first - start + 1:][asked]


@torch.inference_mode()
def foretell(subject: Subject, heldout: Sequence[Story], *, count: int, seed: int) -> Foretold:
    """About `count` tokens (0: 20,000) of all documents alike. Raises BadInput without text, or for weights that give
    no number."""
    texts = [story for story in heldout if plain_text(story)]
    if not texts:
        raise BadInput("There is no held-out text to foretell: give at least one story with words in it.")
    chosen = random.Random(f"calibration {seed}").sample(texts, min(len(texts), max(1, (count or MOST_TOKENS) // 100)))
    documents = [prepare(subject.tokenizer, story) for story in chosen]
    rows = [row for row in _pieces(subject, documents, min(count or MOST_TOKENS, MOST_TOKENS)) if len(row[2])]
    need_numbers(bool(rows) and all(bool(logits.isfinite().all()) for _, logits, _ in rows))
    owners = np.concatenate([np.full(len(targets), number) for number, _, targets in rows])
    return Foretold(
        logits=torch.cat([logits for _, logits, _ in rows]), targets=torch.cat([targets for _, _, targets in rows]),
        document=owners,
    )


def confidences(told: Foretold, temperature: float = 1.0) -> tuple[Figures, Figures]:
    """The probability of the likeliest token and whether it came; of several that tie at the top the first, which is
    right by chance only."""
    shares, places = (told.logits / temperature).softmax(-1).max(-1)
    return shares.double().numpy(), (places == told.targets).double().numpy()


def binned(sure: Figures, hits: Figures, document: Places) -> Figures:
    """By document and bin of equal mass, how much surer than right the tokens were in sum (documents, bins)."""
    count = min(BINS, len(sure))
    bins = np.empty(len(sure), dtype=np.int64)
    for number, part in enumerate(np.array_split(np.argsort(sure, kind="stable"), count)):
        bins[part] = number
    gaps = np.zeros((int(document.max()) + 1, count))
    np.add.at(gaps, (document, bins), sure - hits)
    return gaps


def error(sure: Figures, hits: Figures) -> float:
    """The calibration error itself."""
    return float(np.abs(binned(sure, hits, np.zeros(len(sure), dtype=np.int64)).sum(axis=0)).sum() / len(sure))


def mending(told: Foretold) -> tuple[float, float | None, float | None]:
    """The temperature that makes this text likeliest, with its interval (a sandwich over documents, White 1982, and
    Student's t).

    The likelihood is concave in 1 / temperature, so Newton's steps, halved where they go too far, find it.
    """
    own = told.logits.gather(1, told.targets[:, None])[:, 0].double()
    inverse, slopes, bend = 1.0, torch.zeros(0), 0.0
    for _ in range(_STEPS):
        shares = (told.logits * inverse).softmax(-1)
        mean = (shares * told.logits).sum(-1).double()
        bend = float(((shares * told.logits**2).sum(-1).double() - mean**2).sum())
        slopes = own - mean
        step = float(slopes.sum()) / bend if bend > 0 else 0.0
        moved = min(2 * inverse, max(inverse / 2, inverse + step))
        done, inverse = abs(moved - inverse) < _NEAR, moved
        if done:
            break
    sums = np.bincount(told.document, weights=slopes.numpy())
    count = len(np.unique(told.document))
    if count < LEAST_CLUSTERS or bend <= 0:
        return 1 / inverse, None, None
    half = student_point(0.025, count - 1) * math.sqrt(count / (count - 1) * float((sums**2).sum())) / bend
    return 1 / inverse, 1 / (inverse + half), 1 / (inverse - half) if inverse > half else None


def table(told: Foretold, *, seed: int) -> tuple[Score, ...]:
    """The error, how much surer than right it is, how often it is right, and the temperature that would mend it."""
    sure, hits = confidences(told)
    gaps, sizes = binned(sure, hits, told.document), np.bincount(told.document).astype(np.float64)
    n, unit, value = len(sure), f"share, {gaps.shape[1]} bins of equal mass", error(sure, hits)
    low = high = None
    if (sizes > 0).sum() >= LEAST_CLUSTERS:
        drawn = np.random.default_rng(seed).multinomial(len(sizes), [1 / len(sizes)] * len(sizes), size=DRAWS)
        errors = np.abs(drawn @ gaps).sum(axis=1) / np.maximum(1.0, drawn @ sizes)
        low, high = (float(bound) for bound in np.quantile(errors, [0.025, 0.975]))
        low, high = min(low, value), max(high, value)  # it cannot be below nothing, and draws lie a little high
    over = ratio_bootstrap(gaps.sum(axis=1).tolist(), sizes.tolist(), seed=seed)
    right = ratio_bootstrap(np.bincount(told.document, weights=hits).tolist(), sizes.tolist(), seed=seed)
    temperature, least, most = mending(told)
    return (
        Score(name="calibration.error", value=value, n=n, low=low, high=high, unit=unit),
        Score(name="calibration.overconfidence", value=over.value, n=n, low=over.low, high=over.high),
        Score(name="calibration.accuracy", value=right.value, n=n, low=right.low, high=right.high),
        Score(name="calibration.temperature", value=temperature, n=n, low=least, high=most, unit="times"),
        Score(name="calibration.error_mended", value=error(*confidences(told, temperature)), n=n, unit=unit),
    )


def calibration_scores(subject: Subject, heldout: Sequence[Story], *, count: int, seed: int) -> tuple[Score, ...]:
    """All of it on about `count` tokens of held-out text (0: 20,000). Raises as `foretell`."""
    return table(foretell(subject, heldout, count=count, seed=seed), seed=seed)
