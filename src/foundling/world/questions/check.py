"""Questions and tellings in, what is wrong with them out, as sentences: a second opinion on the village, the narrator
and the makers of questions, which shares no code with them.

It replays histories by `replay` and `deeds`. It cannot read: of a text it knows the names that stand in it, and where.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.narrator.plot import plots
from foundling.world.narrator.tell import VOICES, Telling, tell
from foundling.world.questions.asked import FAMILIES, Query, Question
from foundling.world.questions.deeds import objections
from foundling.world.questions.families import ask
from foundling.world.questions.names import denotes, foreign, named_in, names_actor, names_thing, spoken, unmasked
from foundling.world.questions.replay import (
    LAID,
    TO_ACTOR,
    TO_TARGET,
    World,
    answer,
    event_at,
    person_after,
    strongest,
    thing_after,
    undone,
)
from foundling.world.village import Village
from foundling.world.village.records import Event, History

__all__ = ("answer", "check_asked", "check_question", "check_telling", "faults")

_MOVING = (*TO_ACTOR, *TO_TARGET, *LAID, "trade", "share")  # what changes where a thing is
_STATES = ("place_of_thing", "place_of_person", "owner", "believes", "without")
DAYS = 30  # that a village is watched for, as by the narrator


def check_question(history: History, question: Question, told: Collection[int] | None = None) -> list[str]:
    """What is wrong with a question, [] for nothing: its key, its options, its evidence. Another who or whom, or a yes,
    counts as true too where events of ids `told` (by default of the whole history) make it so."""
    found = [f"the evidence {n} is no event" for n in question.evidence if not 0 <= n < len(history.events)]
    found += [f"the family {question.family!r} is unknown"] if question.family not in FAMILIES else []
    if len(question.options) != len(question.keys) or not 0 <= question.answer < len(question.keys):
        return [*found, f"answer {question.answer} of {len(question.options)} options with {len(question.keys)} keys"]
    if len({option.casefold() for option in question.options}) < len(question.options):
        found.append("two options are equal")
    if len(set(question.keys)) < len(question.keys):
        found.append("two options have the same key")
    try:
        right, also = answer(history, question.query), set(_also(history, question, told))
    except BadInput as error:
        return [*found, f"the query cannot be answered: {error}"]
    key = question.keys[question.answer]
    if key != right and not (question.query[0] == "feels" and key in also):
        found.append(f"the key is {key!r}, the history says {right!r}")
    found += [
        f"the wrong option {question.options[i]!r} is true too" for i, wrong in enumerate(question.keys)
        if i != question.answer and wrong != key and (wrong == right or wrong in also)
    ]
    return [*found, *_unsound(history, question.query)]


def check_asked(telling: Telling, question: Question) -> list[str]:
    """What is wrong with a question about a telling: check_question, and whether it can be answered from what is told
    and its options say what their keys mean."""
    told = {t.event for t in telling.told}
    found = [f"the evidence {n} is not told" for n in question.evidence if n not in told]
    for option, key in zip(question.options, question.keys, strict=False):
        if not denotes(telling, option, key):
            found.append(f"the option {option!r} does not name its key {key!r}")
    bare = replace(question, ask=unmasked(telling, question.ask))
    found = [*check_question(telling.plot.history, bare, told), *found]
    return found or list(_untold(telling, question))


def _untold(telling: Telling, question: Question) -> Iterator[str]:
    """That whoever knows only what is told would answer something else: what was so when the telling begins, and since
    then nothing but the told events."""
    history, told = telling.plot.history, [t.event for t in telling.told]
    if question.query[0] not in _STATES or not told:
        return
    known = History(setting=history.setting, events=tuple(
        event if event.id < told[0] or event.id in told else Event(id=event.id, minute=event.minute, kind="weather")
        for event in history.events
    ))
    heard, right = answer(known, question.query), answer(history, question.query)
    if heard != right:
        yield f"by what is told the key is {heard!r}, by the whole history {right!r}"


def _also(history: History, question: Question, told: Collection[int] | None) -> Iterator[str]:
    """Keys that are true besides the right one."""
    query = question.query
    form = query[0]
    if form in ("actor", "target"):
        asked, other = event_at(history, query[1]), "target" if form == "actor" else "actor"
        named = getattr(asked, other) if spoken(getattr(asked, other), question.ask) else ""
        for event in _fitting(history, asked.kind, question.ask, told):
            if named in ("", getattr(event, other)):
                yield getattr(event, str(form))
    elif form == "did":
        for event in _fitting(history, str(query[1]), question.ask, told):
            if (event.actor, event.target) == query[2:4] and event.id <= event_at(history, query[5]).id:
                yield "yes"
    elif form == "cause":
        up = event_at(history, query[1])
        while up.cause >= 0:
            up = history.events[up.cause]
            yield str(up.id)
    elif form in ("place_of_thing", "without"):
        thing, upto = (query[1], query[2]) if form == "place_of_thing" else (query[2], query[3])
        gone = undone(history, event_at(history, query[1]).id) if form == "without" else set[int]()
        spot = thing_after(history, str(thing), event_at(history, upto).id, gone).spot(str(thing))
        if any(p.name == spot for p in history.setting.people):  # with Ben, and so at the mill
            yield person_after(history, spot, event_at(history, upto).id)
    elif form == "believes":
        believed, upto = answer(history, query), event_at(history, query[3]).id
        if any(p.name == believed for p in history.setting.people):
            place = person_after(history, believed, upto)
            if place == person_after(history, str(query[1]), upto):
                yield place
    elif form == "feels":
        yield from (f.emotion for f in strongest(event_at(history, query[2]), str(query[1])))


def _fitting(history: History, kind: str, words: str, told: Collection[int] | None) -> Iterator[Event]:
    """Events of a kind that the words of a question may mean: no other thing, place or `what` is named in them."""
    things, places, whats = *named_in(words, history.setting), [
        what for what in dict.fromkeys(e.what for e in history.events if e.kind == kind) if spoken(what, words)]
    for event in history.events:
        if event.kind == kind and (told is None or event.id in told):
            said = set(things) <= {event.thing, event.other} and set(places) <= {event.place, event.to, event.claim}
            if said and (not whats or event.what in whats):
                yield event


def _unsound(history: History, query: Query) -> Iterator[str]:
    """What makes a "what if" undecidable: an event left in the history that could then not have happened."""
    if query[0] != "without":
        return
    gone = undone(history, event_at(history, query[1]).id)
    world, real = World(history.setting), World(history.setting)
    for event in history.events[:event_at(history, query[3]).id + 1]:
        if event.id not in gone and event.kind in _MOVING and query[2] in (event.thing, event.other):
            for objection in sorted({*objections(world, history.setting, event)}
                                    - {*objections(real, history.setting, event)}):
                yield f"the what-if leaves an event that then could not have happened: {objection}"
        real.happen(event)
        if event.id not in gone:
            world.happen(event)


def check_telling(telling: Telling) -> list[str]:
    """Where a telling contradicts its history, [] for nowhere: events not told in order, names that have no part in the
    plot, spans that do not name who does it and with what, deeds that could not be done."""
    return [*_order(telling), *foreign(telling), *_spans(telling), *_deeds(telling)]


def _order(telling: Telling) -> Iterator[str]:
    plotted, end, last = {event.id for event in telling.plot.events}, 0, -1
    for told in telling.told:
        if told.event not in plotted or not 0 <= told.event < len(telling.plot.history.events):
            yield f"event {told.event} is told and is none of the plot"
        if told.event <= last:
            yield f"event {told.event} is told after event {last}"
        if not end <= told.start < told.end <= len(telling.text):
            yield f"event {told.event} is told from {told.start} to {told.end}, after {end} of {len(telling.text)}"
        end, last = told.end, told.event


def _spans(telling: Telling) -> Iterator[str]:
    for told in telling.told:
        event, words = telling.plot.history.events[told.event], telling.text[told.start:told.end]
        if event.actor and not names_actor(telling, event, words):
            yield f"event {event.id} ({event.kind}) does not name {event.actor}: {words!r}"
        if not names_thing(telling, event, words):
            yield f"event {event.id} ({event.kind}) does not name the {event.thing}: {words!r}"


def _deeds(telling: Telling) -> Iterator[str]:
    history, told = telling.plot.history, {t.event for t in telling.told}
    world = World(history.setting)
    for event in history.events[:max(told, default=-1) + 1]:
        if event.id in told:
            yield from objections(world, history.setting, event)
        world.happen(event)


def faults(seed: int, count: int) -> Iterator[list[str]]:
    """For each of `count` questions about villages of a seed what is wrong with it; with the first question after a
    telling also what is wrong with the telling. Empty lists where all is well."""
    left, number, pending = count, 0, list[str]()
    while left > 0:
        for telling, dice in _tellings(seed, number):
            pending += check_telling(telling)
            for question in ask(telling, dice.randrange(2**31)):
                yield [*pending, *check_asked(telling, question)]
                pending, left = [], left - 1
                if left <= 0:
                    return
        number += 1


def _tellings(seed: int, number: int) -> Iterator[tuple[Telling, Dice]]:
    """The plots of a village, told in all voices in turn, every other one in brief."""
    dice = Dice(seed, "check", number)
    history = Village(dice.randrange(2**31), people=dice.randrange(12, 41)).run(DAYS)
    for index, plot in enumerate(dice.mixed(list(plots(history)))):
        brief = index // len(VOICES) % 2 == 0
        yield tell(plot, VOICES[index % len(VOICES)], dice.randrange(2**31), brief=brief), dice
