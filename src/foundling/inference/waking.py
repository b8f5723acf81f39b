"""From a home on disk to a being that can speak: a generation's tokenizer and weights flow in, a Being flows out."""

from foundling.home import Home
from foundling.inference.being import Being
from foundling.inference.fast import FastEngine
from foundling.inference.sampling import Sampling
from foundling.model import load_decoder
from foundling.records import BadInput
from foundling.tokens import Tokenizer


def wake(home: Home, *, generation: int | None = None, how: Sampling | None = None, seed: int = 0) -> Being:
    """The being of a home in its newest whole generation, or in the one asked for.

    Raises BadInput when it has no generation yet, or the one asked for is missing or damaged.
    """
    folder = home.generation(home.chosen(generation))
    tokenizer = Tokenizer.load(folder / "tokenizer.json")
    model = load_decoder(folder)
    if tokenizer.vocabulary > model.shape.vocabulary:
        raise BadInput(
            f"The tokenizer in {folder} has {tokenizer.vocabulary} entries and the model beside it "
            f"{model.shape.vocabulary}: restore both from one copy."
        )
    return Being(home.name, tokenizer, FastEngine(model), how=how, seed=seed)
