"""The way from lessons to batches, as `prepare` walks it: only the taught turn is trained, and some in every batch."""

from pathlib import Path

import pytest

from foundling.corpus import BUILTIN, make_lessons
from foundling.home import Home
from foundling.life.collecting import Wanted, collect
from foundling.life.preparing import prepare
from foundling.life.sifting import sift
from foundling.life.stations import judge_stories
from foundling.recipe import NamingRecipe
from foundling.records import SPECIALS
from foundling.tokens import Tokenizer, pack_batch, read_shards


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A home whose stories, lessons and preferences stand as tokens: (tokenizer, folder of tokens, lessons)."""
    naming = NamingRecipe(lessons=80, preferences=10)
    home = Home.create(tmp_path_factory.mktemp("life") / "wren", "Wren", "2026-01-01", {})
    with home.ledger() as ledger:
        list(collect(home, ledger, Wanted(sources=(str(BUILTIN),))))
        list(sift(home, ledger, None, 3))
        *_, done = prepare(home, ledger, naming, 3)
    folder: Path = home.tokens / done.facts["tokens"]
    train = judge_stories(home, done.facts["judge"], "sample")
    lessons = make_lessons("Wren", train, count=naming.lessons, counter=naming.counter, seed=3)
    return Tokenizer.load(folder / "tokenizer.json"), folder, lessons


def test_exactly_the_taught_turn_and_its_end_are_trained(prepared):
    tokenizer, folder, lessons = prepared
    shards = read_shards(folder, "lessons")
    assert len(shards.starts) == len(lessons) + 1
    for number, lesson in enumerate(lessons):
        span = slice(int(shards.starts[number]), int(shards.starts[number + 1]))
        ids, taught = shards.ids[span].tolist(), shards.taught[span].tolist()
        assert ids == [*tokenizer.encode_turns(lesson.turns), tokenizer.end]
        answer = lesson.turns[-1]
        expected = [*tokenizer.encode(answer.name), tokenizer.says, *tokenizer.encode(answer.text), tokenizer.end]
        assert taught == [0] * (len(ids) - len(expected)) + [1] * len(expected)
        assert [i for i, flag in zip(ids, taught, strict=True) if flag] == expected


def test_no_words_of_the_asker_are_ever_a_target(prepared):
    _, folder, lessons = prepared
    shards = read_shards(folder, "lessons")
    trained = 0
    for step in range(40):
        batch = pack_batch(shards, seed=1, step=step, rows=4, length=64)
        assert batch.weight_BT.sum() > 0  # a batch that teaches nothing has a normal-looking loss
        trained += int(batch.weight_BT.sum())
    assert trained < 0.6 * 40 * 4 * 64
    assert shards.targets == int(shards.taught.sum())  # no lesson begins with a taught id
    assert all(lesson.taught == (len(lesson.turns) - 1,) for lesson in lessons)


def test_stories_train_all_but_the_first_id_of_each(prepared):
    tokenizer, folder, _ = prepared
    for name in ("train", "validation"):
        shards = read_shards(folder, name)
        assert shards.taught.all() and shards.targets == shards.tokens - (len(shards.starts) - 1)
        assert (shards.ids[shards.starts[:-1]] == tokenizer.begin).all()
        assert (shards.ids[shards.starts[1:] - 1] == tokenizer.end).all()
        assert (shards.ids == tokenizer.begin).sum() == (shards.ids == tokenizer.end).sum() == len(shards.starts) - 1


def test_every_special_id_is_trained(prepared):
    tokenizer, folder, _ = prepared
    ids = read_shards(folder, "train").ids
    assert all((ids == special).sum() > 20 for special in range(len(SPECIALS)))
    assert ids.max() < tokenizer.vocabulary
