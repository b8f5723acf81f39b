"""Several trained decoders into one: shards and frozen teachers flow in, an objective for the one loop flows out.

The student learns the text and, beside it, the mean of what the teachers hold likely at every place (Hinton et al.
2015, arXiv 1503.02531). Where text is scarce and time is not, an ensemble tells it better than any one model, and a
student keeps most of that (Kim et al. 2025, arXiv 2509.14786). A pure function of (weights, step); teachers are never
changed. Each reads every batch anew: nothing of theirs is kept, which would be a vocabulary of numbers a token.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from foundling.model import Decoder, Sight, load_decoder
from foundling.recipe.distilling import DistillingRecipe
from foundling.records import BadInput
from foundling.tokens import Batch, Shards, pack_batch
from foundling.training.loop import Loss, Objective
from foundling.training.objectives import distance_to, next_token_loss


def read_teachers(folders: Sequence[str], vocabulary: int) -> list[Decoder]:
    """The trained decoders of these folders, frozen. Raises BadInput for none, and for one of another vocabulary."""
    teachers = [load_decoder(Path(folder)).eval().requires_grad_(False) for folder in folders]
    for folder, teacher in zip(folders, teachers, strict=True):
        if teacher.shape.vocabulary != vocabulary:
            raise BadInput(
                f"The teacher {folder} knows {teacher.shape.vocabulary} ids and the student {vocabulary}: give only "
                "teachers that were trained with the student's tokenizer."
            )
    if not teachers:
        raise BadInput("Nobody is there to learn from: name the folders of trained models in the job's `teachers`.")
    return teachers


def _logits(model: Decoder, batch: Batch, dtype: str) -> Tensor:
    """Logits (B, T, V) of a packed batch in float32, attention closed at document borders."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
        logits: Tensor = model.logits(model.hidden(batch.ids_BT, Sight(segment_BT=batch.segment_BT)))
    return logits.float()


@torch.no_grad()
def _believed(teachers: Sequence[Decoder], batch: Batch, dtype: str, temperature: float) -> Tensor:
    """The mean of the teachers' probabilities (B, T, V)."""
    total = torch.zeros(())
    for teacher in teachers:
        total = total + torch.softmax(_logits(teacher, batch, dtype) / temperature, dim=-1)
    return total / len(teachers)


def distilling(
    shards: Shards, teachers: Sequence[Decoder], dtype: str, recipe: DistillingRecipe, *, seed: int, rows: int,
    length: int,
) -> Objective[Decoder]:
    """Next-token training on packed documents, mixed with the distance to the teachers' mean."""
    def objective(model: Decoder, step: int) -> Loss:
        batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
        logits_BTV = _logits(model, batch, dtype)
        believed_BTV = _believed(teachers, batch, dtype, recipe.temperature)
        nats_BT = -torch.log_softmax(logits_BTV, -1).gather(-1, batch.targets_BT[..., None])[..., 0]
        text = next_token_loss(nats_BT, batch.weight_BT)
        apart = next_token_loss(distance_to(believed_BTV, logits_BTV, recipe.temperature), batch.weight_BT)
        return Loss(
            value=(1.0 - recipe.share) * text + recipe.share * apart, tokens=int(batch.weight_BT.sum()),
            parts=(("text", float(text.detach())), ("teachers", float(apart.detach()))),
        )
    return objective
