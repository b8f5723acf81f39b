"""The classes of the battery as a table, and pairs of every class out of stories, a half and a seed.

The same stories, half, seed and count give the same pairs; the first pairs of a larger count are those of a smaller one
for what is made, and for passages another draw of the same stories.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from foundling.evaluation.battery import spoiling
from foundling.evaluation.battery.contradicting import contradictions
from foundling.evaluation.battery.falling import fallings
from foundling.evaluation.battery.kindness import kindnesses
from foundling.evaluation.battery.pair import Half, Pair
from foundling.evaluation.battery.passages import Passage, passages
from foundling.evaluation.battery.programs import programs
from foundling.evaluation.battery.speaking import wrong_speakers
from foundling.records import Story
from foundling.world.chance import Dice

Spoiler = Callable[[str, Dice], str | None]
Maker = Callable[[Half, int], Iterator[Pair]]


@dataclass(frozen=True, kw_only=True)
class Class:
    """One way of being worse. balanced: whether both texts have as many bytes; where not, `length` says why. Either
    `spoil` makes the worse text of a passage, or `make` gives pairs without end."""

    name: str
    what: str
    balanced: bool
    length: str = ""
    spoil: Spoiler | None = None
    make: Maker | None = None


CLASSES = (
    Class(name="words_shuffled", what="all words in another order", balanced=True, spoil=spoiling.shuffle_words),
    Class(name="sentences_shuffled", what="all sentences in another order", balanced=True,
          spoil=spoiling.shuffle_sentences),
    Class(name="neighbours_swapped", what="two neighbouring words changed round", balanced=True,
          spoil=spoiling.swap_neighbours),
    Class(name="typos", what="in three words two letters changed round", balanced=True, spoil=spoiling.mistype),
    Class(name="word_dropped", what="one word missing", balanced=False, length="shorter by the word",
          spoil=spoiling.drop_word),
    Class(name="line_repeated", what="one sentence again and again to full length", balanced=False,
          length="as near as whole sentences come", spoil=spoiling.repeat_line),
    Class(name="cut_to_half", what="the first half of the words", balanced=False, length="half, which is the fault",
          spoil=spoiling.cut_half),
    Class(name="wrong_speaker", what="a scene with two names changed round", balanced=False,
          length="by the names, where the two speak unequally often", make=wrong_speakers),
    Class(name="contradiction", what="a last sentence that denies what was told", balanced=False,
          length="by the words of the answer", make=contradictions),
    Class(name="compiles", what="a program in Python with a part in a wrong place", balanced=True, make=programs),
    Class(name="falls_stays", what="a physical outcome that did not come about", balanced=False,
          length="by the words of the outcome", make=fallings),
    Class(name="kindness", what="an unkind answer to somebody's trouble", balanced=False,
          length="within six letters, by hand", make=kindnesses),
)
NAMES = tuple(each.name for each in CLASSES)


def make_battery(
    stories: Sequence[Story], half: Half, *, seed: int, count: int, names: Sequence[str] = NAMES
) -> tuple[Pair, ...]:
    """`count` pairs of each class; of passages that give no room for their spoiling there are fewer.

    stories: held-out ones for the half that is scored, and ones of the training split for the half that is taught.
    """
    chosen = [each for each in CLASSES if each.name in names]
    read = passages(stories, half, seed=seed, count=count) if any(each.spoil for each in chosen) else []
    made: list[Pair] = []
    for each in chosen:
        if each.spoil is not None:
            made += _spoilt(each.name, each.spoil, read, Dice(seed, "battery", half, each.name))
        elif each.make is not None:
            made += islice(each.make(half, seed), count)
    return tuple(made)


def _spoilt(cls: str, spoil: Spoiler, read: Sequence[Passage], dice: Dice) -> Iterator[Pair]:
    for passage in read:
        worse = spoil(passage.text, dice)
        if worse is not None and worse != passage.text:
            yield Pair(
                id=f"{cls}.{passage.name}", cls=cls, better=passage.text, worse=worse, source=passage.source,
                group=passage.name,
            )
