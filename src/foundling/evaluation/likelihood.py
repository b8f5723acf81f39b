"""How well a model foretells text: a model and documents flow in, nats, tokens and bytes per document flow out.

Bits per byte = sum of nats over scored tokens / (ln 2 * sum of UTF-8 bytes of the scored text), the definition of
small-data.md section 2: float32 always, by document, special ids left out of both sums, sums never averages. The texts
scored of a scene are its names and what they say. Nothing here trains, samples or decides.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.evaluation.intervals import Ratio, ratio_bootstrap
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.records import SPECIALS, BadInput, Score, Story, content_hash
from foundling.tokens import Tokenizer

LN2 = math.log(2)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class DocumentScore:
    """One document: its content hash, nats over its scored tokens, how many those are, and their text's UTF-8 bytes."""

    id: str
    nats: float
    tokens: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A document as ids, and for each whether it is scored; the first never is, for nothing foretells it."""

    id: str
    ids: list[int]
    counts: list[bool]
    bytes: int


def clean(text: str) -> str:
    """The text as the tokenizer reads it: lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def plain_text(document: str | Story) -> str:
    """The scored text of a document: a string or prose as it stands, of a scene the names and what they say."""
    if isinstance(document, str):
        return clean(document)
    if document.form == "scene":
        return clean("".join((turn.name or "") + turn.text for turn in document.turns))
    return clean(document.text)


def prepare(tokenizer: Tokenizer, document: str | Story) -> Scored:
    """A document as ids behind `<|begin|>`. Raises RuntimeError when the scored ids do not give back the text."""
    text = plain_text(document)
    ids = [tokenizer.begin, *tokenizer.encode(text)] if isinstance(document, str) else tokenizer.encode_story(document)
    counts = [id_ >= len(SPECIALS) for id_ in ids]
    back = tokenizer.decode([id_ for id_, counted in zip(ids, counts, strict=True) if counted])
    if back.encode("utf-8") != text.encode("utf-8"):
        raise RuntimeError("The scored ids do not decode to the text byte for byte: bits per byte would be wrong.")
    return Scored(id=content_hash(text), ids=ids, counts=counts, bytes=len(text.encode("utf-8")))


def windows(length: int, context: int, stride: int) -> list[tuple[int, int, int]]:
    """(start, first, end) of each window over `length` targets: it reads inputs start..end and scores first..end.

    The first window scores all it reads, each later one its last `stride` positions (the last window: what is left).
    """
    cuts = [(0, 0, min(context, length))]
    while cuts[-1][2] < length:
        end = cuts[-1][2]
        start = cuts[-1][0] + stride
        cuts.append((start, end, min(start + context, length)))
    return cuts


def score_ids(model: Decoder, documents: Sequence[Scored], *, stride: int, batch: int) -> list[DocumentScore]:
    """Nats, tokens and bytes of each document. Raises as `target_nats` and `document_scores`."""
    return document_scores(documents, target_nats(model, documents, stride=stride, batch=batch))


def document_scores(documents: Sequence[Scored], nats: Sequence[Tensor]) -> list[DocumentScore]:
    """The same of ids whose nats are known. Raises BadInput when one is no number."""
    sums = counted_nats(documents, nats)
    need_numbers(all(map(math.isfinite, sums)))
    return [
        DocumentScore(id=doc.id, nats=value, tokens=sum(doc.counts[1:]), bytes=doc.bytes)
        for doc, value in zip(documents, sums, strict=True)
    ]


def need_numbers(fine: bool) -> None:
    """Raises BadInput unless the weights gave numbers as likelihoods."""
    if not fine:
        raise BadInput("The weights give no number as likelihood: this generation is broken, use an earlier one.")


def counted_nats(documents: Sequence[Scored], nats: Sequence[Tensor]) -> list[float]:
    """The nats of each document's counted ids, summed in float64; NaN and infinity are passed on."""
    return [
        float(row.double()[torch.tensor(doc.counts[1:], dtype=torch.bool)].sum())
        for doc, row in zip(documents, nats, strict=True)
    ]


@torch.inference_mode()
def target_nats(model: Decoder, documents: Sequence[Scored], *, stride: int, batch: int) -> list[Tensor]:
    """Nats in float32 of every id but the first of each document, counted or not, `batch` windows at a time; rows are
    padded on the right, which no row can see.

    Raises BadInput when the stride does not fit the context; ValueError for a model that is not float32 or a batch
    below 1.
    """
    context = model.shape.context
    if not 1 <= stride <= context:
        raise BadInput(f"A stride of {stride} does not fit a context of {context}: give one from 1 to {context}.")
    if batch < 1 or any(weight.dtype != torch.float32 for weight in model.parameters()):
        raise ValueError("scoring needs a float32 model and a batch of at least one")
    jobs = [(d, w) for d, doc in enumerate(documents) for w in windows(len(doc.ids) - 1, context, stride) if w[2]]
    jobs.sort(key=lambda job: job[1][2] - job[1][0])  # equal lengths together, so that little is padded
    nats, training = [torch.zeros(max(0, len(doc.ids) - 1)) for doc in documents], model.training
    model.eval()
    try:
        with torch.autocast("cpu", enabled=False):
            for i in range(0, len(jobs), batch):
                rows = jobs[i:i + batch]
                nats_BT = _window_nats(model, documents, rows)
                for row, (d, (start, first, end)) in enumerate(rows):
                    nats[d][first:end] = nats_BT[row, first - start:end - start]
    finally:
        model.train(training)
    return nats


def _window_nats(
    model: Decoder, documents: Sequence[Scored], rows: Sequence[tuple[int, tuple[int, int, int]]]
) -> Tensor:
    """Nats (B, T) of all that each window (document, (start, first, end)) reads, what is padded included."""
    longest = max(end - start for _, (start, _, end) in rows)
    ids_BT = torch.zeros(len(rows), longest + 1, dtype=torch.long)
    for row, (d, (start, _, end)) in enumerate(rows):
        ids_BT[row, :end + 1 - start] = torch.tensor(documents[d].ids[start:end + 1])
    logits = model.logits(model.hidden(ids_BT[:, :-1])).float()
    return F.cross_entropy(logits.flatten(0, 1), ids_BT[:, 1:].flatten(), reduction="none").view(len(rows), longest)


def score_text(
    model: Decoder, tokenizer: Tokenizer, documents: Sequence[str | Story], *, stride: int, batch: int
) -> list[DocumentScore]:
    """Each document's nats, tokens and bytes; the same for every batch size. Raises as `prepare` and `score_ids` do."""
    if tokenizer.vocabulary > model.shape.vocabulary:
        raise BadInput(
            f"The tokenizer has {tokenizer.vocabulary} entries and the model only {model.shape.vocabulary}: "
            "they do not belong together, restore the generation from a copy."
        )
    return score_ids(model, [prepare(tokenizer, document) for document in documents], stride=stride, batch=batch)


def bits_per_byte(scores: Sequence[DocumentScore]) -> float:
    """Bits per byte as a ratio of sums. Raises BadInput when there is no byte."""
    if not sum(score.bytes for score in scores):
        raise BadInput("There is no text to score: give at least one document with words in it.")
    return sum(score.nats for score in scores) / (LN2 * sum(score.bytes for score in scores))


def perplexity(scores: Sequence[DocumentScore]) -> float:
    """exp(nats per token): it depends on the tokenizer. Raises BadInput when there is no token."""
    if not sum(score.tokens for score in scores):
        raise BadInput("There is no text to score: give at least one document with words in it.")
    return math.exp(min(700.0, sum(score.nats for score in scores) / sum(score.tokens for score in scores)))


def likelihood_scores(scores: Sequence[DocumentScore], *, seed: int) -> tuple[Score, Score]:
    """bits_per_byte (n: bytes) and perplexity (n: tokens), with intervals where there are six documents or more."""
    bits, ppl = bits_per_byte(scores), perplexity(scores)
    nats = [s.nats for s in scores]
    byte = ratio_bootstrap(nats, [LN2 * s.bytes for s in scores], seed=seed)
    token = ratio_bootstrap(nats, [float(s.tokens) for s in scores], seed=seed)
    low, high = (math.exp(min(700.0, x)) if x is not None else None for x in (token.low, token.high))
    return (
        Score(name="bits_per_byte", value=bits, n=sum(s.bytes for s in scores), low=byte.low, high=byte.high,
              unit="bits per byte"),
        Score(name="perplexity", value=ppl, n=sum(s.tokens for s in scores), low=low, high=high, unit="per token"),
    )


def paired_bootstrap(
    a: Sequence[DocumentScore], b: Sequence[DocumentScore], *, seed: int, draws: int = 4000
) -> Ratio:
    """Bits per byte of B minus those of A on the same documents, with the 95% interval of judging.md section 3.

    Negative: B is better. Fewer than six documents give no interval. Raises ValueError when the documents differ.
    """
    if [(s.id, s.bytes) for s in a] != [(s.id, s.bytes) for s in b]:
        raise ValueError("A and B were scored on different documents")
    gains = [later.nats - earlier.nats for earlier, later in zip(a, b, strict=True)]
    return ratio_bootstrap(gains, [LN2 * s.bytes for s in a], seed=seed, draws=draws)


def self_test(tokenizer: Tokenizer, text: str) -> None:
    """Raises RuntimeError when the scored ids of this text, as prose, do not decode to it byte for byte."""
    prepare(tokenizer, text)


def uniform_test(text: str, *, stride: int = 8) -> float:
    """Bits per byte, by the same windows and sums as any score, of a model to which all 256 bytes are equally likely.

    It is 8 but for rounding. Raises RuntimeError when it is further than 1e-6 away.
    """
    shape = Shape(layers=1, width=8, heads=1, kv_heads=1, head_dim=8, hidden=8, vocabulary=256, context=16)
    model = Decoder(shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        model.embedding.weight.zero_()
    raw = list((text or " ").encode("utf-8", "replace"))
    document = Scored(id="uniform", ids=[0, *raw], counts=[False, *[True] * len(raw)], bytes=len(raw))
    value = bits_per_byte(score_ids(model, [document], stride=stride, batch=4))
    if abs(value - 8.0) > 1e-6:
        raise RuntimeError(f"A uniform byte model scores {value} bits per byte instead of 8: no score can be trusted.")
    return value
