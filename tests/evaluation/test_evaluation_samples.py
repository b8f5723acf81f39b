"""Texture counts by hand, copied text found against brute force, and files that cannot be scored."""

import random
from pathlib import Path

import numpy as np
import pytest

from foundling.evaluation.memorisation import WINDOW, TrainingText, window_hashes
from foundling.evaluation.textfile import score_file
from foundling.evaluation.texture import free_samples, grams, openings, texture, words_of
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer


def test_texture_counts() -> None:
    found = texture(["the cat saw the cat", "A bird."], temperature=0.7, known=frozenset({"the", "cat", "saw", "a"}))
    assert (found.words, found.samples, found.mean_words) == (7, 2, 3.5)
    assert found.distinct_1 == 5 / 7 and found.distinct_2 == 4 / 5 and found.distinct_3 == 1.0
    assert found.broken_words == 1 / 7 and found.repeated_4grams == 0.0
    loop = texture(["on and on and on and on"], temperature=0.0)
    assert loop.repeated_4grams == 0.5 and loop.broken_words is None
    # The same run in two samples is no repetition inside one.
    assert texture(["a b c d", "a b c d"], temperature=0.0).repeated_4grams == 0.0
    empty = texture([], temperature=1.0, known=frozenset())
    assert (empty.words, empty.distinct_1, empty.repeated_4grams, empty.broken_words) == (0, 0.0, 0.0, 0.0)


def test_words_and_grams() -> None:
    assert words_of("Don\u2019t go, well-known \u00c9va 42!") == ["don\u2019t", "go", "well-known", "\u00e9va"]
    assert grams(["a", "b", "c"], 2) == [("a", "b"), ("b", "c")] and grams(["a"], 2) == []


def test_samples_go_on_from_openings_at_every_temperature(
    model: Decoder, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]]
) -> None:
    begun = openings(stories[1], most=3, length=4, seed=0)
    prose = [story.text for story in stories[1] if story.form == "prose"]
    assert len(begun) == 3 and all(any(text.startswith(first) for text in prose) for first in begun)
    assert all(len(text.split()) == 4 for text in begun)
    assert openings([s for s in stories[1] if s.form == "scene"], most=3, length=4, seed=0) == ()
    samples = free_samples(Engine(model), tokenizer, stories[1], seed=0)
    assert {sample.temperature for sample in samples} == {0.0, 0.7, 1.0}
    assert len({sample.text for sample in samples}) > 10
    assert samples == free_samples(Engine(model), tokenizer, stories[1], seed=0)


def test_a_planted_copy_is_found_whatever_its_case_and_signs() -> None:
    train = ["Once upon a time, a hen sat on the warm red roof and would not come down.", "Nobody knew why it rained."]
    index = TrainingText(train)
    run = index.longest_run(["Zip zap. A HEN sat on the warm -- red roof, but no.", "quite new words here"])
    assert (run.words, run.text) == (8, "a hen sat on the warm red roof")
    assert index.longest_run(["zip zap"]).words == 0 and index.longest_run([]).words == 0
    assert index.longest_run([train[0]]).words == 17
    assert TrainingText([]).longest_run(["a b"]).words == 0
    assert index.vocabulary >= {"hen", "rained"} and "" not in index.vocabulary


def test_no_run_and_no_window_crosses_from_one_story_into_the_next() -> None:
    first, second = "alpha beta gamma delta epsilon zeta eta theta", "iota kappa lambda mu nu xi omicron pi rho sigma"
    index = TrainingText([first, second])
    assert index.longest_run([f"{first} {second}"]).words == 10
    (copied, windows), = index.copied([f"{first} {second}"], window=20)
    assert 0 < copied < windows == len(f"{first} {second}") - 19
    assert copied == (len(first) - 19) + (len(second) - 19)


def test_copied_windows_against_brute_force() -> None:
    rng = random.Random(2)
    train = ["".join(rng.choice("ab c") for _ in range(400)) for _ in range(3)]
    samples = ["".join(rng.choice("ab c") for _ in range(90)) for _ in range(4)] + [train[1][30:95], "short"]
    plain = [" ".join(text.split()) for text in train]
    expected = []
    for sample in samples:
        one = " ".join(sample.split())
        runs = [one[i:i + 9] for i in range(len(one) - 8)]
        expected.append((sum(any(run in text for text in plain) for run in runs), len(runs)))
    assert TrainingText(train).copied(samples, window=9) == expected
    assert any(0 < hit < total for hit, total in expected) and TrainingText(train).copied([]) == []


def test_longest_run_against_brute_force() -> None:
    rng = random.Random(7)
    for _ in range(30):
        train = [" ".join(rng.choice("abcd") for _ in range(rng.randint(1, 60))) for _ in range(2)]
        sample = " ".join(rng.choice("abcde") for _ in range(rng.randint(1, 40)))
        words = sample.split()
        best = max((j - i for i in range(len(words)) for j in range(i + 1, len(words) + 1)
                    if any(f" {' '.join(words[i:j])} " in f" {text} " for text in train)), default=0)
        run = TrainingText(train).longest_run([sample])
        assert run.words == best and (not best or any(f" {run.text} " in f" {text} " for text in train))


def test_hashes_depend_on_the_run_alone_and_survive_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.array([7, 1, 2, 3, 9, 9, 1, 2, 3, 7], dtype=np.uint32)
    runs = window_hashes(values, 3)
    assert len(runs) == 8 and runs[1] == runs[6] and len(set(runs.tolist())) == 7
    assert len(window_hashes(values, 11)) == 0
    text = "".join(random.Random(1).choice("abcdefgh ") for _ in range(3000))
    whole = TrainingText([text]).copied([text[500:700]])
    monkeypatch.setattr("foundling.evaluation.memorisation._CHUNK", 64)
    pieces = TrainingText([text]).copied([text[500:700]])
    assert pieces == whole and whole[0][0] == whole[0][1] == len(" ".join(text[500:700].split())) - WINDOW + 1


def test_a_file_is_scored_by_its_bytes(generation: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.txt"
    path.write_bytes("\ufeffOne morning Ada fed the hens.\r\nWren \u00e9 <|turn|>".encode())
    bits, perplexity = score_file(generation, path, 64)
    assert (bits.name, perplexity.name) == ("bits_per_byte", "perplexity")
    assert bits.n == path.stat().st_size - 3 and 0 < bits.value < 20 and bits.low is None
    assert score_file(generation, path, 64) == (bits, perplexity)


@pytest.mark.parametrize(("data", "words"), [
    (b"a\0b", "binary"), (b"caf\xe9", "UTF-8"), (b"", "no words"), (b" \n", "no words"), (None, "no file"),
])
def test_a_file_that_is_no_text_is_refused_in_one_sentence(
    generation: Path, tmp_path: Path, data: bytes | None, words: str
) -> None:
    path = tmp_path / "my.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BadInput, match=words):
        score_file(generation, path, 64)


def test_folders_huge_files_and_wrong_strides_are_refused(
    generation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="no file"):
        score_file(generation, tmp_path, 64)
    path = tmp_path / "my.txt"
    path.write_text("Ada sat down.", encoding="utf-8")
    for stride in (0, 129):
        with pytest.raises(BadInput, match="stride"):
            score_file(generation, path, stride)
    with pytest.raises(BadInput, match=r"tokenizer\.json"):
        score_file(tmp_path, path, 64)
    monkeypatch.setattr("foundling.evaluation.textfile.LARGEST", 5)
    with pytest.raises(BadInput, match="larger"):
        score_file(generation, path, 64)
