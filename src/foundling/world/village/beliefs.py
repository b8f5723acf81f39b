"""Where people believe things to be: an event in, the beliefs of those who perceived it changed. It moves nothing.

The rules, all of them. Whoever perceives that a thing changes hands believes it with its new holder; that it is put
down or hidden, at that place. Whoever comes to a place sees what lies there openly. Whoever is told, truly or not,
believes the claim. A miss or a search in vain wipes out the belief it disproves; an eaten thing is nowhere. Nobody
perceives a loss, so the loser goes on believing that they have it.
"""

from foundling.world.village.ground import Ground
from foundling.world.village.records import Event

TO_ACTOR = ("make", "find", "take", "steal")
TO_TARGET = ("give", "lend", "return")


def learn(ground: Ground, event: Event) -> None:
    """Applies an event to the beliefs of those who perceived it; to be called after the outer world has changed."""
    kind, thing = event.kind, event.thing
    if kind == "go":
        mind = ground.minds[event.actor]
        for lying in ground.lying[event.to]:
            if lying not in ground.concealed:
                mind[lying] = event.to
    elif kind in TO_ACTOR:
        _all(ground, event, thing, event.actor)
    elif kind in TO_TARGET:
        _all(ground, event, thing, event.target)
    elif kind in ("put", "hide"):
        _all(ground, event, thing, event.place)
    elif kind == "trade":
        _all(ground, event, thing, event.target)
        _all(ground, event, event.other, event.actor)
    elif kind == "share":
        _all(ground, event, thing, "")
    elif kind in ("tell", "lie") and thing:
        ground.minds[event.target][thing] = event.claim
    elif kind == "miss" or (kind == "search" and ground.believes(event.actor, thing) == event.place):
        ground.minds[event.actor].pop(thing, None)
    elif kind == "arrive":
        for lying in ground.lying[event.place]:
            if lying not in ground.concealed:
                ground.minds[event.actor][lying] = event.place
    if event.about >= 0 and kind in ("tell", "confess", "accuse", "apologise"):
        for name in event.seen:
            ground.told[name][event.about] = None


def _all(ground: Ground, event: Event, thing: str, spot: str) -> None:
    for name in event.seen:
        if spot:
            ground.minds[name][thing] = spot
        else:
            ground.minds[name].pop(thing, None)
