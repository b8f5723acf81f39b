"""Bits per byte against brute force, and the silent bugs that a scorer can have."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from foundling.evaluation.likelihood import (
    DocumentScore,
    bits_per_byte,
    likelihood_scores,
    paired_bootstrap,
    perplexity,
    plain_text,
    score_text,
    self_test,
    uniform_test,
    windows,
)
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.records import BadInput, Story, Turn
from foundling.tokens import Tokenizer

TEXTS = [
    "Ada sat by the mill.", "x",
    "Wren \u00e9\u4e16\U0001f600 and <|turn|>Tom<|says|> hello\n\n" * 9, "One morning " * 70,
]


@given(st.integers(0, 400), st.integers(1, 40), st.integers(1, 40))
def test_windows_score_every_target_once(length: int, context: int, stride: int) -> None:
    stride = min(stride, context)
    cuts = windows(length, context, stride)
    scored = [target for _, first, end in cuts for target in range(first, end)]
    assert scored == list(range(length))
    for number, (start, first, end) in enumerate(cuts):
        assert end - start <= context and start <= first
        assert number == 0 or (start == number * stride and end - first <= stride)


def brute(model: Decoder, ids: list[int], context: int, stride: int) -> float:
    """Each target from the very window that must score it, one at a time, in float64 sums."""
    nats, length = 0.0, len(ids) - 1
    for target in range(length):
        number = 0 if target < context else math.ceil((target - context + 1) / stride)
        start = number * stride
        if ids[target + 1] >= 5:
            with torch.no_grad():
                logits = model(torch.tensor([ids[start:target + 1]]))[0, -1]
            nats -= float(F.log_softmax(logits.double(), dim=-1)[ids[target + 1]])
    return nats


@pytest.mark.parametrize("stride", [1, 40, 128])
def test_scores_equal_brute_force_for_every_stride(model: Decoder, tokenizer: Tokenizer, stride: int) -> None:
    text = "One morning Ada mended the old boat near the well. " * 5 + "zebra quiz " * 8
    ids = [tokenizer.begin, *tokenizer.encode(text)]
    assert len(ids) > model.shape.context + 20
    score, = score_text(model, tokenizer, [text], stride=stride, batch=3)
    assert score.nats == pytest.approx(brute(model, ids, model.shape.context, stride), rel=1e-5)
    assert score.tokens == len(ids) - 1


@pytest.mark.parametrize("batch", [2, 3, 7, 64])
def test_any_batch_gives_the_same_number(
    model: Decoder, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]], batch: int
) -> None:
    documents = [*TEXTS, *stories[1]]
    alone = score_text(model, tokenizer, documents, stride=50, batch=1)
    together = score_text(model, tokenizer, documents, stride=50, batch=batch)
    assert bits_per_byte(together) == pytest.approx(bits_per_byte(alone), abs=1e-6)
    for one, other in zip(alone, together, strict=True):
        assert other.nats == pytest.approx(one.nats, rel=1e-5)
        assert replace(other, nats=0.0) == replace(one, nats=0.0)
    mixed = score_text(model, tokenizer, documents[::-1], stride=50, batch=batch)[::-1]
    assert bits_per_byte(mixed) == pytest.approx(bits_per_byte(alone), abs=1e-6)


def test_bytes_are_those_of_the_text_and_special_ids_are_in_no_sum(
    model: Decoder, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]]
) -> None:
    scene = next(story for story in stories[0] if story.form == "scene")
    scores = score_text(model, tokenizer, [*TEXTS, scene, ""], stride=64, batch=4)
    for text, score in zip(TEXTS, scores, strict=False):
        assert score.bytes == len(text.encode())
        assert score.tokens == len(tokenizer.encode(text))
    said = [turn for turn in scene.turns if not turn.silent]
    assert scores[-2].bytes == sum(len(f"{turn.name}{turn.text}".encode()) for turn in said)
    assert scores[-2].tokens == sum(len(tokenizer.encode(str(t.name)) + tokenizer.encode(t.text)) for t in said)
    assert (scores[-1].nats, scores[-1].tokens, scores[-1].bytes) == (0.0, 0, 0)


def test_the_first_word_is_scored_and_a_constant_model_pays_the_vocabulary(shape: Shape, tokenizer: Tokenizer) -> None:
    constant = Decoder(shape)
    with torch.no_grad():
        constant.embedding.weight.zero_()
    for text in ("x", *TEXTS):
        score, = score_text(constant, tokenizer, [text], stride=32, batch=2)
        assert score.tokens == len(tokenizer.encode(text)) >= 1
        assert score.nats == pytest.approx(score.tokens * math.log(shape.vocabulary), rel=1e-6)
        assert perplexity([score]) == pytest.approx(shape.vocabulary, rel=1e-5)


def test_uniform_bytes_are_eight_bits() -> None:
    for text in ("", "a", "Wren \u4e16", "long " * 40):
        assert uniform_test(text) == pytest.approx(8.0, abs=1e-6)


def test_the_ratio_is_of_sums_not_a_mean_of_ratios() -> None:
    short, long = ("a", 10.0, 5, 10), ("b", 300.0, 10, 90)
    scores = [DocumentScore(id=i, nats=nats, tokens=t, bytes=size) for i, nats, t, size in (short, long)]
    assert bits_per_byte(scores) == pytest.approx(310 / (math.log(2) * 100))
    assert perplexity(scores) == pytest.approx(math.exp(310 / 15))
    assert [score.n for score in likelihood_scores(scores, seed=0)] == [100, 15]


def test_scoring_is_float32_whatever_stands_around_it(model: Decoder, shape: Shape, tokenizer: Tokenizer) -> None:
    plain, = score_text(model, tokenizer, TEXTS[:1], stride=64, batch=1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside, = score_text(model, tokenizer, TEXTS[:1], stride=64, batch=1)
    assert inside == plain
    for dtype in (torch.bfloat16, torch.float64):
        with pytest.raises(ValueError, match="float32"):
            score_text(Decoder(shape).to(dtype), tokenizer, TEXTS, stride=64, batch=1)


def test_dropout_is_off_while_scoring_and_the_mode_is_given_back(model: Decoder, tokenizer: Tokenizer) -> None:
    noisy = Decoder(model.shape, dropout=0.5)
    noisy.load_state_dict(model.state_dict())
    noisy.train()
    quiet = score_text(model, tokenizer, TEXTS, stride=64, batch=2)
    assert score_text(noisy, tokenizer, TEXTS, stride=64, batch=2) == quiet
    assert noisy.training


def test_what_cannot_be_scored_is_refused(model: Decoder, shape: Shape, tokenizer: Tokenizer) -> None:
    for stride in (0, 129):
        with pytest.raises(BadInput, match="stride"):
            score_text(model, tokenizer, TEXTS, stride=stride, batch=1)
    broken = Decoder(shape)
    with torch.no_grad():
        broken.norm.weight.fill_(math.nan)
    with pytest.raises(BadInput, match="no number"):
        score_text(broken, tokenizer, TEXTS, stride=8, batch=1)
    small = Decoder(replace(shape, vocabulary=100))
    with pytest.raises(BadInput, match="belong together"):
        score_text(small, tokenizer, TEXTS, stride=8, batch=1)
    with pytest.raises(BadInput, match="no text"):
        bits_per_byte(score_text(model, tokenizer, [""], stride=8, batch=1))


@settings(deadline=None, max_examples=60)
@given(text=st.text())
def test_scored_ids_give_the_text_back(tokenizer: Tokenizer, text: str) -> None:
    self_test(tokenizer, text)


def test_a_tokenizer_that_loses_bytes_is_caught(tokenizer: Tokenizer) -> None:
    class Lossy(Tokenizer):
        def encode(self, text: str) -> list[int]:
            return super().encode(text)[:-1]

    with pytest.raises(RuntimeError, match="byte for byte"):
        self_test(Lossy(tokenizer._backend), "Ada sat by the mill.")


def test_lone_surrogates_score_as_the_tokenizer_reads_them(model: Decoder, tokenizer: Tokenizer) -> None:
    score, = score_text(model, tokenizer, ["a\ud800b"], stride=8, batch=1)
    assert score.bytes == len("a\ufffdb".encode())
    assert plain_text(Story(title="t", text="Ada: hm \ud800", source="s", form="scene")) == "Adahm \ufffd"
    assert Turn(name=None).silent


def documents(nats: list[float], size: int = 100) -> list[DocumentScore]:
    return [DocumentScore(id=str(i), nats=n, tokens=10, bytes=size) for i, n in enumerate(nats)]


def test_paired_bootstrap_sees_a_steady_gain_through_noisy_documents() -> None:
    draw = torch.Generator().manual_seed(1)
    a = (100 + 40 * torch.randn(60, generator=draw)).tolist()
    b = [x - 2.0 + float(e) for x, e in zip(a, torch.randn(60, generator=draw), strict=True)]
    found = paired_bootstrap(documents(a), documents(b), seed=0)
    assert found.value == pytest.approx(sum(y - x for x, y in zip(a, b, strict=True)) / (math.log(2) * 6000))
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high < 0
    assert found.high - found.low < 0.02  # pairing: the documents' own spread of 40 nats is gone
    back = paired_bootstrap(documents(b), documents(a), seed=0)
    assert back.value == -found.value and back.low is not None and back.low > 0
    assert paired_bootstrap(documents(a), documents(b), seed=0) == found
    none = paired_bootstrap(documents(a), documents(a), seed=0)
    assert (none.value, none.low, none.high) == (0.0, 0.0, 0.0)


def test_paired_bootstrap_refuses_what_is_no_pair_and_claims_nothing_from_five_documents() -> None:
    a = documents([1.0] * 5)
    with pytest.raises(ValueError, match="different documents"):
        paired_bootstrap(a, documents([1.0] * 4), seed=0)
    with pytest.raises(ValueError, match="different documents"):
        paired_bootstrap(a, documents([1.0] * 5, size=99), seed=0)
    few = paired_bootstrap(a, documents([0.5, 0.6, 0.7, 0.8, 0.9]), seed=0)
    assert few.value < 0 and few.low is None and few.high is None
