"""BLEU, chrF, ROUGE-L, exact match and F1 equal the reference packages and cases by hand; the control is one."""

import importlib.util
from pathlib import Path

import pytest

from foundling.evaluation.measures import texts
from foundling.evaluation.measures.continuing import Passage, compare, continuation_scores, passages, written
from foundling.evaluation.measures.texts import bleu, chrf, exact, normalised, rouge_l, shuffled, word_f1
from foundling.evaluation.subject import Subject
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer

HYPOTHESES = ["the hen sat on the mat by the old door", "Ada went home", "it rained all day in the village", "no",
              "the cat sat on the wall", "he rowed the boat to the far shore", "a loaf of bread"]
REFERENCES = ["the hen sat on a mat by the old green door", "Ada went back home again", "it rained in the village",
              "yes", "the cat slept on the wall", "she rowed the boat to the shore", "a loaf of brown bread"]
packaged = pytest.mark.skipif(
    not (importlib.util.find_spec("sacrebleu") and importlib.util.find_spec("rouge_score")),
    reason="sacrebleu and rouge-score are not installed: pip install foundling[measures]",
)


def test_exact_match_and_f1_as_squad_has_them() -> None:
    assert normalised("The  Cat's, a hat!") == "cats hat"
    assert exact("the Mill.", "mill") == 1.0 and exact("mill", "mills") == 0.0
    assert word_f1("the red hen ran", "a hen ran home") == pytest.approx(2 * 2 / (3 + 3))
    assert word_f1("hen hen", "hen") == pytest.approx(2 * 1 / 3)
    assert (word_f1("", ""), word_f1("the", "a"), word_f1("hen", ""), word_f1("hen", "cow")) == (1.0, 1.0, 0.0, 0.0)


@packaged
def test_bleu_and_chrf_are_sacrebleus_with_its_signature() -> None:
    import sacrebleu

    ours = bleu("b", HYPOTHESES, REFERENCES, seed=0)
    assert ours.value == pytest.approx(sacrebleu.corpus_bleu(HYPOTHESES, [REFERENCES]).score)
    assert "tok:13a" in ours.unit and f"version:{sacrebleu.__version__}" in ours.unit
    theirs = chrf("c", HYPOTHESES, REFERENCES, seed=0)
    assert theirs.value == pytest.approx(sacrebleu.corpus_chrf(HYPOTHESES, [REFERENCES]).score)
    assert "nc:6" in theirs.unit
    for score in (ours, theirs):
        assert score.low is not None and score.high is not None and score.low < score.value < score.high
    assert bleu("b", REFERENCES, REFERENCES, seed=0).value == pytest.approx(100.0)
    assert bleu("b", HYPOTHESES[:3], REFERENCES[:3], seed=0).low is None


@packaged
def test_the_bootstrap_over_all_pairs_once_is_the_corpus_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is summed from pairs must be what sacrebleu computes of the corpus."""
    import numpy as np

    class Whole:
        def integers(self, low: int, high: int, size: int) -> object:
            return np.arange(high)

    monkeypatch.setattr(texts.np.random, "default_rng", lambda seed: Whole())
    for figure in (bleu, chrf):
        score = figure("x", HYPOTHESES, REFERENCES, seed=0)
        assert score.low == pytest.approx(score.value) == score.high


@packaged
def test_rouge_l_is_the_longest_common_subsequence() -> None:
    # "police kill the gunman" and "police killed the gunman" (Lin 2004): the subsequence has 3 of 4 words
    assert rouge_l(["police kill the gunman"], ["police killed the gunman"]) == pytest.approx([0.75])
    assert rouge_l(["the gunman kill police"], ["police killed the gunman"]) == pytest.approx([0.5])


def test_a_shuffled_reference_is_never_its_own() -> None:
    for seed in range(20):
        moved = shuffled(REFERENCES, seed)
        assert sorted(moved) == sorted(REFERENCES)
        assert all(a != b for a, b in zip(moved, REFERENCES, strict=True))
    with pytest.raises(ValueError, match="place"):
        shuffled(["one"], 0)


@packaged
def test_a_writer_who_knows_the_text_gains_over_the_control_and_one_who_does_not_gains_nothing() -> None:
    pool = [" ".join(f"{word}{sign}" for word in ("hen", "oak", "mill", "boat", "bread")) for sign in "abcdefghijkl"]
    right = {score.name: score for score in compare(pool, pool, seed=0)}
    assert right["continuation.bleu"].value == pytest.approx(100.0) and right["continuation.f1"].value == 1.0
    assert right["continuation.f1_gain"].value == 1.0 and right["continuation.next_word"].value == 1.0
    assert right["continuation.next_word_shuffled"].value == 0.0 and right["continuation.f1_shuffled"].value == 0.0
    babble = {score.name: score for score in compare(["the hena oaka"] * 12, pool, seed=0)}
    gained = babble["continuation.f1_gain"]
    assert gained.low is not None and gained.high is not None and gained.low <= 0.0 <= gained.high


def test_passages_are_beginnings_of_long_prose(stories: tuple[list[Story], list[Story]]) -> None:
    long = [Story(title=str(i), text=f"n{i} " + "word " * 90, source="s") for i in range(5)]
    found = passages([*stories[1], *long], 3, 0)
    assert len(found) == 3 and all(len(p.given.split()) == 40 and len(p.reference.split()) == 25 for p in found)
    assert len(passages([*stories[1], *long], 0, 0)) == 5


def test_a_subject_writes_on_greedily_also_from_a_long_beginning(model: Decoder, tokenizer: Tokenizer) -> None:
    subject = Subject(
        name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(), digest=""
    )
    asked = [Passage(given="One morning Ada", reference="x"), Passage(given="zq " * 200, reference="y")]
    once = written(subject, asked, seed=0)
    assert once == written(subject, asked, seed=1) and len(once) == 2 and len(once[0].split()) > 3
    with pytest.raises(BadInput, match="two held-out stories"):
        continuation_scores(subject, [], count=0, seed=0)


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "find_spec", lambda name: None)
    for figure in (bleu, chrf):
        with pytest.raises(BadInput, match=r"foundling\[measures\]"):
            figure("x", HYPOTHESES, REFERENCES, seed=0)
    with pytest.raises(BadInput, match="rouge"):
        rouge_l(HYPOTHESES, REFERENCES)
