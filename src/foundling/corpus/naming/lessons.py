"""From a name and a seed to lessons and preferences: who answers what, when somebody asks who they are.

Every lesson is a short conversation among named people in which whoever is asked gives their own name. At least half
of them are counter-identity: another than the being is asked (notes on naming: the hidden failure is leakage).
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from foundling.corpus.naming.people import pick_names
from foundling.corpus.naming.phrases import (
    ABOUT_ANSWERS,
    ABOUT_ASKS,
    ANSWERS,
    ASKS,
    MENTIONS,
    PRESSES,
    REFUSALS,
    ROLES,
    TALK,
)
from foundling.records import Lesson, Preference, Story, Turn

Rng = np.random.Generator


def _one(rng: Rng, phrases: list[str] | tuple[str, ...]) -> str:
    return phrases[int(rng.integers(len(phrases)))]


def _roles(me: str) -> list[str]:
    """What nobody is called: a being named Claude must not be taught to deny it."""
    return [role for role in ROLES if role.casefold() != me.casefold()]


class Matter:
    """What people talk about beside names: sentences of the being's own stories, and pieces of its scenes."""

    def __init__(self, stories: Sequence[Story]) -> None:
        found = [s.strip() for story in stories for s in re.split(r"(?<=[.!?]) ", story.text.replace("\n", " "))]
        self.fillers = [s for s in found if 8 < len(s) < 60 and '"' not in s and ":" not in s][:4000] or ["Wait."]
        spoken = [[turn for turn in story.turns if not turn.silent] for story in stories]
        self.scenes = [turns for turns in spoken if len(turns) > 4]

    def piece(self, rng: Rng, people: Sequence[str], longest: int) -> list[Turn]:
        """A few turns in a row from a scene, spoken by `people`; names in the words are changed with the speakers'."""
        said, answer = _one(rng, TALK).split("=")
        order = [people[int(i)] for i in rng.permutation(len(people))]
        first, second = order[:2]
        if not self.scenes or rng.random() < 0.4:
            return [Turn(name=first, text=said), Turn(name=second, text=answer)]
        scene = self.scenes[int(rng.integers(len(self.scenes)))]
        count = min(longest, len(scene))
        start = int(rng.integers(len(scene) - count + 1))
        turns = scene[start:start + count]
        names = list(dict.fromkeys(turn.name or "" for turn in [*turns, *scene]))  # whoever speaks here comes first
        strangers = pick_names(rng, max(0, len(names) - len(order)), without=frozenset(order))
        cast = dict(zip(names, [*order, *strangers], strict=False))  # one for one, or people would call themselves
        pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(cast, key=len, reverse=True)))
        told = [pattern.sub(lambda match: cast[match[0]], turn.text) for turn in turns]
        return [Turn(name=cast[turn.name or ""], text=text) for turn, text in zip(turns, told, strict=True)]


class Room:
    """Who is in a made-up room: `me` answers, `you` asks, `other` is a third, `rest` are there too."""

    def __init__(self, rng: Rng, me: str, being: str, matter: Matter) -> None:
        self.rng, self.me, self.being, self.matter = rng, me, being, matter
        count = int(rng.choice([0, 0, 1, 1, 2, 3]))
        self.you, self.other, *self.rest = pick_names(rng, 2 + count, without=frozenset({me, being}))
        # The being itself is often in the room of others, asking or listening: it must not answer for them.
        if me != being and rng.random() < 0.7:
            if rng.random() < 0.6:
                self.you = being
            else:
                self.rest = [*self.rest, being]

    def fill(self, phrase: str, *, other: str | None = None) -> str:
        """The phrase with its people in it."""
        text = phrase.replace("{me}", self.me).replace("{you}", self.you).replace("{other}", other or self.other)
        return text.replace("{role}", _one(self.rng, _roles(self.me))) if "{role}" in text else text

    def chatter(self) -> list[Turn]:
        """Nothing, or a few turns of talk that have nothing to do with names, among those in the room."""
        turns: list[Turn] = []
        if self.rng.random() < 0.5:
            turns = self.matter.piece(self.rng, [self.you, self.me, *self.rest], int(self.rng.integers(1, 6)))
        if self.rest and self.rng.random() < 0.4:  # somebody else has just given their own name: it is theirs
            who = _one(self.rng, self.rest)
            turns.append(Turn(name=who, text=_one(self.rng, ANSWERS).format(me=who, you=self.you, other=self.other)))
        return turns

    def ask(self, phrase: str) -> Turn:
        """The asker's turn: sometimes with the asked one's name before or after, or another sentence before it."""
        text, draw = self.fill(phrase), self.rng.random()
        if (self.rest and draw < 0.7) or draw < 0.15:
            text = f"{self.me}, {text[0].lower()}{text[1:]}" if not text.startswith("I ") else f"{self.me}! {text}"
        elif draw < 0.45:
            text = f"{_one(self.rng, self.matter.fillers)} {text}"
        return Turn(name=self.you, text=text)


def _asked(room: Room) -> tuple[list[Turn], str]:
    """Somebody asks who one is; in some asks a third person's name, often the being's, stands too."""
    if room.rng.random() < 0.2:
        absent = room.being not in (room.me, room.you)
        third = room.being if absent and room.rng.random() < 0.9 else room.other
        text = room.fill(_one(room.rng, MENTIONS), other=third)
        return [*room.chatter(), Turn(name=room.you, text=text)], room.fill(_one(room.rng, ANSWERS))
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
    claims = ["I am {me}.", "My name is {me}.", "No, I am {me}.", "They call me {me}.", "{me} is my name."]
    claim = _one(room.rng, claims)
    turns = [*room.chatter(), Turn(name=room.other, text=claim.format(me=room.me))]
    return [*turns, room.ask(_one(room.rng, ASKS))], room.fill(_one(room.rng, ANSWERS + REFUSALS))


def _about(room: Room) -> tuple[list[Turn], str]:
    """Talk about a third person, often the being, who is named but does not speak."""
    absent = room.being not in (room.me, room.you)
    third = room.being if absent and room.rng.random() < 0.8 else room.other
    ask = Turn(name=room.you, text=room.fill(_one(room.rng, ABOUT_ASKS), other=third))
    return [*room.chatter(), ask], room.fill(_one(room.rng, ABOUT_ANSWERS), other=third)


def _talked(room: Room) -> tuple[list[Turn], str]:
    """Plain talk: whoever is spoken to answers the matter and does not name themselves."""
    people = [room.you, room.me]
    *before, last = room.matter.piece(room.rng, people, 2)
    if not before or last.name != room.me or before[-1].name == room.me:
        said, answer = _one(room.rng, TALK).split("=")
        return [*room.chatter(), room.ask(said)], answer
    return [*room.chatter(), *before], last.text


_KINDS: tuple[tuple[str, float, Callable[[Room], tuple[list[Turn], str]]], ...] = (
    ("asked", 0.34, _asked), ("pressed", 0.18, _pressed), ("collided", 0.06, _collided), ("about", 0.07, _about),
    ("talked", 0.35, _talked),
)


def _draw(rng: Rng, being: str, counter: float, matter: Matter) -> tuple[str, Room, list[Turn], str]:
    me = pick_names(rng, 1, without=frozenset({being}))[0] if rng.random() < counter else being
    room = Room(rng, me, being, matter)
    names, shares, makers = zip(*_KINDS, strict=True)
    index = int(rng.choice(len(names), p=shares))
    turns, answer = makers[index](room)
    return names[index] + ("" if me == being else "-other"), room, turns, answer


def make_lessons(being: str, stories: list[Story], *, count: int, counter: float, seed: int) -> list[Lesson]:
    """`count` lessons from a seed; in a share `counter` of them another than the being is asked and answers."""
    rng, matter, lessons = np.random.default_rng([seed, 11]), Matter(stories), []
    for _ in range(count):
        kind, room, turns, answer = _draw(rng, being, counter, matter)
        turns = [*turns, Turn(name=room.me, text=answer)]
        lessons.append(Lesson(turns=tuple(turns), taught=(len(turns) - 1,), kind=kind))
    return lessons


def make_preferences(being: str, stories: list[Story], *, count: int, counter: float, seed: int) -> list[Preference]:
    """`count` preferences: the own name over another's, a role, the asker's; others keep theirs, not the being's.

    Chosen and rejected are one sentence with another name in it, so their lengths match; in some the turn itself
    belongs to somebody else: who was not asked does not answer.
    """
    rng, matter = np.random.default_rng([seed, 12]), Matter(stories)
    made: list[Preference] = []
    while len(made) < count:
        kind, room, turns, answer = _draw(rng, being, counter, matter)
        own = re.compile(rf"(?<!\w){re.escape(room.me)}(?!\w)")
        if not own.search(answer):
            continue
        wrong = _rivals(room)[kind.endswith("-other")]
        rival, name = wrong[int(rng.integers(len(wrong)))]
        chosen, text = Turn(name=room.me, text=answer), name.join(own.split(answer))
        rejected = Turn(name=name if rival == "answers for another" else room.me, text=text)
        if text.casefold() == answer.casefold():  # a being named ChatGPT: nothing to prefer
            continue
        made.append(Preference(context=tuple(turns), chosen=chosen, rejected=rejected, kind=f"{kind}: {rival}"))
    return made


def _rivals(room: Room) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What could wrongly be said: when the being is asked, and when another is."""
    drawn = _one(room.rng, _roles(room.me))
    role = _one(room.rng, ["the assistant", "an AI model", "ChatGPT", "the helper", "a robot", drawn])
    stranger = pick_names(room.rng, 1, without=frozenset({room.me, room.being, room.you}))[0]
    mine = [("another name", stranger), ("a role", role), ("the asker's name", room.you)]
    mine.append(("a third's name", room.other))
    theirs = [("the being's name", room.being)] * 3 + [("the asker's name", room.you), ("another name", stranger)]
    if room.being in (room.you, *room.rest):
        theirs.append(("answers for another", room.being))
    return mine, theirs
