"""The classifier of feelings: learns what is planted, saves without pickle, refuses broken files, beats the lexicon."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from foundling.corpus.portrait import draw, feelings
from foundling.records import BadInput, Story

DATA = Path(__file__).parents[3] / "shared" / "data" / "eval" / "goemotions"
LABELS = ("anger", "joy", "neutral")
SAID = {0: "I hate this so much", 1: "what a lovely happy day", 2: "it is on the table"}


def rows(count, seed):
    rng = np.random.default_rng(seed)
    things = ["bread", "roads", "cats", "tea", "rain", "chairs"]
    return "".join(
        f"{SAID[label]} {things[rng.integers(6)]} {things[rng.integers(6)]}\t{label}\tid{i}\n"
        for i, label in enumerate(rng.integers(0, 3, count).tolist()))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "original_labels.txt").write_text("\n".join(LABELS), encoding="utf-8")
    for seed, (name, count) in enumerate((("train", 400), ("dev", 60), ("test", 60))):
        (tmp_path / f"{name}.tsv").write_text(rows(count, seed), encoding="utf-8")
    return tmp_path


def test_it_learns_what_is_planted_and_is_the_same_every_time(folder):
    model, again = feelings.train(folder), feelings.train(folder)
    assert np.array_equal(model.weights, again.weights) and model.labels == LABELS
    figures = feelings.measure(model, folder)
    assert figures.rows == 60 and figures.labels_classifier > 0.95 > 0.5 > figures.labels_majority
    assert model.count("I hate this so much! It is on the table. What a lovely happy day.") == {"joy": 1, "anger": 1}


def test_a_portrait_takes_the_feelings_it_knows_from_the_classifier(folder):
    text = "I hate this so much. It is on the table. A lonely child."
    told, plain = draw(Story(title="", text=text, source=""), feelings.train(folder)), draw(
        Story(title="", text=text, source=""))
    said = feelings.train(folder).count(text)
    assert said["anger"] >= 1 and told.feelings["anger"] == pytest.approx(1000 * said["anger"] / told.words, abs=1e-3)
    assert told.feelings["loneliness"] == plain.feelings["loneliness"] > 0


def test_it_is_saved_without_pickle_and_comes_back(folder, tmp_path):
    model, path = feelings.train(folder), tmp_path / "feelings.npz"
    model.save(path)
    back = feelings.load(path)
    assert back.labels == model.labels and back.features == model.features
    assert np.array_equal(back.scores(["I hate tea", ""]), model.scores(["I hate tea", ""]))
    with zipfile.ZipFile(path) as held:
        assert sorted(held.namelist()) == ["thresholds.npy", "weights.npy", "words.npy"]
    before = path.read_bytes()
    model.save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("raw", [b"", b"no zip", b"PK\x03\x04broken"])
def test_a_broken_file_is_refused_in_a_sentence(tmp_path, raw):
    path = tmp_path / "feelings.npz"
    path.write_bytes(raw)
    with pytest.raises(BadInput, match="train it again"):
        feelings.load(path)


def test_parts_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "feelings.npz"
    words = np.frombuffer(b'{"labels": ["joy"], "features": ["a"]}', dtype=np.uint8)
    np.savez(path, words=words, weights=np.zeros((5, 1)), thresholds=np.zeros(1))
    with pytest.raises(BadInput, match="fit together"):
        feelings.load(path)


@pytest.mark.parametrize("name, raw", [
    ("original_labels.txt", None), ("train.tsv", None), ("train.tsv", "good\tmany\tx\n"), ("dev.tsv", "good\t9\tx\n"),
    ("train.tsv", ""),
])
def test_a_folder_that_lacks_something_is_refused(folder, name, raw):
    (folder / name).unlink()
    if raw is not None:
        (folder / name).write_text(raw, encoding="utf-8")
    with pytest.raises(BadInput):
        feelings.train(folder)


@pytest.mark.skipif(not DATA.exists(), reason="shared/data/eval/goemotions is not here")
@pytest.mark.slow
def test_on_goemotions_it_is_better_than_the_lexicon_and_the_majority():
    figures = feelings.measure(feelings.train(DATA), DATA)
    assert figures.labels_classifier > 0.35 > 0.05 > figures.labels_majority
    assert figures.feelings_classifier > figures.feelings_lexicon > 0.3 > 0.05 > figures.feelings_majority
