"""What was left out of a corpus, and why: nothing falls silently. It decides nothing."""

from dataclasses import dataclass

from foundling.records import Story


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """What was left out: the reason completes the sentence "it ...".

    step: the name of the station or step that left it out ("read" for what could not be read at all); story: the whole
    text, so that it can be looked at and put back; None where there is none. source: as in `Story`.
    """

    title: str
    reason: str
    step: str = "read"
    source: str = ""
    story: Story | None = None
