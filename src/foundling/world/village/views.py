"""What somebody who reacts to an event has before them: the ground, the event, chance, and words for what they may do.

A view goes into the reactions (`losses`, `wrongs`, `favours`, `lives`), Intents come out: deeds that somebody means to
do, from when, until when, and where. Whether an intent becomes an event is up to `minds`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from foundling.world.chance import Dice
from foundling.world.village.actions import Action
from foundling.world.village.ground import Ground
from foundling.world.village.records import DAY, Event

LONG = 9  # chains longer than this peter out


@dataclass(slots=True)
class Intent:
    """A deed that somebody means to do: because of event `cause`, between two minutes, at a place ("" for wherever the
    target is), after walking there at most `walks` times."""

    who: str
    action: Action
    cause: int
    start: int
    until: int
    place: str
    walks: int


class Eyes:
    """The village as somebody sees it who is about to do something."""

    def __init__(self, ground: Ground, dice: Dice, works: dict[str, str], awake: Callable[[str], bool]) -> None:
        self.ground, self.dice, self.works, self.awake = ground, dice, works, awake

    def has(self, who: str, *tempers: str) -> bool:
        """True for somebody of any of these tempers."""
        own = self.ground.people[who].temper
        return any(word in own for word in tempers)

    def grown(self, who: str) -> bool:
        """True from the age of 15."""
        return self.ground.people[who].age >= 15

    def likes(self, one: str, other: str) -> int:
        """How much one likes the other, -9 to 9."""
        return self.ground.tie(one, other).liking

    def close(self, one: str, other: str) -> bool:
        """Of one house, friends, or fond of each other."""
        same = self.ground.people[one].home == self.ground.people[other].home
        return same or other in self.ground.friendships[one] or self.likes(one, other) >= 4

    def near(self, who: str) -> list[str]:
        """Those awake at the same place."""
        place = self.ground.where(who)
        return [n for n in self.ground.here[place] if n != who and self.awake(n)] if place else []

    def present(self) -> list[str]:
        """All who live in the village now."""
        return [name for name, place in self.ground.spots.items() if place]

    def carried(self, who: str, *, food: bool = False) -> list[str]:
        """What somebody owns and has in hand: food, or whole things that are not."""
        things = self.ground.things
        return [
            t for t in self.ground.carried[who]
            if self.ground.owner(t) == who and things[t].food == food and t not in self.ground.broken_things
        ]

    def soften(self, who: str) -> float:
        """How readily somebody gives in, owns up and makes up: 0 to 1."""
        score = 0.5
        score += 0.2 * self.has(who, "kind", "forgiving") + 0.15 * self.has(who, "honest", "patient", "shy")
        score -= 0.2 * self.has(who, "unforgiving", "hot-tempered") + 0.2 * self.has(who, "proud", "sly", "stingy")
        return max(0.05, min(0.95, score))

    def honesty(self, who: str) -> float:
        """How likely somebody is to tell the truth where it costs: 0 to 1."""
        score = 0.5 + 0.35 * self.has(who, "honest") + 0.1 * self.has(who, "brave", "kind")
        return max(0.05, min(0.95, score - 0.4 * self.has(who, "sly") - 0.15 * self.has(who, "timid", "stingy")))

    def elsewhere(self, *not_here: str) -> str:
        """Some place of the village other than these."""
        return self.dice.one([name for name in self.ground.places if name not in not_here])


class View(Eyes):
    """An event as those see it who may react to it."""

    def __init__(self, eyes: Eyes, events: Sequence[Event], event: Event) -> None:
        super().__init__(eyes.ground, eyes.dice, eyes.works, eyes.awake)
        self.events, self.event = events, event
        self.depth = sum(1 for _ in _above(events, event, 30))

    def maybe(self, share: float) -> bool:
        """True in a share of cases, in fewer at the end of a long chain."""
        return self.dice.chance(share if self.depth < LONG else share * 0.3 if self.depth < 2 * LONG else 0.0)

    def up(self, *kinds: str) -> Iterator[Event]:
        """The events above this one in its chain, nearest first, of these kinds."""
        return (event for event in _above(self.events, self.event, 12) if event.kind in kinds)

    def will(
        self, who: str, kind: str, target: str = "", *, after: int = 10, within: int = DAY, place: str = "",
        walks: int = 2, **fields: str | int,
    ) -> Intent:
        """An intent because of this event, from `after` minutes on, for `within` minutes."""
        about = fields.pop("about", -1)
        action = Action(kind=kind, target=target, about=int(about), **{k: str(v) for k, v in fields.items()})
        start = self.event.minute + after
        return Intent(who, action, self.event.id, start, start + within, place, walks)


def _above(events: Sequence[Event], event: Event, most: int) -> Iterator[Event]:
    while event.cause >= 0 and most:
        event, most = events[event.cause], most - 1
        yield event


Reaction = Callable[[View, Event, str], Iterator[Intent]]
