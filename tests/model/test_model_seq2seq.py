"""The encoder-decoder gives the logits of transformers' T5, keeps documents apart, and comes back from its files."""

from pathlib import Path

import pytest
import torch

from foundling.home import write_folder
from foundling.model.architectures import load_model
from foundling.model.seq2seq import Seq2Seq, distance_buckets
from foundling.model.seq2seq_folder import load_seq2seq, seq2seq_files
from foundling.recipe import Shape
from foundling.records import BadInput

SHAPE = Shape(layers=2, width=48, heads=3, kv_heads=3, head_dim=16, hidden=80, vocabulary=97, context=400)


def model(seed: int = 1) -> Seq2Seq:
    made = Seq2Seq(SHAPE, generator=torch.Generator().manual_seed(seed)).eval()
    with torch.no_grad():
        for number, weight in enumerate(made.parameters()):
            noise = torch.randn(weight.shape, generator=torch.Generator().manual_seed(number))
            weight.add_(noise, alpha=0.15)
    return made


def ids(batch: int, length: int, seed: int = 5) -> torch.Tensor:
    return torch.randint(0, SHAPE.vocabulary, (batch, length), generator=torch.Generator().manual_seed(seed))


def saved(folder: Path, made: Seq2Seq) -> Path:
    write_folder(folder, seq2seq_files(SHAPE, made.state_dict()))
    return folder


@pytest.mark.parametrize("lengths", [(30, 12), (300, 180)])  # below and beyond the farthest distance
def test_logits_equal_those_of_transformers(tmp_path: Path, lengths: tuple[int, int]) -> None:
    transformers = pytest.importorskip("transformers")
    made, source, target = model(), ids(2, lengths[0]), ids(2, lengths[1], seed=6)
    theirs, report = transformers.T5ForConditionalGeneration.from_pretrained(
        saved(tmp_path / "m", made), attn_implementation="eager", dtype=torch.float32, output_loading_info=True
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]
    with torch.no_grad():
        wanted = theirs.eval()(input_ids=source, decoder_input_ids=target).logits
        found = made(source, target)
    assert found.std() > 0.3
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)


def test_buckets_by_hand() -> None:
    """One sided: 16 distances of their own, then wider ones; two sided: the right half for what comes after."""
    left = distance_buckets(200, both_sides=False)
    assert left[20, :].tolist()[5:] == [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0][0:] + [0] * 179
    assert left[199, 0] == 31 and left[40, 0] == 16 + int(16 * 0.4406)  # log(40/16) / log(128/16) = 0.4406
    both = distance_buckets(200, both_sides=True)
    assert both[3, 3] == 0 and both[3, 0] == 3 and both[3, 6] == 19 and both[0, 199] == 31 and both[199, 0] == 15


def test_it_comes_back_from_its_files_to_the_bit(tmp_path: Path) -> None:
    made = model()
    back = load_seq2seq(saved(tmp_path / "m", made))
    assert back.shape == SHAPE and not back.training
    for name, weight in made.state_dict().items():
        assert torch.equal(weight, back.state_dict()[name]), name
    assert isinstance(load_model(tmp_path / "m"), Seq2Seq)


def test_packed_documents_read_as_alone() -> None:
    """Two documents in a row, with padding behind the target, give what each gives by itself."""
    made, a, b = model(), ids(1, 14), ids(1, 10, seed=8)
    x, y = ids(1, 6, seed=9), ids(1, 5, seed=10)
    pad = torch.full((1, 3), 1)
    source, target = torch.cat([a, b], 1), torch.cat([x, y, pad], 1)
    source_segment = torch.tensor([[4] * 14 + [9] * 10])
    target_segment = torch.tensor([[4] * 6 + [9] * 5 + [-1] * 3])
    with torch.no_grad():
        packed = made(source, target, source_segment, target_segment)
        torch.testing.assert_close(packed[:, :6], made(a, x), atol=1e-5, rtol=0)
        torch.testing.assert_close(packed[:, 6:11], made(b, y), atol=1e-5, rtol=0)
    assert bool(torch.isfinite(packed).all())


def test_a_target_sees_no_later_id() -> None:
    made, source, target = model(), ids(1, 9), ids(1, 7, seed=3)
    changed = target.clone()
    changed[0, 4] = (changed[0, 4] + 1) % SHAPE.vocabulary
    with torch.no_grad():
        before, after = made(source, target), made(source, changed)
    assert torch.equal(before[0, :4], after[0, :4]) and not torch.allclose(before[0, 5], after[0, 5])


@pytest.mark.parametrize(("old", "new"), [
    (b'"feed_forward_proj":"gated-silu"', b'"feed_forward_proj":"gated-gelu"'),
    (b'"num_heads":3', b'"num_heads":0'), (b'"d_kv":16', b'"d_kv":17'), (b'"d_model":48', b'"d_model":"x"'),
])
def test_a_folder_that_is_none_of_ours_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    folder = saved(tmp_path / "m", model())
    data = (folder / "config.json").read_bytes()
    assert old in data
    (folder / "config.json").write_bytes(data.replace(old, new))
    with pytest.raises(BadInput):
        load_seq2seq(folder)
