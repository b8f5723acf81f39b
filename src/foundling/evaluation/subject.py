"""Who is measured: a generation's folder flows in, its model, tokenizer and engine in float32 flow out, by digest.

Every measure of a model takes a Subject, so that none opens weights by itself. It measures nothing.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from foundling.home import verify_folder
from foundling.home.manifest import sha256_of_file
from foundling.inference import Engine
from foundling.model import Decoder, load_decoder
from foundling.tokens import Tokenizer

# What a figure depends on. The card and the manifest tell of it and do not change it.
MEASURED = ("config.json", "tokenizer.json", "weights.safetensors")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One generation, open to be measured; `digest` is the SHA-256 of its weights, tokenizer and configuration."""

    name: str
    model: Decoder
    tokenizer: Tokenizer
    engine: Engine
    folder: Path
    digest: str


def digest_of(generation: Path) -> str:
    """The SHA-256 of the files that a figure depends on, in a fixed order, each by its own hash."""
    whole = hashlib.sha256()
    for name in MEASURED:
        whole.update(f"{name} {sha256_of_file(generation / name)}\n".encode())
    return whole.hexdigest()


def open_subject(generation: Path, name: str) -> Subject:
    """Read a generation to measure it, in float32. Raises BadInput when its files are not what its manifest says."""
    verify_folder(generation)
    model = load_decoder(generation).eval()
    return Subject(
        name=name, model=model, tokenizer=Tokenizer.load(generation / "tokenizer.json"), engine=Engine(model),
        folder=generation, digest=digest_of(generation),
    )
