"""A text and a day in, what in the text contradicts the day out, as labels: names, people, places, possessions, order.

It finds names and does not understand sentences. What is said aloud, in quotation marks, is not held against the day:
people may say what they like. So a text that names the right people and things and says the opposite of what they did
("gave" for "took", "did not") is not found out here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from foundling.evaluation.battery.spoiling import sentences
from foundling.evaluation.spaces.space import Label
from foundling.evaluation.spaces.world_day import Day
from foundling.world.questions.names import common, named_in
from foundling.world.village.records import Event
from foundling.world.village.words import phrases, thing_kinds

LEAST = 3  # deeds of the day that a text must tell
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_CAPITAL = re.compile(r"[A-Z][a-z]")
_PRONOUNS = frozenset(("I", "I'm", "I'll", "I've", "I'd"))


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one sentence names: people, things and places of the village."""

    text: str
    people: tuple[str, ...]
    things: tuple[str, ...]
    places: tuple[str, ...]


def read_sentences(text: str, day: Day) -> list[Said]:
    """The sentences of a text without what is said aloud."""
    setting, found = day.history.setting, []
    for sentence in sentences(_QUOTED.sub(" ", text)):
        things, places = named_in(sentence, setting)
        words = {match[0].removesuffix("'s").removesuffix("’s") for match in _WORD.finditer(sentence)}
        people = tuple(p.name for p in setting.people if p.name in words)
        found.append(Said(text=sentence, people=people, things=tuple(things), places=tuple(
            place for place in places if not common(place))))
    return found


def telling_labels(text: str, day: Day) -> Iterator[Label]:
    """The labels, in a fixed order."""
    said = read_sentences(text, day)
    yield _label("entities", sorted(set(_strangers(text, day))), "is nobody and nothing of this village")
    acting = {name for event in day.events for name in (event.actor, event.target, *event.seen)}
    named = [name for one in said for name in one.people]
    yield _label("people", [name for name in dict.fromkeys(named) if name not in acting], "did nothing on this day")
    yield _claims("places", [claim for one in said for claim in _places(one, day)])
    yield _claims("possessions", [claim for one in said for claim in _things(one, day)])
    matched = [(one, _events(one, day)) for one in said if _is_deed(one)]
    missed = [one.text[:60] for one, events in matched if not events]
    yield _label("deeds", missed, "is no deed of this day")
    told = _in_order([[event.id for event in events] for _, events in matched if events])
    late = "" if told is not None else "no order of the day's events is that of the text"
    yield Label(name="order", passed=told is not None if any(events for _, events in matched) else None, detail=late)
    count = sum(bool(events) for _, events in matched)
    yield Label(name="told", passed=count >= LEAST, detail=f"{count} deeds of the day, {LEAST} are asked")


def _label(name: str, wrong: Sequence[str], what: str) -> Label:
    return Label(name=name, passed=not wrong, detail=f"{wrong[0]!r} {what}" if wrong else "")


def _claims(name: str, claims: Sequence[tuple[str, bool]]) -> Label:
    """None where the text claims nothing of the kind."""
    wrong = [words for words, true in claims if not true]
    return Label(name=name, passed=not wrong if claims else None, detail=wrong[0] if wrong else f"{len(claims)} held")


@lru_cache(maxsize=1)
def _first_names() -> frozenset[str]:
    lists = ("names-she", "names-he", "names-new-she", "names-new-he")
    return frozenset(name for one in lists for line in phrases(one) for name in line.split())


def _strangers(text: str, day: Day) -> Iterator[str]:
    """Names of nobody there, and things of a known kind that the village has not."""
    setting = day.history.setting
    own = [p.name for p in setting.people] + [p.name for p in setting.places] + [t.name for t in setting.things]
    known = {word for name in (*own, setting.name) for word in _WORD.findall(name)} | _PRONOUNS
    known |= {word.capitalize() for p in setting.people for word in _WORD.findall(p.work)}
    for sentence in sentences(_QUOTED.sub(" ", text)):
        for place, match in enumerate(_WORD.finditer(sentence)):
            word = match[0].removesuffix("'s").removesuffix("’s")
            if word not in known and _CAPITAL.match(word) and (place or word in _first_names()):
                yield word
    names = {t.name for t in setting.things}
    adjectives = frozenset((*phrases("adjectives"), *phrases("adjectives-food")))
    for kind in dict.fromkeys(t.kind for t in setting.things if t.kind in thing_kinds()):
        for match in re.finditer(rf"(?<![\w-])([\w-]+) {re.escape(kind)}\b", text):
            if match[1] in adjectives and f"{match[1]} {kind}" not in names:
                yield match[0]


def _places(one: Said, day: Day) -> Iterator[tuple[str, bool]]:
    """Of a sentence that names one place: whether everybody in it was there at some time of the day."""
    if len(one.places) == 1 and len(one.people) == 1:
        place, name = one.places[0], one.people[0]
        true = (name, place) in day.at or any(_events(one, day))
        yield f"{name} was not at the {place} on this day", true


def _things(one: Said, day: Day) -> Iterator[tuple[str, bool]]:
    """Of a sentence with things: whether somebody in it had them, or did something with them."""
    for thing in one.things:
        if one.people:
            true = any((thing, name) in day.with_ for name in one.people) or any(
                {e.actor, e.target} & set(one.people) and thing in _about(e, day) for e in day.events)
            yield f"{' and '.join(one.people)} had nothing to do with the {thing} on this day", true
        elif len(one.places) == 1:
            true = (thing, one.places[0]) in day.lying or any(_events(one, day))  # looked for there, or said to be
            yield f"the {thing} was not at the {one.places[0]} on this day", true


def _is_deed(one: Said) -> bool:
    """Whether a sentence says that somebody did something with somebody or something, or went somewhere."""
    return len(one.people) in (1, 2) and len((*one.people, *one.things, *one.places)) > 1


def _events(one: Said, day: Day) -> list[Event]:
    """The events that have a part for all that a sentence names; they may be about another event's things."""
    return [
        event for event in day.events
        if event.actor and set(one.people) <= {event.actor, event.target, event.claim}
        and set(one.things) <= _about(event, day)
        and set(one.places) <= {event.place, event.to, event.claim}
    ]


def _about(event: Event, day: Day) -> set[str]:
    """The things of an event, of the one that it is about, and of those that led to it: a hand is lent with something
    that was asked for before."""
    events, things = day.history.events, {event.thing, event.other}
    if event.about >= 0:
        things |= {events[event.about].thing, events[event.about].other}
    while event.cause >= 0:
        event = events[event.cause]
        things |= {event.thing, event.other}
    return things


def _in_order(options: Sequence[Sequence[int]]) -> list[int] | None:
    """An event for each sentence, none before the one of the sentence before; None where there is no such choice."""
    chosen: list[int] = []
    for ids in options:
        later = [number for number in ids if not chosen or number >= chosen[-1]]
        if not later:
            return None
        chosen.append(min(later))
    return chosen
