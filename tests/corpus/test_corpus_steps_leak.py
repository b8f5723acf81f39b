"""What stands in an examination is found again in other clothes, and what only sounds like it is let pass."""

import csv
import gzip
import io
import json
import random
from pathlib import Path

import numpy as np
import pytest

from foundling.corpus import Dropped
from foundling.corpus.steps import fingerprints, fingerprints_of_files
from foundling.corpus.steps.hashing import runs, words_of
from foundling.corpus.steps.leak import Unseen
from foundling.records import BadInput, Story

DATA = Path(__file__).parents[3] / "shared" / "data"
RNG = random.Random(5)
WORDS = ["".join(RNG.choices("abdegiklmnoprstuv", k=RNG.randint(2, 9))) for _ in range(3_000)]


def words(count: int, seed: int) -> list[str]:
    return random.Random(seed).choices(WORDS, k=count)


def tale(seed: int, count: int = 1_000) -> str:
    text = words(count, seed)
    return " ".join(word + ("." if i % 15 == 14 else "") for i, word in enumerate(text))


def story(text: str) -> Story:
    return Story(title="t", text=text, source="s")


EXAM = " ".join(words(40, 1))


@pytest.mark.parametrize(("shared", "dropped"), [(12, False), (19, False), (20, True), (40, True)])
def test_words_in_a_row_on_both_sides_of_the_threshold(shared, dropped):
    step = Unseen(prints=fingerprints([EXAM]))
    text = f"{tale(2, 2_000)} {' '.join(EXAM.split()[:shared])} {tale(3, 2_000)}"
    result = step(story(text))
    assert isinstance(result, Dropped) == dropped
    if dropped:
        assert f"{shared} words in a row" in result.reason and f"shares {shared - 12} of" in result.reason


def test_a_short_document_that_is_mostly_an_item_is_dropped_by_its_share():
    item = " ".join(words(13, 4))
    step = Unseen(prints=fingerprints([item]))
    assert isinstance(step(story(f"{tale(2, 40)} {item} {tale(3, 40)}")), Dropped)
    assert isinstance(step(story(f"{tale(2, 400)} {item} {tale(3, 400)}")), Story)


def test_case_punctuation_and_lines_hide_nothing():
    step = Unseen(prints=fingerprints([EXAM]))
    dressed = "\n".join(f"“{word.upper()}”, —" for word in EXAM.split())
    assert isinstance(step(story(dressed)), Dropped)
    assert isinstance(step(story("Über " + EXAM + " é")), Dropped)


def test_short_items_are_matched_as_whole_sentences_only():
    items = [" ".join(words(9, seed)) for seed in range(20, 23)]
    step = Unseen(prints=fingerprints(items))
    whole = ". ".join([tale(2, 100), *items, tale(3, 100)])
    inside = ". ".join([tale(2, 100), *(f"ba {item} bo" for item in items), tale(3, 100)])
    assert isinstance(step(story(whole)), Dropped) and "3 whole sentences" in step(story(whole)).reason
    assert isinstance(step(story(inside)), Story)
    assert isinstance(step(story(". ".join([tale(2, 100), *items[:2], tale(3, 100)]))), Story)
    assert isinstance(step(story(items[0] + ".")), Dropped)
    assert fingerprints([" ".join(words(7, 9))]) == fingerprints([])


def test_prints_are_sorted_once_each_and_the_same_whatever_the_order_of_texts():
    texts = [" ".join(words(30, seed)) for seed in range(50)]
    prints = fingerprints(texts)
    numbers = np.frombuffer(prints, "<u8")
    assert numbers[0] == 13 and len(numbers) == 1 + 50 * 18 and (np.diff(numbers[1:].astype(object)) > 0).all()
    assert prints == fingerprints(reversed(texts)) == fingerprints([*texts, *texts])
    assert fingerprints([texts[0], texts[1]]) != fingerprints([texts[0] + " " + texts[1]])


def test_hashes_are_the_same_for_ever():
    assert [int(h) for h in words_of("The blue jug")[0]] == [int(h) for h in words_of("the, BLUE\n\njug!")[0]]
    assert len(set(words_of("ab ba aab abb a b")[0].tolist())) == 6
    assert len(runs(words_of("a b c")[0], 3)) == 1 and len(runs(words_of("a b")[0], 3)) == 0
    assert int(words_of("jug")[0][0]) == 12_627_205_736_425_421_749


def test_files_of_every_kind_are_read(tmp_path):
    items = [" ".join(words(20, seed)) for seed in range(6)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"goal": item, "n": 1}) + "\n" for item in items[:2]))
    table = io.StringIO()
    csv.writer(table).writerow([items[2], "x"])
    (tmp_path / "b.csv").write_text(table.getvalue())
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.tsv").write_text(f'{items[3]}\t"x\n')
    (tmp_path / "d.json.gz").write_bytes(gzip.compress(json.dumps([[items[4]]]).encode()))
    (tmp_path / "e.txt.dev").write_text(f"1\n\n{items[5]}\n")
    step = Unseen(prints=fingerprints_of_files([tmp_path]))
    assert all(isinstance(step(story(f"{tale(2, 200)} {item}")), Dropped) for item in items)


@pytest.mark.parametrize(("name", "data"), [("a.jsonl", b"{"), ("a.json", b"[" * 200_000), ("a.txt.gz", b"no gzip")])
def test_a_broken_examination_is_refused_in_one_sentence(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match="cannot be read as an examination"):
        fingerprints_of_files([tmp_path / name])


def test_nothing_to_compare_with_lets_everything_pass():
    one = story(EXAM)
    assert Unseen()(one) is one and Unseen(prints=fingerprints([]))(one) is one
    assert Unseen(prints=fingerprints([EXAM]))(story("...")) == story("...")


@pytest.mark.skipif(not DATA.exists(), reason="the books of shared/data are not on this machine")
def test_no_training_book_is_dropped_and_every_held_out_one_is():
    small = [DATA / "eval" / "piqa", DATA / "eval" / "winobias", DATA / "eval" / "crows_pairs_anonymized.csv"]
    step = Unseen(prints=fingerprints_of_files([*small, DATA / "stories" / "heldout"]))
    for path in sorted((DATA / "stories" / "train").glob("*.txt")):
        assert isinstance(step(story(path.read_text(encoding="utf-8"))), Story), path.name
    for path in sorted((DATA / "stories" / "heldout").glob("*.txt")):
        assert isinstance(step(story(path.read_text(encoding="utf-8")[5_000:9_000])), Dropped), path.name
