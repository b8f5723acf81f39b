"""The simulated world as a judge: a text that tells a day, or answers about villages, in; labels with exact keys out.

The seed is the village. What a candidate is given for it is `task`; nothing of what is right stands in there but the
day itself.
"""

from dataclasses import dataclass
from typing import Any, Literal

from foundling.evaluation.spaces import world_answers, world_day
from foundling.evaluation.spaces.space import Evidence, Label
from foundling.evaluation.spaces.world_telling import telling_labels
from foundling.records import content_hash

LARGEST = 64 * 1024  # bytes of a candidate
Form = Literal["telling", "answers"]


@dataclass(frozen=True, kw_only=True)
class WorldSpace:
    """Villages that no corpus holds. form: what a candidate is, prose about one day or answers as a JSON object."""

    name: str = "world"
    form: Form = "telling"

    def task(self, seed: int) -> dict[str, Any]:
        """What is asked for a seed, as plain JSON values."""
        return world_day.sheet(seed) if self.form == "telling" else world_answers.sheet(seed)

    def judge(self, candidate: bytes, *, seed: int) -> Evidence:
        """One label for each thing that can be held against the world."""
        if len(candidate) > LARGEST:
            labels: tuple[Label, ...] = (Label(name="size", passed=False, detail=f"over {LARGEST:,} bytes"),)
        elif self.form == "answers":
            labels = tuple(world_answers.answer_labels(candidate, seed))
        else:
            labels = self._told(candidate, seed)
        return Evidence(space=self.name, candidate=content_hash(candidate), seed=seed, labels=labels)

    def _told(self, candidate: bytes, seed: int) -> tuple[Label, ...]:
        try:
            return tuple(telling_labels(candidate.decode("utf-8"), world_day.day_of(seed)))
        except UnicodeDecodeError:
            return (Label(name="text", passed=False, detail="it is not UTF-8"),)
