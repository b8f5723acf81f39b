"""The frozen plan of a birth: every choice that decides the bits of the weights, made once and then only obeyed."""

from dataclasses import dataclass
from typing import Any

from foundling.recipe.naming import NamingRecipe
from foundling.recipe.shape import Shape
from foundling.recipe.training import TrainRecipe


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Minutes have become steps here; dtype and threads are frozen. `predictions` are kept to be checked.

    corpus, tokens: content hashes of the artefacts that it was made for; seed: the seed of everything random.
    """

    name: str
    size: str
    seed: int
    corpus: str
    tokens: str
    shape: Shape
    birth: TrainRecipe
    naming: NamingRecipe
    dtype: str
    threads: int
    predictions: dict[str, Any]


def read_plan(data: dict[str, Any]) -> Plan:
    """A plan from its JSON form. Raises TypeError or KeyError when a field is missing or unknown."""
    fields = dict(data)
    fields["shape"] = Shape(**fields["shape"])
    fields["birth"] = TrainRecipe(**fields["birth"])
    fields["naming"] = NamingRecipe(**fields["naming"])
    fields.pop("compiled", None)  # plans of older homes
    return Plan(**fields)
