"""Whose names stand in a text: a telling in, names that have no business there out, and whether a span names its own.

It finds words, it does not understand sentences. Villagers are looked for by name as whole words with their capital,
things by their full name; both anywhere. Places are looked for as "the mill". A place or thing whose name the
narrator's frames use as common words ("as still as a pond", "with a light chest") is not looked for, since nobody can
tell the two apart. Animals in fables are words of the frames too, so of fables only the real names are looked for.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from foundling.world.narrator.tell import Telling, narrators
from foundling.world.village.records import Event, Setting

WITH_THING = (
    "make", "find", "take", "put", "hide", "lose", "search", "miss", "break", "mend", "give", "lend", "return", "steal",
    "trade", "share", "ask", "tell", "lie",
)
"""Kinds of event in which something is done with a thing, or words are said about it."""

_PRONOUNS = {
    "she": ("she", "her", "hers", "herself"), "he": ("he", "him", "his", "himself"),
    "I": ("I", "me", "my", "mine", "myself", "we", "us", "our"),
}


def spoken(name: str, words: str) -> bool:
    """True where a name stands in the words, as whole words, whatever its capitals."""
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words, re.IGNORECASE) is not None


def named_in(words: str, setting: Setting) -> tuple[list[str], list[str]]:
    """The things of a village and its places, as "the mill", whose names stand in the words."""
    things, places = [t.name for t in setting.things], [p.name for p in setting.places]
    return _found(words, things), _found(words, places, before="the ")


def foreign(telling: Telling) -> Iterator[str]:
    """Sentences about the people, things and places that stand in the text and have no part in the plot."""
    setting, text = telling.plot.history.setting, telling.text
    events = list(_spoken_of(telling))
    free = " ".join(word for e in events for word in (e.what, e.text) if word)
    people = {telling.plot.hero, *(n for e in events for n in (e.actor, e.target, e.claim))}
    for name in _found(text, [p.name for p in setting.people], exact=True):
        if name not in people and not spoken(name, free):
            yield f"{name} stands in the text and has no part in the plot"
        elif name in telling.cast.masks and not spoken(name, free):
            yield f"{name} stands in the fable by name and not as {telling.cast.masks[name]}"
    things = {n for e in events for n in (e.thing, e.other)}
    for name in _found(text, [t.name for t in setting.things]):
        if name not in things and not spoken(name, free) and not common(name):
            yield f"the {name} stands in the text and has no part in the plot"
    homes = {p.home for p in setting.people if p.name in people}
    places = {*homes, *(n for e in events for n in (e.place, e.to, e.claim))}
    works = "|".join(sorted({re.escape(p.work) for p in setting.people if p.work}, key=len, reverse=True))
    text = re.sub(rf"the ({works})\b", "", text) if works else text  # "Ada the bridge keeper" is nowhere
    for name in _found(text, [p.name for p in setting.places if not common(p.name)], before="the "):
        if name not in places and not spoken(name, free):
            yield f"the {name} stands in the text and is no place of the plot"


def _spoken_of(telling: Telling) -> Iterator[Event]:
    """The told events, and those which they are about or which led to them: "because Ben had broken the blue jug"."""
    events = telling.plot.history.events
    for told in telling.told:
        event = events[told.event]
        yield event
        yield from (events[n] for n in (event.about, event.cause) if n >= 0)


def _found(text: str, names: Iterable[str], *, exact: bool = False, before: str = "") -> list[str]:
    """The names in the text, each once. Of two names at one spot the longer counts: "old blue jug", not "blue jug"."""
    ordered = sorted(names, key=lambda name: (-len(name), name))
    if not ordered:
        return []
    pattern = rf"(?<![\w-]){before}({'|'.join(map(re.escape, ordered))})(?![\w-])"
    hits = re.findall(pattern, text, 0 if exact else re.IGNORECASE)
    known = {name.casefold(): name for name in ordered}
    return list(dict.fromkeys(known[hit.casefold()] for hit in hits))


@lru_cache(maxsize=4096)
def common(name: str) -> bool:
    """True for the name of a place or thing that stands as common words in some frame of the narrator."""
    return spoken(name, _frames())


@lru_cache(maxsize=1)
def _frames() -> str:
    """All frames without their slots."""
    frames = "\n".join(frame for frames in narrators().sections.values() for frame in frames)
    return re.sub(r"\{[^{}]*\}|<[^<>]*>", "_", frames)


def called(telling: Telling, name: str) -> list[str]:
    """The words by which a telling may call somebody: name, mask, and I where they tell it."""
    masked = telling.cast.named(name)
    words = [masked, masked.removeprefix("the ")] if masked != name else [name]
    return [*words, *_PRONOUNS["I"]] if name == telling.cast.teller else words


def unmasked(telling: Telling, words: str) -> str:
    """The words of a fable with the villagers' own names for their masks."""
    for name, mask in telling.cast.masks.items():
        words = re.sub(rf"(the )?\b{re.escape(mask.removeprefix('the '))}\b", name, words, flags=re.IGNORECASE)
    return words


def names_actor(telling: Telling, event: Event, words: str) -> bool:
    """True where the words name who does the event, by name, mask or a pronoun that may mean them."""
    they = telling.plot.history.setting.person(event.actor).they
    return any(spoken(word, words) for word in (*called(telling, event.actor), *_PRONOUNS[they]))


def names_thing(telling: Telling, event: Event, words: str) -> bool:
    """True where the words name the event's thing by its full name or kind, or nothing is done with a thing: a promise
    is kept and a quarrel fought without naming what it was about."""
    if not event.thing or event.kind not in WITH_THING:
        return True
    return spoken(event.thing, words) or spoken(telling.plot.history.setting.thing(event.thing).kind, words)


def denotes(telling: Telling, option: str, key: str) -> bool:
    """True where an option names the person or place that its key is; True for keys that are neither."""
    setting = telling.plot.history.setting
    if any(p.name == key for p in setting.people):
        return any(spoken(word, option) for word in (key, *called(telling, key), "you", "your"))
    return not any(p.name == key for p in setting.places) or spoken(key, option)
