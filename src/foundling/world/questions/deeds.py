"""Whether an event could happen as the world stood: a world and an event in, objections as sentences out.

A second opinion, like `replay`: it shares nothing with `village` but the records. It judges places, hands and health,
never manners or likelihood.
"""

from collections.abc import Iterator

from foundling.world.questions.replay import World
from foundling.world.village.records import Event, Setting

TOGETHER = (
    "give", "lend", "return", "trade", "share", "meet", "say", "ask", "tell", "lie", "promise", "quarrel", "mock",
    "accuse", "confess", "apologise", "forgive", "refuse", "thank", "praise", "comfort", "help", "teach", "befriend",
    "play", "news", "nurse",
)
"""What two people do face to face."""

_IN_HAND = ("put", "hide", "lose", "give", "lend", "return", "trade", "share")
_NOT_THERE = ("forget",)  # the day is over, wherever the two are


def objections(world: World, setting: Setting, event: Event) -> list[str]:
    """Why the event, next to happen in the world, could not: nothing for one that could."""
    reasons = (*_people(world, event), *_seers(world, event), *_things(world, setting, event), *_health(world, event))
    return [f"event {event.id} ({event.kind}) could not be: {why}" for why in reasons]


def _people(world: World, event: Event) -> Iterator[str]:
    actor, target, place = event.actor, event.target, event.place
    if not actor:
        return
    if actor in world.dead:
        yield f"{actor} is dead"
    elif event.kind == "arrive":
        if world.at[actor]:
            yield f"{actor} already lives there"
        return
    elif not world.at[actor]:
        yield f"{actor} is not in the village"
    elif event.kind not in _NOT_THERE and place and world.at[actor] != place:
        yield f"{actor} is at {world.at[actor]!r}, not at {place!r}"
    if target and event.kind in TOGETHER and world.at[target] != place:
        yield f"{target} is at {world.at[target]!r}, not at {place!r}"
    if event.kind == "mourn" and target not in world.dead:
        yield f"{target} lives"
    if event.kind == "wait" and world.at[target] == place:
        yield f"{target} is there already"
    if event.kind == "go" and event.to == place:
        yield f"{actor} goes where they are"


def _seers(world: World, event: Event) -> Iterator[str]:
    """Nobody perceives what happens elsewhere; a walk is seen where it begins and where it ends."""
    if event.place and event.kind not in (*_NOT_THERE, "arrive"):
        for name in event.seen:
            if name != event.actor and world.at[name] not in (event.place, event.to or event.place):
                yield f"{name} sees it from {world.at[name]!r}"


def _things(world: World, setting: Setting, event: Event) -> Iterator[str]:
    kind, thing, actor, target = event.kind, event.thing, event.actor, event.target
    if not thing:
        return
    holder, where = world.holder[thing], world.stands(thing)
    if kind in _IN_HAND and holder != actor:
        yield f"{actor} does not have the {thing}, {holder or 'nobody'} has"
    if kind == "trade" and world.holder[event.other] != target:
        yield f"{target} does not have the {event.other}"
    if kind == "lend" and world.owner[thing] != actor:
        yield f"the {thing} is not {actor}'s to lend"
    if kind == "return" and world.owner[thing] != target:
        yield f"the {thing} is not {target}'s to get back"
    if kind == "make" and (world.spot(thing) or thing in world.eaten):
        yield f"the {thing} was there before it was made"
    if kind == "share" and not setting.thing(thing).food:
        yield f"the {thing} is not to be eaten"
    if kind in ("find", "take", "search", "miss"):
        lies, hidden = not holder and world.place[thing] == event.place, thing in world.hidden
        if kind == "find" and not (lies and hidden):
            yield f"the {thing} is not hidden or lost there"
        if kind == "take" and not (lies and not hidden):
            yield f"the {thing} does not lie there to be seen"
        if kind in ("search", "miss") and lies and not hidden:
            yield f"the {thing} lies there plain to see"
    if kind in ("steal", "break", "mend") and where != event.place:
        yield f"the {thing} is not there"
    if kind == "steal" and (holder == actor or world.owner[thing] == actor):
        yield f"{actor} has or owns the {thing} already"
    if kind == "steal" and world.owner[thing] != target:
        yield f"the {thing} is not {target}'s"
    if (kind == "break") == (thing in world.broken) and kind in ("break", "mend"):
        yield f"the {thing} is {'already' if kind == 'break' else 'not'} broken"


def _health(world: World, event: Event) -> Iterator[str]:
    if event.kind == "nurse" and event.target not in world.sick:
        yield f"{event.target} is not ill"
    if event.kind == "recover" and event.actor not in world.sick:
        yield f"{event.actor} is not ill"
    if event.kind in ("ill", "hurt") and event.actor in world.sick:
        yield f"{event.actor} is ill already"
