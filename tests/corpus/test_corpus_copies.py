"""Planted copies are found and nothing else; sketches estimate without bias; what falls says of what it is a copy."""

import random
from pathlib import Path

import numpy as np
import pytest

from foundling.corpus import SPLITS, Dropped
from foundling.corpus.duplicates import alike, clusters, resemblance, signatures, sketch, united
from foundling.corpus.runner.arranging import Copy, arrange, drops, find_copies
from foundling.corpus.runner.milling import FILES, key_of, mill_shard
from foundling.corpus.runner.shelf import Shelf
from foundling.corpus.shards import lines_of
from foundling.corpus.splits import divide
from foundling.records import BadInput, Story

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "ir")]


def words(rng: random.Random, count: int) -> list[str]:
    """Made-up words, common ones often: about as varied as prose."""
    return [SYLLABLES[min(int(rng.expovariate(0.04)), 111)] + SYLLABLES[rng.randrange(112)] for _ in range(count)]


def text_of(seed: int, count: int = 200) -> list[str]:
    return words(random.Random(seed), count)


def edited(original: list[str], share: float, rng: random.Random) -> list[str]:
    """A share of the words replaced, taken out or put in."""
    out: list[str] = []
    for word in original:
        chance = rng.random()
        if chance > share:
            out.append(word)
        elif chance < share * 0.8:
            out += words(rng, 1 + (chance < share * 0.2))
    return out


def planted(documents: int, copies: int, seed: int) -> tuple[list[str], list[tuple[int, int, float]]]:
    """Texts, and the planted pairs with their true resemblance: from hardly alike to the same words."""
    rng = random.Random(seed)
    texts = [" ".join(text_of(seed * documents + n, rng.randrange(60, 400))) for n in range(documents - copies)]
    pairs = []
    for n, of in enumerate(rng.sample(range(len(texts)), copies)):
        texts.append(" ".join(edited(texts[of].split(), rng.random() * 0.08, rng)))
        pairs.append((of, documents - copies + n, resemblance(texts[of], texts[-1])))
    return texts, pairs


def measured(documents: int, copies: int, seed: int) -> tuple[float, float, int]:
    """Recall among the planted pairs of true resemblance 0.8 and more, precision of all that is called a copy."""
    texts, pairs = planted(documents, copies, seed)
    firsts, _ = find_copies([np.array([sketch(text) for text in texts])], texts.__getitem__)
    called = {(int(first), index) for index, first in enumerate(firsts) if first != index}
    true = {(low, high) for low, high, likeness in pairs if likeness >= 0.8}
    assert len(true) > copies // 4 and len(true) < copies
    return len(called & true) / len(true), len(called & true) / len(called), len(true)


def test_planted_copies_are_found_and_nothing_else_at_a_tenth_of_the_size():
    recall, precision, _ = measured(1_000, 200, 1)
    assert recall >= 0.95 and precision >= 0.99


@pytest.mark.slow
def test_planted_copies_are_found_and_nothing_else():
    recall, precision, _ = measured(10_000, 1_000, 2)
    assert recall >= 0.95 and precision >= 0.99


@pytest.mark.parametrize("count", [12, 24, 60, 2_000])
def test_the_estimate_has_no_bias_and_no_more_spread_than_minhash(count):
    errors, true = [], []
    for n in range(150):
        one = text_of(n, count)
        other = [*one[:count * 3 // 4], *text_of(9_000 + n, count // 4)]
        true.append(resemblance(" ".join(one), " ".join(other)))
        errors.append(float((sketch(" ".join(one)) == sketch(" ".join(other))).mean()) - true[-1])
    spread = (np.mean(true) * (1 - np.mean(true)) / 128) ** 0.5
    assert abs(np.mean(errors)) < 4 * spread / 150 ** 0.5
    assert 0.3 * spread < np.std(errors) < 1.2 * spread


def test_a_sketch_knows_words_not_case_marks_or_spaces_in_any_script():
    one = "Größe – 12 Äpfel, she said_ ДА! 漢字 \U00020000\U00020001 𝒜 bc"
    assert (sketch(one) == sketch(one.upper().replace(" ", "\n  \U0001F600"))).all()
    assert resemblance("a b c d e f", "A, b; c (d) e? f!") == 1
    assert resemblance("ab c d e f", "a bc d e f") == 0
    assert resemblance("one", "one one") == 0 and resemblance("...", "") == 1
    assert resemblance("\ud800 a b c d e", "a b c d e") == 1


def test_the_sketch_of_two_texts_together_is_the_least_of_theirs():
    one, other = " ".join(text_of(1, 3_000)), " ".join(text_of(2, 3_000))
    assert float((np.minimum(sketch(one), sketch(other)) == sketch(f"{one}. {other}")).mean()) > 0.95
    assert float((np.minimum(sketch(one), sketch(other)) == sketch(one)).mean()) < 0.8
    long = " ".join(text_of(3, 60_000))
    assert len(long) > 1 << 18 and float((sketch(long) == sketch(long[5:])).mean()) > 0.9


def test_sketches_stay_what_they_are():
    story = Story(title="t", text="The goat had a bell, and the bell had a goat.", source="s")
    assert signatures([story]).dtype == np.uint32 and signatures([]).shape == (0, 128)
    assert int(signatures([story]).astype(np.int64).sum()) == 9_373_249_763


def test_a_bucket_of_many_gives_few_pairs_and_one_cluster():
    same = [sketch(" ".join(text_of(1)))] * 3_000
    pairs, share = alike([np.array(same[:1_700]), np.array(same[1_700:])], 0.8)
    assert len(pairs) <= 6_000 and (share == 1).all() and (pairs[:, 0] < pairs[:, 1]).all()
    assert not united(3_000, pairs).any()
    assert clusters([]) == []


def shelf(tmp_path: Path, *shards: list[Story], part_bytes: int = 3_000) -> Shelf:
    folders = []
    for n, stories in enumerate(shards):
        folders.append(tmp_path / str(n))
        folders[-1].mkdir(parents=True)
        for name, data in mill_shard(lines_of(stories), (), part_bytes).files.items():
            (folders[-1] / name).write_bytes(data)
    assert sorted(path.name for path in folders[0].iterdir()) == sorted(FILES)
    return Shelf(folders)


def book(seed: int, paragraphs: int = 1, title: str = "") -> Story:
    text = "\n\n".join(" ".join(text_of(seed * 1_000 + n, 150)) for n in range(paragraphs))
    return Story(title=title or f"Book {seed}", text=text, source=f"{seed}.txt")


def test_copies_fall_with_a_reason_and_the_rest_is_split(tmp_path):
    stories = [book(n) for n in range(30)]
    rng = random.Random(3)
    near = Story(title="Near", text=stories[4].text.replace(stories[4].text.split()[70], "quite"), source="near.txt")
    half = Story(title="Half", text=" ".join(edited(stories[6].text.split(), 0.07, rng)), source="half.txt")
    assert resemblance(near.text, stories[4].text) > 0.85 and 0.5 < resemblance(half.text, stories[6].text) < 0.75
    same = Story(title="Same", text=stories[20].text, source="20.txt")
    found = shelf(tmp_path, stories[:20], [], [*stories[20:], near, half, same])
    got = arrange(found, 7)
    assert [(copy.part, copy.of, copy.same) for copy in got.copies] == [(30, 4, False), (32, 20, True)]
    assert [drop.reason for drop in drops(found, got.copies)] == [
        f"is nearly the same text as 'Book 4' from 4.txt (resemblance {got.copies[0].likeness:.2f})",
        "is the same text as 'Book 20'"]
    first = next(drops(found, got.copies))
    assert isinstance(first, Dropped) and first.step == "copies" and first.story == near
    where = {int(part): name for name, held in got.splits.items() for part in held}
    assert sorted(where) == [*range(30), 31] and where[6] == where[31] and set(where.values()) == set(SPLITS)
    again = arrange(found, 7)
    assert again.copies == got.copies and all((again.splits[n] == got.splits[n]).all() for n in SPLITS)
    assert any((arrange(found, 8).splits[n].tolist() != got.splits[n].tolist()) for n in SPLITS)


def test_what_a_person_put_back_does_not_fall(tmp_path):
    stories = [book(n) for n in range(30)]
    again = Story(title="Again", text=stories[3].text + " But it went on.", source="a")
    found = shelf(tmp_path, [*stories, again])
    assert [copy.part for copy in arrange(found, 1).copies] == [30]
    got = arrange(found, 1, spared=frozenset({key_of(again.id)}))
    assert got.copies == () and sum(map(len, got.splits.values())) == 31


def test_a_book_with_another_preface_falls_as_a_whole(tmp_path):
    original = book(1, 40, "Original")
    preface = " ".join(text_of(77, 260))
    other = Story(title="Other", text=f"{preface}\n\n{original.text}", source="other.txt")
    found = shelf(tmp_path, [*(book(n) for n in range(5, 30)), original, other])
    begin = int(np.flatnonzero(found.stories == 25)[0])
    later = np.flatnonzero(found.stories == 26)
    got = arrange(found, 1)
    assert len(later) > 10 and [copy.part for copy in got.copies] == later.tolist()
    assert {copy.of for copy in got.copies} == {begin}
    assert all(0.8 < copy.likeness < 1 and not copy.same for copy in got.copies)


def test_parts_of_a_book_stay_on_one_side_where_there_are_books_enough(tmp_path):
    many = shelf(tmp_path / "many", [book(n, 12) for n in range(40)])
    few = shelf(tmp_path / "few", [book(n, 60) for n in range(8)])
    for found, apart in ((many, False), (few, True)):
        where = np.empty(len(found), dtype=object)
        for name, parts in arrange(found, 3).splits.items():
            where[parts] = name
        sides = [set(where[found.stories == story]) for story in range(int(found.stories.max()) + 1)]
        assert set().union(*sides) == set(SPLITS) and min(np.bincount(found.stories)) > 3
        assert any(len(side) > 1 for side in sides) == apart


def test_a_document_too_large_for_a_split_is_only_trained_on(tmp_path):
    found = shelf(tmp_path, [*(book(n, 4) for n in range(40)), book(77, 30)])
    held = [part for name, parts in arrange(found, 5).splits.items() if name != "train" for part in parts]
    assert held and not (found.stories[held] == 40).any()


def test_only_prose_by_people_is_held_out(tmp_path):
    made = [Story(title=f"m{n}", text=book(n).text, source="m", simulated=True) for n in range(100, 120)]
    scene = Story(title="scene", text="\n".join(f"Ada: {' '.join(text_of(500 + n, 9))}" for n in range(20)), source="s",
                  form="scene")
    found = shelf(tmp_path, [*made, scene, *(book(n) for n in range(20))])
    for seed in range(4):
        splits = arrange(found, seed).splits
        assert all(part >= 21 for name in SPLITS[1:] for part in splits[name])


def test_too_little_and_broken_is_said_in_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="too much alike"):
        arrange(shelf(tmp_path / "a", [book(1)]), 0)
    with pytest.raises(BadInput, match="too much alike"):
        arrange(shelf(tmp_path / "b", []), 0)
    (tmp_path / "a" / "0" / "parts.npy").write_bytes(b"")
    with pytest.raises(BadInput, match="broken"):
        Shelf([tmp_path / "a" / "0"])
    with pytest.raises(BadInput, match="broken"):
        Shelf([tmp_path / "nowhere"])


def test_a_copy_of_a_copy_names_what_it_is_most_like(tmp_path):
    rng = random.Random(5)
    one = text_of(1, 300)
    two = edited(one, 0.012, rng)
    three = edited(two, 0.004, rng)
    texts = [" ".join(one), " ".join(two), " ".join(three), " ".join(text_of(2, 300))]
    firsts, nearest = find_copies([np.array([sketch(text) for text in texts])], texts.__getitem__)
    assert firsts.tolist() == [0, 0, 0, 3] and nearest[2][0] == 1 and 3 not in nearest
    assert Copy(part=2, of=1, likeness=nearest[2][1], same=False).likeness > 0.9


def test_large_clusters_are_held_out_only_where_they_are_small_beside_the_corpus():
    sizes, judging = np.full(5_000, 10), np.ones(5_000, dtype=np.bool_)
    fives = np.arange(5_000) // 5
    with pytest.raises(BadInput, match="its 5000 parts make only 1000 different ones"):
        divide(sizes, fives, judging, 1)
    held = divide(sizes, fives, judging, 1, small=0.002)
    assert [len(held[name]) / 5_000 for name in SPLITS[1:]] == pytest.approx([0.05, 0.05, 0.03, 0.02], rel=0.15)
    where = {int(part): name for name, parts in held.items() for part in parts}
    assert len(where) == 5_000 and all(where[n] == where[n - n % 5] for n in range(5_000))
    hundreds = np.arange(5_000) // 100
    with pytest.raises(BadInput, match="too much alike"):
        divide(sizes, hundreds, judging, 1, small=0.002)
