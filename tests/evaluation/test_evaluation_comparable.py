"""Spans told by every architecture equal plain loops; pairs, gaps and bits are what they say."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from foundling.evaluation.comparable import (
    CHOICES,
    Pair,
    draw_clozes,
    judge_clozes,
    judge_pairs,
    read_pairs,
    sentence_bits,
    sentences,
    word_spans,
    world_pairs,
)
from foundling.evaluation.spans import Reader, Span, readers
from foundling.model import Decoder, Sight
from foundling.model.encoder import Encoder
from foundling.model.seq2seq import Seq2Seq
from foundling.recipe import Shape
from foundling.recipe.architectures import MaskingRecipe, shape_for
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer

SHAPE = Shape(layers=2, width=32, heads=2, kv_heads=2, head_dim=16, hidden=48, vocabulary=60, context=32)
SPANS = [
    Span(ids=(0, 10, 11, 12, 13), start=2, end=4), Span(ids=(0, 10, 11, 12, 13, 14, 15, 16), start=1, end=2),
    Span(ids=(0, 20, 21), start=1, end=3), Span(ids=(0, 30, 31, 32), start=3, end=4),
]


def made(kind: Any, architecture: str, shape: Shape = SHAPE) -> Any:
    model = kind(shape_for(architecture, shape, MaskingRecipe()), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight.mul_(6.0)
    return model.eval()


def one(logits: torch.Tensor, target: int) -> float:
    return -float(logits.double().log_softmax(-1)[target])


@torch.no_grad()
def test_every_reader_equals_a_plain_loop() -> None:
    gpt, bert = made(Decoder, "gpt"), made(Encoder, "bert")
    seq, hybrid = made(Seq2Seq, "encoder-decoder"), made(Decoder, "hybrid")
    expected: dict[str, list[float]] = {}
    for span in SPANS:
        ids, row = list(span.ids), torch.tensor([span.ids])
        places = range(span.start, span.end)
        for name, model in (("GPT", gpt), ("hybrid, left to right", hybrid)):
            logits = model(row)[0]
            expected.setdefault(name, []).append(sum(one(logits[p - 1], ids[p]) for p in places))
        for name, model, back in (("BERT", bert, 0), ("hybrid, both sides", hybrid, 1)):
            total = 0.0
            for p in places:
                gaps = torch.tensor([ids[:p] + [60] * (span.end - p) + ids[span.end:]])
                total += one(model(gaps, Sight(causal=False))[0][p - back], ids[p])
            expected.setdefault(name, []).append(total)
        sentinel = seq.shape.vocabulary - 1
        source = torch.tensor([[*ids[:span.start], sentinel, *ids[span.end:]]])
        told = ids[span.start:span.end]
        logits = seq(source, torch.tensor([[0, sentinel, *told]]))[0]
        expected.setdefault("encoder-decoder", []).append(sum(one(logits[1 + n], i) for n, i in enumerate(told)))
    found = {r.name: r for a, m in (("gpt", gpt), ("bert", bert), ("encoder-decoder", seq), ("hybrid", hybrid))
             for r in readers(a, m)}
    assert found.keys() == expected.keys()
    for name, reader in found.items():
        assert reader.nats(SPANS) == pytest.approx(expected[name], abs=1e-4), name
        assert reader.chained == (name in ("GPT", "hybrid, left to right"))
    with pytest.raises(ValueError, match="is no"):
        readers("bert", gpt)


def told_by(nats: dict[tuple[int, ...], float], *, chained: bool, model: Any) -> Reader:
    """A reader that finds some runs of ids likely and all others not."""
    return Reader(name="made up", nats=lambda spans: [nats.get(s.ids[s.start:s.end], 9.0) for s in spans],
                  chained=chained, model=model)


def test_pairs_by_hand(tokenizer: Tokenizer, model: Decoder) -> None:
    pairs = [Pair(kind="a", good="one hen", bad="two hen"), Pair(kind="a", good="the boat", bad="boat the"),
             Pair(kind="a", good="same", bad="same")]
    likely = {tuple(tokenizer.encode("one hen")): 1.0, tuple(tokenizer.encode("boat the")): 2.0}
    assert judge_pairs(told_by(likely, chained=True, model=model), tokenizer, pairs) == [True, False, False]
    words = {tuple(tokenizer.encode("two")): 3.0, tuple(tokenizer.encode("one")): 2.0}
    assert judge_pairs(told_by(words, chained=False, model=model), tokenizer, pairs)[0]


def test_words_are_whole_and_cover_everything(tokenizer: Tokenizer) -> None:
    ids = [tokenizer.begin, *tokenizer.encode("One morning Wren sang, \u201cGood day.\u201d")]
    spans = word_spans(ids, 1, tokenizer)
    assert [i for s in spans for i in s.ids[s.start:s.end]] == ids[1:]
    assert [tokenizer.decode(ids[s.start:s.end]).strip() for s in spans] == [
        "One", "morning", "Wren", "sang,", "\u201cGood", "day.\u201d"]


def test_gaps_have_one_right_word_among_others_as_long(
    tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]], model: Decoder
) -> None:
    clozes = draw_clozes(stories[0], tokenizer, 12, seed=1, context=128)
    assert clozes == draw_clozes(stories[0], tokenizer, 12, seed=1, context=128) and len(clozes) > 5
    for cloze in clozes:
        assert cloze.options[0] == cloze.ids[cloze.start:cloze.end]
        assert len(set(cloze.options)) == CHOICES and len({len(option) for option in cloze.options}) == 1
        assert cloze.start > 1 and cloze.end < len(cloze.ids)
    for cloze in clozes:
        knows = told_by({cloze.options[0]: 1.0}, chained=False, model=model)
        assert judge_clozes(knows, [cloze], left_only=False) == [True]
        fooled = told_by({cloze.options[0]: 1.0, cloze.options[-1]: 0.5}, chained=False, model=model)
        assert judge_clozes(fooled, [cloze], left_only=False) == [False]
    assert not any(judge_clozes(told_by({}, chained=False, model=model), clozes, left_only=False))
    assert sum(judge_clozes(readers("gpt", model)[0], clozes, left_only=True)) > len(clozes) / CHOICES


def test_left_only_sees_nothing_to_the_right(tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]]) -> None:
    clozes = draw_clozes(stories[0], tokenizer, 5, seed=2, context=128)
    seen, nobody = list[Span](), made(Decoder, "gpt")

    def note(spans: Any) -> list[float]:
        seen.extend(spans)
        return [1.0] * len(spans)

    for chained in (True, False):
        seen.clear()
        judge_clozes(Reader(name="", nats=note, chained=chained, model=nobody), clozes, left_only=True)
        assert all(span.end == len(span.ids) for span in seen)
        seen.clear()
        judge_clozes(Reader(name="", nats=note, chained=chained, model=nobody), clozes, left_only=False)
        assert all((span.end == len(span.ids)) == chained for span in seen)


def test_bits_of_a_model_that_knows_nothing(tokenizer: Tokenizer, shape: Shape) -> None:
    """Every id costs log2(vocabulary) bits, by whichever way of reading."""
    text = ["They sat down together and talked until the evening came."]
    bits = len(tokenizer.encode(text[0])) / len(text[0].encode())
    square = Shape(**(vars(shape) | {"kv_heads": 2}))
    for kind, name in ((Decoder, "gpt"), (Encoder, "bert"), (Seq2Seq, "encoder-decoder"), (Decoder, "hybrid")):
        blank = made(kind, name, square)
        nn.init.zeros_(blank.embedding.weight)
        for reader in readers(name, blank):
            wanted = bits * math.log2(blank.shape.vocabulary)
            assert sentence_bits(reader, tokenizer, text) == pytest.approx(wanted, rel=1e-5), reader.name


def test_pairs_from_a_file_and_from_the_world(tmp_path: Path) -> None:
    lines = [json.dumps({"sentence_good": f"g{n}", "sentence_bad": f"b{n}", "UID": "xy"[n % 2]}) for n in range(20)]
    path = tmp_path / "pairs.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    pairs = read_pairs(path, 3, seed=0)
    assert [pair.kind for pair in pairs] == ["x"] * 3 + ["y"] * 3 and pairs == read_pairs(path, 3, seed=0)
    assert pairs != read_pairs(path, 3, seed=1)
    path.write_bytes(b"no gzip")
    with pytest.raises(BadInput, match="minimal pairs"):
        read_pairs(path, 3, seed=0)
    own = world_pairs(4, seed=0)
    assert len(own) == 8 and all(pair.good != pair.bad and pair.context.endswith(" ") for pair in own)


def test_sentences_are_sentences() -> None:
    text = (
        "Too short. This one has just enough words to be taken along. \"And so has this one, he said to her.\" No.\n\n"
        "Hi."
    )
    assert list(sentences([Story(title="t", text=text, source="s")])) == [
        "This one has just enough words to be taken along.", "\"And so has this one, he said to her."]
