"""Cutting loses nothing; splits are a function of texts and seed, disjoint, whole, and keep near-copies together."""

import random
import re

import pytest

from foundling.corpus import SPLITS, clusters, cut, split
from foundling.corpus.duplicates import signatures
from foundling.records import BadInput, Story

WORDS = ("sea", "bell", "goat", "lamp", "bridge", "letter", "winter", "bread", "ladder", "river", "stone", "song")


def prose(seed: int, sentences: int = 30, title: str = "") -> Story:
    rng = random.Random(seed)
    lines = [" ".join(rng.choice(WORDS) + str(rng.randrange(50)) for _ in range(9)) + "." for _ in range(sentences)]
    text = "\n\n".join(" ".join(lines[i:i + 3]) for i in range(0, sentences, 3))
    return Story(title=title or f"Story {seed}", text=text, source=f"{seed}.txt")


def scene(seed: int) -> Story:
    lines = prose(seed).text.split("\n\n")
    return Story(title=f"Scene {seed}", text="\n".join(f"Ada: {line}" for line in lines), source="s", form="scene")


def test_near_copies_share_a_cluster_and_others_do_not():
    stories = [prose(n, 60) for n in range(12)]
    changed = stories[3].text.split(" ")
    changed[40:44] = ["quite", "other", "words", "here"]
    shouted = stories[5].text.upper().replace(".", "!")
    found = clusters([*stories, stories[3].with_text(" ".join(changed)), stories[5].with_text(shouted), prose(99)])
    assert found[:12] == list(range(12)) and found[12:] == [3, 5, 14]
    half = stories[0].text[:len(stories[0].text) // 4] + prose(77, 45).text
    assert clusters([stories[0], stories[0].with_text(half)]) == [0, 1]


def test_the_estimate_of_likeness_is_near_the_true_one():
    words = prose(1, 120).text.split()
    for kept in (0.0, 0.2, 0.5, 0.8, 0.95):
        cut_at = int(kept * len(words))
        other = Story(title="o", text=" ".join([*words[:cut_at], *prose(2, 120).text.split()[cut_at:]]), source="o")
        one, two = signatures([prose(1, 120), other])
        true = kept / (2 - kept)
        assert abs(float((one == two).mean()) - true) < 4 * (true * (1 - true) / 128) ** 0.5 + 0.01


def test_texts_a_third_alike_are_not_near_copies():
    pairs = []
    for n in range(40):  # about every third of these shares a band of minima by chance, and is told apart by the rest
        half = prose(n, 60).text.split()[:270] + prose(500 + n, 60).text.split()[270:]
        pairs += [prose(n, 60), Story(title="h", text=" ".join(half), source="h")]
    assert clusters(pairs) == list(range(80))


def test_one_sentence_in_common_makes_no_near_copies():
    shared = "And so they all went home to bed before the lamp was out. "
    stories = [story.with_text(shared * 2 + story.text) for story in (prose(n, 60) for n in range(60))]
    assert clusters(stories) == list(range(60))


def test_chains_of_near_copies_are_one_cluster():
    words = prose(1, 90).text.split(" ")
    chain = []
    for n in range(5):  # each like the one before it, the last hardly like the first
        words[n * 20:n * 20 + 20] = [f"new{n}x{i}" for i in range(20)]
        chain.append(Story(title=str(n), text=" ".join(words), source="s"))
    assert clusters(chain) == [0] * 5


def test_clusters_of_very_little():
    stories = [Story(title="t", text=text, source="s") for text in ("one", "One!", "two words", "...", "", "one")]
    assert clusters(stories) == [0, 0, 2, 3, 3, 0]


def books() -> list[Story]:
    sentences = re.sub(r"\n\n", " ", prose(8, 900).text)
    lines = prose(7, 600).text.replace("\n\n", "\n")
    return [prose(6, 900, "Paragraphs"), Story(title="Lines", text=lines, source="l"),
            Story(title="Sentences", text=sentences, source="s"), prose(5, 12, "Short"), scene(4)]


@pytest.mark.parametrize("book", books(), ids=lambda book: book.title)
def test_a_cut_loses_no_text(book):
    others = [prose(n) for n in range(100, 112)]
    parts = [part for part in cut([book, *others]) if part.title.startswith(book.title)]
    joint = {"Paragraphs": "\n\n", "Lines": "\n", "Sentences": " "}.get(book.title, "")
    assert joint.join(part.text for part in parts) == book.text
    assert (len(parts) > 5) == bool(joint)
    if joint:
        assert [part.title for part in parts] == [f"{book.title}, part {n}" for n in range(1, len(parts) + 1)]
        assert all(part.source == book.source and 0 < part.bytes <= 12_000 for part in parts)


def test_one_book_alone_can_be_divided():
    parts = cut([prose(1, 400)])
    assert 20 <= len(parts) <= 80
    assert {name for name, held in split(parts, 0).items() if held} == set(SPLITS)


def test_a_huge_paragraph_between_others_stays_whole():
    text = "\n\n".join([prose(1, 90).text, "x " * 20_000, prose(2, 90).text])
    parts = cut([Story(title="B", text=text, source="s")])
    assert "\n\n".join(part.text for part in parts) == text


@pytest.mark.parametrize("lines", [1, 3])
def test_a_corpus_of_a_few_sentences_is_refused_in_one(lines):
    tiny = [Story(title=str(n), text=f"Once {n} there was a goat.", source="s") for n in range(lines)]
    with pytest.raises(BadInput, match=rf"^There are only \d+ bytes of text in {lines} stories; a being needs at least "
                                       r"4,000 to learn from: add stories, or leave --stories out to use the built-in"):
        cut(tiny)
    with pytest.raises(BadInput, match="only 0 bytes of text in 0 stories"):
        cut([])


def test_one_endless_paragraph_is_refused():
    with pytest.raises(BadInput, match="makes only 1 parts; put paragraphs on lines of their own"):
        cut([Story(title="B", text="goat " * 5000, source="s")])


def test_every_part_is_somewhere_exactly_once_and_only_prose_is_held_out(builtin):
    parts = cut(builtin)
    for seed in range(4):
        splits = split(parts, seed)
        assert tuple(splits) == SPLITS and all(splits.values())
        everywhere = [part.id for held in splits.values() for part in held]
        assert sorted(everywhere) == sorted(part.id for part in parts) and len(set(everywhere)) == len(everywhere)
        assert all(part.form == "prose" for name in SPLITS[1:] for part in splits[name])
        size = {name: sum(part.bytes for part in held) for name, held in splits.items()}
        total = sum(part.bytes for part in parts if part.form == "prose")
        for name, share in {"validation": 0.05, "screen": 0.05, "confirm": 0.03, "vault": 0.02}.items():
            assert share * 0.8 < size[name] / total < share * 2.5, name


def test_splits_follow_from_texts_and_seed_alone(builtin):
    parts = cut(builtin)
    ids = lambda seed: {n: [p.id for p in held] for n, held in split(parts, seed).items()}  # noqa: E731
    assert ids(3) == ids(3) != ids(4)
    vaults = {tuple(ids(seed)["vault"]) for seed in range(6)}
    assert len(vaults) == 6


def test_near_copies_are_never_on_both_sides():
    originals = [prose(n, 45) for n in range(30)]
    copies = [story.with_text(story.text + f" The end number {n}.") for n, story in enumerate(originals)]
    held_out = 0
    for seed in range(6):
        splits = split([*originals, *copies], seed)
        where = {part.text: name for name, held in splits.items() for part in held}
        for original, copy in zip(originals, copies, strict=True):
            assert where[original.text] == where[copy.text]
            held_out += where[original.text] != "train"
    assert held_out > 0


def test_text_that_is_all_alike_is_refused():
    same = [prose(1).with_text(prose(1).text + f" {n}") for n in range(30)]
    with pytest.raises(BadInput, match="its 30 parts make only 1 different ones"):
        split(same, 0)
    with pytest.raises(BadInput, match="add other stories in prose"):
        split([scene(n) for n in range(30)], 0)
