"""What a village is made of and what happens in it, as frozen records: Person, Place, Thing, Setting, Event, History.

A history is its setting and its events in order; every state in between is a fold over them (`village.state`). Names
identify people, places and things within one village. Nothing here decides or draws anything.
"""

from dataclasses import dataclass
from typing import TypeVar

DAY = 24 * 60  # minutes; all times are whole minutes since the first midnight

KINDS = (
    # moving and doing
    "go", "work", "make", "find", "take", "put", "hide", "lose", "search", "miss", "break", "mend", "wait",
    # things between people
    "give", "lend", "return", "steal", "trade", "share",
    # talk
    "meet", "say", "ask", "tell", "lie", "promise", "keep", "forget", "quarrel", "mock", "accuse", "confess",
    "apologise", "forgive", "refuse", "thank", "praise", "comfort", "help", "teach", "befriend", "play", "news",
    # what comes to them
    "arrive", "leave", "ill", "hurt", "nurse", "recover", "die", "mourn", "weather", "damage", "feast", "dream",
)
"""Every kind of event; what each field means for a kind stands in `village.rules`."""

EMOTIONS = (
    "joy", "distress", "hope", "fear", "satisfaction", "disappointment", "relief", "fears_confirmed", "happy_for",
    "pity", "envy", "gloating", "pride", "shame", "admiration", "reproach", "gratitude", "anger", "gratification",
    "remorse", "love", "hate",
)
"""The 22 emotion types of Ortony, Clore and Collins, The Cognitive Structure of Emotions (1988); envy is their
resentment, fears_confirmed their fears-confirmed."""

WEATHERS = ("sun", "cloud", "rain", "storm", "fog", "wind", "snow", "frost", "heat")
SEASONS = ("spring", "summer", "autumn", "winter")


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A villager. `they` is "she" or "he"; `temper` words such as "proud"; `kin` pairs of (relation, name): what
    the one named is to this one. `away`: not yet in the village when it begins."""

    name: str
    they: str
    age: int
    work: str
    home: str
    temper: tuple[str, ...] = ()
    kin: tuple[tuple[str, str], ...] = ()
    away: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Somewhere to be: name "mill", its preposition "at" (in, on, by, under), a spot on the map, a roof or none."""

    name: str
    at: str
    kind: str
    x: int
    y: int
    indoors: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """A thing that can be carried: name "blue jug" (unique), kind "jug", owner, and where it is at the start."""

    name: str
    kind: str
    owner: str
    place: str = ""
    holder: str = ""
    fragile: bool = False
    food: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Feeling:
    """Who feels what, how strongly (1 to 3), towards whom ("" for nobody)."""

    who: str
    emotion: str
    strength: int
    toward: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened. Empty strings and -1 mean that a field has no part in it.

    id: place in the history; minute: when; actor, target: people; thing, other: things; place: where it happened;
    to: where to; what: a word from a closed list (a kind of work, an illness...); claim: what was said to be so, when
    it may be false (a place or a person); about: the event spoken of, kept or broken; cause: the event that led to it;
    seen: everybody who perceived it, actor and target included; feelings: what it made people feel; text: words said;
    quarantined: the words came from outside, through a thread or an actor of flesh, and nobody has judged them.
    """

    id: int
    minute: int
    kind: str
    actor: str = ""
    target: str = ""
    thing: str = ""
    other: str = ""
    place: str = ""
    to: str = ""
    what: str = ""
    claim: str = ""
    about: int = -1
    cause: int = -1
    seen: tuple[str, ...] = ()
    feelings: tuple[Feeling, ...] = ()
    text: str = ""
    quarantined: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """How a village begins. `day` is the day of the year (0 to 359, four seasons of 90) of its first midnight."""

    seed: int
    name: str
    day: int
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    things: tuple[Thing, ...]

    def person(self, name: str) -> Person:
        """Raises KeyError for nobody."""
        return _named(self.people, name)

    def place(self, name: str) -> Place:
        """Raises KeyError for nowhere."""
        return _named(self.places, name)

    def thing(self, name: str) -> Thing:
        """Raises KeyError for nothing."""
        return _named(self.things, name)

    def season(self, minute: int) -> str:
        """The season at a minute of the history."""
        return SEASONS[(self.day + minute // DAY) % 360 // 90]


Named = TypeVar("Named", "Person", "Place", "Thing")


def _named(records: tuple[Named, ...], name: str) -> Named:
    for record in records:
        if record.name == name:
            return record
    raise KeyError(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A setting and all that happened since, in order; event n has id n."""

    setting: Setting
    events: tuple[Event, ...]
