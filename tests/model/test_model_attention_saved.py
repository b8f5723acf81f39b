"""Decoders of every attention kind: saved and loaded, beside transformers where it has the kind, and with a cache."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from foundling.inference.engine import Engine
from foundling.inference.sampling import Sampling
from foundling.model import CAUSAL, Cache, Decoder, Sight, load_decoder, model_files
from foundling.model.folder import configuration, read_shape
from foundling.recipe import Shape
from foundling.recipe.attention import Attention, BlockSparse, Full, Linear, Sliding, SlidingWithFull
from foundling.records import BadInput

SLIDING: tuple[Attention, ...] = (
    Sliding(window=1), Sliding(window=17), Sliding(window=200), SlidingWithFull(window=5, every=2),
    SlidingWithFull(window=20, every=3),
)
OWN: tuple[Attention, ...] = (BlockSparse(block=8, local_blocks=2, seed=3), Linear(chunk=16))


def decoder_of(kind: Attention, context: int = 96) -> Decoder:
    """Three layers with weights large enough that a position too many in sight moves every logit."""
    shape = Shape(
        layers=3, width=32, heads=4, kv_heads=2, head_dim=16, hidden=48, vocabulary=90, context=context, attention=kind)
    generator = torch.Generator().manual_seed(1)
    model = Decoder(shape, generator=generator)
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 8.0 if weight.dim() == 2 else 1 + 0.2 * torch.randn(weight.shape, generator=generator)
    return model.eval()


def ids_of(*size: int) -> Tensor:
    return torch.randint(90, size, generator=torch.Generator().manual_seed(sum(size)))


def write(folder: Path, model: Decoder) -> None:
    for name, data in model_files(model.shape, model.state_dict()).items():
        (folder / name).write_bytes(data)


@pytest.mark.parametrize("kind", SLIDING, ids=str)
def test_transformers_reads_sliding_kinds_with_equal_logits(kind: Attention, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    model, ids = decoder_of(kind), ids_of(2, 96)
    write(tmp_path, model)
    peer, report = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path, dtype=torch.float32, output_loading_info=True, attn_implementation="eager")
    assert not any(report.values()), report
    with torch.no_grad():
        ours, theirs = model(ids), peer.eval()(ids).logits
        whole = Decoder(decoder_of(Full()).shape)
        whole.load_state_dict(model.state_dict())
        assert (kind == Sliding(window=200)) == torch.allclose(ours, whole.eval()(ids), atol=1e-3)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5 * float(theirs.abs().max()))


@pytest.mark.parametrize("kind", [Full(), *SLIDING, *OWN], ids=str)
def test_every_kind_is_read_back_as_it_was(kind: Attention, tmp_path: Path) -> None:
    model, ids = decoder_of(kind), ids_of(1, 50)
    write(tmp_path, model)
    again = load_decoder(tmp_path)
    assert again.shape == model.shape and torch.equal(again(ids), model(ids))


@pytest.mark.parametrize("kind", OWN, ids=str)
def test_kinds_that_qwen3_has_not_are_taken_for_no_model_of_transformers(kind: Attention, tmp_path: Path) -> None:
    model = decoder_of(kind)
    write(tmp_path, model)
    written = json.loads((tmp_path / "config.json").read_bytes())
    assert written["model_type"] == "foundling" and kind.kind in written["remark"]
    transformers = pytest.importorskip("transformers")
    with pytest.raises((ValueError, KeyError), match="foundling"):
        transformers.AutoModelForCausalLM.from_pretrained(tmp_path)


def test_full_attention_is_written_as_ever() -> None:
    written = configuration(decoder_of(Full()).shape)
    assert written["use_sliding_window"] is False and not {"sliding_window", "layer_types", "attention"} & set(written)


@pytest.mark.parametrize("change", [
    {"layer_types": ["sliding_attention"] * 2}, {"layer_types": "full_attention"}, {"layer_types": None},
    {"layer_types": ["sliding_attention", "full_attention", "full_attention"]}, {"sliding_window": 0},
    {"layer_types": ["full_attention"] * 3}, {"layer_types": ["sliding_attention", "strange", "sliding_attention"]},
    {"sliding_window": None}, {"sliding_window": 2.5}, {"use_sliding_window": "yes"},
    {"model_type": "foundling", "attention": {"kind": "linear", "chunk": 10**9}}, {"model_type": "foundling"},
    {"model_type": "foundling", "attention": {"kind": "none"}}, {"model_type": "foundling", "attention": 3},
], ids=str)
def test_configurations_of_attention_that_cannot_be_are_refused(change: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, decoder_of(Sliding(window=4)))
    written = json.loads((tmp_path / "config.json").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps(written | change), encoding="utf-8")
    with pytest.raises(BadInput, match=r"config.json is no configuration of a foundling"):
        read_shape(tmp_path)


@pytest.mark.parametrize("kind", [SLIDING[1], SLIDING[3], *OWN], ids=str)
def test_with_a_cache_as_without(kind: Attention) -> None:
    model, ids = decoder_of(kind), ids_of(2, 70)
    with torch.no_grad():
        whole, cache = model.hidden(ids), Cache(model.shape, 2, torch.float32)
        parts = [model.hidden(ids[:, :41], CAUSAL, cache)]
        mask = (torch.arange(50) <= torch.arange(41, 50)[:, None])[None, None]
        parts += [model.hidden(ids[:, 41:50], Sight(mask=mask), cache)]
        parts += [model.hidden(ids[:, at:at + 1], CAUSAL, cache) for at in range(50, 70)]
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", [SLIDING[1], SLIDING[3], *OWN], ids=str)
def test_the_engine_says_what_whole_rows_say_alone_and_in_a_batch(kind: Attention) -> None:
    model, greedy = decoder_of(kind), Sampling(temperature=0.0, repetition=1.0)
    prompts = [ids_of(length).tolist() for length in (40, 9, 55)]
    made = Engine(model).generate(prompts, greedy, stops=frozenset(), most=20)
    for prompt, new in zip(prompts, made, strict=True):
        assert Engine(model).generate([prompt], greedy, stops=frozenset(), most=20) == [new]
        with torch.no_grad():
            told = model(torch.tensor([prompt + new]))[0, len(prompt) - 1:-1].argmax(dim=-1)
        assert told.tolist() == new


@pytest.mark.parametrize("kind", [SLIDING[1], SLIDING[3], OWN[1]], ids=str)
def test_a_document_in_a_packed_row_is_read_as_if_alone(kind: Attention) -> None:
    model, lengths = decoder_of(kind), (7, 1, 60, 12)  # block-sparse rows are cut at fixed places: no document is alone
    documents = [ids_of(length) for length in lengths]
    segment = torch.repeat_interleave(torch.arange(4), torch.tensor(lengths))[None]
    with torch.no_grad():
        packed = model(torch.cat(documents)[None], Sight(segment_BT=segment))[0].split(lengths)
        for document, logits in zip(documents, packed, strict=True):
            torch.testing.assert_close(logits, model(document[None])[0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", [SLIDING[1], SLIDING[3], *OWN], ids=str)
def test_a_model_of_every_kind_learns_what_comes_round_again(kind: Attention) -> None:
    shape = Shape(layers=2, width=32, heads=2, kv_heads=1, head_dim=16, hidden=48, vocabulary=30, context=48,
                  attention=kind)
    model = Decoder(shape, generator=torch.Generator().manual_seed(0))
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    generator, losses = torch.Generator().manual_seed(1), []
    for _ in range(110):
        ids = torch.randint(30, (16, 4), generator=generator).repeat(1, 13)[:, :49]  # four ids over and over
        logits = model(ids[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[0] > 3.2 and min(losses[-10:]) < 2.6
