"""How people react to wrongs and to their mending: theft, breakage, quarrels, mockery, broken promises; intents out."""

from collections.abc import Iterator

from foundling.world.village import words
from foundling.world.village.records import DAY, Event
from foundling.world.village.views import Intent, Reaction, View


def stolen(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The thief hides it, repents, or passes it on; a witness speaks or keeps quiet; the owner, if they saw, rages."""
    if me == e.actor:
        if w.maybe(0.75):
            yield w.will(me, "hide", after=10, within=DAY, place=w.ground.people[me].home, thing=e.thing)
        after = w.dice.randint(2, 30) * 60
        regret = w.soften(me)
        if w.maybe(regret):
            yield w.will(me, "confess", e.target, after=after, within=3 * DAY, walks=3, about=e.id)
        elif w.maybe(0.4):
            yield w.will(me, "search", after=after, within=2 * DAY, place=w.ground.people[me].home, thing=e.thing)
            yield w.will(me, "return", e.target, after=after + 60, within=3 * DAY, thing=e.thing, about=e.id)
    elif me == e.target and me in e.seen:
        yield w.will(me, w.dice.one(("accuse", "accuse", "quarrel")), e.actor, thing=e.thing, what="stolen", about=e.id)
    elif me in e.seen:
        if w.has(me, "timid") and w.maybe(0.6):
            yield w.will(me, "say", text=w.dice.one(words.section("sayings", "worry")), walks=0, after=60)
        elif not w.close(me, e.actor) and w.maybe(0.4 + 0.4 * w.honesty(me)):
            yield w.will(
                me, "tell", e.target, after=20, within=2 * DAY, thing=e.thing, claim=e.actor, about=e.id, walks=3)
        elif w.has(me, "brave", "honest") and w.maybe(0.5):
            yield w.will(me, "quarrel", e.actor, walks=0)


def accused(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The guilty confess or lie, the innocent protest, friends comfort, those who know better speak."""
    deed = w.events[e.about] if e.about >= 0 else None
    guilty = deed is not None and deed.actor == e.target and deed.kind in ("steal", "break")
    if me == e.target and guilty:
        assert deed is not None
        if deed.id in w.ground.wrongs and w.dice.chance(w.honesty(me) * 0.8 + 0.1):
            yield w.will(me, "confess", e.actor, about=deed.id)
        elif w.maybe(0.6):
            claim = w.elsewhere(w.ground.place_of(e.thing), w.ground.believes(me, e.thing), e.place)
            yield w.will(me, "lie", e.actor, thing=e.thing, claim=claim)
        else:
            yield w.will(me, "say", e.actor, text=w.dice.one(words.section("sayings", "denial")), walks=0)
    elif me == e.target:
        if w.maybe(0.35 + 0.4 * w.has(me, "hot-tempered", "proud")):
            yield w.will(me, "quarrel", e.actor)
        elif w.maybe(0.5):
            yield w.will(me, "say", e.actor, text=w.dice.one(words.section("sayings", "denial")), walks=0)
        if w.maybe(0.25):
            yield w.will(me, "search", after=60, thing=e.thing, place=w.elsewhere())
    elif me != e.actor:
        belief = w.ground.believes(me, e.thing)
        if belief and belief != e.target and w.close(me, e.actor) and w.maybe(0.6):
            yield w.will(me, "tell", e.actor, thing=e.thing, claim=belief)
        elif w.close(me, e.target) and w.maybe(0.5):
            yield w.will(me, "comfort", e.target, about=e.id)
        elif w.likes(me, e.target) <= -2 and w.maybe(0.4):
            yield w.will(me, "mock", e.target, walks=0)
        elif w.close(me, e.target) and w.has(me, "brave", "hot-tempered") and w.maybe(0.5):
            yield w.will(me, "quarrel", e.actor)
    elif not guilty and w.maybe(0.45 * w.soften(me)):
        yield w.will(me, "apologise", e.target, after=w.dice.randint(6, 40) * 60, within=2 * DAY, about=e.id)


def broken(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Whoever broke another's thing owns up, or hides it; an owner who comes upon it looks for somebody to blame."""
    owner = w.ground.owner(e.thing)
    if me == owner == e.actor:
        if w.maybe(0.45):
            yield w.will(me, "mend", after=w.dice.randint(3, 60) * 10, within=2 * DAY, thing=e.thing, walks=0)
        elif w.maybe(0.4):
            yield w.will(me, "say", text=w.dice.one(words.section("sayings", "grumble")), walks=0)
    elif me == e.actor and w.ground.alive(owner):
        if owner in e.seen:
            if w.maybe(0.35 + w.soften(me) / 2):
                yield w.will(me, "apologise", owner, about=e.id)
        elif w.dice.chance(w.honesty(me)):
            yield w.will(me, "confess", owner, after=20, within=2 * DAY, walks=3, about=e.id)
        elif w.ground.holder(e.thing) == me:
            yield w.will(me, "hide", within=DAY, thing=e.thing)
        else:
            yield w.will(me, "take", within=200, thing=e.thing, place=e.place)
            yield w.will(me, "hide", within=DAY, after=20, thing=e.thing)
    elif me == owner:
        if me not in e.seen:
            suspects = [n for n in w.present() if n != me and w.likes(me, n) <= 1]
            if suspects and w.maybe(0.5):
                who = w.dice.one([*suspects, e.actor])
                yield w.will(
                    me, "accuse", who, after=w.dice.randint(6, 90) * 10, within=3 * DAY, thing=e.thing, what="broken",
                    about=e.id)
        elif w.maybe(0.3 + 0.4 * w.has(me, "hot-tempered", "unforgiving", "proud")):
            yield w.will(me, "quarrel", e.actor)
        elif w.maybe(0.4):
            yield w.will(me, "forgive", e.actor, about=e.id)
    elif w.likes(me, e.actor) <= -1 and w.maybe(0.35):
        yield w.will(me, "mock", e.actor, walks=0)
    elif w.close(me, e.actor) and w.maybe(0.3):
        yield w.will(me, w.dice.one(("comfort", "help")), e.actor, what="picking up the pieces", walks=0)
    elif owner not in e.seen and w.close(me, owner) and w.maybe(0.4):
        where = w.ground.believes(me, e.thing)
        if where and w.ground.alive(owner):
            yield w.will(me, "tell", owner, thing=e.thing, claim=where, about=e.id)


def quarrelled(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Hot heads answer back, soft hearts make up, friends comfort, others enjoy it."""
    if me == e.target:
        if w.maybe(0.12 + 0.3 * w.has(me, "hot-tempered", "proud") - 0.1 * w.has(me, "patient", "shy")):
            yield w.will(me, "quarrel", e.actor, walks=0)
        wrongs = [n for n, wrong in w.ground.wrongs.items() if (wrong.doer, wrong.victim) == (me, e.actor)]
        if wrongs and w.maybe(w.soften(me)):
            kind = "apologise" if w.ground.knows(e.actor, w.events[wrongs[-1]]) else "confess"
            yield w.will(me, kind, e.actor, after=w.dice.randint(2, 90) * 10, within=2 * DAY, about=wrongs[-1])
    elif me == e.actor:
        if w.maybe(w.soften(me) * 0.9):
            yield w.will(
                me, "apologise", e.target, after=w.dice.randint(3, 120) * 10, within=2 * DAY, about=e.id, walks=3)
    elif w.close(me, e.target) and w.maybe(0.35):
        if w.has(me, "brave", "hot-tempered") and w.likes(me, e.actor) < 2:
            yield w.will(me, "quarrel", e.actor, walks=0)
        else:
            yield w.will(me, "comfort", e.target, about=e.id)
    elif w.likes(me, e.target) <= -2 and w.maybe(0.3):
        yield w.will(me, "mock", e.target, walks=0)
    elif not w.grown(me) and w.has(me, "timid") and w.maybe(0.3):
        yield w.will(me, "say", text=w.dice.one(words.section("sayings", "worry")), walks=0)


def mocked(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The proud hit back, the shy are comforted, the mocker may be sorry."""
    if me == e.target:
        if w.maybe(0.25 + 0.45 * w.has(me, "hot-tempered", "proud")):
            yield w.will(me, "quarrel", e.actor)
        elif w.maybe(0.15):
            own = [t for t in w.ground.carried[e.actor] if w.ground.owner(t) == e.actor]
            if own and w.has(me, "sly", "unforgiving") and e.actor != me:
                yield w.will(me, "steal", e.actor, thing=w.dice.one(own), after=60, within=DAY)
    elif me == e.actor:
        if w.maybe(0.6 * w.soften(me)):
            yield w.will(me, "apologise", e.target, after=w.dice.randint(2, 80) * 10, within=2 * DAY, about=e.id)
    elif w.close(me, e.target) and w.maybe(0.45):
        yield w.will(me, "comfort", e.target, about=e.id)
    elif w.likes(me, e.target) <= -2 and w.maybe(0.3):
        yield w.will(me, "mock", e.target, walks=0)


def confessed(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The wronged forgive, quarrel or refuse; who confessed to a theft brings the thing back, a break is mended."""
    deed = w.events[e.about]
    if me == e.target:
        yield from _answer(w, e, me, 0.15)
    elif me == e.actor and deed.kind == "steal":
        if w.ground.holder(deed.thing) != me:
            yield w.will(me, "search", within=DAY, thing=deed.thing, place=w.ground.believes(me, deed.thing))
        yield w.will(me, "return", e.target, after=20, within=2 * DAY, walks=4, thing=deed.thing, about=deed.id)
    elif me == e.actor and deed.kind == "break" and deed.thing in w.ground.broken_things and w.maybe(0.7):
        yield w.will(me, "promise", e.target, thing=deed.thing, what=f"mend the {deed.thing}")


def apologised(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The wronged forgive or refuse; a witness may praise."""
    if me == e.target:
        yield from _answer(w, e, me, 0.35)
    elif me == e.actor:
        deed = w.events[e.about]
        if deed.kind == "break" and deed.thing in w.ground.broken_things and w.maybe(0.5):
            yield w.will(me, "promise", e.target, thing=deed.thing, what=f"mend the {deed.thing}")
    elif w.has(me, "kind", "honest") and w.maybe(0.15):
        yield w.will(me, "praise", e.actor, about=e.id, walks=0)


def _answer(w: View, e: Event, me: str, ease: float) -> Iterator[Intent]:
    if e.about not in w.ground.wrongs:
        return
    grave = 0.2 * (w.events[e.about].kind == "steal")
    if w.dice.chance(w.soften(me) + ease - grave + w.likes(me, e.actor) * 0.03):
        yield w.will(me, "forgive", e.actor, about=e.about, within=2 * DAY, walks=3)
    elif w.maybe(0.75):
        yield w.will(me, "refuse", e.actor, about=e.about, within=DAY)
    else:
        yield w.will(me, "quarrel", e.actor, walks=1)


def refused(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Who is not forgiven tries again with a gift or another word; who refused may think again."""
    if me == e.target:
        own = [t for t in w.ground.carried[me] if w.ground.owner(t) == me and t not in w.ground.broken_things]
        if own and w.maybe(0.4 + 0.3 * w.has(me, "generous")):
            yield w.will(
                me, "give", e.actor, thing=w.dice.one(own), after=w.dice.randint(6, 120) * 10, within=2 * DAY, walks=3)
        elif w.maybe(w.soften(me)):
            yield w.will(me, "apologise", e.actor, after=DAY // 2, within=2 * DAY, about=e.about, walks=3)
    elif me == e.actor:
        if w.maybe(w.soften(me) * 0.7):
            yield w.will(me, "forgive", e.target, after=DAY, within=3 * DAY, about=e.about, walks=3)
    elif w.close(me, e.target) and w.maybe(0.4):
        yield w.will(me, "comfort", e.target, about=e.id)
    elif w.has(me, "patient", "kind") and w.close(me, e.actor) and w.maybe(0.3):
        yield w.will(me, "say", e.actor, text=w.dice.one(words.section("sayings", "peace")), walks=0)


def forgave(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Forgiven people are thankful; sometimes it is the beginning of a friendship."""
    if me == e.target:
        draw = w.dice.random()
        food = [t for t in w.ground.carried[me] if w.ground.things[t].food]
        if draw < 0.4:
            yield w.will(me, "thank", e.actor, about=e.id, walks=1)
        elif draw < 0.55 and e.actor not in w.ground.friendships[me]:
            yield w.will(me, "befriend", e.actor, walks=1)
        elif draw < 0.75 and food:
            yield w.will(me, "share", e.actor, thing=food[0])
        elif draw < 0.8 and not w.grown(me):
            yield w.will(me, "play", e.actor, what=w.dice.one(words.phrases("games")))


def forgot(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The one let down is angry or lets it pass; the one who forgot is sorry, and brings back what was borrowed."""
    if me == e.target:
        if w.maybe(0.3 + 0.3 * w.has(me, "hot-tempered", "unforgiving", "proud")):
            yield w.will(me, "quarrel", e.actor, after=60, within=2 * DAY, walks=3)
        elif w.has(me, "forgiving", "patient") and w.maybe(0.5):
            yield w.will(me, "forgive", e.actor, after=60, within=2 * DAY, about=e.id)
        elif w.maybe(0.2):
            yield w.will(me, "mock", e.actor, after=60)
    elif me == e.actor:
        if w.maybe(w.soften(me)):
            yield w.will(me, "apologise", e.target, after=500, within=2 * DAY, about=e.id, walks=3)
        if e.thing and w.ground.holder(e.thing) == me and w.ground.owner(e.thing) == e.target and w.maybe(0.8):
            loan = w.ground.loans.get(e.thing)
            after = w.dice.randint(8, 48) * 60
            yield w.will(me, "return", e.target, after=after, within=3 * DAY, walks=4, thing=e.thing,
                         about=loan.id if loan else e.about)


WRONGED: dict[str, tuple[Reaction, ...]] = {
    "steal": (stolen,), "accuse": (accused,), "break": (broken,), "quarrel": (quarrelled,), "mock": (mocked,),
    "confess": (confessed,), "apologise": (apologised,), "refuse": (refused,), "forgive": (forgave,),
    "forget": (forgot,),
}
