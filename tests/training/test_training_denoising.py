"""Objectives that fill in equal plain loops, resume to the bit, train, and are saved as what they are."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tinyrun import NAMING, SHAPE, write_tokens

from foundling.home import write_folder
from foundling.model import Decoder, Sight
from foundling.model.architectures import load_model
from foundling.model.encoder import Encoder
from foundling.model.seq2seq import Seq2Seq
from foundling.recipe import Shape, TrainRecipe
from foundling.recipe.architectures import TASKS, MaskingRecipe, shape_for
from foundling.records import BadInput, to_jsonable
from foundling.tokens import pack_batch, read_shards
from foundling.training.corruption import corrupt_step
from foundling.training.loop import Run, train
from foundling.training.masking import hide, hide_next, mask_generator
from foundling.training.optimisers import Optimiser, fused_rows, hidden_matrices
from foundling.training.sources import Precision
from foundling.training.state import load_state, save_state
from foundling.training.tasks import build_look, build_objective, new_model, task_files

MASKING = MaskingRecipe()
KINDS = {"bert": Encoder, "encoder-decoder": Seq2Seq, "hybrid": Decoder}
RECIPE = TrainRecipe(steps=8, rows=4, dropout=0.1, look=3)
FLOAT = Precision(dtype="float32")


def make_shape(architecture: str) -> Shape:
    return shape_for(architecture, SHAPE, MASKING)


def make_job(folder: Path, architecture: str, dtype: str = "float32") -> dict[str, Any]:
    if not (folder / "tokens").exists():
        write_tokens(folder / "tokens")
    return {
        "task": TASKS[architecture], "tokens": str(folder / "tokens"), "start": None, "seed": 3, "dtype": dtype,
        "naming": to_jsonable(NAMING), "masking": to_jsonable(MASKING), "shape": to_jsonable(make_shape(architecture)),
    }


def ready(model: Any) -> Any:
    """Weights large enough that ids differ clearly in probability, and no dropout."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight.mul_(5.0)
    return model.eval()


def nats_of(logits: torch.Tensor, target: int) -> float:
    return -float(logits.double().log_softmax(-1)[target])


@torch.no_grad()
def test_masked_training_equals_a_plain_loop(tmp_path: Path) -> None:
    """Each document piece of each row alone, position by position."""
    job, shape = make_job(tmp_path, "bert"), make_shape("bert")
    model = ready(new_model(job, shape, dropout=0.1))
    loss = build_objective(job, RECIPE, shape, FLOAT)(model, 2)
    batch = pack_batch(read_shards(tmp_path / "tokens", "train"), seed=3, step=2, rows=4, length=shape.context)
    gaps, chosen = hide(batch.ids_BT, MASKING, shape.vocabulary - 1, mask_generator(3, 2))
    nats = []
    for row in range(4):
        alone = (batch.segment_BT[row][:, None] == batch.segment_BT[row][None, :])[None, None]
        logits = model(gaps[row:row + 1], Sight(mask=alone))[0]
        nats += [nats_of(logits[i], int(batch.ids_BT[row, i])) for i in range(shape.context) if chosen[row, i]]
    assert loss.tokens == len(nats) > 10
    assert float(loss.value) == pytest.approx(sum(nats) / len(nats), abs=1e-4)


@torch.no_grad()
def test_hybrid_training_equals_a_plain_loop(tmp_path: Path) -> None:
    job, shape = make_job(tmp_path, "hybrid"), make_shape("hybrid")
    model = ready(new_model(job, shape, dropout=0.1))
    loss = build_objective(job, RECIPE, shape, FLOAT)(model, 1)
    batch = pack_batch(read_shards(tmp_path / "tokens", "train"), seed=3, step=1, rows=4, length=shape.context)
    part, mask_id = (batch.ids_BT[:2], batch.segment_BT[:2]), shape.vocabulary - 1
    gaps, weight = hide_next(*part, MASKING, mask_id, mask_generator(3, 1))
    filled, following = [], []
    for row in range(4):
        segment = batch.segment_BT[row:row + 1]
        logits = model(gaps[row:row + 1], Sight(causal=False, segment_BT=segment))[0] if row < 2 else model(
            batch.ids_BT[row:row + 1], Sight(segment_BT=segment))[0]
        for i in range(shape.context):
            if row < 2 and weight[row, i]:
                filled.append(nats_of(logits[i], int(batch.ids_BT[row, i + 1])))
            if row >= 2 and batch.weight_BT[row, i]:
                following.append(nats_of(logits[i], int(batch.targets_BT[row, i])))
    means = sum(following) / len(following), sum(filled) / len(filled)
    assert [name for name, _ in loss.parts] == ["next", "masked"]
    assert [part for _, part in loss.parts] == pytest.approx(means, abs=1e-4)
    assert float(loss.value) == pytest.approx(sum(means) / 2, abs=1e-4)
    assert loss.tokens == len(filled) + len(following)


@torch.no_grad()
def test_span_corruption_equals_a_plain_loop(tmp_path: Path) -> None:
    """Every piece of a document as a source and a target of its own, without packing or padding."""
    job, shape = make_job(tmp_path, "encoder-decoder"), make_shape("encoder-decoder")
    model = ready(new_model(job, shape, dropout=0.1))
    loss = build_objective(job, RECIPE, shape, FLOAT)(model, 4)
    batch = pack_batch(read_shards(tmp_path / "tokens", "train"), seed=3, step=4, rows=4, length=shape.context)
    made = corrupt_step(batch.ids_BT, batch.segment_BT, MASKING, shape.vocabulary, seed=3, step=4)
    nats = []
    for row in range(4):
        for piece in set(made.target_segment_BT[row].tolist()) - {-1}:
            source = made.source_BS[row][made.source_segment_BS[row] == piece][None]
            own = made.target_segment_BT[row] == piece
            inputs, targets = made.inputs_BT[row][own][None], made.targets_BT[row][own].tolist()
            assert inputs[0].tolist() == [0, *targets[:-1]] and targets[-1] == 1
            nats += [nats_of(line, target) for line, target in zip(model(source, inputs)[0], targets, strict=True)]
    assert loss.tokens == len(nats) > 10
    assert float(loss.value) == pytest.approx(sum(nats) / len(nats), abs=1e-4)


class Fresh:
    """What a new process makes of a job: a run at step 0, its objective and its look."""

    def __init__(self, job: dict[str, Any], recipe: TrainRecipe = RECIPE) -> None:
        shape, precision = Shape(**job["shape"]), Precision(dtype=job["dtype"])
        model = new_model(job, shape, dropout=recipe.dropout)
        shadow = new_model(job, shape, dropout=0.0).requires_grad_(False)
        self.run: Run[Any] = Run(model=model, shadow=shadow, optimiser=Optimiser(model, recipe))
        self.recipe, self.objective = recipe, build_objective(job, recipe, shape, precision)
        validation = read_shards(Path(job["tokens"]), "validation")
        self.look = build_look(job, shape, precision, validation)

    def steps(self, last: int) -> list[tuple[float, float | None]]:
        said: list[tuple[float, float | None]] = []
        for step in train(self.run, self.recipe, self.objective, self.look, seed=3):
            said.append((step.loss, step.validation))
            if step.step == last:
                break
        return said

    def bits(self) -> dict[str, bytes]:
        groups = {"m": self.run.model.state_dict(), "s": self.run.shadow.state_dict(), "b": self.run.best,
                  "o": self.run.optimiser.tensors()}
        return {f"{group}.{name}": tensor.detach().contiguous().numpy().tobytes()
                for group, tensors in groups.items() for name, tensor in tensors.items()}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("architecture", list(KINDS))
def test_an_interrupted_run_ends_with_the_same_bits(tmp_path: Path, architecture: str, dtype: str) -> None:
    torch.set_num_threads(1)
    job = make_job(tmp_path, architecture, dtype)
    whole = Fresh(job)
    said = whole.steps(8)
    assert whole.run.step == 8 and all(torch.isfinite(w).all() for w in whole.run.model.parameters())
    for k in (1, 3, 7):
        first = Fresh(job)
        before = first.steps(k)
        save_state(tmp_path / f"state-{k}", first.run, [], "job")
        second = Fresh(job)
        load_state(tmp_path / f"state-{k}", second.run, "job")
        assert second.run.step == k and second.bits() == first.bits()
        assert before + second.steps(8) == said and second.bits() == whole.bits()


@pytest.mark.parametrize("architecture", list(KINDS))
def test_training_learns_and_the_files_load_as_what_they_are(tmp_path: Path, architecture: str) -> None:
    torch.set_num_threads(1)
    job = make_job(tmp_path, architecture)
    fresh = Fresh(job, TrainRecipe(steps=60, rows=8, look=30, rate=1e-2))
    said = fresh.steps(60)
    assert said[-1][1] is not None and said[-1][1] < fresh.run.first * 0.9
    shape = make_shape(architecture)
    write_folder(tmp_path / "out", task_files(job, shape, fresh.run.best))
    back = load_model(tmp_path / "out")
    assert type(back) is KINDS[architecture] and back.shape == shape
    again = new_model(job | {"start": str(tmp_path / "out")}, shape, dropout=0.0)
    for name, weight in again.state_dict().items():
        assert torch.equal(weight, fresh.run.best[name]), name


def test_what_the_looks_say(tmp_path: Path) -> None:
    """With all weights of the output 0, every hidden id costs log2(vocabulary) bits, whatever was hidden."""
    for architecture in KINDS:
        job, shape = make_job(tmp_path, architecture), make_shape(architecture)
        model = new_model(job, shape, dropout=0.0)
        torch.nn.init.zeros_(model.embedding.weight)
        look = build_look(job, shape, FLOAT, read_shards(tmp_path / "tokens", "validation"))
        assert look(model) == pytest.approx(math.log2(shape.vocabulary), rel=1e-4)  # an id is a byte in these texts


def test_a_hybrid_needs_rows_for_both_ways(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="both ways"):
        build_objective(make_job(tmp_path, "hybrid"), replace(RECIPE, rows=1), make_shape("hybrid"), FLOAT)


def test_fused_matrices_say_what_they_are_made_of(tmp_path: Path) -> None:
    """Muon steps each matrix by itself; tables of ids and distances are none of its matrices."""
    for architecture in KINDS:
        model = new_model(make_job(tmp_path, architecture), make_shape(architecture), dropout=0.0)
        matrices, rows = hidden_matrices(model), fused_rows(model)
        assert {name for name in matrices if "qkv" in name or "gate_up" in name} == rows.keys()
        assert all(sum(rows[name]) == matrices[name].shape[0] for name in rows)
        assert not [name for name in matrices if "embedding" in name]


@torch.no_grad()
def test_noise_changes_what_is_read_and_never_what_is_told(tmp_path: Path) -> None:
    """The recipe's share of random input ids, in next-token training."""
    job = make_job(tmp_path, "gpt") | {"task": "birth"}
    model = ready(new_model(job, SHAPE, dropout=0.0))
    calm, noisy = (build_objective(job, replace(RECIPE, masking=m), SHAPE, FLOAT)(model, 0) for m in (0.0, 0.5))
    assert calm.tokens == noisy.tokens and abs(float(calm.value - noisy.value)) > 1e-3
