"""A tokenizer of its own stories and a real decoder of two layers, trained for sixty steps by plain torch."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from foundling.model import Decoder, model_files
from foundling.recipe import Shape
from foundling.records import Story
from foundling.tokens import Tokenizer, train_tokenizer

WHO = ("Wren", "Ada", "Otto", "Clara", "Emil", "Nora", "Leo", "Ida")
PLACES = ("by the mill", "on the bridge", "in the barn", "near the well", "at the ferry")
DEEDS = ("baked a loaf of bread", "mended the old boat", "fed the brown hens", "lost a red scarf", "sang to the moon")


def make_story(number: int) -> Story:
    who, other = WHO[number % len(WHO)], WHO[(number * 3 + 1) % len(WHO)]
    place, deed = PLACES[number % len(PLACES)], DEEDS[number % 4]
    if number % 4 == 3:
        text = f"{other}: What is your name?\n{who}: I am {who}.\n(silence)\n{other}: Then come {place}."
        return Story(title=f"Scene {number}", text=text, source="made", form="scene")
    text = (
        f"One morning {who} {deed} {place}. \u201cGood day,\u201d said {other}, "
        f"\u201cwhat a fine day number {number} is!\u201d\n\n"
        f"They sat down together and talked until the evening came, and then {who} went home with {other}."
    )
    return Story(title=f"Story {number}", text=text, source="made")


@pytest.fixture(scope="session")
def stories() -> tuple[list[Story], list[Story]]:
    """(training stories, held-out stories)."""
    made = [make_story(number) for number in range(40)]
    return made[:30], made[30:]


@pytest.fixture(scope="session")
def tokenizer(stories: tuple[list[Story], list[Story]]) -> Tokenizer:
    return train_tokenizer([story.text for story in stories[0]], 420)


@pytest.fixture(scope="session")
def shape(tokenizer: Tokenizer) -> Shape:
    return Shape(
        layers=2, width=32, heads=2, kv_heads=1, head_dim=16, hidden=64, vocabulary=tokenizer.vocabulary, context=128
    )


@pytest.fixture(scope="session")
def newborn(shape: Shape) -> Decoder:
    return Decoder(shape, generator=torch.Generator().manual_seed(3)).eval()


@pytest.fixture(scope="session")
def model(shape: Shape, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]]) -> Decoder:
    trained = Decoder(shape, generator=torch.Generator().manual_seed(3))
    ids = torch.tensor([i for story in stories[0] for i in tokenizer.encode_story(story)])
    optimiser, draw = torch.optim.AdamW(trained.parameters(), lr=5e-3), torch.Generator().manual_seed(5)
    for _ in range(60):
        starts = torch.randint(0, len(ids) - 65, (8,), generator=draw)
        rows = torch.stack([ids[start:start + 65] for start in starts.tolist()])
        loss = F.cross_entropy(trained(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return trained.eval()


def save(folder: Path, decoder: Decoder, tokenizer: Tokenizer) -> Path:
    folder.mkdir(parents=True)
    for name, data in (model_files(decoder.shape, decoder.state_dict()) | tokenizer.files()).items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def generation(tmp_path_factory: pytest.TempPathFactory, model: Decoder, tokenizer: Tokenizer) -> Path:
    return save(tmp_path_factory.mktemp("trained") / "2", model, tokenizer)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, newborn: Decoder, tokenizer: Tokenizer) -> Path:
    return save(tmp_path_factory.mktemp("newborn") / "1", newborn, tokenizer)
