"""Slices of bits per byte add up to the whole, token by token, and bands are what their names say."""

import math
from collections import Counter
from pathlib import Path

import pytest
import torch

from foundling.evaluation.likelihood import LN2, bits_per_byte, plain_text, prepare, score_text, target_nats
from foundling.evaluation.measures import language
from foundling.evaluation.measures.language import band, excerpts, language_scores, pieces, source_names
from foundling.evaluation.subject import Subject
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput, Origin, Score, Story
from foundling.tokens import Tokenizer

Texts = tuple[list[Story], list[Story]]


@pytest.fixture(scope="module")
def subject(model: Decoder, tokenizer: Tokenizer) -> Subject:
    return Subject(
        name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(), digest="0" * 64
    )


@pytest.fixture(scope="module")
def scores(subject: Subject, stories: Texts) -> dict[str, Score]:
    train, heldout = stories
    return {score.name: score for score in language_scores(subject, heldout, train, kilobytes=0, seed=0)}


def test_the_whole_is_what_likelihood_says(subject: Subject, stories: Texts, scores: dict[str, Score]) -> None:
    plain = score_text(subject.model, subject.tokenizer, stories[1], stride=64, batch=4)
    whole = scores["language.bits_per_byte"]
    assert whole.value == pytest.approx(bits_per_byte(plain)) and whole.n == sum(d.bytes for d in plain)
    assert whole.low is not None and whole.high is not None and whole.low < whole.value < whole.high
    assert scores["language.perplexity"].value > 1 and "language.train_gap" in scores


@pytest.mark.parametrize("kind", ["form", "source", "length", "place", "seen"])
def test_the_slices_of_a_kind_add_up_to_the_whole(kind: str, scores: dict[str, Score]) -> None:
    rows = [score for name, score in scores.items() if name.startswith(f"language.bits_per_byte.{kind}.")]
    whole = scores["language.bits_per_byte"]
    assert rows and sum(row.n for row in rows) == whole.n
    assert sum(row.value * row.n for row in rows) == pytest.approx(whole.value * whole.n, rel=1e-9)
    assert len(rows) >= (2 if kind in ("form", "seen") else 1)


def test_pieces_are_words_with_the_nats_of_their_own_ids(subject: Subject, stories: Texts) -> None:
    scene = next(story for story in stories[1] if story.form == "scene")
    prose = Story(title="p", text="Ada fed  the h\u00f6ns.\n\nTwo, then three!", source="made")
    documents = [prepare(subject.tokenizer, story) for story in (prose, scene)]
    nats = target_nats(subject.model, documents, stride=64, batch=2)
    found = list(pieces(subject.tokenizer, documents, nats))
    for number, story in enumerate((prose, scene)):
        mine = [piece for piece in found if piece.document == number]
        assert "".join(piece.text for piece in mine) == plain_text(story)
        at = [piece.at for piece in mine]
        assert at[0] == 0 and at == sorted(set(at))
        kept = torch.tensor(documents[number].counts[1:])
        assert sum(p.nats for p in mine) == pytest.approx(float(nats[number].double()[kept].sum()))
    words = [piece.text.strip() for piece in found if piece.document == 0]
    assert words[:2] == ["Ada", "fed"] and "h\u00f6ns." in words


def test_rare_words_are_counted_in_the_training_text() -> None:
    words = [language.Piece(document=0, at=i, bytes=4, text=text, nats=float(i + 1) * LN2 * 4) for i, text in enumerate(
        (" the", " the,", " Hens", " zyx.", " -- ", " the-zyx"))]
    known = Counter({"the": 500, "hens": 12, "the-zyx": 3})
    seen = {s.name.rpartition(".")[2]: s for s in language.sliced(
        "seen", ((language._seen(w, known), 0, w.nats, w.bytes) for w in words), 1, seed=0)}
    assert {key: row.value for key, row in seen.items()} == pytest.approx(
        {"100_and_more": 1.5, "10_to_99": 3.0, "never": 4.0, "no_word": 5.0, "1_to_9": 6.0})
    assert all(row.low is None for row in seen.values())  # one document gives no interval


def test_places_and_lengths_are_counted_in_bytes(subject: Subject) -> None:
    text = "Ada fed the brown hens. " * 60
    found = {s.name: s for s in language_scores(
        subject, [Story(title="l", text=text, source="made")], [], kilobytes=0, seed=0)}
    places = {name.rpartition(".")[2]: s.n for name, s in found.items() if ".place." in name}
    assert set(places) == {"first_256", "256_to_1k", "1k_to_4k"} and abs(places["first_256"] - 256) < 8
    assert found["language.bits_per_byte.length.1k_to_4k"].n == len(text)
    assert "language.train_gap" not in found and not any(".seen." in name for name in found)


def test_bands_have_their_ends_outside() -> None:
    assert [band(value, language.PLACES) for value in (0, 255, 256, 1023, 1024, 4096)] == [
        "first_256", "first_256", "256_to_1k", "256_to_1k", "1k_to_4k", "4k_and_more"]


def test_sources_are_files_folders_readers_and_the_world() -> None:
    def told(source: str, *, simulated: bool = False, kind: str = "") -> Story:
        return Story(title="t", text="x", source=source, simulated=simulated, origin=Origin(kind=kind))

    names = source_names([
        told("books/oz.txt#1"), told("books/oz.txt#2"), told("mine/a.txt"), told("mine/b.txt"),
        told("chat", kind="irc"), told("village 0/4/31 plain", simulated=True),
    ])
    assert names == ["books_oz_txt", "books_oz_txt", "mine", "mine", "irc", "world"]
    many = source_names([told(f"f{i}/x.txt") for i in range(30)])
    assert len(set(many)) == language.MOST_SOURCES + 1 and "others" in many


def test_excerpts_are_cut_between_words_and_lines_and_bounded() -> None:
    long = Story(title="l", text="word " * 9000, source="a")
    scene = Story(title="s", text="Ada: Good day to you.\n" * 2000, source="b", form="scene")
    some = excerpts([long, scene] * 9, 12, 0)
    assert 8 <= len(some) <= 9 and max(s.bytes for s in some) <= 1500
    assert {story.form for story in some} == {"prose", "scene"} and sum(s.bytes for s in some) <= 12_500
    assert all(turn.text == "Good day to you." for s in some for turn in s.turns)
    assert all(set(s.text.split()) == {"word"} for s in some if s.form == "prose")
    assert excerpts([long, scene], 0, 0) == (long, scene)
    without = [Story(title="w", text="\u732b" * 9000, source="c"),
               Story(title="x", text="Ada: " + "m" * 9000, source="d", form="scene")]
    assert all(0 < s.bytes <= 1500 and s.title in "wx" and (s.form == "prose" or s.turns) for s in excerpts(
        without, 12, 0))


def test_a_gap_is_told_of_text_like_that_held_out(subject: Subject) -> None:
    def told(name: str, *, simulated: bool) -> list[Story]:
        return [Story(title=f"{name}{i}", text=f"{name} fed the hens on day {i}. " * 6, source=name,
                      simulated=simulated) for i in range(8)]

    people, village = told("Ada", simulated=False), told("Otto", simulated=True)
    train = [*people, *village]
    assert language._alike(train, [*people[:1], *village]) == people == language._alike(train, people)
    assert language._alike(train, village) == village
    found = {s.name for s in language_scores(subject, village[:6], village[6:], kilobytes=0, seed=0)}
    assert "language.train_gap" in found


def test_no_text_and_broken_weights_are_refused(subject: Subject, tokenizer: Tokenizer, stories: Texts) -> None:
    with pytest.raises(BadInput, match="held-out"):
        language_scores(subject, [], stories[0], kilobytes=0, seed=0)
    broken = Decoder(subject.model.shape).eval()
    with torch.no_grad():
        broken.norm.weight.fill_(math.nan)
    bad = Subject(name="W", model=broken, tokenizer=tokenizer, engine=Engine(broken), folder=Path(), digest="")
    with pytest.raises(BadInput, match="no number"):
        language_scores(bad, stories[1], stories[0], kilobytes=0, seed=0)
