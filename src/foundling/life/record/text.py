"""Two folders of texts in; a tokenizer and packed shards of the first out, and the hashes of both. It trains no model.

Books are cut into parts between paragraphs; a few parts that resemble no other are the trainer's own validation. The
tokenizer sees the training parts alone. Held-out texts are only hashed here: the judge reads them, in its own process.
"""

import json
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from foundling.corpus.duplicates import clusters
from foundling.corpus.splits import cut_one
from foundling.evaluation.heldout import text_files
from foundling.evaluation.textfile import read_text
from foundling.home import Home, verify_folder, write_atomically
from foundling.recipe.record import Track
from foundling.records import BadInput, Progress, Story, canonical_json, content_hash
from foundling.tokens import Tokenizer, shard_files, train_tokenizer

_SEED = 5  # of the choice of validation parts: one text has one division, whatever seeds are run


def fingerprints(folder: Path) -> dict[str, str]:
    """The sha256 of every .txt file of a folder by its name. Raises BadInput when there is none."""
    return {path.name: content_hash(path.read_bytes()) for path in text_files(folder)}


def _divided(parts: list[Story], share: float) -> tuple[list[Story], list[Story]]:
    """Training and validation parts: about `share` of the bytes, and at least one part, of those that stand alone."""
    groups = clusters(parts)
    sizes = Counter(groups)
    alone = [index for index, group in enumerate(groups) if sizes[group] == 1]
    wanted, held, filled = share * sum(part.bytes for part in parts), set[int](), 0
    for index in np.random.default_rng(_SEED).permutation(np.array(alone, dtype=np.int64)).tolist():
        if held and filled >= wanted:
            break
        held.add(index)
        filled += parts[index].bytes
    train = [part for index, part in enumerate(parts) if index not in held]
    if not held or not train:
        raise BadInput(f"The training text makes only {len(parts)} parts, too few to hold one back: give more text.")
    return train, [parts[index] for index in sorted(held)]


def _whole(tokenizer: Tokenizer, parts: list[Story]) -> list[tuple[list[int], list[bool]]]:
    return [(ids, [True] * len(ids)) for ids in map(tokenizer.encode_story, parts)]


def pack_text(home: Home, train: Path, heldout: Path, track: Track) -> Generator[Progress, None, dict[str, Any]]:
    """The facts of the packed text: tokens (its address under `home`), vocabulary, counts, hashes of both folders.

    The same text and track twice is packed once. Raises BadInput when a folder has no text, or when a held-out text is
    one of the training texts.
    """
    yield Progress(station="text", text="reading")
    learnt, unread = fingerprints(train), fingerprints(heldout)
    if both := set(learnt.values()) & set(unread.values()):
        name = next(name for name, digest in unread.items() if digest in both)
        raise BadInput(f"{heldout / name} is also in {train}: a text that is trained on cannot be held out.")
    key = content_hash({"texts": learnt, "vocabulary": track.vocabulary, "share": track.validation, "part": track.part})
    path = home.path / "texts" / f"{key[:16]}.json"
    if path.exists():
        facts: dict[str, Any] = json.loads(path.read_bytes())
        verify_folder(home.tokens / facts["tokens"])
    else:
        books = [Story(title=name, text=read_text(train / name), source=name) for name in learnt]
        cut = [part for book in books for part in cut_one(book, track.part)]
        parts, kept = _divided(cut, track.validation)
        yield Progress(station="text", text="training the tokenizer")
        tokenizer = train_tokenizer([part.text for part in parts], track.vocabulary)
        yield Progress(station="text", text="packing")
        sizes = {name: sum(part.bytes for part in some) for name, some in (("train", parts), ("validation", kept))}
        files = tokenizer.files() | shard_files(_whole(tokenizer, parts), "train", sizes["train"])
        files |= shard_files(_whole(tokenizer, kept), "validation", sizes["validation"])
        head = json.loads(files["train.json"])
        facts = {
            "tokens": home.commit_new("tokens", files), "vocabulary": tokenizer.vocabulary, "parts": len(parts),
            "train_tokens": head["tokens"], "train_bytes": sizes["train"], "validation_bytes": sizes["validation"],
            "train_files": learnt,
        }
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, canonical_json(facts))
    return facts | {"heldout_files": unread}
