"""What an event makes people feel: an event and the ground before it in, Feelings of those who have a stake out.

Appraisal after Ortony, Clore and Collins, The Cognitive Structure of Emotions (1988). Each kind of event has a row in
STAKES: how good it is for the actor and for the target (-3 to 3), and how praiseworthy the deed is (-3 to 3). From
these follow, for each who perceives it:

  good or bad for oneself         joy, distress; with the deed of another: gratitude, anger; with one's own:
                                  gratification, remorse
  good or bad for another         liked: happy_for, pity; disliked: envy (resentment), gloating
  only the deed                   one's own: pride, shame; another's: admiration, reproach
  a prospect                      opens: hope, fear; comes true: satisfaction, fears_confirmed; comes to nothing:
                                  disappointment, relief
  the thing or person itself      love, hate
"""

from collections.abc import Iterator
from dataclasses import replace

from foundling.world.village.ground import NEAR_KIN, Ground
from foundling.world.village.records import Event, Feeling

MOST = 4  # feelings kept with one event

STAKES: dict[str, tuple[int, int, int]] = {  # kind: good for actor, good for target, praiseworthy
    "make": (1, 0, 1), "find": (2, 0, 0), "break": (-1, 0, -2), "mend": (1, 0, 2), "give": (0, 2, 2), "lend": (0, 1, 2),
    "return": (0, 2, 2), "steal": (1, -3, -3), "trade": (1, 1, 0), "share": (1, 1, 2), "tell": (0, 1, 1),
    "lie": (0, -1, -2), "quarrel": (-1, -2, -2), "mock": (0, -2, -2), "accuse": (0, -2, -1), "confess": (-1, 0, 1),
    "apologise": (0, 1, 1), "forgive": (1, 2, 2), "refuse": (0, -2, -1), "thank": (0, 1, 0), "praise": (0, 1, 0),
    "comfort": (0, 2, 2), "help": (0, 2, 2), "teach": (0, 1, 2), "befriend": (2, 2, 1), "play": (2, 2, 0),
    "leave": (-1, 0, 0), "hurt": (-2, 0, 0), "ill": (-2, 0, 0), "recover": (2, 0, 0), "nurse": (0, 2, 2),
    "die": (0, 0, 0), "mourn": (-2, 0, 0), "damage": (0, 0, 0), "keep": (1, 2, 2), "forget": (-1, -2, -2),
}


def appraise(ground: Ground, event: Event) -> tuple[Feeling, ...]:
    """At most four feelings, the nearest first: the target's, the owner's, the actor's, then kin and friends."""
    found: list[Feeling] = []
    for who in _order(ground, event):
        found.extend(_felt_by(ground, event, who))
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def _order(ground: Ground, event: Event) -> list[str]:
    owner = ground.owner(event.thing) if event.thing else ""
    first = [n for n in (event.target, owner, event.actor) if n and n in event.seen]
    rest = [n for n in event.seen if n not in first]
    if event.actor:
        rest.sort(key=lambda n: -max(
            abs(ground.tie(n, event.actor).liking),
            abs(ground.tie(n, event.target).liking) if event.target and event.target != n else 0))
    return list(dict.fromkeys(first)) + rest[:8]


def _felt_by(ground: Ground, event: Event, who: str) -> Iterator[Feeling]:
    special = _prospect(ground, event, who)
    if special:
        yield Feeling(who=who, emotion=special[0], strength=special[1], toward=special[2])
        return
    if event.kind not in STAKES:
        return
    if event.kind == "lie" and who != event.actor and ground.believes(who, event.thing) in ("", event.claim):
        event = replace(event, kind="tell")  # who knows no better takes it for the truth
    emotion, strength, toward = _appraised(ground, event, who)
    if emotion and strength >= 1:
        strength = max(1, min(3, strength + _fire(ground, who, emotion)))
        yield Feeling(who=who, emotion=emotion, strength=strength, toward=toward)


def _appraised(ground: Ground, event: Event, who: str) -> tuple[str, int, str]:
    """The feeling of one who is party to an event or stands by: emotion ("" for none), strength, towards whom."""
    for_actor, for_target, praise = STAKES[event.kind]
    owner = ground.owner(event.thing) if event.thing else ""
    victim = event.target or (owner if event.kind == "break" else "")
    if event.kind == "break":
        for_target = -2
    if event.kind == "accuse" and _just(ground, event):
        return _charged(ground, event, who)
    if who == event.actor:
        return _own_deed(ground, event, victim)
    if who == victim:
        if for_target * praise > 0:
            return ("gratitude" if for_target > 0 else "anger"), abs(for_target), event.actor
        return ("joy" if for_target > 0 else "distress" if for_target < 0 else ""), abs(for_target), ""
    if victim and abs(for_target) >= 2:
        emotion, strength = _for_other(ground.tie(who, victim).liking, for_target)
        if emotion:
            return emotion, strength, victim
    if for_actor and not (victim and for_target):
        emotion, strength = _for_other(ground.tie(who, event.actor).liking, for_actor)
        if emotion:
            return emotion, strength, event.actor
    liking = ground.tie(who, event.actor).liking
    if (praise >= 2 and liking >= 2) or (praise <= -2 and liking <= 1):
        return ("admiration" if praise > 0 else "reproach"), abs(praise) - 1, event.actor
    return "", 0, ""


def _just(ground: Ground, event: Event) -> bool:
    """True for an accusation that is true and not yet forgiven."""
    wrong = ground.wrongs.get(event.about)
    return wrong is not None and wrong.doer == event.target


def _charged(ground: Ground, event: Event, who: str) -> tuple[str, int, str]:
    """A true accusation shames the guilty, and the reproach is for them, not for who accuses."""
    if who == event.target:
        return ("fear" if "timid" in ground.people[who].temper else "shame"), 2, event.actor
    if who == event.actor:
        return "anger", 2, event.target
    return ("reproach", 1, event.target) if ground.tie(who, event.target).liking <= 2 else ("pity", 1, event.target)


def _own_deed(ground: Ground, event: Event, victim: str) -> tuple[str, int, str]:
    for_actor, _, praise = STAKES[event.kind]
    temper = ground.people[event.actor].temper
    if event.kind == "break" and victim == event.actor:
        return "distress", 1, ""
    if praise < 0:
        hard = "unforgiving" in temper or "sly" in temper
        if hard:
            return ("gratification", 1, "") if event.kind in ("steal", "mock", "lie") else ("", 0, "")
        if "proud" in temper and len(event.seen) > 3:
            return "shame", 2, ""
        soft = any(word in temper for word in ("kind", "honest", "timid", "shy", "forgiving"))
        if victim and victim != event.actor and (soft or event.kind in ("steal", "break", "forget")):
            return "remorse", 2 if soft else 1, victim
        return ("shame", 1, "") if soft or "proud" in temper else ("", 0, "")
    if praise > 0 and for_actor > 0:
        return "gratification", min(2, praise), ""
    if for_actor:
        return ("joy" if for_actor > 0 else "distress"), abs(for_actor), ""
    return ("pride", 1, "") if praise >= 2 else ("", 0, "")


def _for_other(liking: int, good: int) -> tuple[str, int]:
    """The fortune of another, seen by one who likes them so much."""
    if liking >= 2:
        return ("happy_for" if good > 0 else "pity"), min(abs(good), 1 + liking // 4)
    if liking <= -2:
        return ("envy" if good > 0 else "gloating"), min(abs(good), 1 - liking // 4)
    return "", 0


def _prospect(ground: Ground, event: Event, who: str) -> tuple[str, int, str] | None:
    """Feelings about what may come or has come, and about things and people as such."""
    kind, actor, target = event.kind, event.actor, event.target
    if kind == "die":
        if _dear(ground, who, actor):
            return ("fears_confirmed" if _fears(ground, who) else "distress"), 3, actor
        return ("distress", 1, actor) if ground.tie(who, actor).liking > 0 else None
    if kind in ("ill", "hurt") and who != actor:
        return ("fear", 2 if kind == "ill" else 1, actor) if _dear(ground, who, actor) else None
    if kind == "recover":
        if who == actor:
            return "satisfaction", 2, ""
        return ("relief", 2, actor) if _dear(ground, who, actor) else None
    if kind in ("weather", "damage", "feast", "dream"):
        return _sight(ground, event, who)
    if who == target:
        return _as_target(ground, event)
    if who == actor:
        return _as_actor(ground, event)
    return None


def _as_target(ground: Ground, event: Event) -> tuple[str, int, str] | None:
    kind, actor = event.kind, event.actor
    if kind == "promise":
        return "hope", 1 + (ground.tie(event.target, actor).trust > 2), actor
    if kind == "keep":
        return "satisfaction", 2, actor
    if kind == "forget":
        return ("fears_confirmed" if ground.tie(event.target, actor).trust < 0 else "disappointment"), 2, actor
    if kind == "quarrel" and ground.tie(event.target, actor).liking <= -5:
        return "hate", 2, actor
    if kind == "befriend":
        return "love", 2, actor
    if kind == "apologise" and ground.tie(event.target, actor).liking > 2:
        return "relief", 1, ""
    return None


def _as_actor(ground: Ground, event: Event) -> tuple[str, int, str] | None:
    kind, actor = event.kind, event.actor
    if kind == "miss":
        return "fear", 2, ""
    if kind == "search":
        if ground.believes(actor, event.thing) == event.place:
            return "disappointment", 2, ""
        return ("fears_confirmed" if _fears(ground, actor) else "fear"), 1, ""
    if kind == "find" and ground.owner(event.thing) == actor:
        return "relief", 2, ""
    if kind == "ask":
        return "hope", 1, ""
    if kind == "wait":
        return "hope", 1, event.target
    if kind == "quarrel" and ground.tie(actor, event.target).liking <= -5:
        return "hate", 2, event.target
    if kind == "befriend":
        return "love", 2, event.target
    return None


def _sight(ground: Ground, event: Event, who: str) -> tuple[str, int, str] | None:
    person = ground.people[who]
    if event.kind == "weather":
        if event.what == "storm" and ("timid" in person.temper or person.age < 9):
            return "fear", 2, ""
        if event.what == "sun" and "cheerful" in person.temper:
            return "joy", 1, ""
        if event.what in ("rain", "fog") and "gloomy" in person.temper:
            return "distress", 1, ""
        return ("love", 1, "") if event.what == "snow" and person.age < 12 else None
    if event.kind == "damage":
        return ("fears_confirmed" if _fears(ground, who) else "distress"), 2, ""
    if event.kind == "feast":
        return ("distress", 1, "") if "gloomy" in person.temper else ("joy", 2, "")
    gloomy = "gloomy" in person.temper or "timid" in person.temper
    return ("fear" if gloomy else ("hope", "joy", "love", "distress")[len(event.what) % 4]), 1, ""


def _dear(ground: Ground, who: str, other: str) -> bool:
    kin = any(name == other and relation in NEAR_KIN for relation, name in ground.people[who].kin)
    return kin or ground.tie(who, other).liking >= 4


def _fears(ground: Ground, who: str) -> bool:
    return any(feeling.emotion == "fear" for feeling in ground.feelings(who))


def _fire(ground: Ground, who: str, emotion: str) -> int:
    """How temper adds to a feeling."""
    temper = ground.people[who].temper
    hot = emotion in ("anger", "hate") and "hot-tempered" in temper
    glad = emotion in ("joy", "happy_for") and "cheerful" in temper
    low = emotion in ("distress", "pity", "disappointment") and "gloomy" in temper
    cool = emotion == "anger" and ("patient" in temper or "forgiving" in temper)
    return int(hot or glad or low) - int(cool)
