"""BLiMP, PIQA and the world's questions: who prefers the good has 1, the bad 0, ties a half, NaN nothing."""

import gzip
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from foundling.evaluation.choosing import Chosen, Item
from foundling.evaluation.comparable import Pair, read_pairs
from foundling.evaluation.measures import blimp, piqa, world
from foundling.evaluation.measures.piqa import Goal, judge_goals, read_goals
from foundling.evaluation.spans import Reader, Span
from foundling.evaluation.subject import Subject, digest_of, open_subject
from foundling.home.files import write_folder
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.recipe.attention import Attention, BlockSparse, Linear, Sliding, SlidingWithFull
from foundling.records import BadInput
from foundling.tokens import Tokenizer

SETS = Path(__file__).parents[3] / "shared" / "data" / "eval"
needs_sets = pytest.mark.skipif(
    not (SETS / blimp.FILE).exists(), reason="the public test sets are not beside the repository"
)
PAIRS = [
    Pair(kind=kind, field=field, good=f"the hens of Ada {number} sleep", bad=f"the hens of Ada {number} sleeps")
    for kind, field in (("agreement", "morphology"), ("binding", "syntax")) for number in range(10, 16)
]


def subject_of(model: Decoder, tokenizer: Tokenizer, folder: Path = Path()) -> Subject:
    return Subject(
        name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=folder, digest="0" * 64
    )


def reader_of(cost: Callable[[str], float], tokenizer: Tokenizer, model: Decoder) -> Reader:
    def nats(spans: Sequence[Span]) -> list[float]:
        return [cost(tokenizer.decode(span.ids[span.start:span.end])) for span in spans]

    return Reader(name="made", nats=nats, chained=True, model=model)


def test_blimp_of_readers_that_know_all_nothing_and_no_number(tokenizer: Tokenizer, model: Decoder) -> None:
    costs: dict[str, Callable[[str], float]] = {
        "good": lambda text: float(text.endswith("s")), "bad": lambda text: -float(text.endswith("s")),
        "alike": lambda text: 3.0, "broken": lambda text: math.nan, "half broken":
        lambda text: math.nan if text.endswith("s") else 1.0,
    }
    wanted = {"good": 1.0, "bad": 0.0, "alike": 0.5, "broken": 0.0, "half broken": 0.0}
    for name, cost in costs.items():
        points = blimp.judge_points(reader_of(cost, tokenizer, model), tokenizer, PAIRS)
        scores = {score.name: score for score in blimp.table(PAIRS, points, seed=0)}
        assert {score.value for score in scores.values()} == {wanted[name]}, name
        assert set(scores) == {
            "blimp.all", "blimp.field.morphology", "blimp.field.syntax", "blimp.agreement", "blimp.binding"
        }
        assert scores["blimp.all"].n == 12 and scores["blimp.agreement"].n == 6


def test_paradigms_count_alike_in_fields_and_all() -> None:
    pairs = [Pair(kind=kind, good="a", bad="b", field="f") for kind in ("x",) * 6 + ("y",) * 2]
    scores = {score.name: score.value for score in blimp.table(pairs, [1.0] * 6 + [0.0, 1.0], seed=0)}
    assert scores["blimp.all"] == scores["blimp.field.f"] == 0.75


def test_a_model_to_which_all_is_alike_has_half_and_one_of_nan_nothing(
    shape: Shape, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    rows = [{"sentence_good": "aab", "sentence_bad": "aba", "UID": "x", "field": "f"}] * 2
    assert len({len(tokenizer.encode(text)) for text in ("aab", "aba")}) == 1
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    flat = Decoder(shape).eval()
    with torch.no_grad():
        flat.embedding.weight.zero_()
    found = blimp.blimp_scores(subject_of(flat, tokenizer), path, per_paradigm=0, seed=0)
    assert found[0].name == "blimp.all" and found[0].value == 0.5
    with torch.no_grad():
        flat.embedding.weight.fill_(math.nan)
    assert blimp.blimp_scores(subject_of(flat, tokenizer), path, per_paradigm=0, seed=0)[0].value == 0.0


def test_a_trained_model_prefers_its_own_words(model: Decoder, tokenizer: Tokenizer, tmp_path: Path) -> None:
    rows = [{"sentence_good": "One morning Ada fed the brown hens.", "sentence_bad": "Hens brown the fed Ada morning.",
             "UID": "order", "field": "syntax"}] * 3
    path = tmp_path / "pairs.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))
    scores = blimp.blimp_scores(subject_of(model, tokenizer), path, per_paradigm=2, seed=0)
    assert scores[0].value == 1.0 and scores[0].n == 2


@needs_sets
def test_all_of_blimp_is_67_paradigms_of_a_thousand_in_four_fields() -> None:
    pairs = read_pairs(SETS / blimp.FILE, 0, 0)
    assert len(pairs) == 67_000 and len({pair.kind for pair in pairs}) == 67
    assert {pair.field for pair in pairs} == {"morphology", "semantics", "syntax", "syntax_semantics"}
    some = read_pairs(SETS / blimp.FILE, 8, 3)
    assert len(some) == 67 * 8 and some == read_pairs(SETS / blimp.FILE, 8, 3)
    names = [score.name for score in blimp.table(some, [1.0] * len(some), seed=0)]
    assert len(names) == len(set(names)) == 1 + 4 + 67


def test_piqa_is_by_byte_and_its_sum_stands_beside_it() -> None:
    goals = [Goal(goal="g", solutions=("a", "b"), answer=0), Goal(goal="g", solutions=("a", "b"), answer=1)]
    # first: right costs 10 nats in 10 bytes, wrong 8 in 4; second: the wrong one is dearer both ways
    per_byte, summed = judge_goals(goals, [10.0, 8.0, 9.0, 3.0], [10, 4, 9, 9])
    assert per_byte == [1.0, 1.0] and summed == [0.0, 1.0]
    assert judge_goals(goals, [4.0, 2.0, 5.0, 5.0], [4, 2, 5, 5]) == ([0.5, 0.5], [0.0, 0.5])
    assert judge_goals(goals, [math.nan, 2.0, 5.0, math.nan], [4, 2, 5, 5]) == ([0.0, 0.0], [0.0, 0.0])


def piqa_folder(folder: Path, rows: Sequence[tuple[str, str, str, int]]) -> Path:
    lines = [json.dumps({"goal": goal, "sol1": one, "sol2": other}) for goal, one, other, _ in rows]
    (folder / "valid.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "valid-labels.lst").write_text("\n".join(str(row[3]) for row in rows), encoding="utf-8")
    return folder


def test_piqa_of_a_real_model_also_beyond_its_context(model: Decoder, tokenizer: Tokenizer, tmp_path: Path) -> None:
    good, bad = "fed the brown hens by the mill.", "qzx vvw kkj zzq xxv."
    folder = piqa_folder(tmp_path, [("One morning Ada", good, bad, 0), ("Ada", bad * 40, good, 1)])
    per_byte, summed = piqa.piqa_scores(subject_of(model, tokenizer), folder, count=0, seed=0)
    assert (per_byte.value, per_byte.n, summed.value) == (1.0, 2, 1.0)
    folder = piqa_folder(tmp_path, [("One morning Ada", good, bad, 1)])
    assert piqa.piqa_scores(subject_of(model, tokenizer), folder, count=0, seed=0)[0].value == 0.0


def test_a_broken_piqa_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="PIQA"):
        read_goals(tmp_path, 0, 0)
    for rows, labels in (([("g", "a", "b", 2)], ""), ([("g", "", "b", 1)], ""), ([("g", "a", "b", 1)], "1\n0")):
        folder = piqa_folder(tmp_path, rows)
        if labels:
            (folder / "valid-labels.lst").write_text(labels, encoding="utf-8")
        with pytest.raises(BadInput, match="PIQA"):
            read_goals(folder, 0, 0)


@needs_sets
def test_all_of_piqa_is_there() -> None:
    goals = read_goals(SETS / piqa.FOLDER, 0, 0)
    assert len(goals) == 1838 and sum(goal.answer for goal in goals) == 928
    assert read_goals(SETS / piqa.FOLDER, 9, 1) == read_goals(SETS / piqa.FOLDER, 9, 1) != read_goals(
        SETS / piqa.FOLDER, 9, 2)


def test_the_world_is_told_beside_chance_and_the_unread_control() -> None:
    items = [Item(family=family, text="t", ask="?", options=("a", "b", "c", "d")[:size], answer=1)
             for family, size in (("who", 4), ("who", 4), ("physics_pairs", 2))]
    chosen = [Chosen(read=1, unread=0), Chosen(read=-1, unread=1), Chosen(read=1, unread=1)]
    scores = {score.name: score for score in world.table(items, chosen, seed=0)}
    assert scores["world.who"].value == 0.5 and scores["world.who.chance"].value == 0.25
    assert scores["world.who.unread"].value == 0.5 and scores["world.physics_pairs"].value == 1.0
    assert scores["world.all"].value == pytest.approx(2 / 3) and scores["world.reading"].value == 0.0


def test_answers_in_words_are_held_against_the_right_one_and_anothers() -> None:
    items = [Item(family="who", text="t", ask="?", options=(f"It was the {name}.", "no"), answer=0)
             for name in ("hen", "cow", "fox", "owl", "cat", "dog", "hare")]
    said = ["It was a hen!", "the cow", "it was", "", "it was cat", "It was the dog.", "hare"]
    scores = {s.name.removeprefix("world.answers."): s for s in world.answer_scores(items, said, seed=0)}
    assert scores["exact_match"].value == pytest.approx(3 / 7)
    f1 = [1.0, 2 / 4, 4 / 5, 0.0, 1.0, 1.0, 2 / 4]
    assert scores["f1"].value == pytest.approx(sum(f1) / 7)
    others = [4 / 6, 0.0, 4 / 5, 0.0, 4 / 6, 4 / 6, 0.0]
    assert scores["f1_shuffled"].value == pytest.approx(sum(others) / 7)
    assert scores["f1_gain"].value == pytest.approx((sum(f1) - sum(others)) / 7)
    assert world.answer_scores(items[:1], said[:1], seed=0) == ()


@torch.inference_mode()
def plainly(model: Decoder, prefix: list[int], continuations: list[list[int]]) -> list[float]:
    """Each continuation after the whole prefix, in one pass of its own and without a cache."""
    kept, found = prefix[-(model.shape.context - max(map(len, continuations))):], []
    for continuation in continuations:
        shares = model(torch.tensor([[*kept, *continuation]]))[0].log_softmax(-1)
        found.append(sum(float(shares[len(kept) - 1 + i, value]) for i, value in enumerate(continuation)))
    return found


@pytest.mark.parametrize("lengths", [(3, 1, 7), (1,), (5, 5)])
def test_a_prefix_read_once_tells_what_a_whole_reading_tells(model: Decoder, lengths: tuple[int, ...]) -> None:
    engine = Engine(model)
    draw = torch.Generator().manual_seed(1)
    conts = [torch.randint(5, model.shape.vocabulary, (length,), generator=draw).tolist() for length in lengths]
    for size in (1, 2, 40, model.shape.context + 9):
        prefix = [0, *torch.randint(5, model.shape.vocabulary, (size - 1,), generator=draw).tolist()]
        assert engine.log_probabilities(prefix, conts) == pytest.approx(plainly(model, prefix, conts), abs=2e-4)
    with pytest.raises(ValueError, match="context"):
        engine.log_probabilities([], conts)
    with pytest.raises(ValueError, match="context"):
        engine.log_probabilities([0], [[5] * model.shape.context])


def test_a_subject_is_what_its_files_are(generation: Path, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in generation.iterdir()}
    write_folder(tmp_path / "1", files, replace=True)
    subject = open_subject(tmp_path / "1", "Wren")
    assert subject.digest == digest_of(tmp_path / "1")
    write_folder(tmp_path / "2", files | {"card.json": b"{}\n"}, replace=True)
    assert open_subject(tmp_path / "2", "Wren").digest == subject.digest
    write_folder(tmp_path / "3", files | {"config.json": files["config.json"] + b"\n"}, replace=True)
    assert digest_of(tmp_path / "3") != subject.digest


@pytest.mark.parametrize("kind", [
    Sliding(window=16), SlidingWithFull(window=16, every=2), BlockSparse(block=16, local_blocks=2), Linear(),
], ids=lambda kind: kind.kind)
def test_a_prefix_read_once_tells_the_same_for_every_kind_of_attention(kind: Attention) -> None:
    shape = Shape(layers=2, width=32, heads=2, kv_heads=1, head_dim=16, hidden=64, vocabulary=300, context=128,
                  attention=kind)
    model = Decoder(shape, generator=torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight.mul_(8.0)  # so that what is seen or not seen shows
    prefix = [0, *torch.randint(5, 300, (70,), generator=torch.Generator().manual_seed(2)).tolist()]
    asked = [[7, 8, 9], [10], [11] * 6]
    assert Engine(model).log_probabilities(prefix, asked) == pytest.approx(plainly(model, prefix, asked), abs=1e-4)
