"""How people react to kindness, promises and company: thanks, return gifts, envy, promises kept or let slip."""

from collections.abc import Iterator

from foundling.world.village import words
from foundling.world.village.promises import BRING, COME, HELP, MEND, SEEK
from foundling.world.village.records import DAY, Event
from foundling.world.village.views import Intent, Reaction, View


def given(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Thanks, sometimes a gift in return; those who stand by may envy. A gift to make up for a wrong softens."""
    if me == e.target:
        sorry = [n for n, wrong in w.ground.wrongs.items()
                 if (wrong.doer, wrong.victim) == (e.actor, me) and w.ground.knows(me, wrong.event)]
        if sorry and w.maybe(0.3 + w.soften(me)):
            yield w.will(me, "forgive", e.actor, about=sorry[-1], walks=1)
        elif w.maybe(0.7):
            yield w.will(me, "thank", e.actor, about=e.id, walks=1)
        own = [t for t in w.ground.carried[me] if w.ground.owner(t) == me and t != e.thing]
        if own and w.maybe(0.12 + 0.3 * w.has(me, "generous")):
            yield w.will(me, "give", e.actor, thing=w.dice.one(own), after=w.dice.randint(2, 40) * 60, within=2 * DAY)
    elif me != e.actor:
        yield from _envied(w, e, me)


def _envied(w: View, e: Event, me: str) -> Iterator[Intent]:
    if w.likes(me, e.target) > -1 and not w.has(me, "stingy", "sly"):
        return
    if w.has(me, "sly", "stingy") and w.maybe(0.2) and w.likes(me, e.target) <= 2:
        yield w.will(me, "steal", e.target, thing=e.thing, after=w.dice.randint(3, 90) * 10, within=2 * DAY)
    elif w.likes(me, e.target) <= -1 and w.maybe(0.3):
        yield w.will(me, w.dice.one(("mock", "quarrel")), e.target, walks=0)


def lent(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A loan is promised back, and brought back, late, or not at all."""
    if me == e.target:
        if w.maybe(0.65):
            yield w.will(me, "promise", e.actor, within=120, thing=e.thing, what=f"{BRING} {e.thing}", walks=1)
        else:
            yield w.will(me, "thank", e.actor, within=120, about=e.id, walks=0)
            if w.maybe(0.75):
                yield w.will(
                    me, "return", e.actor, after=w.dice.randint(4, 60) * 60, within=3 * DAY, walks=4, thing=e.thing,
                    about=e.id)
    elif me == e.actor and w.maybe(0.25):
        yield w.will(me, "ask", e.target, after=2 * DAY, within=2 * DAY, thing=e.thing)


def promised(w: View, e: Event, me: str) -> Iterator[Intent]:
    """The promiser means it, more or less; one who was promised a visit goes there and waits."""
    if me == e.actor:
        faithful = 0.66 + 0.2 * w.has(me, "honest", "kind", "patient") - 0.3 * w.has(me, "sly", "timid", "stingy")
        if w.dice.chance(faithful):
            after = w.dice.randint(4, 30) * 60
            if e.what.startswith(BRING):
                loan = w.ground.loans.get(e.thing)
                yield w.will(me, "return", e.target, after=after, within=2 * DAY, walks=5, thing=e.thing,
                             about=loan.id if loan else e.id)
            elif e.what.startswith(MEND):
                place = w.ground.place_of(e.thing)
                yield w.will(me, "mend", after=after // 2, within=2 * DAY, walks=3, place=place, thing=e.thing)
            elif e.what.startswith(SEEK):
                place = w.dice.one([*w.ground.trail[e.target], *w.ground.trail[me]])
                yield w.will(me, "search", after=after // 4, within=DAY, walks=3, place=place, thing=e.thing)
            elif e.what.startswith(HELP):
                yield w.will(me, "help", e.target, after=after // 2, within=2 * DAY, walks=4,
                             what=e.what.removeprefix(HELP).strip())
            elif e.what.startswith(COME):
                yield w.will(me, "meet", e.target, after=_hour(e), within=300, walks=4, place=e.to)
    elif me == e.target and e.what.startswith(COME):
        yield w.will(me, "wait", e.actor, after=_hour(e) - 20, within=240, walks=3, place=e.to, about=e.id)


def _hour(e: Event) -> int:
    """How long until the hour that was agreed: five this afternoon, or tomorrow's when it is late."""
    today = 17 * 60 - e.minute % DAY
    return today if today > 120 else today + DAY


def waited(w: View, e: Event, me: str) -> Iterator[Intent]:
    """One waits a second time and a third, then goes home."""
    if me == e.actor and sum(1 for _ in w.up("wait")) < 2 and w.maybe(0.6):
        yield w.will(me, "wait", e.target, after=60, within=90, walks=0, place=e.place, about=e.about)


def kept(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A promise kept is thanked for, and praised, and sometimes rewarded."""
    if me == e.target:
        food = [t for t in w.ground.carried[me] if w.ground.things[t].food]
        if w.maybe(0.75):
            yield w.will(me, "thank", e.actor, about=e.id, walks=1)
        if food and w.maybe(0.4):
            yield w.will(me, "share", e.actor, thing=food[0], walks=0)
        elif e.what.startswith(COME) and w.maybe(0.4):
            yield w.will(me, "play", e.actor, what=w.dice.one(words.phrases("games")), walks=0)
        elif w.maybe(0.15):
            yield w.will(me, "befriend", e.actor, walks=0)
    elif me != e.actor and w.has(me, "kind", "cheerful") and w.maybe(0.2):
        yield w.will(me, "praise", e.actor, walks=0, about=e.id)


def helped(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Help is thanked for, and calls forth help, food, friendship or a promise."""
    if me == e.target:
        food = [t for t in w.ground.carried[me] if w.ground.things[t].food]
        if w.maybe(0.7):
            yield w.will(me, "thank", e.actor, about=e.id, walks=1)
        if food and w.maybe(0.3):
            yield w.will(me, "share", e.actor, thing=food[0])
        elif w.likes(me, e.actor) >= 3 and w.maybe(0.35):
            yield w.will(me, "befriend", e.actor)
        elif w.maybe(0.12) and w.grown(me):
            task = w.dice.one(words.works()[w.ground.people[e.actor].work][1])
            yield w.will(me, "promise", e.actor, what=f"{HELP} {task}")
    elif me == e.actor:
        if e.what.startswith("looking for the ") and w.maybe(0.6):
            thing = e.what.removeprefix("looking for the ")
            if thing in w.ground.things:
                place = w.dice.one(w.ground.trail[e.target])
                yield w.will(me, "search", after=20, thing=thing, place=place)
    elif w.close(me, e.actor) and w.maybe(0.12):
        yield w.will(me, "help", e.target, what=e.what, walks=0)
    elif w.has(me, "kind", "cheerful") and w.maybe(0.1):
        yield w.will(me, "praise", e.actor, what=e.what, walks=0)


def taught(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Who has learnt something thanks, shows it to a friend, and is praised."""
    if me == e.target:
        if w.maybe(0.4):
            yield w.will(me, "thank", e.actor, about=e.id, walks=0)
        friends = [n for n in w.present() if n not in (me, e.actor) and w.close(me, n) and not w.grown(n)]
        if friends and w.maybe(0.35):
            yield w.will(me, "teach", w.dice.one(friends), after=w.dice.randint(6, 120) * 10, what=e.what)
    elif me == e.actor:
        if w.maybe(0.35):
            yield w.will(me, "praise", e.target, what=e.what, after=20, walks=0)
    elif w.likes(me, e.target) <= -1 and w.maybe(0.2):
        yield w.will(me, "mock", e.target, walks=0)


def thanked(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Warm thanks may begin a friendship."""
    if me == e.target and w.likes(me, e.actor) >= 2 and w.likes(e.actor, me) >= 2:
        if e.actor not in w.ground.friendships[me] and w.maybe(0.4):
            yield w.will(me, "befriend", e.actor, walks=1)
        home = w.ground.people[e.actor].home
        if home not in (e.place, w.ground.people[me].home) and w.maybe(0.1):
            yield w.will(me, "promise", e.actor, to=home, what=f"{COME} {home}", walks=0)


def praised(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Praise gladdens; it galls those who would have liked some."""
    if me == e.target:
        if w.maybe(0.25):
            yield w.will(me, "thank", e.actor, about=e.id, walks=0)
        elif w.has(me, "cheerful") and w.maybe(0.3):
            yield w.will(me, "say", text=w.dice.one(words.section("sayings", "cheer")), walks=0)
    elif me != e.actor and w.has(me, "proud") and w.likes(me, e.target) <= 0 and w.maybe(0.4):
        yield w.will(me, w.dice.one(("mock", "quarrel")), e.target, walks=0)


def comforted(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Comfort is thanked for; it can loosen a tongue."""
    if me != e.target:
        return
    wrongs = [n for n, wrong in w.ground.wrongs.items() if wrong.doer == me and w.ground.alive(wrong.victim)]
    if w.maybe(0.45):
        yield w.will(me, "thank", e.actor, about=e.id, walks=0)
    elif wrongs and w.maybe(0.5 * w.soften(me)):
        wrong = w.ground.wrongs[wrongs[-1]]
        kind = "apologise" if w.ground.knows(wrong.victim, wrong.event) else "confess"
        yield w.will(me, kind, wrong.victim, within=2 * DAY, about=wrongs[-1], walks=3)
    elif e.actor not in w.ground.friendships[me] and w.maybe(0.25):
        yield w.will(me, "befriend", e.actor, walks=0)


def shared(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Who ate thanks; who had nothing grumbles."""
    if me == e.target and w.maybe(0.3):
        yield w.will(me, "thank", e.actor, about=e.id, walks=0)
    elif me not in (e.actor, e.target) and w.has(me, "stingy", "gloomy", "hot-tempered") and w.maybe(0.12):
        yield w.will(me, "quarrel", e.actor, walks=0)


def traded(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A bargain pleases or is regretted."""
    if me not in (e.actor, e.target):
        return
    other = e.target if me == e.actor else e.actor
    if w.has(me, "stingy", "hot-tempered") and w.maybe(0.3):
        yield w.will(me, "quarrel", other, after=w.dice.randint(1, 30) * 30)
    elif me == e.target and w.maybe(0.3):
        yield w.will(me, "thank", other, about=e.id, walks=0)


def played(w: View, e: Event, me: str) -> Iterator[Intent]:
    """Games end in friendship, in another game, or in tears."""
    if me == e.target:
        if w.maybe(0.08 + 0.15 * w.has(me, "hot-tempered", "proud")):
            yield w.will(me, "quarrel", e.actor, walks=0)
        elif e.actor not in w.ground.friendships[me] and w.likes(me, e.actor) >= 3 and w.maybe(0.35):
            yield w.will(me, "befriend", e.actor, walks=0)
        elif sum(1 for _ in w.up("play")) < 2 and w.maybe(0.15):
            yield w.will(me, "play", e.actor, what=w.dice.one(words.phrases("games")), after=30, walks=0)
    elif me != e.actor and w.grown(me) != w.grown(e.actor) and w.maybe(0.06):
        yield w.will(me, "teach" if w.grown(me) else "play", e.actor, what=w.dice.one(words.phrases("games")), walks=0)


def met(w: View, e: Event, me: str) -> Iterator[Intent]:
    """A word or two."""
    if me == e.target and w.maybe(0.25):
        yield w.will(me, "say", e.actor, text=w.dice.one(words.section("sayings", "greeting")), walks=0)


FAVOURED: dict[str, tuple[Reaction, ...]] = {
    "give": (given,), "lend": (lent,), "promise": (promised,), "wait": (waited,), "keep": (kept,), "help": (helped,),
    "teach": (taught,), "thank": (thanked,), "praise": (praised,), "comfort": (comforted,), "share": (shared,),
    "trade": (traded,), "play": (played,), "meet": (met,),
}
