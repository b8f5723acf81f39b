"""What is so at one moment of a village: where everybody and everything is, who thinks, owes and feels what.

A setting goes in; queries come out. `changes`, `beliefs` and `ties` write the fields when an event is applied; nobody
else does. Orders are those of insertion, so that equal histories give equal grounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from foundling.world.chance import Dice
from foundling.world.village.records import DAY, Event, Feeling, Setting

FADING = 6 * 60  # minutes after which a feeling is one weaker
NEAR_KIN = ("mother", "father", "daughter", "son", "sister", "brother", "wife", "husband")


@dataclass(slots=True)
class Tie:
    """What one person thinks of another: each number from -9 to 9, 0 for a stranger."""

    liking: int = 0
    trust: int = 0
    fear: int = 0


@dataclass(slots=True)
class Wrong:
    """A wrong that is not forgiven: the event, who did it, to whom, and how things stand: open, sorry or refused."""

    event: Event
    doer: str
    victim: str
    stands: str = "open"


class Ground:
    """The fields of a state and the questions that one may ask it."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.people = {p.name: p for p in setting.people}
        self.places = {p.name: p for p in setting.places}
        self.things = {t.name: t for t in setting.things}
        self.minute = 0
        self.count = 0
        self.weather = "sun"
        self.here: dict[str, dict[str, None]] = {p.name: {} for p in setting.places}
        self.spots = {p.name: "" if p.away else p.home for p in setting.people}
        self.trail: dict[str, list[str]] = {p.name: [p.home] for p in setting.people}
        self.lying: dict[str, dict[str, None]] = {p.name: {} for p in setting.places}
        self.carried: dict[str, dict[str, None]] = {p.name: {} for p in setting.people}
        self.place_by_thing = {t.name: t.place for t in setting.things}
        self.holder_by_thing = {t.name: t.holder for t in setting.things}
        self.owner_by_thing = {t.name: t.owner for t in setting.things}
        self.unmade = {t.name: None for t in setting.things if not t.place and not t.holder}
        self.eaten: dict[str, None] = {}
        self.concealed: dict[str, Event] = {}  # hidden or lost things, with the event that made them so
        self.broken_things: dict[str, Event] = {}
        self.minds: dict[str, dict[str, str]] = {p.name: {} for p in setting.people}
        self.told: dict[str, dict[int, None]] = {p.name: {} for p in setting.people}
        self.ties: dict[tuple[str, str], Tie] = {}
        self.friendships: dict[str, dict[str, None]] = {p.name: {} for p in setting.people}
        self.loans: dict[str, Event] = {}
        self.promised: dict[int, Event] = {}
        self.wrongs: dict[int, Wrong] = {}
        self.favours: dict[tuple[str, str], Event] = {}  # the last good turn of one to another, not yet thanked for
        self.blunders: dict[str, Event] = {}  # what one might laugh at
        self.sick: dict[str, Event] = {}
        self.dead: dict[str, Event] = {}
        self.moods: dict[str, list[tuple[Feeling, int, int]]] = {p.name: [] for p in setting.people}
        self._settle()

    def _settle(self) -> None:
        for person in self.setting.people:
            if not person.away:
                self.here[person.home][person.name] = None
        for thing in self.setting.things:
            if thing.holder:
                self.carried[thing.holder][thing.name] = None
            elif thing.place:
                self.lying[thing.place][thing.name] = None
        for person in self.setting.people:
            for thing in self.setting.things:
                spot = thing.holder or thing.place
                if spot and (thing.owner == person.name or spot in (person.home, person.name)):
                    self.minds[person.name][thing.name] = spot
        dice = Dice(self.setting.seed, "ties")
        for one in self.setting.people:
            kin = {name: relation for relation, name in one.kin}
            for other in self.setting.people:
                if other.name in kin:
                    low, high = (4, 7) if kin[other.name] in NEAR_KIN else (2, 6)
                else:
                    low, high = (-4, -2) if dice.chance(0.06) else (-2, 3)
                if other is not one:
                    liking = dice.randint(low, high)
                    self.ties[one.name, other.name] = Tie(liking, liking // 2 + dice.randint(0, 2), 0)

    def where(self, person: str) -> str:
        """The place where a person is; "" for the dead and for those who are not in the village."""
        return self.spots.get(person, "")

    def place_of(self, thing: str) -> str:
        """The place where a thing is, lying or carried; "" for what is not in the village (any more, or yet)."""
        holder = self.holder_by_thing.get(thing, "")
        return self.spots[holder] if holder else self.place_by_thing.get(thing, "")

    def holder(self, thing: str) -> str:
        """Who carries a thing, "" for nobody."""
        return self.holder_by_thing.get(thing, "")

    def owner(self, thing: str) -> str:
        """Whose it is."""
        return self.owner_by_thing.get(thing, "")

    def hidden(self, thing: str) -> bool:
        """True where somebody hid it and nobody has found it since."""
        return thing in self.concealed and self.concealed[thing].kind == "hide"

    def lost(self, thing: str) -> bool:
        """True where it fell from a pocket and nobody has found it since."""
        return thing in self.concealed and self.concealed[thing].kind == "lose"

    def open(self, thing: str) -> bool:
        """True for a thing that lies somewhere, plain to see."""
        return bool(self.place_by_thing.get(thing)) and thing not in self.concealed

    def broken(self, thing: str) -> bool:
        """True between a break and its mend."""
        return thing in self.broken_things

    def gone(self, thing: str) -> bool:
        """True for what is eaten."""
        return thing in self.eaten

    def believes(self, person: str, thing: str) -> str:
        """Where a person believes a thing to be: a place, a person who has it, or "" for no belief."""
        return self.minds.get(person, {}).get(thing, "")

    def knows(self, person: str, event: Event) -> bool:
        """True for somebody who perceived an event or was told of it."""
        return person in event.seen or event.id in self.told[person]

    def ill(self, person: str) -> bool:
        """True from an illness or hurt to the recovery."""
        return person in self.sick

    def alive(self, person: str) -> bool:
        """False for the dead and for nobody."""
        return person in self.people and person not in self.dead

    def tie(self, one: str, other: str) -> Tie:
        """What one thinks of the other."""
        return self.ties.get((one, other)) or Tie()

    def friends(self, person: str) -> tuple[str, ...]:
        """Those whom a person has befriended and not lost again."""
        return tuple(self.friendships[person])

    def grudges(self, person: str) -> dict[str, int]:
        """Those whom a person dislikes (liking of -3 or less), with the liking."""
        found = {name: self.tie(person, name).liking for name in self.people if name != person}
        return {name: liking for name, liking in found.items() if liking <= -3}

    def promises(self, person: str = "") -> tuple[Event, ...]:
        """Promises neither kept nor forgotten; of one person, or of all."""
        return tuple(p for p in self.promised.values() if person in ("", p.actor))

    def due(self, promise: Event) -> int:
        """The minute at which a promise is late: the end of the day after it was made."""
        return (promise.minute // DAY + 2) * DAY

    def felt(self, person: str) -> Iterator[tuple[Feeling, int]]:
        """Current feelings, latest first, with the id of the event that woke each."""
        for feeling, minute, event in reversed(self.moods[person]):
            strength = feeling.strength - (self.minute - minute) // FADING
            if strength > 0:
                yield Feeling(
                    who=person, emotion=feeling.emotion, strength=strength, toward=feeling.toward), event

    def feelings(self, person: str) -> tuple[Feeling, ...]:
        """Current feelings, latest first, each as strong as it is by now: one weaker every six hours."""
        return tuple(feeling for feeling, _ in self.felt(person))

    def season(self) -> str:
        """The season of the year."""
        return self.setting.season(self.minute)
