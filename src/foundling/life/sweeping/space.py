"""What a sweep may change, as values: ranges and choices in, a recipe and a shape for one draw of them out.

Everything that a draw does not name stays as `recipe.birth_recipe` and the preset of the size have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from foundling.recipe import Shape, TrainRecipe, birth_recipe, preset
from foundling.recipe.dial import vocabulary_for

LOOKS = 5  # at validation text in a trial; after the first two a trial may be ended early


@dataclass(frozen=True, kw_only=True)
class Range:
    """A number between two ends; `log` where its factor counts and not its distance."""

    name: str
    low: float
    high: float
    log: bool = True


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of some whole numbers."""

    name: str
    values: tuple[int, ...]


Draw = Mapping[str, Any]
Dimension = Range | Choice


def formed(base: Shape, layers: int) -> Shape:
    """The shape with so many layers whose width, a multiple of 16, keeps the parameters of the blocks nearest to equal.

    Heads stay about 64 wide, SwiGLU about 2.75 widths, as in the presets.
    """
    if layers == base.layers:
        return base

    def wide(width: int) -> Shape:
        heads = max(1, round(width / 64))
        return replace(base, layers=layers, width=width, heads=heads, kv_heads=heads,
                       head_dim=max(2, round(width / heads / 2) * 2), hidden=max(16, round(width * 2.75 / 16) * 16))
    return min(map(wide, range(16, 4096, 16)), key=lambda shape: abs(shape.block_parameters - base.block_parameters))


def default_space(size: str) -> tuple[Dimension, ...]:
    """Rates, weight decay, dropout, batch, depth against width, and vocabulary, around the preset of a size."""
    layers = preset(size, 1024).layers
    depths = sorted({max(1, round(layers * factor)) for factor in (0.4, 0.6, 1.0, 1.6)})
    return (
        Range(name="rate", low=5e-4, high=5e-2), Range(name="matrix_rate", low=4e-3, high=0.08),
        Range(name="weight_decay", low=0.02, high=3.2), Range(name="dropout", low=0.0, high=0.3, log=False),
        Choice(name="rows", values=(4, 8, 16, 32)), Choice(name="layers", values=tuple(depths)),
        Choice(name="vocabulary", values=(512, 1024, 2048, 4096)),
    )


def default_draw(size: str, corpus_bytes: int, epochs: float) -> dict[str, Any]:
    """What a birth would take today: the draw that every other one is held against."""
    recipe = birth_recipe(100, epochs)
    return {
        "rate": recipe.rate, "matrix_rate": recipe.matrix_rate, "weight_decay": recipe.weight_decay,
        "dropout": recipe.dropout, "rows": recipe.rows, "layers": preset(size, 1024).layers,
        "vocabulary": vocabulary_for(corpus_bytes),
    }


def shape_of(size: str, draw: Draw, vocabulary: int, context: int | None = None) -> Shape:
    """The shape of a draw with the vocabulary that its tokenizer got."""
    shape = formed(preset(size, vocabulary), draw["layers"])
    return shape if context is None else replace(shape, context=context)


def recipe_of(draw: Draw, steps: int, epochs: float) -> TrainRecipe:
    """The recipe of a draw: it trains to its end, and looks LOOKS times at validation text."""
    return replace(
        birth_recipe(steps, epochs), rate=draw["rate"], matrix_rate=draw["matrix_rate"], dropout=draw["dropout"],
        weight_decay=draw["weight_decay"], rows=draw["rows"], look=-(-steps // LOOKS), patience=0,
    )
