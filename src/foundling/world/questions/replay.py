"""A second opinion on what was so in a history: events in, where everybody and everything was out.

It is written from the table of event kinds alone and shares nothing with `village` but the records, so that a mistake
there is not made here too. Plain and slow on purpose; `check` asks it.
"""

from collections.abc import Collection, Sequence

from foundling.records import BadInput
from foundling.world.questions.asked import Query
from foundling.world.village.records import Event, Feeling, History, Setting

TO_ACTOR = ("make", "find", "take", "steal")
TO_TARGET = ("give", "lend", "return")
LAID = ("put", "hide", "lose")
MOVES = ("go", "arrive", "leave", "die")


class World:
    """Who and what is where, by name: `at` a person's place ("" for those away), `holder` and `place` of a thing (both
    "" for what is not made yet or eaten), its `owner`; `hidden`, `broken`, `eaten`, `dead`, `sick` hold who is so."""

    def __init__(self, setting: Setting) -> None:
        self.at = {p.name: "" if p.away else p.home for p in setting.people}
        self.holder = {t.name: t.holder for t in setting.things}
        self.place = {t.name: t.place for t in setting.things}
        self.owner = {t.name: t.owner for t in setting.things}
        self.hidden, self.broken, self.eaten, self.dead, self.sick = (set[str]() for _ in range(5))

    def spot(self, thing: str) -> str:
        """The name of whoever holds a thing, or of the place where it lies, or "" for neither."""
        return self.holder[thing] or self.place[thing]

    def stands(self, thing: str) -> str:
        """The place where a thing is, lying or in somebody's hands."""
        return self.at[self.holder[thing]] if self.holder[thing] else self.place[thing]

    def happen(self, event: Event) -> None:
        """What the event does to people and things; most kinds do nothing to them."""
        kind, thing = event.kind, event.thing
        if kind in TO_ACTOR or kind in TO_TARGET:
            self._hand(thing, event.actor if kind in TO_ACTOR else event.target)
        elif kind in LAID:
            self._lay(thing, event.place, kind != "put")
        elif kind == "trade":
            self._hand(thing, event.target)
            self._hand(event.other, event.actor)
            self.owner[event.other] = event.actor
        elif kind == "share":
            self._hand(thing, "")
            self.eaten.add(thing)
        elif kind in ("break", "mend"):
            _mark(self.broken, thing, kind == "break")
        elif kind in ("ill", "hurt", "recover"):
            _mark(self.sick, event.actor, kind != "recover")
        elif kind in MOVES:
            self._move(event)
        if kind in ("give", "trade"):
            self.owner[thing] = event.target

    def _hand(self, thing: str, holder: str) -> None:
        self.holder[thing], self.place[thing] = holder, ""
        self.hidden.discard(thing)

    def _lay(self, thing: str, place: str, hidden: bool) -> None:
        self.holder[thing], self.place[thing] = "", place
        _mark(self.hidden, thing, hidden)

    def _move(self, event: Event) -> None:
        self.at[event.actor] = {"go": event.to, "arrive": event.place}.get(event.kind, "")
        if event.kind == "die":  # what the dead had on them is left lying where they died
            self.dead.add(event.actor)
            for thing in [name for name, holder in self.holder.items() if holder == event.actor]:
                self._lay(thing, event.place, False)


def _mark(marked: set[str], name: str, on: bool) -> None:
    if on:
        marked.add(name)
    else:
        marked.discard(name)


def answer(history: History, query: Query) -> str:
    """What a query of `asked` yields. Raises BadInput for a query of no known form, or of nobody and nothing known."""
    form, rest = str(query[0]), query[1:]
    if form == "actor":
        return event_at(history, rest[0]).actor
    if form == "target":
        return event_at(history, rest[0]).target
    if form == "cause":
        return str(event_at(history, rest[0]).cause)
    if form == "first":
        return str(min(event_at(history, number).id for number in rest))
    if form in ("place_of_thing", "owner"):
        world = thing_after(history, str(rest[0]), event_at(history, rest[1]).id)
        return world.spot(str(rest[0])) if form == "place_of_thing" else world.owner[str(rest[0])]
    if form == "without":
        gone = undone(history, event_at(history, rest[0]).id)
        return thing_after(history, str(rest[1]), event_at(history, rest[2]).id, gone).spot(str(rest[1]))
    if form == "place_of_person":
        return person_after(history, str(rest[0]), event_at(history, rest[1]).id)
    if form == "believes":
        return belief_after(history, str(rest[0]), str(rest[1]), event_at(history, rest[2]).id)
    if form == "feels":
        strong = strongest(event_at(history, rest[1]), str(rest[0]))
        return strong[0].emotion if strong else ""
    if form == "did":
        return "yes" if any(_is(e, rest) for e in history.events[:event_at(history, rest[4]).id + 1]) else "no"
    raise BadInput(f"The query {query!r} is of no form that asked.py knows: ask one of those.")


def event_at(history: History, number: str | int) -> Event:
    """The event of an id. Raises BadInput for an id that the history does not have."""
    if not isinstance(number, int) or not 0 <= number < len(history.events):
        raise BadInput(f"The history has {len(history.events)} events and none of id {number!r}: name one that it has.")
    return history.events[number]


def thing_after(history: History, thing: str, upto: int, gone: Collection[int] = ()) -> World:
    """A world right as to one thing, after event `upto`; without the events of ids `gone`."""
    if not any(t.name == thing for t in history.setting.things):
        raise BadInput(f"The village has no {thing!r}: ask for a thing that it has.")
    world = World(history.setting)
    for event in history.events[:upto + 1]:
        if (thing in (event.thing, event.other) or event.kind == "die") and event.id not in gone:
            world.happen(event)
    return world


def person_after(history: History, person: str, upto: int) -> str:
    """The place where somebody is after event `upto`; "" for the dead and for those who are not in the village."""
    world = World(history.setting)
    if person not in world.at:
        raise BadInput(f"The village has no {person!r}: ask for somebody who lives there.")
    for event in history.events[:upto + 1]:
        if event.actor == person and event.kind in MOVES:
            world.happen(event)
    return world.at[person]


def undone(history: History, number: int) -> set[int]:
    """The id of an event and of all that it led to by cause."""
    gone = {number}
    for event in history.events[number + 1:]:
        if event.cause in gone:
            gone.add(event.id)
    return gone


def belief_after(history: History, person: str, thing: str, upto: int) -> str:
    """Where somebody believes a thing to be after event `upto`: a place, who holds it, or "" for no belief.

    At first everybody knows where their own things are, and what lies at home or is on themselves. Then: whoever
    perceives a thing change hands or be laid down believes that; whoever comes to a place sees what lies there openly;
    whoever is told believes it; in vain looked for is no longer believed to be there.
    """
    world = World(history.setting)
    if person not in world.at or thing not in world.holder:
        raise BadInput(f"The village has no {person!r} or no {thing!r}: ask for what it has.")
    home, start = history.setting.person(person).home, world.spot(thing)
    belief = start if world.owner[thing] == person or start in (home, person) else ""
    for event in history.events[:upto + 1]:
        mine = thing in (event.thing, event.other)
        if mine or event.kind == "die":
            world.happen(event)
        if mine:
            belief = _learnt(world, event, person, thing, belief)
        elif event.actor == person and event.kind in ("go", "arrive"):
            place = event.to if event.kind == "go" else event.place
            if not world.holder[thing] and world.place[thing] == place and thing not in world.hidden:
                belief = place
    return belief


def _learnt(world: World, event: Event, person: str, thing: str, belief: str) -> str:
    """The belief after an event that has to do with the thing; the world already is as it leaves it."""
    if event.kind in (*TO_ACTOR, *TO_TARGET, "put", "hide", "trade", "share"):
        return world.spot(thing) if person in event.seen else belief
    if event.kind in ("tell", "lie") and event.target == person:
        return event.claim
    if event.actor == person and (event.kind == "miss" or (event.kind == "search" and belief == event.place)):
        return ""
    return belief


def strongest(event: Event, person: str) -> list[Feeling]:
    """The feelings that an event gave somebody and than which it gave them none stronger, in their order."""
    felt = [f for f in event.feelings if f.who == person]
    top = max((f.strength for f in felt), default=0)
    return [f for f in felt if f.strength == top]


def _is(event: Event, asked: Sequence[str | int]) -> bool:
    """True where the event is of the kind, actor, target and thing asked for; "" asks for an event that has none."""
    return (event.kind, event.actor, event.target, event.thing) == tuple(asked[:4])
