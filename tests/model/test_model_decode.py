"""The step kernel against plain torch: products of odd sizes in every precision, whole steps, and equal bits always."""

import subprocess
import sys

import pytest
import torch

from foundling.model import Decoder
from foundling.model.kernels.building import why_none
from foundling.model.kernels.decode import BLOCK, Column, PackedDecoder, pack, product, quantise, restored, why_not
from foundling.recipe import Shape
from foundling.recipe.attention import BlockSparse, Full, Sliding, SlidingWithFull

needs_kernels = pytest.mark.skipif(why_none() is not None, reason=f"no kernels here: {why_none()}")
PRECISIONS = ("float32", "bfloat16", "int8")


def decoder_of(attention=None, **given) -> Decoder:
    sizes = {"layers": 2, "width": 72, "heads": 6, "kv_heads": 2, "head_dim": 24, "hidden": 100, "vocabulary": 131}
    shape = Shape(**sizes | {"context": 96, "attention": attention or Full()} | given)
    model = Decoder(shape, generator=torch.Generator().manual_seed(1)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight *= 6.0
            else:
                weight += 0.2 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(2))
    return model


def columns_of(ids, slot: int = 0, first: int = 0) -> list[Column]:
    return [Column(id=int(i), slot=slot, position=at, place=at, scored=1) for at, i in enumerate(ids, first)]


def ids_of(count: int, seed: int = 3) -> list[int]:
    return torch.randint(131, (count,), generator=torch.Generator().manual_seed(seed)).tolist()


def test_int8_keeps_every_weight_within_a_step_of_its_block():
    weight = torch.randn(20, 70, generator=torch.Generator().manual_seed(0))
    weight[3], weight[4, :BLOCK] = 0.0, 1e-20
    values, scale = quantise(weight)
    assert values.shape == weight.shape and values.dtype == torch.int8 and scale.shape == (20, 3)
    step = scale.float().repeat_interleave(BLOCK, dim=1)[:, :70]
    assert ((weight - restored(values, scale)).abs() <= 0.5001 * step).all()
    assert not values[3].any()
    largest = torch.nn.functional.pad(values.int().abs(), (0, 26)).view(20, 3, BLOCK).amax(-1)
    assert (largest[5:] >= 125).all()  # all eight bits are used: a scale is at most one bfloat16 too large


@needs_kernels
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("rows", "inner"), [(64, 32), (7, 3), (100, 33), (130, 96), (65, 1), (1, 64), (200, 127)])
def test_products_of_odd_sizes_are_torchs(precision, rows, inner):
    generator = torch.Generator().manual_seed(rows)
    weight = torch.randn(rows, inner, generator=generator)
    rounded = {"float32": weight, "bfloat16": weight.bfloat16().float(), "int8": restored(*quantise(weight))}[precision]
    x = torch.randn(16, inner, generator=generator)
    whole = product(x, weight, precision)
    wanted = x @ rounded.T
    # 8-bit inputs are off by at most half of a 127th of their largest; float32 products only by their order.
    slack = (x.abs().amax(1, keepdim=True) / 254 * rounded.abs().sum(1)) if precision == "int8" else torch.tensor(0.0)
    assert ((whole - wanted).abs() <= slack + 1e-4).all()
    for n in range(1, 16):
        assert torch.equal(product(x[:n], weight, precision), whole[:n])


@needs_kernels
def test_zeros_and_huge_inputs_stay_numbers():
    weight = torch.randn(16, 64, generator=torch.Generator().manual_seed(0))
    for precision in PRECISIONS:
        assert not product(torch.zeros(2, 64), weight, precision).any()
        assert product(torch.full((1, 64), 1e30), weight, precision).isfinite().all()


@needs_kernels
@pytest.mark.parametrize("attention", [Full(), Sliding(window=7), SlidingWithFull(window=9, every=2)], ids=str)
def test_a_step_is_the_decoders_own(attention):
    model, ids = decoder_of(attention), ids_of(61)
    with torch.inference_mode():
        wanted = model.hidden(torch.tensor([ids]))
        scores = model.logits(wanted)[0]
    assert scores.std() > 0.5
    packed = PackedDecoder(model, "float32")
    hidden, logits = packed.step([packed.slot(61)], columns_of(ids))
    assert (hidden - wanted[0]).abs().max() < 1e-5 * wanted.abs().max().clamp(min=1)
    assert (logits - scores).abs().max() < 1e-5 * scores.abs().max().clamp(min=1)
    for precision, close in (("bfloat16", 0.9995), ("int8", 0.995)):
        low = PackedDecoder(model, precision)
        found = low.step([low.slot(61)], columns_of(ids))[1]
        assert torch.nn.functional.cosine_similarity(found, scores, dim=-1).min() > close


@needs_kernels
@pytest.mark.parametrize("size", [
    {"heads": 1, "kv_heads": 1, "head_dim": 8, "width": 16, "hidden": 16, "vocabulary": 131, "layers": 1},
    {"heads": 4, "kv_heads": 4, "head_dim": 80, "width": 130, "hidden": 65},
    {"heads": 3, "kv_heads": 1, "head_dim": 2, "width": 64, "hidden": 64},
], ids=["tiny", "wide heads", "narrow heads"])
def test_odd_shapes(size):
    model, ids = decoder_of(**size), ids_of(20)
    packed = PackedDecoder(model, "float32")
    with torch.inference_mode():
        wanted = model(torch.tensor([ids]))[0]
    found = packed.step([packed.slot(20)], columns_of(ids))[1]
    assert (found - wanted).abs().max() < 2e-5 * wanted.abs().max().clamp(min=1)


@needs_kernels
@pytest.mark.parametrize("precision", PRECISIONS)
def test_numbers_are_the_same_to_the_bit_alone_in_a_batch_and_with_more_threads(precision):
    packed, rows = PackedDecoder(decoder_of(), precision), [ids_of(n, n) for n in (5, 40, 1, 17, 23)]
    alone = []
    for ids in rows:
        slot = packed.slot(40)
        alone.append(torch.cat([packed.step([slot], [column])[1] for column in columns_of(ids)]))
    slots = [packed.slot(40) for _ in rows]
    columns = [column for row, ids in enumerate(rows) for column in columns_of(ids, row)]
    found = packed.step(slots, columns, threads=2)[1]
    assert torch.equal(found, torch.cat(alone))
    later = packed.step(slots, [columns_of([7], row, len(ids))[0] for row, ids in enumerate(rows[2:], 2)])[1]
    again = packed.slot(40)
    assert torch.equal(later[0], packed.step([again], columns_of([*rows[2], 7]))[1][-1])


@needs_kernels
def test_continuations_side_by_side_see_the_prefix_and_themselves_alone():
    model, prefix, tails = decoder_of(), ids_of(21), [ids_of(n, n) for n in (3, 1, 6)]
    for attention in (Full(), Sliding(window=8)):
        model = decoder_of(attention)
        packed = PackedDecoder(model, "float32")
        slot, columns = packed.slot(64), columns_of(prefix)
        for tail in tails:
            start = len(columns)
            columns += [
                Column(id=i, position=21 + at, place=start + at, shared=21, start=start, scored=1)
                for at, i in enumerate(tail)
            ]
        found = packed.step([slot], columns)[1][21:]
        with torch.inference_mode():
            wanted = torch.cat([model(torch.tensor([[*prefix, *tail]]))[0, 21:] for tail in tails])
        assert (found - wanted).abs().max() < 1e-5 * wanted.abs().max()


@needs_kernels
def test_only_what_is_asked_for_is_scored():
    packed, ids = PackedDecoder(decoder_of(), "bfloat16"), ids_of(30)
    every = packed.step([packed.slot(30)], columns_of(ids))
    columns = columns_of(ids)
    for at, column in enumerate(columns):
        column.scored = at in (3, 20, 29)
    some = packed.step([packed.slot(30)], columns)
    assert all(torch.equal(a, b[[3, 20, 29]]) for a, b in zip(some, every, strict=True))
    hidden, logits = packed.step([packed.slot(30)], columns, logits=False)
    assert torch.equal(hidden, some[0]) and logits.shape[0] == 0


@needs_kernels
@pytest.mark.parametrize("wrong", [
    {"id": 131}, {"id": -1}, {"slot": 1}, {"position": 96}, {"place": 64}, {"start": 3}, {"shared": 3}, {"shared": -1},
])
def test_a_position_that_does_not_fit_is_refused(wrong):
    packed = PackedDecoder(decoder_of(), "float32")
    first, (column,) = columns_of([5]), columns_of([5], first=2)
    for name, value in wrong.items():
        setattr(column, name, value)
    with pytest.raises(ValueError, match="position 1 of 2"):
        packed.step([packed.slot(64)], [*first, column])
    with pytest.raises(ValueError, match="several capacities"):
        packed.step([packed.slot(64), packed.slot(32)], first)


def test_packing_loses_nothing():
    weight = torch.randn(70, 40, generator=torch.Generator().manual_seed(0))
    values, scales = pack(weight, "float32")
    assert values.shape == (2, 40, 64, 1) and scales.numel() == 0
    assert torch.equal(values[..., 0].transpose(1, 2).reshape(128, 40)[:70], weight)


def test_kinds_of_attention_it_does_not_know_are_named():
    assert "block_sparse" in str(why_not(decoder_of(BlockSparse(block=8))))


def test_without_kernels_there_is_a_reason_and_no_crash():
    words = (
        "import torch; from foundling.model.kernels.decode import *; from foundling.recipe import Shape;"
        "m = Decoder(Shape(layers=1, width=8, heads=1, kv_heads=1, head_dim=8, hidden=8, vocabulary=9, context=8));"
        "print(why_not(m), has_dot_products())")
    done = subprocess.run(
        [sys.executable, "-c", words], env={"FOUNDLING_KERNELS": "off", "PATH": ""}, capture_output=True, text=True,
        check=False)
    assert done.stdout.strip() == "FOUNDLING_KERNELS is off False", done.stderr
