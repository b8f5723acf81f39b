"""The encoder gives the logits of transformers' ModernBERT, sees both sides, and comes back from its files."""

from pathlib import Path

import pytest
import torch

from foundling.home import write_folder
from foundling.model import Sight
from foundling.model.architectures import load_model
from foundling.model.encoder import Encoder
from foundling.model.encoder_folder import encoder_files, load_encoder
from foundling.recipe import Shape
from foundling.recipe.architectures import MaskingRecipe, reserved_ids, shape_for
from foundling.records import BadInput

SHAPE = Shape(layers=3, width=64, heads=4, kv_heads=4, head_dim=16, hidden=96, vocabulary=101, context=40)


def model(seed: int = 1) -> Encoder:
    made = Encoder(SHAPE, generator=torch.Generator().manual_seed(seed)).eval()
    with torch.no_grad():
        for number, weight in enumerate(made.parameters()):
            noise = torch.randn(weight.shape, generator=torch.Generator().manual_seed(number))
            weight.add_(noise, alpha=0.1)  # norms that are not 1, and scores far apart
    return made


def ids(batch: int = 3, length: int = 40) -> torch.Tensor:
    return torch.randint(0, SHAPE.vocabulary, (batch, length), generator=torch.Generator().manual_seed(5))


def saved(folder: Path, made: Encoder) -> Path:
    write_folder(folder, encoder_files(SHAPE, made.state_dict()))
    return folder


def test_logits_equal_those_of_transformers(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    made = model()
    theirs, report = transformers.ModernBertForMaskedLM.from_pretrained(
        saved(tmp_path / "m", made), attn_implementation="eager", dtype=torch.float32, output_loading_info=True
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]
    with torch.no_grad():
        wanted, found = theirs.eval()(input_ids=ids()).logits, made(ids())
    assert found.std() > 0.5  # a comparison of near-zeros would prove nothing
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)


def test_it_comes_back_from_its_files_to_the_bit(tmp_path: Path) -> None:
    made = model()
    back = load_encoder(saved(tmp_path / "m", made))
    assert back.shape == SHAPE and not back.training
    for name, weight in made.state_dict().items():
        assert torch.equal(weight, back.state_dict()[name]), name
    assert isinstance(load_model(tmp_path / "m"), Encoder)


def test_every_position_sees_both_sides_and_no_other_document() -> None:
    made, rows = model(), ids(1, 12)
    changed = rows.clone()
    changed[0, 9] = (changed[0, 9] + 1) % SHAPE.vocabulary
    with torch.no_grad():
        assert not torch.allclose(made(rows)[0, 2], made(changed)[0, 2])
        segment = torch.tensor([[0] * 6 + [1] * 6])
        closed = Sight(causal=False, segment_BT=segment)
        assert torch.equal(made(rows, closed)[0, :6], made(changed, closed)[0, :6])
        assert not torch.allclose(made(rows, closed)[0, 7], made(changed, closed)[0, 7])


def test_a_shape_that_the_layout_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="heads"):
        Encoder(Shape(layers=1, width=64, heads=4, kv_heads=2, head_dim=16, hidden=96, vocabulary=101, context=40))


@pytest.mark.parametrize(("file", "old", "new"), [
    ("config.json", b'"hidden_activation":"silu"', b'"hidden_activation":"gelu"'),
    ("config.json", b'"num_hidden_layers":3', b'"num_hidden_layers":2'),
    ("config.json", b'"num_hidden_layers":3', b'"num_hidden_layers":true'),
    ("config.json", b'"hidden_size":64', b'"hidden_size":-64'),
    ("config.json", b'"hidden_size":64', b'"hidden_size":66'),
    ("config.json", b'"vocab_size":101', b'"vocab_size":102'),
    ("weights.safetensors", b"head.dense", b"head.tense"),
])
def test_a_folder_that_is_none_of_ours_is_refused(tmp_path: Path, file: str, old: bytes, new: bytes) -> None:
    folder = saved(tmp_path / "m", model())
    data = (folder / file).read_bytes()
    assert old in data
    (folder / file).write_bytes(data.replace(old, new))
    with pytest.raises(BadInput):
        load_encoder(folder)


def test_shapes_of_the_architectures_have_about_equal_parameters() -> None:
    from foundling.model.architectures import DECODER, ENCODER, SEQ2SEQ
    from foundling.recipe import SIZES, preset

    masking = MaskingRecipe()
    for size in SIZES:
        gpt = preset(size, 2048)
        counts = {}
        for name, kind in (("gpt", DECODER), ("bert", ENCODER), ("encoder-decoder", SEQ2SEQ), ("hybrid", DECODER)):
            shape = shape_for(name, gpt, masking)
            assert shape.vocabulary == 2048 + reserved_ids(name, gpt.context, masking)
            with torch.device("meta"):
                counts[name] = sum(weight.numel() for weight in kind.make(shape).parameters())
        assert counts["gpt"] == gpt.parameters
        assert max(counts.values()) / min(counts.values()) < 1.16, (size, counts)
