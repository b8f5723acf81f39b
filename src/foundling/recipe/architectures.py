"""The architectures by name: which task trains each, and its shape beside a decoder's. Names and integers; no model.

Ids that only one model needs stand above the tokenizer's, at the top of that model's vocabulary, so that no text can
ever become one: the mask of "bert" and "hybrid" is the last id; the sentinels of "encoder-decoder" count down from it
(the first span's is the last id), as T5's do (Raffel et al. 2020, arXiv 1910.10683).
"""

from dataclasses import dataclass, replace

from foundling.recipe.shape import Shape

TASKS = {"gpt": "birth", "bert": "masked", "encoder-decoder": "seq2seq", "hybrid": "hybrid"}
ARCHITECTURES = tuple(TASKS)


@dataclass(frozen=True, kw_only=True)
class MaskingRecipe:
    """What is hidden from a model that learns to fill in.

    rate: share of text ids hidden (Devlin et al. 2019, arXiv 1810.04805, hid 0.15; Wettig et al. 2023, arXiv
    2202.08005, found more to be better); of those, `kept` stay as they are and `random` become another id, so that
    text without a mask is not strange to the model. share: of a hybrid's rows, those that fill in; the others are read
    from left to right (Charpentier and Samuel 2024, arXiv 2410.24159). density, span: share of ids inside the spans
    that an encoder-decoder writes out, and their mean length (Raffel et al. 2020, section 3.3.4).
    """

    rate: float = 0.3
    kept: float = 0.1
    random: float = 0.1
    share: float = 0.5
    density: float = 0.15
    span: float = 3.0


def spans_of(length: int, masking: MaskingRecipe) -> tuple[int, int]:
    """(ids hidden, spans they stand in) of a row of `length` ids; at least one of each, and one id stays visible."""
    hidden = min(max(1, round(length * masking.density)), length - 1)
    return hidden, max(1, min(round(hidden / masking.span), hidden, length - hidden))


def reserved_ids(architecture: str, context: int, masking: MaskingRecipe) -> int:
    """How many ids of its own an architecture needs above the tokenizer's. Raises KeyError for an unknown name."""
    sentinels = spans_of(context, masking)[1] + 1  # one more, where a span lies across the end of a row
    return {"gpt": 0, "bert": 1, "encoder-decoder": sentinels, "hybrid": 1}[architecture]


def shape_for(architecture: str, shape: Shape, masking: MaskingRecipe) -> Shape:
    """The shape nearest to a decoder's in parameters, with the architecture's own ids in its vocabulary.

    An encoder-decoder's `layers` are those of each of its two stacks. Bidirectional models have as many key-value
    heads as query heads, because the layouts that they are saved in know no others.
    """
    vocabulary = shape.vocabulary + reserved_ids(architecture, shape.context, masking)
    if architecture in ("gpt", "hybrid"):
        return replace(shape, vocabulary=vocabulary)
    shape = replace(shape, vocabulary=vocabulary, heads=shape.width // shape.head_dim,
                    kv_heads=shape.width // shape.head_dim)
    if architecture == "bert":
        return shape
    square, mlp = 4 * shape.width * shape.head_dim * shape.heads, 3 * shape.width * shape.hidden
    return replace(shape, layers=max(1, round(shape.layers * (square + mlp) / (3 * square + 2 * mlp))))
