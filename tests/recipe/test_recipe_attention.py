"""Kinds of attention as values: through JSON and back, refused where they cannot be, counted in the work of a token."""

import dataclasses
import json
from typing import Any

import pytest

from foundling.recipe import Shape, preset
from foundling.recipe.attention import (
    KINDS,
    Attention,
    BlockSparse,
    Full,
    Linear,
    Sliding,
    SlidingWithFull,
    attention_from,
)
from foundling.records import canonical_json, to_jsonable

SOME: tuple[Attention, ...] = (
    Full(), Sliding(window=7), SlidingWithFull(window=7, every=3), BlockSparse(block=32, seed=4), Linear(chunk=16),
)


def shape_with(kind: Any) -> Shape:
    return dataclasses.replace(preset("tiny", 512), attention=kind)


@pytest.mark.parametrize("kind", SOME, ids=str)
def test_a_shape_goes_through_json_with_its_attention(kind: Attention) -> None:
    shape = shape_with(kind)
    for plain in (json.loads(canonical_json(shape)), dataclasses.asdict(shape), to_jsonable(shape)):
        again = Shape(**plain)
        assert again == shape and hash(again) == hash(shape) and again.attention == kind
    assert canonical_json(Shape(**json.loads(canonical_json(shape)))) == canonical_json(shape)


def test_shapes_written_before_there_were_kinds_are_full() -> None:
    plain = to_jsonable(preset("tiny", 512))
    del plain["attention"]
    assert Shape(**plain) == preset("tiny", 512) and Shape(**plain).attention == Full()


def test_every_kind_has_its_own_name() -> None:
    assert set(KINDS) == {kind.kind for kind in SOME} and {type(kind) for kind in SOME} == set(KINDS.values())


@pytest.mark.parametrize("plain", [
    {}, {"kind": "fool"}, {"window": 3}, {"kind": "sliding"}, {"kind": "sliding", "window": 0},
    {"kind": "sliding", "window": 2.0}, {"kind": "sliding", "window": True}, {"kind": "sliding", "window": "3"},
    {"kind": "full", "window": 3}, {"kind": "sliding_with_full", "window": 3, "every": 1},
    {"kind": "sliding_with_full", "window": 3, "every": 99}, {"kind": "block_sparse", "random_blocks": 10**9},
    {"kind": "block_sparse", "block": -1}, {"kind": "linear", "chunk": None}, {"kind": None}, {"kind": ["full"]},
], ids=str)
def test_what_cannot_be_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"attention|layers"):
        shape_with(plain)


def test_sliding_with_full_is_full_at_every_such_layer() -> None:
    kind = SlidingWithFull(window=7, every=3)
    assert [isinstance(kind.of_layer(layer), Full) for layer in range(7)] == [False, False, True, False, False, True,
                                                                             False]
    assert kind.of_layer(0) == Sliding(window=7)
    assert attention_from({"kind": "full"}) == Full()


def test_the_work_of_a_token_follows_what_it_sees() -> None:
    full = preset("tiny", 512)
    attention = 6 * full.layers * full.heads * full.head_dim * full.context
    bare = full.flops_per_token - attention
    sliding = shape_with(Sliding(window=16)).flops_per_token - bare
    exact = sum(min(place + 1, 16) for place in range(full.context)) / full.context
    assert sliding == pytest.approx(attention * exact / (full.context / 2), rel=0.05)
    assert shape_with(Sliding(window=10**6)).flops_per_token == full.flops_per_token
    mixed = shape_with(SlidingWithFull(window=16, every=5)).flops_per_token - bare
    assert sliding < mixed < attention
    assert shape_with(BlockSparse(block=16)).flops_per_token < full.flops_per_token
    assert shape_with(Linear()).flops_per_token < full.flops_per_token
