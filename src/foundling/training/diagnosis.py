"""What a curve says in words: points of a run flow in, a verdict and advice flow out. It draws and stops nothing.

Also the words for a run that went wrong, and the watch that notices a loss that exploded without becoming no number.
Thresholds were set by hand on short runs of sizes tiny and small; they are habits, not laws, and one run that they
call wrongly stands in LOG.md (diagnosis).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.recipe import TrainRecipe
from foundling.tokens import Shards, pack_batch, read_shards
from foundling.tokens.packing import epoch_order

RISE = 0.006  # the share above its best at which validation counts as having risen
FALL = 0.012  # the share that validation lost over the last quarter of the looks of a run that was still learning
GAP = 0.15  # the share of validation by which training stood below it at the end of a run that learns by heart
_MARGIN = 1.0  # nats above the lowest mean loss so far, held for WAIT steps, that count as an explosion
_WAIT = 50
_MEMORY = 0.9  # factor of the watch's moving mean of losses


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a curve. loss: nats per target; validation: bits per byte of a look, or None between looks; rate:
    the multiplier of the learning rate; gap: validation minus training loss, both in bits per byte, where known."""

    step: int
    loss: float
    validation: float | None = None
    gradient_norm: float = 0.0
    rate: float = 1.0
    gap: float | None = None


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """verdict: "unclear", "diverged", "overfit", "still falling", "underfit" or "well fit"; one sentence on what was
    seen; what to change, most promising first."""

    verdict: str
    words: str
    advice: tuple[str, ...]


_ADVICE = {
    "unclear": ("Let it run longer: with fewer than four looks at validation text nothing can be said.",),
    "diverged": (
        "Lower the learning rate to a third.", "Lengthen the warm-up.", "Clip gradients harder (clip 0.5).",
    ),
    "overfit": (
        "Stop earlier: fewer epochs.", "Regularise more: double the weight decay, raise dropout by 0.1, mask 10% of "
        "the input tokens.", "Add text, or take a smaller model.",
    ),
    "still falling": ("Train longer: more epochs of the same text.", "Then try a larger model."),
    "underfit": (
        "Take a larger model or train longer.", "Raise the learning rate by half.", "Lower dropout and weight decay.",
    ),
    "well fit": ("Nothing is wrong. More text would help most; then an average over the last part of the run.",),
}


def read_point(row: Mapping[str, Any], bytes_per_token: float | None = None) -> Point:
    """A point from a row of a curve as training.json holds it; the gap where the text's bytes per token are known."""
    validation, gap = row.get("validation"), row.get("gap")
    if gap is None and validation is not None and bytes_per_token:
        gap = validation - row["loss"] / (math.log(2) * bytes_per_token)
    return Point(
        step=row["step"], loss=row["loss"], validation=validation, gradient_norm=row.get("gradient_norm") or 0.0,
        rate=row.get("rate", 1.0), gap=gap,
    )


def _say(verdict: str, words: str) -> Diagnosis:
    return Diagnosis(verdict=verdict, words=words, advice=_ADVICE[verdict])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _wreck(points: Sequence[Point]) -> str | None:
    """What was seen of a divergence, if there was one: no number, or losses that ended far above their lowest."""
    for point in points:
        found = {"loss": point.loss, "validation loss": point.validation, "gradient's norm": point.gradient_norm}
        for what, value in found.items():
            if value is not None and not math.isfinite(value):
                return f"The {what} was {value} at step {point.step}."
    width = max(1, len(points) // 10)
    means = [_mean([p.loss for p in points[i:i + width]]) for i in range(0, len(points) - width + 1, width)]
    if means and means[-1] > min(means) + max(0.5, 0.1 * min(means)):
        return f"The training loss ended at {means[-1]:.2f} nats, far above the {min(means):.2f} it had reached."
    if means and means[-1] > points[0].loss + 0.5:
        return f"The training loss ended at {means[-1]:.2f} nats, above the {points[0].loss:.2f} of the first step."
    return None


def diagnose(
    curve: Sequence[Point | Mapping[str, Any]], *, bytes_per_token: float | None = None
) -> Diagnosis:
    """What a run of next-token training was, by its curve: points, or rows as training.json holds them.

    bytes_per_token: of the text, for the gap between training and validation, where rows hold none. A run with
    dropout sees its training loss too high, so that its gap looks smaller than it is.
    """
    points = [p if isinstance(p, Point) else read_point(p, bytes_per_token) for p in curve]
    wreck = _wreck(points)
    if wreck is not None:
        return _say("diverged", wreck)
    looks = [(p.step, p.validation) for p in points if p.validation is not None]
    if len(looks) < 4:
        often = "once" if len(looks) == 1 else f"{len(looks)} times"
        return _say("unclear", f"The run was looked at {often}: too few to judge it.")
    best_step, best = min(looks, key=lambda look: look[1])
    last_step, last = looks[-1]
    gap = next((p.gap for p in reversed(points) if p.gap is not None), None)
    wide = gap is not None and gap > GAP * last
    told = "" if gap is None else f" Training text is told better than validation text by {gap:.2f} bits per byte."
    if last > best * (1.0 + RISE) and best_step < last_step:
        return _say("overfit", f"Validation was best at step {best_step} ({best:.3f} bits per byte) and rose to "
                               f"{last:.3f} by step {last_step}: the model began to learn its text by heart.{told}")
    before = looks[-1 - max(1, len(looks) // 4)][1]
    fall = (before - last) / before
    if fall > FALL:
        return _say("still falling", f"Validation fell by {fall:.1%} over the last quarter of the run, to {last:.3f} "
                                     f"bits per byte: it had not finished learning.{told}")
    if wide:
        return _say("overfit", f"Validation stands still at {last:.3f} bits per byte.{told}")
    if gap is not None and gap < 0.02 * last:
        return _say("underfit", f"Validation stands still at {last:.3f} bits per byte, and training text is told no "
                                "better: the model is too small, too strongly regularised or too slow.")
    return _say("well fit", f"Validation levelled off at {last:.3f} bits per byte and did not rise.{told}")


class Diverged(FloatingPointError):
    """A run that went wrong: what was seen, and in which batch, which is a function of seed and step."""

    def __init__(self, what: str, *, step: int, seed: int) -> None:
        super().__init__(f"{what} at step {step} (batch {step} of seed {seed})")
        self.step = step


@dataclass(kw_only=True)
class Watch:
    """Notices an explosion while a run goes on: see() is given every loss and raises when it stayed far too high.

    It remembers a moving mean of losses, the lowest that was reached, and for how many steps the mean was more than a
    nat above it. Nothing of it decides bits, so it is not saved: a resumed run waits anew.
    """

    mean: float | None = None
    lowest: float = math.inf
    above: int = 0

    def see(self, loss: float, *, step: int, seed: int) -> None:
        """Take note of a step's loss. Raises Diverged when it is no number, and when the mean stood a nat too high for
        50 steps."""
        if not math.isfinite(loss):
            raise Diverged(f"the loss is {loss}", step=step, seed=seed)
        self.mean = loss if self.mean is None else _MEMORY * self.mean + (1.0 - _MEMORY) * loss
        self.lowest = min(self.lowest, self.mean)
        self.above = self.above + 1 if self.mean > self.lowest + _MARGIN else 0
        if self.above >= _WAIT:
            words = f"the loss has stood at {self.mean:.2f} nats for {_WAIT} steps, after {self.lowest:.2f},"
            raise Diverged(words, step=step, seed=seed)


def documents_of(shards: Shards, *, seed: int, step: int, rows: int, length: int) -> list[int]:
    """The numbers of the documents in the shards that a step's batch was cut from: where to look for odd text."""
    count = len(shards.starts) - 1
    batch = pack_batch(shards, seed=seed, step=step, rows=rows, length=length)
    owners = {divmod(int(owner), count) for owner in set(batch.segment_BT.flatten().tolist())}
    return sorted({int(epoch_order(count, seed, epoch)[place]) for epoch, place in owners})


def advice_after(fault: FloatingPointError, job: Mapping[str, Any]) -> str:
    """A sentence or two for a person whose run diverged: what happened, in which documents where the batch is one of
    the stories alone, and which settings to change to what."""
    recipe, step = TrainRecipe(**job["recipe"]), getattr(fault, "step", None)
    where = ""
    if step is not None and job["task"] == "birth":
        shards = read_shards(Path(job["tokens"]), "train")
        found = documents_of(shards, seed=job["seed"], step=step, rows=recipe.rows, length=job["shape"]["context"])
        shown = ", ".join(map(str, found[:8])) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
        where = f"; its {recipe.rows} rows were cut from documents {shown} of the training shards"
    rates = f"rate {recipe.rate:g} to {recipe.rate / 3:.2g}"
    if recipe.optimiser == "muon":
        rates += f" and matrix_rate {recipe.matrix_rate:g} to {recipe.matrix_rate / 3:.2g}"
    clip = f", or clip {recipe.clip:g} to {recipe.clip / 2:g}" if recipe.clip > 0.25 else ""
    warm = f", or warmup {recipe.warmup:g} to {max(0.05, min(0.3, 2 * recipe.warmup)):g}"
    return f"The training diverged: {fault}{where}. Lower the learning rate ({rates}){warm}{clip}."
