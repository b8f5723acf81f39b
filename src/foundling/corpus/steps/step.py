"""What a cleaning step is: something with a name that takes a story and gives a story, or a drop with its reason."""

from typing import Protocol

from foundling.corpus.dropped import Dropped
from foundling.records import Story


class CleaningStep(Protocol):
    """A frozen keyword-only dataclass with `name`; calling it is pure, deterministic and cheap to pickle.

    Gives `Dropped(title=..., reason=..., step=self.name, source=story.source, story=story)` for what it leaves out.
    """

    @property
    def name(self) -> str:
        """The step's name as a person types it: "language", "repetition"."""

    def __call__(self, story: Story) -> Story | Dropped:
        """The story, another story in its place, or why it is left out."""
