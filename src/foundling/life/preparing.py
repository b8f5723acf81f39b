"""Clean, split parts in; a tokenizer, packed token shards and the judge's held-out splits out. It trains nothing.

Only the training split is shown to the tokenizer and to the lessons.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from foundling.corpus import make_lessons, make_preferences, recast
from foundling.home import Home, Ledger
from foundling.life.sifting import chosen_splits, text_to_read
from foundling.life.stations import Done, recorded
from foundling.recipe import SIZES, NamingRecipe, preset, vocabulary_for
from foundling.records import BadInput, Progress, Story, canonical_json, render
from foundling.tokens import Tokenizer, shard_files, train_tokenizer

SHORTEST_CONTEXT = min(preset(size, 1024).context for size in SIZES)
RECASTS = 4  # at most so many copies of a scene, each with other names
PEOPLE_FIRST = 8  # bytes of people's stories that are read for one byte that a program narrated,
MOST_READINGS = 8  # where so many readings of each in an epoch are enough for it
NAME_SHARE = 0.2  # of the training text, in bytes: conversations and recast scenes that put the name among many


def _name_text(home: Home, train: list[Story], naming: NamingRecipe, seed: int) -> list[Story]:
    """Recast scenes and talk about names for pre-training, about NAME_SHARE of the training text in bytes."""
    rng = np.random.default_rng([seed, 7])
    scenes = [story for story in train if story.form == "scene"]
    room = int(sum(story.bytes for story in train) * NAME_SHARE / (1 - NAME_SHARE))
    lessons = make_lessons(home.name, train, count=16 + room // 120, counter=naming.counter, seed=seed + 1)
    recasts = (recast(scene, home.name, rng) for _ in range(RECASTS) for scene in scenes)
    talks = (Story(title=lesson.kind, text=render(lesson.turns), source="lesson", form="scene") for lesson in lessons)
    return [*_up_to(room // 2, recasts), *_up_to(room // 2, talks)]


def _readings(train: list[Story]) -> int:
    """How often people's stories stand in an epoch: up to MOST_READINGS where a program narrated beside them.

    A program's sentences are soon foretold and teach little about people's (LOG.md, half). Up to four readings teach
    about as much as new text, and more still teach (Muennighoff et al. 2023, arXiv 2305.16264).
    """
    people = sum(story.bytes for story in train if not story.simulated)
    told = sum(story.bytes for story in train if story.simulated)
    return max(1, min(MOST_READINGS, math.ceil(PEOPLE_FIRST * told / people))) if people else 1


def _up_to(room: int, stories: Iterable[Story]) -> Iterator[Story]:
    """Stories until `room` bytes are filled."""
    filled = 0
    for story in stories:
        if filled >= room:
            return
        filled += story.bytes
        yield story


def _lesson_documents(tokenizer: Tokenizer, home: Home, train: list[Story], naming: NamingRecipe, seed: int) -> Any:
    """Lessons as documents of (ids, taught), where only the taught turns, with the id that ends them, are taught."""
    for lesson in make_lessons(home.name, train, count=naming.lessons, counter=naming.counter, seed=seed):
        ids, taught = [tokenizer.begin], [False]
        for index, turn in enumerate(lesson.turns):
            piece = tokenizer.encode_turn(turn)
            ids += piece
            # <|turn|> itself is not taught, whoever's turn it opens; the name behind it is.
            taught += [False] + [index in lesson.taught] * (len(piece) - 1)
        yield [*ids, tokenizer.end], [*taught, (len(lesson.turns) - 1) in lesson.taught]


def _whole(tokenizer: Tokenizer, stories: Sequence[Story]) -> list[tuple[list[int], list[bool]]]:
    """Stories as documents of which every id is taught."""
    return [(ids, [True] * len(ids)) for ids in map(tokenizer.encode_story, stories)]


def _preference_file(tokenizer: Tokenizer, home: Home, train: list[Story], naming: NamingRecipe, seed: int) -> bytes:
    """Pairs of ids: context up to <|turn|>, then the chosen and the rejected turn, each closed by <|end|>.

    A context too long for the smallest model loses its oldest turns; a pair that is too long without any is left out.
    """
    pairs = []
    for pair in make_preferences(home.name, train, count=naming.preferences, counter=naming.counter, seed=seed):
        turns = [[*tokenizer.encode_turn(turn)[1:], tokenizer.end] for turn in (pair.chosen, pair.rejected)]
        room = SHORTEST_CONTEXT - max(map(len, turns)) - 2  # <|begin|> before and <|turn|> after the context
        context = [tokenizer.encode_turn(turn) for turn in pair.context]
        while context and sum(map(len, context)) > room:
            context.pop(0)
        if context:
            prefix = [tokenizer.begin, *(i for turn in context for i in turn), tokenizer.turn]
            pairs.append([prefix, *turns])
    return canonical_json({"pairs": pairs})


def prepare(home: Home, ledger: Ledger, naming: NamingRecipe, seed: int) -> Iterator[Progress | Done]:
    """Train the tokenizer on the training split, pack: tokens/<hash> for training, judge/<hash> for judging.

    What a person changed since (more stories, other steps, a choice) is prepared anew, until the being has read it.
    """
    text, facts = text_to_read(ledger), recorded(ledger, "prepare")
    if text is None and facts is None:
        raise BadInput(f"{home.path} has no stories yet: run `foundling collect {home.path}` first.")
    if facts is not None and (text is None or facts["text"] == text or recorded(ledger, "pretrain") is not None):
        yield Done(station="prepare", facts=facts, fresh=False)
        return
    assert text is not None
    yield Progress(station="prepare", text="reading")
    splits = chosen_splits(home, text)
    readings = _readings(splits["train"])
    stories = splits["train"] + [story for story in splits["train"] if not story.simulated] * (readings - 1)
    train = stories + _name_text(home, splits["train"], naming, seed)
    yield Progress(station="tokenizer", text="training the tokenizer on the training split")
    tokenizer = train_tokenizer([s.text for s in stories], vocabulary_for(sum(s.bytes for s in splits["train"])))
    yield Progress(station="prepare", text="packing")
    files = tokenizer.files() | {"preferences.json": _preference_file(tokenizer, home, splits["train"], naming, seed)}
    files |= shard_files(_whole(tokenizer, train), "train", sum(s.bytes for s in train))
    files |= shard_files(
        _whole(tokenizer, splits["validation"]), "validation", sum(s.bytes for s in splits["validation"])
    )
    lessons = list(_lesson_documents(tokenizer, home, splits["train"], naming, seed))
    files |= shard_files(lessons, "lessons")
    tokens = home.commit_new("tokens", files)
    judge = home.commit_new("judge", {
        f"{name}.json": canonical_json(splits[name]) for name in ("screen", "confirm", "vault")
    } | {"sample.json": canonical_json(splits["train"])})
    head = json.loads(files["train.json"])
    facts = {
        "text": text,
        "tokens": tokens, "judge": judge, "vocabulary": tokenizer.vocabulary, "train_tokens": head["tokens"],
        "train_targets": head["targets"], "train_bytes": sum(s.bytes for s in train),
        "story_bytes": sum(s.bytes for s in splits["train"]), "documents": len(train), "lessons": len(lessons),
        "readings": readings,
        "splits": {name: {"stories": len(s), "bytes": sum(x.bytes for x in s)} for name, s in splits.items()},
    }
    ledger.append("prepare", data=facts)
    yield Done(station="prepare", facts=facts)
