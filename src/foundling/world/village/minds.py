"""What each person does next: their agenda, their plan for the day, their feelings and needs in, one deed a tick out.

A mind does first what it means to do because of something that happened (its agenda), then walks where its plan wants
it, works, or begins something of itself. It chooses; whether the deed is legal is asked of `rules` before it is done.
"""

from collections.abc import Sequence

from foundling.world.chance import Dice
from foundling.world.village import initiatives, words
from foundling.world.village.actions import Action, as_event
from foundling.world.village.birth import workplace
from foundling.world.village.favours import FAVOURED
from foundling.world.village.ground import Ground
from foundling.world.village.lives import LIVED
from foundling.world.village.losses import LOSSES
from foundling.world.village.needs import Needs
from foundling.world.village.plans import Plan, plan
from foundling.world.village.records import DAY, Event
from foundling.world.village.rules import fault
from foundling.world.village.views import Eyes, Intent, Reaction, View
from foundling.world.village.wrongs import WRONGED

AGENDA, WITNESSES, WORKS = 7, 3, 2  # intents kept, bystanders who react to one event, work events a day
STAY = 50  # minutes for which somebody stays where an errand has taken them
SEEKING = ("miss", "search", "ask")
IN_HAND = ("give", "lend", "return", "share", "hide", "put", "trade")
Deed = tuple[Action, int]  # what to do, and the event that led to it


def _merged(*tables: dict[str, tuple[Reaction, ...]]) -> dict[str, tuple[Reaction, ...]]:
    merged: dict[str, tuple[Reaction, ...]] = {}
    for table in tables:
        for kind, reactions in table.items():
            merged[kind] = merged.get(kind, ()) + reactions
    return merged


REACTIONS = _merged(LOSSES, WRONGED, FAVOURED, LIVED)


class Minds:
    """The minds of everybody in one village."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed, self.minute = ground, seed, 0
        names = [p.name for p in ground.setting.people]
        self.works = {p.name: workplace(ground.setting, p) for p in ground.setting.people}
        self.agendas: dict[str, list[Intent]] = {name: [] for name in names}
        self.needs = {name: Needs() for name in names}
        self.plans: dict[str, Plan] = {}
        self.worked: dict[str, int] = {}
        self.spent: dict[tuple[str, int], None] = {}
        self.staying: dict[str, int] = {}  # until when somebody on an errand does not go back to the plan
        self.roused: dict[str, int] = {}  # until when somebody who was moved from outside stays awake

    def rise(self, minute: int, feast: str) -> None:
        """A day begins: everybody plans it; `feast` is the place of its feast or ""."""
        day = minute // DAY
        for name, place in self.ground.spots.items():
            if place:
                dice = Dice(self.seed, "plan", day, name)
                self.plans[name] = plan(self.ground, name, day, self.works[name], feast, dice)
        self.worked.clear()

    def awake(self, name: str) -> bool:
        """False for those who sleep: at home, between bedtime and rising."""
        mine = self.plans.get(name)
        if mine is None or self.roused.get(name, -1) >= self.minute:
            return True
        clock = self.minute % DAY
        return mine.rise <= clock < mine.bed or self.ground.spots[name] != self.ground.people[name].home

    def eyes(self, *purpose: object) -> Eyes:
        """Eyes with a stream of chance of their own."""
        return Eyes(self.ground, Dice(self.seed, *purpose), self.works, self.awake)

    def react(self, events: Sequence[Event], event: Event) -> None:
        """What happened goes into the agendas of those concerned, and of a few who saw it."""
        for name in (event.actor, event.target):
            if name:
                self.needs[name].note(event)
        if event.cause >= 0 and event.actor:
            self.spent[event.actor, event.cause] = None
        if event.thing and self.ground.holder(event.thing) == self.ground.owner(event.thing):
            self._content(self.ground.owner(event.thing), event.thing)
        if event.kind == "work":
            self.worked[event.actor] = self.worked.get(event.actor, 0) + 1
        reactions = REACTIONS.get(event.kind)
        if not reactions:
            return
        view = View(self.eyes("react", event.id), events, event)
        for me in self._concerned(event, view.dice):
            for reaction in reactions:
                for intent in reaction(view, event, me):
                    agenda = self.agendas[intent.who]
                    if len(agenda) < AGENDA and intent.who != intent.action.target:
                        agenda.append(intent)

    def _content(self, owner: str, thing: str) -> None:
        """Who has their thing in hand no longer misses it, nor does anybody look for it."""
        for name, agenda in self.agendas.items():
            if agenda and (name == owner or any(i.action.kind == "search" for i in agenda)):
                agenda[:] = [i for i in agenda if i.action.thing != thing or i.action.kind not in SEEKING]

    def _concerned(self, event: Event, dice: Dice) -> list[str]:
        """Actor, target, the thing's owner (even one who does not know yet), the family, some who saw it."""
        ground = self.ground
        first = [event.actor, event.target, ground.owner(event.thing) if event.thing else ""]
        others = [name for name in event.seen if name not in first]
        chosen = dice.mixed(others)[:12 if event.kind in ("weather", "feast", "damage", "arrive") else WITNESSES]
        if event.kind in ("ill", "hurt", "die", "damage", "leave"):
            spread = {"damage": 0.12, "die": 1.0}.get(event.kind, 0.6)
            for name in ground.people:
                tied = event.kind == "damage" or self._kin(event.actor, name)
                if tied and name not in first and name not in chosen and dice.chance(spread):
                    chosen.append(name)
        everyone = dict.fromkeys([*first, *chosen])
        return [n for n in everyone if n and ground.alive(n) and (ground.spots[n] or n == event.actor)]

    def _kin(self, one: str, other: str) -> bool:
        ground = self.ground
        same = ground.people[one].home == ground.people[other].home
        return same or other in ground.friendships[one] or ground.tie(other, one).liking >= 4

    def decide(self, name: str) -> Deed | None:
        """What somebody does in this tick, None for nothing."""
        ground, here = self.ground, self.ground.spots[name]
        if not here or not self.awake(name) or name not in self.plans:
            return None
        clock = self.minute % DAY
        mine = self.plans[name]
        deed = self._from_agenda(name, here)
        if deed:
            return deed
        aim = ground.people[name].home if name in ground.sick or clock >= mine.bed else mine.place(clock)
        dice = Dice(self.seed, "mind", self.minute, name)
        if aim != here and self.staying.get(name, -1) < self.minute:
            return (Action(kind="go", to=aim), -1) if dice.chance(0.6) else None
        if name in ground.sick or dice.chance(0.72):
            return None
        working = mine.works and here == self.works[name] and 420 <= clock < 1020
        if working and self.worked.get(name, 0) < WORKS and dice.chance(0.25):
            return Action(kind="work", what=dice.one(words.works()[ground.people[name].work][1])), -1
        eyes = Eyes(ground, dice, self.works, self.awake)
        if ground.moods[name] and dice.chance(0.5):
            begun = initiatives.moved(eyes, name, self.spent)
            if begun:
                return begun
        if dice.chance(0.5):
            needs = self.needs[name]
            needs.now = self.minute
            return initiatives.begin(eyes, name, needs, working)
        return None

    def _from_agenda(self, name: str, here: str) -> Deed | None:
        agenda = self.agendas[name]
        if not agenda:
            return None
        walk: Intent | None = None
        for intent in tuple(agenda):
            if intent.until < self.minute or (
                    intent.action.target and not self.ground.alive(intent.action.target)
                    and intent.action.kind != "mourn"):
                agenda.remove(intent)
            elif intent.start <= self.minute:
                if self._ready(name, here, intent):
                    agenda.remove(intent)
                    return intent.action, intent.cause
                if walk is None and intent.walks > 0 and self._aim(name, intent) not in ("", here):
                    walk = intent
        if walk and name not in self.ground.sick and 7 * 60 <= self.minute % DAY < 20 * 60 + 30:
            walk.walks -= 1
            self.staying[name] = self.minute + STAY
            return Action(kind="go", to=self._aim(name, walk)), walk.cause
        return None

    def _aim(self, name: str, intent: Intent) -> str:
        """Where to walk for an intent; "" where walking is no use (any more, or yet)."""
        action, ground = intent.action, self.ground
        if action.kind in IN_HAND and ground.holder(action.thing) != name:
            return ""
        if action.kind in ("forgive", "refuse", "apologise", "confess") and action.about not in ground.wrongs:
            return ""
        if action.target and not intent.place and not self.awake(action.target):
            return ""
        return intent.place or (ground.spots[action.target] if action.target else "")

    def _ready(self, name: str, here: str, intent: Intent) -> bool:
        action, ground = intent.action, self.ground
        if intent.place and intent.place != here:
            return False
        if action.target and action.kind not in ("wait", "mourn", "steal") and (
                ground.spots[action.target] != here or not self.awake(action.target)):
            return False
        if action.kind == "meet" and intent.place and ground.spots[action.target] != here:
            return False
        return not fault(ground, as_event(ground, name, action, self.minute, intent.cause))

    def hear(self, topic: str, source: str) -> None:
        """A topic from outside reaches some grown-up, who will pass it on within two days."""
        dice = Dice(self.seed, "thread", self.minute)
        grown = [n for n, place in self.ground.spots.items() if place and self.ground.people[n].age >= 15]
        if len(grown) >= 2:
            teller, listener = dice.mixed(grown)[:2]
            action = Action(kind="news", target=listener, text=topic, what=source)
            self.agendas[teller].insert(0, Intent(teller, action, -1, self.minute, self.minute + 2 * DAY, "", 6))
