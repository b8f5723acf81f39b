"""A village in, what a page shows of it out: places, people, moods and events in plain words, ready for JSON.

It reads the village and never changes it. Whatever people said stays text: the page is who must not take it for markup.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from foundling.world.chance import Dice
from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.narrator.grammar import sentence
from foundling.world.narrator.sense import Sense, Unfilled
from foundling.world.narrator.tell import narrators, utter
from foundling.world.village.records import DAY, Event, Feeling, History, Person
from foundling.world.village.state import State
from foundling.world.village.village import Village

Shown = dict[str, Any]

ROUTINE = ("go", "work", "take", "put", "meet", "wait")  # what is left out first where there is too much to tell
_WORDLESS = ("go", "work", "take", "put", "lose", "wait", "die", "say", "feast", "weather", "damage")
_MOST_EVENTS = 40  # of one message
_LATELY, _OTHERS, _LIKED = 6, 4, 5  # lines of a person's panel
_FOND = 5  # liking from which somebody counts as liked

FEELS: dict[str, tuple[str, str]] = {
    "joy": ("joyful", "about"), "distress": ("distressed", "about"), "hope": ("hopeful", "about"),
    "fear": ("afraid", "of"), "satisfaction": ("content", "with"), "disappointment": ("disappointed", "in"),
    "relief": ("relieved", "about"), "fears_confirmed": ("dismayed", "about"), "happy_for": ("glad", "for"),
    "pity": ("sorry", "for"), "envy": ("envious", "of"), "gloating": ("gleeful", "at the cost of"),
    "pride": ("proud", "of"), "shame": ("ashamed", "before"), "admiration": ("impressed", "by"),
    "reproach": ("reproachful", "towards"), "gratitude": ("grateful", "to"), "anger": ("angry", "with"),
    "gratification": ("gratified", "by"), "remorse": ("remorseful", "towards"), "love": ("fond", "of"),
    "hate": ("bitter", "towards"),
}
"""How each emotion is said of a person, and the word before the one that it is about."""


def snapshot(village: Village, recent: Sequence[Shown]) -> Shown:
    """All that a page needs to draw the village from nothing; `recent` are events as `told` gave them."""
    setting = village.setting
    return {
        "village": setting.name, "seed": setting.seed, **sky(village),
        "places": [
            {"name": place.name, "at": place.at, "kind": place.kind, "x": place.x, "y": place.y}
            for place in setting.places
        ],
        "people": [
            {"name": p.name, "age": p.age, "work": p.work, "home": p.home, "where": village.state.where(p.name)}
            for p in setting.people
        ],
        "moods": moods(village.state), "events": list(recent),
    }


def sky(village: Village) -> Shown:
    """When it is, and what is overhead. `minute` counts from the first midnight."""
    return {
        "minute": village.minute, "day": village.minute // DAY + 1, "season": village.setting.season(village.minute),
        "weather": village.state.weather,
    }


def moods(state: State) -> dict[str, list[Any]]:
    """By name, the strongest feeling of everybody who feels anything, the latest of equals: emotion and strength."""
    found = {}
    for name in state.people:
        felt = state.feelings(name)
        if felt and state.where(name):
            dominant = max(felt, key=lambda feeling: feeling.strength)
            found[name] = [dominant.emotion, dominant.strength]
    return found


def told(village: Village, events: Sequence[Event]) -> list[Shown]:
    """Events as a page tells them; of too many the routine ones go first, then the oldest."""
    kept = list(events)
    if len(kept) > _MOST_EVENTS:
        kept = [event for event in kept if event.kind not in ROUTINE][-_MOST_EVENTS:]
    history = village.history()
    return [_told(history, event) for event in kept]


def _told(history: History, event: Event) -> Shown:
    shown: Shown = {
        "id": event.id, "minute": event.minute, "kind": event.kind, "who": event.actor, "whom": event.target,
        "place": event.place, "to": event.to, "text": plain(history, event), "outside": event.quarantined,
    }
    says, reply = _spoken(history, event)
    if says:
        shown |= {"says": says, "aloud": len(event.seen) > 1}
    return shown | ({"reply": reply} if reply else {})


def plain(history: History, event: Event) -> str:
    """What happened, as one plain sentence."""
    if event.kind == "say" and event.text:
        whom = f" to {event.target}" if event.target else ""
        return f"{event.actor} said{whom}: “{event.text}”"
    try:
        words = _sense(history, event, Cast(setting=history.setting)).words(f"did.{event.kind}")
    except (Unfilled, KeyError):
        who = event.actor or history.setting.name
        words = " ".join(filter(None, [who, f"({event.kind})", event.what or event.target]))
    return f"{sentence(words).rstrip('.')}."


def _spoken(history: History, event: Event) -> tuple[str, str]:
    """What the actor says to it, or thinks where nobody is by, and maybe what the other one answers; "" for nothing."""
    if event.text and event.kind == "say":
        return event.text, ""
    if not event.actor or event.kind in _WORDLESS:
        return "", ""
    sense = _sense(history, event, Cast(setting=history.setting, teller=event.actor, hearer=event.target))
    says = utter(sense, f"say.{event.kind}")
    answers = says and event.target in event.seen and sense.dice.chance(0.5)
    return says, utter(sense, f"reply.{event.kind}") if answers else ""


def _sense(history: History, event: Event, cast: Cast) -> Sense:
    return Sense(
        event=event, history=history, cast=cast, mentions=Mentions(cast), grammar=narrators(),
        dice=Dice(history.setting.seed, "window", event.id, cast.teller), used=set(),
    )


def person(village: Village, name: str) -> Shown:
    """The panel of one person. Raises KeyError for nobody."""
    who, state, history = village.setting.person(name), village.state, village.history()
    sick, dead = state.sick.get(name), state.dead.get(name)
    return {
        "name": name, "they": who.they, "age": who.age, "work": who.work, "home": who.home, "temper": list(who.temper),
        "kin": [f"{relation} {other}" for relation, other in who.kin], "where": _where(village, who),
        "ill": sick.what if sick else "", "dead": bool(dead),
        "feelings": [_feeling(history, felt, event) for felt, event in _distinct(state.felt(name))],
        "holds": [_held(state, name, thing) for thing in state.carried[name]],
        "friends": list(state.friends(name)), "likes": _liked(state, name),
        "grudges": sorted(state.grudges(name), key=lambda other: state.tie(name, other).liking)[:_LIKED],
        "beliefs": _beliefs(village, name),
        "promises": [f"promised {p.target} to {p.what}" for p in state.promises(name)]
        + [f"has {p.actor}’s promise to {p.what}" for p in state.promises() if p.target == name],
        "lately": [
            {"minute": event.minute, "text": plain(history, event)}
            for event in _latest(event for event in reversed(history.events) if name in (event.actor, event.target))
        ],
    }


def _latest(events: Iterable[Event]) -> list[Event]:
    notable = (event for event in events if event.kind not in ROUTINE)
    return [event for _, event in zip(range(_LATELY), notable, strict=False)]


def _distinct(felt: Iterable[tuple[Feeling, int]]) -> list[tuple[Feeling, int]]:
    """Feelings from strong to weak, each emotion towards each person once."""
    found: dict[tuple[str, str], tuple[Feeling, int]] = {}
    for feeling, event in sorted(felt, key=lambda pair: -pair[0].strength):
        found.setdefault((feeling.emotion, feeling.toward), (feeling, event))
    return list(found.values())


def _where(village: Village, who: Person) -> str:
    place = village.state.where(who.name)
    if not place:
        return "dead" if who.name in village.state.dead else "away"
    return f"{village.setting.place(place).at} the {place}"


def _feeling(history: History, feeling: Feeling, event: int) -> Shown:
    word, joint = FEELS[feeling.emotion]
    toward = f" {joint} {feeling.toward}" if feeling.toward else ""
    degree = ("", "a little ", "", "very ")[feeling.strength]
    return {
        "emotion": feeling.emotion, "strength": feeling.strength, "words": f"{degree}{word}{toward}",
        "because": plain(history, history.events[event]),
    }


def _held(state: State, name: str, thing: str) -> str:
    owner = state.owner(thing)
    notes = ([f"{owner}’s"] if owner != name else []) + (["broken"] if state.broken(thing) else [])
    return f"{thing} ({', '.join(notes)})" if notes else thing


def _liked(state: State, name: str) -> list[str]:
    others = [other for other in state.people if other != name and state.tie(name, other).liking >= _FOND]
    return sorted(others, key=lambda other: -state.tie(name, other).liking)[:_LIKED]


def _beliefs(village: Village, name: str) -> list[Shown]:
    """Where a person thinks things are that they do not hold: their own, then those of others that are not there."""
    state, own, others = village.state, list[Shown](), list[Shown]()
    for thing, spot in state.minds[name].items():
        if state.holder(thing) == name:
            continue
        truth = state.holder(thing) or state.place_of(thing)
        wrong = spot not in (truth, state.place_of(thing))
        shown = {
            "thing": thing, "words": "carried along" if spot == name else _spot(village, spot), "false": wrong,
            "truth": (_spot(village, truth) if truth else "gone") if wrong else "",
        }
        if state.owner(thing) == name:
            own.append(shown)
        elif wrong:
            others.append(shown | {"thing": f"{state.owner(thing)}’s {thing}"})
    return [*sorted(own, key=lambda belief: not belief["false"]), *others[-_OTHERS:]]


def _spot(village: Village, spot: str) -> str:
    """In the barn, or with Ben."""
    at = next((place.at for place in village.setting.places if place.name == spot), "")
    return f"{at} the {spot}" if at else f"with {spot}"
