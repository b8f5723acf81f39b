"""The decoder against transformers' Qwen3, against itself with a cache, and document by document in a packed row."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.model import CAUSAL, Cache, Decoder, Sight, decoder, model_files
from foundling.model.kernels import library
from foundling.recipe import Shape

SHAPES = {
    "as many key-value heads": {}, "grouped queries": {"heads": 4, "kv_heads": 2, "head_dim": 8},
    "one key-value head": {"heads": 4, "kv_heads": 1}, "one layer": {"layers": 1}, "wide heads": {"head_dim": 32},
    "another base": {"rope_base": 1e6, "eps": 1e-5},
}


def shape_of(**given: float) -> Shape:
    tiny = {"layers": 2, "width": 32, "heads": 2, "kv_heads": 2, "head_dim": 16, "hidden": 48, "vocabulary": 100,
            "context": 64}
    return Shape(**tiny | given)


def decoder_of(shape: Shape, dropout: float = 0.0, scale: float = 8.0) -> Decoder:
    """Weights large enough that a wrong norm, angle or mask moves every logit."""
    generator = torch.Generator().manual_seed(1)
    model = Decoder(shape, dropout=dropout, generator=generator)
    with torch.no_grad():
        for weight in model.parameters():
            weight *= scale if weight.dim() == 2 else 1 + 0.2 * torch.randn(weight.shape, generator=generator)
    return model.eval()


def ids_of(shape: Shape, *size: int, seed: int = 0) -> Tensor:
    return torch.randint(shape.vocabulary, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("given", SHAPES.values(), ids=SHAPES)
def test_logits_equal_transformers_qwen3(given, tmp_path):
    transformers = pytest.importorskip("transformers")
    shape = shape_of(**given)
    model, ids = decoder_of(shape), ids_of(shape, 3, shape.context)
    for name, data in model_files(shape, model.state_dict()).items():
        (tmp_path / name).write_bytes(data)
    peer, report = transformers.Qwen3ForCausalLM.from_pretrained(
        tmp_path, dtype=torch.float32, output_loading_info=True, attn_implementation="eager")
    assert not any(report.values()), report  # no weight missing, none left over, none of another shape
    with torch.no_grad():
        ours, theirs = model(ids), peer.eval()(ids).logits
    assert ours.std() > 0.5
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5 * float(theirs.abs().max()))
    assert sum(p.numel() for p in peer.parameters()) == shape.parameters


@pytest.mark.parametrize("given", SHAPES.values(), ids=SHAPES)
def test_the_shape_counts_every_parameter(given):
    shape = shape_of(**given)
    model = Decoder(shape)
    assert sum(p.numel() for p in model.parameters()) == shape.parameters
    assert shape.block_parameters == shape.parameters - model.embedding.weight.numel()


def test_a_document_in_a_packed_row_is_read_as_if_alone():
    shape = shape_of(heads=4, kv_heads=2)
    model, lengths = decoder_of(shape), (7, 1, 20, 12)
    documents = [ids_of(shape, length, seed=length) for length in lengths]
    row = torch.cat(documents)[None]
    segment = torch.repeat_interleave(torch.arange(4), torch.tensor(lengths))[None]
    packed = model(row, Sight(segment_BT=segment))[0]
    for document, logits in zip(documents, packed.split(lengths), strict=True):
        torch.testing.assert_close(logits, model(document[None])[0], rtol=1e-4, atol=1e-4)
    unmasked = model(row)[0].split(lengths)
    assert (unmasked[2] - packed.split(lengths)[2]).abs().max() > 0.1  # without the mask they would mix


def test_the_document_mask_is_causal_and_closed_at_borders():
    mask = Sight(segment_BT=torch.tensor([[5, 5, 9, 9], [1, 1, 1, 1]])).as_mask(4)
    assert mask.shape == (2, 1, 4, 4) and mask.dtype == torch.bool
    assert mask[0, 0].int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]
    assert mask[1, 0].int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]


@pytest.mark.parametrize("causal", [True, False])
def test_the_mask_of_a_sight_is_made_once_for_all_layers(causal):
    segment = torch.tensor([[5, 5, 9, 9]])
    sight, other = Sight(causal=causal, segment_BT=segment), Sight(causal=not causal, segment_BT=segment)
    assert sight.as_mask(4) is sight.as_mask(4) and not torch.equal(sight.as_mask(4), other.as_mask(4))
    assert sight == sight and sight != Sight(causal=causal, segment_BT=segment) and len({sight, sight, other}) == 2


def test_nothing_later_is_seen():
    shape = shape_of()
    model, ids = decoder_of(shape), ids_of(shape, 1, 20)
    changed = ids.clone()
    changed[0, 12:] = (changed[0, 12:] + 1) % shape.vocabulary
    assert torch.equal(model(ids)[0, :12], model(changed)[0, :12])
    assert not torch.allclose(model(ids)[0, 12:], model(changed)[0, 12:])


@pytest.mark.parametrize("first", [1, 5, 24])
def test_with_a_cache_as_without(first):
    shape = shape_of(heads=4, kv_heads=2)
    model, ids = decoder_of(shape), ids_of(shape, 2, 24)
    whole, cache = model.hidden(ids), Cache(shape, 2, torch.float32)
    parts = [model.hidden(ids[:, :first], CAUSAL, cache)]
    parts += [model.hidden(ids[:, at:at + 1], CAUSAL, cache) for at in range(first, 24)]
    assert cache.length == 24
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=1e-4, atol=1e-5)


def test_several_ids_onto_a_cache_need_their_mask():
    shape = shape_of()
    model, ids, cache = decoder_of(shape), ids_of(shape, 1, 12), Cache(shape, 1, torch.float32, 12)
    model.hidden(ids[:, :5], CAUSAL, cache)
    with pytest.raises(ValueError, match="need a sight with a mask"):
        model.hidden(ids[:, 5:], CAUSAL, cache)
    mask = (torch.arange(12)[None] <= torch.arange(5, 12)[:, None])[None, None]
    continued = model.hidden(ids[:, 5:], Sight(mask=mask), cache)
    torch.testing.assert_close(continued, model.hidden(ids)[:, 5:], rtol=1e-4, atol=1e-5)


def test_the_context_is_the_end():
    shape = shape_of()
    model, cache = decoder_of(shape), Cache(shape, 1, torch.float32)
    with pytest.raises(ValueError, match="65 positions exceed the context of 64"):
        model(ids_of(shape, 1, 65))
    model.hidden(ids_of(shape, 1, 64), CAUSAL, cache)
    with pytest.raises(ValueError, match="exceed the context"):
        model.hidden(ids_of(shape, 1, 1), CAUSAL, cache)


def test_dropout_works_in_training_only():
    shape = shape_of()
    model, ids = decoder_of(shape, dropout=0.5), ids_of(shape, 1, 10)
    assert torch.equal(model(ids), model(ids)) and torch.equal(model(ids), decoder_of(shape)(ids))
    model.train()
    torch.manual_seed(1)
    one, two = model(ids), model(ids)
    assert not torch.allclose(one, two)
    torch.manual_seed(1)
    assert torch.equal(model(ids), one)
    plain = decoder_of(shape).train()
    assert torch.equal(plain(ids), plain(ids))


@pytest.mark.parametrize("plain", [False, True], ids=["kernels where they can be built", "plain torch"])
def test_under_autocast_matrices_are_multiplied_in_bfloat16(monkeypatch, plain):
    if plain:
        monkeypatch.setattr(library, "why_plain", lambda: "a test wants it so")
    shape = shape_of(heads=4, kv_heads=2)
    model, ids = decoder_of(shape), ids_of(shape, 2, 16)
    seen: dict[str, set[torch.dtype]] = {"linear": set(), "attention": set()}
    attend = decoder.attend

    def watched(q: Tensor, k: Tensor, v: Tensor, *rest: object) -> Tensor:
        out = attend(q, k, v, *rest)
        seen["attention"] |= {q.dtype, k.dtype, v.dtype, out.dtype}
        return out

    monkeypatch.setattr(decoder, "attend", watched)
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_hook(lambda _, __, out: seen["linear"].add(out.dtype))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = model(ids)
        loss = F.cross_entropy(low.float().flatten(0, 1), ids.flatten())
    assert seen == {"linear": {torch.bfloat16}, "attention": {torch.bfloat16}} and low.dtype == torch.bfloat16
    loss.backward()
    for weight in model.parameters():
        assert weight.grad is not None and weight.dtype == weight.grad.dtype == torch.float32
        assert weight.grad.isfinite().all()
    seen["linear"].clear()
    high = model(ids)
    assert seen["linear"] == {torch.float32} and high.dtype == torch.float32
    assert (low.float() - high).abs().mean() < 0.1 * high.abs().mean()


def test_weights_come_from_the_generator_alone():
    shape = shape_of()
    make = lambda seed: Decoder(shape, generator=torch.Generator().manual_seed(seed)).state_dict()  # noqa: E731
    torch.manual_seed(1)
    one = make(3)
    torch.manual_seed(2)
    two, three = make(3), make(4)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["embedding.weight"], three["embedding.weight"])


def test_a_new_model_knows_nothing():
    shape = shape_of(width=64, layers=4)
    model, ids = Decoder(shape, generator=torch.Generator().manual_seed(0)), ids_of(shape, 4, 64)
    loss = F.cross_entropy(model(ids)[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
    assert abs(float(loss.detach()) - math.log(shape.vocabulary)) < 0.1
    deviations = {name: float(p.detach().std()) for name, p in model.named_parameters() if p.dim() == 2}
    for name, deviation in deviations.items():
        wanted = 0.02 / math.sqrt(8) if name.endswith(("out.weight", "down.weight")) else 0.02
        assert abs(deviation / wanted - 1) < 0.1, name


def test_every_weight_gets_a_gradient():
    shape = shape_of(heads=4, kv_heads=2)
    model, ids = decoder_of(shape).train(), torch.arange(shape.vocabulary)[None, :shape.context]
    F.cross_entropy(model(ids)[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all() and weight.grad.abs().sum() > 0, name
    rows = model.embedding.weight.grad
    assert (rows.abs().sum(dim=1) > 0).all()  # ids that never occur are pushed down too: no row stays untrained
