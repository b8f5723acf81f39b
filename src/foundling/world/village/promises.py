"""Promises: what can be promised, and which event keeps a promise. A ground and an event in, kept promises out.

A promise is one of five: bring back a thing, mend a thing, look for a thing, help with some work, come to a place.
It is late at the end of the day after it was made (`Ground.due`).
"""

from foundling.world.village.ground import Ground
from foundling.world.village.records import Event

BRING, MEND, SEEK, HELP, COME = "bring back the", "mend the", "look for the", "help with", "come to the"


def kept(ground: Ground, event: Event) -> tuple[Event, ...]:
    """The open promises that the event, just applied, fulfils; those to people who have died are none."""
    if not ground.promised:
        return ()
    return tuple(p for p in ground.promised.values() if p.id != event.id and _fulfils(ground, event, p))


def _fulfils(ground: Ground, event: Event, promise: Event) -> bool:
    if promise.what.startswith(COME):
        if event.kind != "go" or event.to != promise.to or promise.actor != event.actor:
            return False
        return ground.spots[promise.target] == promise.to
    if event.actor != promise.actor:
        return False
    if promise.what.startswith(BRING):
        return event.kind == "return" and (event.thing, event.target) == (promise.thing, promise.target)
    if promise.what.startswith(MEND):
        return event.kind == "mend" and event.thing == promise.thing
    if promise.what.startswith(SEEK):
        return event.kind in ("search", "find") and event.thing == promise.thing
    return event.kind == "help" and event.target == promise.target and promise.what == f"{HELP} {event.what}"
