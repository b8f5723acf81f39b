"""Every kernel of training against its plain torch twin: values, gradients, odd sizes, and the same bits every time."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from foundling.model import Decoder, Sight
from foundling.model.attention import attend
from foundling.model.decoder import RMSNorm, rotary_tables, rotate
from foundling.model.kernels import building, entropy, library, rows
from foundling.model.kernels.attention import attend_tiles
from foundling.recipe import Shape

pytestmark = pytest.mark.skipif(building.why_none() is not None, reason=f"no kernels here: {building.why_none()}")
KINDS = {torch.float32: 2e-5, torch.bfloat16: 2e-2}  # how far a result may be off, as a share of the largest


@pytest.fixture(params=KINDS, ids=["float32", "bfloat16"])
def dtype(request: pytest.FixtureRequest) -> torch.dtype:
    torch.manual_seed(0)
    return request.param


@pytest.fixture
def tiled(dtype: torch.dtype) -> torch.dtype:
    """The types that attention in tiles takes: bfloat16 only where the processor multiplies it (AVX512-BF16)."""
    if dtype == torch.bfloat16 and not hasattr(building.load("attention"), "attend_b"):
        pytest.skip("this processor does not multiply bfloat16")
    return dtype


def leaves(*given: Tensor) -> list[Tensor]:
    return [x.detach().clone().requires_grad_() for x in given]


Tensors = tuple[Tensor, ...] | list[Tensor]


def agree(found: Tensors, wanted: Tensors, inputs: Tensors, twins: Tensors, dtype: torch.dtype) -> None:
    """Values, and gradients under the same random gradient that arrives, lie within the type's share of each other."""
    arriving = [torch.randn(x.shape).to(dtype).float() for x in wanted]
    torch.autograd.backward(found, [g.to(x.dtype) for g, x in zip(arriving, found, strict=True)])
    torch.autograd.backward(wanted, arriving)
    pairs = [*zip(found, wanted, strict=True), *((a.grad, b.grad) for a, b in zip(inputs, twins, strict=True))]
    for index, (a, b) in enumerate(pairs):
        assert a is not None and b is not None, index
        a, b = a.detach().float(), b.detach()
        assert float((a - b).abs().max()) <= KINDS[dtype] * float(b.abs().max()) + 1e-6, index


@pytest.mark.parametrize("width", [8, 37, 64, 256])
@pytest.mark.parametrize("first", [False, True])
def test_adding_and_norming(dtype: torch.dtype, width: int, first: bool) -> None:
    x, added, weight = leaves(torch.randn(3, 5, width), torch.randn(3, 5, width).to(dtype), torch.rand(width) + 0.5)
    twins = leaves(x, added.float(), weight)
    with torch.autocast("cpu", dtype=dtype, enabled=dtype == torch.bfloat16):
        found = rows.add_norm(None if first else x, added.float() if first else added, weight, 1e-6, 0.0)
    assert found is not None and found[0].dtype == torch.float32 and found[1].dtype == dtype
    stream = twins[1] if first else twins[0] + twins[1]
    wanted = stream, F.rms_norm(stream, (width,), twins[2], 1e-6)
    agree(found, wanted, [added, weight] if first else [x, added, weight], twins[1:] if first else twins, dtype)


def test_a_norm_alone(dtype: torch.dtype) -> None:
    x, weight = leaves(torch.randn(2, 7, 33).to(dtype), torch.rand(33) + 0.5)
    twins = leaves(x.float(), weight)
    found = rows.norm(x, weight, 1e-5)
    assert found is not None and found.dtype == dtype
    agree((found,), (F.rms_norm(twins[0], (33,), twins[1], 1e-5),), [x, weight], twins, dtype)


def test_what_dropout_leaves_is_scaled_and_its_gradient_falls_on_the_same() -> None:
    weight, added = torch.ones(512), torch.ones(200, 512, requires_grad=True)
    torch.manual_seed(5)
    stream, _ = rows.add_norm(torch.zeros(200, 512), added, weight, 1e-6, 0.25)
    stream.sum().backward()
    assert torch.equal(added.grad, stream.detach())
    assert stream.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert abs(float((stream == 0).float().mean()) - 0.25) < 0.005
    assert float((stream == 0).float().mean(0).std()) < 0.04 and float((stream == 0).float().mean(1).std()) < 0.03
    again = [rows.add_norm(torch.zeros(200, 512), added, weight, 1e-6, 0.25)[0] for _ in range(2)]
    assert not torch.equal(*again)
    torch.manual_seed(5)
    assert torch.equal(rows.add_norm(torch.zeros(200, 512), added, weight, 1e-6, 0.25)[0], stream)


@pytest.mark.parametrize(("heads", "kv_heads", "width"), [(4, 2, 8), (2, 2, 64), (3, 1, 34)])
def test_heads_are_normed_and_turned(dtype: torch.dtype, heads: int, kv_heads: int, width: int) -> None:
    shape = Shape(layers=1, width=8, heads=heads, kv_heads=kv_heads, head_dim=width, hidden=8, vocabulary=9, context=16)
    counts, cos_sin = [heads, kv_heads, kv_heads], tuple(table[3:10] for table in rotary_tables(shape, 16))
    given = torch.randn(2, 7, sum(counts) * width).to(dtype), torch.rand(width) + 0.5, torch.rand(width) + 0.5
    qkv, *weights = leaves(*given)
    twin, *twin_weights = twins = leaves(qkv.float(), *weights)
    found = rows.turn_heads(qkv, tuple(weights), cos_sin, (heads, kv_heads), 1e-6)
    assert found is not None and {x.dtype for x in found} == {dtype}
    q, k, v = twin.unflatten(2, (-1, width)).transpose(1, 2).split(counts, dim=1)
    norms = [F.rms_norm(x, (width,), w, 1e-6) for x, w in zip((q, k), twin_weights, strict=True)]
    agree(found, (rotate(norms[0], *cos_sin), rotate(norms[1], *cos_sin), v), [qkv, *weights], twins, dtype)


def test_swiglu(dtype: torch.dtype) -> None:
    x, = leaves(8 * torch.randn(3, 4, 2 * 43).to(dtype))
    twin, = twins = leaves(x.float())
    gate, up = twin.chunk(2, dim=-1)
    found = rows.swiglu(x)
    assert found is not None and found.dtype == dtype
    agree((found,), (F.silu(gate) * up,), [x], twins, dtype)


@pytest.mark.parametrize("kept", [0, 2**27], ids=["multiplied out again", "kept"])
@pytest.mark.parametrize("ids", [61, 512])
def test_nats_of_targets(dtype: torch.dtype, kept: int, ids: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entropy, "ROWS", 7)
    monkeypatch.setattr(entropy, "KEPT", kept)
    hidden, embedding = leaves(torch.randn(3, 6, 32), torch.randn(ids, 32))
    twins, targets = leaves(hidden, embedding), torch.randint(ids, (3, 6))
    with torch.autocast("cpu", dtype=dtype, enabled=dtype == torch.bfloat16):
        found = entropy.linear_nats(hidden, embedding, targets)
    assert found is not None and found.dtype == torch.float32 and found.shape == (3, 6)
    logits = F.linear(*twins).flatten(0, 1)
    wanted = F.cross_entropy(logits, targets.flatten(), reduction="none").view(3, 6)
    agree((found,), (wanted,), [hidden, embedding], twins, dtype)
    with pytest.raises(IndexError):
        entropy.linear_nats(hidden, embedding, targets + ids)


SIZES = [(2, 4, 2, 256, 64), (1, 2, 2, 67, 16), (2, 2, 1, 130, 40), (2, 3, 3, 64, 8), (1, 1, 1, 2, 6)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("causal", "closed", "window"), [*itertools.product((True, False), (True, False), (None, 9, 100))]
)
def test_attention_in_tiles(
    tiled: torch.dtype, size: tuple[int, ...], causal: bool, closed: bool, window: int | None
) -> None:
    batch, heads, kv_heads, length, width = size
    given = leaves(*(torch.randn(batch, n, length, width).to(tiled) for n in (heads, kv_heads, kv_heads)))
    twins = leaves(*(x.float() for x in given))
    sight = Sight(causal=causal, segment_BT=torch.randint(0, 4, (batch, length)) if closed else None)
    seen = sight.as_mask(length)
    near = (torch.arange(length)[:, None] - torch.arange(length)).abs() < (window or length)
    seen = near[None, None] if seen is None else seen & near
    found = attend_tiles(*given, sight, window)
    assert found is not None and found.dtype == tiled
    wanted = F.scaled_dot_product_attention(*twins, attn_mask=seen, enable_gqa=heads != kv_heads)
    agree((found,), (wanted,), given, twins, tiled)


def test_attention_in_bfloat16_is_torchs_where_the_processor_does_not_multiply_it() -> None:
    if hasattr(building.load("attention"), "attend_b"):
        pytest.skip("this processor multiplies bfloat16")
    given = [torch.randn(2, 2, 40, 16, generator=torch.Generator().manual_seed(n)).bfloat16() for n in range(3)]
    assert attend_tiles(*given, Sight()) is None
    assert torch.equal(attend(*given, Sight()), F.scaled_dot_product_attention(*given, is_causal=True))


def test_attention_takes_views_and_leaves_the_rest_to_torch(tiled: torch.dtype) -> None:
    whole = torch.randn(2, 40, 3, 5, 16).to(tiled)
    q, k, v = (whole[:, :, i].transpose(1, 2) for i in range(3))
    assert torch.equal(attend_tiles(q, k, v, Sight()), attend_tiles(*(x.contiguous() for x in (q, k, v)), Sight()))
    assert attend_tiles(q[:, :, -1:], k, v, Sight()) is None  # a cache
    assert attend_tiles(q, k, v, Sight(mask=torch.ones(1, 1, 40, 40, dtype=torch.bool))) is None
    assert attend_tiles(q, k.double(), v, Sight()) is None
    assert attend_tiles(q.double(), k.double(), v.double(), Sight()) is None


def test_steps_of_a_decoder_are_the_same_to_the_bit_and_those_of_plain_torch_nearly(monkeypatch) -> None:
    shape = Shape(layers=2, width=64, heads=4, kv_heads=2, head_dim=16, hidden=80, vocabulary=101, context=48)
    ids, segment = torch.randint(101, (3, 48)), (torch.arange(3 * 48) // 31).view(3, 48)

    def step() -> list[Tensor]:
        model = Decoder(shape, dropout=0.1, generator=torch.Generator().manual_seed(0)).train()
        torch.manual_seed(1)
        hidden = model.hidden(ids, Sight(segment_BT=segment))
        nats = entropy.linear_nats(hidden, model.embedding.weight, ids)
        assert nats is not None
        nats.mean().backward()
        return [nats, *(weight.grad for weight in model.parameters())]

    assert all(map(torch.equal, step(), step()))
    model = Decoder(shape, generator=torch.Generator().manual_seed(0)).train()
    found = model(ids, Sight(segment_BT=segment))
    monkeypatch.setattr(library, "why_plain", lambda: "a test wants it so")
    assert RMSNorm(8, 1e-6)(torch.randn(3, 8)).grad_fn.name() != "_AddNormBackward"
    torch.testing.assert_close(found, model(ids, Sight(segment_BT=segment)), rtol=1e-4, atol=1e-5)
