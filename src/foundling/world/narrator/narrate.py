"""A seed in, stories without end out: villages are born, live for some weeks, and their plots are told in many voices.

Each story is told once, some twice by different voices. Some end with questions and answers, some are scenes, some tell
of falling, rolling and floating things. Nothing is written here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foundling.records import Story, render
from foundling.world.chance import Dice
from foundling.world.narrator.plot import Plot, cut, plots
from foundling.world.narrator.talk import scene
from foundling.world.narrator.tell import VOICES, Telling, tell
from foundling.world.physics.scene import HELD_OUT, KIND_NAMES, Scene, make_scene
from foundling.world.questions.families import ask
from foundling.world.questions.truth import Truth
from foundling.world.village import Thread, Village

_PLAINLY = 0.85  # of the tellings that questions follow
DAYS = 5  # that a village is watched for
_MOST_PLOTS = 60  # told of one village: then come other people and other places
_VOICE_WEIGHTS = (7, 2, 2, 3, 2, 1, 1, 0)  # teller, letter, diary, fable, child, dream, report; plain is for questions


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Of all pieces: scenes in the turn format, pieces about physics, tellings that questions follow, told again."""

    scenes: float = 0.15
    physics: float = 0.3
    asked: float = 0.6
    again: float = 0.1


PLAIN = Shares(scenes=0.05, physics=0.45, asked=0.95, again=0.0)
"""Plain tellings with questions behind, and much physics: what a being learns to answer from (LOG.md, plain)."""


def narrate(seed: int, shares: Shares | None = None, threads: Sequence[Thread] = ()) -> Iterator[Story]:
    """Stories, for ever; the same for a seed on every machine of a kind. Threads from outside are talked of as news."""
    shares, number = shares or Shares(), 0
    while True:
        yield from narrate_village(seed, number, shares, threads)
        number += 1


def narrate_village(seed: int, number: int, shares: Shares, threads: Sequence[Thread] = ()) -> Iterator[Story]:
    """The stories of one village, the `number`th of a seed."""
    dice = Dice(seed, "village", number)
    village = Village(dice.randrange(2**31), people=dice.randrange(12, 41), threads=threads)
    history = village.run(DAYS)
    place, truth = f"village {seed}/{number}", Truth(history)
    for index, plot in enumerate(dice.mixed(list(plots(history)))[:_MOST_PLOTS]):
        source, own = f"{place}/{index}", Dice(seed, "piece", number, index)
        yield from pieces(plot, truth, source, own, shares)
        if own.chance(shares.physics / (1 - shares.physics)):
            yield physics_piece(own, f"{place}/{index} physics")


def pieces(plot: Plot, truth: Truth, source: str, dice: Dice, shares: Shares) -> Iterator[Story]:
    """A plot as a scene or in a voice, some with questions behind, some again in another voice."""
    title = plot.things[0] if plot.things else plot.hero
    if dice.chance(shares.scenes):
        turns = scene(plot, dice.randrange(2**31))
        if len(turns) > 3 and len({turn.name for turn in turns} - {None}) > 1:
            yield Story(title=title, text=render(turns), source=source, form="scene", people=plot.people)
            return
    voices = dice.choices(VOICES, _VOICE_WEIGHTS, k=1)
    if dice.chance(shares.again):
        voices.append(dice.one([voice for voice in VOICES if voice != voices[0]]))
    for voice in voices:
        asked = dice.chance(shares.asked)
        if asked and dice.chance(_PLAINLY):
            voice = "plain"
        part = cut(plot, dice) if asked else plot
        telling = tell(part, voice, dice.randrange(2**31), brief=asked)
        text = with_questions(telling, truth, dice) if asked else telling.text
        yield Story(
            title=title, text=text, source=f"{source} {voice}", people=plot.people,
            feelings=tuple(dict.fromkeys(f.emotion for e in plot.events for f in e.feelings))[:4],
        )


def with_questions(telling: Telling, truth: Truth, dice: Dice) -> str:
    """The telling with up to six questions about it, each with its answer, in a paragraph of their own."""
    asked = [q for _, q in zip(range(dice.randrange(3, 7)), ask(telling, dice.randrange(2**31), truth), strict=False)]
    lines = [f"{question.ask} {question.options[question.answer]}" for question in asked]
    return "\n\n".join([telling.text, *(["\n".join(lines)] if lines else [])])


def physics_piece(dice: Dice, source: str) -> Story:
    """A scene of physics in words: what was there, what happened, and questions about it. Kinds kept for exams are
    not told."""
    kind = dice.one([name for name in KIND_NAMES if name not in HELD_OUT])
    made = make_scene(kind, dice.randrange(2**31))
    return Story(title=kind.replace("_", " "), text=physics_text(made, dice), source=source)


def physics_text(made: Scene, dice: Dice) -> str:
    """Description and outcome, and questions with their answers: after both, or before the outcome is told."""
    told, happened = " ".join(made.told), " ".join(made.happened)
    asked = "\n".join(f"{q.ask} {q.options[q.answer]}" for q in dice.mixed(made.questions)[:dice.randrange(0, 4)])
    if asked and dice.chance(0.5):
        return f"{told}\n\n{asked}\n\n{happened}"
    return "\n\n".join(part for part in (f"{told} {happened}", asked) if part)
