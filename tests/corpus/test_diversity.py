"""What texts say beside how long they are: numbers by hand, and the order that any measure must keep."""

import random
import sys

import pytest
from test_corpus_splits import prose

from foundling.corpus.diversity import measure_diversity, words_of
from foundling.records import BadInput


def test_words_are_counted_without_case_and_punctuation() -> None:
    assert words_of("Ada's jug, THE jug! 3") == ["ada's", "jug", "the", "jug"]


def test_types_and_runs_of_four_by_hand() -> None:
    found = measure_diversity(["one two three four five", "one two three four"], 99)
    assert (found.words, found.word_types) == (9, 5)
    assert found.distinct_4grams == 5 / 6  # "one two three four" comes twice among six runs


def test_only_so_many_words_are_measured() -> None:
    texts = [prose(n).text for n in range(9)]
    assert measure_diversity(texts, 500).words == 500
    assert measure_diversity(texts, 200) == measure_diversity([*texts[:1], "other"], 200)


def test_near_copies_are_counted_once_each() -> None:
    texts = [prose(n, 60).text for n in range(8)]
    assert measure_diversity(texts, 10**6).near_copies == 0
    assert measure_diversity([*texts, texts[0], texts[1].upper()], 10**6).near_copies == 0.2


def test_more_of_the_same_compresses_better_and_has_fewer_runs() -> None:
    words = [f"{a}{b}" for a in ("sea", "bell", "goat", "lamp") for b in ("ing", "er", "ly", "ness", "s", "ed")]
    dice = random.Random(0)
    rich = [" ".join(dice.choices(words, k=200)) for _ in range(20)]
    poor = [" ".join(dice.choices(words[:4], k=200)) for _ in range(20)]
    one, two = measure_diversity(rich, 10**6), measure_diversity(poor, 10**6)
    assert one.zstd_ratio < two.zstd_ratio and one.distinct_4grams > two.distinct_4grams
    assert one.word_types > two.word_types


@pytest.mark.parametrize("texts", [[], [""], ["one two"], ["123 456"]])
def test_nothing_to_measure_is_bad_input(texts: list[str]) -> None:
    with pytest.raises(BadInput, match="no text"):
        measure_diversity(texts, 100)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(BadInput, match="pip install"):
        measure_diversity(["one two three four five"], 100)
