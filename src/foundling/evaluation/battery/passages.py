"""Stories and villages in, passages of whole sentences out, all of about one length: what the spoilers work on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from foundling.evaluation.battery.pair import Half
from foundling.evaluation.battery.spoiling import LEAST_SENTENCES, sentences
from foundling.evaluation.battery.villages import tales, telling_of
from foundling.records import Story
from foundling.world.chance import Dice

SHORTEST, LONGEST = 200, 420  # bytes: both texts of a pair fit the context of the smallest model
_FROM_STORIES = 0.5  # of the passages at most, so that each class tells of both


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Whole sentences in a row."""

    text: str
    source: str
    name: str


def cut_passages(text: str) -> Iterator[str]:
    """Passages in the order of the text, none of which shares a sentence with another."""
    at = start = end = count = 0
    for sentence in sentences(text):
        at = text.index(sentence, at)
        if len(text[start:at + len(sentence)].encode("utf-8")) > LONGEST:
            start, count = at, 0
        end, count = at + len(sentence), count + 1
        at = end
        if count >= LEAST_SENTENCES and len(text[start:end].encode("utf-8")) >= SHORTEST:
            yield text[start:end]
            start, count = end + 1, 0


def passages(stories: Sequence[Story], half: Half, *, seed: int, count: int) -> list[Passage]:
    """`count` passages: up to a half from prose that people wrote, the others from villages, one of each tale."""
    people = [s for s in stories if s.form == "prose" and not s.simulated]
    read = [
        Passage(text=text.strip(), source="stories", name=f"{story.id[:12]}.{number}")
        for story in people for number, text in enumerate(cut_passages(story.text))
    ]
    chosen = Dice(seed, "battery", half, "passages").mixed(read)[:round(count * _FROM_STORIES)]
    return chosen + list(islice(_of_villages(half, seed), count - len(chosen)))


def _of_villages(half: Half, seed: int) -> Iterator[Passage]:
    for tale in tales(half, seed):
        found = list(cut_passages(telling_of(tale).text))
        if found:
            yield Passage(text=tale.dice.one(found).strip(), source="world", name=f"tale.{tale.number}")
