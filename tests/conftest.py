"""What many tests share: the built-in stories, a tiny tokenizer trained on a few of them, and a tiny Decoder."""

import os
import signal

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing of transformers may ask the network

import pytest
import torch

from foundling.corpus import BUILTIN, Dropped, clean, gather
from foundling.model import Decoder
from foundling.recipe import Shape
from foundling.records import Story
from foundling.tokens import Tokenizer, train_tokenizer

# A shell without job control starts background work deaf to SIGINT, and its children inherit that: hear it again.
signal.signal(signal.SIGINT, signal.default_int_handler)

torch.set_num_threads(1)


def shape_of(vocabulary: int, **given: int) -> Shape:
    """The tiny shape, 2 layers of width 32, with whatever is given instead."""
    tiny = {"layers": 2, "width": 32, "heads": 2, "kv_heads": 2, "head_dim": 16, "hidden": 64, "context": 128}
    return Shape(vocabulary=vocabulary, **tiny | given)


def decoder_of(shape: Shape, *, seed: int = 0, scale: float = 8.0, dropout: float = 0.0) -> Decoder:
    """A Decoder with weights drawn from the seed and made `scale` times larger, so that its words differ clearly."""
    model = Decoder(shape, dropout=dropout, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight *= scale
            else:  # norms of one would hide a norm that is left out
                weight += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed + 1))
    return model.eval()


@pytest.fixture(scope="session")
def builtin() -> list[Story]:
    """All built-in stories and scenes, cleaned."""
    cleaned = [clean(found) for found in gather([BUILTIN]) if not isinstance(found, Dropped)]
    return [story for story in cleaned if isinstance(story, Story)]


@pytest.fixture(scope="session")
def tokenizer(builtin: list[Story]) -> Tokenizer:
    """A byte-level BPE of 500 entries, trained on a few built-in stories."""
    return train_tokenizer([story.text for story in builtin[::20]], 500)


@pytest.fixture(scope="session")
def shape(tokenizer: Tokenizer) -> Shape:
    """The tiny shape for the tiny tokenizer."""
    return shape_of(tokenizer.vocabulary)


@pytest.fixture
def decoder(shape: Shape) -> Decoder:
    """A fresh tiny Decoder of that shape, the same every time."""
    return decoder_of(shape)
