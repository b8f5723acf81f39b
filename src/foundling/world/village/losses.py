"""How people react to things being lost, moved, hidden, missed, sought and spoken of: events in, intents out.

What somebody misses they ask for and search where they believe it to be, rightly or not.
"""

from collections.abc import Iterator

from foundling.world.village import words
from foundling.world.village.promises import BRING, SEEK
from foundling.world.village.records import DAY, Event
from foundling.world.village.views import Intent, Reaction, View


def displaced(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A thing of mine is gone, moved or broken without my knowing: sooner or later I come and see."""
    if me != w.ground.owner(e.thing):
        return
    if e.kind == "lose" and me == e.actor:
        yield w.will(me, "miss", after=w.dice.randint(3, 40) * 10, within=3 * DAY, walks=0, thing=e.thing)
    elif me not in e.seen and me != e.actor:
        place = w.ground.believes(me, e.thing)
        place = place if place in w.ground.places else ""
        yield w.will(me, "miss", after=w.dice.randint(6, 90) * 10, within=4 * DAY, place=place, thing=e.thing)


def pranked(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Who hid a thing of another in play gives it back before long, or at least says where it is."""
    owner = w.ground.owner(e.thing)
    if me == e.actor and owner != me and w.ground.alive(owner) and w.maybe(0.6):
        after = w.dice.randint(10, 140) * 10
        if w.maybe(0.6):
            yield w.will(me, "tell", owner, after=after, within=2 * DAY, thing=e.thing, claim=e.place)
        else:
            yield w.will(me, "search", after=after, within=2 * DAY, place=e.place, thing=e.thing)


def missed(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The one who misses it asks, searches or accuses; others help, lend or laugh."""
    if me == e.actor:
        suspects = [n for n in w.present() if w.likes(me, n) <= -2 and w.ground.tie(me, n).trust <= 0]
        if suspects and w.maybe(0.35 + 0.3 * w.has(me, "hot-tempered", "unforgiving")):
            yield w.will(me, "accuse", w.dice.one(suspects), thing=e.thing, what="stolen", about=_root(w, e))
        yield from _quest(w, e, me, asks=2)
        return
    if w.close(me, e.actor) and w.maybe(0.35):
        yield w.will(me, "help", e.actor, walks=0, what=f"looking for the {e.thing}")
    elif w.likes(me, e.actor) <= -2 and w.maybe(0.3):
        yield w.will(me, "mock", e.actor, walks=0)
    elif w.ground.believes(me, e.thing) in w.ground.places and w.maybe(0.7):
        yield w.will(me, "tell", e.actor, walks=1, thing=e.thing, claim=w.ground.believes(me, e.thing))
    elif w.has(me, "generous", "kind") and w.maybe(0.3):
        kind = w.ground.things[e.thing].kind
        own = [t for t in w.ground.carried[me] if w.ground.owner(t) == me and not w.ground.things[t].food]
        same = [t for t in own if w.ground.things[t].kind == kind] or own
        if same:
            yield w.will(me, "lend", e.actor, thing=same[0])


def _quest(w: View, e: Event, me: str, asks: int) -> Iterator[Intent]:
    near = [n for n in w.near(me) if n != me]
    friends = [n for n in w.present() if n != me and w.close(me, n)]
    whom = list(dict.fromkeys([*w.dice.mixed(near)[:1], *w.dice.mixed(friends)[:2]]))
    for number, other in enumerate(whom[:asks]):
        if w.maybe(0.65):
            yield w.will(me, "ask", other, after=10 + 50 * number, thing=e.thing, walks=1)
    trail = [p for p in w.ground.trail[me] if p != e.place] or [w.ground.people[me].home]
    if w.maybe(0.8):
        yield w.will(me, "search", after=30, thing=e.thing, place=w.dice.one(trail))


def _root(w: View, e: Event) -> int:
    """The theft or break behind a loss, or the loss itself when there was none."""
    for above in w.up("steal", "break"):
        return above.id
    return e.id


def searched(w: View, e: Event, me: str) -> Iterator[Intent]:
    """In vain: the one who searched goes on, blames who sent them, or gives up; others help or laugh."""
    if me != e.actor:
        if w.close(me, e.actor) and w.maybe(0.3):
            yield w.will(me, w.dice.one(("help", "comfort")), e.actor, walks=0, what=f"looking for the {e.thing}")
        elif w.likes(me, e.actor) <= -1 and w.maybe(0.25):
            yield w.will(me, "mock", e.actor, walks=0)
        return
    told = next((up for up in w.up("tell", "lie") if up.target == me and up.claim == e.place), None)
    if told and w.maybe(0.6):
        if w.has(me, "hot-tempered", "proud", "unforgiving") or w.likes(me, told.actor) < 0:
            yield w.will(me, w.dice.one(("quarrel", "accuse")), told.actor, thing=e.thing, what="stolen")
        else:
            yield w.will(me, "ask", told.actor, thing=e.thing)
    elif sum(1 for _ in w.up("search")) < 3 and w.maybe(0.65):
        yield from _quest(w, e, me, asks=1)
    elif w.maybe(0.3):
        yield w.will(me, "say", text=w.dice.one(words.section("sayings", "grumble")), walks=0)


def asked(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Who is asked tells what they believe, lies if the truth would shame them, owns up, or does not know."""
    if me != e.target:
        if w.ground.believes(me, e.thing) in w.ground.places and w.close(me, e.actor) and w.maybe(0.7):
            yield w.will(me, "tell", e.actor, walks=0, thing=e.thing, claim=w.ground.believes(me, e.thing))
        return
    belief = w.ground.believes(me, e.thing)
    veiled = w.ground.concealed.get(e.thing)
    if belief == e.place and not (veiled and me in veiled.seen):
        belief = ""  # it is plainly not here
    guilt = [n for n, wrong in w.ground.wrongs.items()
             if wrong.doer == me and wrong.victim == e.actor and wrong.event.thing == e.thing
             and wrong.event.kind in ("steal", "break")]
    guilty = bool(guilt) or (belief == me and w.ground.owner(e.thing) == e.actor and e.thing not in w.ground.loans)
    lent = w.ground.loans.get(e.thing)
    if belief == me and lent and lent.target == me:
        if w.maybe(0.75):
            yield w.will(me, "return", e.actor, thing=e.thing, about=lent.id)
        else:
            yield w.will(me, "promise", e.actor, thing=e.thing, what=f"{BRING} {e.thing}")
    elif guilt and w.dice.chance(w.honesty(me) * 0.6):
        yield w.will(me, "confess", e.actor, after=10, about=guilt[-1])
    elif belief and belief != e.actor and not guilty and w.dice.chance(
            0.97 if not w.has(me, "sly") or w.close(me, e.actor) else 0.5):
        yield w.will(me, "tell", e.actor, within=200, thing=e.thing, claim=belief)
    elif guilty or (w.has(me, "sly") and w.likes(me, e.actor) <= 0) or (not belief and w.likes(me, e.actor) <= -3):
        yield from _deceive(w, e, me)
    elif w.maybe(0.4) and w.close(me, e.actor):
        if w.maybe(0.5):
            yield w.will(me, "promise", e.actor, thing=e.thing, what=f"{SEEK} {e.thing}", walks=1)
        else:
            yield w.will(me, "help", e.actor, what=f"looking for the {e.thing}", walks=1)
    else:
        yield w.will(me, "say", e.actor, text=w.dice.one(words.section("sayings", "unknown")), walks=0)


def _deceive(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A place where it is not, or somebody disliked who has not got it."""
    rivals = [n for n in w.present() if n not in (me, e.actor) and w.likes(me, n) <= -2]
    if rivals and w.maybe(0.35):
        claim = w.dice.one(rivals)
    else:
        claim = w.elsewhere(w.ground.place_of(e.thing), w.ground.believes(me, e.thing), e.place)
    yield w.will(me, "lie", e.actor, within=120, thing=e.thing, claim=claim)


def told(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Who is told, truly or not, goes there; told of a thief, goes to the thief."""
    if me != e.target:
        belief = w.ground.believes(me, e.thing)
        if e.kind == "lie" and belief not in ("", e.claim, e.target) and w.close(me, e.target) and w.maybe(0.6):
            yield w.will(me, "tell", e.target, thing=e.thing, claim=belief)
        return
    wants = w.ground.owner(e.thing) == me
    if e.about >= 0 and w.events[e.about].kind in ("steal", "break"):
        deed = w.events[e.about]
        if deed.actor != me and w.ground.alive(deed.actor) and w.maybe(0.85):
            what = "stolen" if deed.kind == "steal" else "broken"
            yield w.will(me, "accuse", deed.actor, thing=e.thing, what=what, about=deed.id)
    elif e.claim in w.ground.places and wants:
        yield w.will(me, "search", after=10, within=DAY, thing=e.thing, place=e.claim, walks=2)
    elif e.claim == e.actor and wants:
        if w.maybe(0.4):
            yield w.will(me, "quarrel", e.actor)
    elif e.claim in w.ground.people and wants and e.claim != me and w.ground.where(e.claim):
        if w.likes(me, e.claim) <= -1 or w.has(me, "hot-tempered"):
            yield w.will(me, "accuse", e.claim, thing=e.thing, what="stolen", about=_root(w, e))
        else:
            yield w.will(me, "ask", e.claim, thing=e.thing)
    if e.kind == "tell" and wants and w.maybe(0.3):
        yield w.will(me, "thank", e.actor, after=10, within=60, about=e.id, walks=0)


def lied(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A liar with a soft heart owns up after a while."""
    if me == e.actor and w.maybe(0.55 * w.soften(me)):
        yield w.will(me, "confess", e.target, after=w.dice.randint(12, 150) * 10, within=2 * DAY, about=e.id)


def found(w: View, e: Event, me: str) -> Iterator[Intent]:
    """An owner thanks who helped and makes up with who was accused; a finder brings it back, or keeps it."""
    owner = w.ground.owner(e.thing)
    if me == e.actor and me == owner:
        for kind in ("tell", "help", "promise"):
            for up in w.up(kind):
                if up.target == me and w.ground.alive(up.actor):
                    yield w.will(me, "thank", up.actor, about=up.id)
                    break
        for up in w.up("accuse"):
            if up.actor == me and up.id in w.ground.wrongs and w.maybe(w.soften(me)):
                yield w.will(me, "apologise", up.target, within=2 * DAY, about=up.id)
        if w.maybe(0.15):
            yield w.will(me, "put", place=w.ground.people[me].home, thing=e.thing, after=30)
    elif me == e.actor and w.ground.alive(owner) and e.thing not in w.ground.loans:
        if w.dice.chance(w.honesty(me) + 0.25 * w.close(me, owner) + 0.1):
            yield w.will(me, "return", owner, within=2 * DAY, walks=4, thing=e.thing)
        elif w.maybe(0.7):
            yield w.will(me, "hide", place=w.ground.people[me].home, within=DAY, thing=e.thing, after=20)
            yield w.will(me, "return", owner, after=w.dice.randint(1, 4) * DAY, within=2 * DAY, thing=e.thing)
    elif me == owner and me != e.actor and e.kind == "find" and w.maybe(0.8):
        if w.likes(me, e.actor) >= 0:
            yield w.will(me, "thank", e.actor, about=e.id)
        else:
            yield w.will(me, "ask", e.actor, thing=e.thing)


def returned(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The owner thanks for a loan or a find brought back; a theft is another matter."""
    if me != e.target:
        if me != e.actor and w.has(me, "honest") and w.maybe(0.2):
            yield w.will(me, "praise", e.actor, walks=0, about=e.id)
        return
    wrong = e.about if e.about in w.ground.wrongs else -1
    if wrong >= 0 and w.ground.knows(me, w.events[wrong]):
        if w.maybe(w.soften(me) + 0.2):
            yield w.will(me, "forgive", e.actor, about=wrong, walks=1)
        else:
            yield w.will(me, "quarrel", e.actor, walks=1)
    elif w.maybe(0.7):
        yield w.will(me, "thank", e.actor, about=e.id, walks=1)
        food = [t for t in w.ground.carried[me] if w.ground.things[t].food]
        if food and w.maybe(0.4):
            yield w.will(me, "share", e.actor, thing=food[0], after=20)
    for up in w.up("accuse"):
        if up.actor == me and up.target != e.actor and up.id in w.ground.wrongs and w.maybe(w.soften(me)):
            yield w.will(me, "apologise", up.target, within=2 * DAY, about=up.id)


LOSSES: dict[str, tuple[Reaction, ...]] = {
    "lose": (displaced,), "take": (displaced, found), "put": (displaced,), "hide": (displaced, pranked),
    "steal": (displaced,), "miss": (missed,), "search": (searched,), "ask": (asked,), "tell": (told,),
    "lie": (told, lied), "find": (found, displaced), "return": (returned,),
}
