"""Every kind of attention against its definition: values, gradients, what is seen, and how memory grows."""

import pytest
import torch
from torch import Tensor

from foundling.model.attention import Sight, attend
from foundling.model.attention.linear import attend_faded, fading, recur
from foundling.model.attention.masks import attend_plainly, visible
from foundling.model.attention.pattern import chosen_blocks, document_starts
from foundling.recipe.attention import BlockSparse, Full, Layered, Linear, Sliding

KINDS: tuple[Layered, ...] = (
    Full(), Sliding(window=1), Sliding(window=16), Sliding(window=17), Sliding(window=45), Sliding(window=500),
    BlockSparse(block=8, local_blocks=2), BlockSparse(block=16, local_blocks=1, global_blocks=2, random_blocks=3),
    BlockSparse(block=5, local_blocks=3, global_blocks=0, random_blocks=0), Linear(chunk=8), Linear(chunk=64),
)
LOCAL = (Sliding(window=20), BlockSparse(block=16, local_blocks=2, random_blocks=1), Linear(chunk=16))
CPU = torch.device("cpu")


def drawn(length: int, heads: int = 2, shared: int = 2, width: int = 8) -> list[Tensor]:
    """Queries, keys and values of two rows in float64, where nothing hides behind rounding."""
    generator = torch.Generator().manual_seed(length + heads)
    return [
        torch.randn(2, count, length, width, dtype=torch.float64, generator=generator).requires_grad_()
        for count in (heads, shared, shared)
    ]


def documents(length: int) -> Tensor:
    """Two rows of documents, of one position and of many, that begin in different places."""
    begins = torch.rand(2, length, generator=torch.Generator().manual_seed(3)) < 0.06
    return begins.long().cumsum(dim=1) + 4


def defined(q: Tensor, k: Tensor, v: Tensor, sight: Sight, kind: Layered) -> Tensor:
    """What the kind says, worked out plainly."""
    if isinstance(kind, Linear):
        return recur(q, k, v, sight.segment_BT)
    return attend_plainly(q, k, v, visible(kind, sight, q.shape[2], k.shape[2], CPU))


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("length", [1, 7, 64, 131])
def test_values_and_gradients_are_those_of_the_definition(kind: Layered, length: int) -> None:
    far = 1e-4 if isinstance(kind, Linear) else 1e-6  # its state is float32
    for shared in (4, 2, 1):
        for segment in (None, documents(length)):
            for causal in (True, False) if isinstance(kind, Full | Sliding) else (True,):
                inputs, sight = drawn(length, 4, shared), Sight(causal=causal, segment_BT=segment)
                ours, theirs = (way(*inputs, sight, kind) for way in (attend, defined))
                pull = torch.cos(torch.arange(ours.numel(), dtype=ours.dtype)).view(ours.shape)
                torch.testing.assert_close(ours, theirs, rtol=far, atol=far)
                for mine, wanted in zip(*(torch.autograd.grad(y, inputs, pull) for y in (ours, theirs)), strict=True):
                    torch.testing.assert_close(mine, wanted, rtol=far, atol=far)


@pytest.mark.parametrize("kind", LOCAL, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_in_the_precisions_of_training_too(kind: Layered, dtype: torch.dtype) -> None:
    """Where kernels can be built, sliding attention goes through one here and through blocks above."""
    for causal in (True, False) if isinstance(kind, Sliding) else (True,):
        exact, sight = drawn(150, 4, 2), Sight(causal=causal, segment_BT=documents(150))
        inputs = [x.detach().to(dtype).requires_grad_() for x in exact]
        low, high = attend(*inputs, sight, kind), defined(*exact, sight, kind)
        assert low.dtype == dtype
        pull = torch.cos(torch.arange(high.numel(), dtype=high.dtype)).view(high.shape)
        pairs = [(low, high), *zip(torch.autograd.grad(low, inputs, pull.to(dtype)),
                                   torch.autograd.grad(high, exact, pull), strict=True)]
        for rounded, wanted in pairs:
            off = (rounded.double() - wanted).norm() / wanted.norm()
            assert off < (1e-5 if dtype == torch.float32 else 0.03)
            assert torch.cosine_similarity(rounded.double().flatten(), wanted.flatten(), dim=0) > 0.999


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_nothing_later_and_no_other_document_is_seen(kind: Layered) -> None:
    for at in (1, 40, 63, 64, 90):
        q, k, v = drawn(100)
        earlier = attend(q, k, v, Sight(), kind)[:, :, :at]
        for grad in torch.autograd.grad(earlier.square().sum(), (q, k, v)):
            assert (grad[:, :, at:] == 0).all()
        segment = (torch.arange(100) >= at).long().expand(2, -1)
        later = attend(q, k, v, Sight(segment_BT=segment), kind)[:, :, at:]
        for grad in torch.autograd.grad(later.square().sum(), (q, k, v)):
            assert (grad[:, :, :at] == 0).all() and (grad[:, :, at:] != 0).any()


def test_a_window_counts_itself_and_reaches_exactly_so_far() -> None:
    q, k, v = drawn(60)
    for window in (1, 2, 16, 30):
        last = attend(q, k, v, Sight(), Sliding(window=window))[:, :, 50]
        (grad,) = torch.autograd.grad(last.sum(), v)
        seen = (grad != 0).any(dim=-1).any(dim=0).any(dim=0).nonzero().flatten().tolist()
        assert seen == list(range(51 - window, 51))
    around = visible(Sliding(window=3), Sight(causal=False), 9, 9, CPU)
    assert around is not None and around[0, 0, 4].tolist() == [2 <= at <= 6 for at in range(9)]


def test_blocks_are_local_first_and_scattered_without_repeats() -> None:
    kind = BlockSparse(block=4, local_blocks=2, global_blocks=1, random_blocks=3, seed=1)
    found, counts = chosen_blocks(kind, torch.zeros(1, 40, dtype=torch.long))
    scattered = []
    for own in range(40):
        looked = found[0, own][counts[0, own]].tolist()
        assert len(looked) == len(set(looked)) and looked[0] == own
        assert max(looked) == own and {0, own, max(own - 1, 0)} <= set(looked)
        assert len(looked) == min(own + 1, 6)  # short rows are seen whole
        scattered += [place / own for place in looked if 0 < place < own - 1]
    assert 0.4 < sum(scattered) / len(scattered) < 0.6
    whole, _ = chosen_blocks(kind, torch.zeros(1, 90, dtype=torch.long))
    assert torch.equal(whole[:, :40], found)  # what a row looks at does not change while it grows


def test_random_blocks_depend_on_seed_and_layer_alone() -> None:
    def table(kind: BlockSparse) -> list[int]:
        return chosen_blocks(kind, torch.zeros(1, 30, dtype=torch.long))[0].flatten().tolist()

    tables = [table(BlockSparse(seed=seed).of_layer(layer)) for seed in (0, 1) for layer in (0, 1, 2)]
    assert len({tuple(one) for one in tables}) == 6
    assert table(BlockSparse(seed=1).of_layer(2)) == tables[5]


def test_blocks_never_leave_their_document() -> None:
    segment = documents(160)
    starts = document_starts(segment, 8, 20, CPU)
    for row in range(2):
        for block in range(20):
            assert starts[row, block] == int((segment[row] == segment[row, 8 * block]).nonzero()[0]) // 8
    found, counts = chosen_blocks(BlockSparse(block=8), starts)
    assert (found >= starts[..., None])[counts].all() and (found <= torch.arange(20)[:, None])[counts].all()


@pytest.mark.parametrize("kind", LOCAL, ids=str)
def test_queries_onto_a_cache_see_what_they_see_in_the_whole(kind: Layered) -> None:
    q, k, v = (x.detach() for x in drawn(90, 4, 2))
    whole = attend(q, k, v, Sight(), kind)
    for at in (0, 15, 16, 60, 89):
        one = attend(q[:, :, at:at + 1], k[:, :, :at + 1], v[:, :, :at + 1], Sight(), kind)
        torch.testing.assert_close(one[:, :, 0], whole[:, :, at], rtol=1e-5, atol=1e-6)
    mask = (torch.arange(90) <= torch.arange(50, 90)[:, None])[None, None]
    several = attend(q[:, :, 50:], k, v, Sight(mask=mask), kind)
    torch.testing.assert_close(several, whole[:, :, 50:], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", LOCAL, ids=str)
def test_padding_on_the_left_moves_nothing(kind: Layered) -> None:
    q, k, v = (x.detach() for x in drawn(70, 4, 2))
    whole, pads = attend(q, k, v, Sight(), kind), 21
    padded = [torch.cat([torch.ones(2, x.shape[1], pads, 8, dtype=x.dtype), x], dim=2) for x in (q, k, v)]
    places = torch.arange(70 + pads)
    mask = (places <= places[:, None]) & (places >= pads) | torch.eye(70 + pads, dtype=torch.bool)
    moved = attend(*padded, Sight(mask=mask[None, None]), kind)[:, :, pads:]
    torch.testing.assert_close(moved, whole, rtol=1e-5, atol=1e-6)


def saved_bytes(kind: Layered, length: int) -> int:
    """Bytes of all that a training step keeps for its way back, each storage once."""
    kept: dict[int, int] = {}

    def note(x: Tensor) -> Tensor:
        kept[x.untyped_storage().data_ptr()] = x.untyped_storage().nbytes()
        return x

    inputs = [x.detach().float().requires_grad_() for x in drawn(length, 2, 1)]
    with torch.autograd.graph.saved_tensors_hooks(note, lambda x: x):
        attend(*inputs, Sight(segment_BT=documents(length)), kind)
        return sum(kept.values())


@pytest.mark.parametrize("kind", LOCAL, ids=str)
def test_memory_grows_as_the_row_does(kind: Layered) -> None:
    short, long = saved_bytes(kind, 512), saved_bytes(kind, 2048)
    assert 3.5 < long / short < 4.1
    assert long < 2048 * 2048  # a mask of T x T booleans alone would be as much


def test_the_state_fades_from_head_to_head_more_slowly() -> None:
    kept = fading(4, CPU).exp().tolist()
    assert kept == sorted(kept) and kept[0] == pytest.approx(1 - 1 / 32) and kept[-1] == pytest.approx(1 - 1 / 512)
    q, k, v = (x.detach() for x in drawn(30, 4, 2))
    faded = attend_faded(q, k, v, Sight().as_mask(30))
    torch.testing.assert_close(faded, recur(q, k, v, None), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [BlockSparse(), Linear()], ids=str)
def test_kinds_that_look_back_refuse_to_look_forward(kind: Layered) -> None:
    with pytest.raises(ValueError, match="looks back only"):
        attend(*drawn(10), Sight(causal=False), kind)
