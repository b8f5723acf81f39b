"""Who sits at the hearth in tests: a speaker with a script, and a tiny being that really learned one scene."""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F

from foundling.home import Home, temporary
from foundling.inference import Decision
from foundling.model import Decoder, model_files
from foundling.recipe import Shape
from foundling.records import Story, Turn
from foundling.tokens import train_tokenizer

SCENE = """Ada: Good morning, Wren.
Wren: Good morning, Ada.
Ada: Who are you?
Wren: I am Wren, and I live by the river.
Ada: Are you warm, Wren?
Wren: Yes, the stove is lit.
"""


class Scripted:
    """Says the lines of its script, one a turn, piece by piece; remembers what it heard and who was there."""

    def __init__(self, name: str, lines: Sequence[Sequence[str]] = (), *, speaks: bool = True) -> None:
        self.name, self.lines, self.speaks = name, [list(line) for line in lines], speaks
        self.turns: list[Turn] = []
        self.asked: list[tuple[str, ...]] = []

    def hear(self, turn: Turn) -> None:
        self.turns.append(turn)

    def decide(self, present: Sequence[str]) -> Decision:
        self.asked.append(tuple(present))
        return Decision(speaks=self.speaks, share=0.75, rival=0.125, reason="the script says so")

    def say(self) -> Iterator[str]:
        yield from self.lines.pop(0)


def learned_generation() -> dict[str, bytes]:
    """The files of a generation: a tokenizer and a decoder of one layer, trained on `SCENE` until it knows it."""
    story = Story(title="By the river", text=SCENE, source="test", form="scene")
    tokenizer = train_tokenizer([SCENE] * 4, 320)
    shape = Shape(
        layers=1, width=48, heads=2, kv_heads=1, head_dim=24, hidden=96, vocabulary=tokenizer.vocabulary, context=256
    )
    model = Decoder(shape, generator=torch.Generator().manual_seed(1)).train()
    ids = torch.tensor([tokenizer.encode_story(story)])
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        optimiser.zero_grad()
        F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[0, 1:]).backward()
        optimiser.step()
    return {**tokenizer.files(), **model_files(shape, model.state_dict())}


def raise_in(home: Home, generation: dict[str, bytes]) -> Home:
    """Make those files generation 0 of the home."""
    made = temporary(home.generation(0))
    made.mkdir()
    for name, data in generation.items():
        (made / name).write_bytes(data)
    home.commit_generation(0, made)
    return home
