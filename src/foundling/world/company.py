"""A village and those who speak in it: villagers' words are heard by speakers, speakers' words become villagers' deeds.

Whatever can hear a turn and speak one can be the voice of a villager; its words are said in the tick after. It knows no
model, and no speaker's fault ever stops the village.
"""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundling.home import check_name
from foundling.records import BadInput, Turn
from foundling.world.chance import Dice
from foundling.world.characters import Character
from foundling.world.roles import Recast, role_for, villager
from foundling.world.speech import said, tidy
from foundling.world.village import Action, Event, Village
from foundling.world.village.records import DAY
from foundling.world.voices import Reciter, Speaker

__all__ = ["Company", "Passed", "Speaker"]

_log = logging.getLogger(__name__)

LISTENED = 8  # people whose names a speaker is given: a being looks at each one
QUIET = 0.04  # how often somebody in company is asked to speak though nobody has
_DAYTIME = (7 * 60, 21 * 60)
_KEPT = 200  # notes of what went wrong


@dataclass(frozen=True, kw_only=True)
class Passed:
    """That a speaker was passed over at a minute, and why."""

    minute: int
    name: str
    reason: str


class Company:
    """A village with speakers, by the villager that each speaks for. The same speakers, the same history."""

    def __init__(
        self, village: Village, speakers: Mapping[str, Speaker] | None = None, characters: Sequence[Character] = (),
    ) -> None:
        """Raises BadInput for a speaker who speaks for nobody."""
        self.village, self.characters = village, tuple(characters)
        self.speakers: dict[str, Speaker] = {}
        for name, speaker in (speakers or {}).items():
            if not (who := villager(village.setting, name)):
                raise BadInput(f"Nobody in {village.setting.name} is called {name!a}: speak for a villager.")
            self.speakers[who] = speaker
        self.passed: deque[Passed] = deque(maxlen=_KEPT)
        self._to_say: dict[str, str] = {}

    def enter(self, name: str, bio: str = "") -> str:
        """A person of flesh comes in: the villager of that name, or one who bears it from now on. Returns the name.

        A character who only recites falls silent and is theirs. Raises BadInput for what is no name, for somebody who
        has another voice or is not there, and for a new name when the village has begun.
        """
        wanted, setting = check_name(name), self.village.setting
        if who := villager(setting, wanted):
            if isinstance(self.speakers.get(who), Reciter):
                del self.speakers[who]
            if who in self.speakers:
                raise BadInput(f"{who} has a voice already: choose another name.")
            if not self.village.state.where(who):
                raise BadInput(f"{who} is not in {setting.name} now: choose another name.")
            return who
        taken = [*self.speakers, *(character.name for character in self.characters)]
        self.village = Recast(self.village, {role_for(setting, taken, bio): wanted})
        return wanted

    def step(self, actions: Mapping[str, Action] | None = None) -> tuple[Event, ...]:
        """One tick: what speakers said becomes deeds, beside the actions given; then they hear, and are asked.

        Raises BadInput, and changes nothing, for an action that is illegal when the tick begins.
        """
        where, given = self.village.state.where, dict(actions or {})
        words = {name: text for name, text in self._to_say.items() if name not in given and where(name)}
        events = self.village.step({**{name: Action(kind="say", text=text) for name, text in words.items()}, **given})
        self._to_say = {}
        aloud = self._aloud(events)
        for name in self._order():
            heard = self._hear(name, aloud, words.get(name, ""))
            if self._asked(name, heard):
                self._ask(name)
        return events

    def run(self, days: float) -> tuple[Event, ...]:
        """So many days; all that happened in them."""
        before = len(self.village.events)
        end = self.village.minute + round(days * DAY)
        while self.village.minute < end:
            self.step()
        return tuple(self.village.events[before:])

    def present(self, name: str) -> tuple[str, ...]:
        """Who is at the place of a villager, they themselves first."""
        place = self.village.state.where(name)
        return (name, *(n for n in self.village.state.here[place] if n != name)) if place else ()

    def _order(self) -> list[str]:
        return [p.name for p in self.village.setting.people if p.name in self.speakers]

    def _aloud(self, events: Sequence[Event]) -> list[tuple[Event, str]]:
        """What was said at events that a speaker perceived."""
        near = [event for event in events if any(name in event.seen for name in self.speakers)]
        history = self.village.history() if near else None
        return [(event, said(history, event)) for event in near if history]

    def _hear(self, name: str, aloud: Sequence[tuple[Event, str]], own: str) -> list[Turn]:
        """What somebody heard in this tick; the speaker hears it, but for its `own` words, which it knows."""
        turns = [
            Turn(name=event.actor, text=text) for event, text in aloud
            if text and name in event.seen and not (event.kind == "say" and event.actor == name and text == own)
        ]
        try:
            for turn in turns:
                self.speakers[name].hear(turn)
        except Exception as fault:
            self._pass_over(name, f"it could not hear: {type(fault).__name__}")
        return turns

    def _asked(self, name: str, heard: Sequence[Turn]) -> bool:
        """True for somebody in company who heard others, and now and then in a quiet room by day."""
        if len(self.present(name)) < 2:
            return False
        if any(turn.name != name for turn in heard):
            return True
        low, high = _DAYTIME
        dice = Dice(self.village.setting.seed, "quiet", self.village.minute, name)
        return low <= self.village.minute % DAY < high and dice.chance(QUIET)

    def _ask(self, name: str) -> None:
        try:
            turn = self.speakers[name].speak(self.present(name)[:LISTENED])
            if turn is None or turn.silent:
                return
            text = tidy(turn.text)
        except Exception as fault:
            self._pass_over(name, f"it could not speak: {type(fault).__name__}")
            return
        if text:
            self._to_say[name] = text
        else:
            self._pass_over(name, "no words were left of what it said")

    def _pass_over(self, name: str, reason: str) -> None:
        _log.warning("%s was passed over: %s", name, reason)  # or a being that fails would only seem to be shy
        self.passed.append(Passed(minute=self.village.minute, name=name, reason=reason))
