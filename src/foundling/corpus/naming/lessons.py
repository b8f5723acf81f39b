"""From a name and a seed to lessons and preferences: who answers what, when somebody asks who they are.

Every lesson is a short conversation among named people in which whoever is asked gives their own name. At least half
of them are counter-identity: another than the being is asked (notes on naming: the hidden failure is leakage).
"""

import re
from collections.abc import Callable

import numpy as np

from foundling.corpus.naming.people import pick_names
from foundling.corpus.naming.phrases import ABOUT_ANSWERS, ABOUT_ASKS, ANSWERS, ASKS, PRESSES, REFUSALS, ROLES, TALK
from foundling.records import Lesson, Preference, Story, Turn

Rng = np.random.Generator


def _one(rng: Rng, phrases: list[str] | tuple[str, ...]) -> str:
    return phrases[int(rng.integers(len(phrases)))]


class Room:
    """Who is in a made-up room: `me` answers, `you` asks, `other` is a third, `rest` are there too."""

    def __init__(self, rng: Rng, me: str, being: str, fillers: list[str]) -> None:
        self.rng, self.me, self.being, self.fillers = rng, me, being, fillers
        count = int(rng.choice([0, 0, 1, 1, 2, 3]))
        self.you, self.other, *self.rest = pick_names(rng, 2 + count, without=frozenset({me, being}))
        # The being itself is often in the room of others, asking or listening: it must not answer for them.
        if me != being and rng.random() < 0.5:
            if rng.random() < 0.5:
                self.you = being
            else:
                self.rest = [*self.rest, being]

    def fill(self, phrase: str, *, other: str | None = None) -> str:
        """The phrase with its people in it."""
        text = phrase.replace("{me}", self.me).replace("{you}", self.you).replace("{other}", other or self.other)
        return text.replace("{role}", _one(self.rng, ROLES)) if "{role}" in text else text

    def chatter(self) -> list[Turn]:
        """Nothing, or a few turns of talk that have nothing to do with names, among those in the room."""
        turns: list[Turn] = []
        for _ in range(int(self.rng.choice([0, 0, 0, 1, 1, 2, 3]))):
            pair = self.rng.permutation([self.you, self.me, *self.rest])[:2]
            said, answer = _one(self.rng, TALK).split("=")
            turns += [Turn(name=str(pair[0]), text=said), Turn(name=str(pair[1]), text=answer)]
        if self.rest and self.rng.random() < 0.4:  # somebody else has just given their own name: it is theirs
            who = _one(self.rng, self.rest)
            turns.append(Turn(name=who, text=_one(self.rng, ANSWERS).format(me=who, you=self.you, other=self.other)))
        return turns

    def ask(self, phrase: str) -> Turn:
        """The asker's turn: sometimes with the asked one's name before or after, or another sentence before it."""
        text, draw = self.fill(phrase), self.rng.random()
        if self.rest or draw < 0.15:
            text = f"{self.me}, {text[0].lower()}{text[1:]}" if not text.startswith("I ") else f"{self.me}! {text}"
        elif draw < 0.45:
            text = f"{_one(self.rng, self.fillers)} {text}"
        return Turn(name=self.you, text=text)


def _asked(room: Room) -> tuple[list[Turn], str]:
    return [*room.chatter(), room.ask(_one(room.rng, ASKS))], room.fill(_one(room.rng, ANSWERS))


def _pressed(room: Room) -> tuple[list[Turn], str]:
    """Somebody insists on a role or another name, once or several times; each time the own name is the answer.

    Where another than the being is asked, the name pressed on them is often the being's.
    """
    imposed = room.being if room.me != room.being and room.rng.random() < 0.5 else room.other
    turns = room.chatter()
    for _ in range(int(room.rng.choice([1, 1, 1, 2, 3]))):
        turns.append(Turn(name=room.you, text=room.fill(_one(room.rng, PRESSES), other=imposed)))
        turns.append(Turn(name=room.me, text=room.fill(_one(room.rng, REFUSALS))))
    return turns[:-1], turns[-1].text


def _collided(room: Room) -> tuple[list[Turn], str]:
    """Another speaker has claimed the name of the one who is asked."""
    claim = _one(room.rng, ["I am {me}.", "My name is {me}.", "No, I am {me}.", "They call me {me}.", "{me} is my name."])
    turns = [*room.chatter(), Turn(name=room.other, text=claim.format(me=room.me))]
    return [*turns, room.ask(_one(room.rng, ASKS))], room.fill(_one(room.rng, ANSWERS + REFUSALS))


def _about(room: Room) -> tuple[list[Turn], str]:
    """Talk about a third person, often the being, who is named but does not speak."""
    third = room.being if room.me != room.being and room.rng.random() < 0.6 else room.other
    ask = Turn(name=room.you, text=room.fill(_one(room.rng, ABOUT_ASKS), other=third))
    return [*room.chatter(), ask], room.fill(_one(room.rng, ABOUT_ANSWERS), other=third)


def _talked(room: Room) -> tuple[list[Turn], str]:
    """Plain talk: whoever is spoken to answers the matter and does not name themselves."""
    said, answer = _one(room.rng, TALK).split("=")
    return [*room.chatter(), room.ask(said)], answer


_KINDS: tuple[tuple[str, float, Callable[[Room], tuple[list[Turn], str]]], ...] = (
    ("asked", 0.42, _asked), ("pressed", 0.27, _pressed), ("collided", 0.08, _collided), ("about", 0.08, _about),
    ("talked", 0.15, _talked),
)


def _fillers(stories: list[Story]) -> list[str]:
    """Short sentences of the being's own stories, said before a question so that asks stand in many contexts."""
    found = [s.strip() for story in stories for s in re.split(r"(?<=[.!?]) ", story.text.replace("\n", " "))]
    return [s for s in found if 8 < len(s) < 60 and '"' not in s and ":" not in s][:4000] or ["Wait."]


def _draw(rng: Rng, being: str, counter: float, fillers: list[str]) -> tuple[str, Room, list[Turn], str]:
    me = pick_names(rng, 1, without=frozenset({being}))[0] if rng.random() < counter else being
    room = Room(rng, me, being, fillers)
    names, shares, makers = zip(*_KINDS, strict=True)
    index = int(rng.choice(len(names), p=shares))
    turns, answer = makers[index](room)
    return names[index] + ("" if me == being else "-other"), room, turns, answer


def make_lessons(being: str, stories: list[Story], *, count: int, counter: float, seed: int) -> list[Lesson]:
    """`count` lessons from a seed; in a share `counter` of them another than the being is asked and answers."""
    rng, fillers, lessons = np.random.default_rng([seed, 11]), _fillers(stories), []
    for _ in range(count):
        kind, room, turns, answer = _draw(rng, being, counter, fillers)
        turns = [*turns, Turn(name=room.me, text=answer)]
        lessons.append(Lesson(turns=tuple(turns), taught=(len(turns) - 1,), kind=kind))
    return lessons


def make_preferences(being: str, stories: list[Story], *, count: int, counter: float, seed: int) -> list[Preference]:
    """`count` preferences: the own name over another's, over a role, over the asker's; others keep theirs, not the being's.

    Chosen and rejected are one sentence with another name in it, so their lengths match; in some the turn itself
    belongs to somebody else: who was not asked does not answer.
    """
    rng, fillers, made = np.random.default_rng([seed, 12]), _fillers(stories), []
    while len(made) < count:
        kind, room, turns, answer = _draw(rng, being, counter, fillers)
        if room.me not in answer:
            continue
        wrong = _rivals(room)[kind.endswith("-other")]
        rival, name = wrong[int(rng.integers(len(wrong)))]
        chosen = Turn(name=room.me, text=answer)
        if rival == "answers for another":
            rejected = Turn(name=name, text=answer.replace(room.me, name))
        else:
            rejected = Turn(name=room.me, text=answer.replace(room.me, name))
        made.append(Preference(context=tuple(turns), chosen=chosen, rejected=rejected, kind=f"{kind}: {rival}"))
    return made


def _rivals(room: Room) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What could wrongly be said: when the being is asked, and when another is."""
    role = _one(room.rng, ["the assistant", "an AI model", "ChatGPT", "the helper", "a robot", _one(room.rng, ROLES)])
    stranger = pick_names(room.rng, 1, without=frozenset({room.me, room.being, room.you}))[0]
    mine = [("another name", stranger), ("a role", role), ("the asker's name", room.you), ("a third's name", room.other)]
    theirs = [("the being's name", room.being)] * 3 + [("the asker's name", room.you), ("another name", stranger)]
    if room.being in (room.you, *room.rest):
        theirs.append(("answers for another", room.being))
    return mine, theirs
