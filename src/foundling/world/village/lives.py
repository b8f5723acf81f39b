"""How people react to what befalls the village: illness, death, storms, comings and goings, feasts, news and dreams."""

from collections.abc import Iterator

from foundling.world.village import words
from foundling.world.village.records import DAY, Event
from foundling.world.village.views import Intent, Reaction, View


def sickened(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Those who are close nurse, bring food, comfort; the unkind laugh at a hurt."""
    if me == e.actor:
        return
    if w.close(me, e.actor) and w.ground.people[me].age >= 9:
        if w.maybe(0.5 if e.kind == "ill" else 0.2):
            yield w.will(me, "nurse", e.actor, after=w.dice.randint(1, 60) * 10, within=2 * DAY, about=e.id)
        elif w.maybe(0.5):
            food = [t for t in w.ground.carried[me] if w.ground.things[t].food and w.ground.owner(t) == me]
            if food:
                yield w.will(me, "give", e.actor, thing=food[0], after=60, within=2 * DAY)
            else:
                yield w.will(me, "comfort", e.actor, after=30, about=e.id)
    elif e.kind == "hurt" and w.likes(me, e.actor) <= -1 and w.maybe(0.5):
        yield w.will(me, "mock", e.actor, walks=0)
    elif w.has(me, "kind") and w.maybe(0.3):
        yield w.will(me, "comfort", e.actor, about=e.id, walks=0)


def nursed(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The sick thank; the nurse comes again while there is need."""
    if me == e.actor and sum(1 for _ in w.up("nurse")) < 2 and w.maybe(0.55):
        yield w.will(me, "nurse", e.target, after=w.dice.randint(6, 24) * 60, within=DAY, about=e.about)
    elif me == e.target and w.maybe(0.3):
        yield w.will(me, "thank", e.actor, about=e.id, walks=0)


def recovered(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The first way of the well is to those who nursed them."""
    if me == e.actor:
        for nurse in dict.fromkeys(up.actor for up in w.up("nurse", "comfort")):
            if w.ground.alive(nurse) and w.maybe(0.85):
                care = next(up for up in w.up("nurse", "comfort") if up.actor == nurse)
                yield w.will(me, "thank", nurse, about=care.id, within=2 * DAY, walks=3)
                own = [t for t in w.ground.carried[me] if w.ground.owner(t) == me]
                if own and w.has(me, "generous", "kind") and w.maybe(0.4):
                    yield w.will(me, "give", nurse, thing=w.dice.one(own), after=60, within=2 * DAY, walks=3)
    elif w.close(me, e.actor) and w.maybe(0.2):
        food = [t for t in w.ground.carried[me] if w.ground.things[t].food]
        if food:
            yield w.will(me, "share", e.actor, thing=food[0], walks=1)


def bereaved(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Kin and friends mourn, at the chapel, on the hill or where they are."""
    if me != e.actor and (w.close(me, e.actor) or w.likes(me, e.actor) >= 2):
        still = [p.name for p in w.ground.setting.places if p.kind in ("chapel", "hill", "river", "garden")]
        yield w.will(
            me, "mourn", e.actor, after=w.dice.randint(1, 30) * 60, within=4 * DAY, about=e.id, walks=2,
            place=w.dice.one(still or [e.place]))


def mourned(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Those who see it comfort; mourners make peace with others."""
    if me == e.actor:
        wrongs = [n for n, wrong in w.ground.wrongs.items() if wrong.victim == me and w.ground.knows(me, wrong.event)]
        if wrongs and w.maybe(0.3 * w.soften(me)):
            yield w.will(me, "forgive", w.ground.wrongs[wrongs[-1]].doer, about=wrongs[-1], within=2 * DAY, walks=2)
    elif (w.close(me, e.actor) or w.has(me, "kind")) and w.maybe(0.6):
        yield w.will(me, "comfort", e.actor, about=e.about if e.about >= 0 else e.id)


def damaged(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Neighbours help those who live or work there."""
    keepers = [n for n in w.present() if n != me and (w.works[n] == e.place or w.ground.people[n].home == e.place)]
    if not keepers:
        return
    fond = w.close(me, keepers[0]) or w.has(me, "kind", "generous", "brave")
    if fond and w.grown(me) and w.maybe(0.45):
        after = w.dice.randint(3, 60) * 10
        yield w.will(
            me, "help", w.dice.one(keepers[:3]), after=after, within=2 * DAY, walks=3, place=e.place,
            what=f"mending the {e.what}")
    elif w.maybe(0.06):
        yield w.will(me, "promise", keepers[0], what=f"help with mending the {e.what}")


def blown(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Storms frighten children; their parents comfort them."""
    if e.what == "storm" and w.ground.people[me].age < 10:
        grown = [n for n in w.near(me) if w.grown(n) and w.close(n, me)]
        if grown and w.maybe(0.3):
            yield w.will(grown[0], "comfort", me, about=e.id, walks=0)
    elif e.what == "snow" and w.ground.people[me].age < 14 and w.near(me) and w.maybe(0.3):
        game = w.dice.one(words.section("sayings", "snow games"))
        yield w.will(me, "play", w.dice.one(w.near(me)), what=game, walks=0)


def heard(w: View, e: Event, me: str) -> Iterator[Intent]:
    """News is passed on, and argued over."""
    if me != e.target:
        return
    if sum(1 for _ in w.up("news")) < 3 and w.maybe(0.3 + 0.3 * w.has(me, "curious")):
        others = [n for n in w.present() if n not in e.seen and w.close(me, n)]
        if others:
            yield w.will(
                me, "news", w.dice.one(others), text=e.text, what=e.what, after=w.dice.randint(2, 60) * 10, within=DAY)
    elif w.has(me, "hot-tempered", "gloomy", "proud") and w.likes(me, e.actor) <= 1 and w.maybe(0.15):
        yield w.will(me, "quarrel", e.actor, walks=0)


def feasted(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Feasts bring people together, also those who had better stay apart."""
    near = w.near(me)
    if not near or not w.maybe(0.5):
        return
    fond = max(near, key=lambda n: w.likes(me, n))
    foe = min(near, key=lambda n: w.likes(me, n))
    own = [t for t in w.ground.carried[me] if w.ground.owner(t) == me]
    food = [t for t in own if w.ground.things[t].food]
    after = w.dice.randint(1, 12) * 10
    draw = w.dice.random()
    if food and draw < 0.3:
        yield w.will(me, "share", fond, thing=food[0], after=after, within=200, walks=0)
    elif own and draw < 0.45:
        yield w.will(me, "give", fond, thing=own[0], after=after, within=200, walks=0)
    elif w.likes(me, foe) <= -2 and draw < 0.6:
        yield w.will(me, w.dice.one(("quarrel", "mock")), foe, after=after, within=200, walks=0)
    elif draw < 0.75 and fond not in w.ground.friendships[me] and w.likes(me, fond) >= 2:
        yield w.will(me, "befriend", fond, after=after, within=200, walks=0)
    elif draw < 0.9 and w.ground.people[me].age < 18:
        yield w.will(me, "play", fond, what=w.dice.one(words.phrases("games")), after=after, within=200, walks=0)
    elif draw >= 0.9:
        yield w.will(me, "praise", w.dice.one(near), after=after, within=200, walks=0, about=e.id)


def dreamt(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A dream is told in the morning, or sends somebody to make up."""
    wrongs = [n for n, wrong in w.ground.wrongs.items() if wrong.doer == me and w.ground.alive(wrong.victim)]
    if wrongs and w.maybe(0.4 * w.soften(me)):
        wrong = w.ground.wrongs[wrongs[-1]]
        kind = "apologise" if w.ground.knows(wrong.victim, wrong.event) else "confess"
        yield w.will(me, kind, wrong.victim, after=240, within=DAY, about=wrongs[-1], walks=3)
    elif w.maybe(0.4):
        kin = [n for n in w.ground.here[e.place] if n != me]
        if kin:
            yield w.will(me, "say", w.dice.one(kin), text=f"I dreamed of {e.what}.", after=120, within=600, walks=0)


def came(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Neighbours greet a newcomer, help, teach, bring something."""
    if me == e.actor or not w.maybe(0.25):
        return
    after = w.dice.randint(1, 40) * 30
    draw = w.dice.random()
    own = [t for t in w.ground.carried[me] if w.ground.owner(t) == me]
    if draw < 0.35:
        yield w.will(me, "meet", e.actor, after=after, within=2 * DAY)
    elif draw < 0.6 and w.grown(me):
        yield w.will(me, "help", e.actor, what="carrying boxes", after=after, within=2 * DAY)
    elif draw < 0.85 and own and not w.has(me, "stingy"):
        yield w.will(me, "give", e.actor, thing=w.dice.one(own), after=after, within=2 * DAY)
    elif w.has(me, "proud", "gloomy", "hot-tempered"):
        yield w.will(me, "quarrel", e.actor, after=after, within=2 * DAY)


def left(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Those who stay behind are sad together, or say so."""
    if me == e.actor or not w.close(me, e.actor):
        return
    others = [n for n in w.near(me) if n != e.actor]
    if others and w.maybe(0.4):
        yield w.will(w.dice.one(others), "comfort", me, about=e.id)
    elif w.maybe(0.5):
        yield w.will(me, "say", text=w.dice.one(words.section("sayings", "worry")), after=60, walks=0)


def made(w: View, e: Event, me: str) -> Iterator[Intent]:
    """What is made is praised, shared, given away, envied, or laughed at."""
    thing = w.ground.things[e.thing]
    if me == e.actor:
        fond = [n for n in w.present() if n != me and w.close(me, n)]
        if fond and w.maybe(0.6):
            kind = "share" if thing.food else "give"
            other = w.dice.one(fond)
            yield w.will(me, kind, other, thing=e.thing, after=w.dice.randint(2, 40) * 10, within=2 * DAY)
    elif w.likes(me, e.actor) >= 1 and w.maybe(0.25):
        yield w.will(me, "praise", e.actor, about=e.id, walks=0)
    elif w.has(me, "sly") and w.likes(me, e.actor) <= 0 and w.maybe(0.3):
        yield w.will(me, "steal", e.actor, thing=e.thing, after=30, within=DAY)
    elif w.likes(me, e.actor) <= -2 and w.maybe(0.25):
        yield w.will(me, "mock", e.actor, walks=0)


def mended(w: View, e: Event, me: str) -> Iterator[Intent]:
    """An owner thanks who mended it."""
    if me == w.ground.owner(e.thing) and me != e.actor and w.maybe(0.7):
        yield w.will(me, "thank", e.actor, about=e.id)
    elif me == e.actor and w.ground.holder(e.thing) == me and w.ground.owner(e.thing) != me:
        loan = w.ground.loans.get(e.thing)
        about = loan.id if loan else -1
        yield w.will(me, "return", w.ground.owner(e.thing), thing=e.thing, within=2 * DAY, walks=4, about=about)


LIVED: dict[str, tuple[Reaction, ...]] = {
    "ill": (sickened,), "hurt": (sickened,), "nurse": (nursed,), "recover": (recovered,), "die": (bereaved,),
    "mourn": (mourned,), "damage": (damaged,), "weather": (blown,), "news": (heard,), "feast": (feasted,),
    "dream": (dreamt,), "arrive": (came,), "leave": (left,), "make": (made,), "mend": (mended,),
}
