"""What each kind of event does to people and things: an event and a ground in, the ground changed. It judges nothing.

Beliefs and ties change in modules of their own. Kinds that are missing from CHANGES leave the outer world as it was.
"""

from collections.abc import Callable

from foundling.world.village.ground import Ground, Wrong
from foundling.world.village.records import DAY, Event

WRONGS = ("steal", "break", "quarrel", "mock", "accuse", "forget", "lie")
FAVOURS = ("give", "lend", "return", "share", "comfort", "help", "teach", "nurse", "keep", "mend", "forgive", "tell",
           "praise", "find")
BLUNDERS = ("lose", "search", "miss", "break", "hurt", "forget", "confess", "refuse")
LAPSE = 15 * DAY  # after so long a wrong that nobody has spoken of is let lie
TRAIL = 6  # how many places back a person's way is remembered


def change(ground: Ground, event: Event) -> None:
    """Applies an event to the outer world and to who owes whom what."""
    if event.kind in CHANGES:
        CHANGES[event.kind](ground, event)
    doer, victim = event.actor, event.target
    if event.kind == "break":
        victim = ground.owner(event.thing)
    just = event.kind == "accuse" and event.about in ground.wrongs and ground.wrongs[event.about].doer == victim
    if event.kind in WRONGS and doer and victim and doer != victim and not just:
        ground.wrongs[event.id] = Wrong(event, doer, victim)
        while event.minute - next(iter(ground.wrongs.values())).event.minute > LAPSE:
            del ground.wrongs[next(iter(ground.wrongs))]
    if event.kind in FAVOURS and event.actor and event.target:
        ground.favours[event.actor, event.target] = event
    if event.kind in BLUNDERS:
        ground.blunders[event.actor] = event


def carry(ground: Ground, thing: str, holder: str) -> None:
    """A thing comes into somebody's hands, from wherever it was."""
    _lift(ground, thing)
    ground.holder_by_thing[thing] = holder
    ground.carried[holder][thing] = None


def lay(ground: Ground, thing: str, place: str) -> None:
    """A thing comes to lie at a place, from wherever it was."""
    _lift(ground, thing)
    ground.place_by_thing[thing] = place
    ground.lying[place][thing] = None


def _lift(ground: Ground, thing: str) -> None:
    holder, place = ground.holder_by_thing[thing], ground.place_by_thing[thing]
    if holder:
        ground.carried[holder].pop(thing, None)
    if place:
        ground.lying[place].pop(thing, None)
    ground.holder_by_thing[thing] = ground.place_by_thing[thing] = ""
    ground.concealed.pop(thing, None)
    ground.unmade.pop(thing, None)


def _move(ground: Ground, person: str, to: str) -> None:
    at = ground.spots[person]
    if at:
        ground.here[at].pop(person, None)
    ground.spots[person] = to
    if to:
        ground.here[to][person] = None
        trail = ground.trail[person]
        if to in trail:
            trail.remove(to)
        trail.append(to)
        del trail[:-TRAIL]


def _go(ground: Ground, event: Event) -> None:
    _move(ground, event.actor, event.to)


def _pick_up(ground: Ground, event: Event) -> None:
    carry(ground, event.thing, event.actor)


def _put(ground: Ground, event: Event) -> None:
    lay(ground, event.thing, event.place)


def _conceal(ground: Ground, event: Event) -> None:
    lay(ground, event.thing, event.place)
    ground.concealed[event.thing] = event


def _break(ground: Ground, event: Event) -> None:
    ground.broken_things[event.thing] = event


def _mend(ground: Ground, event: Event) -> None:
    ground.broken_things.pop(event.thing, None)


def _give(ground: Ground, event: Event) -> None:
    carry(ground, event.thing, event.target)
    ground.owner_by_thing[event.thing] = event.target
    ground.loans.pop(event.thing, None)


def _lend(ground: Ground, event: Event) -> None:
    carry(ground, event.thing, event.target)
    ground.loans[event.thing] = event


def _return(ground: Ground, event: Event) -> None:
    carry(ground, event.thing, event.target)
    ground.loans.pop(event.thing, None)


def _trade(ground: Ground, event: Event) -> None:
    carry(ground, event.thing, event.target)
    carry(ground, event.other, event.actor)
    ground.owner_by_thing[event.thing], ground.owner_by_thing[event.other] = event.target, event.actor


def _share(ground: Ground, event: Event) -> None:
    _lift(ground, event.thing)
    ground.loans.pop(event.thing, None)
    ground.broken_things.pop(event.thing, None)
    ground.eaten[event.thing] = None


def _promise(ground: Ground, event: Event) -> None:
    ground.promised[event.id] = event


def _settled(ground: Ground, event: Event) -> None:
    ground.promised.pop(event.about, None)


def _apologise(ground: Ground, event: Event) -> None:
    if event.about in ground.wrongs:
        ground.wrongs[event.about].stands = "sorry"


def _refuse(ground: Ground, event: Event) -> None:
    if event.about in ground.wrongs:
        ground.wrongs[event.about].stands = "refused"


def _forgive(ground: Ground, event: Event) -> None:
    ground.wrongs.pop(event.about, None)


def _thank(ground: Ground, event: Event) -> None:
    ground.favours.pop((event.target, event.actor), None)


def _befriend(ground: Ground, event: Event) -> None:
    ground.friendships[event.actor][event.target] = None
    ground.friendships[event.target][event.actor] = None


def _arrive(ground: Ground, event: Event) -> None:
    _move(ground, event.actor, event.place)


def _leave(ground: Ground, event: Event) -> None:
    _move(ground, event.actor, "")


def _sicken(ground: Ground, event: Event) -> None:
    ground.sick[event.actor] = event


def _recover(ground: Ground, event: Event) -> None:
    ground.sick.pop(event.actor, None)


def _die(ground: Ground, event: Event) -> None:
    """What the dead carried lies where they died; whose it is stays as it was, and nothing binds them any more."""
    _move(ground, event.actor, "")
    for thing in tuple(ground.carried[event.actor]):
        lay(ground, thing, event.place)
    ground.sick.pop(event.actor, None)
    ground.dead[event.actor] = event
    for number in [n for n, p in ground.promised.items() if event.actor in (p.actor, p.target)]:
        del ground.promised[number]
    for number in [n for n, w in ground.wrongs.items() if event.actor in (w.doer, w.victim)]:
        del ground.wrongs[number]


def _weather(ground: Ground, event: Event) -> None:
    ground.weather = event.what


CHANGES: dict[str, Callable[[Ground, Event], None]] = {
    "go": _go, "make": _pick_up, "find": _pick_up, "take": _pick_up, "steal": _pick_up, "put": _put, "hide": _conceal,
    "lose": _conceal, "break": _break, "mend": _mend, "give": _give, "lend": _lend, "return": _return, "trade": _trade,
    "share": _share, "promise": _promise, "keep": _settled, "forget": _settled, "apologise": _apologise,
    "refuse": _refuse, "forgive": _forgive, "thank": _thank, "befriend": _befriend, "arrive": _arrive, "leave": _leave,
    "ill": _sicken, "hurt": _sicken, "recover": _recover, "die": _die, "weather": _weather,
}
