"""The first stations of a life: collect and prepare. A home and its settings in, committed folders and events out.

Each station finds out from the home whether its work is done already, so that a killed run goes on where it stopped.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from foundling.corpus import BUILTIN, Dropped, clean, cut, gather, make_lessons, make_preferences, recast, split
from foundling.home import Home, Ledger, read_verified
from foundling.life.village import REFERENCE_TOKENS, TOKEN_BYTES, village_stories
from foundling.recipe import SIZES, NamingRecipe, preset, vocabulary_for
from foundling.records import BadInput, Progress, Story, canonical_json, render, to_jsonable
from foundling.tokens import Tokenizer, shard_files, train_tokenizer

SHORTEST_CONTEXT = min(preset(size, 1024).context for size in SIZES)
RECASTS = 4  # at most so many copies of a scene, each with other names
NAME_SHARE = 0.2  # of the training text, in bytes: conversations and recast scenes that put the name among many


@dataclass(frozen=True, kw_only=True)
class Done:
    """A station's end: what it was called, the facts of what it wrote; `fresh` is False where it was there."""

    station: str
    facts: dict[str, Any]
    fresh: bool = True


def recorded(ledger: Ledger, kind: str) -> dict[str, Any] | None:
    """The facts of a station that is done, from the ledger; None while it is not."""
    event = ledger.last(kind)
    return None if event is None else event.data


def stories_from(home: Home, address: str, name: str) -> list[Story]:
    """Stories of a committed corpus or judge folder. Raises BadInput when it is damaged."""
    folder = "judge" if name in ("screen", "confirm", "vault", "sample") else "corpus/orig"
    rows = json.loads(read_verified(home.path / folder / address, f"{name}.json"))
    return [Story(**row | {"feelings": tuple(row["feelings"]), "people": tuple(row["people"])}) for row in rows]


def _raw(sources: Sequence[Path], seed: int) -> Iterator[Story | Dropped]:
    """What the sources hold; without any, the built-in stories and as much of the village as makes the reference
    size."""
    filled = 0
    for found in gather(sources or [BUILTIN]):
        story = found if isinstance(found, Dropped) else found.story
        filled += 0 if isinstance(story, Dropped) else story.bytes
        yield story
    if not sources:
        yield from village_stories(seed, round(REFERENCE_TOKENS * TOKEN_BYTES) - filled)


def collect(home: Home, ledger: Ledger, sources: Sequence[Path], seed: int = 0) -> Iterator[Progress | Done]:
    """Read, clean and keep the stories under corpus/orig; without sources the built-in ones and the village's.

    Raises BadInput when nothing usable is found.
    """
    facts = recorded(ledger, "collect")
    if facts is not None:
        yield Done(station="collect", facts=facts, fresh=False)
        return
    stories: dict[str, Story] = {}
    drops: list[Dropped] = []
    began, total = time.monotonic(), 0.0 if sources else REFERENCE_TOKENS * TOKEN_BYTES
    for number, found in enumerate(_raw(sources, seed)):
        if number % 50 == 0:
            read = float(sum(story.bytes for story in stories.values()))
            left = (time.monotonic() - began) / read * (total - read) if total and read else None
            yield Progress(
                station="collect", text=f"reading, {number} stories so far", done=read, total=total, seconds_left=left
            )
        if isinstance(found, Dropped):
            drops.append(found)
            continue
        story = clean(found)
        if isinstance(story, Dropped):
            drops.append(story)
        elif story.id in stories:
            drops.append(Dropped(title=story.title, reason=f"is the same text as {stories[story.id].title}"))
        else:
            stories[story.id] = story
    if not stories:
        reason = f"the first one {drops[0].reason}" if drops else "there are none"
        raise BadInput(f"No story can be read from {', '.join(map(str, sources))}: {reason}.")
    cut(list(stories.values()))  # too little text is refused before anything is written
    address = home.commit_new("corpus/orig", {
        "stories.json": canonical_json(list(stories.values())), "dropped.json": canonical_json(drops),
    })
    facts = {
        "corpus": address, "stories": sum(s.form == "prose" for s in stories.values()),
        "scenes": sum(s.form == "scene" for s in stories.values()), "bytes": sum(s.bytes for s in stories.values()),
        "simulated": sum(s.bytes for s in stories.values() if s.simulated),
        "reference_tokens": round(sum(s.bytes for s in stories.values()) / TOKEN_BYTES),
        "dropped": len(drops), "drops": to_jsonable(drops[:50]),
        "sources": [p.name for p in sources] or ["the built-in stories", "the village"],
    }
    ledger.append("collect", key=f"collect:{address}", data=facts)
    yield Done(station="collect", facts=facts)


def _name_text(home: Home, train: list[Story], naming: NamingRecipe, seed: int) -> list[Story]:
    """Recast scenes and talk about names for pre-training, about NAME_SHARE of the training text in bytes."""
    rng = np.random.default_rng([seed, 7])
    scenes = [story for story in train if story.form == "scene"]
    room = int(sum(story.bytes for story in train) * NAME_SHARE / (1 - NAME_SHARE))
    lessons = make_lessons(home.name, train, count=16 + room // 120, counter=naming.counter, seed=seed + 1)
    recasts = (recast(scene, home.name, rng) for _ in range(RECASTS) for scene in scenes)
    talks = (Story(title=lesson.kind, text=render(lesson.turns), source="lesson", form="scene") for lesson in lessons)
    return [*_up_to(room // 2, recasts), *_up_to(room // 2, talks)]


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
    """Split, train the tokenizer on the training split, pack: tokens/<hash> for training, judge/<hash> for judging."""
    facts = recorded(ledger, "prepare")
    if facts is not None:
        yield Done(station="prepare", facts=facts, fresh=False)
        return
    collected = recorded(ledger, "collect")
    if collected is None:
        raise BadInput(f"{home.path} has no stories yet: run `foundling collect {home.path}` first.")
    yield Progress(station="prepare", text="splitting")
    splits = split(cut(stories_from(home, collected["corpus"], "stories")), seed)
    train = splits["train"] + _name_text(home, splits["train"], naming, seed)
    yield Progress(station="tokenizer", text="training the tokenizer on the training split")
    texts = [s.text for s in splits["train"]]
    tokenizer = train_tokenizer(texts, vocabulary_for(sum(s.bytes for s in splits["train"])))
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
        "tokens": tokens, "judge": judge, "vocabulary": tokenizer.vocabulary, "train_tokens": head["tokens"],
        "train_targets": head["targets"], "train_bytes": sum(s.bytes for s in train),
        "story_bytes": sum(s.bytes for s in splits["train"]), "documents": len(train), "lessons": len(lessons),
        "splits": {name: {"stories": len(s), "bytes": sum(x.bytes for x in s)} for name, s in splits.items()},
    }
    ledger.append("prepare", key=f"prepare:{tokens}:{judge}", data=facts)
    yield Done(station="prepare", facts=facts)
