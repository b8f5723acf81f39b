"""What may happen: a ground and an event that is about to be in, why it cannot be out, "" where it can.

RULES names for each kind the conditions that must hold just before the event; what each field means for a kind:

go: place -> to. work/help/teach: what is a gerund. make: thing from nowhere. find: thing was concealed here. take, put,
hide, lose, mend: thing. break: what is a past verb. search, miss: the thing is neither in hand nor open to see here.
wait: about a promise of target. give, lend, trade: what one owns and holds. return: to its owner. steal: from its owner
target. tell/lie: claim is what the actor believes / does not believe. promise: what, thing, to. keep/forget: about a
promise to target. accuse: what "stolen" or "broken". confess, apologise: about a wrong done to target; forgive, refuse:
about a wrong done by target.
"""

from collections.abc import Callable

from foundling.world.village.ground import Ground
from foundling.world.village.records import KINDS, WEATHERS, Event

Check = Callable[[Ground, Event], bool]


def fault(ground: Ground, event: Event) -> str:
    """Why the event cannot happen now, as the end of a sentence; "" for a legal event."""
    if event.kind not in KINDS:
        return f"{event.kind!r} is no kind of event"
    for name in RULES[event.kind]:
        says, holds = CHECKS[name]
        if not holds(ground, event):
            return says
    return ""


def _here(g: Ground, e: Event) -> bool:
    return g.alive(e.actor) and bool(e.place) and g.spots[e.actor] == e.place


def _with(g: Ground, e: Event) -> bool:
    return e.target != e.actor and g.alive(e.target) and g.spots[e.target] == e.place


def _lies(g: Ground, e: Event) -> bool:
    return g.place_by_thing.get(e.thing) == e.place and e.thing not in g.concealed


def _reach(g: Ground, e: Event) -> bool:
    """In the actor's hands, lying openly here, or carried by somebody who is here."""
    return bool(e.thing) and _visible(g, e)


def _visible(g: Ground, e: Event) -> bool:
    holder = g.holder(e.thing)
    return g.spots[holder] == e.place if holder else _lies(g, e)


def _absent(g: Ground, e: Event) -> bool:
    return e.thing in g.things and g.holder(e.thing) != e.actor and not _lies(g, e)


def _misses(g: Ground, e: Event) -> bool:
    return g.believes(e.actor, e.thing) in (e.place, e.actor)


def _claims(g: Ground, e: Event) -> bool:
    return e.thing in g.things and (e.claim in g.places or e.claim in g.people)


def _steals(g: Ground, e: Event) -> bool:
    return e.target not in ("", e.actor) and g.owner(e.thing) == e.target and (
        _lies(g, e) or (g.holder(e.thing) == e.target and g.spots[e.target] == e.place)
    )


def _promised(g: Ground, e: Event) -> bool:
    promise = g.promised.get(e.about)
    return promise is not None and promise.actor == e.actor and promise.target == e.target


def _waits(g: Ground, e: Event) -> bool:
    promise = g.promised.get(e.about)
    return promise is not None and promise.actor == e.target and g.spots[e.target] != e.place


def _did(g: Ground, e: Event) -> bool:
    wrong = g.wrongs.get(e.about)
    return wrong is not None and wrong.doer == e.actor and wrong.victim == e.target


def _suffered(g: Ground, e: Event) -> bool:
    wrong = g.wrongs.get(e.about)
    return wrong is not None and wrong.doer == e.target and wrong.victim == e.actor and g.knows(e.actor, wrong.event)


def _trades(g: Ground, e: Event) -> bool:
    return e.thing != e.other and g.holder(e.other) == e.target == g.owner(e.other)


CHECKS: dict[str, tuple[str, Check]] = {
    "here": ("the actor is not there", _here),
    "with": ("the other one is not there", _with),
    "walk": ("there is no such place to walk to", lambda g, e: e.to in g.places and e.to != e.place),
    "what": ("it does not say what", lambda g, e: bool(e.what)),
    "text": ("it has no words", lambda g, e: bool(e.text)),
    "unmade": ("the thing cannot be made", lambda g, e: e.thing in g.unmade and g.owner(e.thing) == e.actor),
    "holds": ("the actor does not hold the thing", lambda g, e: bool(e.thing) and g.holder(e.thing) == e.actor),
    "owns": ("the thing is not the actor's own", lambda g, e: g.owner(e.thing) == e.actor),
    "lies": ("the thing does not lie there openly", _lies),
    "concealed": (
        "nothing of the kind is hidden there",
        lambda g, e: e.thing in g.concealed and g.place_by_thing[e.thing] == e.place,
    ),
    "absent": ("the thing is plain to see", _absent),
    "misses": ("the actor does not believe that it is there", _misses),
    "reach": ("the thing is out of reach", _reach),
    "whole": ("the thing is broken already", lambda g, e: e.thing not in g.broken_things),
    "broken": ("the thing is whole", lambda g, e: e.thing in g.broken_things),
    "thing": ("there is no such thing", lambda g, e: e.thing in g.things and e.thing not in g.eaten),
    "food": ("it is not to be eaten", lambda g, e: g.things[e.thing].food),
    "to owner": ("it is not the other one's", lambda g, e: g.owner(e.thing) == e.target),
    "steals": ("it cannot be stolen from that person there", _steals),
    "trades": ("the other one has no such thing to give for it", _trades),
    "claims": ("it claims nothing that could be", _claims),
    "honest": ("the actor does not believe it", lambda g, e: g.believes(e.actor, e.thing) == e.claim),
    "false": ("the actor believes it", lambda g, e: g.believes(e.actor, e.thing) != e.claim),
    "promised": ("there is no such promise", _promised),
    "waits": ("nobody who is not there promised to come", _waits),
    "did": ("the actor did the other one no such wrong", _did),
    "suffered": ("the actor knows of no such wrong", _suffered),
    "charge": ("it must say stolen or broken", lambda g, e: e.what in ("stolen", "broken")),
    "strangers": ("they are friends already", lambda g, e: e.target not in g.friendships[e.actor]),
    "sick": ("the actor is well", lambda g, e: e.actor in g.sick),
    "well": ("the actor is not well", lambda g, e: e.actor not in g.sick),
    "patient": ("the other one is well", lambda g, e: e.target in g.sick),
    "mourned": ("the other one is not dead", lambda g, e: e.target in g.dead),
    "outside": (
        "the actor is in the village",
        lambda g, e: g.alive(e.actor) and not g.spots[e.actor] and e.place in g.places,
    ),
    "sky": ("the weather is so already", lambda g, e: e.what in WEATHERS and e.what != g.weather),
    "somewhere": ("there is no such place", lambda g, e: e.place in g.places),
    "past": ("it is about nothing that happened", lambda g, e: 0 <= e.about < g.count),
}

RULES: dict[str, tuple[str, ...]] = {
    "go": ("here", "walk"), "work": ("here", "what"), "make": ("here", "unmade"), "find": ("here", "concealed"),
    "take": ("here", "lies"), "put": ("here", "holds"), "hide": ("here", "holds"), "lose": ("here", "holds"),
    "search": ("here", "thing", "absent"), "miss": ("here", "thing", "misses", "absent"),
    "break": ("here", "what", "reach", "whole"), "mend": ("here", "reach", "broken"), "wait": ("here", "waits"),
    "give": ("here", "with", "holds", "owns"), "lend": ("here", "with", "holds", "owns"),
    "return": ("here", "with", "holds", "to owner"), "steal": ("here", "steals"),
    "trade": ("here", "with", "holds", "owns", "trades"), "share": ("here", "with", "holds", "food"),
    "meet": ("here", "with"), "say": ("here", "text"), "ask": ("here", "with", "thing"),
    "tell": ("here", "with", "claims", "honest"), "lie": ("here", "with", "claims", "false"),
    "promise": ("here", "with", "what"), "keep": ("promised",), "forget": ("promised",),
    "quarrel": ("here", "with"), "mock": ("here", "with"), "accuse": ("here", "with", "thing", "charge"),
    "confess": ("here", "with", "did"), "apologise": ("here", "with", "did"), "forgive": ("here", "with", "suffered"),
    "refuse": ("here", "with", "suffered"), "thank": ("here", "with", "past"), "praise": ("here", "with"),
    "comfort": ("here", "with"), "help": ("here", "with", "what"), "teach": ("here", "with", "what"),
    "befriend": ("here", "with", "strangers"), "play": ("here", "with", "what"),
    "news": ("here", "with", "text", "what"),
    "arrive": ("outside",), "leave": ("here",), "ill": ("here", "what", "well"), "hurt": ("here", "what", "well"),
    "nurse": ("here", "with", "patient"), "recover": ("here", "sick"), "die": ("here", "what"),
    "mourn": ("here", "mourned"), "weather": ("sky",), "damage": ("somewhere", "what"), "feast": ("somewhere", "what"),
    "dream": ("here", "what"),
}
