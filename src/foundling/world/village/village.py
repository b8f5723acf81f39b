"""A village that lives: a seed and actions in, events out, ten minutes a tick. A pure function of the two.

Each tick: fate strikes, then people do what they were told to or what they have a mind to, one deed each; every event
is perceived, felt, applied to the state, and may lead to others. No word is told and nothing is drawn here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.village.actions import DEEDS, STAY, Action, as_event
from foundling.world.village.birth import born
from foundling.world.village.choices import choices
from foundling.world.village.fate import TICK, Fate
from foundling.world.village.feelings import appraise
from foundling.world.village.minds import Minds
from foundling.world.village.promises import kept
from foundling.world.village.records import DAY, Event, History, Setting
from foundling.world.village.rules import fault
from foundling.world.village.senses import perceive
from foundling.world.village.state import State
from foundling.world.village.threads import Thread, is_plain

FOUND = 0.75  # how often a search at the right place finds what is hidden or lost there


class Village:
    """People in a place, and time."""

    def __init__(
        self, seed: int, *, people: int = 30, threads: Sequence[Thread] = (), names: Sequence[str] = (),
    ) -> None:
        """Raises BadInput for other than 12 to 60 people, and for too few names."""
        self._begin(born(seed, people, names), threads)

    def _begin(self, setting: Setting, threads: Sequence[Thread]) -> None:
        """The first minute of a setting, in which nothing has happened yet."""
        self.setting = setting
        self.state = State.begin(setting)
        self.events: list[Event] = []
        self.minute = 0
        self.threads = tuple(threads)
        self._topics = {thread.topic for thread in threads}
        self._waiting = list(threads)
        self._minds = Minds(self.state, setting.seed)
        self._fate = Fate(self.state, setting.seed)
        self._seed = setting.seed

    def options(self, name: str) -> tuple[Action, ...]:
        """What a person can do now, in a fixed order, "stay" first; `say` and `news` are legal too, with any words.

        Raises BadInput for a name that is nobody's.
        """
        self._known(name)
        return (STAY, *choices(self.state, name, self._minds.agendas[name], self.minute))

    def step(self, actions: Mapping[str, Action] | None = None) -> tuple[Event, ...]:
        """One tick of ten minutes. People without an action follow their own mind; given ones act first, in the order
        of the setting, and one whose deed has become impossible by then does nothing.

        Raises BadInput, and changes nothing, for an action that is illegal when the tick begins.
        """
        given = dict(actions or {})
        for name, action in given.items():
            self._check(name, action)
        before = len(self.events)
        self._minds.minute = self.minute
        if self.minute % DAY == 0:
            self._minds.rise(self.minute, self._fate.feast(self.minute)[1])
        self._pass_on()
        for event in self._fate.strike(self.minute, self.events):
            self._happen(replace(event, id=len(self.events)))
        order = [p.name for p in self.setting.people]
        for name in (*[n for n in order if n in given], *[n for n in order if n not in given]):
            if name in given:
                if given[name].kind == "stay":
                    continue
                self._minds.roused[name] = self.minute + 60
                self._do(name, given[name], -1, outside=True)
            else:
                deed = self._minds.decide(name)
                if deed:
                    self._do(name, *deed)
        self.minute += TICK
        return tuple(self.events[before:])

    def run(self, days: float) -> History:
        """So many days with nobody acting from outside."""
        for _ in range(round(days * DAY / TICK)):
            self.step()
        return self.history()

    def history(self) -> History:
        """All that has happened so far."""
        return History(setting=self.setting, events=tuple(self.events))

    def _known(self, name: str) -> None:
        if name not in self.state.people:
            raise BadInput(f"Nobody in {self.setting.name} is called {name!r}: use a name of the setting.")

    def _check(self, name: str, action: Action) -> None:
        self._known(name)
        if action.kind == "stay":
            return
        if action.kind not in DEEDS:
            raise BadInput(f"{name} cannot {action.kind!r}: choose one of {', '.join(DEEDS)} or stay.")
        if not all(is_plain(words) for words in (action.text, action.what)):
            raise BadInput(f"The words of {name} are too long or not one plain line: give at most 200 characters.")
        why = fault(self.state, self._meant(name, action, -1))
        if why:
            raise BadInput(f"{name} cannot {action.kind} now, because {why}: choose one of the options.")

    def _meant(self, name: str, action: Action, cause: int) -> Event:
        if cause < 0:
            cause = next((i.cause for i in self._minds.agendas[name] if i.action == action), -1)
        return as_event(self.state, name, action, self.minute, cause)

    def _do(self, name: str, action: Action, cause: int, outside: bool = False) -> None:
        event = self._meant(name, action, cause)
        if fault(self.state, event):
            return
        if outside and event.text:
            event = replace(event, quarantined=True)
        if event.kind == "search":
            event = self._searched(event)
        self._happen(event)

    def _searched(self, event: Event) -> Event:
        """A search at the right place may find; what lies there openly is simply picked up."""
        right = self.state.place_by_thing[event.thing] == event.place
        if right and Dice(self._seed, "search", event.id).chance(FOUND):
            return replace(event, kind="find" if event.thing in self.state.concealed else "take")
        return event

    def _happen(self, event: Event) -> None:
        """An event comes to pass: who perceives it, what they feel, what it changes, what follows at once."""
        if event.text in self._topics and event.kind == "news":
            event = replace(event, quarantined=True)
        dice = Dice(self._seed, "seen", event.id)
        event = replace(event, seen=perceive(self.state, event, self._minds.awake, dice))
        event = replace(event, feelings=appraise(self.state, event))
        self.state.apply(event)
        self.events.append(event)
        self._fate.note(event)
        self._minds.react(self.events, event)
        for promise in kept(self.state, event):
            self._happen(Event(
                id=len(self.events), minute=event.minute, kind="keep", actor=promise.actor, target=promise.target,
                about=promise.id, what=promise.what, thing=promise.thing, to=promise.to,
                place=self.state.where(promise.actor), cause=event.id))
        for mishap in self._fate.mishap(event):
            self._happen(replace(mishap, id=len(self.events)))

    def _pass_on(self) -> None:
        """Once a day somebody hears of the next topic from outside and means to tell it."""
        if self._waiting and self.minute % DAY == 9 * 60:
            thread = self._waiting.pop(0)
            self._minds.hear(thread.topic, thread.source)
