"""What trials read and what they are judged on: sources or a home in; training, validation and judge's texts out.

Every trial of a comparison has the same texts. The judge's are written to files of their own that no trainer is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foundling.corpus import cut, split
from foundling.home import Home, write_atomically
from foundling.life.feasibility_trials import HELD_OUT, stories_of
from foundling.life.sifting import chosen_splits, text_to_read
from foundling.records import BadInput, Story, content_hash
from foundling.tokens import Tokenizer, shard_files


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Stories to train on, the trainer's own validation text, and the judge's texts by name."""

    train: tuple[Story, ...]
    validation: tuple[Story, ...]
    judged: dict[str, tuple[Story, ...]]

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of the training text."""
        return sum(story.bytes for story in self.train)

    @property
    def identity(self) -> str:
        """The hash of every text and the place that it has."""
        parts = {"train": self.train, "validation": self.validation} | self.judged
        return content_hash({name: [story.id for story in part] for name, part in parts.items()})

    def share(self, share: float, seed: int) -> "Texts":
        """The same with a share of the training text, whole stories by a recorded draw; at least one story."""
        order = np.random.default_rng([seed, 9]).permutation(len(self.train))
        return Texts(train=_up_to(share * self.bytes, [self.train[i] for i in order]), validation=self.validation,
                     judged=self.judged)


def _up_to(room: float, stories: Sequence[Story]) -> tuple[Story, ...]:
    """Stories until `room` bytes are filled, at least one."""
    chosen: list[Story] = []
    filled = 0
    for story in stories:
        if chosen and filled >= room:
            break
        chosen.append(story)
        filled += story.bytes
    return tuple(chosen)


def _spread(room: float, stories: Sequence[Story]) -> tuple[Story, ...]:
    """About `room` bytes of stories from all over the list, so that every book has its part."""
    total = sum(story.bytes for story in stories)
    step = max(1, round(total / room)) if room else 1
    return tuple(stories[::step])


def _splits(sources: Sequence[str | Path], seed: int) -> dict[str, list[Story]]:
    """The five splits of a home, where one is the only source, or of the stories of the sources."""
    if len(sources) == 1 and (Path(sources[0]) / "being.toml").exists():
        home = Home.open(Path(sources[0]))
        with home.ledger() as ledger:
            text = text_to_read(ledger)
        if text is None:
            raise BadInput(f"{home.path} has no cleaned text yet: run `foundling prepare {home.path}` first.")
        return chosen_splits(home, text)
    return split(cut(stories_of(sources)), seed)


def read_texts(
    sources: Sequence[str | Path], *, held_out: Sequence[str | Path] = (), seed: int = 0, validation: int = HELD_OUT,
    judged: int | None = None,
) -> Texts:
    """Texts of the sources, or of a home. held_out: the judge's text; without it the judge's splits are taken.

    judged has "screen", to choose by, and "confirm", to tell how good the chosen one is; with `held_out` both are that
    text. `validation` bytes are given to the trainer; each text of the judge has at most `judged` bytes (None: all of
    it), whole stories. Raises BadInput when there is too little text.
    """
    splits = _splits(sources, seed)
    parts = {"screen": tuple(splits["screen"]), "confirm": tuple(splits["confirm"] + splits["vault"])}
    if held_out:
        unseen = tuple(story for story in cut(stories_of(held_out)) if story.form == "prose")
        if not unseen:
            raise BadInput("The held-out text has no prose in it: the judge reads prose, give some.")
        known = {story.id for name in ("train", "validation") for story in splits[name]}
        if any(story.id in known for story in unseen):
            raise BadInput("The held-out text has parts of the training text in it: give text that nobody trains on.")
        parts = {"screen": unseen, "confirm": unseen}
    if judged is not None:
        parts = {name: _spread(judged, part) for name, part in parts.items()}
    return Texts(train=tuple(splits["train"]), validation=_up_to(validation, splits["validation"]), judged=parts)


def pack_texts(home: Home, tokenizer: Tokenizer, texts: Texts) -> Path:
    """The folder of tokenizer and shards that trainers read, named by its content. No judge's text is in it."""
    files = tokenizer.files()
    for prefix, part in (("train", texts.train), ("validation", texts.validation)):
        whole = [(ids, [True] * len(ids)) for ids in map(tokenizer.encode_story, part)]
        files |= shard_files(whole, prefix, sum(story.bytes for story in part))
    return home.tokens / home.commit_new("tokens", files)


def write_judged(place: Path, texts: Texts, name: str) -> Path:
    """One of the judge's texts as a folder of .txt files, a document each; the folder."""
    folder = place / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, story in enumerate(texts.judged[name]):
        write_atomically(folder / f"{number:05d}.txt", story.text.encode("utf-8"))
    return folder
