"""Several models into one: the loss against plain torch and by hand, teachers that stay as they are, a resumed run."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tinyrun import SHAPE, Fresh, tiny_job

from foundling.home import write_folder
from foundling.model import Decoder, Sight, model_files
from foundling.recipe.distilling import DistillingRecipe
from foundling.records import BadInput
from foundling.tokens import pack_batch, read_shards
from foundling.training import program
from foundling.training.distilling import distilling, read_teachers
from foundling.training.objectives import distance_to
from foundling.training.state import load_state, save_state


def decoder(seed: int, scale: float = 8.0) -> Decoder:
    """Weights large enough that models differ clearly in what they hold likely."""
    made = Decoder(SHAPE, generator=torch.Generator().manual_seed(seed)).eval()
    with torch.no_grad():
        for weight in made.parameters():
            if weight.dim() == 2:
                weight.mul_(scale)
    return made


def job_with(folder: Path, *teachers: Decoder, **given: Any) -> dict[str, Any]:
    """A job of the task, whose teachers are saved beside it."""
    job, places = tiny_job(folder, dropout=given.pop("dropout", 0.0)), []
    for number, teacher in enumerate(teachers):
        places.append(str(folder / f"teacher-{number}"))
        if not (folder / f"teacher-{number}").exists():
            write_folder(folder / f"teacher-{number}", model_files(SHAPE, teacher.state_dict()))
    return job | {"task": "distil", "teachers": places, "distilling": given}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_distance_and_its_gradient_are_those_of_the_paper(temperature: float) -> None:
    """Nats against loops; the gradient of the logits is T (q - p) (Hinton et al. 2015, equation 2)."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 7, generator=generator, dtype=torch.float64, requires_grad=True)
    believed = torch.randn(2, 3, 7, generator=generator, dtype=torch.float64).mul(2).softmax(-1)
    found = distance_to(believed, logits, temperature)
    told = (logits / temperature).softmax(-1)
    for row in range(2):
        for place in range(3):
            nats = sum(float(p) * math.log(float(p) / float(q))
                       for p, q in zip(believed[row, place], told[row, place].detach(), strict=True))
            assert float(found[row, place].detach()) == pytest.approx(temperature**2 * nats, rel=1e-9)
    found.sum().backward()
    assert torch.allclose(logits.grad, temperature * (told - believed).detach(), atol=1e-12)
    assert torch.autograd.gradcheck(lambda x: distance_to(believed, x, temperature), (logits,))


def test_what_nobody_believes_costs_nothing() -> None:
    believed, logits = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[0.0, -1e4]]])
    assert float(distance_to(believed, logits, 1.0)) == 0.0


@pytest.mark.parametrize(("share", "temperature"), [(0.0, 1.0), (0.4, 1.0), (0.4, 2.5), (1.0, 1.0)])
def test_the_loss_and_every_gradient_are_those_of_plain_torch(
    tmp_path: Path, share: float, temperature: float
) -> None:
    shards = read_shards(Path(tiny_job(tmp_path)["tokens"]), "train")
    student, teachers = decoder(0), [decoder(1), decoder(2)]
    recipe = DistillingRecipe(share=share, temperature=temperature)
    objective = distilling(shards, teachers, "float32", recipe, seed=3, rows=4, length=24)
    loss = objective(student, 1)
    loss.value.backward()
    found = {name: weight.grad.clone() for name, weight in student.named_parameters()}
    student.zero_grad(set_to_none=True)

    batch = pack_batch(shards, seed=3, step=1, rows=4, length=24)
    sight = Sight(segment_BT=batch.segment_BT)
    with torch.no_grad():
        mean = torch.stack([(t(batch.ids_BT, sight) / temperature).softmax(-1) for t in teachers]).mean(0)
    logits, weight = student(batch.ids_BT, sight), batch.weight_BT
    text = F.cross_entropy(logits.flatten(0, 1), batch.targets_BT.flatten(), reduction="none").view(weight.shape)
    logs = (logits / temperature).log_softmax(-1)
    apart = temperature**2 * (mean * (mean.log() - logs)).sum(-1)
    expected = ((1 - share) * (text * weight).sum() + share * (apart * weight).sum()) / weight.sum()
    assert float(loss.value.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    assert dict(loss.parts)["text"] == pytest.approx(float((text * weight).sum().detach() / weight.sum()), rel=1e-5)
    assert loss.tokens == int(weight.sum())
    expected.backward()
    for name, parameter in student.named_parameters():
        assert torch.allclose(found[name], parameter.grad, rtol=1e-3, atol=1e-6), name


def test_teachers_that_are_the_student_are_no_distance_away(tmp_path: Path) -> None:
    shards = read_shards(Path(tiny_job(tmp_path)["tokens"]), "train")
    student = decoder(0)
    recipe = DistillingRecipe(share=1.0)
    same = distilling(shards, [decoder(0), decoder(0)], "float32", recipe, seed=3, rows=4, length=24)(student, 0)
    other = distilling(shards, [decoder(0), decoder(1)], "float32", recipe, seed=3, rows=4, length=24)(student, 0)
    assert dict(same.parts)["teachers"] == pytest.approx(0.0, abs=1e-6) and dict(other.parts)["teachers"] > 0.1
    same.value.backward()
    assert max(float(weight.grad.abs().max()) for weight in student.parameters()) < 1e-5


def test_the_mean_is_of_probabilities_and_nobody_counts_twice(tmp_path: Path) -> None:
    """Two teachers of whom each is sure of another id: the student that halves its belief is nearest to both."""
    shards = read_shards(Path(tiny_job(tmp_path)["tokens"]), "train")
    recipe = DistillingRecipe(share=1.0)

    def apart(*teachers: Decoder) -> float:
        made = distilling(shards, teachers, "float32", recipe, seed=3, rows=4, length=24)
        with torch.no_grad():
            return float(made(decoder(0), 0).value)

    one, two = decoder(1), decoder(2)
    assert apart(one, two) == pytest.approx(apart(two, one), rel=1e-5)
    assert apart(one, one) == pytest.approx(apart(one), rel=1e-5)
    assert apart(one, two) < (apart(one) + apart(two)) / 2  # the divergence is convex


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_it_learns_from_its_teachers_and_leaves_them_alone(tmp_path: Path, dtype: str) -> None:
    job = job_with(tmp_path, decoder(1), decoder(2), share=1.0) | {"dtype": dtype}
    job["recipe"] |= {"steps": 40, "look": 40, "matrix_rate": 0.05, "rate": 0.01}
    before = {path.name: path.read_bytes() for path in (tmp_path / "teacher-0").iterdir()}
    fresh = Fresh(job)
    apart = [dict(said["parts"])["teachers"] for said in fresh.steps()]
    assert sum(apart[-4:]) < 0.8 * sum(apart[:4])
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "teacher-0").iterdir()}


def test_an_interrupted_run_ends_with_the_same_bits(tmp_path: Path) -> None:
    job = job_with(tmp_path, decoder(1), decoder(2), dropout=0.1)
    whole, first, second = Fresh(job), Fresh(job), Fresh(job)
    whole.steps()
    first.steps(5)
    save_state(tmp_path / "state", first.run, [], "job")
    load_state(tmp_path / "state", second.run, "job")
    second.steps()
    assert second.bits() == whole.bits()


def test_the_program_trains_it_and_the_folder_can_teach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = job_with(tmp_path, decoder(1))
    assert program.work(job, []) == 0
    assert json.loads((tmp_path / "out" / "training.json").read_bytes())["task"] == "distil"
    assert len(read_teachers([job["out"]], SHAPE.vocabulary)) == 1
    capsys.readouterr()


def test_teachers_that_cannot_teach_are_refused(tmp_path: Path) -> None:
    job = job_with(tmp_path, decoder(1))
    with pytest.raises(BadInput, match="knows 100 ids and the student 101"):
        read_teachers(job["teachers"], 101)
    with pytest.raises(BadInput, match="Nobody is there"):
        read_teachers([], 100)
    weights = tmp_path / "teacher-0" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-50] ^= 1
    weights.write_bytes(data)
    with pytest.raises(BadInput, match=r"weights\.safetensors has changed"):
        program.work(job, [])


@pytest.mark.parametrize("wrong", [{"share": 1.1}, {"share": -0.1}, {"temperature": 0.0}])
def test_a_recipe_that_means_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="cannot be learnt from"):
        DistillingRecipe(**wrong)
