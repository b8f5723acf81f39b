"""Voices for villagers: a being under a character's name, and a character that has no being and recites its own lines.

Turns flow in and out; nothing is stored and no model is known. Which voice speaks for whom is the business of others.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from foundling.records import Turn
from foundling.world.characters import Character
from foundling.world.village.threads import LONGEST

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(_WORD.findall(
    "the and but for you your are was were not his her she him they them who what where when why how has have had does "
    "did can will with from that this there about into out all any tell know"
))
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_TITLES = frozenset((
    "old", "young", "little", "big", "the", "sir", "lady", "lord", "king", "queen", "doctor", "captain", "mother",
    "father", "aunt", "uncle", "brother", "sister", "mister", "miss", "mr.", "mrs.", "dr.",
))
_REMEMBERED, _OFTEN = 6, 3  # turns that a reciter has in mind, and how many of them it may have recited


class Speaker(Protocol):
    """A voice: `foundling.inference.Being`, or anything else with a name and these verbs."""

    name: str

    def hear(self, turn: Turn) -> None:
        """Take a turn into what it remembers."""

    def speak(self, present: Sequence[str]) -> Turn | None:
        """Its turn, which it remembers too, or None for silence."""


def names_of(name: str) -> tuple[str, ...]:
    """How somebody may be called: by the whole name, and by its first word that is no title and has three letters."""
    first = next((word for word in name.split(" ") if word.casefold() not in _TITLES), name)
    return (name, first) if first != name and len(first) > 2 else (name,)


class CastSpeaker:
    """A speaker in the role of somebody else. It hears itself called by its own name, and is heard under the role's.

    Where another bears the speaker's own name, the speaker knows that one by the name of its role: the two are swapped.
    """

    def __init__(self, speaker: Speaker, as_name: str) -> None:
        self.name, self.speaker = as_name, speaker
        own, called = speaker.name, "|".join(re.escape(name) for name in names_of(as_name))
        self._inward = re.compile(rf"(?<!\w)(?:(?P<role>(?i:{called}))|{re.escape(own)})(?!\w)")
        self._outward = re.compile(rf"(?<!\w)(?:(?P<role>{re.escape(as_name)})|{re.escape(own)})(?!\w)")

    def hear(self, turn: Turn) -> None:
        """The turn as the speaker knows people."""
        name = turn.name and self._known(turn.name)
        self.speaker.hear(Turn(name=name, text=self._swapped(self._inward, turn.text)))

    def speak(self, present: Sequence[str]) -> Turn | None:
        """The speaker's turn, under the name of its role."""
        turn = self.speaker.speak([self._known(name) for name in present])
        if turn is None or turn.silent:
            return None
        return Turn(name=self.name, text=self._swapped(self._outward, turn.text))

    def _known(self, name: str) -> str:
        return {self.name: self.speaker.name, self.speaker.name: self.name}.get(name, name)

    def _swapped(self, names: re.Pattern[str], text: str) -> str:
        return names.sub(lambda match: self.speaker.name if match["role"] else self.name, text)


class Reciter:
    """A character's voice without a model: addressed, or alone with somebody, it says of all that it knows the sentence
    that shares the rarest words with what was said, or else the next of its own lines. Nothing is said twice."""

    def __init__(self, character: Character) -> None:
        self.name = character.name
        knowledge = (*character.knowledge, *character.public, character.bio)
        facts = [part for text in knowledge for part in _SENTENCE.split(text)]
        known = dict.fromkeys(text for text in (*character.style, *facts) if 0 < len(text) <= LONGEST)
        called = "|".join(re.escape(name) for name in names_of(character.name))
        self._called = re.compile(rf"(?<!\w)(?i:{called})(?!\w)")
        self._known = {text: self._words(text) for text in known}
        self._often = Counter(word for words in self._known.values() for word in words)
        self._lines = [text for text in character.style if text in known]
        self._turns: list[Turn] = []
        self._given: set[str] = set()

    def hear(self, turn: Turn) -> None:
        """Keeps the turn in mind for a while."""
        self._turns = [*self._turns, turn][-_REMEMBERED:]

    def speak(self, present: Sequence[str]) -> Turn | None:
        """Its answer to whoever spoke to it last; None where nobody does, or it has spoken enough."""
        # Its villager speaks of itself too; only what was recited is an answer.
        own = [at for at, turn in enumerate(self._turns) if turn.name == self.name and turn.text in self._given]
        since = [turn for turn in self._turns[own[-1] + 1 if own else 0:] if turn.name != self.name]
        # Several may have spoken before it is asked: being addressed by any of them counts.
        called = [turn.text for turn in since if self._called.search(turn.text)]
        asked = called or [turn.text for turn in since if len(set(present)) <= 2]
        text = self._answer(asked[-1]) if asked and len(own) < _OFTEN else ""
        if not text:
            return None
        self._given.add(text)
        turn = Turn(name=self.name, text=text)
        self.hear(turn)
        return turn

    def _words(self, text: str) -> frozenset[str]:
        """The words by which texts are held against each other: all but the commonest and its own name."""
        return frozenset(map(str.casefold, _WORD.findall(self._called.sub("", text)))) - _COMMON

    def _answer(self, asked: str) -> str:
        words = self._words(asked)
        worth = {text: sum(1 / self._often[word] for word in sorted(own & words)) for text, own in self._known.items()}
        best = max(worth, key=lambda text: worth[text], default="")
        text = best if worth.get(best) else next(iter(self._lines), "")
        self._known.pop(text, None)
        self._lines = [line for line in self._lines if line != text]
        return text
